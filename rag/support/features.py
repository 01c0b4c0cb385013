"""What tells how far the articles back each choice of a question: a row of features a choice. `choose.py` weighs them.

Nothing is encoded but the claims (question and choice, worded as one) and nothing is read, so that a choice costs
milliseconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.answering.signals import Rarity
from rag.index import Snapshot
from rag.protocols import Encoder, Vectors
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

FEATURES = (
    "best cosine of the claim, recent passages more",
    "words of the choice in a recent passage of the question",
    "words of the choice in the passages of the question, mean",
    "logarithm of the claim's best BM25 score",
)


def choice_features(
    question: str, choices: Sequence[str], snapshot: Snapshot, encoder: Encoder, constraints: Constraints
) -> NDArray[np.float32]:
    """Return float32 (len(choices), len(FEATURES)); comparable within one question only."""
    hits = HybridRetriever(snapshot, encoder).retrieve(question, constrain(question, constraints, snapshot), N_PASSAGES)
    claims = [claim_of(question, choice) for choice in choices]
    rows = np.zeros((len(choices), len(FEATURES)), np.float32)
    rows[:, 0] = [best_cosine(vector, snapshot, constraints) for vector in encoder.encode(claims)]
    rows[:, 1:3] = words_found(question, choices, hits, snapshot, constraints.as_of)
    by_words = (snapshot.search_words(claim, 1, constraints) for claim in claims)
    rows[:, 3] = [math.log1p(found[0][1]) if found else 0.0 for found in by_words]
    return rows


def best_cosine(vector: Vectors, snapshot: Snapshot, constraints: Constraints) -> float:
    """Return the cosine of the passage nearest to a claim, a recent one's raised; -1 where there is none."""
    found = snapshot.search_dense(vector, N_FOR_CLAIM, constraints)
    published = {text.id: text.published for text in snapshot.texts([passage for passage, _ in found])}
    return max((cosine + recency(published[passage], constraints.as_of) for passage, cosine in found), default=-1.0)


def words_found(
    question: str, choices: Sequence[str], hits: Sequence[Hit], snapshot: Snapshot, as_of: date | None
) -> NDArray[np.float32]:
    """Return, float32 (choices, 2), how far each choice's words stand in the passages of the question: at most 1.

    For each passage, the share by rarity of the choice's content words (those of the question left out) in the passage
    or its title, times the cosine of question and passage: the best of the recent passages, and the mean of all.
    """
    contexts = snapshot.contexts([hit.passage.id for hit in hits])
    held = [set(content_stems(f"{context.article.title}\n{context.passage.text}")) for context in contexts]
    rarity, asked = Rarity.among(contexts), set(content_stems(question))
    shares = np.zeros((len(choices), len(held)), np.float32)
    for row, choice in zip(shares, choices, strict=True):
        wanted = {stem: rarity.of(stem) for stem in content_stems(choice) if stem not in asked}
        total = sum(wanted.values()) or 1.0
        row[:] = [sum(weight for stem, weight in wanted.items() if stem in stems) / total for stems in held]
    products = shares * np.array([hit.similarity for hit in hits], np.float32)
    recent = np.array([recency(context.article.published, as_of) > 0 for context in contexts], bool)
    return np.stack([products[:, recent].max(axis=1, initial=0.0), products.sum(axis=1) / max(1, len(hits))], axis=1)


def recency(published: date | None, as_of: date | None) -> float:
    """Return `RECENT_BONUS` for a passage from the `RECENT_DAYS` up to the as-of day, else 0."""
    recent = published is not None and as_of is not None and 0 <= (as_of - published).days <= RECENT_DAYS
    return RECENT_BONUS if recent else 0.0
