"""A dated timeline for questions about a course of events: the best sentence of each day, oldest first.

Knows candidates and their articles' days; knows nothing of models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.answering import shares
from rag.answering.candidates import Candidate, Group
from rag.answering.figures import MONTH, MONTHS
from rag.answering.leaning import stands_alone
from rag.answering.question import read_question
from rag.answering.sameness import same, telling_stems
from rag.answering.verbs import base_stem
from rag.retrieval.phrases import find_mentions
from rag.words import content_stems, stem

MAX_EVENTS = 6
# A later report of the event that a question starts from is no further event where more of it than this is in one
# of the first: on news, what only retold had 0.65 and more, what told of the aftermath 0.6 and less (2026-12-01).
_RETOLD_SHARE = 0.6
# "The bridge collapsed on March 3", "died two weeks ago": what came of it is told elsewhere.
_DATED = re.compile(rf"\b(\w+) (?:[oi]n (?:{MONTH})\b|(?:\w+ ){{1,2}}ago\b)")
# The event as what may come or was not so: its day cannot be told from such a sentence. ("May" is a month.)
_UNSURE = re.compile(
    r"\b(?:[Ii]f|[Ww]hether|[Uu]nless|could|would|may|might|should|den(?:y|ies|ied|ying)|refus\w*|reject\w*|threat\w*"
    r"|yet to|not|never|\w+n[’']t)\b"
)
# … and so as what is called for, thought of or planned ("urged him to leave"), but not as what was decided on.
_SOUGHT = re.compile(r"\bto (?P<do>\w+)|\b(?:about|of|on|against|from|for|by|consider\w*) (?P<doing>\w+ing)\b")
_DONE = re.compile(
    r"\b(?:announc\w+|deci(?:de|sion)\w*|cho(?:se|sen|ice)|forc(?:ed|es|ing)|caus(?:ed|es|ing)|led)\b", re.I
)
# "The start of the strike", "the vote took place": that it happened is said of the event, and seldom by who reports it.
_OCCURS = frozenset(["start", "begin", "outbreak", "onset", "happen", "occur", "take", "place"])

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
            on that side of the first report of it (inclusive) is an event then, unless it only tells that one again.
        near: First and last day that the question asks about, where it names a date. Where that date is the event's
            ("after the fire on 5 February"), the days are open on the side that the question asks for.

    Returns:
        Groups of one day each; empty where fewer than two days have a report that is probable enough, or none tells
        the event that the question starts from.
    """
    least = shares.EVENT * ranked[0].probability if ranked else 0.0
    dated = [c for c in ranked if c.article.published and c.probability >= least]
    told, names = _told(dated, question), _names(question)
    days = _opened(near, question) if near else _between(told, question)
    if days is None:
        return []
    within = [c for c in dated if days[0] <= c.day <= days[1] and _is_about(names, c)]
    alone = [c for c in within if stands_alone(c.text) and not _asks(c)]
    by_day: dict[date, Group] = {}
    for candidate in alone:
        if _retells(candidate, told, question):
            continue
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


def _between(told: Sequence[Candidate], question: str) -> tuple[date, date] | None:
    """Return the first and last day that a question allows which starts from an event; all days where it names none.

    None where no report tells the event: its side of it cannot be known then.
    """
    match = _ANCHOR.search(question)
    if match is None:
        return date.min, date.max
    if not told:
        return None
    first = min(c.day for c in told)
    return (date.min, first) if match["role"].lower() == "before" else (first, date.max)


def _event(question: str) -> tuple[frozenset[str], list[frozenset[str]]]:
    """Return the words, base forms as stems, of the event that a question starts from: its own, and those of names."""
    match = _ANCHOR.search(question)
    stems = frozenset(map(base_stem, content_stems(match["event"]))) if match else frozenset()
    stems = stems - _OCCURS or stems
    names = [name for name in map(stems.intersection, read_question(question).names) if name]
    return stems.difference(*names), names


def _told(dated: Sequence[Candidate], question: str) -> list[Candidate]:
    """Return the reports of the event that a question starts from, best first; none where it names none."""
    own, names = _event(question)
    return [c for c in dated if (own or names) and _tells(c, own, names)]


def _tells(candidate: Candidate, own: frozenset[str], names: Sequence[frozenset[str]]) -> bool:
    """Tell whether a sentence reports an event itself: in its every word, of a name any, and not as what may come."""
    told = frozenset(map(base_stem, telling_stems(candidate.text)))
    named = told | telling_stems(candidate.article.title)
    if not own <= told or not all(name & named for name in names):
        return False
    sought = any(_base(found["do"] or found["doing"]) in own for found in _SOUGHT.finditer(candidate.text))
    return not (_UNSURE.search(candidate.text) or _asks(candidate) or (sought and not _DONE.search(candidate.text)))


def _retells(candidate: Candidate, told: Sequence[Candidate], question: str) -> bool:
    """Tell whether a report of the event that a question starts from has nothing new beside its first ones."""
    first = min((c.day for c in told), default=candidate.day)
    if candidate.day <= first or candidate not in told:
        return False
    stems, asked = telling_stems(candidate.text), frozenset(content_stems(question))
    shared = (len(stems & (asked | telling_stems(c.text))) for c in told if c.day == first)
    return max(shared) > _RETOLD_SHARE * len(stems) or _is_past(candidate.text, _event(question)[0])


def _is_past(text: str, own: frozenset[str]) -> bool:
    """Tell whether a sentence says when an event was, in a past form of one of its words."""
    dated = [found[1] for found in _DATED.finditer(text)]
    return any(_base(word) in own and (word.endswith("ed") or _base(word) != stem(word.lower())) for word in dated)


def _base(word: str) -> str:
    return base_stem(stem(word.lower()))


def _asks(candidate: Candidate) -> bool:
    """Tell whether a sentence is a question, which tells no event."""
    return candidate.text.rstrip("\"”’' ").endswith("?")


def _names(question: str) -> frozenset[str]:
    """Return the stems of the words in a question's names, months and figures left out."""
    parts = (part for name in read_question(question).names for part in name)
    return frozenset(part for part in parts if not part[0].isdigit()) - MONTHS


def _is_about(names: frozenset[str], candidate: Candidate) -> bool:
    """Tell whether a report is about what the question names, since the least probability alone is low."""
    return not names or bool(names & telling_stems(f"{candidate.article.title}. {candidate.text}"))
