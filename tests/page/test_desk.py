"""What the page does when something is asked: rag.page.desk, without a server."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
import pytest

from rag.errors import IndexNotFound
from rag.page.answer import STEP_WORDS
from rag.page.desk import Desk
from rag.page.history import kept
from rag.page.talk import Talk
from rag.types import Turn
from tests.page.fake_rag import BALLOON, stocked

RAISED = "What did Blinken raise about Taiwan Strait peace?"
ACROSS_TWO = "Which balloon crossed the United States from Montana?"


@pytest.fixture
def desk():
    return Desk(stocked())


def conversation_after(desk, *questions):
    conversation = []
    for question in questions:
        *_, (_, _, _, conversation) = desk.ask(question, conversation)
    return conversation


def test_a_question_is_shown_at_once_then_each_step_then_the_growing_answer_and_markers_last(desk):
    shown = [messages[-1]["content"] for messages, *_ in desk.ask(ACROSS_TWO, [])]
    assert [step in html for step, html in zip(STEP_WORDS.values(), shown[1:4], strict=False)] == [True] * 3
    assert ["rag-growing" in html for html in shown] == [False] * 4 + [True] * 2 + [False]
    assert ["rag-marker" in html for html in shown] == [False] * 6 + [True]


def test_the_box_is_emptied_once_and_then_left_to_what_is_typed_meanwhile(desk):
    boxes = [box for _, box, _, _ in desk.ask(RAISED, [])]
    assert boxes[0] == ""
    assert all(box == gr.skip() for box in boxes[1:])


def test_earlier_turns_are_the_history_and_failed_ones_are_not(desk):
    conversation = conversation_after(desk, RAISED, "fail:out of order", ACROSS_TWO)
    assert [exchange.key for exchange in conversation] == ["a1", "a2", "a3"]
    first = conversation[0].answer.text
    assert desk.rag.histories == [(), *[(Turn("user", RAISED), Turn("assistant", first))] * 2]


def test_an_error_is_told_in_place_and_the_question_goes_back_to_its_box(desk):
    *_, (messages, box, panel, conversation) = desk.ask("fail:out of order", [])
    assert "out of order" in messages[-1]["content"]
    assert (box, panel) == ("fail:out of order", gr.skip())
    assert conversation[0].answer is None


def test_an_empty_question_changes_nothing(desk):
    assert list(desk.ask("  \n", [])) == [(gr.skip(),) * 4]
    assert desk.rag.histories == []


def test_a_conversation_given_to_ask_is_not_changed(desk):
    conversation = conversation_after(desk, RAISED)
    before = list(conversation)
    list(desk.ask(ACROSS_TWO, conversation))
    assert conversation == before


def sent(key, conversation, **more):
    """What a browser tells that keeps this conversation."""
    exchanges = kept(key, conversation)["exchanges"]
    head = {"key": key, "question": exchanges[0]["question"], "n": len(exchanges)}
    return {"key": key, "heads": [head], "exchanges": exchanges, **more}


def test_a_new_conversation_and_an_earlier_one_are_not_overwritten_by_an_answer_that_comes_late(desk):
    for opening in (desk.begin, desk.arrive):
        talk = Talk("c1")
        answering = desk.ask(RAISED, [], None, talk)
        next(answering)
        opening({}, talk)
        assert list(answering) == []
        assert talk.key != "c1"


def test_a_question_asked_during_an_answer_takes_its_place_and_says_so(desk):
    talk = Talk("c1")
    answering = desk.ask(RAISED, [], None, talk)
    *_, conversation = next(answering)
    *_, (messages, _, _, conversation) = desk.ask(ACROSS_TWO, conversation, None, talk)
    assert list(answering) == []
    assert "something else was asked" in messages[1]["content"]
    assert [exchange.answer is None for exchange in conversation] == [True, False]
    assert [one["question"] for one in kept("c1", conversation)["exchanges"]] == [ACROSS_TWO]


def test_an_error_nobody_foresaw_is_told_in_place_and_goes_on_to_the_server(desk):
    answering = desk.ask("crash:now", [])
    next(answering)
    messages, box, _, _ = next(answering)
    assert "fault of the program" in messages[-1]["content"]
    assert box == "crash:now"
    with pytest.raises(ZeroDivisionError):
        next(answering)


def test_a_kept_conversation_whose_index_is_gone_is_told_of_and_not_overwritten(desk, monkeypatch):
    told, talk = sent("c1", conversation_after(desk, RAISED)), Talk()

    def gone(name):
        raise IndexNotFound(f"No index with {name}.")

    monkeypatch.setattr(desk.rag, "article", gone)
    messages, _, panel, conversation, key, bar = desk.arrive(told, talk)
    assert (messages, conversation) == ([], [])
    assert "No index with" in panel
    assert key == talk.key != "c1"
    assert 'value="c1"' in bar


@pytest.mark.parametrize("told", [None, [], {"key": 1}, {"heads": [{"key": "a"}, 3]}, {"key": "c1", "exchanges": [{}]}])
def test_what_a_browser_sends_may_be_anything(desk, told):
    messages, *_, bar = desk.arrive(told, Talk())
    assert messages == []
    assert "rag-past" not in bar


def test_a_link_with_a_question_and_a_sentence_asks_and_then_opens_the_sentence(desk):
    event = SimpleNamespace(question=RAISED, filters={}, article=BALLOON.id, sentence="1")
    *_, answered, (_, _, panel, _) = desk.ask_example([], {"until": "2000-01-01"}, Talk(), event)
    assert answered[3][0].answer.citations
    assert 'data-key="link"' in panel
    assert BALLOON.title in panel


def test_a_question_is_asked_with_the_filters_that_the_form_says_at_that_moment(desk):
    *_, (_, _, _, conversation) = desk.ask(RAISED, [], {"until": "2000-01-01", "sources": [], "since": ""})
    assert conversation[0].filters == {"until": "2000-01-01"}
    assert conversation[0].answer.abstained
