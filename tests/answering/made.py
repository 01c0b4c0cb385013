"""Candidates made by hand: an article of one or more sentences, of which one is the candidate."""

from datetime import date

from rag.answering.candidates import Candidate, Group
from rag.types import Article, Sentence


def candidate(
    article_id: str,
    *sentences: str,
    p: float = 0.5,
    day: int | None = 1,
    source: str | None = None,
    title: str = "",
) -> Candidate:
    """Make the last of `sentences` a candidate, of an article published on that day of June 2023."""
    text = " ".join(sentences)
    spans, at = [], 0
    for ordinal, sentence in enumerate(sentences):
        spans.append(Sentence(article_id, ordinal, at, at + len(sentence)))
        at += len(sentence) + 1
    published = None if day is None else date(2023, 6, day)
    article = Article(article_id, title, text, source=source, published=published)
    before = [None, None, *spans[:-1]][-2:]
    return Candidate(article, spans[-1], sentences[-1], p, before[1], before[0])


def texts(groups: list[Group] | tuple[Group, ...]) -> list[list[str]]:
    """Return the sentences of each group."""
    return [[member.text for member in group] for group in groups]


def ids(groups: list[Group] | tuple[Group, ...]) -> list[list[str]]:
    """Return the article ids of each group."""
    return [[member.article.id for member in group] for group in groups]
