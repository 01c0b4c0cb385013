"""Answers of which only one is true, where no figure tells them apart: two holders of one office, a yes and a no.

Only plain cases are told: both sentences have the question's words, and differ in the name, or in "not" and "denied".
"""

from __future__ import annotations

import re

from rag.answering.candidates import Candidate
from rag.answering.question import Question
from rag.answering.referents import people_in
from rag.answering.verbs import base_stem
from rag.words import content_stems, stem, words

# "Who is the mayor?", "Who leads the party?": one at a time. Not "Who resigned?", nor "Who is Ann Holub?".
_OFFICE = re.compile(
    r"^\W*[Ww]ho(?:(?:['’]s| is)(?: the)? [a-z]| (?:leads|heads|runs|chairs|owns|manages|coaches|governs|rules)\b)"
)
_NOT = re.compile(r"not|never|.*n['’]t", re.IGNORECASE)
# Words between "not" and what it denies: "did not vote to approve".
_REACH = 3
# Whoever denied it did not admit it: the question's verb need not stand there as well.
_REFUSES = re.compile(r"\b(?:den(?:y|ies|ied|ying)|reject(?:s|ed)?|refus(?:e|es|ed)|declin(?:es|ed))\b", re.IGNORECASE)


def excludes(a: Candidate, b: Candidate, question: Question) -> bool:
    """Tell whether two sentences of different articles answer `question`, and plainly not the same."""
    if a.article.id == b.article.id:
        return False
    if _OFFICE.match(question.text):
        of_a, of_b = (_holders(c, question) for c in (a, b))
        return bool(of_a and of_b) and not of_a & of_b
    return question.kind == "polar" and {_verdict(a, question), _verdict(b, question)} == {True, False}


def _holders(candidate: Candidate, question: Question) -> frozenset[str]:
    """Return the stems of whom a sentence names for the office asked about; none where it does not have its words."""
    if _missing(candidate, question):
        return frozenset()
    named = [candidate.short] if candidate.short else people_in(candidate.text)
    capitalised = (word for name in named for word in words(name) if word[0].isupper())
    return frozenset(map(stem, capitalised)) - frozenset(question.stems)


def _verdict(candidate: Candidate, question: Question) -> bool | None:
    """Return whether a sentence affirms what is asked; None where it does not plainly tell."""
    missing, refused = _missing(candidate, question), _REFUSES.search(candidate.text) is not None
    if len(missing) > refused:
        return None
    cut, asked = words(candidate.text), _asked(question)
    stems = [base_stem(stem(word)) for word in cut]
    denied = (
        asked.intersection(stems[at + 1 : at + 1 + _REACH]) for at, word in enumerate(cut) if _NOT.fullmatch(word)
    )
    return not (refused or any(denied))


def _asked(question: Question) -> frozenset[str]:
    """Return the stems of what is asked, the names left out, verbs in their base form."""
    return frozenset(map(base_stem, question.stems)) - _named(question)


def _named(question: Question) -> frozenset[str]:
    return frozenset(base_stem(part) for name in question.names for part in name)


def _missing(candidate: Candidate, question: Question) -> frozenset[str]:
    """Return the stems of the question that a sentence lacks; its names may stand in the title."""
    told = frozenset(map(base_stem, content_stems(candidate.text)))
    titled = told | frozenset(map(base_stem, content_stems(candidate.article.title)))
    return (_asked(question) - told) | (_named(question) - titled)
