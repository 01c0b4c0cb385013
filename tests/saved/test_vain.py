"""Questions asked in vain: rag.saved.vain."""

from __future__ import annotations

import logging
from datetime import date

import pytest

from rag.saved.vain import VainQuestions, record_vain
from rag.settings import Settings
from rag.types import Constraints

FREE = Constraints()
MAY = date(2024, 5, 1)


@pytest.fixture
def questions(tmp_path):
    return VainQuestions(tmp_path)


def test_the_same_question_is_counted_by_day_and_the_last_asked_comes_first(questions):
    questions.record("Who won?", FREE, 1, MAY)
    questions.record("Who lost?", FREE, 1, date(2024, 5, 2))
    questions.record(" who  WON ", FREE, 2, date(2024, 5, 3))
    questions.record("Who won?", FREE, 2, date(2024, 5, 3))
    questions.record("Who won?", Constraints(sources=("BBC",)), 2, MAY)
    found = questions.all()
    assert [(one.question, one.n_asked) for one in found] == [("Who won?", 3), ("Who lost?", 1), ("Who won?", 1)]
    assert found[0].days == {MAY: 1, date(2024, 5, 3): 2}
    assert found[0].last_day == date(2024, 5, 3)


def test_those_that_nobody_has_asked_for_longest_go_first(questions, monkeypatch):
    monkeypatch.setattr("rag.saved.vain.MAX_VAIN", 3)
    for n in range(5):
        questions.record(f"Who is {n}?", FREE, 1, date(2024, 5, n + 1))
    questions.record("Who is 2?", FREE, 1, date(2024, 5, 9))
    questions.record("Who is 5?", FREE, 1, date(2024, 5, 8))
    assert [one.question for one in questions.all()] == ["Who is 2?", "Who is 5?", "Who is 4?"]


def test_a_year_is_kept(questions):
    questions.record("Who was it?", FREE, 1, date(2023, 4, 30))
    questions.record("Who is it?", FREE, 1, date(2023, 5, 2))
    questions.record("Who is it?", FREE, 1, date(2024, 5, 1))
    assert [one.question for one in questions.all()] == ["Who is it?"]
    assert questions.all()[0].n_asked == 2


def test_forgotten_questions_are_gone(questions):
    for n in range(3):
        questions.record(f"Who is {n}?", FREE, 1, MAY)
    questions.forget([*[one.number for one in questions.all()][:2], 99])
    assert [one.question for one in questions.all()] == ["Who is 0?"]


def test_only_abstentions_are_counted_and_only_where_the_settings_allow_it(rag, tmp_path):
    vain, answered = rag.ask("Who plays chess?"), rag.ask("How many people were killed in the quake?")
    record_vain(Settings(index=tmp_path / "a"), answered, {})
    record_vain(Settings(index=tmp_path / "b", record_vain=False), vain, {})
    record_vain(Settings(index=tmp_path / "c"), vain, {"since": "2023-01-01"})
    assert [(tmp_path / name).exists() for name in "abc"] == [False, False, True]
    (one,) = VainQuestions(tmp_path / "c").all()
    assert (one.question, one.given, one.checked) == ("Who plays chess?", Constraints(since=date(2023, 1, 1)), 1)


def test_where_it_cannot_be_written_the_answer_is_not_lost_for_it(rag, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        record_vain(Settings(index=tmp_path / "file"), rag.ask("Who plays chess?"), {})
    assert "was not counted" in caplog.text
