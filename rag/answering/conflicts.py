"""Reports that contradict one another: the newest is stated first, each with its day, and with its outlet on one day.

Knows candidates and their articles' days; knows nothing of models. What rivals another is told by its figures: "17
people injured" and "19 people injured", "371 million marks" and "392 million marks".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.answering import shares
from rag.answering.candidates import Candidate, Group
from rag.answering.excluding import excludes
from rag.answering.expected import dates_from_its_report
from rag.answering.figures import MEASURES, SPANS, figures, values
from rag.answering.question import Question
from rag.answering.sameness import rival_nouns, says_same, telling_stems
from rag.answering.timely import is_dated
from rag.answering.verbs import base_stem
from rag.display import Form

# Words that two rivals share, in sentence and title, beside what they count: what they count alone ("million marks",
# "people") is in every story.
_LEAST_SHARED = 2

# "Holub, who now leads …" and "his latest film" describe someone or something.
_STATE = re.compile(
    r"(?<![\w,] who )(?<![\w,] that )(?<![\w,] which )\bnow(?! that)\b"
    r"|(?<!\bhis )(?<!\bher )(?<!\bits )(?<!\btheir )(?<!['’]s )(?<!s['’] )\b(?:latest|newest|most recent)\b"
    r"|\b(?:still|current(?:ly)?|so far|to date|at present|any ?more|no longer|most recently|up to now|as things stand"
    r"|what(?: else)?(?:['’]s| has| have| had)? changed|how (?:has|have|had) .*\bchanged|updated?)\b",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"\b(?:not|\w+n['’]t|no longer|instead|rather than|original\w*|previously|earlier|first announced"
    r"|postpon\w*|delay\w*|reschedul\w*|chang\w+|shift\w*|revis\w*|amend\w*|moved|put off|push\w* (?:back|forward)"
    r"|brought forward|correct\w*|cancel\w*)\b",
    re.IGNORECASE,
)
_COUNTED = frozenset({"how many", "how much", "how long", "when"})


def asks_for_state(question: str) -> bool:
    """Tell whether a question asks how things stand now or what has changed, so that the day of a report matters."""
    return _STATE.search(question) is not None


def asks_for_figure(question: Question) -> bool:
    """Tell whether a figure or a date answers the question, so that another figure is another answer."""
    return question.kind in _COUNTED


def newest_first(groups: Sequence[Group], ranked: Sequence[Candidate], question: Question) -> list[Group]:
    """Put the newest of the reports that contradict the leading one first, the one before it next; drop older ones.

    Args:
        groups: What is to be stated, best first.
        ranked: Every candidate, best first: a newer report may not be among the groups.
        question: The question asked; where neither a figure answers it nor it asks for the state, only what is stated
            is compared, and nothing dropped.

    Returns:
        Groups again; the same ones where nothing contradicts the first.
    """
    groups = list(groups)
    if not groups:
        return groups
    lead = groups[0]
    if not _is_settled_by_day(question):
        able = (g for g in groups if _is_as_probable(g[0], lead[0]) and excludes(g[0], lead[0], question))
        lead = max([lead, *able], key=lambda group: group[0].day)
        return [lead, *(group for group in groups if group is not lead)]
    newer = [
        c for c in ranked if c.day > lead[0].day and rivals(c, lead[0], question) and _is_near(c, lead[0], question)
    ]
    if newer:
        found = max(newer, key=lambda c: (c.day, c.probability))
        lead = next((group for group in groups if found in group), _group_of(found, ranked, asks_for_figure(question)))
    elif asks_for_state(question.text):
        able = (group for group in groups if _is_as_probable(group[0], lead[0]))
        lead = max(able, key=lambda group: (group[0].day, group[0].probability))
    rest = [group for group in groups if group is not lead]
    against = [group for group in rest if rivals(group[0], lead[0], question)]
    older = [group for group in against if _is_as_probable(group[0], lead[0])]
    beside = max(older, key=lambda group: (group[0].day, group[0].probability), default=None)
    return [lead, *([beside] if beside else []), *(group for group in rest if group not in against)]


def forms_of(
    groups: Sequence[Group], ranked: Sequence[Candidate], question: Question, present: date | None = None
) -> list[Form]:
    """Return the form of each group: with the day of its report where another day's report contradicts it.

    That other one is stated beside it, or about as probable. What contradicts another outlet's statement of the same
    day is attributed to its own; day and outlet are not said where both are the same. A question for the state needs
    the day for all, one that speaks of the present for what is not of its time, and one for a date for what says no
    more than "on Tuesday".
    """
    stated = [group[0] for group in groups]

    def form(one: Candidate) -> Form:
        if any(c.day == one.day and _outlet(c) != _outlet(one) and contradicts(c, one, question) for c in stated):
            return "attributed"
        near = (c for c in ranked if _is_as_probable(c, one))
        needs = any(c.day != one.day and contradicts(c, one, question) for c in (*stated, *near))
        needs = needs or asks_for_state(question.text) or is_dated(one.article, present)
        needs = needs or (question.kind == "when" and dates_from_its_report(one.text))
        return "reported" if needs else "plain"

    return [form(one) for one in stated]


def _outlet(candidate: Candidate) -> str:
    return (candidate.article.source or "").casefold()


def contradicts(a: Candidate, b: Candidate, question: Question) -> bool:
    """Tell whether two sentences of different articles answer `question` and cannot both be true of one day."""
    return (rivals if _is_settled_by_day(question) else excludes)(a, b, question)


def may_lead(candidate: Candidate, lead: Candidate, question: Question) -> bool:
    """Tell whether a sentence contradicts the leading one, or is a newer report of the state that is asked for."""
    newer = asks_for_state(question.text) and candidate.day > lead.day
    return (newer and _is_as_probable(candidate, lead)) or contradicts(candidate, lead, question)


def _is_settled_by_day(question: Question) -> bool:
    return asks_for_figure(question) or asks_for_state(question.text)


def rivals(a: Candidate, b: Candidate, question: Question) -> bool:
    """Tell whether two sentences of different articles give different figures for the same thing.

    What they count must be the same, in words ("58 people", "46 people") or nearly ("17 injured", "12 people were
    injured"); and where the question says what is counted, it must be that. Where a day is asked for, it is a day, and
    of the same event: the less probable sentence has as many of the question's words as the other, or corrects it, that
    is, repeats its words, and its day with a word like "not" or "postponed" beside another.
    """
    if a.article.id == b.article.id:
        return False
    nouns = _rival_days(a, b, question) if question.kind == "when" else _rival_counts(a, b, question)
    if nouns is None:
        return False
    shared = {s for s in _about(a) & _about(b) if not s[:1].isdigit()} - nouns
    return len(shared) >= _LEAST_SHARED


def _rival_days(a: Candidate, b: Candidate, question: Question) -> frozenset[str] | None:
    """Return "date" where the two name different days of one event; None where they do not."""
    wanted = frozenset(map(base_stem, question.stems))
    told = {c.key: len(wanted & frozenset(map(base_stem, _about(c)))) for c in (a, b)}
    less, more = sorted((a, b), key=lambda c: (c.probability, -told[c.key]))
    days = rival_nouns(a.text, b.text) & {"date"}
    of_less, of_more = (figures(c.text).get("date", frozenset()) for c in (less, more))
    corrects = bool(of_less & of_more and _CORRECTS.search(less.text)) and _repeats(less.text, more.text)
    return days if days and (corrects or told[less.key] >= told[more.key]) else None


def _rival_counts(a: Candidate, b: Candidate, question: Question) -> frozenset[str] | None:
    """Return what the two count differently, which may be nothing in the same words; None where they do not."""
    asked = set(question.stems) & (set(figures(a.text)) | set(figures(b.text)))
    nouns = frozenset(noun for noun in rival_nouns(a.text, b.text) if not asked or noun in asked)
    if question.kind == "how long":
        return nouns & SPANS or None
    return nouns if nouns or _nearly(a, b) else None


def _about(candidate: Candidate) -> frozenset[str]:
    return telling_stems(f"{candidate.article.title}. {candidate.text}")


def _is_as_probable(one: Candidate, other: Candidate) -> bool:
    """Tell whether one is about as probable as the other, or more."""
    return one.probability >= shares.OLDER * other.probability


def _nearly(a: Candidate, b: Candidate) -> bool:
    """Tell whether two sentences count the same thing in other words, with no figure in common.

    One counts what the other has as a word: "the number of injured is 19", "12 people were injured".
    """
    of_a, of_b = (_things(c.text) for c in (a, b))
    if not of_a or not of_b or values(of_a) & values(of_b):
        return False
    return bool((set(of_a) & telling_stems(b.text)) | (set(of_b) & telling_stems(a.text)))


def _things(text: str) -> dict[str, frozenset[float | str]]:
    """Return the figures that count things: not those of money, shares and time, which rival only their own kind."""
    return {noun: values for noun, values in figures(text).items() if noun not in MEASURES}


def _is_near(newer: Candidate, lead: Candidate, question: Question) -> bool:
    """Tell whether a newer rival is probable enough to take the lead."""
    return newer.probability >= _least_share(newer.text, lead.text, question) * lead.probability


def _least_share(newer: str, lead: str, question: Question) -> float:
    """Return which share of the lead's probability a newer rival needs."""
    if _repeats(newer, lead):
        return shares.NEWER_IN_THE_LEADS_WORDS
    asked = telling_stems(newer) & telling_stems(lead) & set(question.stems)
    plain = len(asked) >= _LEAST_SHARED and rival_nouns(newer, lead) & asked
    return shares.NEWER_IN_THE_QUESTIONS_WORDS if plain else shares.NEWER


def _repeats(one: str, other: str) -> bool:
    """Tell whether half of the words of one are the other's, figures aside.

    "Work will begin in May"; "Work will begin in September and not, as announced, in May".
    """
    of_one = {stem for stem in telling_stems(one) if not stem[:1].isdigit()}
    both = of_one & telling_stems(other)
    return len(both) >= _LEAST_SHARED and 2 * len(both) >= len(of_one)


def _group_of(found: Candidate, ranked: Sequence[Candidate], by_figure: bool) -> Group:
    """Return the newer report with its like, one a story, as `compose.choose` joins them to a first sentence."""
    group = [found]
    for candidate in ranked:
        near = candidate.probability >= shares.COPY * found.probability
        new = all(member.teller != candidate.teller for member in group)
        if near and new and says_same(found.text, candidate.text, by_figure):
            group.append(candidate)
    return group
