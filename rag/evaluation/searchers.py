"""Systems that only search: by words alone (BM25), by meaning alone (exact cosine), or by any other search.

They cite one sentence and never abstain: what they score is what search by itself is worth. An adapter for another
program is a function that searches (`Search`) and a `SearchSystem` around it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.answering.compose import Candidate, answer_text, evidence, state
from rag.api import Rag
from rag.evaluation.gold import Span, overlaps
from rag.evaluation.predictions import Prediction
from rag.evaluation.questions import Question
from rag.reading.citable import is_citable
from rag.support import claim_of
from rag.types import Answer, Constraints, Models
from rag.verify import Source
from rag.words import content_stems

N_RETRIEVED = 20
"""Passages reported with a prediction: twice the depth of the deepest measure, so that copies do not use it up."""

Search = Callable[[str, Question, int], Sequence[tuple[Span, float]]]
"""(text, question, k) → where the k best passages for `text` stand, with their scores, best first. The question has the
as-of day."""


def cosine_confidence(score: float) -> float:
    """Take a cosine for a confidence; below 0 is 0."""
    return min(max(score, 0.0), 1.0)


def bm25_confidence(score: float) -> float:
    """Bring a BM25 score, at least 0, to [0, 1); it grows with the score, which is all that a ranking needs."""
    return score / (1 + score)


@dataclass(frozen=True, slots=True)
class SearchSystem:
    """A system that only searches.

    It cites the best passage's sentence that shares most words with the question, and chooses by the best score for the
    question with each choice; of equals the first.

    Attributes:
        rag: The index whose articles are searched: citations refer to it.
        search: How.
        confidence: Brings the best passage's score to [0, 1], for the measures of abstention.
        note: What else decides its predictions, such as the version of the library that searches.
    """

    rag: Rag
    name: str
    search: Search
    confidence: Callable[[float], float] = cosine_confidence
    note: str = ""
    answers: bool = True

    @property
    def version(self) -> str:
        """The encoder (where BM25 has none, the passages are still cut for it), and the note."""
        return ", ".join(part for part in (self.rag.encoder.identity.model, self.note) if part)

    @property
    def source(self) -> Source:
        """The index."""
        return self.rag.snapshot()

    @property
    def generation(self) -> int:
        """Of the index."""
        return self.rag.generation

    @property
    def contents(self) -> str:
        """Of the index."""
        return self.rag.snapshot().contents()

    def predict(self, question: Question) -> Prediction:
        """Search for the question, and for the question with each choice."""
        began = time.perf_counter()
        found = self.search(question.question, question, N_RETRIEVED)
        answer = self._answer(question, found)
        elapsed_ms = (time.perf_counter() - began) * 1000
        choice = None
        if question.choices:
            bests = [self.search(claim_of(question.question, text), question, 1) for text in question.choices]
            scores = [best[0][1] if best else float("-inf") for best in bests]
            choice = scores.index(max(scores))
        spans = tuple(span for span, _ in found)
        return Prediction(replace(answer, timings_ms={"total": elapsed_ms}), choice, spans)

    def _answer(self, question: Question, found: Sequence[tuple[Span, float]]) -> Answer:
        ranked = self._sentences(question.question, found[0][0]) if found else []
        statements, citations = state([ranked[:1]] if ranked else [])
        return Answer(
            question=question.question,
            standalone_question=question.question,
            as_of=question.as_of,
            text=answer_text(statements) if statements else "The articles don't say.",
            abstained=not statements,
            confidence=self.confidence(found[0][1]) if found else 0.0,
            statements=statements,
            citations=citations,
            evidence=evidence(ranked),
            generation=self.rag.generation,
            models=Models(self.rag.encoder.identity.model, "none"),
        )

    def _sentences(self, question: str, passage: Span) -> list[Candidate]:
        """Return the passage's sentences, those that share most of the question's content words first."""
        wanted = set(content_stems(question))
        article = self.rag.article(passage.article_id)
        candidates = []
        for sentence in self.rag.sentences(article.id):
            text = article.text[sentence.start : sentence.end]
            if overlaps(Span(article.id, sentence.start, sentence.end), passage) and is_citable(text):
                share = len(wanted & set(content_stems(text))) / max(1, len(wanted))
                candidates.append(Candidate(article, sentence, text, share, None))
        return sorted(candidates, key=lambda c: (-c.probability, c.sentence.ordinal))


def bm25(rag: Rag) -> SearchSystem:
    """Make the system that searches by words alone."""

    def search(text: str, question: Question, k: int) -> list[tuple[Span, float]]:
        return _spans(rag, rag.snapshot().search_words(text, k, Constraints(as_of=question.as_of)))

    return SearchSystem(rag, "bm25", search, bm25_confidence)


def dense(rag: Rag) -> SearchSystem:
    """Make the system that searches by the encoder's cosine alone."""

    def search(text: str, question: Question, k: int) -> list[tuple[Span, float]]:
        vector = rag.encoder.encode([text])[0]
        return _spans(rag, rag.snapshot().search_dense(vector, k, Constraints(as_of=question.as_of)))

    return SearchSystem(rag, "dense", search)


def _spans(rag: Rag, found: Sequence[tuple[int, float]]) -> list[tuple[Span, float]]:
    contexts = rag.snapshot().contexts([passage for passage, _ in found])
    spans = [Span(c.article.id, c.passage.start, c.passage.end) for c in contexts]
    return list(zip(spans, (score for _, score in found), strict=True))
