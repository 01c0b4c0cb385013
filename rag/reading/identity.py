"""The one place where articles are made: checks every value and derives readable, reproducible ids.

Knows nothing of where the values come from.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from reprlib import repr as short

from rag.errors import ReadError
from rag.reading.decode import check_storable, normalise
from rag.types import Article

MAX_ID_CHARS = 200
MAX_TITLE_CHARS = 2000  # a headline has about 100; beyond this it is not a title and would drown the passage's vector
SLUG_CHARS = 60
WEB_ADDRESS = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bytes of one article stand.

    Attributes:
        origin: Absolute path or address.
        name: What the article is called if it has no title itself; may be empty. See `name_as_title`.
        url: Address it was fetched from, after redirects; None for a file.
        charset: What the HTTP header declares.
    """

    origin: str
    name: str = ""
    url: str | None = None
    charset: str | None = None


def name_as_title(stem: str) -> str:
    """Make a title of a file's stem: hyphens and underscores become spaces, except inside a date."""
    return re.sub(r"(?<!\d)[-_]+|[-_]+(?!\d)", " ", stem).strip()


def one_line(value: str | None, key: str) -> str | None:
    """Return `value` in NFC with each run of white space as one space; None if nothing is left.

    Raises:
        ReadError: It cannot be stored as text.
    """
    if value is None:
        return None
    check_storable(value, key)
    return " ".join(normalise(value).split()) or None


def slug(title: str) -> str:
    """Return lower-case words joined by hyphens, at most 60 characters, cut between words; may be empty.

    Accents of Latin letters are dropped; letters of other scripts are kept.
    """
    folded = "".join(_unaccented(character) for character in normalise(title).lower())
    words = re.findall(r"[^\W_]+", folded.replace("'", "").replace("’", ""))
    out = ""
    for word in words:
        joined = f"{out}-{word}" if out else word[:SLUG_CHARS]
        if len(joined) > SLUG_CHARS:
            break
        out = joined
    return out


def _unaccented(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)[:1]
    return base if base.isascii() else character


def derived_id(title: str, text: str, url: str | None, name: str = "") -> str:
    """Return `<slug of the title>-<8 hexadecimal digits>`, the same on every machine and at every time.

    The digits are from the SHA-256 of what identifies the article: its url, or title and text where it has none.
    """
    identity = url or f"{title}\n{text}"
    digits = hashlib.sha256(identity.encode("utf-8")).hexdigest()[:8]
    return f"{slug(title) or slug(name) or 'article'}-{digits}"


def _checked_id(given: str) -> str:
    if not given.strip() or len(given) > MAX_ID_CHARS or not given.isprintable():
        raise ReadError(f"id is {short(given)}; it must be 1 to {MAX_ID_CHARS} printable characters")
    return given


def _checked_url(url: str | None) -> str | None:
    url = one_line(url, "url")
    if url is not None and not WEB_ADDRESS.fullmatch(url):
        raise ReadError(f"url is {short(url)}; it must be an address that begins with http:// or https://, or null")
    return url


def make_article(
    *,
    title: str | None,
    text: str,
    id: str | None = None,
    source: str | None = None,
    url: str | None = None,
    authors: Sequence[str] = (),
    published: date | None = None,
    section: str | None = None,
    origin: str | None = None,
    name: str = "",
) -> Article:
    """Make an article from checked values. The text becomes NFC with LF newlines and is otherwise kept as it is.

    Args:
        title: Its white space is evened out to one line.
        text: The body.
        id: Kept as given; derived where None.
        source: Where the article appeared.
        url: Its address.
        authors: Names; blank ones are dropped.
        published: Day of publication.
        section: Section of the paper.
        origin: Where it was read from.
        name: Stands in for an absent title in a derived id.

    Raises:
        ReadError: A value cannot be used; the message names the key and the value.
    """
    check_storable(text, "text")
    text = normalise(text)
    if not text.strip():
        raise ReadError("text is empty; an article needs a body")
    title = one_line(title, "title") or ""
    if len(title) > MAX_TITLE_CHARS:
        raise ReadError(f"title has {len(title)} characters, more than {MAX_TITLE_CHARS}; it is not a title")
    url = _checked_url(url)
    return Article(
        id=derived_id(title, text, url, name) if id is None else _checked_id(id),
        title=title,
        text=text,
        source=one_line(source, "source"),
        url=url,
        authors=tuple(author for given in authors if (author := one_line(given, "authors"))),
        published=published,
        section=one_line(section, "section"),
        origin=origin,
    )
