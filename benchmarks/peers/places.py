"""Where a library's chunks stand in the articles they were cut from. Knows texts; knows no library."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.errors import RagError
from rag.evaluation import Span
from rag.types import Article


class ChunkMisplaced(RagError):
    """A library's chunk does not stand in its article where it should."""


def checked(article: Article, start: int | None, chunk: str) -> Span:
    """Return the span of a chunk that the library itself has located.

    Raises:
        ChunkMisplaced: `article.text[start:]` does not begin with `chunk`.
    """
    if start is None or start < 0 or not article.text.startswith(chunk, start):
        raise ChunkMisplaced(_message(article, chunk, f"at {start}, where its library says it does"))
    return Span(article.id, start, start + len(chunk))


def located(article: Article, chunks: Sequence[str]) -> list[Span]:
    """Locate chunks that a library gives without offsets: in order, without overlap, all but white space between them.

    A run of spaces of the article may have become one space in the chunk (txtai does that), so that
    `article.text[start:end]` is the chunk up to the number of spaces.

    Raises:
        ChunkMisplaced: A chunk is not what follows the one before it.
    """
    spans = []
    at = 0
    for chunk in chunks:
        while at < len(article.text) and article.text[at].isspace():
            at += 1
        end = _end(article.text, at, chunk)
        if end is None:
            raise ChunkMisplaced(_message(article, chunk, f"at {at}, after the chunk before it"))
        spans.append(Span(article.id, at, end))
        at = end
    return spans


def _end(text: str, at: int, chunk: str) -> int | None:
    """Return where `chunk` ends if it begins at `at`."""
    if text.startswith(chunk, at):
        return at + len(chunk)
    words = " +".join(re.escape(word) for word in chunk.split(" "))
    found = re.compile(words).match(text, at)
    return found.end() if found else None


def _message(article: Article, chunk: str, where: str) -> str:
    return (
        f"The chunk {chunk[:60]!r}… of article {article.id!r} does not stand {where}, so its evidence cannot be "
        "compared. Has the library's splitter changed? Correct its adapter in benchmarks/peers/."
    )
