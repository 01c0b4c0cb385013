"""The saved questions in their file: rag.saved.watched and rag.saved.database."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from rag.errors import SavedInvalid
from rag.saved.database import FILE
from rag.saved.vain import VainQuestions
from rag.saved.watched import MAX_SAVED, Found, SavedQuestions
from rag.types import Constraints
from tests.page.payloads import PAYLOADS

FREE = Constraints()
SCRIPT = """
import sys
from pathlib import Path
from rag.saved.vain import VainQuestions
from rag.types import Constraints
folder, name, n = sys.argv[1:]
for place in range(int(n)):
    VainQuestions(Path(folder)).record(f"Who is {name}{place}?", Constraints(), 1)
    print(place, flush=True)
"""
WRITER = (sys.executable, "-c", SCRIPT)


@pytest.fixture
def answer(rag):
    return rag.ask("How many people were killed in the quake?")


@pytest.fixture
def questions(tmp_path):
    return SavedQuestions(tmp_path / "apart")


def test_the_last_saved_comes_first_and_the_same_again_changes_nothing(questions, answer):
    first, new = questions.add("Who?", FREE, answer, "a")
    other, _ = questions.add("Who?", Constraints(sources=("BBC",)), answer, "b")
    again, new_again = questions.add("Who?", FREE, replace(answer, generation=9), "c")
    assert (new, new_again) == (True, False)
    assert again == first
    assert questions.all() == [other, first]
    assert first.read == first.present
    assert (first.checked, first.basis, first.failure) == (answer.generation, "a", None)


def test_what_is_kept_is_the_answer_to_the_letter(questions, rag, answer):
    one, _ = questions.add(answer.question, FREE, answer, None)
    assert one.present.citations == answer.citations
    assert rag.verify(one.present).ok


def test_hostile_text_comes_back_letter_by_letter(questions, answer):
    for payload in PAYLOADS[:50]:
        questions.add(payload, Constraints(sources=(payload,)), answer, None)
    assert [one.question for one in reversed(questions.all())] == PAYLOADS[:50]
    assert [one.given.sources for one in reversed(questions.all())] == [(payload,) for payload in PAYLOADS[:50]]


def test_a_deleted_question_is_gone_and_its_number_is_not_used_again(questions, answer):
    number = questions.add("Who?", FREE, answer, None)[0].number
    questions.remove(number)
    assert questions.all() == []
    assert questions.add("Who?", FREE, answer, None)[0].number > number
    for ask in (questions.remove, questions.get):
        with pytest.raises(SavedInvalid, match=f"no saved question {number}"):
            ask(number)


def test_there_is_a_bound_and_it_says_what_to_do(questions, answer, monkeypatch):
    monkeypatch.setattr("rag.saved.watched.MAX_SAVED", 2)
    for n in range(2):
        questions.add(f"Who {n}?", FREE, answer, None)
    with pytest.raises(SavedInvalid, match=r"2 questions are saved.*Delete one first"):
        questions.add("One more?", FREE, answer, None)
    assert not questions.add("Who 0?", FREE, answer, None)[1]
    assert MAX_SAVED == 200


def test_of_two_who_ask_again_at_once_the_first_result_stays(questions, answer):
    one, _ = questions.add("Who?", FREE, answer, "a")
    newer, older = replace(answer, generation=3), replace(answer, generation=2)
    questions.record(one, Found(3, "new", newer))
    questions.record(one, Found(2, "old", older))
    left = questions.get(one.number)
    assert (left.present.generation, left.checked, left.basis) == (3, 3, "new")


def test_many_threads_and_two_processes_write_and_nothing_is_lost(tmp_path, answer):
    folder = tmp_path / "shared"
    others = [subprocess.Popen([*WRITER, str(folder), name, "40"], stdout=subprocess.DEVNULL) for name in "ab"]
    questions = SavedQuestions(folder)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: questions.add(f"Who {n}?", FREE, answer, None), range(40)))
    assert [other.wait(60) for other in others] == [0, 0]
    assert {one.question for one in questions.all()} == {f"Who {n}?" for n in range(40)}
    assert len(VainQuestions(folder).all()) == 80


def test_a_process_that_is_killed_while_it_writes_loses_nothing_that_it_has_reported(tmp_path):
    folder = tmp_path / "killed"
    for _ in range(3):
        with subprocess.Popen([*WRITER, str(folder), "", "100000"], stdout=subprocess.PIPE, text=True) as writer:
            for _ in range(20):
                reported = int(writer.stdout.readline())
            os.kill(writer.pid, signal.SIGKILL)
            reported = max([reported, *(int(line) for line in writer.stdout if line.endswith("\n"))])
        there = {one.question for one in VainQuestions(folder).all()}
        assert {f"Who is {n}?" for n in range(reported + 1)} <= there
    with sqlite3.connect(folder / FILE) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path, answer, content):
    (tmp_path / FILE).write_bytes(content)
    questions = SavedQuestions(tmp_path)
    with pytest.raises(SavedInvalid, match="cannot be used"):
        questions.all()
    with pytest.raises(SavedInvalid, match="restore it from a backup or move it away"):
        questions.add("Who?", FREE, answer, None)
    assert (tmp_path / FILE).read_bytes() == content


def test_another_programs_or_a_newer_database_is_refused(tmp_path, answer):
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(SavedInvalid, match="another program's database"):
        SavedQuestions(tmp_path).all()
    with pytest.raises(SavedInvalid, match="another program's database"):
        SavedQuestions(tmp_path).add("Who?", FREE, answer, None)
    newer = tmp_path / "newer"
    SavedQuestions(newer).add("Who?", FREE, answer, None)
    connection = sqlite3.connect(newer / FILE)
    connection.execute("PRAGMA user_version = 3")
    connection.close()
    with pytest.raises(SavedInvalid, match="schema 3, and this version of rag reads up to 2"):
        SavedQuestions(newer).all()


def test_an_answer_that_something_else_has_changed_is_named(questions, answer):
    number = questions.add("Who?", FREE, answer, None)[0].number
    connection = sqlite3.connect(questions._file.path)
    connection.execute("UPDATE saved SET read = '{}'")
    connection.commit()
    connection.close()
    assert questions.all() == []
    (told,) = questions.damaged()
    assert re.match(rf"Saved question {number} \('Who\?'\) in .*: it is not what was written.* remove {number}`", told)
    with pytest.raises(SavedInvalid, match=f"Saved question {number} "):
        questions.get(number)
    questions.remove(number)
    assert questions.damaged() == []


def test_reading_makes_no_file(tmp_path):
    assert SavedQuestions(tmp_path / "nowhere").all() == []
    assert not (tmp_path / "nowhere").exists()
