"""The sentences that a language model may cite, numbered. Knows readings; knows nothing of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.answering.stories import repeated
from rag.reading.sentences import is_citable
from rag.types import Article, PassageInContext, Reading, Sentence

MAX_SOURCES = 80
"""Sentences shown: eight passages have some fifty; far more would be paid for and not read."""
MAX_CHARS = 16_000
"""Characters of them, about 4,000 tokens: within the window of every model that is in use, small local ones too."""


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of an article under the number by which the model cites it, with the passage it was read in."""

    number: int
    article: Article
    sentence: Sentence
    context: PassageInContext

    @property
    def text(self) -> str:
        """The sentence."""
        return self.article.text[self.sentence.start : self.sentence.end]


def numbered(readings: Sequence[Reading], story_of: Mapping[str, str] | None = None) -> tuple[Source, ...]:
    """Return the sentences of the passages as sources from 1: articles by their best passage, sentences in order.

    Sentences that are no statement of the article (bylines, links) are left out; one in two passages counts once, and
    so does one that several copies of a story have.

    Args:
        readings: What the evidence model read.
        story_of: Story by article id, as `rag.answering.stories.stories_of` returns it.
    """
    read = [(reading.context.article, s) for reading in readings for s in reading.context.sentences]
    again = repeated(read, story_of or {})
    found: dict[str, dict[int, PassageInContext]] = {}
    n_chars = 0
    for reading in sorted(readings, key=lambda reading: -reading.relevance):
        article = reading.context.article
        for sentence in reading.context.sentences:
            held = found.setdefault(article.id, {})
            text = article.text[sentence.start : sentence.end]
            known = sentence.ordinal in held or (article.id, sentence.ordinal) in again
            if known or not is_citable(text):
                continue
            n_chars += len(text)
            if sum(map(len, found.values())) < MAX_SOURCES and n_chars <= MAX_CHARS:
                held[sentence.ordinal] = reading.context
    sources: list[Source] = []
    for held in found.values():
        for ordinal, context in sorted(held.items()):
            sentence = next(s for s in context.sentences if s.ordinal == ordinal)
            sources.append(Source(len(sources) + 1, context.article, sentence, context))
    return tuple(sources)
