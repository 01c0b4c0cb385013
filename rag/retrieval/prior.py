"""A preference for articles of the right time. Knows days of publication and what the question prefers, no search.

Measured 2026-11 on realtimeqa-2024, 1,488 questions with the as-of filter on, BM25 over the first eight passages of 900
characters of 8,786 articles. First figure: nDCG@10 with scores 1 / (60 + rank), relevant being a passage that holds an
acceptable answer, in an article found for the question. Second: accuracy of the choice that, asked with the question,
finds the passage with the highest score:

    prior                       speaks of the present (403)     no word for time (962)      names a past time (123)
    none                        0.420   0.476                   0.487   0.486               0.508   0.465
    weight 0.2, half-life 30 d  0.484   0.525                   0.520   0.498               0.526   0.462 (on that time)
    weight 0.5, half-life 30 d  0.504   0.549                   0.524   0.507               0.510   0.470 (on that time)
    weight 1.0, half-life 30 d  0.500   0.573                   0.509   0.495               0.495   0.458 (on that time)
    weight 0.5, half-life 365 d 0.466   0.532                   0.506   0.509               0.520   0.440 (on that time)

A preference for the newest articles lowers the choice accuracy of questions that name a past time (0.436 at weight 0.5,
30 days), so such a question is not given one.

The weights were chosen on that table, so it flatters them. Once chosen, they were measured once on realtimeqa-2023h1,
759 questions that nothing was tuned on (nDCG, choice accuracy, 95 % interval of the difference in choices):

    all                         0.533 → 0.558   0.558 → 0.560   -0.015 to +0.017
    speaks of the present (338) 0.487 → 0.532   0.579 → 0.604   -0.005 to +0.053
    no word for time (380)      0.613 → 0.636   0.543 → 0.522   -0.043 to +0.003
    names a past time (41)      0.458 → 0.365   0.520 → 0.545   0.000 to +0.073

So the gain in nDCG came again where the newest articles are preferred, the gain in choices did not beyond doubt. And if
every article found for a question counts as relevant, old ones too, the preference costs: nDCG of the articles of the
10 best passages 0.527 → 0.495 (120 questions of 2024, whole retriever).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from rag.types import Constraints

RECENT_WEIGHT = 0.5  # table above: the best nDCG in the first two columns, most of the gain in choices
NEAR_WEIGHT = 0.2  # table above, last column
HALF_LIFE_DAYS = 30.0  # 20 to 60 days measure alike
GRACE_DAYS = 10  # stories run on for days: the prior of the reference figures in the data's README reaches 10 days back


def prefers(constraints: Constraints) -> bool:
    """Tell whether the constraints prefer any time."""
    return constraints.recent_to is not None or constraints.near is not None


def boost(published: date, constraints: Constraints) -> float:
    """Return how much a day of publication is preferred: 0 (not at all) to the larger weight that applies.

    The full weight within the period preferred and `GRACE_DAYS` around it, then half of it with every `HALF_LIFE_DAYS`.
    """
    recent = near = 0.0
    if constraints.recent_to is not None:
        recent = RECENT_WEIGHT * decay(published, constraints.recent_to, constraints.recent_to)
    if constraints.near is not None:
        near = NEAR_WEIGHT * decay(published, *constraints.near)
    return max(recent, near)


def prefer(
    scores: Mapping[int, float], published: Mapping[int, date | None], constraints: Constraints
) -> dict[int, float]:
    """Multiply each passage's score by 1 + the boost of its article's day of publication.

    Only differences matter: where all articles are of one day, or none has a date, the order stays as it was. An
    article without a date counts as the mean of the others, so that the preference neither helps nor hurts it.

    Args:
        scores: Passage id → score >= 0; higher is better.
        published: Passage id → its article's day of publication, for every id in `scores`.
        constraints: Whose `recent_to` and `near` are preferred.

    Returns:
        Passage id → score, in the order given.
    """
    boosts = {passage: boost(day, constraints) for passage in scores if (day := published[passage]) is not None}
    mean = sum(boosts.values()) / len(boosts) if boosts else 0.0
    return {passage: score * (1.0 + boosts.get(passage, mean)) for passage, score in scores.items()}


def decay(day: date, first: date, last: date) -> float:
    """Return 1 for a day within or near the period, falling towards 0 with its distance before or after it."""
    days = max((first - day).days, (day - last).days, 0)
    return float(2.0 ** (-max(days - GRACE_DAYS, 0) / HALF_LIFE_DAYS))
