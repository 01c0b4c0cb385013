"""Sentences that have only a pronoun for the person they are about ("He added …"), and the one that names the person.

Knows candidates; knows nothing of probabilities beyond handing them on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.candidates import Candidate, Group
from rag.answering.figures import MONTH
from rag.answering.referents import may_be, people_in
from rag.reading.citable import is_citable
from rag.types import Sentence
from rag.words import content_stems

# A sentence that opens like this stands on the one before it, unless a name in it says what it is about. It brings no
# sentence all the same: "it" is mostly what the question asks about, and bringing one lowers the evidence F1.
_LEANS = re.compile(
    r"^\W*(?:(?:(?:and|or|then),? |so (?!that ))?(?:it|this|that|these|those|its|such)|both|the former|the latter|but"
    r"|however|still|yet|instead|rather|moreover|also)\b",
    re.IGNORECASE,
)
# … but for one that goes on with the sentence before it ("And it costs five crowns"), where it leads the answer.
_GOES_ON = re.compile(
    r"^\W*(?:and|but|so|or|yet|then),? (?:its?|(?:this|that|these|those) (?:is|was|are|were|has|have|had|will|would"
    r"|may|might|can|could|means?|meant))\b",
    re.IGNORECASE,
)
# One that opens with a person's pronoun is about whom the sentence before names, whoever else is named in it; not in
# quotation marks, where "he" is whom the speaker means.
_DAY = rf"{MONTH}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_UNIT = r"(?:day|night|morning|afternoon|evening|week|weekend|month|year|hour|minute)s?"
# Before the pronoun may stand a turn ("But"), a time ("The next day", "On Tuesday", "Two weeks later"; not "The day"),
# and a few words without a name that end in a comma ("After the vote, …").
_TURNS = r"(?:(?i:but|and|or|so|yet|then|still|however|instead|meanwhile|later),? ){0,2}"
_TIME = (
    rf"(?:(?:On|In|By|Early|Late|Later|Earlier) )?(?:[Tt]he )?(?i:next|following|same|previous|last|that|this) {_UNIT}"
    rf"|\w+ (?:[a-z]+ )?{_UNIT} (?:later|earlier|before|after)"
    rf"|(?:On|In|By|Since|Until|Last|Next)(?: (?:{_DAY}|\d{{1,4}}))+(?: {_UNIT})?"
)
_PLACE = (
    r"(?:After|Amid|As|Asked|At|Before|By|Despite|During|Earlier|For|From|In|On|Once|Since|Speaking|Under|Until|When"
    rf"|While|With|Within|Without)(?: (?:[a-z\d][\w’'-]*|{_DAY})){{1,6}}?,"
)
_PERSON = re.compile(rf"^[^\w\"“‘]*{_TURNS}(?:(?:(?:{_TIME}),?|{_PLACE}) )?(?P<who>(?i:he|she|they|his|her|their))\b")
# … and so is speech whose speaker is a pronoun: "“It is still city property,” she said."
_SPEAKER = re.compile(r"[\"”’]\s+(?P<who>he|she|they)\s+[a-z]")
# "He is Emil Straka", "She, Nora Pell, …": the pronoun is told in the sentence itself.
_TOLD = re.compile(r"\W*(?:[Hh]e|[Ss]he|[Tt]hey|[Ii]t)(?: (?:is|was|are|were)|,) (?:[Tt]he )?[A-Z]")
# Days and months tell nobody.
_NAME = re.compile(rf"(?<=[\w,;’'] )(?!(?:{_DAY})\b)[A-Z][\w’'-]+")
# How many sentences are brought in all: they tell who is meant, and are no answers themselves.
MAX_COMPANIONS = 2


def stands_alone(text: str) -> bool:
    """Tell whether a sentence can be understood by itself: no pronoun or turn opens it that nothing in it explains."""
    turns = _LEANS.match(text) is not None and not _TOLD.match(text) and not _NAME.search(text)
    return not turns and not lacks_name(text)


def lacks_name(text: str) -> bool:
    """Tell whether a sentence has only a pronoun for the person it is about, or who speaks in it."""
    return _pronoun(text) is not None


def with_companions(groups: Sequence[Group], question: str) -> list[Group]:
    """Put before each sentence that has only a pronoun for a person the one that names a person.

    That is the nearest of the two sentences before it that names one whom the pronoun may mean ("she" is no Robert);
    further off, "he" is often another. Where neither does, none is brought: a sentence more would not help; nor where
    the question has the first name in it, so that the asker knows whom "he" or "she" means. A companion that is stated
    anyway is moved, not repeated. Where the first sentence only goes on with the one before it, that one is brought.

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
        companion = _companion(group[0], asked) or (None if done else _led_by(group[0]))
        if companion is not None and not _group_with(done, companion):
            stated = _group_with(groups, companion)
            if stated or n_left:
                n_left -= stated is None
                done.append(stated or [companion])
        done.append(group)
    return done


def _companion(candidate: Candidate, asked: frozenset[str]) -> Candidate | None:
    """Return the sentence that names whom a candidate is about; None where it needs none, or none is within reach."""
    pronoun = _pronoun(candidate.text)
    if pronoun is None:
        return None
    for sentence in (candidate.before, candidate.before_that):
        named = None if sentence is None else _sentence(candidate, sentence)
        if named is None or not is_citable(named.text) or lacks_name(named.text):
            continue
        if meant := [name for name in people_in(named.text) if may_be(pronoun, name)]:
            known = pronoun not in ("they", "their") and asked & set(content_stems(meant[0]))
            return None if known else named
    return None


def _led_by(candidate: Candidate) -> Candidate | None:
    """Return the sentence that a candidate without a name goes on with; None where it begins anew."""
    if candidate.before is None or not _GOES_ON.match(candidate.text) or _NAME.search(candidate.text):
        return None
    before = _sentence(candidate, candidate.before)
    return before if is_citable(before.text) and stands_alone(before.text) else None


def _pronoun(text: str) -> str | None:
    """Return the pronoun that is all a sentence has for the person it is about, or who speaks in it."""
    opens = _PERSON.match(text)
    found = opens if opens and not _TOLD.match(text, opens.start("who")) else _SPEAKER.search(text)
    return found["who"].lower() if found else None


def _sentence(beside: Candidate, sentence: Sentence) -> Candidate:
    text = beside.article.text[sentence.start : sentence.end]
    return replace(beside, sentence=sentence, text=text, before=None, before_that=None, short=None)


def _group_with(groups: Sequence[Group], candidate: Candidate) -> Group | None:
    return next((group for group in groups if any(candidate.key == member.key for member in group)), None)
