"""How the nouns are written in rows and read back. Knows column order; runs no SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.types import Article, EncoderIdentity

ARTICLE_COLUMNS = ("id", "title", "text", "source", "url", "authors", "published", "section", "origin")
"""What is written of an article, and what `article_from_row` reads."""

_HELD = (
    "SELECT other.text FROM articles other WHERE other.digest = {} AND other.text != '' ORDER BY other.row DESC LIMIT 1"
)
TEXT_HELD = _HELD.format("?")
"""The text that articles of a digest read whose own column is empty, in SQL."""


def is_unicode(text: str) -> bool:
    """Tell whether `text` can be stored: half a surrogate pair cannot, so nothing stored ever equals it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def text_of(alias: str) -> str:
    """Return the text of an article in SQL, for the table `articles` by the name it has in the statement.

    A text is stored once, by the first article that has it; the others' own column is empty, and they find it by its
    digest. Of several rows that hold it the last is read: after damage, the one that was added again.
    """
    return f"CASE {alias}.text WHEN '' THEN coalesce(({_HELD.format(f'{alias}.digest')}), '') ELSE {alias}.text END"


def article_columns(alias: str = "articles") -> str:
    """Return what `article_from_row` reads in SQL, for the table `articles` by the name it has in the statement."""
    return ", ".join(f"{text_of(alias) if name == 'text' else f'{alias}.{name}'} AS {name}" for name in ARTICLE_COLUMNS)


def article_from_row(row: Sequence[Any]) -> Article:
    """Read an article from the nine values of `ARTICLE_COLUMNS`.

    Raises:
        IndexDamaged: A value is not what was written there.
    """
    identifier, title, text, source, url, authors, published, section, origin = row
    try:
        for value in (identifier, title, text):
            if not isinstance(value, str):
                raise TypeError(f"where text was written there is {value!r:.40}")
        return Article(
            identifier,
            title,
            text,
            source,
            url,
            tuple(json.loads(authors)),
            None if published is None else date.fromisoformat(published),
            section,
            origin,
        )
    except (ValueError, TypeError) as error:
        raise _unreadable(identifier, error) from error


def day_from_text(published: str | None, article_id: str) -> date | None:
    """Read the day on which an article was published.

    Raises:
        IndexDamaged: It is no day.
    """
    try:
        return None if published is None else date.fromisoformat(published)
    except (ValueError, TypeError) as error:
        raise _unreadable(article_id, error) from error


def _unreadable(article_id: str, error: Exception) -> IndexDamaged:
    return IndexDamaged(
        f"Article {article_id!r} cannot be read from the log: {error}. Remove it and add it again from its source."
    )


def authors_to_text(authors: Sequence[str]) -> str:
    """Write authors as a JSON list."""
    return json.dumps(list(authors), ensure_ascii=False)


def spans_to_bytes(spans: Sequence[tuple[int, int]]) -> bytes:
    """Write spans as little-endian int32, shape (n, 2), row by row."""
    return np.asarray(spans, "<i4").reshape(-1, 2).tobytes()


def spans_from_bytes(data: bytes) -> list[tuple[int, int]]:
    """Read what `spans_to_bytes` wrote.

    Raises:
        ValueError: It is no multiple of eight bytes.
    """
    if not isinstance(data, bytes):
        raise ValueError(f"where spans were written there is {data!r:.40}")
    return [(int(start), int(end)) for start, end in np.frombuffer(data, "<i4").reshape(-1, 2)]


def vectors_from_rows(blobs: Sequence[bytes], dimension: int) -> NDArray[np.float16]:
    """Read vectors, little-endian float16, into shape (n, dimension).

    Raises:
        IndexDamaged: One of them has another length.
    """
    wrong = next((len(blob) for blob in blobs if len(blob) != 2 * dimension), None)
    if wrong is not None:
        raise IndexDamaged(
            f"A stored vector has {wrong} bytes, not {2 * dimension}. Run `rag check` to learn in which article."
        )
    return np.frombuffer(b"".join(blobs), "<f2").reshape(-1, dimension).astype(np.float16, copy=False)


def identity_to_json(identity: EncoderIdentity) -> str:
    """Write an encoder's identity as a JSON object."""
    return json.dumps(asdict(identity), ensure_ascii=False)


def identity_from_json(text: str) -> EncoderIdentity:
    """Read what `identity_to_json` wrote.

    Raises:
        IndexDamaged: It is no such object.
    """
    try:
        return EncoderIdentity(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise IndexDamaged(
            f"The encoder recorded in the log cannot be read: {error}. Restore it from a backup."
        ) from error
