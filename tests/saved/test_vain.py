"""Questions asked in vain: rag.saved.vain."""

from __future__ import annotations

from datetime import date

import pytest

from rag.saved.vain import VainQuestions
from rag.types import Constraints

FREE = Constraints()
MAY = date(2024, 5, 1)


@pytest.fixture
def questions(tmp_path):
    return VainQuestions(tmp_path)


def test_the_same_question_is_counted_by_day_and_the_last_asked_comes_first(questions):
    questions.record("Who won?", FREE, 1, day=MAY)
    questions.record("Who lost?", FREE, 1, day=date(2024, 5, 2))
    questions.record(" who  WON ", FREE, 2, day=date(2024, 5, 3))
    questions.record("Who won?", FREE, 2, day=date(2024, 5, 3))
    questions.record("Who won?", Constraints(sources=("BBC",)), 2, day=MAY)
    found = questions.all()
    assert [(one.question, one.n_asked) for one in found] == [("Who won?", 3), ("Who lost?", 1), ("Who won?", 1)]
    assert found[0].days == {MAY: 1, date(2024, 5, 3): 2}
    assert found[0].last_day == date(2024, 5, 3)


def test_those_that_nobody_has_asked_for_longest_go_first(questions, monkeypatch):
    monkeypatch.setattr("rag.saved.vain.MAX_VAIN", 3)
    for n in range(5):
        questions.record(f"Who is {n}?", FREE, 1, day=date(2024, 5, n + 1))
    questions.record("Who is 2?", FREE, 1, day=date(2024, 5, 9))
    questions.record("Who is 5?", FREE, 1, day=date(2024, 5, 8))
    assert [one.question for one in questions.all()] == ["Who is 2?", "Who is 5?", "Who is 4?"]


def test_a_year_is_kept(questions):
    questions.record("Who was it?", FREE, 1, day=date(2023, 4, 30))
    questions.record("Who is it?", FREE, 1, day=date(2023, 5, 2))
    questions.record("Who is it?", FREE, 1, day=date(2024, 5, 1))
    assert [one.question for one in questions.all()] == ["Who is it?"]
    assert questions.all()[0].n_asked == 2


def test_forgotten_questions_are_gone(questions):
    for n in range(3):
        questions.record(f"Who is {n}?", FREE, 1, day=MAY)
    questions.forget([*[one.number for one in questions.all()][:2], 99])
    assert [one.question for one in questions.all()] == ["Who is 0?"]
