"""Rows of figures as a table of plain text, for the terminal, and when and where they were measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

MADE = ("made", "machine")
"""Keys that `made` adds to a row and no table shows."""


def made() -> dict[str, str]:
    """Return the day and the machine: rows of one file may come from several runs."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return dict(zip(MADE, (datetime.now(UTC).date().isoformat(), machine), strict=True))


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Return the rows one below another, a column for each key that any has, figures to the right.

    Examples:
        >>> print(table([{"way": "plain", "s": 12.5}, {"way": "ours", "s": 3.0, "lists": 4}]))
        way       s  lists
        plain  12.5
        ours    3.0      4
    """
    keys = list(dict.fromkeys(key for row in rows for key in row if key not in MADE))
    cells = [[str(row.get(key, "")) for key in keys] for row in rows]
    widths = [max(len(key), *(len(line[i]) for line in cells)) for i, key in enumerate(keys)]
    words = [any(isinstance(row.get(key), str) for row in rows) for key in keys]

    def line(parts: Sequence[str]) -> str:
        placed = zip(parts, widths, words, strict=True)
        return "  ".join(part.ljust(width) if left else part.rjust(width) for part, width, left in placed).rstrip()

    return "\n".join(map(line, [keys, *cells]))
