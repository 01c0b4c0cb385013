"""HTML → Article with trafilatura: main text, and what the page says of itself. Only this file names it and lxml."""

from __future__ import annotations

import logging
import re
from typing import Any

from rag.errors import ReadError
from rag.reading.dates import parse_day
from rag.reading.decode import decode
from rag.reading.identity import WEB_ADDRESS, Place, make_article, one_line
from rag.types import Article

# The dates that a page states in its metadata and time elements, not guesses from its text or footer. The latest day
# is fixed, since "today" would make the same page read differently tomorrow.
DATE_SEARCH = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}
META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
META_BYTES = 4096  # the standard says the first 1024 bytes; pages that put scripts first need more
HEAD_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,1000})</title", re.IGNORECASE)

SILENT = frozenset({"script", "style"})
BLOCKS = frozenset({"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"})
BLOCKS |= {"table", "tr", "section", "article", "figure"}


def html_article(raw: bytes, place: Place) -> Article:
    """Read the bytes of a page. For a file, its canonical link is the url; for a fetched page, the fetched address.

    Raises:
        ReadError: Not text, or no main text is found (a front page, a list of links, a page that scripts fill).
    """
    page = decode(raw, place.charset or _declared(raw))
    found = _extract(page, place.url)
    title = one_line(found.title, "title") or _head_title(page) or place.name
    return make_article(
        title=title,
        text=_without_title(found.text, title),
        source=found.sitename or found.hostname,
        url=place.url or _web_address(found.url),
        authors=(found.author or "").split("; "),
        published=parse_day(found.date, "date"),
        section=next(iter(found.categories or ()), None),
        origin=place.origin,
        name=place.name,
    )


def _declared(raw: bytes) -> str | None:
    found = META_CHARSET.search(raw[:META_BYTES])
    return found.group(1).decode("ascii", "replace") if found else None


def _extract(page: str, url: str | None) -> Any:
    import trafilatura

    # What is wrong with a page is told by Skipped, not on standard error between two lines of progress.
    for name in ("trafilatura", "htmldate", "courlan", "readability"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        found = trafilatura.bare_extraction(
            page, url=url, with_metadata=True, include_comments=False, date_extraction_params=dict(DATE_SEARCH)
        )
    except RecursionError as error:
        raise ReadError("is nested too deeply to be read as a page; save the article's text instead") from error
    if found is None or not (found.text or "").strip():
        raise ReadError("has no main text (a front page, or one that scripts fill); give the article's own page")
    return found


def _web_address(url: str | None) -> str | None:
    return url if url and WEB_ADDRESS.fullmatch(url) else None


def _head_title(page: str) -> str | None:
    found = HEAD_TITLE.search(page)
    return one_line(fragment_text(found.group(1)), "title") if found else None


def _without_title(text: str, title: str) -> str:
    first, _, rest = text.partition("\n")
    return rest if rest.strip() and " ".join(first.split()) == title else text


def fragment_text(fragment: str) -> str:
    """Return the words of an HTML fragment (a feed's summary), one line a block, entities resolved."""
    from lxml import etree  # not the standard library's parser: it takes minutes for 400 kB of "<!--<!--<!--"

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    tree = etree.fromstring(f"<div>{fragment}</div>".encode("utf-8", "replace"), parser)
    parts: list[str] = []
    walk = etree.iterwalk(tree, events=("start", "end")) if tree is not None else ()
    for event, element in walk:
        if element.tag in BLOCKS:
            parts.append("\n")
        words = element.text if event == "start" else element.tail
        if words and not (event == "start" and element.tag in SILENT):
            parts.append(re.sub(r"\s+", " ", words))
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)
