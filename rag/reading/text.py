"""Plain text → Article: a header line (`date 2023-06-19 Politics`) or none, a title line or none, then the body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.errors import ReadError
from rag.reading.dates import parse_day
from rag.reading.decode import decode, normalise
from rag.reading.identity import Place, make_article
from rag.types import Article

HEADER = re.compile(r"[ \t]*date[ \t:]+(\d{4}-\d{2}-\d{2})(?:[ \t]+(\S.*?))?[ \t]*", re.IGNORECASE)
MAX_TITLE_LINE = 200  # characters; the longest headline in RealTime QA's 2023 articles is shorter
SENTENCE_ENDS = (".", "!", ":", ";", ",", "…", '."', ".”", ".'", ".’", ",”", ',"')  # headlines do end in "?"


@dataclass(frozen=True, slots=True)
class PlainText:
    """A plain text taken apart. `title` is None where no line is one."""

    body: str
    title: str | None = None
    published: date | None = None
    section: str | None = None


def take_apart(text: str) -> PlainText:
    """Take normalised text apart into header, title and body; the body loses surrounding blank lines only.

    Raises:
        ReadError: The header's date is not in the calendar.
    """
    first, rest = _first_line(text)
    header = HEADER.fullmatch(first)
    if header:
        title, body = _first_line(rest)
        if not body.strip():  # header and one paragraph: the paragraph is the story
            title, body = "", rest
        day = parse_day(header.group(1), "date in the header line")
        return PlainText(strip_blank_lines(body), title.strip() or None, day, header.group(2))
    if _is_title(first, rest):
        return PlainText(strip_blank_lines(rest), first.strip())
    return PlainText(strip_blank_lines(text))


def _first_line(text: str) -> tuple[str, str]:
    first, _, rest = strip_blank_lines(text).partition("\n")
    return first, rest


def _is_title(line: str, rest: str) -> bool:
    line = line.strip()
    if not line or len(line) > MAX_TITLE_LINE or not rest.strip() or line.endswith(SENTENCE_ENDS):
        return False
    return not rest[0].islower()  # a lower-case letter goes on with a sentence that was wrapped


def strip_blank_lines(text: str) -> str:
    """Remove blank lines before the first and after the last line that has something on it."""
    start = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    end = text.find("\n", max(start, len(text.rstrip())))
    return text[start:] if end < 0 else text[start:end]


def text_article(raw: bytes, place: Place) -> Article:
    """Read the bytes of a plain-text file.

    Raises:
        ReadError: Not text, no body, or a date that cannot be.
    """
    parts = take_apart(decode(raw, place.charset))
    return make_article(
        title=parts.title or place.name,
        text=parts.body,
        url=place.url,
        published=parts.published,
        section=parts.section,
        origin=place.origin,
        name=place.name,
    )


def read_text(
    text: str,
    *,
    title: str | None = None,
    published: date | None = None,
    source: str | None = None,
    origin: str | None = None,
) -> Article:
    """Make an article of pasted text. What is given wins over what the text's own header and title line say.

    With a `title`, the first line belongs to the body unless a header line stands before it.

    Raises:
        ReadError: The text is empty or cannot be stored.
    """
    plain = normalise(text)
    parts = take_apart(plain)
    if title and not HEADER.fullmatch(_first_line(plain)[0]):
        parts = PlainText(strip_blank_lines(plain))
    if not parts.body.strip():
        raise ReadError("The text is empty; paste the article's title and body.")
    return make_article(
        title=title or parts.title,
        text=parts.body,
        source=source,
        published=published or parts.published,
        section=parts.section,
        origin=origin,
        name=Path(origin).stem if origin else "",
    )
