"""A sentence → the questions that it answers, by what it holds: speech, a cause, a number, a day, a place, a person.

Each names whoever it is about, so that it can be understood by itself. None is better than a clumsy one. Knows one
article's sentences; nothing of models or answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rag.answering.asking_events import of_clause, of_pattern
from rag.answering.asking_people import said, what_is, who_is
from rag.answering.draft import Draft, Told
from rag.words import content_stems

MAX_WORDS = 12
"""Of a question: a longer one is no longer read at a glance."""

_TEMPLATES: tuple[Callable[[Told], Iterator[Draft]], ...] = (said, of_clause, of_pattern, who_is, what_is)


def drafts(told: Told) -> list[Draft]:
    """Return the questions that a sentence answers, each well-formed by itself; mostly none."""
    return [draft for template in _TEMPLATES for draft in template(told) if _fits(draft, told)]


def _fits(draft: Draft, told: Told) -> bool:
    """Tell whether a question is short, and its sentence tells more than the question does."""
    beyond = set(content_stems(told.text)) - set(content_stems(draft.question))
    return len(draft.question.split()) <= MAX_WORDS and bool(beyond)
