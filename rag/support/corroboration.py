"""A sentence → the sentences of other articles that report the same, each with how many days earlier or later.

Searched with the sentence and its article's title, preferring articles of its days; read as a claim is; of each article
the best sentence. What the evidence model gives is one of five features, since it was made for questions: it tells what
a passage is about better than whether two sentences report one fact. `docs/decisions.md` has the measurement.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from rag.answering.blend import N_READ
from rag.answering.candidates import Candidate, candidates
from rag.answering.citing import cite
from rag.answering.evidence import sigmoid
from rag.answering.sameness import telling_stems, without_dateline
from rag.answering.signals import Rarity
from rag.errors import ArticleNotFound
from rag.index import Snapshot
from rag.protocols import Encoder, EvidenceModel
from rag.retrieval import HybridRetriever
from rag.types import Article, Citation, Constraints, PassageInContext, Sentence
from rag.words import words

N_HITS = 40
"""Passages searched, so that enough articles are among them: news comes back to a story in many passages of one."""
N_ARTICLES = 2 * N_READ
"""Articles read, the best passage of each: the evidence model reads `N_READ` at a time, and each time costs as much as
an answer."""
N_COMPARED = 3
"""Sentences of an article that are compared closely: encoding all of them would take longer than reading."""
FEWEST_WORDS = 5
"""A heading of fewer words reports nothing by itself."""

FEATURES = (
    "cosine of the two sentences",
    "probability by the evidence model, reading the sentence as a claim",
    "share by rarity of the sentence's words in the other",
    "share by rarity of the other's words in the sentence",
    "days between them, in months, at most 2",
)
# Logistic regression on 81 labelled pairs of sentences, those of every other cited sentence of realtimeqa-2023h1
# (2026-11-25). On the 74 others its AUROC is 0.81; of the features alone 0.29 (the days), 0.70, 0.73, 0.77 and 0.79.
WEIGHTS = (0.8, 1.5, 1.2, 1.95, -0.43)
CONSTANT = -2.64
THRESHOLD = 0.65
"""The least at which all that is shown of that half is right (19 of 19); of the other half then 22 of 25 are."""


@dataclass(frozen=True, slots=True)
class Report:
    """One sentence of another article that reports the same.

    Attributes:
        citation: Where it stands; its `support` is the probability in [0, 1] that it reports the same.
        days: Days from the sentence's article to this one: negative where this one is earlier; None where either has
            no date.
        verbatim: It has the very words of the sentence, whatever its marks and capitals: a copy, no second witness.
    """

    citation: Citation
    days: int | None
    verbatim: bool


@dataclass(frozen=True, slots=True)
class Corroboration:
    """Which other articles report what a sentence reports.

    Attributes:
        article_id: The article of the sentence.
        sentence: Its ordinal.
        quote: The sentence.
        reports: Best first, at most one an article, numbered from 1; none where nobody else reports it.
        threshold: The least support of a report.
        generation: The generation of the index that was read.
    """

    article_id: str
    sentence: int
    quote: str
    reports: tuple[Report, ...]
    threshold: float
    generation: int
    timings_ms: dict[str, float] = field(default_factory=dict)


def corroborate(
    article_id: str,
    ordinal: int,
    snapshot: Snapshot,
    encoder: Encoder,
    model: EvidenceModel,
    constraints: Constraints = Constraints(),
) -> Corroboration:
    """Find the sentences of other articles that report what a sentence reports.

    Copies of its article, byte for byte, are no other articles.

    Args:
        article_id: Id or address of its article.
        ordinal: Its number in the article, from 0.
        snapshot: The index at one generation.
        encoder: The encoder it was built with.
        model: What reads the sentence as a claim.
        constraints: What may be used; which time is preferred is the sentence's own.

    Raises:
        ArticleNotFound: There is no such article, or it has no such sentence.
    """
    article, sentence = _cited(article_id, ordinal, snapshot)
    quote = article.text[sentence.start : sentence.end]
    began = time.perf_counter()
    contexts = _contexts(quote, article, snapshot, encoder, constraints)
    found = time.perf_counter()
    reports = [
        Report(cite(0, c.article, c.sentence, c.probability), _days(article, c.article), _verbatim(quote, c.text))
        for c in _ranked(quote, article, contexts, encoder, model)
        if c.probability >= THRESHOLD
    ]
    ended = time.perf_counter()
    return Corroboration(
        article_id=article.id,
        sentence=sentence.ordinal,
        quote=quote,
        reports=tuple(replace(r, citation=replace(r.citation, number=n)) for n, r in enumerate(reports, start=1)),
        threshold=THRESHOLD,
        generation=snapshot.generation,
        timings_ms={
            "retrieve": (found - began) * 1000,
            "evidence": (ended - found) * 1000,
            "total": (ended - began) * 1000,
        },
    )


def _cited(article_id: str, ordinal: int, snapshot: Snapshot) -> tuple[Article, Sentence]:
    article = snapshot.article(article_id)
    sentences = snapshot.sentences(article.id)
    if not 0 <= ordinal < len(sentences):
        raise ArticleNotFound(
            f"Article {article.id!r} has {len(sentences):,} sentences, numbered from 0; there is no sentence "
            f"{ordinal}. `rag show` prints the article."
        )
    return article, sentences[ordinal]


def _contexts(
    quote: str, article: Article, snapshot: Snapshot, encoder: Encoder, constraints: Constraints
) -> list[PassageInContext]:
    """Return the best passage of each other article, best article first."""
    if article.published is not None:
        constraints = replace(constraints, near=(article.published, article.published))
    hits = HybridRetriever(snapshot, encoder).retrieve(f"{quote} {article.title}", constraints, N_HITS)
    best = {hit.passage.article_id: hit for hit in reversed(hits) if hit.passage.article_id != article.id}
    chosen = sorted(best.values(), key=lambda hit: (-hit.score, hit.passage.article_id))
    contexts = snapshot.contexts([hit.passage.id for hit in chosen])
    others = [
        replace(context, hit=hit)
        for context, hit in zip(contexts, chosen, strict=True)
        if context.article.digest != article.digest
    ]
    return others[:N_ARTICLES]


def _ranked(
    quote: str, article: Article, contexts: Sequence[PassageInContext], encoder: Encoder, model: EvidenceModel
) -> list[Candidate]:
    """Return the best sentence of each article, best first, its probability that of reporting the same."""
    read = [
        reading
        for start in range(0, len(contexts), N_READ)
        for reading in model.read(quote, contexts[start : start + N_READ])
    ]
    rarity = Rarity.among(contexts)
    compared = [one for reading in read for one in _nearest(quote, candidates([reading]), rarity)]
    if not compared:
        return []
    of_quote, *others = encoder.encode([without_dateline(quote), *(without_dateline(c.text) for c in compared)])
    best: dict[str, Candidate] = {}
    for candidate, vector in zip(compared, others, strict=True):
        row = features(quote, article, candidate, float(of_quote @ vector), rarity)
        odds = CONSTANT + sum(weight * value for weight, value in zip(WEIGHTS, row, strict=True))
        value = 1.0 if _verbatim(quote, candidate.text) else float(sigmoid(np.array(odds)))
        known = best.get(candidate.article.id)
        if known is None or value > known.probability:
            best[candidate.article.id] = replace(candidate, probability=value)
    return sorted(best.values(), key=lambda c: (-c.probability, c.key))


def features(quote: str, article: Article, other: Candidate, cosine: float, rarity: Rarity) -> tuple[float, ...]:
    """Return the `FEATURES` of a sentence beside the one that is asked about; `cosine` is that of their vectors."""
    days = _days(article, other.article)
    shared, reverse = _shares(quote, other.text, rarity)
    return cosine, other.probability, shared, reverse, 1.0 if days is None else min(abs(days) / 30, 2.0)


def _nearest(quote: str, ranked: Sequence[Candidate], rarity: Rarity) -> Iterator[Candidate]:
    """Yield the sentences of one passage that may report the same: those with most in common."""
    telling = [c for c in ranked if len(words(c.text)) >= FEWEST_WORDS and not c.text.rstrip().endswith("?")]
    yield from sorted(telling, key=lambda c: -(c.probability + sum(_shares(quote, c.text, rarity))))[:N_COMPARED]


def _shares(a: str, b: str, rarity: Rarity) -> tuple[float, float]:
    """Return what part by rarity of a's telling words stands in b, and of b's in a; 0 for none."""
    of_a, of_b = telling_stems(a), telling_stems(b)
    common = sum(map(rarity.of, of_a & of_b))
    return common / (sum(map(rarity.of, of_a)) or 1.0), common / (sum(map(rarity.of, of_b)) or 1.0)


def _verbatim(a: str, b: str) -> bool:
    return [word.lower() for word in words(a)] == [word.lower() for word in words(b)]


def _days(article: Article, other: Article) -> int | None:
    if article.published is None or other.published is None:
        return None
    return (other.published - article.published).days
