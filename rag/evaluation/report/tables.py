"""The tables of a report: systems side by side, and every measure with its interval and its definition."""

from __future__ import annotations

from collections.abc import Sequence

from rag.evaluation.figures import Figure
from rag.evaluation.measures import BY_NAME
from rag.evaluation.report.charts import interval
from rag.evaluation.report.html import Html, tag
from rag.evaluation.report.summary import SPLIT, TILES, interval_words, value_words
from rag.evaluation.results import Results


def systems(results: Results, others: Sequence[Results]) -> Html | None:
    """Show this run beside others, a row a run; the best value of each column stands out. Nothing without others."""
    if not others:
        return None
    runs = [results, *others]
    names = [name for name in TILES if any(name in run.figures for run in runs)]
    best = {name: _best(name, runs) for name in names}
    rows = [
        tag(
            "tr",
            _system(run),
            *(_cell(name, run.figures.get(name), best[name]) for name in names),
            class_="this" if run is results else None,
        )
        for run in runs
    ]
    head = tag("tr", tag("th", "system", scope="col"), *(tag("th", name, scope="col") for name in names))
    note = (
        "Beneath each value its 95 % interval. Values whose intervals overlap may differ by chance; rag eval --compare "
        "pairs the questions and tells."
    )
    return tag(
        "section",
        tag("h2", "Side by side"),
        tag("div", tag("table", tag("thead", head), tag("tbody", *rows), class_="systems"), class_="scroll"),
        tag("p", note, class_="soft"),
    )


def _system(run: Results) -> Html:
    about = tag("span", f"{run.set_name}, {run.n_questions:,} questions", class_="soft")
    return tag("th", run.system, about, scope="row")


def _best(name: str, runs: Sequence[Results]) -> float:
    values = [run.figures[name].value for run in runs if name in run.figures]
    return min(values) if BY_NAME[name].lower_is_better else max(values)


def _cell(name: str, figure: Figure | None, best: float) -> Html:
    if figure is None:
        return tag("td", "–", class_="figure soft")
    span = interval_words(name, figure).split(SPLIT)[0]
    shown = tag("strong" if figure.value == best else "span", value_words(name, figure.value))
    return tag("td", shown, tag("span", span, class_="soft"), class_="figure")


def measures(results: Results) -> Html:
    """Show every measure with value, interval, count, and, opened, its definition."""
    rows = []
    for name, figure in results.figures.items():
        about = BY_NAME[name].about if name in BY_NAME else ""
        words = interval_words(name, figure)
        is_share = not name.startswith("latency")
        rows.append(
            tag(
                "tr",
                tag("th", tag("details", tag("summary", name), tag("p", about)), scope="row"),
                tag("td", value_words(name, figure.value), class_="figure"),
                tag("td", interval(figure.low, figure.value, figure.high, words) if is_share else None, class_="wide"),
                tag("td", words.split(SPLIT)[0], class_="figure soft"),
                tag("td", f"{figure.n:,}", class_="figure soft"),
            )
        )
    heads = (("measure", ""), ("value", "figure"), ("", "wide"), ("95 % interval", "figure"), ("n", "figure"))
    head = tag("tr", *(tag("th", name, scope="col", class_=class_ or None) for name, class_ in heads))
    return tag(
        "section",
        tag("h2", "Every measure"),
        tag("div", tag("table", tag("thead", head), tag("tbody", *rows), class_="measures"), class_="scroll"),
        tag("p", "Open a measure for its definition. n: the questions it rests on.", class_="soft"),
    )
