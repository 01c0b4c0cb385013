import io
import json
import logging
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.cli.render import show_answer, show_list
from rag.cli.terminal import Screen, clean, log_to_stderr, one_line, print_json, say
from rag.types import Article, Copy


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Give what an action writes to standard output when that is a terminal of 40 columns without colours."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def written(action):
        stream = Terminal()
        with monkeypatch.context() as patch:  # here, since pytest puts its own stream back before the test begins
            patch.setattr(sys, "stdout", stream)
            action()
        return stream.getvalue()

    return written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07 red \x1b[31m", "␛]0;title␇ red ␛[31m"),
        ("a\x9b31mb\x7fc\rd\x00", "a�31mb␡c␍d␀"),
        ("user\u202ecod.exe\u202c\u2066x\u2069", "usercod.exex"),
        ("\ud800 lone", "� lone"),
        ("tab\tand\nnewline stay, as do é, 中 and 😀", "tab\tand\nnewline stay, as do é, 中 and 😀"),
    ],
)
def test_what_could_steer_a_terminal_becomes_visible(text, shown):
    assert clean(text) == shown


@given(st.text(st.characters()))
def test_no_control_character_survives_cleaning(text):
    assert all(c in "\t\n" or (c >= " " and not "\x7f" <= c <= "\x9f") for c in clean(text))
    clean(text).encode("utf-8")
    assert "\n" not in one_line(text)


EVIL = "[bold]Not bold[/bold] :warning: \x1b[2J\x1b]8;;http://evil.example\x07click[/]"
EVIL_SHOWN = "[bold]Not bold[/bold] :warning: ␛[2J␛]8;;http://evil.example␇click[/]"


SHOWING = [
    ("show", "evil"),
    ("show", "evil", "--sentences"),
    ("ask", "clicked?"),
    ("ask", "nothing?", "--source", "[red]E\x1b"),
    ("search", "clicked"),
    ("list",),
]


@pytest.mark.parametrize("command", SHOWING)
@pytest.mark.parametrize("colour", [False, True])
def test_neither_markup_nor_escapes_of_an_article_reach_the_terminal(rag, fake, monkeypatch, command, colour):
    if colour:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLUMNS", "200")
    evil = Article("evil", EVIL, f"{EVIL} clicked.", source="[red]E\x1b")
    fake.stores[fake.Path("index")].articles = {"evil": evil}
    out = rag(*command).stdout
    assert "[bold]Not bold[/bold] :warning: ␛[2J␛]8;;http://evil.example␇click[/]" in out
    assert "\x07" not in out
    assert "\x1b[2J" not in out
    assert "\x1b]8" not in out
    if not colour:
        assert "\x1b" not in out


def test_error_messages_are_cleaned_too(rag):
    assert rag("show", "\x1b[2Jx").stderr == "error: No article '\\x1b[2Jx'. `rag list` shows those there are.\n"
    result = rag("ask", "q", "--index", "\x1b[2J")
    assert "\x1b" not in result.stderr
    assert "␛[2J" in result.stderr


def test_on_a_terminal_text_is_wrapped_behind_its_indent_and_lines_are_cut(terminal):
    def action():
        screen = Screen()
        screen.paragraph("one two three four five six seven eight nine ten eleven twelve", indent=4)
        screen.paragraph("first\n\nsecond", indent=2)
        screen.line("x" * 50)

    assert terminal(action) == (
        f"    one two three four five six seven\n    eight nine ten eleven twelve\n  first\n\n  second\n{'x' * 39}…\n"
    )


def test_wide_characters_count_two_columns(terminal):
    assert terminal(lambda: Screen().paragraph("中" * 21)) == f"{'中' * 20}\n中\n"


def test_on_a_terminal_articles_stand_in_columns(terminal, fake, monkeypatch):
    monkeypatch.setenv("COLUMNS", "66")
    lines = terminal(lambda: show_list(Screen(), fake.STORIES)).splitlines()
    assert lines == [
        "bbc-1                     2023-06-19  BBC               Blinken m…",
        "tides                     -           -                 Spring ti…",
    ]


def test_on_a_terminal_an_answer_is_coloured(monkeypatch, terminal, fake):
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("COLUMNS", "80")
    rag = fake.open_index()
    answer = rag.ask("fentanyl?")
    written = terminal(lambda: show_answer(Screen(), answer, rag))
    assert written.startswith("\x1b[1mHe raised fentanyl with Xi. [1]\x1b[0m\n\n\x1b[36m[1] \x1b[0m")


def test_a_citation_names_the_other_outlets_that_have_it_and_how_to_look(fake, capsys):
    rag = fake.open_index()
    answer = rag.ask("fentanyl?")
    copies = (Copy("the copy", "Talks", "Post\x1b[31m", None), Copy("again", "Again", "BBC", None))
    show_answer(Screen(), replace(answer, citations=(replace(answer.citations[0], also=copies),)), rag)
    assert capsys.readouterr().out.endswith(
        "\n    rag show bbc-1 --sentences\n    also in Post␛[31m (rag show 'the copy')\n"
    )


def test_through_a_pipe_a_paragraph_is_a_line(capsys):
    Screen().paragraph("word " * 100, indent=2)
    assert capsys.readouterr().out == "  " + ("word " * 100).rstrip() + "\n"


def test_json_is_indented_on_a_terminal_only(terminal):
    assert terminal(lambda: print_json({"a": [1]})) == '{\n  "a": [\n    1\n  ]\n}\n'


def test_json_of_any_text_is_one_printable_line_and_reads_back(capsys):
    text = "é中 \x1b\x9b\x7f\u2028\u202e\ud800\n"
    print_json({"text": text})
    out = capsys.readouterr().out
    assert out == '{"text": "é中 \\u001b\\u009b\\u007f\\u2028\\u202e\\ud800\\n"}\n'
    assert json.loads(out) == {"text": text}


def test_json_to_a_stream_that_is_not_utf8_is_ascii(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    print_json({"text": "“中”"})
    sys.stdout.flush()
    assert raw.getvalue() == b'{"text": "\\u201c\\u4e2d\\u201d"}\n'


def test_a_message_that_nobody_reads_is_dropped(monkeypatch):
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Closed())
    assert say("hello") is None


def test_what_the_package_logs_is_said_once_on_standard_error(capsys: pytest.CaptureFixture[str]):
    log_to_stderr()
    log_to_stderr()
    logging.getLogger("rag.encoding").info("Converting %s: once.", "x\x1b[2J")
    assert capsys.readouterr().err == "Converting x␛[2J: once.\n"
