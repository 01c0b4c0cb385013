import json
from datetime import date

import pytest

from rag.cli.chat import Conversation, _talk


def test_each_line_of_a_pipe_is_a_question_and_what_was_said_is_handed_on(rag, fake):
    result = rag("chat", input="Who raised fentanyl?\n\nAnd the tides?\n")
    assert result.exit_code == 0
    assert result.stdout == (
        "> Who raised fentanyl?\n"
        "He raised fentanyl with Xi. [1]\n\n"
        "[1] Blinken meets Xi — BBC, 2023-06-19\n    “He raised fentanyl with Xi.”\n    rag show bbc-1 --sentences\n\n"
        "> And the tides?\n"
        "High tides are due on Monday. [1]\n\n"
        "[1] Spring tides\n    “High tides are due on Monday.”\n    rag show tides --sentences\n\n"
    )
    assert [call[:3] for call in fake.calls if call[0] == "ask"] == [
        ("ask", "Who raised fentanyl?", 0),
        ("ask", "And the tides?", 2),
    ]


def test_with_json_each_answer_is_a_line(rag):
    result = rag("chat", "--json", input="fentanyl?\ntides?\n")
    assert [json.loads(line)["question"] for line in result.stdout.splitlines()] == ["fentanyl?", "tides?"]


def test_quit_ends_it_and_new_forgets(rag, fake):
    result = rag("chat", input="fentanyl?\n/new\ntides?\n/quit\nnever?\n")
    assert (result.exit_code, result.stderr) == (0, "starting anew\n")
    assert [call[1:3] for call in fake.calls if call[0] == "ask"] == [("fentanyl?", 0), ("tides?", 0)]


def test_limits_are_given_by_options_and_changed_by_commands(rag, fake):
    lines = ["/filters", "/since 2023-06-02", "/source AP", "one?", "/source", "/until", "two?", "/since", "/filters"]
    result = rag("chat", "--until", "2023-06-30", "--source", "BBC", input="\n".join(lines))
    assert [call[3:] for call in fake.calls if call[0] == "ask"] == [
        (None, date(2023, 6, 2), date(2023, 6, 30), ("BBC", "AP")),
        (None, date(2023, 6, 2), None, ()),
    ]
    assert result.stderr.splitlines() == [
        "limits: until 2023-06-30, source BBC",
        "limits: since 2023-06-02, until 2023-06-30, source BBC",
        "limits: since 2023-06-02, until 2023-06-30, source BBC, source AP",
        "limits: since 2023-06-02, until 2023-06-30",
        "limits: since 2023-06-02",
        "limits: none",
        "limits: none",
    ]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("/since June", "error: 'June' is not a day; write it as YYYY-MM-DD, for example 2023-06-19.\n"),
        ("/sing", "error: /sing is not a command; /help lists them.\n"),
    ],
)
def test_a_bad_line_is_said_and_the_rest_is_still_answered(rag, line, complaint):
    result = rag("chat", input=f"{line}\ntides?\n")
    assert result.exit_code == 1
    assert result.stderr == complaint
    assert "High tides are due on Monday. [1]" in result.stdout


def test_bytes_that_are_no_text_make_a_question_all_the_same(rag, fake):
    assert rag("chat", input=b"tides \xff?\n").exit_code == 0
    assert fake.calls[-1][1] == "tides \ufffd?"


@pytest.mark.parametrize("leaving", [EOFError, KeyboardInterrupt])
def test_at_a_prompt_control_d_and_control_c_leave_and_an_answer_can_be_interrupted(fake, monkeypatch, capsys, leaving):
    typed = iter(["wait!", "tides?", leaving()])

    def type_next(prompt):
        line = next(typed)
        if isinstance(line, BaseException):
            raise line
        return line

    monkeypatch.setattr("builtins.input", type_next)
    limits = {"as_of": None, "since": None, "until": None, "sources": ()}
    _talk(Conversation(fake.open_index(), limits))
    out, err = capsys.readouterr()
    assert out.startswith("High tides are due on Monday. [1]\n")
    assert err == "Ask about the articles. /help for more, /quit to leave.\ninterrupted\n\n"
    assert [call[1:3] for call in fake.calls if call[0] == "ask"] == [("wait!", 0), ("tides?", 0)]
    assert next(typed, None) is None
