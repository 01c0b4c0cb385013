"""The things that a question speaks of, as it names them: "the vice presidential debate", "Tesla's Cybertruck".

Knows the order of words in English questions: where a noun phrase begins, which words end it, and that a verb stands
behind the subject of "did", "was" or "has". There is no tagger: verbs are told by lists and endings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.speech_words import DAYS, PLACES
from rag.answering.verbs import BARE, PARTICIPLES
from rag.words import STOP_WORDS

_WORD = re.compile(r"[^\s,;:?!()\"“”]+")
_DETERMINERS = frozenset(["the", "a", "an", "his", "her", "their", "this", "that"])


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DO = _set("do does did will would can could shall should may might must")
_BE = _set("is are was were has have had")
_AFTER_DETERMINER = _set("most more other same only own very few first last next")
"""Function words that may stand between a determiner and its noun: "the other driver"."""
_ENDS = STOP_WORDS | _set(
    """
    near among amid around across despite without toward towards behind along per like ago today yesterday tonight
    tomorrow next last first earlier later instead away yet worth
    """
)
_NOUNS_IN_ING = _set(
    """
    shooting hearing meeting building killing stabbing bombing wedding landing ruling funding spending warning
    briefing flooding sentencing voting filing opening closing king ring spring wing ceiling painting crossing
    """
)
_PARTICIPLES = PARTICIPLES | _set(
    "hurt said told known seen done caught sent thrown sworn put set lost gone come born spent begun fallen risen"
)
_PREDICATES = _set(
    """
    open safe over true legal illegal ready due available dead alive guilty ill important dangerous likely good bad
    big long late different possible popular expensive
    """
)
"""Adjectives that end "Is the bridge …?"; before a noun they are a part of its phrase."""
_NO_THINGS = _set(
    """
    time times week weeks month months year years day days morning evening night weekend summer winter spring autumn
    number amount way rest reason kind first second third past future latest
    """
)
"""Nouns that tell when or how much; nobody asks on about them as "it"."""
_COMPLEMENTS = frozenset(["of", "in", "on", "between", "against"])


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: its words, the names that belong to it behind a preposition, and where it stands.

    Attributes:
        text: The phrase without its complement: "the trial".
        complement: What belongs to it, or "": "of Karl Brandt".
        start: Position in the question.
        subject: Whether it stands behind an auxiliary, as the subject of a question does.
    """

    text: str
    complement: str
    start: int
    subject: bool

    @property
    def whole(self) -> str:
        """The phrase with its complement."""
        return f"{self.text} {self.complement}".rstrip()


def things_in(text: str) -> list[str]:
    """Return the things that a question speaks of, as it names them, in order."""
    return [phrase.whole for phrase in phrases_in(text)]


def phrases_in(text: str) -> list[Phrase]:
    """Return the noun phrases of a question that begin with a determiner or an owner, in order."""
    return list(_phrases(_Words(text)))


def bare_subject(text: str) -> str:
    """Return the subject of a question that has no determiner ("junior doctors"); empty where it is a name or none."""
    cut = _Words(text)
    at = next((at for at, word in enumerate(cut.words) if word.lower() in _DO | _BE), -1) + 1
    if at == 0 or cut.low(at) in _ENDS or _owner_end(cut, at):
        return ""
    words = cut.words[at : _end(cut, at, at)]
    small = [word for word in words if word.islower()]
    # "Was Harrow angry?": behind a name and "was", one word may be what is said of it.
    unsure = cut.low(at - 1) in _BE and len(small) == 1 < len(words) and not small[0].endswith("s")
    acts = bool(small) and (small[0] in _PARTICIPLES or small[0].endswith(("ed", "ing")))
    return "" if acts or unsure or not small or small[-1] != words[-1] else " ".join(words)


class _Words:
    """A question cut into words; a word before a comma ends its phrase."""

    def __init__(self, text: str) -> None:
        found = list(_WORD.finditer(text))
        self.words = [match.group().rstrip(".") if match.end() == len(text) else match.group() for match in found]
        self.starts = [match.start() for match in found]
        self.closes = [text[match.end() : match.end() + 1] not in ("", " ") for match in found]

    def low(self, at: int) -> str:
        """Return a word in small letters; empty behind the end and for "US"."""
        return self.words[at].lower() if 0 <= at < len(self.words) and self.words[at] != "US" else ""


def _phrases(cut: _Words) -> Iterator[Phrase]:
    at = 0
    while at < len(cut.words):
        first = at + 1 if cut.low(at) in _DETERMINERS else _owner_end(cut, at)
        end = _end(cut, first, at) if first else 0
        if not first or end <= first or cut.low(end - 1) in _NO_THINGS:
            at += 1
            continue
        behind = _complement_end(cut, end, at)
        said = (" ".join(cut.words[at:end]), " ".join(cut.words[end:behind]))
        yield Phrase(*said, cut.starts[at], cut.low(at - 1) in _DO | _BE)
        at = behind


def _owner_end(cut: _Words, at: int) -> int:
    """Return the position behind a name with a possessive that begins at `at`: "Boeing's"; 0 where there is none."""
    while at < len(cut.words) and cut.words[at][0].isupper() and cut.low(at) not in STOP_WORDS:
        if cut.words[at].endswith(("'s", "’s")):
            return at + 1
        at += 1
    return 0


def _end(cut: _Words, first: int, start: int) -> int:
    """Return the position behind the noun phrase whose nouns begin at `first`, the verb behind a subject left out."""
    end = first + 1 if cut.low(first) in _AFTER_DETERMINER else first
    while end < len(cut.words) and not _stops(cut, end, first):
        end += 1
        if cut.closes[end - 1]:
            break
    before = cut.low(start - 1)
    if before in _BE:
        return _before_predicate(cut, first, end)
    # "Why did the bridge collapse happen?": the verb is the word that ended the phrase.
    if before in _DO and cut.low(end) not in ("happen", "get", "give", "do", "have", "be", "tell", "know", "let"):
        return _before_verb(cut.words, first, end)
    return end


def _stops(cut: _Words, at: int, first: int) -> bool:
    word = cut.words[at]
    return cut.low(at) in _ENDS or (at > first and word.islower() and word.endswith(("ed", "ly")))


def _before_predicate(cut: _Words, first: int, end: int) -> int:
    """Cut off what is said of the subject of "is" or "has": "the line | closed", "the bridge | open"."""
    for at in range(first + 1, end):
        word = cut.words[at]
        acts = word.endswith("ing") and word not in _NOUNS_IN_ING
        if word.islower() and (acts or word in _PARTICIPLES or (at == end - 1 and word in _PREDICATES)):
            return at
    return end


def _before_verb(words: Sequence[str], first: int, end: int) -> int:
    """Cut off the verb behind the subject of "did": the last known one, else the last word that can be one."""
    places = range(end - 1, first, -1)
    known = (at for at in places if words[at] in BARE)
    able = (at for at in places if words[at].islower() and not re.search(r"(?:[^s]s|ing)$", words[at]))
    return next(known, next(able, end))


def _complement_end(cut: _Words, end: int, start: int) -> int:
    """Return the position behind what belongs to the phrase from `start` to `end`: "of the dam", "between A and B"."""
    if cut.low(end) not in _COMPLEMENTS or cut.closes[end - 1]:
        return end
    first = end + 2 if cut.low(end + 1) in _DETERMINERS else end + 1
    named = _names_end(cut, first)
    if named > first and cut.low(named) == "and" and cut.low(end) == "between":
        named = max(_names_end(cut, named + 1), named)
    if named > first and (named == len(cut.words) or cut.low(named) in _ENDS or cut.closes[named - 1]):
        return named
    # "of the dam", "of the Senn museum", "a ban on smoking"; "in" joins names alone: not "the king in court".
    joins = cut.low(end) == "of" or named > first or (cut.low(end) != "in" and first == end + 1)
    behind = _end(cut, first, start) if joins else first
    return _complement_end(cut, behind, start) if behind > first else end


def _names_end(cut: _Words, at: int) -> int:
    while at < len(cut.words) and cut.words[at][0].isupper() and cut.low(at) not in DAYS:
        at += 1
        if cut.closes[at - 1]:
            break
    return at


def is_place(phrase: str) -> bool:
    """Tell whether a phrase is a country or the like, with or without "the"."""
    return phrase.lower().removeprefix("the ") in PLACES
