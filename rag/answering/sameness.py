"""When two sentences say the same: equal words, the copies of a wire story, or the same figure of the same thing.

Knows strings; knows nothing of probabilities.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.answering.figures import figures, values
from rag.words import STOP_WORDS, content_stems, stem, words

# Two sentences whose content words overlap this much (Jaccard) say the same thing. Wire copies differ by a word or two.
_SAME = 0.75
# One outlet shortens the other's sentence: this share of the shorter one's words stands in the longer one …
_INSIDE = 0.9
# … of which there are enough for it to be no accident: a short sentence lies inside many.
_LEAST_INSIDE = 6

# "PORT SENN — ", "SENN, Pa. (AP) − ": dashes and the minus sign, which some outlets write.
_DATELINE = re.compile(r"^[A-Z][A-Z .,'’/-]{2,40}(?:[A-Z][a-z]{1,5}\.)?(?: \([^)]{2,30}\))?,? ?[—–−-]+ ")
# Two sentences with one figure for one thing tell the same when they share this many words, that for the
# thing among them: "46 people" alone is in many stories.
_LEAST_SHARED = 3
# Who says it and on which day differs between outlets that report one fact.
_FRAME_WORDS = """
said says say told report reports reported according announced monday tuesday wednesday thursday friday saturday sunday
today yesterday morning afternoon evening night
"""
_FRAME = frozenset(map(stem, _FRAME_WORDS.split()))


def without_dateline(text: str) -> str:
    """Return a sentence without the place that opens a wire story ("PORT SENN — ")."""
    return _DATELINE.sub("", text)


@lru_cache(maxsize=4096)
def telling_stems(text: str) -> frozenset[str]:
    """Return the stems of what a sentence tells: without dateline, weekday and "said"."""
    return frozenset(content_stems(without_dateline(text))) - _FRAME


def says_same(a: str, b: str, by_figure: bool) -> bool:
    """Tell whether two sentences say the same; where a figure is asked for, the same figure for one thing is enough."""
    return same(a, b) or (by_figure and same_figure(a, b))


def same(a: str, b: str) -> bool:
    """Tell whether two sentences say the same.

    Figures must agree: "5 killed" and "7 killed" differ in one word and do not say the same. So must names: of two
    people who "called for an inquiry", each did.
    """
    if words(a) == words(b):
        return True
    stems_a, stems_b = telling_stems(a), telling_stems(b)
    shared, least = len(stems_a & stems_b), min(len(stems_a), len(stems_b))
    if not shared or values(_figures(a)) != values(_figures(b)) or not _names_agree(a, b):
        return False
    return shared / len(stems_a | stems_b) >= _SAME or (least >= _LEAST_INSIDE and shared / least >= _INSIDE)


def may_say_same(a: str, b: str) -> bool:
    """Tell whether two sentences have two telling words in common, or all where one has fewer.

    Whatever `says_same` accepts has them. What re-checks old answers relies on this alone, so that `says_same` may
    become stricter or more lenient without old answers becoming wrong.
    """
    stems_a, stems_b = telling_stems(a), telling_stems(b)
    return words(a) == words(b) or len(stems_a & stems_b) >= max(1, min(2, len(stems_a), len(stems_b)))


def same_figure(a: str, b: str) -> bool:
    """Tell whether two sentences have a figure in common that counts the same thing, of which they tell the same."""
    of_a, of_b = _figures(a), _figures(b)
    nouns = {noun for noun in of_a if noun and of_a[noun] & of_b.get(noun, frozenset())}
    shared = {s for s in telling_stems(a) & telling_stems(b) if not s[0].isdigit()}
    return bool(nouns) and not rival_nouns(a, b) and len(shared) >= _LEAST_SHARED


def rival_nouns(a: str, b: str) -> frozenset[str]:
    """Return what the two sentences count differently: each has a figure for it, and not the same ones."""
    of_a, of_b = _figures(a), _figures(b)
    return frozenset(noun for noun in of_a if noun and noun in of_b and of_a[noun] != of_b[noun])


@lru_cache(maxsize=4096)
def _figures(text: str) -> dict[str, frozenset[float | str]]:
    return figures(without_dateline(text))


def _names_agree(a: str, b: str) -> bool:
    """Tell whether the names of one are all in the other: an outlet may leave a name out, not put another in."""
    names_a, names_b = _names(a), _names(b)
    return names_a <= names_b or names_b <= names_a


def _names(text: str) -> set[str]:
    """Return the stems of the capitalised words of a sentence, the first one left out: any word may stand there."""
    cut = words(without_dateline(text))[1:]
    return {stem(w) for w in cut if w[:1].isupper() and w.lower() not in STOP_WORDS} - _FRAME
