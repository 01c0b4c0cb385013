"""The names of one article: which capitalised words are names in it, and what a surname's whole name is.

A word that only begins sentences with a capital may be any word; one that has a capital within a sentence is a name.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.answering.referents import is_person
from rag.answering.speech_words import (
    BESIDE_VERB,
    CONJUNCTIONS,
    DAYS,
    HER_NAMES,
    HIS_NAMES,
    LEADING,
    ORGANISATIONS,
    ROLES,
    TITLES,
)
from rag.words import STOP_WORDS

_WITHIN = re.compile(r"(?<=[a-z,] )[A-Z][\w’'.-]*\w")
_WITH_ARTICLE_WORDS = """
USDA FBI CIA CDC FDA EPA DOJ WHO UN EU USGS NRA ACLU SEC FTC FCC IRS NTSB FAA IMF NFL NBA WNBA NHL MLB NCAA IAEA TSA NHS
"""
_WITH_ARTICLE = frozenset(_WITH_ARTICLE_WORDS.split())
RUN_TOGETHER = re.compile(r"[A-Z]{3,}[a-z]{2,}|[a-z]{3,}[A-Z]{2,}")
"""A heading that lost its end: "TESTIMONYPrince"."""
_BEHIND_THE = re.compile(r"\b[Tt]he ([A-Z][\w’'-]*(?: [A-Z][\w’'-]*){1,3})")
_OPENERS = STOP_WORDS | DAYS | LEADING | CONJUNCTIONS | BESIDE_VERB
_PLACE = re.compile(r"\b(?:in|across) ([A-Z][\w’'-]*\w)(?![\w’' -]{0,40}[’']s)")
_STANDS_ALONE = r"(?=[,.](?!\w)|[’']s |’ | [a-z]+(?:ed|s)\b| (?:said|is|was|has|had|and|in|on|to|for|will|would)\b)"
_SMALL = re.compile(r"(?<![\w’'-])[a-z][\w’'-]*\w")
_WHOLE = re.compile(r"(?<![\w’'-])[A-Z][\w’'-]*[a-z](?: (?:[A-Z]\.|[A-Z][\w’'-]*[a-z])){1,3}(?![\w’'])")


class NameBook:
    """What the text of an article shows about the names in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._within = frozenset(word.lower() for word in _WITHIN.findall(text))
        self._small = frozenset(_SMALL.findall(text))
        self._behind_the = frozenset(_BEHIND_THE.findall(text))
        whole: dict[str, list[str]] = {}
        for match in _WHOLE.finditer(text):
            cut = [w for w in match.group().split() if w.lower().rstrip(".") not in TITLES]
            while cut and cut[0].lower() in _OPENERS:  # "Later Garrow left", "On Monday Ann Holub met …"
                cut = cut[1:]
            name = " ".join(cut)
            if len(cut) > 1 and is_person(name) and name not in self._behind_the and not RUN_TOGETHER.search(name):
                whole.setdefault(cut[-1], []).append(name)
        self._whole = {last: list(dict.fromkeys(names)) for last, names in whole.items()}
        self._first = frozenset(name.split()[0] for names in whole.values() for name in names)
        self._places = frozenset(_PLACE.findall(text))

    def is_name(self, word: str) -> bool:
        """Tell whether a capitalised word is a name here.

        It is where it has a capital within sentences, or is the first of a whole name, and never has a small one.
        """
        lower = word.lower().removesuffix("’s").removesuffix("'s")
        if lower in STOP_WORDS | DAYS:
            return False
        return (lower in self._within or word in self._first) and lower not in self._small

    def whole(self, name: str) -> str:
        """Return the whole name of a person called by the surname alone.

        Returns:
            "" where two persons of the article have that surname, or where it is somebody's first name.
        """
        if " " in name or name in self._places:
            return name
        known = self._whole.get(name, [])
        if name in self._first or len(known) > 1:
            return ""
        return known[0] if known else name

    def is_person(self, name: str) -> bool:
        """Tell whether a name of two or three words is shown to be a person's: by title, role or first name."""
        cut = name.split()
        if (
            not 2 <= len(cut) <= 3
            or not is_person(name)
            or name in self._behind_the
            or not all(map(self.is_name, (cut[0], cut[-1])))
        ):
            return False
        if cut[0].lower() in HER_NAMES | HIS_NAMES:
            return True
        return any(self._has_role(match) for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", self._text))

    def _has_role(self, named: re.Match[str]) -> bool:
        before = re.findall(r"[\w-]+", self._text[max(0, named.start() - 40) : named.start()].rpartition("\n")[2])[-1:]
        behind = self._text[named.end() : named.end() + 80]
        what = re.findall(r"[\w-]+", behind[1:].partition(",")[0])[:8] if behind[:1] == "," else []
        return any(word.lower() in ROLES for word in [*before, *what])

    def is_place(self, name: str) -> bool:
        """Tell whether something is said to be in what has this name."""
        return name in self._places

    def is_body(self, name: str) -> bool:
        """Tell whether a name is an organisation's, by one of its words."""
        return any(word.lower() in ORGANISATIONS for word in name.split())

    def with_article(self, name: str) -> str:
        """Return a body's name as it stands within a sentence, with "the" where the text mostly has it so.

        Returns:
            "" where the name stands nowhere by itself, so that nothing shows which it is.
        """
        ends = rf"{re.escape(name)}{_STANDS_ALONE}"
        n_the = len(re.findall(rf"\b[Tt]he {ends}", self._text))
        n_bare = len(re.findall(rf"(?<!\b[Tt]he )(?<!\w){ends}", self._text))
        if n_the > n_bare or name in _WITH_ARTICLE:
            return f"the {name}"
        return name if n_bare else ""


@lru_cache(maxsize=64)
def names_of(text: str) -> NameBook:
    """Return the names of an article's text."""
    return NameBook(text)
