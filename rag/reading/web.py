"""Addresses → articles: one page, or each entry of a feed with its page. Knows no file system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from rag.errors import FetchRefused, ReadError
from rag.reading.content import ARTICLE_READERS, content_articles, kind_of_response
from rag.reading.feeds import Entry, feed_entries
from rag.reading.fetch import Fetched, Fetcher
from rag.reading.identity import Place, make_article, name_as_title
from rag.types import Article, Skipped


def address_articles(url: str, fetcher: Fetcher) -> Iterator[Article | Skipped]:
    """Read what stands at an address; what cannot be fetched or read is Skipped.

    Raises:
        FetchRefused: The policy does not let `url`, or an address it redirects to, be fetched.
    """
    try:
        fetched = fetcher.fetch(url)
    except FetchRefused:
        raise
    except ReadError as error:
        yield Skipped(url, None, str(error))
        return
    try:
        kind = kind_of_response(fetched.content_type, fetched.url, fetched.body)
        if kind == "feed":
            yield from feed_articles(fetched.body, fetched.url, fetcher)
            return
        for article in content_articles(fetched.body, kind, _place(fetched), fetcher.limits):
            # JSON lines name their own source or have none; a page without a name appeared on its host
            yield _with_source(article, fetched.url) if kind in ARTICLE_READERS else article
    except ReadError as error:
        yield Skipped(fetched.url, None, str(error))


def _place(fetched: Fetched, title: str | None = None) -> Place:
    stem = PurePosixPath(unquote(urlsplit(fetched.url).path, errors="replace")).stem
    return Place(fetched.url, title or name_as_title(stem), fetched.url, fetched.charset)


def _with_source(article: Article | Skipped, url: str) -> Article | Skipped:
    if isinstance(article, Skipped) or article.source:
        return article
    return replace(article, source=(urlsplit(url).hostname or "").removeprefix("www.") or None)


def feed_articles(raw: bytes, address: str | None, fetcher: Fetcher) -> Iterator[Article | Skipped]:
    """Read each entry of a feed from its page, under the fetcher's policy; what the page lacks, the feed gives.

    Where a page cannot be fetched or read, it is reported as Skipped, and the feed's own text of that entry, if it
    has one, follows as the article. An address that stands in the feed twice is read once.

    Raises:
        ReadError: It is not a feed, or one without entries.
    """
    seen: set[str] = set()
    for position, entry in enumerate(feed_entries(raw, address), start=1):
        if entry.link and entry.link in seen:
            continue
        seen.add(entry.link or "")
        where = entry.link or f"{address or 'feed'}, entry {position}"
        try:
            yield _page_article(entry, fetcher)
        except ReadError as error:
            yield from _own_text(entry, where, str(error))


def _page_article(entry: Entry, fetcher: Fetcher) -> Article:
    if not entry.link:
        raise ReadError("has no http(s) link to a page")
    fetched = fetcher.fetch(entry.link)
    kind = kind_of_response(fetched.content_type, fetched.url, fetched.body)
    if kind not in ARTICLE_READERS:
        raise ReadError(f"links to {kind} content, not to an article; add {fetched.url} by itself")
    article = ARTICLE_READERS[kind](fetched.body, _place(fetched, entry.title))
    return replace(
        article,
        source=article.source or entry.source,
        authors=article.authors or entry.authors,
        published=article.published or entry.published,
        section=article.section or entry.section,
    )


def _own_text(entry: Entry, where: str, reason: str) -> Iterator[Article | Skipped]:
    if not entry.text:
        yield Skipped(where, None, f"{reason} (the feed has no text of its own for it)")
        return
    if entry.link:
        yield Skipped(where, None, f"{reason} (the feed's own, perhaps shorter text is read instead)")
    try:
        yield make_article(
            title=entry.title,
            text=entry.text,
            source=entry.source,
            url=entry.link,
            authors=entry.authors,
            published=entry.published,
            section=entry.section,
            origin=entry.link,
        )
    except ReadError as error:
        yield Skipped(where, None, str(error))
