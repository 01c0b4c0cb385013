"""What the templates of next questions are given and give: a sentence as told, and a question that it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.answering.namebook import NameBook
from rag.answering.speech import Speech

Kind = Literal["said", "why", "how many", "how much", "who", "who is", "what is", "what", "how", "when", "where"]

CAP = r"[A-Z][\w’'&-]*\w"
"""A pattern: one capitalised word."""
NAME = rf"{CAP}(?: (?:of |the |de |von |bin )?{CAP}){{0,3}}"
"""A pattern: a run of them."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence with what its article shows about it.

    Attributes:
        context: Stems of the content words of what was asked and answered and of the article's title: what is spoken
            of, so that a question about it is understood.
    """

    text: str
    speech: Speech
    names: NameBook
    context: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that one sentence answers."""

    question: str
    kind: Kind
