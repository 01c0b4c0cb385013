"""The evidence of an answer on a line of dates, as SVG: what was cited, and what else was read. Knows nouns only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from rag.page.escape import day, escape
from rag.page.sources import Sources
from rag.types import Answer, Article

WIDTH, HEIGHT, MARGIN, BASE = 560, 64, 26, 40
MIN_DAYS = 2
"""Different days from which on a line tells more than the dates beside the titles."""
N_TICKS = 4
RADIUS = 4.0, 8.0
"""Of a dot: of a sentence that hardly answers, and of one that surely does."""


def timeline_html(answer: Answer, sources: Sources, articles: Mapping[str, Article]) -> str:
    """Return the plot; nothing where all evidence is of one day.

    Args:
        answer: Its evidence is drawn, the cited sentences with their numbers.
        sources: Where its markers lead.
        articles: The articles of the evidence by id; those without a date are left out.
    """
    published = {a.id: a.published for a in articles.values() if a.published}
    cited = {(s.article_id, s.start): s for s in sources.spots if s.article_id in published}
    others = [e for e in answer.evidence if e.article_id in published]
    days = {published[s.article_id] for s in cited.values()} | {published[e.article_id] for e in others}
    if len(days) < MIN_DAYS:
        return ""
    first, last = min(days), max(days)
    lines = [
        f'<svg class="rag-timeline" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="Evidence by date, {day(first)} to {day(last)}">',
        f'<line class="rag-axis" x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{BASE}" y2="{BASE}"/>',
        *_ticks(first, last),
    ]
    for evidence in others:
        radius = RADIUS[0] + (RADIUS[1] - RADIUS[0]) * evidence.score
        title = escape(f"{articles[evidence.article_id].title or 'Untitled'}, {day(published[evidence.article_id])}")
        x = _x(published[evidence.article_id], first, last)
        lines.append(f'<circle class="rag-read" cx="{x}" cy="{BASE}" r="{radius:.1f}"><title>{title}</title></circle>')
    stacked: dict[float, int] = {}
    for spot in cited.values():
        x = _x(published[spot.article_id], first, last)
        level = stacked[x] = stacked.get(x, -1) + 1
        title = escape(f"{spot.number}: {spot.title or 'Untitled'}, {day(published[spot.article_id])}")
        lines.append(
            f'<g class="rag-cited"><title>{title}</title><circle cx="{x}" cy="{BASE - 16 * level}" r="8"/>'
            f'<text x="{x}" y="{BASE - 16 * level + 3.5}">{spot.number}</text></g>'
        )
    return "".join([*lines, "</svg>"])


def _ticks(first: date, last: date) -> Sequence[str]:
    span = (last - first).days
    n = min(N_TICKS, span)
    days = sorted({first + timedelta(days=round(span * i / n)) for i in range(n + 1)})
    return [
        f'<text class="rag-tick" x="{_x(tick, first, last)}" y="{BASE + 20}">{tick.day} {tick:%b %Y}</text>'
        for tick in days
    ]


def _x(at: date, first: date, last: date) -> float:
    share = (at - first).days / max(1, (last - first).days)
    return round(MARGIN * 2 + (WIDTH - 4 * MARGIN) * share, 1)
