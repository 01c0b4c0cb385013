"""RSS and Atom → the addresses and texts of their entries. The only file that names feedparser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

from rag.errors import ReadError
from rag.reading.dates import parse_written_day
from rag.reading.html import fragment_text
from rag.reading.identity import WEB_ADDRESS

ROOT = re.compile(rb"<(?:\w+:)?(rss|feed|RDF)[\s>]", re.IGNORECASE)
ROOT_BYTES = 4096  # comments, style sheets and namespaces before the root element seldom fill one kilobyte


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed.

    Attributes:
        link: Address of the article's page, or None.
        title: As plain text, or None.
        text: The longest text the feed itself has for it, as plain text; may be empty.
        source: Title of the feed.
    """

    link: str | None
    title: str | None
    text: str
    authors: tuple[str, ...]
    published: date | None
    section: str | None
    source: str | None


def is_feed(raw: bytes) -> bool:
    """Tell whether the bytes begin like an RSS or Atom feed."""
    head = raw[:ROOT_BYTES]
    if b"\0" in head:  # UTF-16
        head = head.replace(b"\0", b"")
    return ROOT.search(head) is not None and re.search(rb"<html[\s>]", head, re.IGNORECASE) is None


def feed_entries(raw: bytes, address: str | None = None) -> Iterator[Entry]:
    """Read the entries of a feed, in its order. Entities are not expanded and nothing is fetched while parsing.

    Args:
        raw: The feed.
        address: Where it was fetched from, which relative links start from.

    Raises:
        ReadError: It is not a feed, or one without entries.
    """
    import feedparser

    # A stream, since a bare string that looks like a path or address would be opened.
    feed = feedparser.parse(BytesIO(raw), resolve_relative_uris=False, sanitize_html=False)
    if not feed.entries:
        reason = f": {feed.bozo_exception}" if feed.get("bozo") and feed.get("bozo_exception") else ""
        raise ReadError(f"has no entries of an RSS or Atom feed{reason}; give a feed or an article's page")
    source = fragment_text(feed.feed.get("title") or "").replace("\n", " ") or None
    for entry in feed.entries:
        yield _entry(entry, source, address)


def _entry(entry: Any, source: str | None, address: str | None) -> Entry:
    given = str(entry.get("link") or "").strip()
    link = urljoin(address or "", given) if given else ""  # an empty one would lead to the feed itself
    texts = [fragment_text(str(text)) for text in _contents(entry)]
    return Entry(
        link=link if WEB_ADDRESS.fullmatch(link) else None,
        title=fragment_text(entry.get("title") or "").replace("\n", " ") or None,
        text=max(texts, key=len, default=""),
        authors=tuple(str(author["name"]) for author in entry.get("authors", ()) if author.get("name")),
        published=_day(entry),
        section=next((str(tag["term"]) for tag in entry.get("tags", ()) if tag.get("term")), None),
        source=source,
    )


def _contents(entry: Any) -> Iterator[str]:
    yield from (part.get("value") or "" for part in entry.get("content", ()))
    yield entry.get("summary") or ""


def _day(entry: Any) -> date | None:
    """Return the day as the feed writes it (feedparser's own reading is shifted to UTC); None if it cannot be read."""
    for key in ("published", "updated"):
        try:
            if day := parse_written_day(dict.get(entry, key), key):  # its own get() warns of what it will do one day
                return day
        except ReadError:  # the page may have a date that can be read; an entry without one is undated
            continue
    return None
