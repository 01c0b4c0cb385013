"""What became of a question, in one of a few words; and, where it went wrong, how far it got.

Knows what is right; the figures over many questions are elsewhere.
"""

from __future__ import annotations

from typing import Literal

from rag.evaluation.gold import Span
from rag.evaluation.judging import Judged
from rag.evaluation.squad import has_answer

Outcome = Literal[
    "right", "incomplete", "rightly abstained",
    "wrong sentence", "wrong choice", "abstained wrongly", "answered wrongly", "no prediction",
]  # fmt: skip
"""right: the right choice, or everything needed is cited; incomplete: a gold sentence is cited, another is missing;
wrong sentence: an answer without any gold sentence (or, where only answers are known, without the answer in what is
cited); abstained wrongly: the articles do answer; answered wrongly: they do not."""

RIGHT: frozenset[Outcome] = frozenset({"right", "incomplete", "rightly abstained"})
WRONG: tuple[Outcome, ...] = (
    "wrong choice",
    "wrong sentence",
    "abstained wrongly",
    "answered wrongly",
    "no prediction",
)

Stage = Literal["article not found", "passage not found", "sentence ranked low", "sentence not stated", "cited"]
"""How far the gold got: its article among the first 10 articles' passages, its passage among the first 10, its sentence
among the first 10 considered, stated and cited."""

DEPTH = 10  # as deep as the measures of retrieval look


def outcome(judged: Judged) -> Outcome | None:
    """Say what became of a question; None where the set or the system leaves nothing to judge."""
    if judged.question.choices:
        return _of_choice(judged)
    if not judged.system_answers:
        return None
    if judged.prediction is None:
        return "no prediction"
    if not judged.answerable:
        return "rightly abstained" if judged.abstained else "answered wrongly"
    return _of_answer(judged)


def _of_choice(judged: Judged) -> Outcome:
    if judged.prediction is None or judged.prediction.choice is None:
        return "no prediction"
    return "right" if judged.prediction.choice in judged.question.right else "wrong choice"


def _of_answer(judged: Judged) -> Outcome | None:
    if not judged.gold.evidence and not judged.question.answers:
        return None if judged.question.answerable is None else "abstained wrongly" if judged.abstained else None
    if judged.abstained:
        return "abstained wrongly"
    if not judged.gold.evidence:
        return "right" if any(has_answer(s.text, judged.question.answers) for s in judged.cited) else "wrong sentence"
    hits = [any(quote.hit_by(sentence.span) for sentence in judged.cited) for quote in judged.gold.evidence]
    if not any(hits):
        return "wrong sentence"
    return "right" if all(hits) or judged.gold.any_evidence else "incomplete"


def stage(judged: Judged) -> Stage | None:
    """Say how far the best-placed gold sentence got; None where there is no gold sentence or no answer."""
    if not judged.gold.evidence or judged.prediction is None or judged.prediction.answer is None:
        return None
    if _hit(judged, [sentence.span for sentence in judged.cited]):
        return "cited"
    if _hit(judged, [sentence.span for sentence in judged.considered[:DEPTH]]):
        return "sentence not stated"
    passages = judged.prediction.passages
    if _hit(judged, passages[:DEPTH]):
        return "sentence ranked low"
    found = dict.fromkeys(span.article_id for span in passages)
    return "passage not found" if set(list(found)[:DEPTH]) & set(judged.gold.articles) else "article not found"


def _hit(judged: Judged, spans: list[Span] | tuple[Span, ...]) -> bool:
    return any(quote.hit_by(span) for quote in judged.gold.evidence for span in spans)
