"""Sentences that have only a pronoun for the person they are about ("He added …"), and the one that names the person.

Knows candidates; knows nothing of probabilities beyond handing them on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.candidates import Candidate, Group
from rag.answering.figures import MONTH
from rag.answering.referents import people_in
from rag.reading.citable import is_citable
from rag.types import Sentence
from rag.words import content_stems

# A sentence that opens like this stands on the one before it, unless a name in it says what it is about. It brings no
# sentence all the same: "it" is mostly what the question asks about, and bringing one lowers the evidence F1.
_LEANS = re.compile(
    r"^\W*(?:it|this|that|these|those|its|such|both|the former|the latter|but|however|still|yet|instead|rather"
    r"|moreover|also)\b",
    re.IGNORECASE,
)
# One that opens with a person's pronoun is about whom the sentence before names, whoever else is named in it; not in
# quotation marks, where "he" is whom the speaker means.
_PERSON = re.compile(r"^[^\w\"“‘]*(?:he|she|they|his|her|their)\b", re.IGNORECASE)
# … and so is speech whose speaker is a pronoun: "“It is still city property,” she said."
_SPEAKER = re.compile(r"[\"”’]\s+(?:he|she|they)\s+[a-z]")
# "He is Emil Straka", "She, Nora Pell, …": the pronoun is told in the sentence itself.
_TOLD = re.compile(r"^\W*(?:[Hh]e|[Ss]he|[Tt]hey|[Ii]t)(?: (?:is|was|are|were)|,) (?:[Tt]he )?[A-Z]")
# Days and months tell nobody.
_NAME = re.compile(rf"(?<=[\w,;’'] )(?!(?:{MONTH}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b)[A-Z][\w’'-]+")
# How many sentences are brought in all: they tell who is meant, and are no answers themselves.
MAX_COMPANIONS = 2


def stands_alone(text: str) -> bool:
    """Tell whether a sentence can be understood by itself: no pronoun or turn opens it that nothing in it explains."""
    turns = _LEANS.match(text) is not None and not _TOLD.match(text) and not _NAME.search(text)
    return not turns and not lacks_name(text)


def lacks_name(text: str) -> bool:
    """Tell whether a sentence has only a pronoun for the person it is about, or who speaks in it."""
    return (_PERSON.match(text) is not None and not _TOLD.match(text)) or _SPEAKER.search(text) is not None


def with_companions(groups: Sequence[Group], question: str) -> list[Group]:
    """Put before each sentence that has only a pronoun for a person the one that names a person.

    That is the nearest of the two sentences before it; further off, "he" is often another. Where neither names anyone,
    none is brought: a sentence more would not help; nor where the question has the first name in it, so that the asker
    knows whom "he" or "she" means. A companion that is stated anyway is moved, not repeated.

    Args:
        groups: What is stated, in order.
        question: As asked.
    """
    asked = frozenset(content_stems(question))
    done: list[Group] = []
    n_left = MAX_COMPANIONS
    for group in groups:
        if group in done:  # moved before another one already
            continue
        companion = _companion(group[0], asked)
        if companion is not None and not _group_with(done, companion):
            stated = _group_with(groups, companion)
            if stated or n_left:
                n_left -= stated is None
                done.append(stated or [companion])
        done.append(group)
    return done


def _companion(candidate: Candidate, asked: frozenset[str]) -> Candidate | None:
    """Return the sentence that names whom a candidate is about; None where it needs none, or none is within reach."""
    if not lacks_name(candidate.text):
        return None
    found = (_sentence(candidate, s) for s in (candidate.before, candidate.before_that) if s is not None)
    named = next((c for c in found if is_citable(c.text) and not lacks_name(c.text) and people_in(c.text)), None)
    if named is None or not _is_one(candidate.text):
        return named
    return None if asked & set(content_stems(people_in(named.text)[0])) else named


def _is_one(text: str) -> bool:
    """Tell whether the pronoun of a sentence that lacks a name is one person's, not "they"."""
    found = _PERSON.match(text) or _SPEAKER.search(text)
    return found is not None and re.search(r"\b(?:they|their)\b", found.group(), re.IGNORECASE) is None


def _sentence(beside: Candidate, sentence: Sentence) -> Candidate:
    text = beside.article.text[sentence.start : sentence.end]
    return replace(beside, sentence=sentence, text=text, before=None, before_that=None, short=None)


def _group_with(groups: Sequence[Group], candidate: Candidate) -> Group | None:
    return next((group for group in groups if any(candidate.key == member.key for member in group)), None)
