"""Why a sentence was cited: where its passage ranked, what its date did, which sentences came close. Knows the Rag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import ArticleNotFound
from rag.page.escape import day, escape
from rag.types import Answer, Evidence, Hit

if TYPE_CHECKING:
    from rag.api import Rag

N_SEARCHED = 50
"""Passages searched again for the ranks: one that was cited was among the first eight."""
N_RUNNERS_UP = 3
_LEAST_RAISED = 0.005
"""Of a score; a lower share reads as 0 %."""


@dataclass(frozen=True, slots=True)
class Cited:
    """What is asked about: an article's sentence that an answer cites, or offers as close."""

    article_id: str
    sentence: int


def why_html(rag: Rag, key: str, answer: Answer, cited: Cited, filters: Mapping[str, Any]) -> str:
    """Explain one citation. The search is made again, so that the ranks are those of the articles as they are now."""
    hits = rag.search(answer.standalone_question, N_SEARCHED, **filters)
    undated = rag.search(answer.standalone_question, N_SEARCHED, prefer_dates=False, **filters)
    hit = next((h for h in hits if _holds(h, cited)), None)
    date = " ".join(part for part in (_date(rag, cited), _preference(hit, hits, undated)) if part)
    lines = [_ranks(hit, len(hits)), date, _probability(answer, cited)]
    body = "".join(f"<li>{line}</li>" for line in lines if line)
    return (
        f'<div class="rag-why" data-key="{key}" tabindex="0" role="region" aria-label="Why this sentence">'
        f"<h3>Why this sentence</h3><ul>{body}</ul>"
        f"{_runners_up(rag, answer, cited)}</div>"
    )


def _holds(hit: Hit, cited: Cited) -> bool:
    passage = hit.passage
    return passage.article_id == cited.article_id and passage.first <= cited.sentence <= passage.last


def _ranks(hit: Hit | None, n: int) -> str:
    if hit is None:
        return f"Its passage is not among the first {n} any more: articles have been added or changed since."
    named = {"dense": "by meaning", "words": "by words"}
    places = [f"{_ordinal(rank)} {named.get(name, name)}" for name, rank in sorted(hit.ranks.items())]
    missing = [words for name, words in named.items() if name not in hit.ranks]
    found = f"Its passage came {' and '.join(places)}" if places else "Its passage was found"
    return found + (f", and not {missing[0]}" if len(missing) == 1 and places else "") + "."


def _date(rag: Rag, cited: Cited) -> str:
    try:
        published = rag.article(cited.article_id).published
    except ArticleNotFound:
        return ""
    return f"Its article is of {day(published)}." if published else "Its article has no date."


def _preference(hit: Hit | None, hits: Sequence[Hit], undated: Sequence[Hit]) -> str:
    """Say what the preference for articles of the right time did to the passage: `undated` was found without it."""
    scores = {h.passage.id: h.score for h in undated}
    raised = {h.passage.id: h.score / scores[h.passage.id] - 1 for h in hits if scores.get(h.passage.id)}
    if hit is None or not raised:
        return ""
    if max(raised.values()) < _LEAST_RAISED:
        return "The question prefers no time, so no passage gained by its date."
    if hit.passage.id not in raised:
        return f"Without the preference for the time asked about it would not be among the first {len(undated)}."
    gain, now = raised[hit.passage.id], hits.index(hit) + 1
    before = list(scores).index(hit.passage.id) + 1
    effect = (
        f"its nearness to the time asked about raised its score by {gain:.0%}"
        if gain >= _LEAST_RAISED
        else "it is far from the time asked about, so its score was not raised as others were"
    )
    rank = f"{_ordinal(now)} of all passages" + (
        ", as without" if now == before else f", without that {_ordinal(before)}"
    )
    return f"{effect[0].upper()}{effect[1:]}: it came {rank}."


def _probability(answer: Answer, cited: Cited) -> str:
    for rank, evidence in enumerate(answer.evidence, start=1):
        if (evidence.article_id, evidence.sentence) == (cited.article_id, cited.sentence):
            return f"Read as an answer to the question, it came {_ordinal(rank)} of all sentences read."
    return "It stands beside a sentence that answers."


def _runners_up(rag: Rag, answer: Answer, cited: Cited) -> str:
    taken = {(c.article_id, ordinal) for c in answer.citations for ordinal in c.sentences}
    near = [e for e in answer.evidence if (e.article_id, e.sentence) not in taken]
    shown = [row for e in near[: N_RUNNERS_UP * 2] if (row := _runner_up(rag, e))][:N_RUNNERS_UP]
    return f"<h3>What came next, not cited</h3><ol>{''.join(shown)}</ol>" if shown else ""


def _runner_up(rag: Rag, evidence: Evidence) -> str:
    try:
        article = rag.article(evidence.article_id)
        sentence = rag.sentences(article.id)[evidence.sentence]
    except (ArticleNotFound, IndexError):
        return ""
    quote = article.text[sentence.start : sentence.end]
    return f"<li><q>{escape(quote)}</q> <cite>{escape(article.title or 'Untitled')}</cite></li>"


def _ordinal(n: int) -> str:
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
