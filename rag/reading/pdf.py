"""PDF → Article with pypdf, lines joined into paragraphs. The only file that names it."""

from __future__ import annotations

import logging
import re
import struct
import zlib
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from statistics import quantiles
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.reading.identity import Place, make_article
from rag.reading.text import SENTENCE_ENDS, take_apart
from rag.types import Article

if TYPE_CHECKING:
    from pypdf import PdfReader

# Titles that programs put there: a path, a file name, or what the word processor calls a new document.
NO_TITLE = re.compile(r"(?i)(untitled|microsoft word|document\d*\b|/|file:|.*\\|\S+\.\w{2,5}$)")
SHORT_LINE = 0.8  # of the width of full lines: shorter, and ending a sentence, it ends a paragraph
END_OF_SENTENCE = re.compile(r"[.!?…][\"”’')\]]*$")
HYPHENS = ("-", "\u00ad", "\u2010")  # hyphen-minus, soft hyphen, hyphen
BROKEN = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, zlib.error, struct.error)
"""What pypdf stumbles over inside broken files, beside its own errors (fuzzed; RecursionError is a RuntimeError)."""


def pdf_article(raw: bytes, place: Place) -> Article:
    """Read the bytes of a PDF. The title is the metadata's, or the first line if it looks like one, or the name.

    Raises:
        ReadError: Broken, encrypted with a password, or without text (a scan).
    """
    lines, title, published = _read(raw)
    text = join_lines(lines)
    if not text.strip():
        raise ReadError("has no text in it (a scan?); run it through text recognition (OCR) first")
    parts = take_apart(text)
    body = text if title and parts.title != title else parts.body
    return make_article(
        title=title or parts.title or place.name,
        text=body,
        url=place.url,
        published=parts.published or published,
        section=parts.section,
        origin=place.origin,
        name=place.name,
    )


def _read(raw: bytes) -> tuple[list[str], str | None, date | None]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    # What is wrong with a file is told by Skipped, not on standard error between two lines of progress.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadError("is encrypted with a password; save it without one")
        lines = [line for page in reader.pages for line in page.extract_text().strip("\n").split("\n")]
        return lines, _title(reader), _day(reader)
    except DependencyError as error:
        raise ReadError("is encrypted with AES, which is not supported; save it without encryption") from error
    except (PyPdfError, *BROKEN) as error:
        raise ReadError(f"is not a PDF that can be read ({type(error).__name__}: {str(error)[:120]})") from error


def _title(reader: PdfReader) -> str | None:
    title = str(reader.metadata.title or "").strip() if reader.metadata else ""
    return None if not title or NO_TITLE.match(title) else title


def _day(reader: PdfReader) -> date | None:
    try:
        made = reader.metadata.creation_date if reader.metadata else None
    except ValueError:  # a date that is not written as PDF dates are
        return None
    return made.date() if made else None


def join_lines(lines: Sequence[str]) -> str:
    """Join the lines of a PDF into paragraphs, a blank line between two.

    A paragraph ends at a blank line, and at a line that ends a sentence and is shorter than the full ones (0.8 of the
    9th decile of line lengths). A word divided at a line's end is put together (see `_undivided`).
    """
    lines = [" ".join(line.split(" ")).strip() for line in lines]
    lengths = [len(line) for line in lines if line]
    full = quantiles(lengths, n=10)[-1] if len(lengths) > 1 else 0.0
    whole_words = frozenset(re.findall(r"\w+(?:-\w+)*", " ".join(lines).lower()))
    paragraphs: list[str] = []
    current: list[str] = []  # pieces of the paragraph, spaces and hyphens included
    for position, line in enumerate(lines):
        if line:
            _append(current, line, whole_words)
        is_short = len(line) < SHORT_LINE * full
        is_heading = position == 0 and is_short and not line.endswith((*SENTENCE_ENDS, *HYPHENS))
        ends = is_short and END_OF_SENTENCE.search(line) is not None
        if current and (not line or ends or is_heading):
            paragraphs.append("".join(current))
            current = []
    return "\n\n".join([*paragraphs, "".join(current)] if current else paragraphs)


def _append(current: list[str], line: str, whole_words: frozenset[str]) -> None:
    """Add a line to the pieces of a paragraph, putting a word together that the last piece ends in the middle of."""
    last = current[-1] if current else ""
    first = re.split(r"\W", last[:-1])[-1] if last.endswith(HYPHENS) else ""
    if first:
        current[-1] = last[: -len(first) - 1]
        current.append(_undivided(first, last[-1], line, whole_words))
    else:
        current.extend((" ", line) if current else (line,))


def _undivided(first: str, hyphen: str, line: str, whole_words: frozenset[str]) -> str:
    """Put a divided word together: as it stands elsewhere in the file, else without the hyphen if all lower-case."""
    rest = re.match(r"\w*", line)
    second = rest.group() if rest else ""
    if hyphen == "\u00ad" or f"{first}{second}".lower() in whole_words:
        return first + line
    if f"{first}-{second}".lower() in whole_words or not (first.islower() and second[:1].islower()):
        return f"{first}-{line}"
    return first + line
