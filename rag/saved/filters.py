"""What a question may use, as text that is equal for equal filters, and as the facade takes it. Knows no file."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from rag.chain import make_constraints
from rag.types import DAYS, Constraints


def filters_text(given: Constraints) -> str:
    """Return days and sources as JSON; those that were not set are left out, sources are in order of their names."""
    form: dict[str, Any] = {name: day.isoformat() for name in DAYS if (day := getattr(given, name))}
    if given.sources:
        form["sources"] = sorted(set(given.sources))
    return json.dumps(form, ensure_ascii=False)


def filters_from(text: str) -> Constraints:
    """Read back what `filters_text` wrote.

    Raises:
        ValueError: It is no such text.
        SettingInvalid: A day in it is none.
    """
    return make_constraints(**json.loads(text))


def as_arguments(given: Constraints) -> dict[str, Any]:
    """Return the filters as keyword arguments of `Rag.ask`."""
    return {name: getattr(given, name) for name in (*DAYS, "sources")}


def in_words(given: Constraints) -> list[str]:
    """Return each filter in a few words, such as "as of 2023-06-20"."""
    shown: list[tuple[str, date | None]] = [("from", given.since), ("until", given.until), ("as of", given.as_of)]
    days = [f"{word} {day.isoformat()}" for word, day in shown if day]
    return [*days, *given.sources]
