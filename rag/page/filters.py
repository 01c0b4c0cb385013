"""What the next question may use: days and outlets, chosen above the question box. Knows form and settings, no index.

The form is one element that filters.js watches; what it says goes with each question, and `Rag` checks it as it does
any other filter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from rag.display import counted
from rag.page.escape import day, escape
from rag.types import DAYS, Answer

N_OUTLETS = 40
"""Outlets offered, those with most articles: what a person reads through."""

NOTHING: Mapping[str, Any] = {}
"""No filter."""


def filters_html(first: date | None, last: date | None, sources: Mapping[str, int]) -> str:
    """Return the form, closed, with nothing chosen.

    Args:
        first: First day of publication in the index; None where no article is dated.
        last: The last one.
        sources: Outlets and their numbers of articles, most first.
    """
    days = _days(first, last) if first and last else ""
    outlets = _outlets(sources) if len(sources) > 1 else ""
    if not days and not outlets:
        return ""
    return (
        '<details class="rag-filters"><summary>Filters <span class="rag-filters-now">all dates, all outlets</span>'
        f'</summary><div class="rag-filters-form">{days}{outlets}'
        '<button type="button" class="rag-filters-clear">Clear</button></div></details>'
    )


def _days(first: date, last: date) -> str:
    bounds = f'min="{first.isoformat()}" max="{last.isoformat()}"'
    span = (last - first).days
    hidden = "" if span else " hidden"  # one day leaves nothing to choose from
    return (
        f'<label>From <input type="date" name="since" {bounds}></label>'
        f'<label>Until <input type="date" name="until" {bounds}></label>'
        '<label class="rag-asof-field">As of <input type="date" name="as_of" '
        f'min="{first.isoformat()}"><input type="range" class="rag-asof-slider" min="0" max="{span}" value="{span}" '
        f'data-first="{first.isoformat()}" aria-label="As of: nothing published later is used" '
        f'aria-valuetext="{day(last)}, no limit"{hidden}></label>'
    )


def _outlets(sources: Mapping[str, int]) -> str:
    shown = list(sources.items())[:N_OUTLETS]
    boxes = "".join(
        f'<label><input type="checkbox" name="source" value="{escape(name)}"> {escape(name)} '
        f"<small>{n:,}</small></label>"
        for name, n in shown
    )
    rest = f"<small>and {counted(len(sources) - N_OUTLETS, 'outlet')} more</small>" if len(sources) > N_OUTLETS else ""
    return f'<fieldset class="rag-outlets"><legend>Outlets</legend>{boxes}{rest}</fieldset>'


def chosen(sent: object) -> dict[str, Any]:
    """Return what the browser sent as keyword arguments of `Rag.stream`; whatever is no text is left out."""
    data = sent if isinstance(sent, Mapping) else {}
    days = {name: data[name] for name in DAYS if isinstance(data.get(name), str) and data[name]}
    sources = data.get("sources")
    named = [name for name in sources if isinstance(name, str)] if isinstance(sources, list) else []
    return days | ({"sources": named} if named else {})


def asked_again(answer: Answer, filters: Mapping[str, Any]) -> str:
    """Return the query of an address that asks an answer's question again, alone, of the same articles.

    `q` is the question as it stands without the conversation, then come the days, and `sources` once for each.
    """
    as_of = {"as_of": answer.as_of.isoformat()} if answer.as_of else {}
    query = {"q": answer.standalone_question} | as_of | chosen(filters)
    return urlencode(query, doseq=True, errors="replace")
