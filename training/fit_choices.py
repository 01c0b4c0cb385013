"""Fit the weights with which choices are compared: `.venv/bin/python training/fit_choices.py SET --index DIR`.

SET is a question set with choices that is not reported on (realtimeqa-2024), DIR an index of its articles. Prints the
weights for `rag/support/choose.py`, and the accuracy of each feature alone, of all, and of all but one, by
cross-validation over ten parts.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from rag.api import open_index
from rag.evaluation import read_set
from rag.support.features import FEATURES, choice_features
from rag.types import Constraints

CACHE = Path(".cache/choices.npz")
N_PARTS = 10
# Of the squared weights of standardised features: at 220 questions, 0.02 and 0.1 measure alike.
RIDGE = 0.1
MAX_CHOICES = 4


def main() -> None:
    """Make the features (or take those that were made before), fit, report, write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--index", type=Path, required=True)
    options.add_argument("--limit", type=int)
    options.add_argument("--again", action="store_true", help="make the features anew")
    asked = options.parse_args()
    if asked.again or not CACHE.exists():
        rows, right = features(asked.folder, asked.index, asked.limit)
        CACHE.parent.mkdir(exist_ok=True)
        np.savez(CACHE, rows=rows, right=right)
    saved = np.load(CACHE)
    rows, right = saved["rows"], saved["right"]
    tell(f"{len(rows)} questions")
    for place, name in enumerate(FEATURES):
        others = [i for i in range(len(FEATURES)) if i != place]
        alone, without = accuracy(rows[..., [place]], right), accuracy(rows[..., others], right)
        tell(f"{alone:.3f} alone  {without:.3f} all but it  {name}")
    tell(f"{accuracy(rows, right):.3f} all")
    tell(f"{fitted(rows, right).round(2).tolist()}")


def tell(line: str) -> None:
    """Print a line at once."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a script that tells how far it is


def features(folder: Path, index: Path, limit: int | None) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return features, float32 (questions, MAX_CHOICES, features), NaN where there is no choice; and what is right."""
    rag = open_index(index)
    questions = [q for q in read_set(folder).questions if 1 < len(q.choices) <= MAX_CHOICES and len(q.right) == 1]
    questions = questions[:limit]
    rows = np.full((len(questions), MAX_CHOICES, len(FEATURES)), np.nan, np.float32)
    for place, q in enumerate(questions):
        found = choice_features(q.question, q.choices, rag.snapshot(), rag.encoder, Constraints(as_of=q.as_of))
        rows[place, : len(found)] = found
        if place % 20 == 19:
            tell(f"  {place + 1} of {len(questions)}")
    return rows, np.array([q.right[0] for q in questions])


def log_probabilities(rows: NDArray[np.float32], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log probability of each choice by a conditional logit (McFadden 1974), (questions, choices)."""
    scores = np.where(np.isnan(rows[..., 0]), -np.inf, np.nan_to_num(rows) @ weights)
    top = scores.max(axis=1, keepdims=True)
    out: NDArray[np.float64] = scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
    return out


def fitted(rows: NDArray[np.float32], right: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the weights that make the right choices most probable, a ridge on them."""
    scale = np.nanstd(rows - np.nanmean(rows, axis=1, keepdims=True), axis=(0, 1)) + 1e-6

    def loss(weights: NDArray[np.float64]) -> float:
        chosen = log_probabilities(rows / scale, weights)[np.arange(len(rows)), right]
        return float(-chosen.mean() + RIDGE * (weights**2).sum())

    out: NDArray[np.float64] = minimize(loss, np.full(rows.shape[-1], 0.1), method="L-BFGS-B").x / scale
    return out


def accuracy(rows: NDArray[np.float32], right: NDArray[np.int64]) -> float:
    """Return the share chosen rightly, each part of the questions by weights fitted on the others."""
    part = np.arange(len(rows)) % N_PARTS
    hits = np.zeros(len(rows), bool)
    for number in range(N_PARTS):
        weights = fitted(rows[part != number], right[part != number])
        hits[part == number] = log_probabilities(rows[part == number], weights).argmax(axis=1) == right[part == number]
    return float(hits.mean())


if __name__ == "__main__":
    main()
