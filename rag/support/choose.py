"""A question and its choices → the choice whose claim the articles back best.

`features.py` makes a row of features a choice; the weights here make a score of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.index import Snapshot
from rag.protocols import Encoder
from rag.support.features import choice_features
from rag.types import Constraints

WEIGHTS = (2.19, 2.92, 1.47, 0.77, 3.09, 2.0, 0.13)
"""Of `FEATURES`, fitted by `training/fit_choices.py` on the 1,488 questions of realtimeqa-2024 over its 8,786 articles
(2026-11)."""

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
