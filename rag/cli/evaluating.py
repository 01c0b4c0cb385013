"""`rag eval`: run a system over an evaluation set, or compare two runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import Index, Json
from rag.cli.terminal import Screen, print_json, say

if TYPE_CHECKING:
    from rag.evaluation import Comparison, EvalReport

N_MOVED_SHOWN = 40  # a screenful or two; --json has them all


def eval_(
    folder: Annotated[
        Path | None, typer.Argument(metavar="SET", help="Folder with questions.jsonl.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to write.  [default: runs/SET/SYSTEM]")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Ask only the first N.")] = None,
    system: Annotated[
        str, typer.Option("--system", metavar="NAME", help="rag, bm25, dense, or published:NAME of the set.")
    ] = "rag",
    beside: Annotated[
        list[Path] | None,
        typer.Option("--beside", metavar="DIR", help="Another run to show in the report. Repeat it for several."),
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--compare", metavar="A B", help="Compare two runs instead: B against A.", show_default=False),
    ] = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Evaluate a system on a question set, or compare two runs.

    Writes predictions.jsonl, metrics.json, scores.jsonl and report.html.
    A set with its own articles is indexed once and cached; otherwise name an index that holds them.
    An interrupted run goes on where it stopped. --compare tells which measures and questions moved.
    """
    if compare is not None:
        if folder is not None:
            raise typer.BadParameter(f"--compare takes two runs and no set, but {str(folder)!r} is given, too.")
        _compare(*compare, json)
        return
    if folder is None:
        raise typer.BadParameter("Name the folder of a set, for example: rag eval evals/seed")
    from rag.cli.progress import eval_progress
    from rag.evaluation import evaluate

    with eval_progress() as (show_adding, show_asking):
        report = evaluate(
            folder,
            index=index,
            out=out,
            limit=limit,
            system=system,
            beside=beside or (),
            say=say,
            progress=show_asking,
            add_progress=show_adding,
        )
    if json:
        from rag.forms import plain_form

        print_json(plain_form(report.results.run) | {"out": str(report.out)} | _figures(report))
    else:
        _show(Screen(), report)


def _figures(report: EvalReport) -> dict[str, object]:
    from rag.forms import plain_form

    results = report.results
    return {
        "n_questions": results.n_questions,
        "n_predicted": results.n_predicted,
        "measures": plain_form(results.figures),
        "outcomes": dict(results.outcomes),
    }


def _show(screen: Screen, report: EvalReport) -> None:
    results = report.results
    screen.line((f"{results.system} on {results.set_name}", "bold"), f", {results.n_questions:,} questions")
    for name, figure in results.figures.items():
        value, low, high = (_number(name, v) for v in (figure.value, figure.low, figure.high))
        screen.line(f"  {name:<22}", (f"{value:>8}", "bold"), f"  {low} to {high}  n = {figure.n:,}")
    screen.line("  " + ", ".join(f"{n:,} {outcome}" for outcome, n in results.outcomes.items()))
    screen.line(f"  {report.out / 'report.html'}")


def _compare(a: Path, b: Path, json: bool) -> None:
    from rag.evaluation import compare

    found = compare(a, b)
    if json:
        from rag.forms import plain_form

        differences = {name: plain_form(d) | {"value": d.value} for name, d in found.differences.items()}
        print_json({"a": str(a), "b": str(b), "differences": differences, "moved": plain_form(found.moved)})
    else:
        _show_comparison(Screen(), found, a, b)


def _show_comparison(screen: Screen, found: Comparison, a: Path, b: Path) -> None:
    screen.line(("A ", "bold"), str(a), ("  B ", "bold"), str(b))
    if found.only_a or found.only_b:
        screen.line(f"  {found.only_a:,} questions are in A alone and {found.only_b:,} in B alone; these do not count")
    for name, d in found.differences.items():
        old, new = _number(name, d.a), _number(name, d.b)
        low, high = _number(name, d.low, "+"), _number(name, d.high, "+")
        changed = d.low > 0 or d.high < 0
        screen.line(
            f"  {name:<22}{old:>8} → {new:>8}  ",
            (f"{_number(name, d.value, '+'):>8}", "bold" if changed else ""),
            f"  {low} to {high}  n = {d.n:,}, p = {d.p:.3f}",
        )
    screen.line(f"{len(found.moved):,} questions moved")
    for moved in found.moved[:N_MOVED_SHOWN]:
        screen.line(f"  {moved.id:<12} {moved.a} → {moved.b}: {moved.question}")
    if len(found.moved) > N_MOVED_SHOWN:
        screen.line(f"  … and {len(found.moved) - N_MOVED_SHOWN:,} more (--json lists them all)")


def _number(name: str, value: float, sign: str = "") -> str:
    return f"{value:{sign},.0f} ms" if name.startswith("latency") else f"{value:{sign}.3f}"
