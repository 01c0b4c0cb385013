"""What the age of an article tells of an answer, where a question is of the present. Knows days, no words.

What happened this week is hardly told by an article of two years ago, whatever words they share. Of the answers to the
questions of realtimeqa-2024 whose words speak of the present ("this week", "latest"), 0.59 had the answer where the
passage was published within ten days, 0.41 within ninety, 0.14 within a year, 0.11 earlier; of those that have no word
for time and are asked as of their day 0.50, 0.25, 0.21 and 0.13.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rag.retrieval.prior import decay
from rag.types import Article, Constraints, Reading

SPOKEN, AS_OF = 1.0, 0.5
"""Log odds that a very old article loses; one of the days before loses none, between them its age decides (`decay`).

The one where the question's words speak of the present, the other where it has no word for time and is asked as of a
day. Chosen on realtimeqa-2024. Its 404 questions of the former kind: answered 0.671 → 0.505, with the answer in a
stated sentence 0.225 → 0.223, so of the answers given 0.336 → 0.441 have it. The 962 of the latter: 0.572 → 0.485,
0.165 → 0.155, 0.289 → 0.319. Fresh articles gain nothing: with as much gained as lost, 0.02 more of the former are
answered rightly, but where all articles are fresh it would answer what they don't say (2026-12-01).
"""
NAMED_DAYS = 3.0
"""The same where the question names days just past ("yesterday", "on Tuesday"), which no article of weeks before tells.

Of 99 questions of realtimeqa-2024 with "this week" it would leave 0.32 answered for 0.50, with the answer in a stated
sentence 0.19 for 0.23: there the wrong ones go, and some right ones. A week keeps `SPOKEN` (2026-12-01).
"""
MAX_NAMED_DAYS = 3
"""A weekend with Friday; a longer period is no day."""
NEWS_DAYS = 31
"""An answer of the present from an older article tells the day of its report."""


def timely(readings: Sequence[Reading], constraints: Constraints) -> list[Reading]:
    """Return the readings with the age of their articles weighed in; as they are where the question is of no day.

    An article without a date is not doubted.
    """
    day, weight = constraints.present or constraints.recent_to, SPOKEN if constraints.present else AS_OF
    if constraints.present and constraints.near:
        first, last = constraints.near
        if (last - first).days < MAX_NAMED_DAYS:
            weight = NAMED_DAYS
    return [reading if day is None else _weighed(reading, day, weight) for reading in readings]


def is_dated(article: Article, present: date | None) -> bool:
    """Tell whether an answer of the present has to tell the day of this article."""
    day = article.published
    return present is not None and day is not None and (present - day).days > NEWS_DAYS


def _weighed(reading: Reading, present: date, weight: float) -> Reading:
    day = reading.context.article.published
    if day is None:
        return reading
    odds = -weight * (1.0 - decay(day, present, present))
    sentences = tuple(shifted(probability, odds) for probability in reading.sentences)
    return replace(reading, relevance=shifted(reading.relevance, odds), sentences=sentences)


def shifted(probability: float, odds: float) -> float:
    """Return a probability with its odds multiplied by exp(`odds`)."""
    more = probability * math.exp(odds)
    return more / (more + 1.0 - probability)
