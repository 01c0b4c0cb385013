"""The steps of the read path as plain functions on one state: standalone → retrieve → evidence → answer → check.

Each takes a `State` and returns the next; `rag/chain.py` composes them. Knows the order of nothing but itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rag.answering.compose import (
    Candidate,
    abstention_text,
    candidates,
    compose,
    confidence,
    evidence,
    state,
    with_whole_quotations,
)
from rag.answering.followup import standalone_question
from rag.answering.missing import missing_names, unmentioned
from rag.answering.spelling import respelled
from rag.answering.stories import stories_of, with_copies
from rag.answering.timeline import asks_for_timeline
from rag.answering.timely import timely
from rag.answering.years import of_the_year
from rag.display import answer_text
from rag.given import MAX_QUESTION_CHARS, usable
from rag.index import Snapshot
from rag.protocols import Encoder, EvidenceModel
from rag.retrieval import HybridRetriever, constrain
from rag.types import Answer, Citation, Constraints, Hit, Models, Reading, Statement, Turn
from rag.verify import check_citation

# Passages read for evidence. On clapnq the right one is among the first five for 0.989 of the questions. Eight answer
# no better and take a third longer: evidence F1 0.561 there, with five 0.565; evals/mini 0.417 and 0.413, evals/seed
# 0.496 both; the right choice's words in the cited sentences of 220 questions of realtimeqa-2024 0.182 and 0.195. Four
# miss some of evals/seed (0.484); twelve lower the AUROC of abstaining on clapnq by 0.025 (2026-11-25).
N_PASSAGES = 5
# For a course of events: an event is a passage, and at most six are told; some passages tell one day twice or none.
N_PASSAGES_OF_TIMELINE = 12
# What is left of the confidence when a name of the question stands in no article that may be used: whatever else
# matches, the question is about something that the articles don't know.
MISSING_NAME = 0.25


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: the question, the turns before it, and what may be used."""

    question: str
    history: tuple[Turn, ...] = ()
    constraints: Constraints = Constraints()


@dataclass(frozen=True, slots=True)
class State:
    """What the steps hand on. Bound to one snapshot from the first step to the last, so that no answer mixes two."""

    ask: Ask
    snapshot: Snapshot
    standalone: str = ""
    constraints: Constraints = Constraints()
    hits: tuple[Hit, ...] = ()
    readings: tuple[Reading, ...] = ()
    answer: Answer | None = None
    notice: str | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps, with the models they need."""

    encoder: Encoder
    model: EvidenceModel

    def standalone(self, at: State) -> State:
        """Make the question stand alone and read its constraints.

        One that the turns before it make longer than may be asked stays as it was put.

        Raises:
            QuestionInvalid: It has no words, or too many; see `usable`.
        """
        question = usable(at.ask.question)
        standalone = standalone_question(question, at.ask.history)
        if len(standalone) > MAX_QUESTION_CHARS:
            standalone = question
        standalone = respelled(standalone, at.snapshot)
        return replace(at, standalone=standalone, constraints=constrain(standalone, at.ask.constraints, at.snapshot))

    def retrieve(self, at: State) -> State:
        """Find the passages worth reading."""
        retriever = HybridRetriever(at.snapshot, self.encoder)
        return replace(at, hits=tuple(retriever.retrieve(at.standalone, at.constraints, n_passages(at.standalone))))

    def evidence(self, at: State) -> State:
        """Read the passages for sentences that answer."""
        contexts = at.snapshot.contexts([hit.passage.id for hit in at.hits])
        contexts = [replace(context, hit=hit) for context, hit in zip(contexts, at.hits, strict=True)]
        readings = of_the_year(self.model.read(at.standalone, contexts), at.standalone)
        return replace(at, readings=tuple(timely(readings, at.constraints)))

    def answer(self, at: State) -> State:
        """Choose, join and order the sentences that answer; or abstain."""
        ranked = candidates(at.readings, stories_of(at.readings, at.snapshot))
        missing = missing_names(at.standalone, at.snapshot, at.constraints)
        sure = confidence(at.readings) * (MISSING_NAME if missing else 1)
        statements: tuple[Statement, ...] = ()
        citations: tuple[Citation, ...] = ()
        if ranked and sure >= self.model.threshold:
            composed = compose(ranked, at.standalone, at.constraints)
            composed = with_whole_quotations(composed, at.snapshot.sentences)
            statements, citations = state(composed.groups, composed.forms)
        return replace(at, answer=self._answer(at, statements, citations, sure, ranked, missing))

    def answering(self, at: State) -> Iterator[State]:
        """Yield what `answer` returns: it does not grow."""
        yield self.answer(at)

    def check(self, at: State) -> State:
        """Re-read every cited span from the index; a statement with a citation that fails is withdrawn.

        Extractive statements can't fail; a language model's may, and both pass here. What stands is told with the
        copies of its story that have it too.
        """
        answer = at.answer
        assert answer is not None, "the answer step comes before the check step"
        bad = {c.number for c in answer.citations if not check_citation(c, at.snapshot).ok}
        if bad:
            statements = tuple(s for s in answer.statements if not bad & set(s.citations))
            cited = {n for s in statements for n in s.citations}
            citations = tuple(c for c in answer.citations if c.number in cited)
            answer = replace(
                answer,
                statements=statements,
                citations=citations,
                abstained=not statements,
                text=answer_text(statements) if statements else abstention_text(()),
            )
        return replace(at, answer=replace(answer, citations=with_copies(answer.citations, at.snapshot, at.constraints)))

    def _answer(
        self,
        at: State,
        statements: Sequence[Statement],
        citations: Sequence[Citation],
        sure: float,
        ranked: Sequence[Candidate],
        missing: Sequence[str],
    ) -> Answer:
        not_mentioned = [] if statements else unmentioned(missing, at.standalone, at.snapshot, at.constraints)
        text = answer_text(statements) if statements else abstention_text(not_mentioned)
        as_of: date | None = at.ask.constraints.as_of
        return Answer(
            question=at.ask.question,
            standalone_question=at.standalone,
            as_of=as_of,
            text=text,
            abstained=not statements,
            confidence=sure,
            statements=tuple(statements),
            citations=tuple(citations),
            evidence=evidence(ranked),
            generation=at.snapshot.generation,
            models=Models(self.encoder.identity.model, self.model.name),
            timings_ms=at.timings_ms,
        )


def n_passages(question: str) -> int:
    """Return how many passages are found for a question."""
    return N_PASSAGES_OF_TIMELINE if asks_for_timeline(question) else N_PASSAGES
