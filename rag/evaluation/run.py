"""Runs a system over a set: predictions as they come, then figures and the report.

Knows the order of things and which files a run leaves; how each is made is told elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.api import AddProgress, Rag, open_index
from rag.errors import QuestionInvalid, SettingInvalid
from rag.evaluation.gold import locate
from rag.evaluation.judging import judge
from rag.evaluation.predictions import Prediction, PredictionFile
from rag.evaluation.questions import Question
from rag.evaluation.report import write_report
from rag.evaluation.results import Results, measure, read_results, write_results
from rag.evaluation.sets import EvalSet, open_set_index, read_set
from rag.evaluation.systems import System, system_by_name
from rag.settings import load_settings

Say = Callable[[str], None]

PREDICTING = (".py", ".json", ".bin", ".xml", ".npz")
"""Code, settings, the networks' weights and shapes, and the ranges that the encoder is quantised by."""
NOT_PREDICTING = ("cli/", "page/", "evaluation/measures/", "evaluation/report/")


@dataclass(frozen=True, slots=True)
class EvalReport:
    """Where a run's files are, and its results."""

    out: Path
    results: Results


def evaluate(
    folder: str | Path,
    *,
    index: str | Path | Rag | None = None,
    out: str | Path | None = None,
    limit: int | None = None,
    system: str | System = "rag",
    beside: Sequence[str | Path] = (),
    say: Say = lambda _: None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    add_progress: Callable[[AddProgress], None] | None = None,
) -> EvalReport:
    """Evaluate a system on the set in `folder`; write predictions.jsonl, metrics.json, scores.jsonl and report.html.

    An interrupted run goes on where it stopped. Where anything that can change a prediction has changed (the questions,
    the index, the system, this package's code) it begins anew.

    Args:
        folder: The set: questions.jsonl and, unless `index` is given, its articles.
        index: Where to search instead of in the set's own articles: a folder, or an open index.
        out: Where to write; default runs/<set>/<system>.
        limit: Ask only the first so many questions.
        system: "rag", "bm25", "dense", "published:<name>", or anything with the protocol `System`.
        beside: Folders of other runs (or their metrics.json) to show beside this one in the report.
        say: Called with messages for people.
        progress: Called with (questions done, questions in all).
        add_progress: Called while the set's articles are indexed.

    Raises:
        SetInvalid: The set is broken; the message names file, line, key and value, and nothing was done yet.
        SettingInvalid: There is no such system, or `limit` is below 1.
        IndexNotFound: There is no index in `index`.
    """
    if limit is not None and limit < 1:
        raise SettingInvalid(f"limit is {limit}; at least one question must be asked. Leave it away to ask all.")
    evalset = read_set(folder)
    others = [read_results(Path(path)) for path in beside]  # before the work: a wrong name is told at once
    if isinstance(system, str):
        system = system_by_name(system, lambda: _open(evalset, index, say, add_progress), evalset.questions)
    golds = locate(evalset, system.source)
    questions = evalset.questions[:limit]
    folder_out = Path(out) if out is not None else Path("runs") / evalset.name / system.name.replace(":", "-")
    run = run_of(evalset, system)
    predictions = _predict(questions, system, folder_out, run, say, progress)
    judged = judge(questions, golds, predictions, system.source, system.answers)
    results, contributed = measure(judged, run | made())
    write_results(folder_out, results, judged, contributed)
    write_report(folder_out / "report.html", results, judged, others)
    return EvalReport(folder_out, results)


def run_of(evalset: EvalSet, system: System) -> dict[str, Any]:
    """Describe a run: everything that decides its predictions."""
    return {
        "set": evalset.name,
        "set_digest": evalset.digest,
        "system": system.name,
        "version": system.version,
        "generation": system.generation,
        "articles": system.contents,
        "code": code_digest(),
    }


def made() -> dict[str, Any]:
    """Say when and on what machine: what latency depends on, and predictions do not."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return {"made": datetime.now(UTC).date().isoformat(), "machine": machine}


def code_digest(root: Path = Path(__file__).parent.parent) -> str:
    """Digest the files of the package in `root`, without those that no prediction depends on."""
    total = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix in PREDICTING and not name.startswith(NOT_PREDICTING):
            total.update(name.encode() + b"\0" + path.read_bytes())
    return "sha256:" + total.hexdigest()


def _open(evalset: EvalSet, index: str | Path | Rag | None, say: Say, add_progress: Any) -> Rag:
    if isinstance(index, str | Path):
        opened = open_index(index)
        opened.snapshot()  # IndexNotFound now, not at the first question
        return opened
    if index is not None:
        return index  # or what stands for one: a server counts its questions
    return open_set_index(evalset, load_settings(), progress=add_progress, say=say)


def _predict(
    questions: Sequence[Question],
    system: System,
    out: Path,
    run: dict[str, Any],
    say: Say,
    progress: Callable[[int, int], None],
) -> dict[str, Prediction]:
    """Return the predictions by question id, those of an interrupted run and new ones."""
    with PredictionFile(out, run) as file:
        if file.note:
            say(file.note)
        for done, question in enumerate(questions):
            progress(done, len(questions))
            if question.id in file.known:
                continue
            try:
                file.add(question, system.predict(question))
            except QuestionInvalid as error:
                say(f"question {question.id!r} has no prediction and scores 0: {error}")
        progress(len(questions), len(questions))
        return file.known
