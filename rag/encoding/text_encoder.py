"""The Encoder: tokens → batches → a network → unit vectors in the order asked. Knows no engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.encoding.batches import pad, plan_batches
from rag.encoding.tokens import Ids, Tokenizer
from rag.protocols import Progress, TokenVectors, Vectors
from rag.types import EncoderIdentity

# Texts tokenised and sorted together. Enough for batches of nearly equal lengths; bounds what is held at a time to
# 8 MB of token ids, however many texts there are.
WINDOW = 8192

T = TypeVar("T")


class Network(Protocol):
    """Token ids → vectors. `run` may be called from several threads at once."""

    @property
    def n_workers(self) -> int:
        """How many calls of `run` at a time make full use of the machine."""
        ...

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64], tokens: bool) -> tuple[Vectors | None, Vectors]:
        """Run one batch of shape (n, length).

        Returns:
            Token vectors float32 (n, length, dimension), or None unless `tokens`; and pooled float32 (n, dimension).
        """
        ...


class TextEncoder:
    """An Encoder over any network."""

    def __init__(self, identity: EncoderIdentity, tokenizer: Tokenizer, network: Network, pad_id: int) -> None:
        self.identity = identity
        self._tokenizer = tokenizer
        self._network = network
        self._pad_id = pad_id

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode `texts` into float32 (len(texts), dimension), rows of unit length, in the order given.

        A text is read up to `identity.max_tokens`. `progress(done, total)` is called after each batch, from the
        calling thread. An empty text has a vector too (that of no words).
        """
        out = np.empty((len(texts), self.identity.dimension), np.float32)
        done = 0
        for start in range(0, len(texts), WINDOW):
            rows = self._tokenizer.ids(texts[start : start + WINDOW], self.identity.max_tokens)

            def pooled(batch: NDArray[np.int64], rows: list[Ids] = rows) -> Vectors:
                return self._run(rows, batch, tokens=False)[1]

            for batch, vectors in self._each_batch(rows, pooled):
                out[start + batch] = vectors
                done += len(batch)
                if progress is not None:
                    progress(done, len(texts))
        return unit(out)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Encode `texts` and keep the vector of every token that is not special, in the order given.

        Memory grows with the texts (1.5 KB a token at 384 dimensions): meant for the passages of one question.
        """
        located = self._tokenizer.ids_and_spans(texts, self.identity.max_tokens)
        rows = [ids for ids, _ in located]
        first = len(self._tokenizer.prefix)

        def located_vectors(batch: NDArray[np.int64]) -> list[TokenVectors]:
            tokens, pooled = self._run(rows, batch, tokens=True)
            assert tokens is not None
            return [
                TokenVectors(unit(tokens[at, first : first + len(located[text][1])]), located[text][1], vector)
                for at, (text, vector) in enumerate(zip(batch, unit(pooled), strict=True))
            ]

        out: list[TokenVectors | None] = [None] * len(texts)
        for batch, found in self._each_batch(rows, located_vectors):
            for text, item in zip(batch, found, strict=True):
                out[text] = item
        return [item for item in out if item is not None]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens left out, untruncated."""
        return self._tokenizer.count(texts)

    def token_spans(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Locate every token of each text: int32 (n_tokens, 2) in code points, without special tokens, untruncated."""
        return self._tokenizer.spans(texts)

    def _run(self, rows: list[Ids], batch: NDArray[np.int64], tokens: bool) -> tuple[Vectors | None, Vectors]:
        ids, mask = pad([rows[at] for at in batch], self._pad_id, self.identity.max_tokens)
        return self._network.run(ids, mask, tokens)

    def _each_batch(
        self, rows: list[Ids], work: Callable[[NDArray[np.int64]], T]
    ) -> Iterator[tuple[NDArray[np.int64], T]]:
        """Yield (positions, result) of each batch as it is done, several at a time where the network can."""
        batches = plan_batches([len(row) for row in rows], self._network.n_workers)
        if len(batches) == 1 or self._network.n_workers == 1:
            yield from ((batch, work(batch)) for batch in batches)
            return
        pool = ThreadPoolExecutor(self._network.n_workers, thread_name_prefix="encode")
        try:
            futures: dict[Future[T], NDArray[np.int64]] = {pool.submit(work, batch): batch for batch in batches}
            for future in as_completed(futures):
                yield futures.pop(future), future.result()
        finally:
            pool.shutdown(cancel_futures=True)  # on Ctrl-C only the batches under way are waited for


def unit(vectors: Vectors) -> Vectors:
    """Scale the rows of `vectors` (n, dimension) to unit length, as a float32 copy; a zero row stays zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)
