"""A question and its choices → the choice whose claim the articles back best.

`features.py` makes a row of features a choice, the weights here make a score of it. What each feature gave stands in
`training/README.md`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rag.answering.reader import FOLDER, Reads
from rag.index import Snapshot
from rag.protocols import Encoder
from rag.retrieval import HybridRetriever, constrain
from rag.support.claims import claim_of
from rag.support.features import FEATURES, N_WORDS, best_passages, choice_features, words_found
from rag.types import Constraints

WORDS_WEIGHT = 0.3
"""What words count beside cosine where nothing reads: from 0.2 to 0.4 the accuracy differs by under 0.02."""

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
    score: Scorer,
    constraints: Constraints = Constraints(),
) -> Choice:
    """Return the choice with the highest score; of equals, the first.

    Raises:
        ValueError: There are no choices.
    """
    scores = score(question, choices, snapshot, encoder, constraints)
    index = max(range(len(choices)), key=lambda i: (scores[i], -i))
    return Choice(index, choices[index], tuple(scores))


@dataclass(frozen=True, slots=True)
class ByReading:
    """Score choices by `choice_features`, weighed.

    Attributes:
        reads: What reads claims in passages.
        weights: One for each of `FEATURES`; the shipped ones if None.
    """

    reads: Reads
    weights: tuple[float, ...] | None = None

    def __call__(
        self,
        question: str,
        choices: Sequence[str],
        snapshot: Snapshot,
        encoder: Encoder,
        constraints: Constraints = Constraints(),
    ) -> list[float]:
        """Score each choice; higher is better."""
        rows = choice_features(question, choices, snapshot, encoder, self.reads, constraints)
        weights = self.weights or shipped_weights()
        scores: list[float] = (rows @ np.array(weights, np.float32)).tolist()
        return scores


def by_cosine_and_words(
    question: str,
    choices: Sequence[str],
    snapshot: Snapshot,
    encoder: Encoder,
    constraints: Constraints = Constraints(),
) -> list[float]:
    """Score choices without a reader, for evidence models that are not ours: the claim's cosine and the choice's words.

    Measured on realtimeqa-2023h1, 759 questions: 0.580 right (2026-11).
    """
    hits = HybridRetriever(snapshot, encoder).retrieve(question, constrain(question, constraints, snapshot), N_WORDS)
    shares = words_found(question, choices, hits, snapshot)
    nearest = (
        best_passages(v, snapshot, constraints) for v in encoder.encode([claim_of(question, c) for c in choices])
    )
    cosines = [found[0][1] if found else -1.0 for found in nearest]
    return [cosine + WORDS_WEIGHT * share for cosine, share in zip(cosines, shares, strict=True)]


@lru_cache(maxsize=1)
def shipped_weights() -> tuple[float, ...]:
    """Load the weights that ship with the package, fitted by `training/fit_choices.py`."""
    weights = json.loads((FOLDER / "choices.json").read_text(encoding="utf-8"))["weights"]
    return tuple(float(weights[name]) for name in FEATURES)
