"""What copies of one story mean for an answer: a sentence that several of them have is told once, and names the others.

The copy that is cited is the first published of those that were read: it is where the fact was reported first, so that
"reported 5 Feb" is true of it. Of copies of one day it is the longest, which has most around the sentence. A
sentence that a copy words otherwise (corrected, or with another figure) is that copy's own.

Knows articles and snapshots; knows nothing of models or of which sentences are chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rag.answering.link import text_fragment_link
from rag.answering.sameness import without_dateline
from rag.index import Snapshot
from rag.types import Article, Citation, Constraints, Copy, Reading, Sentence
from rag.words import without_unseen

Key = tuple[str, int]
"""A sentence: article id and ordinal."""

_MARKS = str.maketrans(dict.fromkeys('"“”„«»‘’‚‛`´', "'") | dict.fromkeys("‐‑‒–—―", "-"))


def stories_of(readings: Sequence[Reading], snapshot: Snapshot) -> dict[str, str]:
    """Return for each article read the id of its story: that of the first article of it."""
    read = dict.fromkeys(reading.context.article.id for reading in readings)
    return {article_id: snapshot.story(article_id)[0].id for article_id in read}


def repeated(sentences: Iterable[tuple[Article, Sentence]], story_of: Mapping[str, str]) -> dict[Key, Key]:
    """Return the sentences that another copy of their story has in the same words, each with the one that is cited."""
    by_words: dict[tuple[str, str], list[tuple[Article, Sentence]]] = {}
    for article, sentence in sentences:
        if article.id in story_of:
            told = _plain(article.text[sentence.start : sentence.end])
            by_words.setdefault((story_of[article.id], told), []).append((article, sentence))
    out: dict[Key, Key] = {}
    for same in by_words.values():
        (first, cited), *others = sorted(same, key=lambda pair: (*_when(pair[0]), pair[1].ordinal))
        out |= {(article.id, s.ordinal): (first.id, cited.ordinal) for article, s in others if article.id != first.id}
    return out


def with_copies(
    citations: Sequence[Citation], snapshot: Snapshot, constraints: Constraints = Constraints()
) -> tuple[Citation, ...]:
    """Return the citations with their stories, and with the copies that have the cited sentence and may be used."""
    return tuple(_with_copies(citation, snapshot.story(citation.article_id), constraints) for citation in citations)


def _with_copies(citation: Citation, story: Sequence[Article], constraints: Constraints) -> Citation:
    others = (article for article in story if article.id != citation.article_id and constraints.allow(article))
    quote = without_dateline(citation.quote)
    plain = _plain(quote)
    also = tuple(
        Copy(article.id, article.title, article.source, text_fragment_link(article.url, quote))
        for article in others
        if plain in _plain(article.text)
    )
    return replace(citation, story=story[0].id, also=also)


def _plain(text: str) -> str:
    """Return a text so that the kind of quotation marks, dashes and spaces, and a dateline, make no difference."""
    return " ".join(without_unseen(without_dateline(text)).translate(_MARKS).lower().split())


def _when(article: Article) -> tuple[date, int, str]:
    return article.published or date.max, -len(article.text), article.id
