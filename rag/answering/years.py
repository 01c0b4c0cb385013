"""The year that a question names, weighed into what was read: who won in 2023 is hardly told by what names 2020.

Knows years in words; knows nothing of models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.timely import shifted
from rag.types import Reading

OTHER_YEAR = 2.0
"""Log odds that a sentence loses which names years, but not the one asked about.

Of the 151 questions of realtimeqa-2024 that name a year the same 0.205 have the answer in a stated sentence with it;
other sentences lead. Articles of other years are not doubted as a whole: that took 0.205 to 0.192 and abstained more
often without being right more often where it answered (2026-12-01).
"""
_YEAR = re.compile(r"(?<![\d.,$€£-])(?:19|20)\d\d(?![\d%]|[.,]\d)(?!\s+(?:people|votes|jobs|homes|dollars|miles))")


def of_the_year(readings: Sequence[Reading], question: str) -> list[Reading]:
    """Return the readings with the years that `question` names weighed in; as they are where it names none."""
    asked = frozenset(_YEAR.findall(question))
    return [_weighed(reading, asked) for reading in readings] if asked else list(readings)


def _weighed(reading: Reading, asked: frozenset[str]) -> Reading:
    text = reading.context.article.text
    sentences = tuple(
        shifted(probability, -OTHER_YEAR) if _names_others(text[s.start : s.end], asked) else probability
        for s, probability in zip(reading.context.sentences, reading.sentences, strict=True)
    )
    return replace(reading, sentences=sentences)


def _names_others(text: str, asked: frozenset[str]) -> bool:
    """Tell whether a sentence names years, and none of those asked about."""
    named = _YEAR.findall(text)
    return bool(named) and asked.isdisjoint(named)
