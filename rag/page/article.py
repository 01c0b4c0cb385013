"""One article in full, with its marks. Every slice is cut by offsets first and escaped after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.display import counted
from rag.page.escape import escape, link_out, time_tag
from rag.page.sources import Spot
from rag.types import Article

DOT = '<span class="rag-dot" aria-hidden="true"> · </span>'
_PARAGRAPH = re.compile(r"[^\n]*[^\s][^\n]*")


def byline(article: Article) -> str:
    """Return source, section, date and authors on one line."""
    parts = [escape(part) for part in (article.source, article.section) if part]
    parts.append(time_tag(article.published))
    if article.authors:
        parts.append("by " + escape(", ".join(article.authors)))
    return DOT.join(parts)


def article_html(article: Article, spots: Sequence[Spot] = (), *, aside: str = "") -> str:
    """Return title, byline, link out and the whole text, each of `spots` marked where it stands.

    Args:
        article: The article.
        spots: Places in its text.
        aside: HTML that stands below the byline.
    """
    out = link_out(article.url, "Read at the source")
    paragraphs = "".join(f"<p>{body}</p>" for body in _paragraphs(article.text, spots))
    words = counted(len(article.text.split()), "word")
    return (
        f'<header class="rag-head"><h2 class="rag-title">{escape(article.title or "Untitled")}</h2>'
        f'<div class="rag-byline">{byline(article)}{DOT}{words}</div>{aside}'
        f'{out}</header><div class="rag-text" lang="en">{paragraphs}</div>'
    )


def pieces(start: int, end: int, spots: Sequence[Spot]) -> Iterator[tuple[int, int, tuple[Spot, ...]]]:
    """Cut [start, end) wherever a spot begins or ends.

    Yields:
        start, end and the spots that cover that piece, in order; the pieces join up to [start, end) exactly.
    """
    near = [spot for spot in spots if spot.start < end and spot.end > start]
    cuts = {start, end, *(cut for spot in near for cut in (spot.start, spot.end) if start < cut < end)}
    for left, right in pairwise(sorted(cuts)):
        yield left, right, tuple(spot for spot in near if spot.start <= left and spot.end >= right)


def _paragraphs(text: str, spots: Sequence[Spot]) -> Iterator[str]:
    placed: set[str] = set()
    for match in _PARAGRAPH.finditer(text):
        cut = pieces(match.start(), match.end(), spots)
        yield "".join(_piece(text[left:right], right, covering, placed) for left, right, covering in cut)


def _piece(piece: str, end: int, covering: Sequence[Spot], placed: set[str]) -> str:
    if not covering:
        return escape(piece)
    new = [spot.id for spot in covering if spot.id not in placed]
    placed.update(new)
    identity = f' id="{new[0]}"' if new else ""
    # a second spot that starts at the same place needs an anchor of its own for its id
    anchors = "".join(f'<span id="{other}"></span>' for other in new[1:])
    # the number stands once, after the spot's last piece; in an attribute, so that the mark's text is the quote alone
    numbers = ",".join(str(spot.number) for spot in covering if spot.end == end)
    label = f' data-number="{numbers}"' if numbers else ""
    kind = " rag-near" if all(spot.near for spot in covering) else ""
    names = " ".join(spot.id for spot in covering)
    attributes = f'class="rag-mark{kind}" tabindex="-1" data-spots="{names}"{identity}{label}'
    return f"<mark {attributes}>{anchors}{escape(piece)}</mark>"
