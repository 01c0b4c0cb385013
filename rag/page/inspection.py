"""What the page does with a citation that is open: show it, explain it, let the reader correct it.

The handlers that `app.py` wires to the sources and to what stands below them. Knows the Rag, and Gradio's events.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import ArticleNotFound, RagError
from rag.page.answer import notice_html
from rag.page.exchange import Conversation
from rag.page.feedback import NOTHING, choosing_html, record, recorded_html
from rag.page.panel import empty_panel, panel_html
from rag.page.sources import at_sentence, gather
from rag.page.timeline import timeline_html
from rag.page.why import Cited, why_html
from rag.types import Answer

if TYPE_CHECKING:
    from rag.api import Rag


def answer_panel(rag: Rag, key: str, answer: Answer, spot: str | None = None) -> str:
    """Return the sources of an answer, opened at `spot`, with its evidence on a line of dates."""
    sources = gather(rag, key, answer)
    articles = dict(sources.articles)
    for evidence in answer.evidence:
        if evidence.article_id not in articles:
            with suppress(ArticleNotFound):
                articles[evidence.article_id] = rag.article(evidence.article_id)
    return panel_html(sources, spot, timeline_html(answer, sources, articles))


def last_panel(rag: Rag, conversation: Conversation) -> str:
    """Return the sources of a conversation's last answer."""
    last = conversation[-1] if conversation else None
    return answer_panel(rag, last.key, last.answer) if last and last.answer else empty_panel()


def linked_panel(rag: Rag, article_id: str, ordinal: str) -> str:
    """Return the panel with an article opened at a sentence, as a link asks for it."""
    try:
        return panel_html(at_sentence(rag, article_id, int(ordinal) if ordinal.isdecimal() else 0))
    except RagError as error:
        return notice_html(str(error))


class Inspection:
    """What the page does with an open citation; one for all visitors, with no state but the Rag."""

    def __init__(self, rag: Rag) -> None:
        self.rag = rag

    def open_spot(self, conversation: Conversation, event: gr.EventData) -> Any:
        """Return the panel of an older answer, opened at the spot that was chosen."""
        try:
            key, answer, _ = self.opened(conversation, str(event.spot))
            return answer_panel(self.rag, key, answer, str(event.spot)) if answer else gr.skip()
        except RagError as error:
            return notice_html(str(error))

    def why(self, conversation: Conversation, event: gr.EventData) -> str:
        """Explain the citation that is open."""
        try:
            key, answer, cited = self.opened(conversation, str(event.spot))
            if answer is None or cited is None:
                return ""
            filters = next(exchange.filters for exchange in conversation if exchange.key == key)
            return why_html(self.rag, key, answer, cited, filters)
        except RagError as error:
            return notice_html(str(error))

    def wrong(self, conversation: Conversation, event: gr.EventData) -> str:
        """Let the reader choose the right sentence of the article that is open."""
        try:
            key, _, cited = self.opened(conversation, str(event.spot))
            if cited is None:
                return ""
            article = self.rag.article(cited.article_id)
            return choosing_html(key, article, self.rag.sentences(article.id))
        except RagError as error:
            return notice_html(str(error))

    def right(self, conversation: Conversation, event: gr.EventData) -> str:
        """Record the sentence that the reader says is right."""
        exchange = next((one for one in conversation if one.key == str(event.key)), None)
        if exchange is None or exchange.answer is None:
            return ""
        answer = exchange.answer
        try:
            if str(event.sentence) == NOTHING:
                path, n = record(answer, None, None)
            else:
                article = self.rag.article(str(event.article))
                chosen = [s for s in self.rag.sentences(article.id) if str(s.ordinal) == str(event.sentence)]
                if not chosen:
                    return notice_html("That sentence is no longer in the article. Ask again, then choose.")
                path, n = record(answer, article, chosen[0])
            return recorded_html(path, n, self.rag.settings.index, exchange.filters)
        except RagError as error:
            return notice_html(str(error))

    def opened(self, conversation: Conversation, spot: str) -> tuple[str, Answer | None, Cited | None]:
        """Return the key and answer that a spot belongs to, and the sentence behind it where it still stands."""
        key = spot.rpartition("-")[0]
        answer = next((e.answer for e in conversation if e.key == key), None)
        if answer is None:
            return key, None, None
        found = next((s for s in gather(self.rag, key, answer).spots if s.id == spot and s.state == "ok"), None)
        return key, answer, Cited(found.article_id, found.sentence) if found else None
