import sys

import pytest

from rag.cli.progress import PlainCount, PlainProgress, Rates, clock_time, eval_progress, progress
from tests.cli.fake_rag import AddProgress
from tests.cli.test_terminal import Terminal


class Clock:
    now_s = 100.0

    def __call__(self):
        return self.now_s


def test_figures_say_how_many_how_fast_and_how_long_still():
    clock = Clock()
    rates = Rates(clock)
    assert rates.figures(AddProgress("reading", 0, 4000, None)) == "0/4,000 articles"
    clock.now_s += 30
    words = rates.figures(AddProgress("encoding", 300, 4000, None, 2430))
    assert words == "300/4,000 articles, 81 passages/s, 6:10 left"  # 3,700 at 10 a second
    assert rates.figures(AddProgress("saving", 300, None, None, 2430)) == "300 articles, 81 passages/s"


def test_plain_progress_speaks_after_two_seconds_and_then_every_ten(capsys):
    clock = Clock()
    plain = PlainProgress(clock)
    for second in range(25):
        clock.now_s = 100.0 + second
        plain(AddProgress("encoding", second, 100, None, 2 * second))
    assert capsys.readouterr().err.splitlines() == [
        "encoding: 2/100 articles, 2 passages/s, 1:38 left",
        "encoding: 12/100 articles, 2 passages/s, 1:28 left",
        "encoding: 22/100 articles, 2 passages/s, 1:18 left",
    ]


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (35.4, "0:35"), (3599.6, "1:00:00"), (7509, "2:05:09")])
def test_durations_read_like_a_clock(seconds, words):
    assert clock_time(seconds) == words


def test_short_work_through_a_pipe_says_nothing(capsys):
    with progress() as show:
        show(AddProgress("reading", 1, 2, None))
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_a_bar_is_drawn_on_standard_error_alone(monkeypatch, capsys):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress() as show:
        show(AddProgress("encoding", 1, 4, "[bold]"))
    drawn = terminal.getvalue()
    assert "encoding" in drawn
    assert "1/4 articles" in drawn
    assert capsys.readouterr().out == ""


def test_a_plain_count_says_how_many_and_how_long_still(capsys):
    clock = Clock()
    count = PlainCount("questions", clock)
    for second in range(15):
        clock.now_s = 100.0 + second
        count(2 * second, 28)
    assert capsys.readouterr().err.splitlines() == [
        "4/28 questions, 0:12 left",
        "24/28 questions, 0:02 left",
    ]


def test_one_bar_shows_first_the_articles_then_the_questions(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with eval_progress() as (show, count):
        show(AddProgress("encoding", 4, 4, None))
        count(7, 28)
    drawn = terminal.getvalue()
    assert "7/28 questions" in drawn


def test_through_a_pipe_a_short_evaluation_says_nothing(capsys):
    with eval_progress() as (show, count):
        show(AddProgress("encoding", 1, 2, None))
        count(1, 2)
    assert capsys.readouterr() == ("", "")
