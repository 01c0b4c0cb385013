"""What the page does when something is asked: the handlers of the Ask tab that `app.py` wires to its elements.

Knows the Rag it was given and Gradio's ways of answering an event; not where anything stands on the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.datastructures import QueryParams

from rag.errors import RagError
from rag.page.answer import STEP_WORDS, answer_html, growing_html, notice_html, working_html
from rag.page.exchange import Conversation, Exchange, messages
from rag.page.filters import NOTHING, chosen
from rag.page.history import History, history_html, kept, new_key, readable, restored
from rag.page.inspection import answer_panel, last_panel, linked_panel
from rag.page.panel import empty_panel
from rag.page.sources import gather
from rag.saved import record_vain
from rag.types import Answer

if TYPE_CHECKING:
    from rag.api import Rag

UNFORESEEN = (
    "This is a fault of the program. Its details are where the page was started; the question may be asked again."
)

Reply = tuple[Any, ...]


class Desk:
    """What the page does with questions and conversations; one for all visitors, with no state but the Rag."""

    def __init__(self, rag: Rag) -> None:
        self.rag = rag

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
                    shown = answer_html(html, gather(self.rag, exchange.key, html), filters)
                    done = [*earlier, replace(exchange, answer=html, html=shown)]
                    yield messages(done), gr.skip(), answer_panel(self.rag, exchange.key, html), done
                    record_vain(self.rag, html, filters)
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
        """Answer the example that was chosen, with filters of its own where it brings some."""
        own = getattr(event, "filters", None)
        yield from self.ask(str(event.question), conversation, filters if own is None else chosen(own))

    def choose(self, event: gr.EventData) -> dict[str, Any]:
        """Return the filters of the next question, as they were chosen."""
        return chosen({name: getattr(event, name) for name in ("as_of", "since", "until", "sources")})

    # conversations that the browser keeps ------------------------------------------------------------------------

    def arrive(self, history: object, key: str, request: gr.Request) -> Iterator[Reply]:
        """Take up what the address or the tab's last visit asks for. Yields `ask`'s, then key and bar.

        `?q=` asks a question in a new conversation, with filters as `asked_again` writes them; `?article=` with `&s=`
        opens an article at a sentence.
        """
        query = QueryParams(request.query_params)
        asked, article_id = (query.get(name, "").strip() for name in ("q", "article"))
        conversation = [] if asked else self._restored(history, key)
        key = key if conversation else new_key()
        bar = history_html(history, key)
        if asked:
            for shown in self.ask(asked, [], chosen({**query, "sources": query.getlist("sources")})):
                yield *shown, key, bar
            return
        panel = last_panel(self.rag, conversation)
        if article_id:
            panel = linked_panel(self.rag, article_id, query.get("s", ""))
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
        panel = last_panel(self.rag, conversation)
        return messages(conversation), "", panel, conversation, key, history_html(history, key)

    def forget(self, history: object, key: str, event: gr.EventData) -> tuple[History, str]:
        """Delete one earlier conversation, or all but the present one. Returns as `keep` does."""
        gone = str(event.key)
        left = [one for one in readable(history) if (one["key"] == key if not gone else one["key"] != gone)]
        return left, history_html(left, key)

    def _restored(self, history: object, key: str) -> Conversation:
        def draw(name: str, answer: Answer, filters: Mapping[str, Any]) -> str:
            return answer_html(answer, gather(self.rag, name, answer), filters)

        return restored(history, key, draw)

    def broke_off(self, conversation: Conversation) -> Reply:
        """Say in place that the last question met an error nobody foresaw, and give it back."""
        last = replace(conversation[-1], html=notice_html(UNFORESEEN))
        done = [*conversation[:-1], last]
        return messages(done), last.question, gr.skip(), done
