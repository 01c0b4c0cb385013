"""What a measure is: what each question contributes, and the statistic over all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rag.evaluation.figures import Rows, Statistic, mean
from rag.evaluation.judging import Judged

Unit = Literal["share", "ms"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure by name.

    Attributes:
        name: As it appears in metrics.json and in reports.
        about: What it measures, in one sentence.
        rows: All judged questions → what each contributes, in order; None where the measure does not apply to it.
        statistic: Of the rows of all questions together.
        unit: A share in [0, 1], or milliseconds.
        lower_is_better: For errors and times.
    """

    name: str
    about: str
    rows: Callable[[Sequence[Judged]], list[Rows | None]]
    statistic: Statistic = mean
    unit: Unit = "share"
    lower_is_better: bool = False


def one_row(*values: float) -> Rows:
    """Return one question's contribution of one row."""
    return np.array([values], np.float64)


def averaged(name: str, score: Callable[[Judged], float | None]) -> Measure:
    """Make a measure of a function that scores one question; the figure is the mean over those it applies to."""

    def rows(judged: Sequence[Judged]) -> list[Rows | None]:
        scores = [score(one) for one in judged]
        return [None if value is None else one_row(value) for value in scores]

    return Measure(name, first_line(score), rows)


def first_line(function: Callable[..., object]) -> str:
    """Return the first sentence of a function's docstring."""
    return (function.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")
