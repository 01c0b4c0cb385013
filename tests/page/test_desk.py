"""What the page does when something is asked: rag.page.desk, without a server."""

from __future__ import annotations

import gradio as gr
import pytest

from rag.page.answer import STEP_WORDS
from rag.page.desk import Desk
from rag.types import Turn
from tests.page.fake_rag import stocked

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
