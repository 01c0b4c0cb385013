"""Questions → topics: those about the same things together, each named by its most telling words. Knows no file.

Average linkage on the cosine of the questions' vectors, which shared names bring closer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.question import names_in
from rag.protocols import Vectors
from rag.words import is_content, stem, words

JOINED_FROM = 0.45
"""Mean similarity from which two groups are one topic."""
SHARED_NAME = 0.2
"""Added where two questions share a name."""
N_WORDS = 3
"""Words that name a topic, at most."""
_GENERIC = """
called city country day days following kind last latest many month months much name named new old recent recently said
say says state states time today type week weeks year years yesterday monday tuesday wednesday thursday friday
saturday sunday
"""
_TELLS_NOTHING = frozenset(_GENERIC.split())
"""Words of any question: they name no topic."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions about the same things.

    Attributes:
        name: Its most telling words, in their order of weight.
        members: Places in the list of questions, ascending.
    """

    name: str
    members: tuple[int, ...]


def topics(questions: Sequence[str], vectors: Vectors) -> list[Topic]:
    """Group questions; largest topic first, then by its first question.

    Args:
        questions: In any order; what comes first breaks ties.
        vectors: float32 (n, dimension), unit length, of the questions.
    """
    labels = _labels(_similarity(questions, vectors))
    groups: dict[int, list[int]] = {}
    for place, label in enumerate(labels):
        groups.setdefault(label, []).append(place)
    terms = [_terms(question) for question in questions]
    n_with = Counter(term for found in terms for term in found)
    made = [Topic(_name([terms[i] for i in group], n_with, len(questions)), tuple(group)) for group in groups.values()]
    return sorted(made, key=lambda topic: (-len(topic.members), topic.members))


def _similarity(questions: Sequence[str], vectors: Vectors) -> NDArray[np.float32]:
    """Return float32 (n, n): cosines, more where a name is shared."""
    names = [{stem(word) for name in names_in(question) for word in words(name)} for question in questions]
    known = sorted(set().union(*names)) if names else []
    place = {name: i for i, name in enumerate(known)}
    has = np.zeros((len(questions), len(known)), np.float32)
    for row, found in enumerate(names):
        has[row, [place[name] for name in found]] = 1
    shared = (has @ has.T) > 0
    return np.asarray(vectors @ vectors.T + SHARED_NAME * shared, np.float32)


def _labels(similarity: NDArray[np.float32]) -> list[int]:
    """Return for each question the number of its group."""
    n = len(similarity)
    if n < 2:
        return [0] * n
    from scipy.cluster.hierarchy import fcluster, linkage  # here, not above: only this report needs it

    upper = np.triu_indices(n, 1)
    distances = np.clip(1 - similarity[upper].astype(np.float64), 0, None)
    return [int(label) for label in fcluster(linkage(distances, "average"), 1 - JOINED_FROM, "distance")]


def _terms(question: str) -> dict[str, str]:
    """Return the content words of a question: stem → as written; names are written whole."""
    found: dict[str, str] = {}
    for name in names_in(question):
        for word in words(name):
            found.setdefault(stem(word), name.removesuffix("'s").removesuffix("’s"))
    for word in words(question):
        if is_content(word):
            found.setdefault(stem(word), word.lower())
    return found


def _name(group: Sequence[dict[str, str]], n_with: Counter[str], n: int) -> str:
    """Return the words that most of a group have and few others do; a name counts twice."""
    inside = Counter(term for found in group for term in found)
    written = Counter((term, text) for found in group for term, text in found.items())
    shown = {term: max((count, text) for (of, text), count in written.items() if of == term)[1] for term in inside}

    def weight(term: str) -> float:
        rarity = math.log((1 + n) / (1 + n_with[term])) + 1
        return inside[term] / len(group) * rarity * (2 if shown[term][:1].isupper() else 1)

    least = 2 if len(group) > 1 else 1
    telling = [term for term in inside if shown[term].lower() not in _TELLS_NOTHING]
    ranked = sorted((t for t in telling if inside[t] >= least), key=lambda term: (-weight(term), term))
    chosen: list[str] = []
    for text in (shown[term] for term in ranked or sorted(inside)):
        taken = {stem(word) for one in chosen for word in words(one)}
        if not taken & {stem(word) for word in words(text)}:  # "Delaware" has said what "University of Delaware" says
            chosen.append(text)
    return " · ".join(chosen[:N_WORDS]) or "without words"
