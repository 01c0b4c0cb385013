"""What the page does in its Articles tab: listing, reading, adding, removing. The handlers that `app.py` wires.

Knows the Rag it was given and Gradio's ways of answering an event; not where anything stands on the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import ArticleNotFound, EncoderMismatch, RagError
from rag.page.adding import pasted, telling, uploaded
from rag.page.answer import notice_html
from rag.page.filters import filters_html
from rag.page.following import Following
from rag.page.library import (
    N_FATES_SHOWN,
    STARTER_TITLE,
    Fate,
    header_html,
    list_html,
    questions_for,
    reader_html,
    reindexed_html,
    removed_html,
    report_html,
    welcome_html,
)
from rag.types import AddReport, Article, ArticleOrder, Skipped

if TYPE_CHECKING:
    from rag.api import AddProgress, Rag

N_ROWS = 50  # rows a page of the list: more than a screen, few enough to draw at once
PROGRESS = gr.Progress()  # Gradio replaces this default by the progress of the event that is running

Reply = tuple[Any, ...]


class Catalogue:
    """What the page does with the articles; one for all visitors, with no state but the Rag."""

    def __init__(self, rag: Rag) -> None:
        self.rag = rag
        self._following = Following(rag)

    def rows(self, query: str, limit: int = N_ROWS, order: ArticleOrder = "newest") -> str:
        """Return the list: all articles, or those that match `query`, in an order."""
        query = (query or "").strip()
        found = self.rag.articles(query=query or None, limit=limit + 1, order=order)
        return list_html(found[:limit], self.rag.n_articles, query, more=len(found) > limit)

    def more_rows(self, query: str, limit: int, order: ArticleOrder = "newest") -> tuple[str, int]:
        """Return the list with another page of rows, and its new length."""
        return self.rows(query, limit + N_ROWS, order), limit + N_ROWS

    def filters(self) -> str:
        """Return the form of filters for what is indexed now."""
        if not self.rag.n_articles:
            return ""
        status = self.rag.status()
        return filters_html(status.first_published, status.last_published, status.sources)

    def welcome(self) -> str:
        """Return what the conversation shows before the first question."""
        return welcome_html(self.rag.n_articles, self._examples(()))

    def welcome_tried(self) -> Any:
        """Return the welcome with questions that the newest articles are known to answer: found after it is shown."""
        starter = bool(self.rag.articles(query=STARTER_TITLE, limit=1))
        tried = () if starter or not self.rag.n_articles else self._following.first()
        return gr.update(placeholder=welcome_html(self.rag.n_articles, self._examples(tried))) if tried else gr.skip()

    def _examples(self, tried: Sequence[str]) -> tuple[str, ...]:
        newest = self.rag.articles(limit=3)
        starter = bool(self.rag.articles(query=STARTER_TITLE, limit=1))
        return questions_for(newest, starter, tried)

    def refreshed(self, query: str = "", order: ArticleOrder = "newest") -> Reply:
        """Return masthead, conversation welcome, filters, and the first page of the list with its length."""
        welcome = gr.update(placeholder=self.welcome())
        return header_html(self.rag.n_articles), welcome, self.filters(), self.rows(query, order=order), N_ROWS

    def open_article(self, event: gr.EventData) -> Reply:
        """Open the chosen row. Returns (reader, reading group, adding group, confirmation, chosen id)."""
        chosen = ""
        try:
            article = self.rag.article(str(event.article))
            html, chosen = reader_html(article, len(self.rag.sentences(article.id))), article.id
        except RagError as error:
            html = notice_html(str(error))
        return html, gr.update(visible=True), gr.update(visible=False), gr.update(visible=False), chosen

    def close_article(self) -> Reply:
        """Close the reader; the forms to add articles come back."""
        return "", gr.update(visible=False), gr.update(visible=True), gr.update(visible=False), ""

    def remove_article(self, article_id: str, query: str, order: ArticleOrder = "newest") -> Reply:
        """Remove the opened article. Returns the report, the closed reader, then `refreshed`."""
        try:
            self.rag.remove(article_id)
            report = removed_html(article_id)
        except RagError as error:
            report = report_html(article_id, str(error))
        return report, *self.close_article(), *self.refreshed(query, order)

    def upload(
        self,
        paths: Sequence[str] | None,
        query: str,
        order: ArticleOrder = "newest",
        progress: gr.Progress = PROGRESS,
    ) -> Reply:
        """Add the uploaded files. Returns the report, the emptied upload box, then `refreshed`."""
        files = [Path(path) for path in paths or ()]
        reports = []
        for at, file in enumerate(files):
            tell = telling(lambda share, words: progress(share, desc=words), file.name, at, len(files))
            progress(at / len(files), desc=f"Reading {file.name}")
            reports.append(self._told(file.name, self._add(uploaded(str(file), file.name), tell)))
        return "".join(reports), None, *self.refreshed(query, order)

    def paste(
        self,
        text: str,
        title: str,
        published: str,
        query: str,
        order: ArticleOrder = "newest",
        progress: gr.Progress = PROGRESS,
    ) -> Reply:
        """Add a pasted text. Returns the report, the three boxes (kept where it failed), then `refreshed`."""
        name = (title or "").strip() or "Pasted text"
        try:
            article = pasted(text, title, published)
        except RagError as error:
            return report_html(name, str(error)), gr.skip(), gr.skip(), gr.skip(), *self.refreshed(query, order)
        report = self._add([article], telling(lambda share, words: progress(share, desc=words), name, 0, 1))
        boxes = (gr.skip(),) * 3 if isinstance(report, str) else ("", "", "")
        return self._told(article.title or name, report), *boxes, *self.refreshed(query, order)

    def fetch(
        self, address: str, query: str, order: ArticleOrder = "newest", progress: gr.Progress = PROGRESS
    ) -> Reply:
        """Add what an address has: a page, a file or a feed. Returns the report, the box, then `refreshed`."""
        address = (address or "").strip()
        if not address.startswith(("http://", "https://")):
            told = report_html(address or "No address", "An address begins with http:// or https://. Copy it whole.")
            return told, gr.skip(), *self.refreshed(query, order)
        tell = telling(lambda share, words: progress(share, desc=words), address, 0, 1)
        progress(0, desc=f"Fetching {address}")
        try:
            report: AddReport | str = self.rag.add(address, progress=tell)
        except RagError as error:
            report = str(error)
        box = gr.skip() if isinstance(report, str) else ""
        return self._told(address, report), box, *self.refreshed(query, order)

    def reindex(
        self, anew: bool, query: str, order: ArticleOrder = "newest", progress: gr.Progress = PROGRESS
    ) -> Reply:
        """Build the search structures anew. Returns the report, then `refreshed`.

        Args:
            anew: Encode every article anew too, as is done unasked where the index has another encoder than is there.
            query: What the list shows.
            order: And in which order.
            progress: Gradio's.
        """
        began_s = time.monotonic()
        progress(0, desc="Building the index")
        try:
            anew = anew or self._has_another_encoder()
            tell = telling(lambda share, words: progress(share, desc=words), "the index", 0, 1)
            self.rag.rebuild(views_only=not anew, progress=tell)
            elapsed_s = time.monotonic() - began_s
            report = reindexed_html(self.rag.n_articles, self.rag.generation, anew, elapsed_s)
        except RagError as error:
            report = report_html("Re-index", str(error))
        return report, *self.refreshed(query, order)

    def _has_another_encoder(self) -> bool:
        try:
            _ = self.rag.encoder
        except EncoderMismatch:
            return True
        return False

    def _told(self, name: str, report: AddReport | str) -> str:
        return report_html(name, report, () if isinstance(report, str) else list(self._fates(report)))

    def _fates(self, report: AddReport) -> Iterator[Fate]:
        """Yield what became of each article, the first `N_FATES_SHOWN` of them: what changed before what did not."""
        every = ((what, one) for what in ("updated", "added", "unchanged") for one in getattr(report, what))
        for what, article_id in islice(every, N_FATES_SHOWN):
            try:
                twins = self.rag.twins(article_id) if article_id in report.duplicates else ()
                yield Fate(what, self.rag.article(article_id).title or article_id, twins[0] if twins else None)
            except ArticleNotFound:  # somebody removed it in the meantime
                yield Fate(what, article_id)

    def _add(self, items: Iterable[Article | Skipped], tell: Callable[[AddProgress], None]) -> AddReport | str:
        try:
            return self.rag.add_articles(items, progress=tell)
        except RagError as error:
            return str(error)
