"""The steps of the read path with a language model: it words the question and the answer, and is not believed.

Retrieval and evidence are those of the extractive answer, which stands behind it: where the model fails, stalls or says
nothing that is backed, the extractive answer is given, with a notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answering.citing import cite
from rag.answering.compose import abstention_text
from rag.answering.missing import missing_names, unmentioned
from rag.answering.signals import Rarity
from rag.answering.steps import State, Steps
from rag.answering.stories import stories_of
from rag.display import answer_text, unbacked_text
from rag.errors import ModelFailed, QuestionInvalid
from rag.given import usable
from rag.llm.backing import BACKED, backing
from rag.llm.model import ChatModel
from rag.llm.prompt import answer_messages, rewrite_messages
from rag.llm.reply import Written, declined, written
from rag.llm.sources import Source, numbered
from rag.retrieval import constrain
from rag.settings import Unbacked
from rag.types import Answer, Citation, Statement

MAX_STATEMENTS = 12
"""Sentences of a reply that are checked; a model that was told to write four and writes more is cut off."""
NOTHING_BACKED = "The articles back nothing of what the language model {name} said, so they are quoted instead."
INSTEAD = "{error} The articles are quoted instead."


@dataclass(frozen=True, slots=True)
class WrittenSteps:
    """`Steps`, with a model that words."""

    steps: Steps
    model: ChatModel
    unbacked: Unbacked = "mark"

    def standalone(self, at: State) -> State:
        """Let the model rewrite a question that has turns before it; the rules' form stands where it fails.

        Raises:
            QuestionInvalid: As `Steps.standalone`.
        """
        done = self.steps.standalone(at)
        if not at.ask.history:
            return done
        try:
            reply = "".join(self.model.stream(rewrite_messages(at.ask.question, at.ask.history)))
        except ModelFailed as error:
            return replace(done, notice=INSTEAD.format(error=error))
        try:
            line = usable(next((line for line in reply.splitlines() if line.strip()), "").strip('"“” \t'))
        except QuestionInvalid:
            return done
        return replace(done, standalone=line, constraints=constrain(line, at.ask.constraints, at.snapshot))

    def retrieve(self, at: State) -> State:
        """As `Steps.retrieve`."""
        return self.steps.retrieve(at)

    def evidence(self, at: State) -> State:
        """As `Steps.evidence`."""
        return self.steps.evidence(at)

    def check(self, at: State) -> State:
        """As `Steps.check`."""
        return self.steps.check(at)

    def answering(self, at: State) -> Iterator[State]:
        """Yield the state with the answer as it grows, a checked sentence at a time; the last is whole."""
        extractive = self.steps.answer(at)
        assert extractive.answer is not None, "the answer step answers"
        sources = numbered(at.readings, stories_of(at.readings, at.snapshot))
        if at.notice is not None or not sources:  # it has failed at the question already: it is not asked again
            yield _noticed(extractive, at.notice)
            return
        draft = _Draft(extractive.answer, sources, self.model.name)
        try:
            for answer in self._drafted(at, draft):
                yield replace(at, answer=answer)
        except ModelFailed as error:
            yield _noticed(extractive, INSTEAD.format(error=error))
            return
        if draft.declined and not draft.backed:
            asked = at.standalone, at.snapshot, at.constraints
            yield replace(at, answer=draft.abstention(unmentioned(missing_names(*asked), *asked)))
        elif not draft.backed:
            yield _noticed(extractive, NOTHING_BACKED.format(name=self.model.name))
        else:
            yield replace(at, answer=draft.answer())

    def _drafted(self, at: State, draft: _Draft) -> Iterator[Answer]:
        messages = answer_messages(at.standalone, draft.sources, at.constraints.as_of)
        rarity = Rarity.among([reading.context for reading in at.readings])
        for n, sentence in enumerate(written(self.model.stream(messages))):
            if n == MAX_STATEMENTS:
                return
            if declined(sentence.text):
                draft.declined = True
                continue
            cited = draft.cited(sentence)
            support = backing(sentence.text, cited, self.steps.model, rarity)
            if support >= BACKED:
                draft.add(sentence.text, cited, support)
            elif self.unbacked == "mark":
                draft.add(sentence.text, (), 0.0)
            else:
                continue
            yield draft.answer()


class _Draft:
    """The statements so far, and the citations that they have come to need."""

    def __init__(self, extractive: Answer, sources: Sequence[Source], model: str) -> None:
        self.sources = sources
        self.declined = False
        self._extractive = extractive
        self._model = model
        self._by_number = {source.number: source for source in sources}
        self._statements: list[Statement] = []
        self._citations: dict[int, Citation] = {}

    @property
    def backed(self) -> bool:
        """Whether a statement cites anything."""
        return bool(self._citations)

    def cited(self, sentence: Written) -> list[Source]:
        """Return the sources that a sentence cites; numbers that the model has made up are none."""
        return [self._by_number[number] for number in sentence.numbers if number in self._by_number]

    def add(self, text: str, cited: Sequence[Source], support: float) -> None:
        """Add a statement; one that cites nothing says that it is not backed."""
        numbers = []
        for source in cited:
            known = self._citations.get(source.number)
            number = known.number if known else len(self._citations) + 1
            best = max(support, known.support) if known else support
            self._citations[source.number] = cite(number, source.article, source.sentence, best)
            numbers.append(number)
        self._statements.append(Statement(text if cited else unbacked_text(text), tuple(numbers), support))

    def answer(self) -> Answer:
        """Return the answer so far."""
        sure = max([self._extractive.confidence, *(s.support for s in self._statements)])
        return self._made(tuple(self._statements), tuple(self._citations.values()), confidence=sure)

    def abstention(self, missing: Sequence[str]) -> Answer:
        """Return that the articles don't say."""
        return self._made((), (), text=abstention_text(missing), confidence=self._extractive.confidence)

    def _made(
        self,
        statements: tuple[Statement, ...],
        citations: tuple[Citation, ...],
        confidence: float,
        text: str | None = None,
    ) -> Answer:
        return replace(
            self._extractive,
            statements=statements,
            citations=citations,
            text=answer_text(statements) if text is None else text,
            abstained=not statements,
            confidence=confidence,
            models=replace(self._extractive.models, llm=self._model),
        )


def _noticed(at: State, notice: str | None) -> State:
    assert at.answer is not None, "the answer step answers"
    return replace(at, answer=replace(at.answer, notice=notice))
