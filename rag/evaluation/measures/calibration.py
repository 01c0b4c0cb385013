"""Calibration: of the sentences cited with a support of 0.8, are eight of ten right?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.evaluation.figures import Rows
from rag.evaluation.judging import Judged, ReadSentence
from rag.evaluation.measures.base import Measure, first_line
from rag.evaluation.measures.citations import is_gold
from rag.evaluation.squad import has_answer

N_BINS = 10  # as Guo et al. 2017 and nearly everyone since: few enough that 200 citations fill them


@dataclass(frozen=True, slots=True)
class Bin:
    """The citations with a support in [low, high).

    Attributes:
        n: How many.
        support: Their mean support.
        right: The share of them that is right.
    """

    low: float
    high: float
    n: int
    support: float
    right: float


def support_rows(judged: Sequence[Judged]) -> list[Rows | None]:
    """Expected calibration error of support: its mean distance from the share of citations that are right.

    Each cited sentence contributes (support, whether it is right): it is gold; or, where the set has no gold sentences,
    holds an acceptable answer. Every sentence cited for an unanswerable question is wrong. Naeini et al. 2015, Guo et
    al. 2017: the mean over bins of equal width, weighted by their counts, of |mean support - share right|. Not the
    Brier score, which also rewards telling right from wrong.
    """
    return [_rows(one) for one in judged]


def _rows(judged: Judged) -> Rows | None:
    pairs = [
        (sentence.support, right) for sentence in judged.cited if (right := is_right(sentence, judged)) is not None
    ]
    return np.array(pairs, np.float64) if pairs else None


def is_right(sentence: ReadSentence, judged: Judged) -> bool | None:
    """Tell whether citing `sentence` is right; None where the set cannot say."""
    if judged.gold.evidence:
        return is_gold(sentence, judged)
    if not judged.answerable:
        return False
    return has_answer(sentence.text, judged.question.answers) if judged.question.answers else None


def bins(rows: Rows, n_bins: int = N_BINS) -> list[Bin]:
    """Sort rows (support, right) into bins of equal width; the last one holds 1.0 too; empty bins are left out."""
    places = np.minimum((rows[:, 0] * n_bins).astype(int), n_bins - 1)
    found = []
    for place in range(n_bins):
        held = rows[places == place]
        if len(held):
            support, right = held.mean(axis=0).tolist()
            found.append(Bin(place / n_bins, (place + 1) / n_bins, len(held), support, right))
    return found


def expected_calibration_error(rows: Rows) -> float:
    """Return the ECE of rows (support, right), in [0, 1]; 0 is best."""
    return sum(b.n * abs(b.support - b.right) for b in bins(rows)) / len(rows)


CALIBRATION = (
    Measure("support ECE", first_line(support_rows), support_rows, expected_calibration_error, lower_is_better=True),
)
