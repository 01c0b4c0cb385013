"""`rag status`, `rag check` and `rag rebuild`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.options import Index, Json, open_rag
from rag.cli.terminal import Screen, print_json
from rag.display import counted
from rag.forms import plain_form

if TYPE_CHECKING:
    from rag.index import CheckReport

N_NAMED = 10  # sources are counted by name, and a large index has hundreds


def status(index: Index = None, json: Json = False) -> None:
    """Say what is in the index, and how it was built."""
    rag = open_rag(index)
    form = plain_form(rag.status())
    if speeds := rag.speeds():
        form["speeds"] = plain_form(speeds)
    if json:
        print_json(form)
    else:
        _show_status(Screen(), form)


def check(
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild what is damaged and can be rebuilt.")] = False,
    index: Index = None,
    json: Json = False,
) -> None:
    """Check that the index is whole; exit with 1 where it is not."""
    report = open_rag(index).check(repair=repair)
    if json:
        print_json({"ok": report.ok} | plain_form(report))
    else:
        _show_check(Screen(), report)
    if not report.ok:
        raise typer.Exit(1)


def _show_check(screen: Screen, report: CheckReport) -> None:
    for problem in report.repaired:
        screen.paragraph(f"repaired: {problem}", style="green")
    for problem in report.problems:
        screen.paragraph(f"problem: {problem}", style="red")
    verdict = "whole" if report.ok else "damaged"
    size = f"{counted(report.n_articles, 'article')}, {counted(report.n_passages, 'passage')}"
    screen.line(f"{verdict}: {size}; generation {report.generation}")


def rebuild(
    encoder: Annotated[
        str | None, typer.Option("--encoder", metavar="NAME", help="Encode everything anew with this encoder.")
    ] = None,
    views: Annotated[
        bool, typer.Option("--views", help="Rebuild the search structures only, without encoding anything.")
    ] = False,
    index: Index = None,
    json: Json = False,
) -> None:
    """Encode all articles anew and rebuild the search structures.

    With --views only the search structures, from the vectors that are there.
    """
    from rag.cli.progress import progress

    if views and encoder:
        raise typer.BadParameter("--views encodes nothing, so --encoder has nothing to do. Give one of them.")
    rag = open_rag(index)
    with progress() as show_progress:
        rag.rebuild(encoder, views_only=views, progress=show_progress)
    form = {"n_articles": rag.n_articles, "generation": rag.generation}
    if json:
        print_json(form)
    else:
        Screen().line(f"rebuilt: {counted(rag.n_articles, 'article')}; generation {rag.generation}")


def _show_status(screen: Screen, form: dict[str, Any]) -> None:
    """Print a report field by field; what a field holds by name stands below it, the first ten."""
    for name, value in form.items():
        label = name.removeprefix("n_").removesuffix("_bytes").replace("_", " ")
        if not isinstance(value, dict):
            screen.line(f"{label}: ", (_size(value) if name.endswith("_bytes") else _words(value), "cyan"))
            continue
        screen.line(f"{label}:", "" if value else " none")
        for inner, part in list(value.items())[:N_NAMED]:
            screen.line(f"  {inner}: ", (_words(part), "cyan"))
        if len(value) > N_NAMED:
            screen.line(f"  … and {len(value) - N_NAMED:,} more (--json lists them all)")


def _words(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _size(n_bytes: int) -> str:
    size = float(n_bytes)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"
