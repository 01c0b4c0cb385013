"""JSON → Article: `.jsonl` line by line with bounded memory, and `.json` with one article or a list of them."""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from reprlib import repr as short
from typing import BinaryIO

from rag.errors import ReadError
from rag.reading.dates import NO_DATE, parse_day
from rag.reading.identity import make_article
from rag.reading.limits import DEFAULT_LIMITS, MIB, Limits
from rag.types import Article, Skipped

MAX_SKIPPED = 2**30  # bytes of one line that are read past in search of its end; beyond, it is a bomb
GIVE_UP = (EOFError, OSError, zlib.error)  # gzip that ends early, is not gzip (BadGzipFile), or is damaged
QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
PYTHON_LIST = re.compile(rf"\[\s*(?:(?:{QUOTED})(?:\s*,\s*(?:{QUOTED}))*)?\s*\]")


def jsonl_articles(lines: BinaryIO, origin: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Article | Skipped]:
    """Read articles from a binary stream of JSON lines; a bad line is skipped and the next one read.

    Raises nothing for what is in the stream: lines that are too long, not UTF-8, not JSON or not an article become
    Skipped with their line number, and a gzip stream that ends early becomes Skipped at the line it ends in.
    """
    number = 0
    try:
        for number, line in enumerate(_lines(lines, limits.line_bytes), start=1):
            if number == 1 and line is not None:
                if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    yield Skipped(origin, 1, "is UTF-16; JSON lines must be UTF-8, save it so")
                    return
                line = line.removeprefix(codecs.BOM_UTF8)
            if line is None:
                size = f"{limits.line_bytes / MIB:g} MiB"
                yield Skipped(origin, number, f"line is longer than {size}, the most that is read; split it")
            elif line.strip():
                yield _line_article(line, origin, number)
    except GIVE_UP as error:
        reason = str(error) or type(error).__name__
        kept = f"the {number} lines before it were read" if number else "nothing of it was read"
        yield Skipped(origin, number + 1, f"is damaged from here on ({reason}); {kept}; get the file anew")
    except ReadError as error:
        yield Skipped(origin, number + 1, str(error))


def _lines(stream: BinaryIO, limit: int) -> Iterator[bytes | None]:
    """Yield lines without their newline, None for one longer than `limit` bytes; never holds more than `limit`."""
    while line := stream.readline(limit + 1):
        if line.endswith(b"\n") or len(line) <= limit:
            yield line.rstrip(b"\r\n")
            continue
        n_skipped = len(line)
        while (piece := stream.readline(MIB)) and not piece.endswith(b"\n"):
            n_skipped += len(piece)
            if n_skipped > MAX_SKIPPED:
                raise ReadError(f"line is longer than {MAX_SKIPPED // MIB} MiB; the rest of the file is not read")
        yield None


def _line_article(line: bytes, origin: str, number: int) -> Article | Skipped:
    try:
        return record_article(parse_json(line))
    except ReadError as error:
        return Skipped(origin, number, str(error))


def parse_json(raw: bytes) -> object:
    """Parse UTF-8 JSON.

    Raises:
        ReadError: It is not UTF-8, or not JSON.
    """
    try:
        value: object = json.loads(raw.decode("utf-8-sig"))
        return value
    except UnicodeDecodeError as error:
        raise ReadError(
            f"is not UTF-8: byte 0x{raw[error.start]:02x} at position {error.start}; save it as UTF-8"
        ) from error
    except json.JSONDecodeError as error:
        raise ReadError(
            f"is not JSON: {error.msg} at character {error.pos + 1}, before {short(error.doc[error.pos :][:40])}"
        ) from error
    except (ValueError, RecursionError) as error:  # a number of more than 4300 digits; thousands of brackets
        raise ReadError(f"is not JSON that can be read ({type(error).__name__}: {str(error)[:80]})") from error


def json_articles(raw: bytes, origin: str) -> Iterator[Article | Skipped]:
    """Read a `.json` file: one article, or a list of them.

    Raises:
        ReadError: It is not UTF-8 or not JSON.
    """
    value = parse_json(raw)
    for position, record in enumerate(value if isinstance(value, list) else [value], start=1):
        try:
            yield record_article(record)
        except ReadError as error:
            yield Skipped(origin, None, f"item {position}: {error}")


def record_article(record: object) -> Article:
    """Make an article of one parsed JSON object in DESIGN.md's form; other keys are ignored.

    Raises:
        ReadError: Not an object, or a key has a value of the wrong kind; the message names both.
    """
    if not isinstance(record, dict):
        raise ReadError(f"is {short(record)}; each line must be one JSON object with title and text")
    text = _string(record, "text")
    if text is None:
        raise ReadError("text is missing; an article needs a body")
    return make_article(
        id=_string(record, "id"),
        title=_string(record, "title"),
        text=text,
        source=_string(record, "source"),
        url=_string(record, "url"),
        authors=_authors(record.get("authors")),
        published=parse_day(record.get("published")),
        section=_string(record, "section"),
    )


def _string(record: Mapping[str, object], key: str) -> str | None:
    value = record.get(key)
    if value is None or isinstance(value, str):
        return value
    raise ReadError(f"{key} is {short(value)}; it must be a string")


def _authors(value: object) -> list[str]:
    """Read a list of names, or what exports make of one: a name, or a list as Python or JSON writes it in a string."""
    if value is None or (isinstance(value, str) and value.strip().lower() in NO_DATE):
        return []
    if isinstance(value, str):
        if not PYTHON_LIST.fullmatch(value.strip()):
            return [value]
        return [re.sub(r"\\(.)", r"\1", name[1:-1]) for name in re.findall(QUOTED, value)]
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return value
    raise ReadError(f"authors is {short(value)}; it must be a list of names")


def open_lines(path: str) -> BinaryIO:
    """Open a `.jsonl` or `.jsonl.gz` file for `jsonl_articles`."""
    return gzip.open(path, "rb") if path.lower().endswith(".gz") else open(path, "rb")  # type: ignore[return-value]
