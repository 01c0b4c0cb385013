"""The sentences that may be stated, best first, out of what an evidence model read.

Knows readings and articles; knows nothing of models, of the question, or of which sentences are chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answering.stories import repeated
from rag.reading.citable import is_citable
from rag.types import Article, Evidence, Reading, Sentence

# How many of the sentences considered are reported with the answer.
_N_EVIDENCE = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be stated: its article, itself, its text and the probability that it is evidence.

    Attributes:
        before: The sentence before it in its article, where there is one.
        before_that: The sentence before `before`.
        short: The words of it that answer by themselves, where the evidence model finds some.
        short_at: Where they begin in `text`.
        story: Id of the story that its article tells; empty where that is not known.
    """

    article: Article
    sentence: Sentence
    text: str
    probability: float
    before: Sentence | None
    before_that: Sentence | None = None
    short: str | None = None
    story: str = ""
    short_at: int = 0

    @property
    def teller(self) -> str:
        """What tells reports apart: copies of one story are one report, told again."""
        return self.story or self.article.id

    @property
    def key(self) -> tuple[str, int]:
        """What tells candidates apart: article id and ordinal."""
        return self.article.id, self.sentence.ordinal

    @property
    def day(self) -> date:
        """The day its article was published; the first day there is where that is unknown: any other is newer."""
        return self.article.published or date.min


Group = list[Candidate]
"""Sentences that say the same, the one that is stated first."""


def candidates(readings: Sequence[Reading], story_of: Mapping[str, str] | None = None) -> list[Candidate]:
    """Return every citable sentence read, best first; a sentence of two passages counts once, at its better reading.

    So does one that several copies of a story have. Ties go to the article id, then to reading order.

    Args:
        readings: What an evidence model read.
        story_of: Story by article id, as `stories_of` returns it; each article is its own without it.
    """
    story_of = story_of or {}
    best: dict[tuple[str, int], Candidate] = {}
    for reading in readings:
        told = (*(None, None, *reading.context.before)[-2:], *reading.context.sentences)
        read = zip(reading.context.sentences, reading.sentences, strict=True)
        for place, (sentence, probability) in enumerate(read):
            text = reading.context.article.text[sentence.start : sentence.end]
            if not is_citable(text):
                continue
            before_that, before = told[place : place + 2]
            answer = reading.answers[place] if reading.answers else None
            short = reading.context.article.text[slice(*answer)] if answer else None
            article = reading.context.article
            story = story_of.get(article.id, "")
            short_at = answer[0] - sentence.start if answer else 0
            candidate = Candidate(article, sentence, text, probability, before, before_that, short, story, short_at)
            known = best.get(candidate.key)
            if known is None or candidate.probability > known.probability:
                best[candidate.key] = candidate
    for again, first in repeated(((c.article, c.sentence) for c in best.values()), story_of).items():
        probability = max(best[first].probability, best.pop(again).probability)
        best[first] = replace(best[first], probability=probability)
    return sorted(best.values(), key=lambda c: (-c.probability, c.key))


def confidence(readings: Sequence[Reading]) -> float:
    """Return the probability that the passages answer: the best passage's relevance; 0 without passages."""
    return max((reading.relevance for reading in readings), default=0.0)


def evidence(ranked: Sequence[Candidate]) -> tuple[Evidence, ...]:
    """Return the sentences considered, best first, as an answer reports them."""
    return tuple(Evidence(c.article.id, c.sentence.ordinal, c.probability) for c in ranked[:_N_EVIDENCE])
