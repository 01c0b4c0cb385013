"""Shows on standard error how an addition or a rebuild goes on: a bar on a terminal, else a plain line now and then.

Knows `AddProgress` (stage, done, total); knows nothing of what is being done.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.cli.terminal import say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from rag.api import AddProgress

Show = Callable[["AddProgress"], None]
Count = Callable[[int, int], None]

FIRST_AFTER_S = 2.0  # work shorter than this needs no words
EVERY_S = 10.0  # often enough to see that it lives, rare enough for a log


@contextmanager
def progress() -> Iterator[Show]:
    """Give the function to call with each AddProgress; the bar goes away when the work ends, well or not."""
    if not sys.stderr.isatty():
        yield PlainProgress(time.monotonic)
        return
    with _bars() as bars:
        yield _adding(bars, bars.add_task("starting", total=None, figures=""))


@contextmanager
def eval_progress() -> Iterator[tuple[Show, Count]]:
    """Give the functions to call with each AddProgress, and with (questions done, questions in all)."""
    if not sys.stderr.isatty():
        yield PlainProgress(time.monotonic), PlainCount("questions", time.monotonic)
        return
    with _bars() as bars:
        bar = bars.add_task("starting", total=None, figures="")
        yield _adding(bars, bar), _counting(bars, bar, "asking", "questions")


@contextmanager
def count_progress(verb: str, noun: str) -> Iterator[Count]:
    """Give the function to call with (done, total)."""
    if not sys.stderr.isatty():
        yield PlainCount(noun, time.monotonic)
        return
    with _bars() as bars:
        yield _counting(bars, bars.add_task("starting", total=None, figures=""), verb, noun)


def _bars() -> Progress:
    """Make a bar that goes away when it ends: the report that follows says what was done."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[figures]}"),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _adding(bars: Progress, bar: TaskID) -> Show:
    rates = Rates(time.monotonic)

    def show(now: AddProgress) -> None:
        bars.update(bar, description=now.stage, completed=now.done, total=now.total, figures=rates.figures(now))

    return show


def _counting(bars: Progress, bar: TaskID, verb: str, noun: str) -> Count:
    def count(done: int, total: int) -> None:
        bars.update(bar, description=verb, completed=done, total=total, figures=f"{done:,}/{total:,} {noun}")

    return count


class Rates:
    """Turns reports into figures: how many, how fast, how long still. Speeds are those since the first report."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._first: tuple[float, int, int] | None = None

    def figures(self, now: AddProgress) -> str:
        """Word one report, for example `300/4,000 articles, 81 passages/s, 20:35 left`."""
        if self._first is None:
            self._first = (self._clock(), now.done, now.n_passages)
        began_s, done, n_passages = self._first
        elapsed_s = self._clock() - began_s
        words = f"{now.done:,} articles" if now.total is None else f"{now.done:,}/{now.total:,} articles"
        if elapsed_s > 0 and now.n_passages > n_passages:
            words += f", {(now.n_passages - n_passages) / elapsed_s:.0f} passages/s"
        if elapsed_s > 0 and now.done > done and now.total is not None and now.total >= now.done:
            words += f", {clock_time((now.total - now.done) * elapsed_s / (now.done - done))} left"
        return words


class PlainProgress:
    """A line after two seconds, then one every ten: for logs and pipes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rates = Rates(clock)
        self._next_s = clock() + FIRST_AFTER_S

    def __call__(self, now: AddProgress) -> None:
        """Take one report; say it when it is time."""
        figures = self._rates.figures(now)
        if self._clock() >= self._next_s and (now.done or now.n_passages):  # nothing done yet is nothing to tell
            say(f"{now.stage}: {figures}")
            self._next_s = self._clock() + EVERY_S


def clock_time(seconds: float) -> str:
    """Word a duration as `0:35` or `2:05:09`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class PlainCount:
    """As `PlainProgress`, for a plain count."""

    def __init__(self, noun: str, clock: Callable[[], float]) -> None:
        self._noun = noun
        self._clock = clock
        self._began_s = clock()
        self._next_s = self._began_s + FIRST_AFTER_S

    def __call__(self, done: int, total: int) -> None:
        """Take one report; say it when it is time."""
        now_s = self._clock()
        if now_s < self._next_s or not 0 < done < total:
            return
        left = clock_time((total - done) * (now_s - self._began_s) / done)
        say(f"{done:,}/{total:,} {self._noun}, {left} left")
        self._next_s = now_s + EVERY_S
