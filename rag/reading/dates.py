"""Days as sources write them. No time zone is ever applied: the day that stands there is the day of publication."""

from __future__ import annotations

import re
from datetime import date, datetime
from email.utils import parsedate
from reprlib import repr as short

from rag.errors import ReadError

NO_DATE = frozenset({"", "none", "null", "~"})  # how exports write a missing value
ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](.+))?", re.DOTALL)
WRITTEN_OUT = ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y", "%Y/%m/%d")  # the unambiguous ones only


def parse_day(value: object, key: str = "published") -> date | None:
    """Read an ISO day or ISO time as the day it names; None for a missing value.

    Raises:
        ReadError: `value` is something else, or a day that the calendar does not have.
    """
    if value is None or (isinstance(value, str) and value.strip().lower() in NO_DATE):
        return None
    found = ISO_DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found:
        try:
            if found.group(2):
                datetime.fromisoformat(found.group(0))
            return date.fromisoformat(found.group(1))
        except ValueError:
            pass
    raise ReadError(f'{key} is {short(value)}; it must be a day as "YYYY-MM-DD", an ISO time, or null')


def parse_written_day(value: object, key: str = "date") -> date | None:
    """Read what people and feeds write: all that `parse_day` reads, RFC 2822, `19 June 2023`, `June 19, 2023`.

    Raises:
        ReadError: `value` is none of these. `04/05/2023` is refused: it is two different days on two continents.
    """
    try:
        return parse_day(value, key)
    except ReadError:
        if not isinstance(value, str):
            raise
    for form in WRITTEN_OUT:
        try:
            return datetime.strptime(value.strip(), form).date()
        except ValueError:
            continue
    try:
        if parts := parsedate(value):
            return date(*parts[:3])
    except (ValueError, IndexError, TypeError):  # what parsedate stumbles over in odd strings
        pass
    raise ReadError(f"{key} is {short(value)}; write the day as YYYY-MM-DD")
