"""The column of sources beside the conversation: a chip for each citation, then each article in full, one shown."""

from __future__ import annotations

from collections.abc import Sequence

from rag.display import also_in, counted
from rag.page.article import article_html
from rag.page.escape import day, escape, link_out
from rag.page.sources import Sources, Spot
from rag.types import Copy

_GONE = {
    "changed": "This article has changed since the answer was given. The passage as it was cited:",
    "missing": "This article is no longer in the index. The passage as it was cited:",
}

_TOOLS = (
    '<button type="button" class="rag-ask-why">Why this?</button>'
    '<button type="button" class="rag-ask-wrong">Wrong sentence?</button>'
    '<button type="button" class="rag-ask-others">Who else reported this?</button>'
)


def empty_panel() -> str:
    """Return what the column shows before the first answer."""
    return (
        '<div class="rag-panel rag-blank"><h2>Sources</h2><p>Each sentence of an answer carries a number. '
        "Choose one, and the article opens here at the very sentence it rests on.</p></div>"
    )


def panel_html(sources: Sources, open_spot: str | None = None, timeline: str = "") -> str:
    """Return all sources of one answer; panel.js shows one article at a time, first that of `open_spot`.

    Args:
        sources: What the answer cites, or the closest passages.
        open_spot: Id of a spot of `sources`; its first spot by default.
        timeline: The plot of its evidence by date, as `timeline_html` makes it.
    """
    if not sources.spots:
        return (
            '<div class="rag-panel rag-blank"><h2>Sources</h2><p>Nothing in the articles comes close to this question.'
            "</p></div>"
        )
    places = {article_id: at for at, article_id in enumerate(dict.fromkeys(s.article_id for s in sources.spots))}
    known = {spot.id for spot in sources.spots}
    opened = open_spot if open_spot in known else sources.spots[0].id
    n_articles = counted(len(places), "article")
    heading = "Closest passages" if sources.abstained else "Sources"
    aside = "not an answer" if sources.abstained else n_articles
    chips = "".join(_chip(spot, places[spot.article_id], sources) for spot in sources.spots)
    sections = "".join(
        f'<section class="rag-article" data-place="{at}" hidden>{_section(sources, article_id)}</section>'
        for article_id, at in places.items()
    )
    return (
        f'<div class="rag-panel" data-key="{sources.key}" data-open="{opened}">'
        f'<div class="rag-bar"><div class="rag-bar-top"><h2>{heading} <small>{aside}</small></h2>'
        f'<span class="rag-tools">{_TOOLS if sources.key != "link" else ""}'
        f'<button type="button" class="rag-back">↑ Back to the answer</button></span></div>'
        f'<div class="rag-chips" role="group" aria-label="{heading}">{chips}</div>{timeline}</div>'
        f'<div class="rag-scroll" tabindex="0" role="region" aria-label="Article">{sections}</div></div>'
    )


def _chip(spot: Spot, place: int, sources: Sources) -> str:
    article = sources.articles.get(spot.article_id)
    about = [spot.source, day(article.published) if article else None]
    details = escape(" · ".join(part for part in about if part))
    gone = ' <em class="rag-gone">changed</em>' if spot.state == "changed" else ""
    gone = ' <em class="rag-gone">removed</em>' if spot.state == "missing" else gone
    label = escape(f"{'Passage' if spot.near else 'Source'} {spot.number}: {spot.title or 'Untitled'}")
    return (
        f'<span class="rag-chip"><button type="button" class="rag-spot" value="{spot.id}" data-place="{place}" '
        f'aria-pressed="false" aria-label="{label}" title="{label}"><b>{spot.number}</b>'
        f'<span class="rag-chip-title">{escape(spot.title or "Untitled")}</span>'
        f"<small>{details}</small>{gone}</button>{link_out(spot.link, 'Open', 'rag-out rag-chip-out')}</span>"
    )


def _section(sources: Sources, article_id: str) -> str:
    article = sources.articles.get(article_id)
    lost = [spot for spot in sources.spots if spot.article_id == article_id and spot.state != "ok"]
    if article is None:
        return _as_cited(lost)
    cited = [spot for spot in sources.spots if spot.article_id == article_id]
    return _as_cited(lost) + article_html(article, sources.spots_in(article_id), aside="".join(map(_copies, cited)))


def _copies(spot: Spot) -> str:
    """Return in which other outlets a cited sentence stands too, with links; nothing where there is none."""
    also = also_in(spot.citation, _copy) if spot.citation else ""
    return f'<p class="rag-also"><b>{spot.number}</b> {also}</p>' if also else ""


def _copy(copy: Copy, name: str) -> str:
    return link_out(copy.link, name, "rag-also-out") or escape(name)


def _as_cited(lost: Sequence[Spot]) -> str:
    if not lost:
        return ""
    quotes = "".join(
        f'<blockquote data-spots="{spot.id}" id="{spot.id}" tabindex="-1">{escape(spot.quote)}</blockquote>'
        for spot in lost
    )
    return f'<div class="rag-lost"><p>{_GONE[lost[0].state]}</p>{quotes}</div>'
