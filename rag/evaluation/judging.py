"""A question, what was said to it and what is right, side by side: what every measure looks at.

Knows how to bring citations of any system to sentences; knows no measure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.errors import ArticleNotFound
from rag.evaluation.gold import Gold, Span
from rag.evaluation.predictions import Prediction
from rag.evaluation.questions import Question
from rag.types import Citation, Evidence
from rag.verify import Source


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """One sentence that an answer cites or considered, with its words and the support claimed for it."""

    span: Span
    text: str
    support: float


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with all that is needed to score it.

    Attributes:
        prediction: None where there is none: it scores 0 in every measure that applies to the question.
        cited: The sentences cited, each once, in the order of their citations. A citation that spans several sentences
            stands for all of them, as the index cuts them, so that citing a whole page earns no precision.
        verbatim: For each citation, whether the article has exactly the quote at the place that it names.
        considered: The sentences considered as evidence, best first.
        system_answers: False where the system only chooses: measures of answers do not apply then.
    """

    question: Question
    gold: Gold
    prediction: Prediction | None
    cited: tuple[ReadSentence, ...] = ()
    verbatim: tuple[bool, ...] = ()
    considered: tuple[ReadSentence, ...] = ()
    system_answers: bool = True

    @property
    def abstained(self) -> bool:
        """Whether an answer was withheld; a missing prediction withholds too, which is right for no question."""
        return self.prediction is None or self.prediction.answer is None or self.prediction.answer.abstained

    @property
    def answerable(self) -> bool:
        """Whether the question can be answered; where the set does not say, it can."""
        return self.question.answerable is not False


def judge(
    questions: Sequence[Question],
    golds: Mapping[str, Gold],
    predictions: Mapping[str, Prediction],
    source: Source | None,
    system_answers: bool = True,
) -> list[Judged]:
    """Put every question beside its gold and its prediction, in the order of the set."""
    reader = _Reader(source)
    judged = []
    for question in questions:
        prediction = predictions.get(question.id)
        answer = prediction.answer if prediction else None
        citations = answer.citations if answer else ()
        judged.append(
            Judged(
                question,
                golds[question.id],
                prediction,
                cited=reader.cited(citations),
                verbatim=tuple(reader.is_verbatim(citation) for citation in citations),
                considered=tuple(
                    read for e in (answer.evidence if answer else ()) if (read := reader.sentence(e)) is not None
                ),
                system_answers=system_answers,
            )
        )
    return judged


class _Reader:
    """Reads articles and their sentences, each once."""

    def __init__(self, source: Source | None) -> None:
        self._source = source
        self._known: dict[str, tuple[str, str, tuple[Span, ...]]] = {}

    def _article(self, article_id: str) -> tuple[str, str, tuple[Span, ...]]:
        """Return text, digest and sentences of an article; all empty where there is none."""
        if article_id not in self._known:
            self._known[article_id] = ("", "", ())
            if self._source is not None:
                try:
                    article = self._source.article(article_id)
                    spans = tuple(Span(article_id, s.start, s.end) for s in self._source.sentences(article_id))
                    self._known[article_id] = (article.text, article.digest, spans)
                except ArticleNotFound:
                    pass  # a citation of nothing: neither verbatim nor a sentence
        return self._known[article_id]

    def cited(self, citations: Sequence[Citation]) -> tuple[ReadSentence, ...]:
        found: dict[Span, ReadSentence] = {}
        for citation in citations:
            text, _, sentences = self._article(citation.article_id)
            for span in sentences:
                if span.start < citation.end and citation.start < span.end:
                    found.setdefault(span, ReadSentence(span, text[span.start : span.end], citation.support))
        return tuple(found.values())

    def is_verbatim(self, citation: Citation) -> bool:
        text, digest, _ = self._article(citation.article_id)
        same = text[citation.start : citation.end] == citation.quote
        return bool(citation.quote) and digest == citation.digest and same

    def sentence(self, evidence: Evidence) -> ReadSentence | None:
        text, _, sentences = self._article(evidence.article_id)
        if evidence.sentence >= len(sentences):
            return None
        span = sentences[evidence.sentence]
        return ReadSentence(span, text[span.start : span.end], evidence.score)
