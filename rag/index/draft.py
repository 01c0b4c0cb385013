"""What a writer is given for one article, and the rules it must keep. Knows nothing of storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.types import Article

KEY_BYTES = 16

LENGTH_TOLERANCE = 5e-3
"""How far a stored vector's length may be from 1: float16 rounds each component by at most 2^-11 of it (4.9e-4)."""


class PassageSpan(Protocol):
    """Where a passage lies in its article: ordinals of its first and last sentence, and its offsets."""

    @property
    def first(self) -> int:
        """Ordinal of its first sentence."""
        ...

    @property
    def last(self) -> int:
        """Ordinal of its last sentence, inclusive."""
        ...

    @property
    def start(self) -> int:
        """Offset of its first character."""
        ...

    @property
    def end(self) -> int:
        """Offset after its last character."""
        ...


class Span(NamedTuple):
    """A `PassageSpan` that was read back from where it was stored."""

    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """One article, ready to be committed.

    Attributes:
        sentences: Start and end of each sentence, in order, disjoint.
        passages: Spans whose bounds lie within their sentences.
        keys: For each passage the 16-byte digest of what was encoded: the same key means the same vector.
        vectors: float16 (n_passages, dimension), rows of unit length.
    """

    article: Article
    sentences: Sequence[tuple[int, int]]
    passages: Sequence[PassageSpan]
    keys: Sequence[bytes]
    vectors: NDArray[np.float16]


def check_draft(draft: Draft, dimension: int) -> None:
    """Refuse a draft that would damage the log.

    Raises:
        ValueError: A span, key or vector breaks the rules above; the message names the article and the value.
    """
    problem = (
        text_problem(draft.article)
        or sentences_problem(draft.sentences, len(draft.article.text))
        or passages_problem(draft.passages, draft.sentences)
        or _keys_problem(draft)
        or vectors_problem(draft.vectors, len(draft.passages), dimension)
    )
    if problem:
        raise ValueError(f"Article {draft.article.id!r} cannot be committed: {problem}.")


def text_problem(article: Article) -> str | None:
    """Say what is wrong with an article's own fields, or None."""
    if not article.id:
        return "its id is empty"
    try:
        for value in (article.id, article.title, article.text, *_optional_texts(article)):
            (value or "").encode()
    except UnicodeEncodeError as error:
        return f"its text is no valid Unicode ({error.reason} at {error.start}: {error.object[error.start]!r})"
    return None


def _optional_texts(article: Article) -> tuple[str | None, ...]:
    return (article.source, article.url, *article.authors, article.section, article.origin)


def sentences_problem(sentences: Sequence[tuple[int, int]], n_characters: int) -> str | None:
    """Say which sentence is empty, out of order, overlapping or outside the text, or None."""
    for ordinal, (start, end) in enumerate(sentences):
        if not 0 <= start < end <= n_characters:
            return f"sentence {ordinal} is [{start}, {end}) in a text of {n_characters} characters"
    for ordinal, ((_, end), (start, _)) in enumerate(pairwise(sentences)):
        if start < end:
            return f"sentence {ordinal + 1} starts at {start}, before sentence {ordinal} ends at {end}"
    return None


def passages_problem(passages: Sequence[PassageSpan], sentences: Sequence[tuple[int, int]]) -> str | None:
    """Say which passage names sentences that are not there or exceeds them, or None."""
    for number, p in enumerate(passages):
        if not 0 <= p.first <= p.last < len(sentences):
            return f"passage {number} names sentences {p.first} to {p.last} of {len(sentences)}"
        if not sentences[p.first][0] <= p.start < p.end <= sentences[p.last][1]:
            return f"passage {number} is [{p.start}, {p.end}), which exceeds its sentences {p.first} to {p.last}"
    return None


def vectors_problem(vectors: NDArray[np.float16], n: int, dimension: int) -> str | None:
    """Say what is wrong with the shape, type or length of vectors, or None."""
    if vectors.shape != (n, dimension) or vectors.dtype != np.float16:
        return f"vectors are {vectors.dtype} {vectors.shape}, not float16 {(n, dimension)}"
    lengths = np.linalg.norm(vectors.astype(np.float32), axis=1)
    wrong = np.flatnonzero(~(np.abs(lengths - 1) <= LENGTH_TOLERANCE))  # also true of NaN
    if wrong.size:
        return f"the vector of passage {wrong[0]} has length {lengths[wrong[0]]:.4f}, not 1"
    return None


def _keys_problem(draft: Draft) -> str | None:
    if len(draft.keys) != len(draft.passages):
        return f"{len(draft.keys)} keys for {len(draft.passages)} passages"
    wrong = next((key for key in draft.keys if len(key) != KEY_BYTES), None)
    return None if wrong is None else f"a key has {len(wrong)} bytes, not {KEY_BYTES}"
