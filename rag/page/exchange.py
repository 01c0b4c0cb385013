"""One question of a conversation and what came of it. Knows nothing of how answers are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rag.page.answer import question_html
from rag.types import Answer, Turn


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer, or an error in words.

    Attributes:
        key: Unique in its conversation; letters and digits.
        answer: None while it is being made, and where it failed.
        html: What the conversation shows below the question.
        filters: What it was allowed to use, as `Rag.stream` takes it.
    """

    key: str
    question: str
    answer: Answer | None = None
    html: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)

    def turns(self) -> tuple[Turn, ...]:
        """Return it as history; a question that failed leaves none."""
        return (Turn("user", self.question), self.answer.turn) if self.answer else ()


Conversation = list[Exchange]


def messages(conversation: Conversation) -> list[dict[str, str]]:
    """Return the conversation as messages with `role` and `content`, two for each exchange."""
    out = []
    for exchange in conversation:
        out.append({"role": "user", "content": question_html(exchange.question)})
        out.append({"role": "assistant", "content": exchange.html})
    return out
