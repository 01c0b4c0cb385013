"""Which kind a content is (by suffix, content type or its first bytes) and the reader for each kind.

Knows neither folders nor the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from rag.errors import ReadError
from rag.reading.feeds import is_feed
from rag.reading.html import html_article
from rag.reading.identity import Place
from rag.reading.jsonl import json_articles, jsonl_articles
from rag.reading.limits import Limits
from rag.reading.markdown import markdown_article
from rag.reading.pdf import pdf_article
from rag.reading.text import text_article
from rag.types import Article, Skipped

SUPPORTED = ".txt, .md, .html, .pdf, .jsonl, .json, RSS and Atom feeds, each also as .gz"

KIND_BY_SUFFIX = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
}
KIND_BY_TYPE = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "application/pdf": "pdf",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "application/ndjson": "jsonl",
    "application/json": "json",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/rdf+xml": "feed",
}
# Servers give these for anything they do not know: the address's suffix or the content itself says more.
VAGUE_TYPES = frozenset(
    ("", "text/plain", "text/xml", "application/xml", "application/octet-stream", "binary/octet-stream")
)
HTML_START = re.compile(rb"<!doctype html|<html[\s>]", re.IGNORECASE)
SNIFFED_BYTES = 1024  # pages start with their doctype; some put a licence in a comment before it

ARTICLE_READERS: dict[str, Callable[[bytes, Place], Article]] = {
    "text": text_article,
    "markdown": markdown_article,
    "html": html_article,
    "pdf": pdf_article,
}


def kind_of_name(name: str) -> str | None:
    """Return the kind that a file name's suffix stands for (`.gz` is looked through), or None for an unknown one."""
    return KIND_BY_SUFFIX.get(PurePosixPath(name.lower().removesuffix(".gz")).suffix)


def kind_of_content(raw: bytes) -> str:
    """Return the kind that the first bytes show; `text` if they show none."""
    if raw.startswith(b"%PDF-"):
        return "pdf"
    if is_feed(raw):
        return "feed"
    return "html" if HTML_START.search(raw[:SNIFFED_BYTES]) else "text"


def kind_of_response(content_type: str, url: str, body: bytes) -> str:
    """Return the kind of a response.

    Raises:
        ReadError: Its type is none that can be read.
    """
    if content_type not in VAGUE_TYPES:
        kind = KIND_BY_TYPE.get(content_type)
        if kind is None:
            raise ReadError(f"is {content_type!r}, which is not read; give one of {SUPPORTED}")
        return "feed" if kind == "html" and kind_of_content(body) == "feed" else kind
    kind = kind_of_name(PurePosixPath(urlsplit(url).path).name)
    return kind_of_content(body) if kind in {None, "feed"} else str(kind)


def content_articles(raw: bytes, kind: str, place: Place, limits: Limits) -> Iterator[Article | Skipped]:
    """Read content of any kind but `feed`.

    Raises:
        ReadError: It cannot be read.
    """
    if not raw.strip():
        raise ReadError("is empty; there is nothing to read")
    if kind == "jsonl":
        yield from jsonl_articles(BytesIO(raw), place.origin, limits)
    elif kind == "json":
        yield from json_articles(raw, place.origin)
    else:
        yield ARTICLE_READERS[kind](raw, place)
