"""The form of evals/mini: articles and questions held against each other, and both against the card."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

SET = Path(__file__).parents[2] / "evals" / "mini"
KEYS = {"id", "question", "as_of", "history", "answerable", "answers", "evidence"}  # DESIGN.md
FREE_KEYS = {"kind", "part", "any", "also", "polarity", "standalone"}  # the cards of seed and mini
ARTICLE_KEYS = {"id", "title", "text", "source", "url", "authors", "published", "section"}  # DESIGN.md
FIRST, LAST = date(2024, 1, 5), date(2024, 6, 28)  # the half year in which the world of the set takes place
COUNTS = {
    "single-fact": 59,
    "several-sentences": 26,
    "two-articles": 22,
    "what-changed": 27,
    "time": 32,
    "quote": 32,
    "number": 38,
    "follow-up": 24,
    "unanswerable-missing": 30,
    "unanswerable-swapped": 18,
    "unanswerable-premise": 16,
    "unanswerable-early": 12,
    "follow-up-unanswerable": 4,
}
PREFIXES = {
    "single-fact": "single",
    "several-sentences": "several",
    "two-articles": "two",
    "what-changed": "changed",
    "follow-up": "follow",
    "follow-up-unanswerable": "follow",
    "unanswerable-missing": "missing",
    "unanswerable-swapped": "swapped",
    "unanswerable-premise": "premise",
    "unanswerable-early": "early",
}


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SET / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def articles() -> dict[str, dict[str, Any]]:
    return {article["id"]: article for article in read("articles.jsonl")}


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return read("questions.jsonl")


def gold(record: dict[str, Any]) -> list[dict[str, str]]:
    return [*record["evidence"], *record.get("also", [])]


def test_ids_and_urls_of_articles_occur_once() -> None:
    listed = read("articles.jsonl")
    assert len(listed) == 55
    for key in ("id", "url"):
        assert len({article[key] for article in listed}) == 55


def test_articles_are_short_dated_and_named_after_their_day(articles: dict[str, dict[str, Any]]) -> None:
    for article in articles.values():
        assert {"id", "title", "text", "source", "url", "published", "section"} <= set(article) <= ARTICLE_KEYS
        assert 120 <= len(article["text"].split()) <= 350, article["id"]
        assert FIRST <= date.fromisoformat(article["published"]) <= LAST, article["id"]
        assert article["published"] in article["id"]
        assert re.match(r"https://[a-z]+\.example/", article["url"]), article["url"]


def test_each_outlet_has_one_domain_and_there_are_six(articles: dict[str, dict[str, Any]]) -> None:
    outlets = {(article["source"], article["url"].split("/")[2]) for article in articles.values()}
    assert len(outlets) == len({source for source, _ in outlets}) == len({domain for _, domain in outlets}) == 6


def test_ids_of_questions_occur_once_and_name_their_kind(records: list[dict[str, Any]]) -> None:
    assert max(Counter(record["id"] for record in records).values()) == 1
    for record in records:
        prefix, _, number = record["id"].rpartition("-")
        assert prefix == PREFIXES.get(record["kind"], record["kind"]), record["id"]
        assert number.isdigit()


def test_no_question_is_asked_twice_in_the_same_situation(records: list[dict[str, Any]]) -> None:
    asked = Counter((json.dumps(r.get("history")), r.get("as_of"), r["question"].casefold()) for r in records)
    assert max(asked.values()) == 1


def test_only_documented_keys_are_used_with_their_types(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert {"id", "question", "answerable", "kind", "evidence", "part"} <= set(record) <= KEYS | FREE_KEYS
        assert record["question"].strip() == record["question"] != ""
        assert isinstance(record["answerable"], bool)
        assert record.get("any", True) is True
        assert record.get("polarity", "yes") in {"yes", "no"}


def test_counts_by_kind_are_as_recorded(records: list[dict[str, Any]]) -> None:
    assert Counter(record["kind"] for record in records) == COUNTS
    assert Counter(record["answerable"] for record in records) == {True: 260, False: 80}


def test_every_quote_stands_exactly_once_in_its_article_and_is_cut_at_sentences(
    records: list[dict[str, Any]], articles: dict[str, dict[str, Any]]
) -> None:
    for record in records:
        for each in gold(record):
            assert set(each) == {"article_id", "quote"}
            text, quote = articles[each["article_id"]]["text"], each["quote"]
            assert text.count(quote) == 1, (record["id"], quote)
            before, after = text.split(quote)
            assert re.search(r"(?:^|[.?!][\"”]?\s+)$", before), (record["id"], quote)
            assert quote[-1] in '.?!"”' or not after, (record["id"], quote)
            assert re.match(r"\s|$", after), (record["id"], quote)


def test_every_article_is_gold_for_at_least_one_question(
    records: list[dict[str, Any]], articles: dict[str, dict[str, Any]]
) -> None:
    assert {each["article_id"] for record in records for each in record["evidence"]} == set(articles)


def test_answerable_questions_have_gold_and_answers_and_the_others_have_none(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert bool(record["evidence"]) == ("answers" in record) == record["answerable"], record["id"]
        if not record["answerable"]:
            assert not {"also", "any", "polarity"} & set(record), record["id"]
        assert ("unanswerable" in record["kind"]) == (not record["answerable"]), record["id"]


def test_gold_sentences_are_distinct_and_alternatives_are_at_least_two(records: list[dict[str, Any]]) -> None:
    for record in records:
        listed = [(each["article_id"], each["quote"]) for each in gold(record)]
        assert len(set(listed)) == len(listed), record["id"]
        assert len(record["evidence"]) >= 2 or "any" not in record, record["id"]


def test_an_acceptable_answer_stands_in_the_gold_sentences(records: list[dict[str, Any]]) -> None:
    for record in records:
        if record["answerable"]:
            quotes = [each["quote"].casefold() for each in record["evidence"]]
            found = [any(answer.casefold() in quote for answer in record["answers"]) for quote in quotes]
            assert all(found) if record.get("any") else any(found), record["id"]


def test_gold_of_several_sentences_and_of_two_articles_is_that(records: list[dict[str, Any]]) -> None:
    for record in records:
        if record["kind"] == "several-sentences":
            assert len(record["evidence"]) >= 2, record["id"]
        if record["kind"] == "two-articles":
            assert len({each["article_id"] for each in record["evidence"]}) == 2, record["id"]
        if record["kind"] in {"several-sentences", "two-articles"}:
            assert "any" not in record, record["id"]


def test_no_gold_is_newer_than_the_day_of_asking(
    records: list[dict[str, Any]], articles: dict[str, dict[str, Any]]
) -> None:
    for record in records:
        assert ("as_of" in record) == (record["kind"] in {"time", "unanswerable-early"}), record["id"]
        if "as_of" in record:
            asked_on = date.fromisoformat(record["as_of"])
            assert FIRST <= asked_on <= LAST, record["id"]
            for each in gold(record):
                assert date.fromisoformat(articles[each["article_id"]]["published"]) <= asked_on, record["id"]


def test_follow_ups_carry_alternating_turns_that_end_with_the_assistant(records: list[dict[str, Any]]) -> None:
    for record in records:
        expected = record["kind"].startswith("follow-up")
        assert ("history" in record) == ("standalone" in record) == expected, record["id"]
        turns = record.get("history", [])
        assert [turn["role"] for turn in turns] == ["user", "assistant"] * (len(turns) // 2), record["id"]
        assert all(set(turn) == {"role", "content"} and turn["content"] for turn in turns)


def test_each_kind_is_halved_into_dev_and_test(records: list[dict[str, Any]]) -> None:
    parts = Counter((record["kind"], record["part"]) for record in records)
    assert {part for _, part in parts} == {"dev", "test"}
    assert all(abs(parts[kind, "dev"] - parts[kind, "test"]) <= 1 for kind in COUNTS)


def test_the_card_shows_a_record_of_the_set_and_its_counts(records: list[dict[str, Any]]) -> None:
    card = (SET / "README.md").read_text("utf-8")
    shown = re.search(r"```json\n(.*?)```", card, re.DOTALL)
    assert shown
    example = json.loads(shown[1])
    assert example == next(record for record in records if record["id"] == example["id"])
    listed = {kind: int(n) for kind, n in re.findall(r"^\| `([\w-]+)` \|.*\| (\d+) \|$", card, re.MULTILINE)}
    assert listed == COUNTS
