from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import html as lxml_html

from rag.api import Rag
from rag.errors import SettingInvalid
from rag.evaluation import evaluate, read_set
from rag.page.feedback import choosing_html, record, recorded_html
from rag.page.why import Cited, why_html
from rag.settings import Settings
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.page.fake_rag import PAYLOAD, SUMMIT, FakeRag, stocked
from tests.test_api import ARTICLES

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
    record(replace(answer, standalone_question="Who won?"), None, None, tmp_path)
    path, n = record(answer, SUMMIT, sentences[2], tmp_path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(line["question"], line["answerable"]) for line in lines] == [
        (QUESTION, True), ("Who won?", False), (QUESTION, True),
    ]  # fmt: skip
    assert lines[2]["evidence"][0]["quote"] == SUMMIT.text[sentences[2].start : sentences[2].end]
    assert n == len(lines)
    questions = read_set(tmp_path).questions
    assert [q.answerable for q in questions] == [True, False, True]
    assert questions[0].as_of == date(2023, 6, 20)


def test_a_sentence_with_a_line_separator_in_it_is_one_line(rag, answer, tmp_path):
    record(replace(answer, standalone_question="Who\u2028won?"), None, None, tmp_path)
    assert record(answer, None, None, tmp_path)[1] == 2
    assert [q.question for q in read_set(tmp_path).questions] == ["Who\u2028won?", QUESTION]


def test_readers_who_correct_at_once_all_have_their_line(answer, tmp_path):
    asked = [replace(answer, standalone_question=f"Who won race {n}?") for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: record(one, None, None, tmp_path), asked))
    assert {q.question for q in read_set(tmp_path).questions} == {one.standalone_question for one in asked}


def test_a_file_is_the_old_one_or_the_new_one(answer, tmp_path, monkeypatch):
    path, _ = record(answer, None, None, tmp_path)
    before = path.read_bytes()

    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingInvalid, match="No space left"):
        record(replace(answer, standalone_question="Who won?"), None, None, tmp_path)
    assert path.read_bytes() == before


def test_what_is_noted_names_the_index_and_the_filters_that_a_set_has_no_place_for():
    told = recorded_html(Path("set"), 1, Path("my index"), {"as_of": "2023-06-20", "until": "2023-03-01"})
    text = lxml_html.fromstring(told).text_content()
    assert "rag eval . --index 'my index'" in text
    assert "filters (until 2023-03-01)" in text
    assert "filters" not in recorded_html(Path("set"), 1, Path("index"), {"as_of": "2023-06-20"})


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


def test_what_readers_noted_is_measured_by_rag_eval(tmp_path):
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles(ARTICLES)
    talks, folder = rag.article("talks"), tmp_path / "feedback"
    _met, lasted, rain = rag.sentences("talks")
    asked = {
        "How long was the meeting with Xi?": lasted,
        "Who met Xi Jinping in Beijing on Monday?": rain,  # the reader errs: what is measured tells
        "Who won the regatta of Ostmere?": None,
    }
    for question, sentence in asked.items():
        record(rag.ask(question), talks if sentence else None, sentence, folder)
    report = evaluate(folder, index=rag, out=tmp_path / "out")
    assert (report.out / "report.html").is_file()
    rows = [json.loads(line) for line in (report.out / "scores.jsonl").read_text(encoding="utf-8").splitlines()]
    outcomes = ["right", "wrong sentence", "rightly abstained"]
    assert [(row["question"], row["outcome"]) for row in rows] == list(zip(asked, outcomes, strict=True))
