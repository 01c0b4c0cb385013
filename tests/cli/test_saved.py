"""`rag saved` on a real index, whose encoder and evidence model are fakes with meaning."""

from __future__ import annotations

import json
import sqlite3

import pytest
from typer.testing import CliRunner

from rag.answer_json import answer_from_json
from rag.cli.app import app
from rag.saved import record_vain
from rag.saved.database import FILE
from rag.types import Article
from tests.saved.conftest import rag as index  # noqa: F401 - a fixture

KILLED = "How many people were killed in the quake?"
CAME = "Rescuers said 41 people were killed in the quake."


@pytest.fixture
def saved(index, monkeypatch):  # noqa: F811
    monkeypatch.setattr("rag.cli.saved.open_rag", lambda folder: index)

    def run(*args):
        return CliRunner().invoke(app, ["saved", *args], catch_exceptions=False, prog_name="rag")

    return run


def test_a_question_is_saved_checked_read_and_removed(saved, index):  # noqa: F811
    assert saved().stdout == "No question is saved. Save one with `rag saved add QUESTION`.\n"
    assert saved("add", KILLED, "--until", "2023-06-30").stdout.startswith(f"1. {KILLED}  (until 2023-06-30)\n")
    assert "nothing changed since" in saved("check").stdout
    index.add_article(Article("toll", "Toll", CAME, source="Daily Post", published=index.article("quake").published))
    index.remove("quake")
    assert "nothing changed since" in saved().stdout  # not asked again yet
    told = saved("check").stdout
    assert f"    + “{CAME}”\n      Toll · Daily Post · 2023-02-06\n" in told
    assert "    - “At least 5 people were killed in the quake.”\n" in told
    assert "nothing changed since" in saved("read", "1").stdout
    assert saved("remove", "1").stdout.startswith("No question is saved.")


def test_with_json_the_answer_is_one_that_verifies(saved, index):  # noqa: F811
    saved("add", KILLED, "--source", "Daily Post")
    index.add_article(Article("toll", "Toll", CAME, source="Daily Post"))
    (one,) = json.loads(saved("check", "--json").stdout)["saved"]
    assert (one["number"], one["question"], one["filters"]) == (1, KILLED, {"sources": ["Daily Post"]})
    assert (one["changed"], one["turned"], one["failure"], one["checked"]) == (True, None, None, 2)
    assert [citation["quote"] for citation in one["came"]] == [CAME]
    assert index.verify(answer_from_json(one["answer"])).ok


def test_what_is_damaged_is_told_after_the_rest_and_can_be_deleted(saved, index):  # noqa: F811
    for question in ("Who designed the Oke dam?", "Why did the Oke dam burst?"):
        saved("add", question)
        record_vain(index, index.ask(question), {})
    with sqlite3.connect(index.settings.index / FILE) as connection:
        connection.execute("UPDATE saved SET question = 'Who designed the Okd dam?' WHERE number = 1")
        connection.execute("UPDATE vain SET question = 'Who designed the Okd dam?' WHERE number = 1")
    connection.close()
    for action, what, mend in (("list", "Saved question 1", "remove"), ("vain", "Question 1", "forget")):
        result = saved(action)
        assert result.exit_code == 1
        assert "Why did the Oke dam burst?" in result.stdout
        assert "Okd" not in result.stdout
        assert result.stderr.startswith(f"error: {what} ('Who designed the Okd dam?')")
        assert f"`rag saved {mend} 1`" in result.stderr
        assert saved(mend, "1").exit_code == 0
        assert saved(action).exit_code == 0


def test_what_was_asked_in_vain_is_told_by_topic(saved, index):  # noqa: F811
    assert saved("vain").stdout == "No question was asked in vain, in page or API.\n"
    for question in ("Who designed the Oke dam?", "Why did the Oke dam burst one spring night?"):
        record_vain(index, index.ask(question), {})
    told = saved("vain").stdout
    assert told.startswith("Oke · dam  2 questions\n    Why did the Oke dam burst one spring night?  1 time, last 2")
    index.add_article(Article("dam", "The dam", "Judith Vance designed the Oke dam."))
    rows = json.loads(saved("vain", "--json").stdout)["questions"]
    assert {row["question"]: (row["answered"], row["topic"], row["n_asked"]) for row in rows} == {
        "Who designed the Oke dam?": (True, "Oke · dam", 1),
        "Why did the Oke dam burst one spring night?": (False, "Oke · dam", 1),
    }


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["add"], "`rag saved add` needs a question."),
        (["remove"], "`rag saved remove` needs a number."),
        (["remove", "x"], "'x' is no number"),
        (["check", "1"], "`rag saved check` takes no more."),
        (["burn"], "'burn' is not one of"),
    ],
)
def test_wrong_usage_is_2_and_says_what(saved, args, complaint):
    result = saved(*args)
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.split())


def test_a_number_that_is_none_is_a_failure_in_one_line(saved):
    result = saved("remove", "7")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error: There is no saved question 7")
