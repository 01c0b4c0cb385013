"""A question and its choices → the choice whose claim the articles back best.

`features.py` makes a row of features a choice; the weights here make a score of it. The reader has no say: on 220
questions of realtimeqa-2024 its logits for the claims, alone, chose right in 0.38 to 0.43, its answers to the question
in 0.46 and 0.47, the cosine in 0.48; beside the four features that are used (0.536) they took away 0.02 to 0.04, and so
did late interaction (cross-validation, ± 0.07, 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.index import Snapshot
from rag.protocols import Encoder
from rag.support.features import choice_features
from rag.types import Constraints

WEIGHTS = (4.02, 3.01, 3.41, 2.42)
"""Of `FEATURES`, fitted by `training/fit_choices.py` on 220 questions of realtimeqa-2024 over the 1,513 articles that
its own search found for them (2026-11)."""

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
    """Return the choice with the highest score (of `by_features`, if not another); of equals, the first.

    Raises:
        ValueError: There are no choices.
    """
    scores = (score or by_features)(question, choices, snapshot, encoder, constraints)
    index = max(range(len(choices)), key=lambda i: (scores[i], -i))
    return Choice(index, choices[index], tuple(scores))


def by_features(
    question: str, choices: Sequence[str], snapshot: Snapshot, encoder: Encoder, constraints: Constraints
) -> list[float]:
    """Score each choice by its features, weighed; higher is better."""
    rows = choice_features(question, choices, snapshot, encoder, constraints)
    scores: list[float] = (rows @ np.array(WEIGHTS, np.float32)).tolist()
    return scores
