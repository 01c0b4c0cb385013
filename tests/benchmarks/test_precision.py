"""What the encoder's precision costs in search: benchmarks.precision."""

from __future__ import annotations

import pytest

from benchmarks import precision
from rag.evaluation.gold import Span

A, B, C = (Span("one", start, start + 10) for start in (0, 10, 20))


def test_the_share_is_of_the_references_passages() -> None:
    assert precision.shared([[A, C], [B]], [[A, B], [B]]) == pytest.approx(0.75)
