"""What has changed in `questions.db` since it was written is told, question by question, and the others stay."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from rag.errors import SavedInvalid
from rag.saved.database import FILE
from rag.saved.vain import VainQuestions
from rag.saved.watched import Found, SavedQuestions
from rag.types import Constraints

FREE = Constraints()
MAY = date(2024, 5, 1)


@pytest.fixture
def folder(tmp_path, rag):
    """Three saved questions and three that were asked in vain, one of them on two days."""
    answer = rag.ask("How many people were killed in the quake?")
    for name in ("Ada", "Béla", "Cleo"):
        SavedQuestions(tmp_path).add(f"Who is {name}?", FREE, answer, "basis")
        VainQuestions(tmp_path).record(f"Where is {name}?", FREE, 1, "basis", day=MAY)
    VainQuestions(tmp_path).record("Where is Ada?", FREE, 1, "basis", day=date(2024, 5, 2))
    return tmp_path


def change(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        assert connection.execute(sql).rowcount == 1


@pytest.mark.parametrize(
    "what",
    [
        "question = 'Who is Adb?'",
        "question = CAST(x'57686f20697320c164613f' AS TEXT)",  # a bit of "A": no UTF-8 any more
        "question = CAST(question AS BLOB)",
        'filters = \'{"sources": ["BBC"]}\'',
        "saved_at = '2023-01-01T00:00:00+00:00'",
        "read = replace(read, 'killed', 'kil|ed')",
        "read_at = '2023-01-01T00:00:00+00:00'",
        "present = '{}'",
        "checked = checked + 1",
        "checked_at = '2023-01-01T00:00:00+00:00'",
        "basis = NULL",
        "failure = ''",
        "number = 9",
        "digest = NULL",
        "digest = zeroblob(16)",
    ],
)
def test_a_saved_question_that_has_changed_is_named_and_the_others_are_read(folder, what):
    number = 9 if what == "number = 9" else 1
    change(folder, f"UPDATE saved SET {what} WHERE number = 1")
    questions = SavedQuestions(folder)
    assert [one.question for one in questions.all()] == ["Who is Cleo?", "Who is Béla?"]
    (told,) = questions.damaged()
    assert told.startswith(f"Saved question {number} (")
    assert "it is not what was written" in told
    assert f"Delete it with `rag saved remove {number}`, or restore the file from a backup." in told
    assert VainQuestions(folder).damaged() == []
    questions.remove(number)
    assert questions.damaged() == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE vain SET question = 'Where is Adb?' WHERE number = 1",
        "UPDATE vain SET key = 'where is adb' WHERE number = 1",
        'UPDATE vain SET filters = \'{"sources": ["BBC"]}\' WHERE number = 1',
        "UPDATE vain SET checked = 0 WHERE number = 1",
        "UPDATE vain SET basis = NULL WHERE number = 1",
        "UPDATE vain SET answered = 1 WHERE number = 1",
        "UPDATE vain_days SET n = 3 WHERE vain = 1 AND day = '2024-05-02'",
        "UPDATE vain_days SET day = '2024-05-03' WHERE vain = 1 AND day = '2024-05-02'",
        "UPDATE vain_days SET day = CAST(day AS BLOB) WHERE vain = 1 AND day = '2024-05-02'",
    ],
)
def test_a_question_asked_in_vain_that_has_changed_is_named_and_the_others_are_read(folder, sql):
    change(folder, sql)
    questions = VainQuestions(folder)
    assert [one.question for one in questions.all()] == ["Where is Cleo?", "Where is Béla?"]
    (told,) = questions.damaged()
    assert told.startswith("Question 1 ('Where is Ad")
    assert "Forget it with `rag saved forget 1`" in told
    assert SavedQuestions(folder).damaged() == []
    questions.forget([1])
    assert questions.damaged() == []


def test_a_question_whose_days_are_gone_is_named(folder):
    change(folder, "DELETE FROM vain_days WHERE vain = 2")
    assert [one.question for one in VainQuestions(folder).all()] == ["Where is Ada?", "Where is Cleo?"]
    assert VainQuestions(folder).damaged()[0].startswith("Question 2 ('Where is Béla?')")


def test_no_change_of_ours_hides_damage_or_is_taken_for_it(folder, rag):
    saved, vain = SavedQuestions(folder), VainQuestions(folder)
    one, other = saved.get(1), vain.all()[0]
    newer = rag.ask("How many people were killed in the quake?")
    saved.record(one, Found(7, "new", newer))
    assert saved.accept(1, newer.generation)
    vain.record_checked(other, Found(7, "new", newer))
    vain.record("Where is Béla?", FREE, 2, day=MAY)
    assert saved.damaged() == vain.damaged() == []
    assert [saved.get(1).checked, vain.all()[0].checked] == [7, 7]
    change(folder, "UPDATE saved SET read = '{}' WHERE number = 1")
    saved.record(saved.get(2), Found(8, "x"))
    with pytest.raises(SavedInvalid, match="Saved question 1 "):
        saved.accept(1, newer.generation)
    change(folder, "UPDATE vain SET answered = 0 WHERE number = 1")
    vain.record_checked(vain.all()[0], Found(9, "x", newer))
    change(folder, "UPDATE vain_days SET n = 5 WHERE vain = 2")
    vain.record("Where is Béla?", FREE, 2, day=MAY)
    assert [told[:16] for told in saved.damaged()] == ["Saved question 1"]
    assert [told[:10] for told in vain.damaged()] == ["Question 1", "Question 2"]


def test_a_question_that_is_asked_in_vain_again_is_written_anew(folder):
    change(folder, "UPDATE vain SET answered = 1 WHERE number = 3")
    assert [told[:10] for told in VainQuestions(folder).damaged()] == ["Question 3"]
    VainQuestions(folder).record("Where is Cleo?", FREE, 2, day=MAY)
    assert VainQuestions(folder).damaged() == []


def test_rows_that_a_damaged_page_hides_are_missed(folder):
    data = bytearray((folder / FILE).read_bytes())
    with closing(sqlite3.connect(folder / FILE)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'vain'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    at = (page - 1) * size + 4  # how many rows the page has
    assert data[at] == 3
    data[at] = 2
    (folder / FILE).write_bytes(data)
    assert len(VainQuestions(folder).all()) == 2
    told = VainQuestions(folder).damaged()[0]
    assert "questions.db is damaged: " in told
    assert "Restore it from a backup, or move it away." in told


def test_a_file_of_ours_without_a_schema_number_is_refused(folder):
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.execute("PRAGMA user_version = 0")
    with pytest.raises(SavedInvalid, match=r"is damaged: it has schema 0\. Restore it"):
        SavedQuestions(folder).all()


@pytest.fixture
def older(tmp_path):
    """What the last version with schema 1 wrote: see `schema-1.sql`. Never written anew."""
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript(Path(__file__).with_name("schema-1.sql").read_text("utf-8"))
    return tmp_path


@pytest.mark.parametrize("first", ["read", "write"])
def test_a_file_of_schema_1_is_brought_to_the_newest_in_place(older, first):
    saved, vain = SavedQuestions(older), VainQuestions(older)
    if first == "write":
        vain.record("Where is Dora?", FREE, 3, day=date(2024, 5, 9))
    assert [(one.number, one.question, one.given.sources) for one in saved.all()] == [
        (3, "Who is Béla?", ("Daily Post",)),
        (1, "Who is Ada?", ()),
    ]
    assert saved.get(1).read.text.startswith("At least 5 people were killed")
    assert [(one.number, one.question, dict(one.days)) for one in vain.all()][-2:] == [
        (4, "Where is Béla?", {MAY: 1}),
        (1, "where is ada", {date(2024, 4, 30): 2, MAY: 1}),
    ]
    assert saved.damaged() == vain.damaged() == []
    with closing(sqlite3.connect(older / FILE)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    change(older, "UPDATE saved SET checked = 5 WHERE number = 1")
    assert [told[:16] for told in saved.damaged()] == ["Saved question 1"]
    assert saved.add("Who is Dora?", FREE, saved.get(3).read, None)[0].number == 4  # no number is used twice
