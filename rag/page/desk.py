"""What the page does when something is asked, chosen or added: the handlers that `app.py` wires to its elements.

Knows the Rag it was given and Gradio's ways of answering an event; not where anything stands on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import ArticleNotFound, RagError
from rag.page.adding import pasted, telling, uploaded
from rag.page.answer import STEP_WORDS, answer_html, growing_html, notice_html, working_html
from rag.page.evaluating import run_set
from rag.page.exchange import Conversation, Exchange, messages
from rag.page.feedback import NOTHING as FEEDBACK_NOTHING
from rag.page.feedback import choosing_html, record, recorded_html
from rag.page.filters import NOTHING, chosen, filters_html
from rag.page.history import History, history_html, kept, new_key, readable, restored
from rag.page.library import (
    STARTER_TITLE,
    header_html,
    list_html,
    questions_for,
    reader_html,
    removed_html,
    report_html,
    welcome_html,
)
from rag.page.panel import empty_panel, panel_html
from rag.page.sources import Sources, at_sentence, gather
from rag.page.timeline import timeline_html
from rag.page.why import Cited, why_html
from rag.types import AddReport, Answer, Article, ArticleOrder, Skipped

if TYPE_CHECKING:
    from rag.api import AddProgress, Rag

N_ROWS = 50  # rows a page of the list: more than a screen, few enough to draw at once
UNFORESEEN = (
    "This is a fault of the program. Its details are where the page was started; the question may be asked again."
)
PROGRESS = gr.Progress()  # Gradio replaces this default by the progress of the event that is running

Update = dict[str, Any]
Reply = tuple[Any, ...]


class Desk:
    """What the page does when something is asked, chosen or added; one for all visitors, with no state but the Rag."""

    def __init__(self, rag: Rag) -> None:
        self.rag = rag

    # the conversation -------------------------------------------------------------------------------------------

    def ask(self, question: str, conversation: Conversation, filters: Mapping[str, Any] = NOTHING) -> Iterator[Reply]:
        """Answer, step by step. Yields (messages, question box, panel, conversation)."""
        question = (question or "").strip()
        if not question:
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        earlier = list(conversation)
        exchange = Exchange(f"a{len(earlier) + 1}", question, html=working_html(), filters=dict(filters))
        yield messages([*earlier, exchange]), "", gr.skip(), [*earlier, exchange]
        try:
            for html in self._working(question, earlier, filters):
                if isinstance(html, Answer):
                    sources = gather(self.rag, exchange.key, html)
                    done = [*earlier, replace(exchange, answer=html, html=answer_html(html, sources))]
                    yield messages(done), gr.skip(), self._panel(html, sources), done
                else:
                    yield messages([*earlier, replace(exchange, html=html)]), gr.skip(), gr.skip(), gr.skip()
        except RagError as error:
            failed = [*earlier, replace(exchange, html=notice_html(str(error)))]
            yield messages(failed), question, gr.skip(), failed  # the question goes back into its box

    def _working(self, question: str, earlier: Conversation, filters: Mapping[str, Any]) -> Iterator[str | Answer]:
        """Yield what to show while the answer is made, then the whole answer: markers are added to that one alone."""
        history = [turn for exchange in earlier for turn in exchange.turns()]
        answer: Answer | None = None
        for item in self.rag.stream(question, history=history, **filters):
            if isinstance(item, Answer):
                answer = item
                yield growing_html(item)
            elif item.name in STEP_WORDS:
                yield working_html(STEP_WORDS[item.name])
        if answer is not None:
            yield answer

    def ask_example(
        self, conversation: Conversation, filters: Mapping[str, Any], event: gr.EventData
    ) -> Iterator[Reply]:
        """Answer the example that was chosen."""
        yield from self.ask(str(event.question), conversation, filters)

    def choose(self, event: gr.EventData) -> dict[str, Any]:
        """Return the filters of the next question, as they were chosen."""
        return chosen({name: getattr(event, name) for name in ("as_of", "since", "until", "sources")})

    def filters(self) -> str:
        """Return the form of filters for what is indexed now."""
        if not self.rag.n_articles:
            return ""
        status = self.rag.status()
        return filters_html(status.first_published, status.last_published, status.sources)

    # conversations that the browser keeps ------------------------------------------------------------------------

    def arrive(self, history: object, key: str, request: gr.Request) -> Iterator[Reply]:
        """Take up what the address or the tab's last visit asks for. Yields `ask`'s, then key and bar.

        `?q=` asks a question in a new conversation; `?article=` with `&s=` opens an article at a sentence.
        """
        asked, article_id = (str(request.query_params.get(name, "")).strip() for name in ("q", "article"))
        conversation = [] if asked else self._restored(history, key)
        key = key if conversation else new_key()
        bar = history_html(history, key)
        if asked:
            for shown in self.ask(asked, [], {}):
                yield *shown, key, bar
            return
        panel = self._panel_of(conversation)
        if article_id:
            panel = self._linked(article_id, str(request.query_params.get("s", "")))
        yield messages(conversation), gr.skip(), panel, conversation, key, bar

    def keep(self, history: object, key: str, conversation: Conversation) -> tuple[History, str]:
        """Return what the browser is to keep, and the bar."""
        known = kept(history, key, conversation)
        return known, history_html(known, key)

    def begin(self, history: object) -> Reply:
        """Begin a new conversation. Returns as `arrive` yields."""
        key = new_key()
        return [], "", empty_panel(), [], key, history_html(history, key)

    def resume(self, history: object, event: gr.EventData) -> Reply:
        """Take an earlier conversation up. Returns as `arrive` yields."""
        key = str(event.key)
        conversation = self._restored(history, key)
        return (
            messages(conversation), "", self._panel_of(conversation), conversation, key, history_html(history, key)
        )  # fmt: skip

    def forget(self, history: object, key: str, event: gr.EventData) -> tuple[History, str]:
        """Delete one earlier conversation, or all but the present one. Returns as `keep` does."""
        gone = str(event.key)
        left = [one for one in readable(history) if (one["key"] == key if not gone else one["key"] != gone)]
        return left, history_html(left, key)

    def _restored(self, history: object, key: str) -> Conversation:
        return restored(history, key, lambda name, answer: answer_html(answer, gather(self.rag, name, answer)))

    def _panel_of(self, conversation: Conversation) -> str:
        last = conversation[-1] if conversation else None
        if last is None or last.answer is None:
            return empty_panel()
        return self._panel(last.answer, gather(self.rag, last.key, last.answer))

    def _panel(self, answer: Answer, sources: Sources, spot: str | None = None) -> str:
        """Return the sources of an answer with its evidence on a line of dates."""
        articles = dict(sources.articles)
        for evidence in answer.evidence:
            if evidence.article_id not in articles:
                with suppress(ArticleNotFound):
                    articles[evidence.article_id] = self.rag.article(evidence.article_id)
        return panel_html(sources, spot, timeline_html(answer, sources, articles))

    def _linked(self, article_id: str, ordinal: str) -> str:
        """Return the panel with an article opened at a sentence, as a link asks for it."""
        try:
            sources = at_sentence(self.rag, article_id, int(ordinal) if ordinal.isdecimal() else 0)
        except RagError as error:
            return notice_html(str(error))
        return panel_html(sources)

    def broke_off(self, conversation: Conversation) -> Reply:
        """Say in place that the last question met an error nobody foresaw, and give it back."""
        last = replace(conversation[-1], html=notice_html(UNFORESEEN))
        done = [*conversation[:-1], last]
        return messages(done), last.question, gr.skip(), done

    def open_spot(self, conversation: Conversation, event: gr.EventData) -> str | Update:
        """Return the panel of an older answer, opened at the spot that was chosen."""
        key = str(event.spot).rpartition("-")[0]
        for exchange in conversation:
            if exchange.key == key and exchange.answer is not None:
                return self._panel(exchange.answer, gather(self.rag, key, exchange.answer), str(event.spot))
        nothing: Update = gr.skip()
        return nothing

    def why(self, conversation: Conversation, event: gr.EventData) -> str:
        """Explain the citation that is open."""
        exchange, number = self._opened(conversation, str(event.spot))
        if exchange is None or exchange.answer is None:
            return ""
        cited = self._cited(exchange.answer, number)
        try:
            return why_html(self.rag, exchange.key, exchange.answer, cited, exchange.filters) if cited else ""
        except RagError as error:
            return notice_html(str(error))

    def wrong(self, conversation: Conversation, event: gr.EventData) -> str:
        """Let the reader choose the right sentence of the article that is open."""
        exchange, number = self._opened(conversation, str(event.spot))
        cited = self._cited(exchange.answer, number) if exchange and exchange.answer else None
        if exchange is None or cited is None:
            return ""
        try:
            article = self.rag.article(cited.article_id)
            return choosing_html(exchange.key, article, self.rag.sentences(article.id))
        except RagError as error:
            return notice_html(str(error))

    def right(self, conversation: Conversation, event: gr.EventData) -> str:
        """Record the sentence that the reader says is right."""
        exchange = next((e for e in conversation if e.key == str(event.key)), None)
        if exchange is None or exchange.answer is None:
            return ""
        try:
            if str(event.sentence) == FEEDBACK_NOTHING:
                path = record(exchange.answer, None, None)
            else:
                article = self.rag.article(str(event.article))
                path = record(exchange.answer, article, self.rag.sentences(article.id)[int(event.sentence)])
            return recorded_html(path, sum(1 for line in path.open(encoding="utf-8") if line.strip()))
        except RagError as error:
            return notice_html(str(error))

    def _opened(self, conversation: Conversation, spot: str) -> tuple[Exchange | None, int]:
        key, _, number = spot.rpartition("-")
        return next((e for e in conversation if e.key == key), None), int(number) if number.isdecimal() else 0

    def _cited(self, answer: Answer, number: int) -> Cited | None:
        """Return the sentence behind a spot: a citation's first, or that of the closest passages."""
        spots = gather(self.rag, "x", answer).spots
        spot = next((s for s in spots if s.number == number), None)
        if spot is None or spot.state != "ok":
            return None
        sentences = self.rag.sentences(spot.article_id)
        ordinal = next((s.ordinal for s in sentences if s.start <= spot.start < s.end), None)
        return None if ordinal is None else Cited(spot.article_id, ordinal)

    # the articles -----------------------------------------------------------------------------------------------

    def rows(self, query: str, limit: int = N_ROWS, order: ArticleOrder = "newest") -> str:
        """Return the list: all articles, or those that match `query`, in an order."""
        query = (query or "").strip()
        found = self.rag.articles(query=query or None, limit=limit + 1, order=order)
        return list_html(found[:limit], self.rag.n_articles, query, more=len(found) > limit)

    def more_rows(self, query: str, limit: int, order: ArticleOrder = "newest") -> tuple[str, int]:
        """Return the list with another page of rows, and its new length."""
        return self.rows(query, limit + N_ROWS, order), limit + N_ROWS

    def welcome(self) -> str:
        """Return what the conversation shows before the first question."""
        newest = self.rag.articles(limit=3)
        starter = bool(self.rag.articles(query=STARTER_TITLE, limit=1))
        return welcome_html(self.rag.n_articles, questions_for(newest, starter))

    def refreshed(self, query: str) -> Reply:
        """Return masthead, conversation welcome, filters and list as they are now."""
        return (
            header_html(self.rag.n_articles), gr.update(placeholder=self.welcome()), self.filters(), self.rows(query)
        )  # fmt: skip

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

    def remove_article(self, article_id: str, query: str) -> Reply:
        """Remove the opened article. Returns the report, the closed reader, then `refreshed`."""
        try:
            self.rag.remove(article_id)
            report = removed_html(article_id)
        except RagError as error:
            report = report_html(article_id, str(error))
        return report, *self.close_article(), *self.refreshed(query)

    def upload(self, paths: Sequence[str] | None, query: str, progress: gr.Progress = PROGRESS) -> Reply:
        """Add the uploaded files. Returns the report, the emptied upload box, then `refreshed`."""
        files = [Path(path) for path in paths or ()]
        reports = []
        for at, file in enumerate(files):
            tell = telling(lambda share, words: progress(share, desc=words), file.name, at, len(files))
            progress(at / len(files), desc=f"Reading {file.name}")
            reports.append(report_html(file.name, self._add(uploaded(str(file), file.name), tell)))
        return "".join(reports), None, *self.refreshed(query)

    def paste(self, text: str, title: str, published: str, query: str, progress: gr.Progress = PROGRESS) -> Reply:
        """Add a pasted text. Returns the report, the three boxes (kept where it failed), then `refreshed`."""
        name = (title or "").strip() or "Pasted text"
        try:
            article = pasted(text, title, published)
        except RagError as error:
            return report_html(name, str(error)), gr.skip(), gr.skip(), gr.skip(), *self.refreshed(query)
        report = self._add([article], telling(lambda share, words: progress(share, desc=words), name, 0, 1))
        boxes = (gr.skip(),) * 3 if isinstance(report, str) else ("", "", "")
        return report_html(article.title or name, report), *boxes, *self.refreshed(query)

    def fetch(self, address: str, query: str, progress: gr.Progress = PROGRESS) -> Reply:
        """Add what an address has: a page, a file or a feed. Returns the report, the box, then `refreshed`."""
        address = (address or "").strip()
        if not address.startswith(("http://", "https://")):
            told = report_html(address or "No address", "An address begins with http:// or https://. Copy it whole.")
            return told, gr.skip(), *self.refreshed(query)
        tell = telling(lambda share, words: progress(share, desc=words), address, 0, 1)
        progress(0, desc=f"Fetching {address}")
        try:
            report: AddReport | str = self.rag.add(address, progress=tell)
        except RagError as error:
            report = str(error)
        box = gr.skip() if isinstance(report, str) else ""
        return report_html(address, report), box, *self.refreshed(query)

    # evaluation -------------------------------------------------------------------------------------------------

    def evaluate(self, chosen_set: str, limit: float | None, progress: gr.Progress = PROGRESS) -> str:
        """Run a set and return its report."""
        progress(0, desc="Reading the set")

        def asked(done: int, total: int) -> None:
            progress((done, total), desc="Asking", unit="questions")

        return run_set(self.rag, chosen_set or "", int(limit) if limit else None, asked)

    def _add(self, items: Iterable[Article | Skipped], tell: Callable[[AddProgress], None]) -> AddReport | str:
        try:
            return self.rag.add_articles(items, progress=tell)
        except RagError as error:
            return str(error)
