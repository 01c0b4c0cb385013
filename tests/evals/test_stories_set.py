"""The form of evals/stories: pairs held against each other, against the card and, where they are, the articles."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rag.evaluation import data_folder

FOLDER = Path(__file__).parents[2] / "evals" / "stories"
DATA = data_folder()
SETS = ("realtimeqa-2024", "realtimeqa-2023h1")
COUNTS = {("realtimeqa-2024", True): 64, ("realtimeqa-2024", False): 157} | {
    ("realtimeqa-2023h1", True): 19,
    ("realtimeqa-2023h1", False): 156,
}


@pytest.fixture(scope="module")
def pairs() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / "pairs.jsonl").read_text("utf-8").splitlines()]


def test_a_pair_is_two_ids_a_label_and_what_it_stands_for_and_no_text(pairs: list[dict[str, Any]]) -> None:
    for pair in pairs:
        assert list(pair) == ["set", "a", "b", "same", "stratum", "weight"]
        assert pair["a"] != pair["b"]
        assert isinstance(pair["same"], bool)
        assert pair["weight"] >= 1
        assert max(map(len, (pair["a"], pair["b"]))) <= 16
    assert len({(pair["set"], *sorted((pair["a"], pair["b"]))) for pair in pairs}) == len(pairs)


def test_there_are_as_many_as_the_card_says(pairs: list[dict[str, Any]]) -> None:
    assert Counter((pair["set"], pair["same"]) for pair in pairs) == COUNTS
    card = (FOLDER / "README.md").read_text("utf-8")
    assert f"{len(pairs)} pairs" in card
    for (name, stratum), n in Counter((pair["set"], pair["stratum"]) for pair in pairs).items():
        weight = sum(pair["weight"] for pair in pairs if (pair["set"], pair["stratum"]) == (name, stratum))
        row = next(line for line in card.splitlines() if line.startswith(f"| `{stratum}` "))
        assert f"{n} of {round(weight):,}" in row.split("|")[3 + SETS.index(name)]


@pytest.mark.data
@pytest.mark.parametrize("name", SETS)
def test_every_article_is_there(pairs: list[dict[str, Any]], name: str) -> None:
    path = DATA / name / "articles.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        known = {json.loads(line)["id"] for line in lines}
    assert {pair[side] for pair in pairs if pair["set"] == name for side in "ab"} <= known
