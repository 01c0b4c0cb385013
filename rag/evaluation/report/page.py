"""The report: one HTML file that needs no network and runs no code but its own."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from rag.evaluation.judging import Judged
from rag.evaluation.predictions import UNENCODABLE
from rag.evaluation.report.html import Html, join, raw, tag
from rag.evaluation.report.plots import plots
from rag.evaluation.report.questions import questions
from rag.evaluation.report.summary import failures, header, outcome_bar, tiles, verdict
from rag.evaluation.report.tables import measures, systems
from rag.evaluation.results import Results

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""Content security policy: whatever an article's text may hold, the browser loads nothing."""


def report_page(results: Results, judged: Sequence[Judged], others: Sequence[Results] = ()) -> Html:
    """Make the whole page."""
    title = f"{results.system} on {results.set_name}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", _asset("report.css")),
    )
    drawn = plots(judged)
    body = tag(
        "main",
        header(results),
        tag("section", verdict(results), outcome_bar(results), tiles(results)),
        systems(results, others),
        failures(judged),
        tag("section", tag("h2", "Plots"), drawn) if drawn != tag("div", class_="plots") else None,
        questions(judged),
        measures(results),
    )
    script = tag("script", _asset("report.js"))
    return join([raw("<!doctype html>\n"), tag("html", head, tag("body", body, script), lang="en")])


def write_report(path: Path, results: Results, judged: Sequence[Judged], others: Sequence[Results] = ()) -> None:
    """Write the page to `path`."""
    page = report_page(results, judged, others)
    path.write_text(page + "\n", encoding="utf-8", errors=UNENCODABLE)


def _asset(name: str) -> Html:
    return raw(files("rag.evaluation.report").joinpath(name).read_text(encoding="utf-8"))
