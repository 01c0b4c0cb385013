"""Where the gold sentences stand, and what counts as having hit one. Knows articles; nothing of systems.

A set's quotes were cut by people or by other programs than ours, so one quote can cover two of our sentences, or a part
of one. What is cited is therefore compared by overlap of characters, never by equality.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import ArticleNotFound, SetInvalid
from rag.evaluation.questions import Question, Quote
from rag.evaluation.sets import EvalSet
from rag.verify import Source

LEAST_SHARE = 0.5
"""A span hits a quote when they share at least this much of the shorter one; less is the edge of the next sentence."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article: `article.text[start:end]`."""

    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """A gold sentence: every place where it stands in its article (a sentence may be repeated)."""

    article_id: str
    places: tuple[Span, ...]

    def hit_by(self, span: Span) -> bool:
        """Tell whether `span` shares at least half of the shorter of the two with one of the places."""
        return any(overlaps(span, place) for place in self.places)


@dataclass(frozen=True, slots=True)
class Gold:
    """What a question's answer should cite; see `Question` for what each part means."""

    evidence: tuple[GoldQuote, ...] = ()
    any_evidence: bool = False
    also: tuple[GoldQuote, ...] = ()

    @property
    def articles(self) -> tuple[str, ...]:
        """The articles of the evidence, each once, in order."""
        return tuple(dict.fromkeys(quote.article_id for quote in self.evidence))


def overlaps(a: Span, b: Span) -> bool:
    """Tell whether two spans share at least `LEAST_SHARE` of the shorter one."""
    shared = min(a.end, b.end) - max(a.start, b.start)
    return a.article_id == b.article_id and shared > 0 and shared >= LEAST_SHARE * min(a.end - a.start, b.end - b.start)


def locate(evalset: EvalSet, source: Source | None) -> dict[str, Gold]:
    """Find the gold sentences of every question in the articles, by question id.

    Without a source nothing can be located, and every question's gold is empty.

    Raises:
        SetInvalid: An article is not in the index, or a quote not in its article; the message names the line.
    """
    if source is None:
        return {question.id: Gold() for question in evalset.questions}
    finder = _Finder(evalset, source, {})
    return {
        question.id: Gold(
            finder.quotes(question, "evidence", question.evidence),
            question.any_evidence,
            finder.quotes(question, "also", question.also),
        )
        for question in evalset.questions
    }


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds quotes, reading each article once."""

    evalset: EvalSet
    source: Source
    texts: dict[str, str]

    def quotes(self, question: Question, key: str, quotes: Sequence[Quote]) -> tuple[GoldQuote, ...]:
        return tuple(self.quote(question, f"{key}[{place}]", quote) for place, quote in enumerate(quotes))

    def quote(self, question: Question, key: str, quote: Quote) -> GoldQuote:
        where = f"{self.evalset.folder / 'questions.jsonl'}:{question.line}: '{key}"
        if quote.article_id not in self.texts:
            try:
                self.texts[quote.article_id] = self.source.article(quote.article_id).text
            except ArticleNotFound as error:
                raise SetInvalid(
                    f"{where}.article_id' is {quote.article_id!r}, and the index has no such article. Add the set's "
                    "articles to the index, or name another with --index."
                ) from error
        text = self.texts[quote.article_id]
        places = []
        at = text.find(quote.text)
        while at >= 0:
            places.append(Span(quote.article_id, at, at + len(quote.text)))
            at = text.find(quote.text, at + len(quote.text))
        if not places:
            raise SetInvalid(
                f"{where}.quote' is {quote.text[:60]!r}…, which does not stand in article {quote.article_id!r}. "
                "Quote the sentence exactly as the article has it."
            )
        return GoldQuote(quote.article_id, tuple(places))
