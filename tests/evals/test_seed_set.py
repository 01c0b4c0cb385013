"""The form of evals/seed/questions.jsonl, held against the seed article itself (not against our reader of it)."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SEED = ROOT / "seeds" / "2023-06-19-blinken-xi-beijing.txt"
SET = ROOT / "evals" / "seed" / "questions.jsonl"
KEYS = {"id", "question", "as_of", "history", "answerable", "answers", "evidence"}  # DESIGN.md
FREE_KEYS = {"kind", "part", "any", "also", "polarity", "standalone"}  # the card, evals/seed/README.md


@pytest.fixture(scope="module")
def body() -> str:
    """The article without its header line and its title line."""
    return SEED.read_text("utf-8").split("\n", 2)[2]


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return [json.loads(line) for line in SET.read_text("utf-8").splitlines()]


def group(record: dict[str, Any]) -> str:
    match = re.fullmatch(r"(issue-u|issue-|a|u|f)\d+", record["id"])
    assert match, record["id"]
    return match[1]


def quotes(record: dict[str, Any]) -> list[str]:
    return [gold["quote"] for gold in record["evidence"]]


def test_ids_and_conversations_occur_once(records: list[dict[str, Any]]) -> None:
    assert max(Counter(record["id"] for record in records).values()) == 1
    asked = Counter((json.dumps(record.get("history")), record["question"].casefold()) for record in records)
    assert max(asked.values()) == 1


def test_counts_are_those_of_the_card(records: list[dict[str, Any]]) -> None:
    assert Counter(group(record) for record in records) == {"issue-": 12, "issue-u": 4, "a": 104, "u": 52, "f": 26}
    assert Counter(record["answerable"] for record in records) == {True: 138, False: 60}


def test_only_documented_keys_are_used_with_their_types(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert set(record) <= KEYS | FREE_KEYS, record["id"]
        assert record["question"].strip() == record["question"] != ""
        assert isinstance(record["answerable"], bool)
        assert record["kind"]
        assert record.get("any", True) is True
        assert record.get("polarity", "yes") in {"yes", "no"}
        if "as_of" in record:
            date.fromisoformat(record["as_of"])


def test_every_quote_occurs_exactly_once_in_the_body(records: list[dict[str, Any]], body: str) -> None:
    for record in records:
        for gold in record["evidence"] + record.get("also", []):
            assert set(gold) == {"article_id", "quote"}
            assert body.count(gold["quote"]) == 1, (record["id"], gold["quote"])


def test_gold_quotes_cut_the_body_without_overlap_and_leave_only_stray_full_stops(
    records: list[dict[str, Any]], body: str
) -> None:
    spans = sorted({(body.index(q), body.index(q) + len(q)) for record in records for q in quotes(record)})
    assert len(spans) == 33
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    rest = list(body)
    for start, end in spans:
        rest[start:end] = " " * (end - start)
    assert set("".join(rest)) <= set(" .\n")


def test_all_evidence_names_one_article(records: list[dict[str, Any]]) -> None:
    assert len({gold["article_id"] for r in records for gold in r["evidence"] + r.get("also", [])}) == 1


def test_answerable_questions_have_gold_and_the_others_have_none(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert bool(record["evidence"]) == record["answerable"], record["id"]
        if not record["answerable"]:
            assert not {"answers", "also", "any", "polarity"} & set(record), record["id"]


def test_gold_sentences_are_distinct_and_alternatives_are_at_least_two(records: list[dict[str, Any]]) -> None:
    for record in records:
        listed = quotes(record) + [gold["quote"] for gold in record.get("also", [])]
        assert len(set(listed)) == len(listed), record["id"]
        assert len(record["evidence"]) >= 2 or "any" not in record, record["id"]


def test_an_acceptable_answer_stands_in_the_gold_sentences(records: list[dict[str, Any]]) -> None:
    def answers_in(quote: str, record: dict[str, Any]) -> bool:
        return any(answer.casefold() in quote.casefold() for answer in record["answers"])

    for record in records:
        if "answers" not in record:
            continue
        found = [answers_in(quote, record) for quote in quotes(record)]
        assert all(found) if record.get("any") else any(found), record["id"]


def test_follow_ups_carry_alternating_turns_that_end_with_the_assistant(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert ("history" in record) == ("standalone" in record) == (group(record) == "f"), record["id"]
        roles = [turn["role"] for turn in record.get("history", [])]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert all(set(turn) == {"role", "content"} and turn["content"] for turn in record.get("history", []))


def test_each_group_is_halved_into_dev_and_test(records: list[dict[str, Any]]) -> None:
    parts = Counter((group(record), record.get("part")) for record in records)
    halves = {(name, part): n // 2 for name, n in (("a", 104), ("u", 52), ("f", 26)) for part in ("dev", "test")}
    assert parts == {**halves, ("issue-", None): 12, ("issue-u", None): 4}


def test_the_card_shows_a_record_of_the_set(records: list[dict[str, Any]]) -> None:
    card = (SET.parent / "README.md").read_text("utf-8")
    shown = re.search(r"```json\n(.*?)```", card, re.DOTALL)
    assert shown
    example = json.loads(shown[1])
    [record] = [record for record in records if record["id"] == example["id"]]
    for gold in example["evidence"] + record["evidence"]:
        gold.pop("article_id")  # the id is set in the set, mechanically; the card need not follow
    assert example == record
