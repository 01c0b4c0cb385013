"""The Evaluate tab: run a question set, see its report and what moved since the last run. Knows `rag.evaluation`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.display import counted
from rag.errors import RagError, SetInvalid
from rag.page.escape import escape

if TYPE_CHECKING:
    from rag.api import Rag
    from rag.evaluation import Comparison

SETS = Path("evals")
RUNS = Path("runs")
TIMED = "latency"
"""Measures of this name are left out of what changed: what else the machine does changes them."""
N_MOVED = 30
"""Questions that moved, shown; `rag eval --compare` lists them all."""


def known_sets(folder: Path = SETS) -> list[tuple[str, str]]:
    """Return the sets in `folder` as (name with its number of questions, path), by name."""
    found = []
    for path in sorted(folder.glob("*/questions.jsonl")):
        n = sum(1 for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip())
        found.append((f"{path.parent.name} ({counted(n, 'question')})", str(path.parent)))
    return found


def run_set(
    rag: Rag, folder: str, limit: int | None, progress: Callable[[int, int], None], *, known_only: bool = False
) -> str:
    """Run the set in `folder` and return its report as HTML, beside the last run's where there was one.

    With `known_only` it must be one of `known_sets`: a visitor from elsewhere chooses no folder of this machine.

    A set with articles of its own is asked on those; another one on the articles of this page. The run before is kept
    as `last`, so that the two can be compared.
    """
    from rag.evaluation import compare, evaluate

    try:
        if not folder.strip():
            raise SetInvalid("No set is chosen. Choose one, or name a folder that has a questions.jsonl.")
        if known_only and folder not in [path for _, path in known_sets()]:
            raise SetInvalid(f"{folder} is not one of the sets offered here. Choose one of the list.")
        path = Path(folder.strip()).resolve()
        own = any(path.glob("articles.jsonl*"))
        out, last = RUNS / path.name / "page", RUNS / path.name / "last"
        if (out / "metrics.json").is_file():
            shutil.rmtree(last, ignore_errors=True)
            shutil.copytree(out, last)
        before = last if (last / "metrics.json").is_file() else None
        report = evaluate(
            path,
            index=None if own else rag,
            out=out,
            limit=limit or None,
            beside=[before] if before else (),
            progress=progress,
        )
        moved = moved_html(compare(before, out)) if before else ""
        page = (report.out / "report.html").read_text(encoding="utf-8")
    except RagError as error:
        return f'<div class="rag-notice"><strong>That didn&#39;t work.</strong> {escape(str(error))}</div>'
    return moved + framed(page)


def framed(page: str) -> str:
    """Return a report in a frame that can run its own scripts and reach nothing of this page."""
    source = page.replace("&", "&amp;").replace('"', "&quot;")
    return f'<iframe class="rag-frame" title="Evaluation report" sandbox="allow-scripts" srcdoc="{source}"></iframe>'


def moved_html(found: Comparison) -> str:
    """Return what changed since the last run: the measures that surely did, and the questions that moved."""
    sure = [
        f"<li>{escape(name)}: {d.a:.3f} → {d.b:.3f} ({d.low:+.3f} to {d.high:+.3f})</li>"
        for name, d in found.differences.items()
        if (d.low > 0 or d.high < 0) and f"{d.a:.3f}" != f"{d.b:.3f}" and not name.startswith(TIMED)
    ]
    rows = "".join(
        f"<li>{escape(m.question)} <small>{escape(m.a)} → {escape(m.b)}</small></li>" for m in found.moved[:N_MOVED]
    )
    if not sure and not found.moved:
        return '<div class="rag-moved"><p>The same as the last run.</p></div>'
    listed = f"<ul>{rows}</ul>" if rows else ""
    figures = f"<ul>{''.join(sure)}</ul>" if sure else "<p>No measure has surely changed.</p>"
    return (
        f'<details class="rag-moved"><summary>Since the last run: {counted(len(found.moved), "question")} moved'
        f"</summary>{figures}{listed}</details>"
    )
