"""What the page does with an open citation: rag.page.inspection, without a server."""

from __future__ import annotations

import json
from types import SimpleNamespace

import gradio as gr
import pytest

from rag.page.desk import Desk
from rag.page.inspection import Inspection
from tests.page.fake_rag import stocked

RAISED = "What did Blinken raise about Taiwan Strait peace?"
ACROSS_TWO = "Which balloon crossed the United States from Montana?"
NOWHERE = "Does Blinken play chess?"


@pytest.fixture
def rag():
    return stocked()


@pytest.fixture
def inspection(rag):
    return Inspection(rag)


@pytest.fixture
def conversation(rag):
    asked = []
    for question in (ACROSS_TWO, RAISED, NOWHERE):
        *_, (_, _, _, asked) = Desk(rag).ask(question, asked)
    return asked


def event(**values):
    return SimpleNamespace(**values)


def test_a_spot_of_an_older_answer_opens_that_answers_panel(inspection, conversation):
    assert 'data-key="a1" data-open="a1-2"' in inspection.open_spot(conversation, event(spot="a1-2"))
    for unknown in ("a9-1", "", "<b>"):
        assert inspection.open_spot(conversation, event(spot=unknown)) == gr.skip()


def test_a_citation_and_a_closest_passage_are_explained_and_anything_else_is_nothing(inspection, conversation):
    assert conversation[2].answer.abstained
    for spot in ("a1-1", "a2-1", "a3-1"):
        assert "Why this sentence" in inspection.why(conversation, event(spot=spot))
        assert "Which sentence is right?" in inspection.wrong(conversation, event(spot=spot))
    for spot in ("a1-99", "a9-1", "", "a1-", "a1-x"):
        assert inspection.why(conversation, event(spot=spot)) == ""
        assert inspection.wrong(conversation, event(spot=spot)) == ""


def test_the_sentence_that_is_chosen_is_recorded(inspection, conversation, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    citation = conversation[1].answer.citations[0]
    chosen = event(key="a2", article=citation.article_id, sentence=str(citation.sentences[0]))
    assert "Noted." in inspection.right(conversation, chosen)
    inspection.right(conversation, event(key="a3", article="", sentence="none"))
    written = (tmp_path / "evals/feedback/questions.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["answerable"] for line in lines] == [True, False]


@pytest.mark.parametrize("sentence", ["999999", "-1", "x", "", "1.5", "²"])
def test_a_sentence_that_is_none_is_told_and_nothing_is_written(
    inspection, conversation, tmp_path, monkeypatch, sentence
):
    monkeypatch.chdir(tmp_path)
    article = conversation[1].answer.citations[0].article_id
    assert "no longer in the article" in inspection.right(
        conversation, event(key="a2", article=article, sentence=sentence)
    )
    assert "No article" in inspection.right(conversation, event(key="a2", article="nowhere", sentence="1"))
    assert not (tmp_path / "evals").exists()
