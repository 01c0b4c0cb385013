from pathlib import Path

import numpy as np
import pytest

from benchmarks.stories import precision, recall, report
from rag.types import Article
from tests.index.test_copies import LOTTERY, OTHER_WORDS, WIRE, trimmed

ROWS = np.array([[1, 1, 1], [1, 0, 1], [3, 1, 0], [10, 0, 0]], float)  # weight, one story, found


def test_precision_and_recall_count_a_pair_as_often_as_it_stands_for():
    assert precision(ROWS) == pytest.approx(1 / 2)
    assert recall(ROWS) == pytest.approx(1 / 4)
    assert np.isnan(precision(ROWS[2:]))
    assert np.isnan(recall(ROWS[3:]))


def test_the_index_and_the_rules_find_a_copy_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    texts = {"wire": WIRE, "brief": trimmed(WIRE, 6), "own": OTHER_WORDS}
    for n, day in ((3, "Monday"), (40, "Friday")):
        texts[f"lots-{n}"] = LOTTERY.format(day=day, **dict(zip("abcdefgh", range(n, n + 8), strict=True)))
    articles = {name: Article(name, "", " ".join(text.split())) for name, text in texts.items()}
    labels = {("wire", "brief"): True, ("wire", "own"): False, ("brief", "own"): False, ("lots-3", "lots-40"): False}
    pairs = [{"a": a, "b": b, "same": same, "weight": 1.0} for (a, b), same in labels.items()]
    told = report("made", pairs, articles, tmp_path)
    assert told["found"][-1]["recall"] == {"value": 1.0, "n": 4, "low": 1.0, "high": 1.0}
    out = capsys.readouterr().out.splitlines()
    assert out[1] == "made: 5 articles, 4 pairs, 1 one story"
    (found,) = (line for line in out if line.startswith("the index tells both"))
    assert found.split("story ")[1].split() == ["1.000", "[1.000,", "1.000]"] * 2
    assert "stories of n articles: 2: 1" in out
