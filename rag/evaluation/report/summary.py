"""The top of a report: what was run, how well it went in a sentence, and where it fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from rag.evaluation.figures import Figure
from rag.evaluation.judging import Judged
from rag.evaluation.outcomes import RIGHT, WRONG, Outcome, Stage, outcome, stage
from rag.evaluation.report.html import Html, join, slug, tag
from rag.evaluation.results import UNJUDGED, Results

TILES = (
    "questions right", "choice accuracy", "answer recall", "evidence F1", "verbatim citations", "nDCG@10 of passages",
    "abstention AUROC", "latency p50",
)  # fmt: skip
"""The figures that a reader looks for first, in this order."""

SPLIT = "; "  # between an interval and what it rests on
N_KINDS = 10  # kinds shown at once: the worst ones are what is looked for
ORDER: tuple[str, ...] = ("right", "rightly abstained", "incomplete", *WRONG, UNJUDGED)


def value_words(name: str, value: float) -> str:
    """Write a measure's value: a share with three decimals, or milliseconds."""
    return f"{value:,.0f} ms" if name.startswith("latency") else f"{value:.3f}"


def interval_words(name: str, figure: Figure) -> str:
    """Write a figure's interval and what it rests on."""
    if name.startswith("latency"):
        return f"{figure.low:,.0f} to {figure.high:,.0f} ms{SPLIT}n = {figure.n:,}"
    return f"{figure.low:.3f} to {figure.high:.3f}{SPLIT}n = {figure.n:,}"


def header(results: Results) -> Html:
    """Say what was run, on what, when."""
    run = results.run
    facts = [f"{results.n_questions:,} questions"]
    if results.n_predicted < results.n_questions:
        facts.append(f"{results.n_questions - results.n_predicted:,} without a prediction (these score 0)")
    facts += [str(run[key]) for key in ("version", "made", "machine") if run.get(key)]
    return tag(
        "header",
        tag("p", "Evaluation", class_="eyebrow"),
        tag("h1", f"{results.system} on {results.set_name}"),
        tag("p", " · ".join(facts), class_="soft"),
    )


def verdict(results: Results) -> Html | None:
    """Say in one sentence how many come out right and what goes wrong most often."""
    right = results.figures.get("questions right")
    if right is None:
        return None
    wrong = [(name, results.outcomes[name]) for name in WRONG if results.outcomes.get(name)]
    wrong.sort(key=lambda item: -item[1])
    words = [
        f"{right.value:.0%} of {right.n:,} questions come out right",
        f" (95 % interval {right.low:.0%} to {right.high:.0%}).",
    ]
    if wrong:
        words.append(" What goes wrong: " + ", ".join(f"{name} ({n:,})" for name, n in wrong) + ".")
    return tag("p", *words, class_="verdict")


def tiles(results: Results) -> Html:
    """Show the headline figures with their intervals."""
    shown = [(name, results.figures[name]) for name in TILES if name in results.figures]
    return tag(
        "div",
        *(
            tag(
                "div",
                tag("span", name, class_="name"),
                tag("strong", value_words(name, found.value)),
                *(
                    tag("span", part, class_="soft")
                    for part in interval_words(name, results.figures[name]).split(SPLIT)
                ),
                class_="tile",
            )
            for name, found in shown
        ),
        class_="tiles",
    )


def outcome_bar(results: Results) -> Html:
    """Show the share of each outcome; its names are the filters of the list of questions."""
    total = sum(results.outcomes.values()) or 1
    present = [name for name in ORDER if results.outcomes.get(name)]
    parts = []
    for name in present:
        n = results.outcomes[name]
        parts.append(tag("span", class_=f"part o-{slug(name)}", style=f"flex-grow:{n}", title=f"{name}: {n}"))
    legend = [
        tag(
            "a",
            tag("span", class_=f"swatch o-{slug(name)}"),
            tag("span", name),
            tag("span", f"{results.outcomes[name]:,} · {results.outcomes[name] / total:.0%}", class_="soft"),
            href="#questions",
            data_show=name,
        )
        for name in present
    ]
    return join([tag("div", *parts, class_="outcomes"), tag("div", *legend, class_="legend")])


def failures(judged: Sequence[Judged]) -> Html | None:
    """Show how far the gold got, and how each kind of question fares; nothing where neither is known."""
    tables = [table for table in (_stages(judged), _kinds(judged)) if table is not None]
    if not tables:
        return None
    return tag("section", tag("h2", "Where it fails"), tag("div", *tables, class_="pair"))


def _stages(judged: Sequence[Judged]) -> Html | None:
    counts = Counter(found for one in judged if (found := stage(one)) is not None)
    total = sum(counts.values())
    if not total:
        return None
    left = total
    rows = [_bar_row("questions with gold sentences", total, total)]
    words = (
        "article among the first 10",
        "passage among the first 10",
        "sentence among the 10 best",
        "stated and cited",
    )
    for name, lost in zip(words, get_args(Stage), strict=False):
        left -= counts[lost]
        rows.append(_bar_row(name, left, total))
    note = "Where the bar shortens, that step loses it. Before the last step the system may also choose to abstain."
    table = tag("table", tag("tbody", *rows), class_="bars")
    return tag("div", tag("h3", "How far the gold sentence gets"), table, tag("p", note, class_="soft"))


def _bar_row(name: object, n: int, total: int, figure: str | None = None) -> Html:
    share = n / total if total else 0.0
    fill = tag("span", class_="fill", style=f"width:{100 * share:.1f}%")
    return tag(
        "tr",
        tag("th", name, scope="row"),
        tag("td", tag("span", fill, class_="track")),
        tag("td", figure or f"{n:,}", class_="figure"),
    )


def _kinds(judged: Sequence[Judged]) -> Html | None:
    found: dict[str, list[Outcome]] = {}
    for one in judged:
        if one.question.kind and (what := outcome(one)) is not None:
            found.setdefault(one.question.kind, []).append(what)
    if len(found) < 2:
        return None
    counts = [(sum(one in RIGHT for one in all_), len(all_), kind) for kind, all_ in found.items()]
    rows = [
        _bar_row(tag("a", kind, href="#questions", data_kind=kind), n, total, f"{n / total:.0%} of {total:,}")
        for n, total, kind in sorted(counts, key=lambda row: (row[0] / row[1], -row[1], row[2]))
    ]
    worst, rest = rows[:N_KINDS], rows[N_KINDS:]
    more = tag("details", tag("summary", f"{len(rest)} more"), tag("table", tag("tbody", *rest), class_="bars"))
    return tag(
        "div",
        tag("h3", "Right, by kind of question, worst first"),
        tag("table", tag("tbody", *worst), class_="bars"),
        more if rest else None,
    )
