"""How quotes and statements are shown as text: shared by what composes an answer and what re-checks one.

Knows strings and statements; knows nothing of how sentences are chosen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Literal, get_args

from rag.types import Citation, Copy, Statement

Form = Literal["plain", "reported", "attributed", "event"]
"""plain: the sentence alone; reported: followed by when it was reported; attributed: and by whom; event: after its
date, as in a timeline."""

MANY_OUTLETS = 3
"""From so many outlets on, the statement says how many report it: two are a copy, three are a fact that went round."""

MANY_COPIES = 5
"""Of more outlets that print one story, so many are named."""

ABSTENTION = "The articles don't say"
"""Begins the text of an answer that abstains; what no article mentions may follow."""

UNBACKED = "(not backed by the articles)"
"""Ends a statement in a language model's words that no citation backs."""

_MARKER = re.compile(r"\s*\[\d+\]")
# What scraping leaves behind: stops set off at the end ("said. ."), and a stop before a comma ("November. , said").
_DEBRIS = re.compile(r"(?:\s+[.,;:])+$")
_STOP_BEFORE_COMMA = re.compile(r"\.\s+,(?=\s)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # whatever the locale


def display_text(quote: str) -> str:
    """Return a sentence as it is shown: one line, without what looks like a citation marker or scraping debris.

    The quote of the citation stays verbatim; only the statement is tidied.
    """
    return _STOP_BEFORE_COMMA.sub(",", _DEBRIS.sub("", _MARKER.sub("", " ".join(quote.split()))))


def nearest(text: str, phrase: str, at: int) -> int | None:
    """Return where in `text` a phrase begins that stood about `at` before the text was tidied; None if it is gone."""
    places = [match.start() for match in re.finditer(re.escape(phrase), text)]
    return min(places, key=lambda place: abs(place - at), default=None)


def short_date(day: date) -> str:
    """Return a day as "5 Feb 2024"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def n_outlets(sources: Iterable[str | None]) -> int:
    """Count the different outlets among `sources`, whatever their case; an article without one counts for none."""
    return len({source.casefold() for source in sources if source})


def also_in(citation: Citation, said: Callable[[Copy, str], str] = lambda _, name: name) -> str:
    """Return "also in CNN, The Post" for the other outlets that have the cited sentence; nothing where there is none.

    An article without an outlet goes by its title; a further copy in an outlet that is named or cited is not told.

    Args:
        citation: With the copies of its story.
        said: How a copy with this name is written, where a link belongs to it.
    """
    names: dict[str, tuple[Copy, str]] = {}
    for copy in citation.also:
        name = copy.source or copy.title
        if name and name.casefold() != (citation.source or "").casefold():
            names.setdefault(name.casefold(), (copy, name))
    told = [said(copy, name) for copy, name in list(names.values())[:MANY_COPIES]]
    more = [f"{len(names) - MANY_COPIES} more"] if len(names) > MANY_COPIES else []
    return f"also in {', '.join(told + more)}" if told else ""


def statement_text(
    quote: str, published: date | None = None, form: Form = "plain", outlets: int = 1, source: str | None = None
) -> str:
    """Return a sentence as a statement says it; what is said of it stands around the sentence, never in it.

    Args:
        quote: The sentence as its article has it.
        published: The day of its article; without one, no date is said, whatever the form.
        form: Whether and how the date and the outlet are said.
        outlets: How many outlets report it; said from `MANY_OUTLETS` on, and then none is named.
        source: The outlet of its article; without one, none is named.
    """
    text = display_text(quote)
    notes = [f"{outlets} outlets"] if outlets >= MANY_OUTLETS else []
    day = [short_date(published)] if published is not None else []
    by = [f"by {display_text(source)}"] if source and form == "attributed" and not notes else []
    if form in ("reported", "attributed") and (day or by):
        notes.append(" ".join(["reported", *day, *by]))
    if form == "event" and day:
        text = f"{day[0]}: {text}"
    return f"{text} ({', '.join(notes)})" if notes else text


def statement_forms(quote: str, published: date | None, outlets: int, source: str | None = None) -> set[str]:
    """Return every text that a statement of a sentence may have, arguments as in `statement_text`.

    Outlets need not be said: answers saved before they were counted don't.
    """
    counts = {1, outlets}
    return {statement_text(quote, published, form, n, source) for form in get_args(Form) for n in counts}


def unbacked_text(text: str) -> str:
    """Return a statement that nothing backs, saying so."""
    return f"{text} {UNBACKED}"


def answer_text(statements: Sequence[Statement]) -> str:
    """Return the statements as one text, each followed by the markers of its citations, if it has any."""
    return " ".join(f"{s.text} {''.join(f'[{n}]' for n in s.citations)}".rstrip() for s in statements)


def counted(n: int, noun: str) -> str:
    """Word a number of things: `1 article`, `1,200 articles`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
