"""The one figure that a reader asks for first: how many questions come out right."""

from __future__ import annotations

from rag.evaluation.judging import Judged
from rag.evaluation.measures.base import averaged
from rag.evaluation.outcomes import RIGHT, outcome


def questions_right(judged: Judged) -> float | None:
    """Share of questions that come out right: right choice, a gold sentence cited, or rightly "the articles don't say".

    By outcome (`rag.evaluation.outcomes`). One gold sentence is enough here; `evidence recall` asks for all of them.
    """
    found = outcome(judged)
    return None if found is None else float(found in RIGHT)


OVERALL = (averaged("questions right", questions_right),)
