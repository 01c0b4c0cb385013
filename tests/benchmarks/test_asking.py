"""Asking while articles change, and adding in any order: short forms of what `make faults` runs whole; their judge."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.faults.ledger import Ledger, foreign, misquoted
from benchmarks.faults.material import opened
from benchmarks.faults.orders import content_hash
from rag.types import Article
from tests.benchmarks.test_faults import run
from tests.test_api import ARTICLES

QUESTION = "How long was the meeting with Xi?"


@pytest.fixture
def answers(tmp_path: Path):
    """Two answers to one question: of generation 1, and of generation 2 which has another edition of the article."""
    rag = opened(tmp_path, "fake")
    rag.add_articles(ARTICLES)
    first = rag.ask(QUESTION)
    rag.add_article(replace(ARTICLES[0], text=f"Edited. {ARTICLES[0].text}"))
    ledger = Ledger(tmp_path)
    yield first, rag.ask(QUESTION), ledger.at
    ledger.close()


def test_the_judge_finds_nothing_in_answers_held_against_their_own_generations(answers):
    for answer in answers[:2]:
        assert answer.citations
        assert foreign(answer, answers[2](answer.generation)) == []
        assert misquoted(answer, answers[2](answer.generation)) == []


def test_the_judge_finds_what_is_of_another_generation(answers):
    first, second, at = answers
    assert "it cites another text of talks" in foreign(first, at(2))
    assert "it cites another text of talks" in foreign(second, at(1))
    assert "it weighs sentence 3 of talks, which is not there" in foreign(second, at(1))
    assert set(foreign(first, at(0))) >= {"it cites talks, which is not there"}
    described = replace(first, citations=tuple(replace(c, title="Other") for c in first.citations))
    assert foreign(described, at(1))[0] == "it describes another talks"


def test_the_judge_finds_a_quote_that_is_not_its_sentence(answers):
    first, _, at = answers
    assert len(misquoted(first, at(2))) == len(first.citations)
    cut = [replace(c, quote=c.quote[:-1], end=c.end - 1) for c in first.citations]
    assert len(misquoted(replace(first, citations=tuple(cut)), at(1))) == len(first.citations)


def test_threads_and_processes_that_ask_while_articles_change_get_answers_of_one_generation_each():
    code, told = run("benchmarks.faults.asking", "--fake", "--questions", "300", "--commits", "5")
    assert "FAULT" not in told
    assert code == 0
    rows = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert [(row["pool"], row["questions"], row["commits"]) for row in rows] == [
        ("threads", 300, 5),
        ("processes", 75, 5),
    ]
    for row in rows:
        assert row["quotes"] >= row["questions"] / 2
        assert row["weighed"] >= row["quotes"]
        assert row["generations_answered"] >= 5
        assert row["second_writers_refused"] == 1


def test_any_order_and_batches_give_the_same_content_hash_and_the_same_ten_best():
    code, told = run("benchmarks.faults.orders", "--fake", "--trials", "2")
    assert code == 0, told
    rows = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert len({row["content"] for row in rows}) == 1
    assert len({row["additions"] for row in rows}) > 1
    assert re.search(r"^2 orders, 0 faults$", told, re.MULTILINE)


def test_the_content_hash_tells_an_index_with_another_sentence_apart(tmp_path: Path):
    hashes = []
    for name, text in (("a", "It rained."), ("b", "It rained."), ("c", "It poured.")):
        rag = opened(tmp_path / name, "fake")
        rag.add_articles([Article("rain", "Rain", text)])
        hashes.append(content_hash(tmp_path / name))
    assert hashes[0] == hashes[1] != hashes[2]
