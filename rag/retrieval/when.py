"""What a question's words for time ask of retrieval. Knows roles (filter, preference), not the grammar of dates.

A date in a question mostly says when something happened ("Who won the 2022 World Cup?"), and an article of another year
may tell; so a date is a preference, never a filter, unless the question says that the articles are of that time
("articles from June 2023", "news since March"). "Published" and "reported" alone do not say so: books, studies and
cases are published and reported too; nor does "the coverage of the 2022 World Cup".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

from rag.retrieval.periods import Mention, days_of
from rag.retrieval.phrases import find_mentions
from rag.types import Constraints

if TYPE_CHECKING:
    from rag.index import Snapshot

ARCHIVE_DAYS = 31
"""An index whose newest article is older than this is an archive: its readers' "this week" is the archive's last."""

MAX_TO_COME = 20
"""Articles dated in the future, by mistake, that are passed over for the newest one."""

LONGEST_PERIOD_DAYS = 400
"""A longer period ("since 1996") prefers nothing; a year and a little more still tells articles apart."""

MAX_READ = 2000
"""Characters of a question that are read for time, from its start: a question is short, a pasted text is not one."""

Kind = Literal["none", "present", "event", "published"]
Role = Literal["in", "since", "after", "before", "until"]

_ROLES: dict[str, Role] = {"since": "since", "after": "after", "following": "after", "before": "before"}
_ROLES |= {"until": "until", "till": "until", "by": "until", "prior to": "before", "up to": "until"}
_ROLE = re.compile(rf"\b({'|'.join(_ROLES)})\s+(?:the\s+|early\s+|late\s+)?$", re.IGNORECASE)
_OPEN = re.compile(r"\b(?:between|from)\s+(?:the\s+)?$", re.IGNORECASE)
_JOIN = re.compile(r"\s*(?:and|to|through|until|till|-|–|—)\s*(?:the\s+|in\s+)?", re.IGNORECASE)
_NOUN = r"(?:(?:\b|^)(?i:articles?|headlines)|\bstories|\b(?:news|media|press)\s+coverage|\bnews|(?:^|[.?!]\s)News)"
_VERB = r"(?:(?:that|which|were|was|are)\s+)*(?:published|written|posted|printed|dated)"
_PREPOSITION = r"(?:from|since|between|before|after|until|by|in|during)"
_OF_ARTICLES = re.compile(rf"{_NOUN}\s+(?:{_VERB}(?:\s+(?:on|over|{_PREPOSITION}))?|{_PREPOSITION})\s+$")


@dataclass(frozen=True, slots=True)
class TimeReading:
    """What a question says of time.

    Attributes:
        since: First day of publication that the question allows ("articles since March"); mostly None.
        until: Last day of publication that it allows; mostly None.
        recent_to: The day of asking, where the question speaks of the present ("this week", "latest").
        near: First and last day of the time it asks about ("in June 2023", "on Tuesday"): a preference only.
        phrases: The words read, in the order they stand in the question.
        kind: The strongest role found: "published" filters; "event" prefers a period; "present" prefers the newest.
    """

    since: date | None = None
    until: date | None = None
    recent_to: date | None = None
    near: tuple[date, date] | None = None
    phrases: tuple[str, ...] = ()
    kind: Kind = "none"


def understand_time(question: str, asked_on: date) -> TimeReading:
    """Read the words for time in `question`, as someone who asks on `asked_on` means them.

    Args:
        question: Any text; English is understood, in its first `MAX_READ` characters. What stands in quotation marks is
            a name and not read.
        asked_on: The day that "today" is.

    Returns:
        The reading; `TimeReading()` where nothing is said. Of several periods asked about the shortest is preferred,
        of equally long ones the later.
    """
    question = question[:MAX_READ]
    spans = _spans(question, find_mentions(question, asked_on))
    if not spans:
        return TimeReading()
    published = [span for span in spans if _is_of_articles(question, span)]
    asked_about = [span for span in spans if span not in published]
    windows = [span.window for span in published]
    periods = [near for span in asked_about if (near := _near(span, asked_on))]
    near = min(periods, key=lambda days: (days[1] - days[0], -days[1].toordinal()), default=None)
    present = any(span.present for span in asked_about)
    return TimeReading(
        max((first for first, _ in windows if first), default=None),
        min((last for _, last in windows if last), default=None),
        asked_on if present else None,
        near,
        tuple(question[span.start : span.end] for span in spans),
        "published" if published else "event" if near else "present" if present else "none",
    )


def constrain(question: str, constraints: Constraints, snapshot: Snapshot, today: date | None = None) -> Constraints:
    """Add what the question says of time to the constraints given; what is given always wins.

    The question is read as asked on `as_of`, else on `today`. But where the newest article is more than `ARCHIVE_DAYS`
    older than today, it is read as asked on the day of that article: in an archive of 2023, "this week" asked years
    later can only mean its last week.

    Args:
        question: The question by itself.
        constraints: What the asker has set.
        snapshot: The index at one generation; asked for its newest article.
        today: The day of asking; by default the machine's.

    Returns:
        The constraints with `since` and `until` only if neither was set, and with the three preferences. With `as_of`
        and no word for time, the question counts as one of that day: `recent_to` is `as_of` (measured, see `prior`).
    """
    reading = understand_time(question, constraints.as_of or _day_of_asking(snapshot, today or date.today()))
    free = constraints.since is None and constraints.until is None
    recent_to = constraints.as_of if reading.kind == "none" else reading.recent_to
    return replace(
        constraints,
        since=reading.since if free else constraints.since,
        until=reading.until if free else constraints.until,
        recent_to=constraints.recent_to or recent_to,
        present=constraints.present if constraints.recent_to else _present(reading, constraints.until),
        near=constraints.near or reading.near,
    )


def _present(reading: TimeReading, until: date | None) -> date | None:
    """Return the day that is the question's present, where it asks about nothing else: not "currently" with "in 2021".

    Where nothing after a day may be used, that day at the latest.
    """
    day, near = reading.recent_to, reading.near
    if day is None or (near and near[1] < day - timedelta(days=ARCHIVE_DAYS)):
        return None
    return min(day, until) if until else day


def _day_of_asking(snapshot: Snapshot, today: date) -> date:
    newest = _newest_day(snapshot, today)
    return newest if newest and newest < today - timedelta(days=ARCHIVE_DAYS) else today


def _newest_day(snapshot: Snapshot, today: date) -> date | None:
    """Return the newest day of publication that is not still to come; None where none of the first articles has one."""
    for limit in (1, MAX_TO_COME):
        days = [article.published for article in snapshot.articles(limit=limit)]
        for day in days:
            if day is None or day <= today:
                return day
    return None


@dataclass(frozen=True, slots=True)
class _Span:
    """A period with the role that the words before it give it; `start` and `end` are offsets in the question."""

    start: int
    end: int
    first: date | None
    last: date | None
    present: bool
    role: Role = "in"

    @property
    def window(self) -> tuple[date | None, date | None]:
        """The first and last day that the period with its role holds; None leaves that side open."""
        day = timedelta(days=1)
        if self.role == "in":
            return self.first, self.last
        if self.role in ("since", "after"):
            return (self.first if self.role == "since" else self.last and self.last + day), None
        return None, (self.last if self.role == "until" else self.first and self.first - day)


def _spans(question: str, mentions: Sequence[Mention]) -> list[_Span]:
    """Join "between A and B" and "from A to B" to one span each, and give every other mention its role."""
    spans: list[_Span] = []
    b: Mention | None
    for a, b in zip_longest(mentions, mentions[1:]):
        if spans and spans[-1].end > a.start:
            continue  # the B of a range
        before = question[max(a.start - 30, 0) : a.start]
        role = _ROLE.search(before)
        alone = _Span(a.start, a.end, a.first, a.last, a.present, _ROLES[role[1].lower()] if role else "in")
        spans.append((b and _OPEN.search(before) and _joined(question, a, b)) or alone)
    return spans


def _joined(question: str, a: Mention, b: Mention) -> _Span | None:
    """Return the span from A to B, where A may take its year from B; None if they are not joined."""
    if not (a.first and b.last and _JOIN.fullmatch(question, a.end, b.start)):
        return None
    first = a.first
    if a.month_day and (days := days_of(a.month_day, b.last.year)):
        if days[0] > b.last:  # "from December to February 2023"
            days = days_of(a.month_day, b.last.year - 1) or days
        first = days[0]
    return _Span(a.start, b.end, first, b.last, b.present) if first <= b.last else None


def _is_of_articles(question: str, span: _Span) -> bool:
    """Tell whether a period says when articles were published; not in "news from the 2022 World Cup"."""
    modifies = re.match(r"\s+[A-Z]", question[span.end : span.end + 3]) is not None
    before = question[max(span.start - 80, 0) : span.start]
    return span.first is not None and not modifies and _OF_ARTICLES.search(re.sub(r"\bthe\s+$", "", before)) is not None


def _near(span: _Span, asked_on: date) -> tuple[date, date] | None:
    """Return the days a span prefers, up to the day of asking; None where it is open before, future or long."""
    first, last = span.window
    if first is None or first > asked_on:
        return None
    last = min(last or asked_on, asked_on)
    return (first, last) if (last - first).days <= LONGEST_PERIOD_DAYS else None
