"""A dated timeline for questions about a course of events: the best sentence of each day, oldest first.

Knows candidates and their articles' days; knows nothing of models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.answering import shares
from rag.answering.candidates import Candidate, Group
from rag.answering.figures import MONTHS
from rag.answering.leaning import stands_alone
from rag.answering.question import read_question
from rag.answering.sameness import same, telling_stems
from rag.retrieval.phrases import find_mentions
from rag.words import content_stems

MAX_EVENTS = 6
# A report of the event that a question starts from ("after the theft of the picture") has at least this share of the
# words for it: two of three, both of two.
_ANCHOR_SHARE = 0.6

_ASKS = re.compile(
    r"\bwhat (?:(?:has|have|had|all|else) )*(?:happened|happen|occurred|took place|followed|came)(?: \w+){0,3}? "
    r"(?:after|since|before|between|following|next)\b"
    r"|\bwhat (?:has|have) happened (?:with|to|in)\b.*\bsince\b"
    r"|\bwhat happened next\b|\btimeline\b|\bchronolog\w*|\bsequence of events\b|\bcourse of events\b"
    r"|\bhow (?:did|has|have|had) .*\b(?:develop(?:ed)?|unfold(?:ed)?|evolved?|play(?:ed)? out|progress(?:ed)?)\b",
    re.IGNORECASE,
)
_ANCHOR = re.compile(r"\b(?P<role>after|since|following|before)\b(?P<event>.+?)\W*$", re.IGNORECASE)


def asks_for_timeline(question: str) -> bool:
    """Tell whether a question asks for a course of events: "what happened after …", "timeline of …"."""
    return _ASKS.search(question) is not None


def timeline(ranked: Sequence[Candidate], question: str, near: tuple[date, date] | None = None) -> list[Group]:
    """Return the best sentence of each day that can be understood by itself, oldest first; at most six.

    The copies of other outlets on that day are cited with it.

    Args:
        ranked: Every candidate, best first.
        question: What is asked; after "after", "since" or "before" it may name an event, and only what was reported
            on that side of the first report of it (inclusive) is an event then.
        near: First and last day that the question asks about, where it names a date. Where that date is the event's
            ("after the fire on 5 February"), the days are open on the side that the question asks for.

    Returns:
        Groups of one day each; empty where fewer than two days have a report that is probable enough.
    """
    first, last = _opened(near, question) if near else _between(ranked, question)
    floor = shares.EVENT * ranked[0].probability if ranked else 0.0
    dated = [c for c in ranked if c.article.published and first <= c.day <= last]
    names = _names(question)
    fitting = [c for c in dated if c.probability >= floor and stands_alone(c.text) and _is_about(names, c)]
    by_day: dict[date, Group] = {}
    for candidate in fitting:
        group = by_day.setdefault(candidate.day, [])
        articles = {member.article.id for member in group}
        if not group or (candidate.article.id not in articles and same(group[0].text, candidate.text)):
            group.append(candidate)
    best = sorted(by_day.values(), key=lambda group: -group[0].probability)[:MAX_EVENTS]
    return sorted(best, key=lambda group: group[0].day) if len(best) > 1 else []


def _opened(near: tuple[date, date], question: str) -> tuple[date, date]:
    """Return the days that a question allows which names some: all from them on, or up to them, if they are an event's.

    "after the fire in March" dates the fire; "in March, after the fire" bounds what is asked for.
    """
    match = _ANCHOR.search(question)
    if match is None or not find_mentions(match["event"], near[1]):
        return near
    return (date.min, near[1]) if match["role"].lower() == "before" else (near[0], date.max)


def _between(ranked: Sequence[Candidate], question: str) -> tuple[date, date]:
    """Return the first and last day that a question allows which starts from an event; all days where it names none."""
    match = _ANCHOR.search(question)
    wanted = frozenset(content_stems(match["event"])) if match else frozenset()
    told = [c for c in ranked if c.article.published and _share(wanted, c) >= _ANCHOR_SHARE]
    if match is None or not told:
        return date.min, date.max
    if match["role"].lower() != "before":
        return min(c.day for c in told), date.max
    most = max(_share(wanted, c) for c in told)  # a passing mention may stand long before the event
    return date.min, min(c.day for c in told if _share(wanted, c) == most)


def _names(question: str) -> frozenset[str]:
    """Return the stems of the words in a question's names, months and figures left out."""
    parts = (part for name in read_question(question).names for part in name)
    return frozenset(part for part in parts if not part[0].isdigit()) - MONTHS


def _is_about(names: frozenset[str], candidate: Candidate) -> bool:
    """Tell whether a report is about what the question names, since the least probability alone is low."""
    return not names or bool(names & telling_stems(f"{candidate.article.title}. {candidate.text}"))


def _share(wanted: frozenset[str], candidate: Candidate) -> float:
    return len(wanted & telling_stems(candidate.text)) / len(wanted) if wanted else 0.0
