"""The read path as a LangChain runnable, and the retriever as a LangChain retriever.

Beside `rag/llm/model.py` the only file that names LangChain. The steps themselves are `rag/answering/steps.py`; here
they are put in a row, so that streaming, batching, callbacks and tracing are LangChain's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from langchain_core.callbacks import CallbackManagerForChainRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda, RunnableSequence
from langchain_core.runnables.config import patch_config
from pydantic import ConfigDict, SkipValidation

from rag.answering.steps import Ask, State
from rag.display import answer_text
from rag.errors import SettingInvalid
from rag.index import Snapshot
from rag.protocols import Encoder
from rag.retrieval import HybridRetriever, constrain
from rag.types import DAYS, Answer, Constraints, Hit, Turn


@dataclass(frozen=True, slots=True)
class Step:
    """A finished step of the chain, as `AnswerChain.stream` reports it."""

    name: str
    elapsed_ms: float


class ChainSteps(Protocol):
    """What the chain puts in a row: `Steps`, or `rag.llm.WrittenSteps`."""

    def standalone(self, at: State) -> State: ...  # noqa: D102 - as in `Steps`
    def retrieve(self, at: State) -> State: ...  # noqa: D102
    def evidence(self, at: State) -> State: ...  # noqa: D102
    def answering(self, at: State) -> Iterator[State]: ...  # noqa: D102
    def check(self, at: State) -> State: ...  # noqa: D102


class AnswerChain(Runnable[Any, Answer]):
    """Question → Answer.

    Input: a string, an `Ask`, or a mapping with `question` and optionally `history` (turns of role and content),
    `as_of`, `since`, `until`, `sources`. `invoke`, `batch` and their async forms return Answers. `stream` yields a
    `Step` as each step finishes, then the Answer growing statement by statement; its last item is the whole Answer.
    Callbacks see a run `rag`, and below it one named after each step.
    """

    name = "rag"

    def __init__(self, steps: ChainSteps, snapshot: Callable[[], Snapshot]) -> None:
        self._snapshot = snapshot
        growing = {
            "standalone": _one(steps.standalone),
            "retrieve": _one(steps.retrieve),
            "evidence": _one(steps.evidence),
            "answer": steps.answering,
            "check": _one(steps.check),
        }
        # Of a generator function LangChain streams every state, and takes the last when it invokes.
        self._steps = {name: RunnableLambda(_timed(name, step), name=name) for name, step in growing.items()}
        self._sequence: RunnableSequence[Any, Answer] = RunnableSequence(
            RunnableLambda(self._begin, name="begin"),
            *self._steps.values(),
            RunnableLambda(_finish, name="finish"),
            name="rag",
        )

    def _begin(self, asked: object) -> State:
        return State(ask=read_input(asked), snapshot=self._snapshot())

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """Answer one question.

        Raises:
            QuestionInvalid: The question is empty or too long.
        """
        return self._sequence.invoke(input, config)

    def stream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Yield a Step as each step finishes, then the Answer growing statement by statement."""
        yield from self._transform_stream_with_config(iter([input]), self._streamed, config, **kwargs)

    def _streamed(
        self, inputs: Iterator[Any], run_manager: CallbackManagerForChainRun, config: RunnableConfig
    ) -> Iterator[Any]:
        """Run the steps below the run that LangChain has begun for the whole."""
        at, n_grown = self._begin(next(inputs)), 0
        for number, (name, step) in enumerate(self._steps.items(), start=1):
            states = step.stream(at, patch_config(config, callbacks=run_manager.get_child(f"seq:step:{number}")))
            at = next(states)
            for grown in states:
                yield at.answer  # each but the last, which is checked first
                at, n_grown = grown, n_grown + 1
            yield Step(name, at.timings_ms[name])
        answer = _finish(at)
        for n in range(1, len(answer.statements)) if not n_grown else ():
            yield replace(answer, statements=answer.statements[:n], text=answer_text(answer.statements[:n]))
        yield answer


Growing = Callable[[State], Iterator[State]]


def _timed(name: str, step: Growing) -> Growing:
    def run(at: State) -> Iterator[State]:
        began = time.perf_counter()
        for done in step(at):
            yield replace(done, timings_ms={**at.timings_ms, name: (time.perf_counter() - began) * 1000})

    return run


def _one(step: Callable[[State], State]) -> Growing:
    def run(at: State) -> Iterator[State]:
        yield step(at)

    return run


def _finish(at: State) -> Answer:
    if at.answer is None:
        raise RuntimeError("the chain ended without an answer")
    total = sum(at.timings_ms.values())
    return replace(at.answer, timings_ms={**at.timings_ms, "total": total})


def read_input(asked: object) -> Ask:
    """Read what the chain was given as an `Ask`.

    Raises:
        SettingInvalid: It has no question, or a date or turn that cannot be read.
    """
    if isinstance(asked, Ask):
        return asked
    if isinstance(asked, str):
        return Ask(asked)
    if not isinstance(asked, Mapping) or not isinstance(asked.get("question"), str):
        raise SettingInvalid(f"The chain takes a question (a string, or a mapping with 'question'), not {asked!r}.")
    history = tuple(turn if isinstance(turn, Turn) else _turn(turn) for turn in asked.get("history") or ())
    return Ask(asked["question"], history, make_constraints(**{k: asked.get(k) for k in _FILTERS}))


_FILTERS = (*DAYS, "sources")


def make_constraints(
    as_of: date | str | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
    sources: str | Iterable[str] | None = None,
) -> Constraints:
    """Build constraints from dates (or `YYYY-MM-DD`) and source names.

    Raises:
        SettingInvalid: A date cannot be read, or `since` is after the last day allowed.
    """
    named = (sources,) if isinstance(sources, str) else tuple(sources or ())
    made = Constraints(_day("as_of", as_of), _day("since", since), _day("until", until), named)
    if made.since and made.last_day and made.since > made.last_day:
        raise SettingInvalid(
            f"Nothing can be published from {made.since} on and until {made.last_day}: since is after until or as_of. "
            "Change one of them."
        )
    return made


def _day(name: str, value: date | str | None) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise SettingInvalid(f"{name} is {value!r}, which is no date. Write it as YYYY-MM-DD.") from error


def _turn(turn: object) -> Turn:
    if isinstance(turn, Mapping) and turn.get("role") in ("user", "assistant") and isinstance(turn.get("content"), str):
        return Turn(turn["role"], turn["content"])
    raise SettingInvalid(f"A turn of the history needs a role ('user' or 'assistant') and a content, not {turn!r}.")


class RagRetriever(BaseRetriever):
    """The retrieval of an index as a LangChain retriever: passages as Documents, best first.

    Metadata of a Document: article_id, title, source, url, published (YYYY-MM-DD or None), start, end, sentences (first
    and last ordinal), score, generation.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    snapshot: Callable[[], Snapshot]
    encoder: SkipValidation[Encoder]
    k: int = 10
    constraints: Constraints = Constraints()

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        snapshot = self.snapshot()
        constraints = constrain(query, self.constraints, snapshot)
        hits = HybridRetriever(snapshot, self.encoder).retrieve(query, constraints, k or self.k)
        return [to_document(hit, snapshot) for hit in hits]


def to_document(hit: Hit, snapshot: Snapshot) -> Document:
    """Return a hit as a LangChain Document."""
    article, passage = snapshot.article(hit.passage.article_id), hit.passage
    return Document(
        id=str(passage.id),
        page_content=passage.text,
        metadata={
            "article_id": article.id,
            "title": article.title,
            "source": article.source,
            "url": article.url,
            "published": article.published.isoformat() if article.published else None,
            "start": passage.start,
            "end": passage.end,
            "sentences": [passage.first, passage.last],
            "score": hit.score,
            "generation": snapshot.generation,
        },
    )
