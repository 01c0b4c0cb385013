"""A question and its choices → the choice whose claim the articles back best.

For each choice: the cosine of its claim and the best passage for it, more for a passage from the days before the
question, plus how far the choice's own words stand in the question's passages. No passage is encoded, so that a choice
costs milliseconds. Other ways to score choices take the place of `by_cosine_and_words`.

Measured on 120 questions of realtimeqa-2024 (its 601st to 720th) over the 845 articles that its own search found for
them (2026-11, ± 0.09): cosine alone 0.442, with the bonus for recent passages 0.458, with the words 0.500; with the
choice put behind every question instead of `claim_of`, 0.492. Weights of words from 0.2 to 0.4 differ by under 0.02.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from rag.answering.signals import Rarity
from rag.index import Snapshot
from rag.protocols import Encoder
from rag.retrieval import HybridRetriever, constrain
from rag.support.claims import claim_of
from rag.types import Constraints, Hit
from rag.words import content_stems

N_PASSAGES = 20
"""Passages of the question in which the choices' words are looked for."""
N_FOR_CLAIM = 30
"""Passages fetched for each claim, so that a recent one a little further down is among them."""
RECENT_DAYS = 10
RECENT_BONUS = 0.05
"""Added to the cosine of a passage published in the `RECENT_DAYS` up to the as-of day: what is asked as of a day is
mostly that week's news. Without an as-of day nothing is added."""
WORDS_WEIGHT = 0.3
"""What words count beside cosine."""

Scorer = Callable[[str, Sequence[str], Snapshot, Encoder, Constraints], list[float]]
"""(question, choices, snapshot, encoder, constraints) → a score for each choice, higher is better."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which choice the articles back best.

    Attributes:
        index: Its position, from 0.
        text: Its words.
        scores: The score of every choice, in order; comparable within one question only.
    """

    index: int
    text: str
    scores: tuple[float, ...]


def choose(
    question: str,
    choices: Sequence[str],
    snapshot: Snapshot,
    encoder: Encoder,
    constraints: Constraints = Constraints(),
    score: Scorer | None = None,
) -> Choice:
    """Return the choice with the highest score (of `by_cosine_and_words`, if not another); of equals, the first.

    Raises:
        ValueError: There are no choices.
    """
    scores = (score or by_cosine_and_words)(question, choices, snapshot, encoder, constraints)
    index = max(range(len(choices)), key=lambda i: (scores[i], -i))
    return Choice(index, choices[index], tuple(scores))


def by_cosine_and_words(
    question: str, choices: Sequence[str], snapshot: Snapshot, encoder: Encoder, constraints: Constraints
) -> list[float]:
    """Score each choice by its claim's best cosine and by its words in the question's passages; higher is better."""
    within = constrain(question, constraints, snapshot)
    hits = HybridRetriever(snapshot, encoder).retrieve(question, within, N_PASSAGES)
    shares = words_found(question, choices, hits, snapshot)
    scores = []
    for vector, share in zip(encoder.encode([claim_of(question, c) for c in choices]), shares, strict=True):
        found = snapshot.search_dense(vector, N_FOR_CLAIM, constraints)
        contexts = snapshot.contexts([passage for passage, _ in found])
        cosines = (
            cosine + recency(context.article.published, constraints.as_of)
            for (_, cosine), context in zip(found, contexts, strict=True)
        )
        scores.append(max(cosines, default=-1.0) + WORDS_WEIGHT * share)
    return scores


def words_found(question: str, choices: Sequence[str], hits: Sequence[Hit], snapshot: Snapshot) -> list[float]:
    """Return, for each choice, how far its words stand in a passage about the question: at most 1.

    The best product, over the passages, of the share by rarity of the choice's content words (those of the question
    left out) in the passage or its title, and the cosine of question and passage.
    """
    contexts = snapshot.contexts([hit.passage.id for hit in hits])
    rarity = Rarity.among(contexts)
    asked = set(content_stems(question))
    held = [set(content_stems(f"{context.article.title}\n{context.passage.text}")) for context in contexts]
    best = []
    for choice in choices:
        wanted = {stem: rarity.of(stem) for stem in content_stems(choice) if stem not in asked}
        total = sum(wanted.values())
        shares = (sum(weight for stem, weight in wanted.items() if stem in stems) / (total or 1.0) for stems in held)
        best.append(max((share * hit.similarity for share, hit in zip(shares, hits, strict=True)), default=0.0))
    return best


def recency(published: date | None, as_of: date | None) -> float:
    """Return `RECENT_BONUS` for a passage from the `RECENT_DAYS` up to the as-of day, else 0."""
    recent = published is not None and as_of is not None and 0 <= (as_of - published).days <= RECENT_DAYS
    return RECENT_BONUS if recent else 0.0
