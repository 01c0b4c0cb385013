"""What is measured as an index grows: benchmarks.growth."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from benchmarks import growth
from rag.index import Draft, Index
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import make_article, make_draft

ENCODER = BagOfWordsEncoder()


def made(after: int) -> Iterator[Draft]:
    return (make_draft(make_article(i), ENCODER) for i in count(after))  # two passages each


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "PER_ARTICLE", 2)
    monkeypatch.setattr(growth, "COMMITS", ((1, 3), (4, 2)))
    monkeypatch.setattr(growth, "read_questions", lambda: ["old bridge news"] * 759)


def grown(work: Path, size: int, before: Path | None = None) -> Path:
    return growth.grown(work, size, before, ENCODER.identity, made)


def test_each_size_is_grown_from_the_one_before_and_stays_as_it_was_though_it_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "opening", lambda name, *_: {f"{name}_s": 0})
    small = grown(tmp_path, 6)
    large = grown(tmp_path, 20, small)
    for _ in range(2):
        for path, n in ((small, 6), (large, 20)):
            row = growth.measured(path, ENCODER, made)
            assert (row["passages"], row["passages_after_commits"]) == (n, n + 22)
            assert row["recall_at_10"] == 1  # exact at these sizes
            assert row["commit_1_p50_ms"] <= row["commit_1_p95_ms"] <= row["commit_1_max_ms"]
            assert {"first_answer_s", "first_answer_until_s", "first_answer_source_s"} <= row.keys()
    assert Index.open(large).snapshot().n_articles == 10
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index-20", "index-6"]


def test_a_folder_with_more_than_is_asked_for_is_refused(tmp_path: Path) -> None:
    grown(tmp_path, 20).rename(tmp_path / "index-6")
    with pytest.raises(SystemExit, match="index-6 has 20 passages, more than the 6 it is to have: delete it"):
        grown(tmp_path, 6)


def test_the_limits_of_a_question_are_half_the_days_and_the_outlet_with_most_articles(tmp_path: Path) -> None:
    status = Index.open(grown(tmp_path, 10)).status()  # five articles, on five days; of the BBC three
    assert growth.openings(status) == {
        "first_answer": {},
        "first_answer_until": {"until": "2023-01-03"},
        "first_answer_source": {"sources": ["BBC"]},
    }


def test_rows_of_another_form_and_of_the_same_size_give_way() -> None:
    rows = [{"passages": 10, "ms": 1}, {"passages": 20, "ms": 2}, {"passages": 5, "commit_1_ms": 3}]
    assert growth.beside(rows, {"passages": 10, "ms": 4}) == [{"passages": 10, "ms": 4}, {"passages": 20, "ms": 2}]
