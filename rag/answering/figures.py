"""The figures of a sentence and what they count: "19 people", "371 million marks", "14 September".

Knows English numbers and dates; knows nothing of questions or articles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rag.words import is_content, stem

_UNITS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_NUMBERS = {word: float(value) for value, word in enumerate(_UNITS.split())}
_NUMBERS |= {word: 10.0 * (place + 2) for place, word in enumerate(_TENS.split())}
_NUMBERS |= {"dozen": 12.0, "hundred": 100.0, "thousand": 1_000.0}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "k": 1e3, "m": 1e6}
_SCALES |= {"mn": 1e6, "bn": 1e9, "tn": 1e12}
_MEASURES = """
mark dollar euro pound yuan yen cent metre meter kilometre kilometer mile ton tonne degree time
"""
_SPANS = """
second minute hour day night week month year decade century
"""
SPANS = frozenset(map(stem, _SPANS.split()))
"""What `figures` gives for spans of time."""

MEASURES = frozenset(map(stem, _MEASURES.split())) | SPANS | {"percent", "date", "$", "€", "£", "¥"}
"""What `figures` gives for measures: two of them say different things unless they are of one kind."""

MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
"""A pattern."""

MONTHS = frozenset(map(stem, MONTH.split("|")))
"""The stems of the months, which are written like names."""

_DATE = re.compile(rf"\b(?:\d{{1,2}} (?:{MONTH})|(?:{MONTH}) \d{{1,2}}\b(?!\d)|(?:{MONTH}))(?:,? \d{{4}})?\b(?!\w)")
_BEFORE_MAY = re.compile(
    r"\b(?:in|by|since|until|till|from|to|for|of|during|before|after|mid|late|early|last|this|next)[ -]$", re.I
)
# A figure, its scale, and the next two words, of which the first that carries content is what it counts.
_FIGURE = re.compile(
    r"(?P<sign>[$€£¥]\s?)?(?<![\w.])(?P<number>\d[\d,]*(?:\.\d+)?(?=(?P<short>k|mn?|bn|tn)?\b)(?!\.\d)|(?:"
    + "|".join(sorted(_NUMBERS, key=len, reverse=True))
    + rf")(?:-(?P<unit>{'|'.join(_UNITS.split()[1:10])}))?\b)(?:k|mn?|bn|tn)?"
    r"(?:[ -](?P<scale>hundred|thousand|million|billion|trillion)\b)?(?P<percent>\s?(?:%|per ?cent\b))?"
    r"(?P<after>(?:[ -][^\W\d_][\w’'-]*){0,2})",
    re.IGNORECASE,
)
# "The number of birds that have to be killed rises to 62,000": the figure is bare, and its noun stands before it.
_NUMBER_OF = re.compile(r"\b(?:number|count|total|toll) of (?:the )?([^\W\d_]+)", re.IGNORECASE)


def figures(text: str) -> dict[str, frozenset[float | str]]:
    """Return the figures of `text` by what they count: the stem of its noun, "percent", "date", or "" where it is bare.

    "19 people were hurt" gives {"peopl": {19.0}}; "371 million marks" gives {"mark": {371e6}}. Where two words follow,
    the figure counts both ("23 injured passengers"): which of them is the noun is not decided.
    """
    found: dict[str, set[float | str]] = {}
    for match in _DATE.finditer(text):
        if match.group() != "May" or _BEFORE_MAY.search(text, 0, match.start()):  # at the start mostly the verb
            found.setdefault("date", set()).add(_day(match.group()))
    subject = _NUMBER_OF.search(text)
    for match in _FIGURE.finditer(_DATE.sub(" ", text)):
        for noun in _counted(match) or ([stem(subject[1])] if subject else [""]):
            found.setdefault(noun, set()).add(_value(match))
    return {noun: frozenset(values) for noun, values in found.items()}


def values(figures_by_noun: Mapping[str, frozenset[float | str]]) -> frozenset[float | str]:
    """Return the figures without what they count."""
    return frozenset().union(*figures_by_noun.values())


def _day(text: str) -> str:
    """Return one form for "14 September 2024" and "September 14": the year tells nothing more of a day in the news."""
    month, *numbers = sorted(text.lower().replace(",", "").split(), key=lambda part: (part[0].isdigit(), len(part)))
    return " ".join([*numbers[:1], month])


def _value(match: re.Match[str]) -> float:
    word = match["number"].lower().partition("-")[0]
    value = _NUMBERS[word] if word in _NUMBERS else float(word.replace(",", ""))
    value += _NUMBERS.get((match["unit"] or "").lower(), 0.0)
    return value * _SCALES.get((match["scale"] or match["short"] or "").lower(), 1.0)


def _counted(match: re.Match[str]) -> list[str]:
    if match["percent"]:
        return ["percent"]
    if match["sign"]:
        return [match["sign"].strip()]
    nouns = []
    for word in re.split(r"[ -]", match["after"].strip(" -")):
        if not word or not is_content(word):
            break
        nouns.append(stem(word))
    return nouns
