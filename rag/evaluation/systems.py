"""The systems that can be evaluated: this one, two that only search, recorded predictions, and all with the protocol.

Knows what each system does with a question; knows nothing of gold and measures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rag.api import Rag
from rag.errors import SettingInvalid
from rag.evaluation.gold import Span
from rag.evaluation.predictions import Prediction
from rag.evaluation.questions import Question
from rag.evaluation.searchers import N_RETRIEVED, bm25, dense
from rag.verify import Source

PUBLISHED = "published:"


class System(Protocol):
    """Question → Prediction. Adapters for other programs have this form."""

    @property
    def name(self) -> str:
        """As it appears in results and reports."""
        ...

    @property
    def version(self) -> str:
        """Whatever changes when its predictions may: a resumed run mixes no two versions."""
        ...

    @property
    def answers(self) -> bool:
        """False for one that only chooses: measures of answers and citations do not apply to it then."""
        ...

    @property
    def source(self) -> Source | None:
        """The articles its citations refer to; None where it cites nothing."""
        ...

    @property
    def generation(self) -> int:
        """Of the index it answers from; 0 where there is none."""
        ...

    @property
    def contents(self) -> str:
        """A digest of the articles it answers from, as they are indexed; empty where there are none."""
        ...

    def predict(self, question: Question) -> Prediction:
        """Answer one question.

        Raises:
            QuestionInvalid: It cannot be answered at all; it is counted as missing.
        """
        ...


@dataclass(frozen=True, slots=True)
class RagSystem:
    """This system, as `rag ask` answers; choices by `Rag.choose`."""

    rag: Rag
    name: str = "rag"
    answers: bool = True

    @property
    def version(self) -> str:
        """Encoder and evidence model."""
        return f"{self.rag.encoder.identity.model}, {self.rag.model.name}"

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
        """Ask, search as asking does, and choose."""
        answer = self.rag.ask(question.question, history=question.history, as_of=question.as_of)
        hits = self.rag.search(answer.standalone_question, N_RETRIEVED, as_of=question.as_of)
        choice = None
        if question.choices:
            choice = self.rag.choose(answer.standalone_question, question.choices, as_of=question.as_of).index
        spans = tuple(Span(hit.passage.article_id, hit.passage.start, hit.passage.end) for hit in hits)
        return Prediction(answer, choice, spans)


@dataclass(frozen=True, slots=True)
class PublishedSystem:
    """Another system's predictions, recorded in the set under `published`."""

    key: str
    version: str = "as published"
    answers: bool = False
    source: Source | None = None
    generation: int = 0
    contents: str = ""

    @property
    def name(self) -> str:
        """Its name as `--system` takes it."""
        return PUBLISHED + self.key

    def predict(self, question: Question) -> Prediction:
        """Look the choice up; one that is missing or no position stays unanswered and scores 0."""
        choice = question.published.get(self.key)
        is_position = isinstance(choice, int) and not isinstance(choice, bool) and 0 <= choice < len(question.choices)
        return Prediction(choice=choice if is_position else None)


def system_by_name(name: str, open_index: Callable[[], Rag], questions: tuple[Question, ...]) -> System:
    """Return the system with this name; the index is opened only where the system needs one.

    Raises:
        SettingInvalid: There is no such system, or the set has no predictions published under that name.
    """
    if name == "rag":
        return RagSystem(open_index())
    if name == "bm25":
        return bm25(open_index())
    if name == "dense":
        return dense(open_index())
    published = sorted({key for q in questions for key, value in q.published.items() if isinstance(value, int)})
    if name.removeprefix(PUBLISHED) in published and name.startswith(PUBLISHED):
        return PublishedSystem(name.removeprefix(PUBLISHED))
    known = ["rag", "bm25", "dense", *(PUBLISHED + key for key in published)]
    raise SettingInvalid(f"There is no system {name!r} for this set. Choose one of: {', '.join(known)}.")
