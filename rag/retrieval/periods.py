"""Days, periods and their names. Knows the calendar, not how people phrase it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "couple of": 2, "three": 3, "a few": 3, "few": 3}
NUMBERS |= {"several": 4, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 14)}
"""First and last month of the northern seasons; months 13 and 14 are those of the next year."""
PARTS = SEASONS | {"early": (1, 4), "mid": (5, 8), "late": (9, 12), "middle": (5, 8)}
PARTS |= {"start": (1, 3), "beginning": (1, 3), "end": (10, 12), "first half": (1, 6), "second half": (7, 12)}
PARTS |= {"q1": (1, 3), "q2": (4, 6), "q3": (7, 9), "q4": (10, 12), "first quarter": (1, 3)}
PARTS |= {"second quarter": (4, 6), "third quarter": (7, 9), "fourth quarter": (10, 12)}

MonthDay = tuple[int, int | None]
"""A month, and a day of it or None for all of it."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One phrase that names a time: `question[start:end]`.

    Attributes:
        first: First day meant; None where only the present is ("latest").
        last: Last day meant (inclusive); may lie after the day of asking.
        present: Whether it is a phrase of someone who speaks of the present ("this week", "yesterday", "latest").
        month_day: What was written where no year was, so that a range can lend one.
    """

    start: int
    end: int
    first: date | None = None
    last: date | None = None
    present: bool = False
    month_day: MonthDay | None = None


def month_end(year: int, month: int) -> date:
    """Return the last day of a month; months 13 to 24 are those of the next year."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def days_of(month_day: MonthDay, year: int) -> tuple[date, date] | None:
    """Return the first and last day of a month, or the day twice; None for a day that does not exist."""
    month, day = month_day
    if day is None:
        return date(year, month, 1), month_end(year, month)
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return date(year, month, day), date(year, month, day)


def nearest_year(month_day: MonthDay, asked_on: date, *, ahead: bool) -> tuple[date, date] | None:
    """Return the newest such month or day that has begun by `asked_on`, or with `ahead` the next that has not ended."""
    for offset in range(9):  # nine years, for 29 February around 1900 and 2100
        days = days_of(month_day, asked_on.year + (offset if ahead else -offset))
        if days and (days[1] >= asked_on if ahead else days[0] <= asked_on):
            return days
    return None


def months_of(year: int, months: tuple[int, int]) -> tuple[date, date]:
    """Return the first and last day of a part of a year, as `PARTS` tells it."""
    return date(year, months[0], 1), month_end(year, months[1])


def shift(day: date, unit: str, n: int) -> date:
    """Return the day `n` units before `day`; not before the year 1, and within the month that it falls in."""
    if unit in ("hour", "day", "week"):
        days = {"hour": n // 24, "day": n, "week": 7 * n}[unit]
        return day - timedelta(days=min(days, day.toordinal() - 1))
    months = max(day.year * 12 + day.month - 1 - n * {"month": 1, "year": 12, "decade": 120}[unit], 12)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, month_end(year, month).day))


def whole(day: date, unit: str) -> tuple[date, date]:
    """Return the first and last day of the week (from Monday), month or year that holds `day`; else the day twice."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if unit == "month":
        return day.replace(day=1), month_end(day.year, day.month)
    if unit == "year":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    return day, day
