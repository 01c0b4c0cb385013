"""What the page does when something is asked: the handlers of the Ask tab that `app.py` wires to its elements.

Knows the Rag it was given and Gradio's ways of answering an event; not where anything stands on the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import RagError
from rag.page.answer import STEP_WORDS, answer_html, growing_html, notice_html, passed_over_html, working_html
from rag.page.exchange import Conversation, Exchange, messages
from rag.page.filters import chosen
from rag.page.history import history_html, kept, new_key, readable, restored
from rag.page.inspection import answer_panel, last_panel, linked_panel
from rag.page.panel import empty_panel
from rag.page.sources import gather
from rag.page.talk import Talk
from rag.saved import record_vain
from rag.types import Answer

if TYPE_CHECKING:
    from rag.api import Rag

UNFORESEEN = "This is a fault of the program. Its details are where the page was started; you may try again."

Reply = tuple[Any, ...]


class Desk:
    """What the page does with questions and conversations; one for all visitors, with no state but the Rag."""

    def __init__(self, rag: Rag) -> None:
        self.rag = rag

    def ask(
        self, question: str, conversation: Conversation, sent: object = None, talk: Talk | None = None
    ) -> Iterator[Reply]:
        """Answer, step by step, until something else is wanted. Yields (messages, question box, panel, conversation).

        Args:
            question: As it was written.
            conversation: What was asked before.
            sent: The filters, as the browser sent them.
            talk: Of the tab.
        """
        question = (question or "").strip()
        if not question:
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        talk = talk or Talk()
        turn = talk.take_turn()
        for reply in self._replies(question, conversation, chosen(sent)):
            if talk.turn != turn:
                return
            yield reply

    def _replies(self, question: str, conversation: Conversation, filters: Mapping[str, Any]) -> Iterator[Reply]:
        earlier = [replace(e, html=passed_over_html()) if e.html == working_html() else e for e in conversation]
        exchange = Exchange(f"a{len(earlier) + 1}", question, html=working_html(), filters=dict(filters))
        yield messages([*earlier, exchange]), "", gr.skip(), [*earlier, exchange]
        try:
            for html in self._working(question, earlier, filters):
                if isinstance(html, Answer):
                    shown = answer_html(html, gather(self.rag, exchange.key, html), filters)
                    done = [*earlier, replace(exchange, answer=html, html=shown)]
                    yield messages(done), gr.skip(), answer_panel(self.rag, exchange.key, html), done
                    record_vain(self.rag, html, filters)
                else:
                    yield messages([*earlier, replace(exchange, html=html)]), gr.skip(), gr.skip(), gr.skip()
        except RagError as error:
            yield self._failed(earlier, exchange, str(error))
        except Exception:
            yield self._failed(earlier, exchange, UNFORESEEN)
            raise  # the server writes it down

    def _failed(self, earlier: Conversation, exchange: Exchange, why: str) -> Reply:
        failed = [*earlier, replace(exchange, html=notice_html(why))]
        return messages(failed), exchange.question, gr.skip(), failed  # the question goes back into its box

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

    def ask_example(self, conversation: Conversation, sent: object, talk: Talk, event: gr.EventData) -> Iterator[Reply]:
        """Answer the question that was chosen or linked to, with filters of its own where it brings some.

        A link may name an article and a sentence too, which is opened once the answer is there.
        """
        own, article_id = getattr(event, "filters", None), getattr(event, "article", None)
        yield from self.ask(str(event.question), conversation, sent if own is None else own, talk)
        if article_id:
            panel = linked_panel(self.rag, str(article_id), str(getattr(event, "sentence", "")))
            yield gr.skip(), gr.skip(), panel, gr.skip()

    # conversations that the browser keeps ------------------------------------------------------------------------

    def arrive(self, sent: object, talk: Talk) -> Reply:
        """Take up the conversation that the tab last had, or one that was chosen, and what the address asks for.

        Returns (messages, question box, panel, conversation, key, bar).
        """
        told = readable(sent)
        try:
            conversation = restored(told.exchanges, self._drawn)
            panel = last_panel(self.rag, conversation)
            if told.article:
                panel = linked_panel(self.rag, told.article, told.sentence)
        except RagError as error:
            conversation, panel = [], notice_html(str(error))
        key = told.key if conversation else new_key()
        talk.take_turn(key)
        return messages(conversation), gr.skip(), panel, conversation, key, history_html(told.heads, key)

    def keep(self, talk: Talk, conversation: Conversation) -> dict[str, Any] | None:
        """Return what the browser is to keep."""
        return kept(talk.key, conversation)

    def begin(self, sent: object, talk: Talk) -> Reply:
        """Begin a new conversation. Returns as `arrive`."""
        key = new_key()
        talk.take_turn(key)
        return [], "", empty_panel(), [], key, history_html(readable(sent).heads, key)

    def bar(self, sent: object) -> str:
        """Return the bar above the conversation, when some were deleted."""
        told = readable(sent)
        return history_html(told.heads, told.key)

    def _drawn(self, name: str, answer: Answer, filters: Mapping[str, Any]) -> str:
        return answer_html(answer, gather(self.rag, name, answer), filters)

    def broke_off(self) -> str:
        """Return what the panel shows where a conversation could not be opened, for a reason nobody foresaw."""
        return notice_html(UNFORESEEN)
