"""The vectors of chunks, encoded once: kept in parts, so that an interrupted run goes on where it stopped.

Knows texts and files; knows no library. A part is found by what is in it (the texts and the encoder), so another
splitter, other settings, other articles or other weights never find a wrong one.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from rag.protocols import Encoder, Vectors

# Texts a part: the most that LlamaIndex hands over at once, and 3 MB at 384 dimensions. A part is lost when a run is
# killed: about 40 s of encoding on two cores.
PART = 2048


class ChunkVectors:
    """Encodes chunks through a cache on disk, and questions without it, so that a question's latency is whole."""

    def __init__(
        self, encoder: Encoder, cache: Path, name: str, say: Callable[[str], None] = lambda _: None, part: int = PART
    ) -> None:
        """Keep the vectors in `cache/<name>-<digest of the encoder>/`.

        Args:
            encoder: What encodes.
            cache: Folder for all peers.
            name: The peer's, for the folder and for what is said.
            say: Called after each part that was encoded, and once where all were known.
            part: Texts in a part; other sizes are for tests.
        """
        identity = hashlib.sha256(repr(encoder.identity).encode()).hexdigest()
        self.encoder = encoder
        self.folder = cache / f"{name}-{identity[:16]}"
        self.part = part
        self.total = 0
        self._name, self._say = name, say
        self._done = self._encoded = 0
        self._began = time.monotonic()

    def expect(self, n_chunks: int) -> None:
        """Say how many chunks there will be: only for what is said of the progress."""
        self.total = n_chunks
        self._done = self._encoded = 0
        self._began = time.monotonic()
        self._say(f"{self._name}: {n_chunks:,} chunks")

    def chunks(self, texts: Sequence[str]) -> Vectors:
        """Encode chunks: float32 (len(texts), dimension), rows of unit length, from the cache where it has them."""
        out = np.empty((len(texts), self.encoder.identity.dimension), np.float32)
        for start in range(0, len(texts), self.part):
            texts_of_part = texts[start : start + self.part]
            out[start : start + self.part] = self._of_part(texts_of_part)
            self._done += len(texts_of_part)
        return out

    def question(self, text: str) -> Vectors:
        """Encode a question: float32 (dimension,), of unit length, never from the cache."""
        found: Vectors = self.encoder.encode([text])[0]
        return found

    def _of_part(self, texts: Sequence[str]) -> Vectors:
        path = self.folder / f"{_digest(texts)}.npy"
        known = _load(path, (len(texts), self.encoder.identity.dimension))
        if known is not None:
            return known
        vectors = np.asarray(self.encoder.encode(texts), np.float32)
        _save(path, vectors)
        self._encoded += len(texts)
        speed = self._encoded / max(time.monotonic() - self._began, 1e-9)
        self._say(f"{self._name}: {self._done + len(texts):,} of {self.total:,} chunks have vectors ({speed:.0f}/s)")
        return vectors


def _digest(texts: Sequence[str]) -> str:
    total = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        total.update(len(data).to_bytes(8, "little") + data)
    return total.hexdigest()[:32]


def _load(path: Path, shape: tuple[int, int]) -> Vectors | None:
    """Read a part; None where there is none, or one that is not whole."""
    try:
        vectors = np.load(path, allow_pickle=False)
    except (FileNotFoundError, ValueError, EOFError):  # numpy's words for a file that is torn or something else
        return None
    return vectors if vectors.shape == shape and vectors.dtype == np.float32 else None


def _save(path: Path, vectors: Vectors) -> None:
    """Write a part under another name and rename it: what has the name is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        np.save(file, vectors, allow_pickle=False)
    temporary.replace(path)
