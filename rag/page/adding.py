"""What is uploaded or pasted → articles, and how far that has come. Knows the readers, nothing of indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Protocol

from rag.errors import ReadError
from rag.reading import read, read_text
from rag.types import Article, Skipped

STAGE_WORDS = {"reading": "Reading", "encoding": "Encoding", "saving": "Saving", "building": "Building"}


class Progress(Protocol):
    """How far an addition has come, as `rag.api.AddProgress` tells it."""

    @property
    def stage(self) -> str:
        """What is going on."""
        ...

    @property
    def done(self) -> int:
        """How many are done."""
        ...

    @property
    def total(self) -> int | None:
        """Of how many, where that is known."""
        ...


def uploaded(path: str, name: str) -> Iterator[Article | Skipped]:
    """Read an uploaded file as `name`: the temporary path it lies at must not become what it is known by.

    Raises:
        ReadError: The file cannot be read. (While iterating.)
    """
    for item in read(path):
        if isinstance(item, Skipped):
            yield replace(item, origin=name)
        else:
            yield replace(item, origin=f"upload:{name}") if item.origin else item


def pasted(text: str, title: str, published: str) -> Article:
    """Make an article of a pasted text; empty `title` and `published` are looked for in the text.

    Raises:
        ReadError: There is no text, or `published` is not a date.
    """
    return read_text(text or "", title=(title or "").strip() or None, published=written_day(published or ""))


def written_day(text: str) -> date | None:
    """Return the day written in a box; None for an empty one.

    Raises:
        ReadError: It is no date.
    """
    text = text.strip()
    if not text:
        return None
    with suppress(ValueError):
        return date.fromisoformat(text)
    raise ReadError(f"The date {text!r} cannot be read. Write it as YYYY-MM-DD, such as 2023-06-19, or leave it empty.")


def telling(show: Callable[[float, str], object], name: str, at: int, n_files: int) -> Callable[[Progress], None]:
    """Return a callback for the addition of file `at` (from 0) of `n_files`; it calls `show` with share and words."""

    def tell(now: Progress) -> None:
        share = min(now.done / now.total, 1.0) if now.total else 0.0
        of = f" {now.done:,} of {now.total:,}" if now.total else f" {now.done:,}" if now.done else ""
        show((at + share) / n_files, f"{STAGE_WORDS.get(now.stage, now.stage)} {name}{of}")

    return tell
