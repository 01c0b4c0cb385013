"""Who else reported a cited sentence, as the page shows it: by outlet, each report a way into its article.

The handlers that `app.py` wires to the sources and to what stands below them. Knows the Rag, and Gradio's events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import gradio as gr

from rag.display import counted
from rag.errors import RagError
from rag.page.answer import notice_html, working_html
from rag.page.escape import escape, time_tag
from rag.page.exchange import Conversation
from rag.page.inspection import Inspection, linked_panel

if TYPE_CHECKING:
    from rag.api import Rag
    from rag.support.corroboration import Corroboration, Report

NOBODY = "Nobody else among the articles."


def others_html(found: Corroboration, spot: str) -> str:
    """Return who else reports a sentence, by outlet, that with the best report first.

    Args:
        found: The reports, best first.
        spot: Id of the citation that was asked about; a button leads back to it.
    """
    outlets: dict[str, list[Report]] = {}
    for report in found.reports:
        outlets.setdefault(report.citation.source or "Without an outlet", []).append(report)
    body = "".join(_outlet(name, reports) for name, reports in outlets.items()) or f"<p>{NOBODY}</p>"
    back = (
        f'<button type="button" class="rag-spot rag-return" value="{escape(spot)}">Back to the cited sentence</button>'
    )
    return (
        '<div class="rag-why rag-others" tabindex="0" role="region" aria-label="Who else reported this">'
        f"<h3>Who else reported this {back if outlets else ''}</h3>{body}</div>"
    )


def _outlet(name: str, reports: Sequence[Report]) -> str:
    rows = "".join(map(_row, reports))
    return f"<h4>{escape(name)} <small>{counted(len(reports), 'article')}</small></h4><ol>{rows}</ol>"


def _row(report: Report) -> str:
    citation = report.citation
    when = [time_tag(citation.published), escape(days_in_words(report.days))]
    said = [*when, "word for word"] if report.verbatim else when
    return (
        f'<li><button type="button" class="rag-other" data-article="{escape(citation.article_id)}" '
        f'value="{citation.sentences[0]}"><q>{escape(citation.quote)}</q>'
        f"<cite>{escape(citation.title or 'Untitled')}</cite></button>"
        f"<small>{' · '.join(part for part in said if part)}</small></li>"
    )


def days_in_words(days: int | None) -> str:
    """Say how much earlier or later a report is; nothing where that is not known."""
    if days is None:
        return ""
    if days == 0:
        return "the same day"
    return f"reported {'later' if days > 0 else 'earlier'} by {counted(abs(days), 'day')}"


class Corroborating:
    """What the page does when somebody asks who else reported a sentence; one for all visitors."""

    def __init__(self, rag: Rag) -> None:
        self.rag = rag

    def others(self, conversation: Conversation, event: gr.EventData) -> Iterator[str]:
        """Find who else reports the citation that is open; says so while it looks."""
        spot = str(event.spot)
        try:
            key, _, cited = Inspection(self.rag).opened(conversation, spot)
            if cited is None:
                yield ""
                return
            filters = next(exchange.filters for exchange in conversation if exchange.key == key)
            yield f'<div class="rag-why rag-others">{working_html("Reading the other articles")}</div>'
            yield others_html(self.rag.corroborate(cited.article_id, cited.sentence, **filters), spot)
        except RagError as error:
            yield notice_html(str(error))

    def open_other(self, event: gr.EventData) -> str:
        """Return the panel with a report's article, opened at its sentence."""
        return linked_panel(self.rag, str(event.article), str(event.sentence))
