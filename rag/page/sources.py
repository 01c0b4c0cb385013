"""An Answer → its spots: where each marker leads, checked against the articles as they are now.

Knows how to look articles up (any `Shelf`), not how anything is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from rag.answering.link import text_fragment_link
from rag.answering.speech import NARRATION, Speech, speeches
from rag.errors import ArticleNotFound
from rag.types import Answer, Article, Citation, Sentence

N_CLOSEST = 3  # passages offered with an abstention: as many as fit beside it without scrolling on a laptop

State = Literal["ok", "changed", "missing"]


class Shelf(Protocol):
    """Where articles are looked up; `rag.api.Rag` is one."""

    def article(self, id_or_url: str) -> Article:
        """Return the article; ArticleNotFound if there is none."""
        ...

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        """Return its sentences in order."""
        ...


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in an article that something on the page leads to.

    Attributes:
        id: Unique on the page: the key of the answer, `-`, and the number; letters, digits and `-` only.
        state: "ok": `article.text[start:end] == quote` now; "changed": no longer; "missing": the article is gone.
        near: Not a citation, but one of the closest passages of an abstention.
        sentence: Ordinal of its first sentence.
        citation: What is cited; None where nothing is.
        speech: Whose words the cited sentences are; narration where they are no one's, or not all the same speaker's.
    """

    id: str
    number: int
    article_id: str
    title: str
    source: str | None
    start: int
    end: int
    quote: str
    support: float
    link: str | None = None
    state: State = "ok"
    near: bool = False
    sentence: int = 0
    speech: Speech = NARRATION
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """What the panel shows for one answer.

    Attributes:
        key: Key of the answer in its conversation.
        articles: The articles still there, by id, in order of first mention.
    """

    key: str
    spots: tuple[Spot, ...] = ()
    articles: dict[str, Article] = field(default_factory=dict)
    abstained: bool = False

    def spots_in(self, article_id: str) -> tuple[Spot, ...]:
        """Return the spots that can be marked in this article's text."""
        return tuple(spot for spot in self.spots if spot.article_id == article_id and spot.state == "ok")


def gather(shelf: Shelf, key: str, answer: Answer) -> Sources:
    """Look up everything that `answer` cites, or, where it abstained, the closest passages.

    Articles removed or changed since are no error: their spots say so.
    """
    articles: dict[str, Article] = {}
    if answer.abstained:
        spots = _closest(shelf, key, answer, articles)
    else:
        spots = [_cited(shelf, key, citation, articles) for citation in answer.citations]
        spots = _with_speech(shelf, answer, spots, articles)
    return Sources(key, tuple(spots), articles, answer.abstained)


def at_sentence(shelf: Shelf, article_id: str, ordinal: int) -> Sources:
    """Return one article with one of its sentences as its only spot; the first where it has no such sentence.

    Raises:
        ArticleNotFound: There is no such article.
    """
    article = shelf.article(article_id)
    sentences = shelf.sentences(article.id)
    if not sentences:
        return Sources("link", articles={article.id: article})
    at = sentences[ordinal if ordinal < len(sentences) else 0]
    quote = article.text[at.start : at.end]
    link = text_fragment_link(article.url, quote)
    spot = Spot("link-1", 1, article.id, article.title, article.source, at.start, at.end, quote, 1.0, link)
    return Sources("link", (spot,), {article.id: article})


def _look_up(shelf: Shelf, article_id: str, articles: dict[str, Article]) -> Article | None:
    if article_id not in articles:
        try:
            articles[article_id] = shelf.article(article_id)
        except ArticleNotFound:
            return None
    return articles[article_id]


def _cited(shelf: Shelf, key: str, citation: Citation, articles: dict[str, Article]) -> Spot:
    article = _look_up(shelf, citation.article_id, articles)
    state: State = "ok"
    if article is None:
        state = "missing"
    elif article.digest != citation.digest or article.text[citation.start : citation.end] != citation.quote:
        state = "changed"
    return Spot(
        f"{key}-{citation.number}",
        citation.number,
        citation.article_id,
        citation.title,
        citation.source,
        citation.start,
        citation.end,
        citation.quote,
        citation.support,
        citation.link,
        state,
        sentence=citation.sentences[0],
        citation=citation,
    )


def _with_speech(shelf: Shelf, answer: Answer, spots: Sequence[Spot], articles: dict[str, Article]) -> list[Spot]:
    """Say of each spot that still stands whose words it is. Each article is read once, whole, for its pronouns."""
    labels: dict[str, list[Speech]] = {}
    out = []
    for spot, citation in zip(spots, answer.citations, strict=True):
        if spot.state == "ok":
            if spot.article_id not in labels:
                text = articles[spot.article_id].text
                spans = [(sentence.start, sentence.end) for sentence in shelf.sentences(spot.article_id)]
                labels[spot.article_id] = speeches(text, spans)
            known = labels[spot.article_id]
            spot = replace(spot, speech=_common([known[at] for at in citation.sentences if at < len(known)]))
        out.append(spot)
    return out


def _common(labels: Sequence[Speech]) -> Speech:
    """Return the label of sentences cited together: one speaker's, and a quote only where all of them are quotes."""
    speakers = {label.speaker for label in labels}
    kinds = {label.kind for label in labels}
    if not labels or "narration" in kinds or len(speakers) > 1:
        return NARRATION
    return Speech("quote" if kinds == {"quote"} else "attributed", labels[0].speaker)


def _closest(shelf: Shelf, key: str, answer: Answer, articles: dict[str, Article]) -> Sequence[Spot]:
    spots: list[Spot] = []
    for evidence in answer.evidence:
        if len(spots) == N_CLOSEST:
            break
        article = _look_up(shelf, evidence.article_id, articles)
        sentences = shelf.sentences(evidence.article_id) if article else ()
        if article is None or evidence.sentence >= len(sentences):
            continue
        sentence, number = sentences[evidence.sentence], len(spots) + 1
        quote = article.text[sentence.start : sentence.end]
        spot = Spot(
            f"{key}-{number}",
            number,
            article.id,
            article.title,
            article.source,
            sentence.start,
            sentence.end,
            quote,
            evidence.score,
            text_fragment_link(article.url, quote),
            near=True,
            sentence=evidence.sentence,
        )
        spots.append(spot)
    return spots
