"""Who has been named so far in an article, so that "she", "the minister" and "Wang" can be told apart.

Knows names, titles and pronouns; not sentences or quotes.
"""

from __future__ import annotations

import re

from rag.answering.speech_words import (
    HE,
    HER_NAMES,
    HIS_NAMES,
    ORGANISATIONS,
    PLACE_OPENERS,
    PLACES,
    PLURAL_ROLES,
    PRONOUNS,
    SHE,
    TITLES,
)
from rag.words import is_content

_NAME = r"(?:[A-Z][\w’'-]*\w)"
# A full name in running text: "Ann Holub", "Ursula von der Leyen".
_FULL = re.compile(rf"\b(?P<name>{_NAME}(?: (?:(?:von|van|de|der|den|al|bin|la) )*(?:{_NAME}|[A-Z]\.))+)")
_PRONOUN = re.compile(r"\b(he|his|him|she|her)\b", re.IGNORECASE)
_ENDINGS = ("ing", "ly", "ed")
_WORD = re.compile(r"[\w’'-]+")
_PERSON_ROLES = (TITLES | SHE | HE) - ORGANISATIONS
_FEMININE = frozenset({"she", "her"})
_STILL_THE_SAME = frozenset(["former", "outgoing", "republican", "democratic", "veteran"])
_CONTINUES = frozenset(["added", "adds", "continued", "continues", "went"])


class Memory:
    """The people and bodies of one article, in the order in which they spoke or were told of."""

    def __init__(self) -> None:
        self._latest: list[str] = []  # subjects and speakers, newest last; a name stands once
        self._gender: dict[str, str] = {}  # name → "he" or "she", where the text shows it
        self._roles: dict[str, str] = {}  # "minister" → the last person called so
        self.last_subject: str | None = None
        self._speaker: str | None = None

    def turn_page(self) -> None:
        """Begin a new paragraph: what its first quote belongs to is no longer the subject of the paragraph before."""
        self.last_subject = None

    def full(self, name: str) -> str:
        """Return the fullest form of `name` named so far: "Wang Yi" for "Wang"; as it is where that isn't plain."""
        if " " in name or not name[:1].isupper() or name.isupper() or name.lower() in PLACES | ORGANISATIONS:
            return name
        bare = name.removesuffix("’s").removesuffix("'s")
        fits = [
            known for known in reversed(self._latest) if " " in known and bare in (known.split()[0], known.split()[-1])
        ]
        fits = [known for known in fits if _is_person(known)]
        return fits[0] if fits else name

    def resolve(self, speaker: str, verb: str, sentence: str) -> str | None:
        """Return whom a speaker as written stands for; None where the text doesn't say.

        Args:
            speaker: A name, a noun, a pronoun, or nothing.
            verb: The verb of speech; "the minister added" is the one who spoke before.
            sentence: Its sentence, whose names come before those of earlier ones ("When Holub arrived, she said").
        """
        if not speaker:
            return None
        if speaker in PRONOUNS:
            return self._fitting(speaker, sentence)
        if speaker[:1].isupper():
            return self.full(speaker)
        return self._by_role(speaker, verb)

    def note(self, subject: str, sentence: str) -> None:
        """Take in a sentence: its subject as found, and the people, titles and pronouns in it."""
        self._learn(sentence)
        if subject in PRONOUNS:
            self.last_subject = self._fitting(subject, "")
        elif subject and not _is_opener(subject):
            self.last_subject = self.resolve(subject, "", "")
        if subject and self.last_subject:
            self._move(self.last_subject)

    def hear(self, speaker: str) -> None:
        """Take in that `speaker` spoke: pronouns that follow mean them first."""
        self._speaker = speaker
        self._move(speaker)

    def _move(self, name: str) -> None:
        if name in self._latest:
            self._latest.remove(name)
        self._latest.append(name)

    def _learn(self, sentence: str) -> None:
        names = []
        for found in _FULL.finditer(sentence):
            name = _bare(found["name"])
            if not name or not _is_person(name):
                continue
            names.append(name)
            if name not in self._latest:
                self._latest.insert(0, name)  # known, but behind all who were subjects or spoke
            self._take_titles(name, _titles_beside(sentence, found.start(), found.end()))
        pronoun = _PRONOUN.search(sentence, sentence.find(names[0]) if names else 0)
        if len(names) == 1 and pronoun:
            self._gender.setdefault(names[0], "she" if pronoun[1].lower() in _FEMININE else "he")

    def _take_titles(self, name: str, around: list[str]) -> None:
        for word in map(str.lower, around):
            if word in SHE:
                self._gender[name] = "she"
            elif word in HE:
                self._gender[name] = "he"
            if word in _PERSON_ROLES:
                self._roles[word] = name

    def _fitting(self, pronoun: str, sentence: str) -> str | None:
        if pronoun == "they":
            return next(
                (name for name in reversed(self._latest) if _is_many(name)), self._latest[-1] if self._latest else None
            )
        if pronoun == "it":
            return next((name for name in reversed(self._latest) if _is_body(name)), None)
        inside = re.match(rf"\W*(?:When|As|While|After|Before|Although|Once|If) ({_NAME}(?: {_NAME})*)", sentence)
        if inside:
            return self.full(inside[1])
        for name in reversed(self._latest):
            if _is_one(name) and self._gender.get(name, _by_first_name(name)) in {pronoun, ""}:
                return name
        return None

    def _by_role(self, speaker: str, verb: str) -> str:
        """Return whom "the minister" means: who was called so, or for "the minister added" who spoke last."""
        cut = speaker.split()
        if cut[0] in {"the", "its", "their", "his", "her"}:
            plain = len(cut) == 2 or (len(cut) == 3 and cut[1].lower() in _STILL_THE_SAME)
            known = self._roles.get(cut[-1].lower()) if plain else None
            if known:
                return known
            person = cut[-1].lower() in _PERSON_ROLES and self._speaker is not None and _is_one(self._speaker)
            if verb in _CONTINUES and person and self._speaker is not None:
                return self._speaker
        return speaker


def _is_opener(subject: str) -> bool:
    """Tell whether a single capitalised word only begins its sentence: "Growing", "Nearly", "Still"."""
    return subject[:1].isupper() and " " not in subject and (not is_content(subject) or subject.endswith(_ENDINGS))


def _by_first_name(name: str) -> str:
    """Return "she" or "he" where a first name is as good as always a woman's or a man's; else empty."""
    first = name.split()[0].lower()
    return "she" if first in HER_NAMES else "he" if first in HIS_NAMES else ""


def _titles_beside(sentence: str, start: int, end: int) -> list[str]:
    """Return the words that may be a title of the name at [start, end): before it, in it, and set off behind it."""
    around = [*_WORD.findall(sentence[max(0, start - 40) : start])[-3:], *_WORD.findall(sentence[start:end])]
    behind = sentence[end : end + 60]
    return around + (_WORD.findall(behind.partition(",")[2].partition(",")[0])[:6] if behind[:1] == "," else [])


def _bare(name: str) -> str:
    """Drop titles from before a name; empty where fewer than two words are left."""
    cut = re.sub(r"[’']s$", "", name).split()
    last = max((at for at, word in enumerate(cut) if word.lower().rstrip(".") in TITLES), default=-1)
    cut = cut[last + 1 :]
    return " ".join(cut) if len(cut) > 1 else ""


def _is_person(name: str) -> bool:
    """Tell whether a name of several words is a person's."""
    cut = [word.lower() for word in name.split()]
    if "and" in cut or cut[0] in PLACE_OPENERS:
        return False
    return not any(word in ORGANISATIONS for word in cut) and "the" not in cut and cut[-1] not in PLACES


def _is_one(name: str) -> bool:
    """Tell whether "he" or "she" can mean `name`: a person's name, or a noun for one ("a spokeswoman")."""
    last = name.split()[-1].lower()
    if name[:1].isupper():
        return _is_person(name) and last not in PLURAL_ROLES
    return any(word.lower() in _PERSON_ROLES for word in name.split()[:3])


def _is_many(name: str) -> bool:
    last = name.split()[-1].lower()
    return (
        " and " in name
        or last in PLURAL_ROLES
        or last in ORGANISATIONS
        or (last.endswith("s") and not name[:1].isupper())
    )


def _is_body(name: str) -> bool:
    """Tell whether "it" can mean `name`: an organisation, a country, or any noun that is no person."""
    last = name.split()[-1].lower()
    return last in ORGANISATIONS or last in PLACES or not _is_one(name) or name.isupper()
