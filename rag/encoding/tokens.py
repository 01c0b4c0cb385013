"""Text → tokens, counted and located. The only file that names the tokenizers library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer as RustTokenizer

from rag.errors import EncoderUnavailable
from rag.surrogates import without_surrogates

Ids = NDArray[np.int32]
Spans = NDArray[np.int32]


class Tokenizer:
    """A model's own tokenizer, without truncation or padding: safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Load `tokenizer.json`.

        Raises:
            EncoderUnavailable: The file cannot be parsed.
        """
        try:
            self._rust = RustTokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception
            raise EncoderUnavailable(
                f"{path} cannot be read as a tokenizer: {error}. Fetch the model again."
            ) from error
        self._rust.no_truncation()
        self._rust.no_padding()
        probe = self._rust.encode("a")
        ordinary = [at for at, special in enumerate(probe.special_tokens_mask) if not special] or [len(probe.ids)]
        self.prefix = np.array(probe.ids[: ordinary[0]], np.int32)
        self.suffix = np.array(probe.ids[ordinary[-1] + 1 :], np.int32)

    @property
    def n_special(self) -> int:
        """How many tokens are put around every text."""
        return len(self.prefix) + len(self.suffix)

    def ids(self, texts: Sequence[str], max_tokens: int) -> list[Ids]:
        """Return the ids of each text, special tokens included, at most `max_tokens` of them."""
        room = max_tokens - self.n_special
        encodings = self._rust.encode_batch_fast(clean(texts), add_special_tokens=False)
        return [self._wrap(np.array(encoding.ids[:room], np.int32)) for encoding in encodings]

    def ids_and_spans(self, texts: Sequence[str], max_tokens: int) -> list[tuple[Ids, Spans]]:
        """Return ids as `ids` does and, for the tokens that are not special, int32 (n, 2) spans in code points."""
        room = max_tokens - self.n_special
        encodings = self._rust.encode_batch(clean(texts), add_special_tokens=False)
        return [(self._wrap(np.array(e.ids[:room], np.int32)), _spans(e.offsets[:room])) for e in encodings]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens left out, untruncated."""
        return [len(encoding) for encoding in self._rust.encode_batch_fast(clean(texts), add_special_tokens=False)]

    def spans(self, texts: Sequence[str]) -> list[Spans]:
        """Return int32 (n_tokens, 2) start and end of every token in code points, special tokens left out."""
        return [
            _spans(encoding.offsets) for encoding in self._rust.encode_batch(clean(texts), add_special_tokens=False)
        ]

    def _wrap(self, ids: Ids) -> Ids:
        return np.concatenate([self.prefix, ids, self.suffix])


def clean(texts: Sequence[str]) -> list[str]:
    """Replace lone surrogates, one code point for one."""
    return [without_surrogates(text) for text in texts]


def _spans(offsets: Sequence[tuple[int, int]]) -> Spans:
    return np.array(offsets, np.int32).reshape(-1, 2)
