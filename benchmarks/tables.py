"""Rows of figures as a table of plain text, for the terminal. Knows nothing of what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MADE = ("made", "machine")
"""Keys that no table shows: rows of one file may come from several runs, those of one table mostly do not."""


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
