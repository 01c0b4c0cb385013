"""How quotes and statements are shown as text: shared by what composes an answer and what re-checks one.

Knows strings and statements; knows nothing of how sentences are chosen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Statement

_MARKER = re.compile(r"\s*\[\d+\]")
# What scraping leaves behind: stops set off at the end ("said. ."), and a stop before a comma ("November. , said").
_DEBRIS = re.compile(r"(?:\s+[.,;:])+$")
_STOP_BEFORE_COMMA = re.compile(r"\.\s+,(?=\s)")


def display_text(quote: str) -> str:
    """Return a sentence as it is shown: one line, without what looks like a citation marker or scraping debris.

    The quote of the citation stays verbatim; only the statement is tidied.
    """
    return _STOP_BEFORE_COMMA.sub(",", _DEBRIS.sub("", _MARKER.sub("", " ".join(quote.split()))))


def answer_text(statements: Sequence[Statement]) -> str:
    """Return the statements as one text, each followed by the markers of its citations."""
    return " ".join(s.text + " " + "".join(f"[{n}]" for n in s.citations) for s in statements)
