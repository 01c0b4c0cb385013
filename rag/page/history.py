"""Conversations as the visitor's own browser keeps them: JSON, there and back. Nothing is kept on the server.

An answer is kept in its JSON form and what is shown beside it, so that a reload loses nothing; it is drawn anew from
the articles as they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rag.answer_json import answer_from_json, answer_to_json
from rag.errors import AnswerInvalid
from rag.page.beside import beside, with_beside
from rag.page.escape import count, escape
from rag.page.exchange import Conversation, Exchange
from rag.page.filters import chosen
from rag.types import Answer

MAX_CONVERSATIONS = 20
MAX_EXCHANGES = 30
"""Kept of a conversation, the newest. An answer is some 6 kB; browsers keep 5 MB."""

History = list[dict[str, Any]]
"""Oldest first; each with `key` and `exchanges`: `question`, `filters`; `answer` and `beside`, None where it failed."""


def new_key() -> str:
    """Return the name of a conversation that begins now."""
    return f"c{time.time_ns() // 1_000_000}"


def kept(history: object, key: str, conversation: Conversation) -> History:
    """Return the history with this conversation as its newest; one without a question is none."""
    others = [one for one in readable(history) if one["key"] != key]
    asked = [
        {
            "question": exchange.question,
            "answer": answer_to_json(exchange.answer) if exchange.answer else None,
            "beside": beside(exchange.answer) if exchange.answer else None,
            "filters": dict(exchange.filters),
        }
        for exchange in conversation[-MAX_EXCHANGES:]
    ]
    return [*others, {"key": key, "exchanges": asked}][-MAX_CONVERSATIONS:] if asked else others


def readable(history: object) -> History:
    """Return what can be used of what a browser sent: anything can be in there."""
    if not isinstance(history, list):
        return []
    return [
        dict(one)
        for one in history
        if isinstance(one, Mapping)
        and isinstance(one.get("key"), str)
        and isinstance(one.get("exchanges"), list)
        and one["exchanges"]
        and all(isinstance(e, Mapping) and isinstance(e.get("question"), str) for e in one["exchanges"])
    ][-MAX_CONVERSATIONS:]


def restored(history: object, key: str, draw: Callable[[str, Answer, Mapping[str, Any]], str]) -> Conversation:
    """Return a kept conversation; empty where it is not there. An exchange whose answer can't be read is left out.

    Args:
        history: What the browser sent.
        key: Of the conversation.
        draw: (key of the exchange, answer, filters) → its HTML.
    """
    out: Conversation = []
    for one in readable(history):
        for kept_exchange in one["exchanges"] if one["key"] == key else ():
            try:
                answer = with_beside(answer_from_json(kept_exchange["answer"]), kept_exchange.get("beside"))
            except (AnswerInvalid, KeyError):
                continue
            name, filters = f"a{len(out) + 1}", kept_exchange.get("filters")
            allowed = chosen(filters) if isinstance(filters, Mapping) else {}
            out.append(Exchange(name, kept_exchange["question"], answer, draw(name, answer, allowed), allowed))
    return out


def history_html(history: object, current: str) -> str:
    """Return the bar above the conversation: begin a new one, open or delete an earlier one."""
    earlier = [one for one in reversed(readable(history)) if one["key"] != current]
    rows = "".join(map(_row, earlier))
    past = (
        f'<details class="rag-past"><summary>{count(len(earlier), "earlier conversation")}</summary><ul>{rows}</ul>'
        '<button type="button" class="rag-forget" value="">Delete all of them</button>'
        "<p>Kept in this browser alone.</p></details>"
        if earlier
        else ""
    )
    return f'<div class="rag-talks"><button type="button" class="rag-new">New conversation</button>{past}</div>'


def _row(one: Mapping[str, Any]) -> str:
    exchanges: Sequence[Mapping[str, Any]] = one["exchanges"]
    first, n = exchanges[0]["question"], len(exchanges)
    key = escape(one["key"])
    label = escape(f"Delete the conversation “{first[:60]}”")
    return (
        f'<li><button type="button" class="rag-open" value="{key}">{escape(first)}'
        f"<small>{count(n, 'question')}</small></button>"
        f'<button type="button" class="rag-forget" value="{key}" aria-label="{label}" title="Delete">×</button></li>'
    )
