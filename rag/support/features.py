"""What tells how far the articles back each choice of a question: a row of features a choice. `choose.py` weighs them.

Nothing is read by the evidence model: passages are found for the question and for each claim (question and choice,
worded as one), and the words of both are looked for in their sentences.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.index import Snapshot
from rag.protocols import Encoder
from rag.retrieval import HybridRetriever, constrain
from rag.retrieval.prior import decay
from rag.support.claims import claim_of
from rag.types import Constraints, PassageInContext
from rag.words import content_stems

N_OF_QUESTION = 50
"""Passages of the question in which a choice is looked for word for word."""
N_WEIGHED = 20
"""Of these, the passages in which the choices' words are weighed by how like the question they are."""
N_BY_MEANING, N_BY_WORDS = 30, 20
"""Passages fetched for each claim."""
UNDATED = 0.3
"""What a passage without a date counts, where one of the days before counts 1 (`recency`)."""
RANK_SCALE = 15.0
"""A passage this far down the list of the question's counts 1/e of the first."""

FEATURES = (
    "logarithm of the claim's best BM25 score",
    "words of the choice beside words of the question in one sentence, recent passages more",
    "words of the question in a sentence that has the choice word for word",
    "logarithm of how often the question's passages have the choice word for word, recent and first ones more",
    "words of the choice in the passages of the question, mean",
    "words of the choice in a recent passage of the question",
    "rarity of the choice's own words",
)

Stems = frozenset[str]

_WORD = re.compile(r"\w+")
_LEADING = re.compile(r"^(?:the|a|an|around|about|nearly|over|more than|almost) ")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SPELT = {word: str(n) for n, word in enumerate(_NUMBERS, 1)} | {str(n): word for n, word in enumerate(_NUMBERS, 1)}


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as features see it.

    Attributes:
        title: Stems of the article's title.
        sentences: Stems of each sentence.
        plain: Each sentence word by word, in lower case between spaces, the title's last.
        recency: How recent it is, from 0 to 1 (`recency`).
    """

    title: Stems
    sentences: tuple[Stems, ...]
    plain: tuple[str, ...]
    recency: float

    @property
    def stems(self) -> Stems:
        """All stems of title and sentences."""
        return self.title.union(*self.sentences)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question and its choices.

    Attributes:
        passages: By id, those of the question and those of all claims.
        hits: Ids of the question's passages, best first, each with its cosine to the question.
        bm25: The best BM25 score of each claim, 0 where no passage has a word of it.
    """

    passages: Mapping[int, Passage]
    hits: Sequence[tuple[int, float]]
    bm25: Sequence[float]


def choice_features(
    question: str, choices: Sequence[str], snapshot: Snapshot, encoder: Encoder, constraints: Constraints
) -> NDArray[np.float32]:
    """Return float32 (len(choices), len(FEATURES)); comparable within one question only."""
    return rows_of(question, choices, find(question, choices, snapshot, encoder, constraints))


def find(
    question: str, choices: Sequence[str], snapshot: Snapshot, encoder: Encoder, constraints: Constraints
) -> Found:
    """Search for the question and for each claim."""
    wanted = constrain(question, constraints, snapshot)
    hits = HybridRetriever(snapshot, encoder).retrieve(question, wanted, N_OF_QUESTION)
    claims = [claim_of(question, choice) for choice in choices]
    by_words = [snapshot.search_words(claim, N_BY_WORDS, constraints) for claim in claims]
    by_meaning = [snapshot.search_dense(vector, N_BY_MEANING, constraints) for vector in encoder.encode(claims)]
    ids = dict.fromkeys(hit.passage.id for hit in hits)
    ids |= dict.fromkeys(passage for found in (*by_words, *by_meaning) for passage, _ in found)
    contexts = snapshot.contexts(list(ids))
    return Found(
        {context.passage.id: passage_of(context, constraints.as_of) for context in contexts},
        [(hit.passage.id, hit.similarity) for hit in hits],
        [found[0][1] if found else 0.0 for found in by_words],
    )


def passage_of(context: PassageInContext, as_of: date | None) -> Passage:
    """Take a passage apart."""
    article = context.article
    sentences = [article.text[s.start : s.end] for s in context.sentences]
    return Passage(
        frozenset(content_stems(article.title)),
        tuple(frozenset(content_stems(text)) for text in sentences),
        tuple(plain(text) for text in [*sentences, article.title]),
        recency(article.published, as_of),
    )


def recency(published: date | None, as_of: date | None) -> float:
    """Return how recent an article is on a day, from 0 to 1 (`prior.decay`); 1 for all where no day is named."""
    if as_of is None:
        return 1.0
    return UNDATED if published is None else decay(published, as_of, as_of)


def rows_of(question: str, choices: Sequence[str], found: Found) -> NDArray[np.float32]:
    """Return the features of each choice, float32 (len(choices), len(FEATURES))."""
    asked = _Asked(question, found)
    rows = [
        [math.log1p(bm25), *asked.beside(choice), *asked.in_hits(choice)]
        for choice, bm25 in zip(choices, found.bm25, strict=True)
    ]
    return np.array(rows, np.float32).reshape(-1, len(FEATURES))


class _Asked:
    """A question's words beside what was found."""

    def __init__(self, question: str, found: Found) -> None:
        self.found = found
        counts = Counter(stem for passage in found.passages.values() for stem in passage.stems)
        self.rarity = {stem: math.log(1 + len(found.passages) / (1 + n)) for stem, n in counts.items()}
        self.unseen = math.log(1 + len(found.passages))
        self.question = self.weighed(content_stems(question))
        self.shares = {
            number: [self.share(self.question, stems | passage.title) for stems in passage.sentences]
            for number, passage in found.passages.items()
        }

    def weighed(self, stems: Iterable[str]) -> dict[str, float]:
        return {stem: self.rarity.get(stem, self.unseen) for stem in dict.fromkeys(stems)}

    @staticmethod
    def share(wanted: Mapping[str, float], held: Stems) -> float:
        """Return the share, by rarity, of the wanted stems that are held."""
        return sum(weight for stem, weight in wanted.items() if stem in held) / (sum(wanted.values()) or 1.0)

    def own(self, choice: str) -> dict[str, float]:
        """Return the stems of a choice that the question hasn't, with their rarity."""
        return self.weighed(stem for stem in content_stems(choice) if stem not in self.question)

    def beside(self, choice: str) -> tuple[float, float]:
        """Return the second and third: the choice's words, and it word for word, beside words of the question."""
        own, forms = self.own(choice), forms_of(choice)
        near = spelt = 0.0
        for number, passage in self.found.passages.items():
            for at, stems in enumerate(passage.sentences):
                stands = _has(passage.plain[at], forms)
                held = self.share(own, stems) if own else float(stands)
                if held:
                    near = max(near, held * self._around(passage, at) * passage.recency)
                if stands:
                    spelt = max(spelt, self.shares[number][at])
        return near, spelt

    def _around(self, passage: Passage, at: int) -> float:
        """Return the share of the question's words in a sentence, one beside it, and the title."""
        beside = [passage.sentences[i] for i in (at - 1, at + 1) if 0 <= i < len(passage.sentences)]
        here = passage.sentences[at] | passage.title
        return max(self.share(self.question, here | other) for other in beside or [here])

    def in_hits(self, choice: str) -> tuple[float, float, float, float]:
        """Return the other four: the choice in the question's passages, and the rarity of its own words."""
        own, forms = self.own(choice), forms_of(choice)
        often = mean = newest = 0.0
        for rank, (number, cosine) in enumerate(self.found.hits):
            passage = self.found.passages[number]
            if any(_has(text, forms) for text in passage.plain):
                often += passage.recency * math.exp(-rank / RANK_SCALE)
            if rank < N_WEIGHED:
                weight = self.share(own, passage.stems) * cosine
                mean += weight / min(N_WEIGHED, len(self.found.hits))
                newest = max(newest, weight if passage.recency == 1.0 else 0.0)
        return math.log1p(often), mean, newest, sum(own.values())


def plain(text: str) -> str:
    """Return the words of a text in lower case, one space between them and at both ends."""
    bare = text.casefold().replace("’", "").replace("'", "").replace(",", "")
    return f" {' '.join(_WORD.findall(bare))} "


def forms_of(choice: str) -> tuple[str, ...]:
    """Return how a choice may stand in a text, as `plain`: as it is, without what leads it in, as figure or word."""
    bare = _LEADING.sub("", plain(choice).strip())
    forms = dict.fromkeys([plain(choice), f" {bare} ", *([f" {_SPELT[bare]} "] if bare in _SPELT else [])])
    return tuple(form for form in forms if form.strip())


def _has(text: str, forms: Sequence[str]) -> bool:
    return any(form in text for form in forms)
