"""What the benchmarks print and draw: benchmarks.tables, benchmarks.drawing."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmarks.drawing import bars
from benchmarks.tables import table


def test_words_stand_left_figures_right_and_what_is_missing_is_left_blank():
    rows = [{"way": "plain", "s": 12.5}, {"way": "ours", "s": 3.0, "lists": 4}]
    assert table(rows).splitlines() == ["way       s  lists", "plain  12.5", "ours    3.0      4"]


def test_a_bar_is_as_long_as_its_share_of_the_longest():
    svg = ElementTree.fromstring(bars({"ours": 200.0, "plain": 50.0}, "pieces a second"))
    widths = [float(r.get("width")) for r in svg.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert widths[1] * 4 == pytest.approx(widths[0], abs=4)
    assert widths[0] > 100
    assert "200" in "".join(svg.itertext())
