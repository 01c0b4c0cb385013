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


def with_companions(groups: Sequence[Group]) -> list[Group]:
    """Put before each sentence that has only a pronoun for a person the one that names a person.

    That is the nearest of the two sentences before it; further off, "he" is often another. Where neither names anyone,
    none is brought: a sentence more would not help. A companion that is stated anyway is moved, not repeated.

    Args:
        groups: What is stated, in order.
    """
    done: list[Group] = []
    n_left = MAX_COMPANIONS
    for group in groups:
        if group in done:  # moved before another one already
            continue
        companion = _companion(group[0])
        if companion is not None and not _group_with(done, companion):
            stated = _group_with(groups, companion)
            if stated or n_left:
                n_left -= stated is None
                done.append(stated or [companion])
        done.append(group)
    return done


def _companion(candidate: Candidate) -> Candidate | None:
    """Return the sentence that names whom a candidate is about; None where it needs none, or none is within reach."""
    if not lacks_name(candidate.text):
        return None
    found = (_sentence(candidate, s) for s in (candidate.before, candidate.before_that) if s is not None)
    return next((c for c in found if is_citable(c.text) and not lacks_name(c.text) and people_in(c.text)), None)


def _sentence(beside: Candidate, sentence: Sentence) -> Candidate:
    text = beside.article.text[sentence.start : sentence.end]
    return replace(beside, sentence=sentence, text=text, before=None, before_that=None, short=None)


def _group_with(groups: Sequence[Group], candidate: Candidate) -> Group | None:
    return next((group for group in groups if any(candidate.key == member.key for member in group)), None)
