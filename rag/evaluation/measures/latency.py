"""Latency: how long one question takes, asked alone, on the machine that ran it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.evaluation.figures import Rows
from rag.evaluation.judging import Judged
from rag.evaluation.measures.base import Measure, one_row


def latency_rows(judged: Sequence[Judged]) -> list[Rows | None]:
    """Return the milliseconds of each answer, all its steps; a missing prediction has none and is not counted."""
    return [_row(one) for one in judged]


def _row(judged: Judged) -> Rows | None:
    answer = judged.prediction.answer if judged.prediction else None
    if answer is None or not answer.timings_ms:
        return None
    steps = [elapsed_ms for step, elapsed_ms in answer.timings_ms.items() if step != "total"]
    return one_row(answer.timings_ms.get("total", sum(steps)))


def p50(rows: Rows) -> float:
    """Median time of an answer, in milliseconds; linear between two questions, as numpy has it."""
    return float(np.quantile(rows[:, 0], 0.5))


def p95(rows: Rows) -> float:
    """Time within which 95 % of the answers come, in milliseconds. With few questions it is nearly the slowest one."""
    return float(np.quantile(rows[:, 0], 0.95))


LATENCY = (
    Measure("latency p50", (p50.__doc__ or ""), latency_rows, p50, "ms", lower_is_better=True),
    Measure("latency p95", (p95.__doc__ or ""), latency_rows, p95, "ms", lower_is_better=True),
)
