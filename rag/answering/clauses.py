"""A plain news sentence → who did what: subject, verb, object and what follows, in words that a question can use.

Only sentences that begin with a named subject and its verb are read; of any other nothing is returned, since a question
made from half a sentence reads like one. Knows English word order and one article's names; nothing of questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answering.figures import MONTH
from rag.answering.namebook import RUN_TOGETHER, NameBook
from rag.answering.names import phrase_name
from rag.answering.sameness import without_dateline
from rag.answering.speech_words import (
    CONJUNCTIONS,
    CUT_OFF,
    DAYS,
    HER_NAMES,
    HIS_NAMES,
    MODALS,
    NEGATIONS,
    PREPOSITIONS,
    TITLES,
)
from rag.answering.verbs import INTRANSITIVE, PARTICIPLES, PAYING, TO_INFINITIVE, TRANSITIVE
from rag.display import display_text
from rag.words import STOP_WORDS

LONGEST_SUBJECT, LONGEST_OBJECT = 5, 7
"""Words: with more, a question of twelve words has no room for the rest."""
_MOST_WORDS = 60  # a longer sentence is a list, or a paragraph that was not split
_ODD = re.compile(r"[\"“”„«»?!:;()\[\]|/*•►…]|--|\.\.|[A-Za-z],[A-Za-z]")
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_TIME = re.compile(
    rf"^(?:On|In|Early|Late|Last|Earlier|By|Since) (?:(?:early|late|the|this|last) )*(?:{_DAY}|{MONTH}|\d{{4}}|week"
    r"|month|year)[^,]{0,20}, "
)
_BESIDE = frozenset(
    ["also", "later", "then", "recently", "first", "already", "previously", "since", "once", "formally"]
)
_PARTIES = frozenset(["Democrat", "Republican", "Democratic", "Conservative", "Labour", "Independent", "Former"])
_BE = {"was": "was", "were": "were", "has been": "was", "have been": "were", "had been": "was"}
CAUSE = re.compile(
    r"\b(?:because|due to|owing to|citing|in protest|in response to|as a result of|amid (?:concerns|fears|allegations)"
    r"|over (?:concerns|fears|allegations|claims|accusations|safety|an?|his|her|its|their)\b"
    r"|for (?:fear|allegedly|\w+ing|his role|her role)\b|in an effort to|in order to|to avoid|to protest"
    r"|on (?:suspicion|charges) of)\b"
)
"""Words behind which a sentence gives the cause of what it tells."""
WHEN = re.compile(
    rf"\b(?:on {_DAY}|{_DAY}|in \d{{4}}"
    rf"|(?:on |in )?(?:early |late |mid-|\d{{1,2}} )?(?:{MONTH})(?: \d{{1,2}})?(?:,? \d{{4}})?)\b"
)
"""The day, month or year of what a sentence tells."""
_CUT = re.compile(
    r",(?!\d)|[;:—–(]| - | and (?=[a-z])|\.$"
    r"|\b(?:because|after|before|when|while|as|since|until|amid|following|although|though|but|who|which|that|where|whose"
    r"|if|due to|owing to|despite|saying|according|including|during|ahead|just|even|this|last|next|earlier|later|again"
    r"|once|shortly|only|early|late|almost|nearly|roughly|alongside|along|against the backdrop)\b"
)
_PARTICLES = frozenset(["up", "off", "out", "in", "on", "over", "into", "back", "down", "away"])
_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|him|them|this|that|these|those|we|I|us|our|you|your|my|me|himself|herself|itself"
    r"|themselves|there|here|so|such|one|another|others|same)\b"
)
# "the law" of an article that the reader doesn't see is any law; what there is only one of needs no name.
_VAGUE = re.compile(
    r"\b[Tt]he (?!(?:White|Supreme|United|world|country|nation|economy|president|government|internet|pandemic|public"
    r"|war|death|election|end|release|first|most|best|largest|biggest|record|championship|top|title)\b)"
    r"[a-z-]+(?: [a-z-]+)*$"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """Who did what.

    Attributes:
        subject: A name, with "the" where the text has it; persons with their whole names.
        auxiliary: "was" or "were" in the passive, "did" in the active voice.
        past: The verb as it stands: past tense, or participle in the passive.
        verb: The verb as it follows the auxiliary in a question: base form, or participle.
        object: What follows it, up to the cause, time or next clause; may be empty.
        rest: The sentence from the end of `object` on.
        intransitive: The verb needs no object.
    """

    subject: str
    auxiliary: str
    past: str
    verb: str
    object: str
    rest: str
    intransitive: bool = False

    @property
    def passive(self) -> bool:
        """Whether it was done to the subject."""
        return self.auxiliary != "did"


def plain(sentence: str) -> str:
    """Return a sentence on one line, without its dateline; empty where it is no plain sentence of news."""
    text = without_dateline(display_text(sentence))
    odd = _ODD.search(text) or not text.endswith(".") or len(text.split()) > _MOST_WORDS
    return "" if odd or not text[:1].isalpha() else text


def clause_of(sentence: str, names: NameBook) -> Clause | None:
    """Return who did what in a sentence; None where that is not plain."""
    text = _TIME.sub("", plain(sentence))
    words = [(match.group(), match.start(), match.end()) for match in re.finditer(r"[^\s,.]+(?:\.[^\s,.]+)*", text)]
    for at, (word, start, end) in enumerate(words[:14]):
        before = words[at - 1][0].lower() if at else ""
        two = f"{words[at - 2][0].lower()} {before}" if at > 1 else ""
        be = _BE.get(two) or _BE.get(before)
        if be and word in PARTICIPLES:
            first = words[at - 2 if two in _BE else at - 1][1]
            return _clause(text, first, end, names, auxiliary=be, past=word, verb=word)
        if word in INTRANSITIVE or word in TRANSITIVE or word in TO_INFINITIVE or word in PAYING:
            return _active(text, start, end, names, word)
        if word.lower() in MODALS | NEGATIONS | {"who", "which", "that", "whose", "is", "are"}:
            return None
    return None


def _active(text: str, start: int, end: int, names: NameBook, word: str) -> Clause | None:
    if word in TO_INFINITIVE and text[end:].startswith(" to "):
        verb = TO_INFINITIVE[word]
    elif word in INTRANSITIVE or word in TRANSITIVE or word in PAYING:
        verb = INTRANSITIVE.get(word) or TRANSITIVE.get(word) or PAYING[word]
    else:
        return None
    return _clause(text, start, end, names, auxiliary="did", past=word, verb=verb, intransitive=word in INTRANSITIVE)


def _clause(
    text: str,
    start: int,
    end: int,
    names: NameBook,
    *,
    auxiliary: str,
    past: str,
    verb: str,
    intransitive: bool = False,
) -> Clause | None:
    subject = subject_name(text[:start].strip(), names)
    if not subject:
        return None
    told = text[end:]
    cuts = [match.start() for match in (_CUT.search(told), CAUSE.search(told), WHEN.search(told)) if match]
    cut = min(cuts, default=len(told))
    found = told[:cut].strip()
    while found and found.split()[-1].lower() in PREPOSITIONS | {"in", "and", "the", "about", "late", "early"}:
        found = found.rpartition(" ")[0]
    return Clause(subject, auxiliary, past, verb, found, told[cut:], intransitive)


def subject_name(before: str, names: NameBook) -> str:
    """Return the name that stands before a verb as its subject; empty where anything else stands there too."""
    while before.rpartition(" ")[2].lower() in _BESIDE or before.endswith("ly"):
        before = before.rpartition(" ")[0]
    if before.endswith(","):
        head, _, inserted = before[:-1].partition(", ")
        if not inserted or "," in inserted or inserted.split()[0] in {"who", "which"} or len(inserted.split()) > 14:
            return ""
        before = head
    words = tuple(before.split())
    if words and words[0].lower() in CONJUNCTIONS | _BESIDE:
        words = words[1:]
    if not words or "," in before or set(map(str.lower, words)) & (CUT_OFF | MODALS | NEGATIONS):
        return ""
    if any(word.islower() and word in PREPOSITIONS | {"and", "or", "but"} for word in words):
        return ""
    return named(phrase_name(words), words[0] == "The" and all(w[:1].isupper() for w in words), names)


def named(name: str, with_article: bool, names: NameBook) -> str:
    """Return a name as a question says it; empty where it may be no name, or more than one person's."""
    words = name.split()
    owner = max((at for at, word in enumerate(words[:-1]) if word.endswith(("'s", "’s"))), default=-1)
    words = words[owner + 1 :] if len(words) - owner > 2 else words  # "CNN's Kate Bolduan", not "Xi's China"
    while words and words[0] in _PARTIES:
        words = words[1:]
    if not words or len(words) > LONGEST_SUBJECT or not words[-1][:1].isupper() or not words[0][:1].isupper():
        return ""
    if words[0] == "The":
        words, with_article = words[1:], True
    lower = [word.lower().rstrip(".") for word in words]
    if not words or set(lower) & (DAYS | STOP_WORDS) - {"of", "and", "the", "will", "may"} or set(lower) <= TITLES:
        return ""
    if RUN_TOGETHER.search(name) or not names.is_name(words[0]) or name.endswith(("'s", "’s", "’", "'")):
        return ""
    if len(words) == 1 and lower[0] in HER_NAMES | HIS_NAMES:  # "Harry" alone may be anyone
        return ""
    whole = names.whole(" ".join(words))
    return f"the {whole}" if with_article and whole else whole


def usable_object(text: str, *, most: int = LONGEST_OBJECT) -> bool:
    """Tell whether an object may stand in a question: short, no pronoun, nothing that only the article explains."""
    words = text.split()
    if not words or len(words) > most or _PRONOUN.search(text) or _VAGUE.search(text):
        return False
    first, last = words[0].lower(), words[-1].lower()
    if first in PREPOSITIONS | _PARTICLES or first.endswith("ly"):
        return False
    return last not in STOP_WORDS | PREPOSITIONS and not last.endswith("ly") and last[-1].isalnum()
