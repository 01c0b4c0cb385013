"""Conversations as the visitor's own browser keeps them: JSON, there and back. Nothing is kept on the server.

An answer is kept in its JSON form and what is shown beside it, so that a reload loses nothing; it is drawn anew from
the articles as they are. Where and how they are stored is in `kept.js`; `ARRIVE`, `TELL` and `WRITE` call it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.answer_json import answer_from_json, answer_to_json
from rag.display import counted
from rag.errors import AnswerInvalid
from rag.page import asset
from rag.page.beside import beside, with_beside
from rag.page.escape import escape
from rag.page.exchange import Conversation, Exchange
from rag.page.filters import chosen
from rag.types import Answer

MAX_EXCHANGES = 30
"""Kept of a conversation, the newest. An answer is some 6 kB; browsers keep 5 MB."""

_PRESENT = "sessionStorage.getItem('rag-conversation') ?? ''"


def _in_browser(body: str) -> str:
    return f"(given) => {{\n{asset('kept.js')}\n{body}\n}}"


ARRIVE = _in_browser(
    "const asked = new URLSearchParams(location.search);"
    "if (asked.get('q')) return [told(''), null];"
    f"return [{{ ...told({_PRESENT}), article: asked.get('article'), sentence: asked.get('s') }}, null];"
)
"""A tab that is loaded again goes on with its conversation; a new tab, or an address with a question, begins one."""
TELL = _in_browser(f"return [told({_PRESENT}), null];")
WRITE = _in_browser("if (given?.key) write(given);")
REMEMBER = "(key) => { sessionStorage.setItem('rag-conversation', key); }"


@dataclass(frozen=True, slots=True)
class Told:
    """What a browser tells of the conversations it keeps.

    Attributes:
        key: Of the conversation that is wanted.
        heads: Of all of them, oldest first: `key`, first `question`, and `n`, the number of questions.
        exchanges: Of the one that is wanted: `question`, `filters`, `answer` and what is `beside` it.
        article: What the address asks for, id or address of an article; empty for none.
        sentence: Ordinal of its sentence, as text.
    """

    key: str = ""
    heads: Sequence[Mapping[str, Any]] = ()
    exchanges: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    article: str = ""
    sentence: str = ""


def new_key() -> str:
    """Return the name of a conversation that begins now."""
    return f"c{time.time_ns() // 1_000_000}"


def kept(key: str, conversation: Conversation) -> dict[str, Any] | None:
    """Return what the browser is to keep of a conversation; None where nothing was answered."""
    answered = [
        {
            "question": exchange.question,
            "answer": answer_to_json(exchange.answer),
            "beside": beside(exchange.answer),
            "filters": dict(exchange.filters),
        }
        for exchange in conversation
        if exchange.answer
    ]
    return {"key": key, "exchanges": answered[-MAX_EXCHANGES:]} if answered else None


def readable(sent: object) -> Told:
    """Return what can be used of what a browser sent: anything can be in there."""
    data = sent if isinstance(sent, Mapping) else {}
    words = {name: value for name in ("key", "article", "sentence") if isinstance(value := data.get(name), str)}
    heads, exchanges = (_mappings(data.get(name)) for name in ("heads", "exchanges"))
    known = [one for one in heads if isinstance(one.get("key"), str) and isinstance(one.get("n"), int)]
    return Told(heads=_asked(known), exchanges=_asked(exchanges), **words)


def _mappings(sent: object) -> list[Mapping[str, Any]]:
    return [one for one in sent if isinstance(one, Mapping)] if isinstance(sent, list) else []


def _asked(given: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for one in given if isinstance(one.get("question"), str)]


def restored(
    exchanges: Sequence[Mapping[str, Any]], draw: Callable[[str, Answer, Mapping[str, Any]], str]
) -> Conversation:
    """Return a kept conversation. An exchange whose answer can't be read is left out.

    Args:
        exchanges: What the browser sent.
        draw: (key of the exchange, answer, filters) → its HTML.
    """
    out: Conversation = []
    for kept_exchange in exchanges:
        try:
            answer = with_beside(answer_from_json(kept_exchange["answer"]), kept_exchange.get("beside"))
        except (AnswerInvalid, KeyError):
            continue
        name = f"a{len(out) + 1}"
        allowed = chosen(kept_exchange.get("filters"))
        out.append(Exchange(name, kept_exchange["question"], answer, draw(name, answer, allowed), allowed))
    return out


def history_html(heads: Sequence[Mapping[str, Any]], current: str) -> str:
    """Return the bar above the conversation: begin a new one, open or delete an earlier one."""
    earlier = [one for one in reversed(heads) if one["key"] != current]
    rows = "".join(map(_row, earlier))
    past = (
        f'<details class="rag-past"><summary>{counted(len(earlier), "earlier conversation")}</summary><ul>{rows}</ul>'
        '<button type="button" class="rag-forget" value="">Delete all of them</button>'
        "<p>Kept in this browser alone.</p></details>"
        if earlier
        else ""
    )
    return f'<div class="rag-talks"><button type="button" class="rag-new">New conversation</button>{past}</div>'


def _row(one: Mapping[str, Any]) -> str:
    first, n = one["question"], one["n"]
    key = escape(one["key"])
    label = escape(f"Delete the conversation “{first[:60]}”")
    return (
        f'<li><button type="button" class="rag-open" value="{key}">{escape(first)}'
        f"<small>{counted(n, 'question')}</small></button>"
        f'<button type="button" class="rag-forget" value="{key}" aria-label="{label}" title="Delete">×</button></li>'
    )
