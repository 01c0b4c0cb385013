"""Figures with their uncertainty: a value, how many questions it rests on, and a bootstrap interval.

Percentile bootstrap over questions (Efron & Tibshirani 1993, ch. 13; for retrieval, Sakai 2006): questions are drawn
anew with replacement, the statistic is computed on each draw, and the middle 95 % of its values is the interval. The
draw is seeded, so that the same predictions give the same interval. It says how much the figure owes to the questions
that happen to be in the set; not what another set would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
"""What one or all questions contribute to a measure: (n_rows, n_columns), most often one row of one score."""

Statistic = Callable[[Rows], float]

N_DRAWS = 1_000
"""Draws of the bootstrap: the interval's ends then vary by about 0.003 between seeds for a share of 200 questions."""
SEED = 20230619
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value.

    Attributes:
        n: Questions it rests on.
        low: Lower end of the 95 % interval.
        high: Upper end.
    """

    value: float
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """B less A on the same questions, with the 95 % interval of the difference.

    Attributes:
        n: Questions that both have.
        p: Two-sided: twice the smaller share of draws on either side of 0, at most 1.
    """

    a: float
    b: float
    n: int
    low: float
    high: float
    p: float

    @property
    def value(self) -> float:
        """B less A."""
        return self.b - self.a


def mean(rows: Rows) -> float:
    """Return the mean of the first column; nan of nothing."""
    return float(rows[:, 0].mean()) if len(rows) else float("nan")


def figure(
    parts: Sequence[Rows], statistic: Statistic = mean, n_draws: int = N_DRAWS, seed: int = SEED
) -> Figure | None:
    """Compute a statistic of all questions' rows with its interval.

    Args:
        parts: What each question contributes: arrays (n_rows, n_columns) of as many columns each.
        statistic: Of all rows together; nan where it is not defined (a rank measure of one class).
        n_draws: Draws of the bootstrap.
        seed: Of the draws.

    Returns:
        None where there are no rows, or the statistic is not defined on them.
    """
    counted = [part for part in parts if len(part)]
    if not counted or np.isnan(value := statistic(np.concatenate(counted))):
        return None
    draws = [statistic(drawn) for drawn in _draws(counted, n_draws, seed)]
    low, high = np.nanquantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Figure(float(value), len(counted), float(low), float(high))


def difference(
    a: Sequence[Rows], b: Sequence[Rows], statistic: Statistic = mean, n_draws: int = N_DRAWS, seed: int = SEED
) -> Difference | None:
    """Compare two systems on the same questions: `a[i]` and `b[i]` are of one question, and are drawn together.

    Returns:
        None where there are no questions, or the statistic is not defined on either.
    """
    if not a:
        return None
    values = statistic(np.concatenate(a)), statistic(np.concatenate(b))
    if np.isnan(values).any():
        return None
    pairs = zip(_draws(a, n_draws, seed), _draws(b, n_draws, seed), strict=True)  # one seed: the same draws
    draws = np.array([statistic(of_b) - statistic(of_a) for of_a, of_b in pairs])
    draws = draws[~np.isnan(draws)]
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    p = min(1.0, 2 * min(float((draws <= 0).mean()), float((draws >= 0).mean())))
    return Difference(*values, len(a), float(low), float(high), p)


def _draws(parts: Sequence[Rows], n_draws: int, seed: int) -> Iterator[Rows]:
    """Yield the rows of `n_draws` draws of questions."""
    random = np.random.default_rng(seed)
    n = len(parts)
    one_each = all(len(part) == 1 for part in parts)  # most often so, and then ten times as fast
    rows = np.concatenate(parts)
    for _ in range(n_draws):
        chosen = random.integers(0, n, n)
        yield rows[chosen] if one_each else np.concatenate([parts[i] for i in chosen])
