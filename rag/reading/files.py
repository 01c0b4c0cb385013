"""Files and folders → articles. Knows no format: content.py and jsonl.py do."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from rag.errors import ReadError
from rag.reading.content import SUPPORTED, content_articles, kind_of_content, kind_of_name
from rag.reading.fetch import Fetcher
from rag.reading.identity import Place, name_as_title
from rag.reading.jsonl import jsonl_articles, open_lines
from rag.reading.limits import MIB, Limits
from rag.reading.web import feed_articles
from rag.types import Article, Skipped


def path_articles(path: Path, fetcher: Fetcher) -> Iterator[Article | Skipped]:
    """Read a file, or all files below a folder in the order of their names; what cannot be read is Skipped.

    Hidden files and folders are ignored, links are followed, and a folder that is reached twice is read once.

    Raises:
        ReadError: There is nothing at `path`, or it may not be read, or it is neither file nor folder.
    """
    path = Path(os.path.abspath(path))
    if path.is_dir() and os.access(path, os.R_OK | os.X_OK):
        yield from _folder_articles(path, fetcher)
    elif path.is_file() and os.access(path, os.R_OK):
        yield from file_articles(path, fetcher)
    elif not path.exists():
        raise ReadError(f"There is no file or folder {printable(path)}; check the path.")
    else:
        raise ReadError(
            f"{printable(path)} cannot be read: it is neither a file nor a folder, or its permissions forbid it. "
            "Check it with ls -l."
        )


def printable(path: str | Path) -> str:
    """Return a path as text that can be stored and shown; bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


def _folder_articles(folder: Path, fetcher: Fetcher) -> Iterator[Article | Skipped]:
    n_found = 0
    for found in _walk(folder):
        n_found += 1
        if isinstance(found, Skipped):
            yield found
        else:
            yield from file_articles(found, fetcher)
    if not n_found:
        yield Skipped(
            printable(folder), None, f"has no files that are not hidden; put some of these there: {SUPPORTED}"
        )


def _walk(folder: Path) -> Iterator[Path | Skipped]:
    errors: list[OSError] = []
    seen: set[tuple[int, int]] = set()
    for here, folders, names in os.walk(folder, onerror=errors.append, followlinks=True):
        status = os.stat(here)
        if (status.st_dev, status.st_ino) in seen:  # a link that leads back here
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in sorted(names) if not name.startswith("."))
    yield from (
        Skipped(printable(str(error.filename)), None, f"cannot be opened ({error.strerror}); check its permissions")
        for error in errors
    )


def file_articles(path: Path, fetcher: Fetcher) -> Iterator[Article | Skipped]:
    """Read one file; all that is wrong with it comes as Skipped."""
    origin = printable(path)
    if not path.is_file():  # a pipe or device would make us wait for ever
        yield Skipped(origin, None, "is not a regular file, or a link to nothing; only regular files are read")
        return
    try:
        if kind_of_name(path.name) == "jsonl":
            with open_lines(str(path)) as lines:
                yield from jsonl_articles(lines, origin, fetcher.limits)
        else:
            yield from _whole_file(path, origin, fetcher)
    except ReadError as error:
        yield Skipped(origin, None, str(error))
    except OSError as error:
        yield Skipped(origin, None, f"cannot be opened ({error.strerror or error}); check its permissions")


def _whole_file(path: Path, origin: str, fetcher: Fetcher) -> Iterator[Article | Skipped]:
    raw = _content(path, fetcher.limits)
    known = kind_of_name(path.name)
    kind = known or kind_of_content(raw)
    stem = Path(path.name.removesuffix(".gz")).stem
    place = Place(origin, name_as_title(printable(stem)))
    try:
        if kind == "feed":
            yield from feed_articles(raw, None, fetcher)
        else:
            yield from content_articles(raw, kind, place, fetcher.limits)
    except ReadError as error:
        hint = "" if known else f" (this is read: {SUPPORTED})"
        raise ReadError(f"{error}{hint}") from error


def _content(path: Path, limits: Limits) -> bytes:
    """Return a file's bytes, decompressed.

    Raises:
        ReadError: It is too large, or its gzip data is damaged.
        OSError: It cannot be opened.
    """
    with gzip.open(path, "rb") if path.name.lower().endswith(".gz") else open(path, "rb") as stream:
        try:
            raw = stream.read(limits.file_bytes + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ReadError(f"is damaged gzip data ({error}); get the file anew") from error
    if len(raw) > limits.file_bytes:
        raise ReadError(
            f"is larger than {limits.file_bytes / MIB:g} MiB, the most that one file may hold except .jsonl; split it"
        )
    return raw
