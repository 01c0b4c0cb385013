from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from rag.errors import SettingInvalid
from rag.evaluation import read_set
from rag.page.feedback import choosing_html, record
from rag.page.why import Cited, why_html
from tests.page.fake_rag import PAYLOAD, SUMMIT, FakeRag, stocked

QUESTION = "What did Blinken raise about Taiwan Strait peace?"


@pytest.fixture
def rag():
    return stocked()


@pytest.fixture
def answer(rag):
    return list(rag.stream(QUESTION))[-1]


def test_what_is_recorded_is_a_set_that_rag_eval_reads(rag, answer, tmp_path):
    sentences = rag.sentences(SUMMIT.id)
    record(replace(answer, as_of=date(2023, 6, 20)), SUMMIT, sentences[1], tmp_path)
    record(answer, SUMMIT, sentences[1], tmp_path)
    path = record(replace(answer, standalone_question="Who won?"), None, None, tmp_path)
    record(answer, SUMMIT, sentences[2], tmp_path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(line["question"], line["answerable"]) for line in lines] == [
        (QUESTION, True), ("Who won?", False), (QUESTION, True),
    ]  # fmt: skip
    assert lines[2]["evidence"][0]["quote"] == SUMMIT.text[sentences[2].start : sentences[2].end]
    questions = read_set(tmp_path).questions
    assert [q.answerable for q in questions] == [True, False, True]
    assert questions[0].as_of == date(2023, 6, 20)


def test_a_file_that_is_none_is_told(answer, tmp_path):
    (tmp_path / "questions.jsonl").write_text("{broken", encoding="utf-8")
    with pytest.raises(SettingInvalid, match="Correct or remove the file"):
        record(answer, None, None, tmp_path)


def test_hostile_text_stays_text(rag):
    hostile = rag.article(next(a.id for a in rag.articles() if a.title.startswith("Zebra")))
    shown = choosing_html("a1", hostile, rag.sentences(hostile.id))
    assert PAYLOAD not in shown
    answer = list(rag.stream("What did the zebra escape from the zoo?"))[-1]
    assert PAYLOAD not in why_html(rag, "a1", answer, Cited(hostile.id, 0), {})


def test_an_article_that_is_gone_is_explained_as_far_as_it_goes(answer):
    shown = why_html(FakeRag(), "a1", answer, Cited(SUMMIT.id, 1), {})
    assert "is not among the first 0 any more" in shown
