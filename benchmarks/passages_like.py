"""Passages like those of a real index, as many as are wanted: vectors and words. Seeded; knows no search structure.

A passage is drawn from a real one, its seed (each as likely), and the seed's `NEIGHBOURS` nearest: 0.6 of the seed's
vector and 0.4 of the neighbours', shared among them at random (Dirichlet), plus noise in all directions of a random
length between 0.15 and 0.7, brought back to unit length. Each of the seed's words stays with a chance of 0.6 and is
otherwise a neighbour's, drawn in the same shares; so a passage's words go with its vector, and how many passages have a
word is as in the real ones. There are no new words: in earnest, rare ones keep coming.

The four numbers were set on the vectors of RealTime QA (66,631 passages, 2026-11-25) so that, among 16,000 passages,
the cosine to the nearest, tenth and hundredth other passage, its local intrinsic dimension and the cosines of questions
to their best passages are spread as among 16,000 real ones; `python -m benchmarks.scale` draws both. That says nothing
on how near a million real passages would lie: new topics would spread them more, more reports of one event less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from rag.index import Draft, reads
from rag.index.draft import Span
from rag.index.log import Log
from rag.types import Article

SEED = 20261125
NEIGHBOURS = 16
SHARE_OF_NEIGHBOURS = 0.4
NOISE = (0.15, 0.7)
BLOCK = 50_000
"""Passages drawn from one random generator: any block can be made by itself."""

PER_ARTICLE = 10
WORDS_PER_SENTENCE = 25

Picks = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]


class PassagesLike:
    """Draws passages like those of a real index.

    Attributes:
        vectors: The real ones, float16 (n, dimension).
        nearest: Positions of each one's neighbours, int32 (n, NEIGHBOURS).
    """

    def __init__(self, vectors: NDArray[np.float16], kept: Path) -> None:
        """Find the neighbours of real vectors, some minutes' work for 100,000, or read those that `kept` has."""
        self.vectors = vectors
        self._exact = vectors.astype(np.float32)
        if not kept.exists():
            np.save(kept, self._neighbours())
        self.nearest: NDArray[np.int32] = np.load(kept)
        if self.nearest.shape != (len(vectors), NEIGHBOURS):
            raise SystemExit(
                f"{kept} has the neighbours of {len(self.nearest)} vectors, not {len(vectors)}: delete it."
            )

    def _neighbours(self) -> NDArray[np.int32]:
        nearest = np.zeros((len(self.vectors), NEIGHBOURS), np.int32)
        for start in range(0, len(nearest), 1000):
            cosines = self._exact[start : start + 1000] @ self._exact.T
            cosines[np.arange(len(cosines)), start + np.arange(len(cosines))] = -1  # not itself
            some = np.argpartition(-cosines, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
            order = np.argsort(-np.take_along_axis(cosines, some, 1), axis=1, kind="stable")
            nearest[start : start + 1000] = np.take_along_axis(some, order, 1)
        return nearest

    def block(self, number: int) -> tuple[NDArray[np.float16], Picks]:
        """Return the vectors of a block, float16 (BLOCK, dimension), and what each was drawn from."""
        rng, n = np.random.default_rng([SEED, number]), len(self.vectors)
        seeds = rng.integers(n, size=BLOCK)
        shares = rng.dirichlet(np.ones(NEIGHBOURS), BLOCK).astype(np.float32)
        weights = np.hstack([np.full((BLOCK, 1), 1 - SHARE_OF_NEIGHBOURS, np.float32), SHARE_OF_NEIGHBOURS * shares])
        columns = np.hstack([seeds[:, None], self.nearest[seeds]])
        rows = np.arange(0, columns.size + 1, columns.shape[1])
        mixed = sparse.csr_matrix((weights.ravel(), columns.ravel(), rows), (BLOCK, n)) @ self._exact
        noise = rng.standard_normal(mixed.shape, np.float32) / np.sqrt(np.float32(mixed.shape[1]))
        mixed += noise * rng.uniform(*NOISE, (BLOCK, 1)).astype(np.float32)
        mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
        return mixed.astype(np.float16), (seeds, self.nearest[seeds], shares)


def real_vectors(indexes: Sequence[Path]) -> NDArray[np.float16]:
    """Return the vectors of the passages of indexes with one encoder, float16 (n, dimension), by passage id."""
    parts = []
    for log in map(Log, indexes):
        generation = reads.newest_generation(log)
        dimension = reads.identity(log, generation)[1].dimension
        parts += [vectors for _, vectors in reads.added_vectors(log, 0, generation, dimension)]
    return np.concatenate(parts)


def real_texts(indexes: Sequence[Path]) -> list[reads.PassageText]:
    """Return the texts of the same passages in the same order."""
    texts: list[reads.PassageText] = []
    for log in map(Log, indexes):
        for some in reads.added_texts(log, 0, reads.newest_generation(log)):
            texts += some
    return texts


class Words:
    """The words of real passages, as numbers in one array."""

    def __init__(self, texts: Sequence[reads.PassageText]) -> None:
        """Number the words of `texts`, which are in the order of the vectors."""
        numbers: dict[str, int] = {}
        split = [[numbers.setdefault(word, len(numbers)) for word in text.text.split()] for text in texts]
        self._words = np.array(list(numbers), object)
        self._all = np.fromiter(chain.from_iterable(split), np.int32)
        self._sizes = np.array([len(words) for words in split])
        self._starts = np.cumsum(self._sizes) - self._sizes

    def mixed(
        self, seed: int, nearest: NDArray[np.int32], shares: NDArray[np.float32], rng: np.random.Generator
    ) -> list[str]:
        """Return the words of passage `seed`, some of them replaced by words of its neighbours."""
        words = self._all[self._starts[seed] : self._starts[seed] + self._sizes[seed]].copy()
        replaced = np.flatnonzero(rng.random(len(words)) < SHARE_OF_NEIGHBOURS)
        donors = nearest[np.searchsorted(np.cumsum(shares), rng.random(len(replaced))).clip(max=NEIGHBOURS - 1)]
        places = (rng.random(len(replaced)) * self._sizes[donors]).astype(np.int64)
        words[replaced] = self._all[self._starts[donors] + places]
        return list(self._words[words])


def drafts(like: PassagesLike, texts: Sequence[reads.PassageText], after: int = 0) -> Iterator[Draft]:
    """Yield articles for ever, `PER_ARTICLE` passages each, titled and dated as the first one's seed.

    Args:
        like: Draws the vectors.
        texts: Of the real passages, in the order of their vectors.
        after: Articles to pass over.
    """
    words, (number, done) = Words(texts), divmod(after * PER_ARTICLE, BLOCK)
    while True:
        vectors, (seeds, nearest, shares) = like.block(number)
        rng = np.random.default_rng([SEED, number, 1])
        for start in range(done, BLOCK, PER_ARTICLE):
            rows = range(start, start + PER_ARTICLE)
            passages = [words.mixed(int(seeds[i]), nearest[i], shares[i], rng) for i in rows]
            article_id = f"like-{number * BLOCK + start}"
            yield _draft(article_id, texts[seeds[start]], passages, vectors[start : start + PER_ARTICLE], rng)
        number, done = number + 1, 0


def _draft(
    article_id: str,
    seed: reads.PassageText,
    passages: list[list[str]],
    vectors: NDArray[np.float16],
    rng: np.random.Generator,
) -> Draft:
    pieces, sentences, spans, length = [], [], [], 0
    for words in passages:
        first = len(sentences)
        for start in range(0, len(words), WORDS_PER_SENTENCE):
            pieces.append(" ".join(words[start : start + WORDS_PER_SENTENCE]))
            sentences.append((length, length + len(pieces[-1])))
            length += len(pieces[-1]) + 1
        spans.append(Span(first, len(sentences) - 1, sentences[first][0], sentences[-1][1]))
    text = " ".join(pieces)
    article = Article(article_id, seed.title, text, source=seed.source, published=seed.published, origin=article_id)
    return Draft(article, sentences, spans, [rng.bytes(16) for _ in spans], vectors)
