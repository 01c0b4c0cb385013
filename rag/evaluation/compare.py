"""Two runs on the same questions: what changed, how surely, and which questions moved.

Reads what the runs left in their folders; needs neither the set nor an index.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import SetInvalid
from rag.evaluation.figures import Difference, difference
from rag.evaluation.measures import BY_NAME
from rag.evaluation.outcomes import RIGHT
from rag.evaluation.results import Results, read_results


@dataclass(frozen=True, slots=True)
class Moved:
    """A question whose outcome differs between two runs."""

    id: str
    question: str
    a: str
    b: str

    @property
    def gain(self) -> int:
        """1 where it came right, -1 where it went wrong, 0 where one wrong or right outcome became another."""
        return (self.b in RIGHT) - (self.a in RIGHT)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run B against run A.

    Attributes:
        differences: Measure name → B less A over the questions that both runs count.
        moved: The questions whose outcome differs: gone wrong first, then come right, then the others.
        only_a: Questions that only run A has.
        only_b: Questions that only run B has.
    """

    a: Results
    b: Results
    differences: Mapping[str, Difference]
    moved: tuple[Moved, ...]
    only_a: int
    only_b: int


def compare(a: str | Path, b: str | Path) -> Comparison:
    """Compare two folders that `evaluate` wrote: a paired bootstrap of each measure that both have.

    Raises:
        SetInvalid: A folder lacks the files of a finished run, or the runs share no question.
    """
    results_a, results_b = read_results(Path(a)), read_results(Path(b))
    scores_a, scores_b = _scores(Path(a)), _scores(Path(b))
    shared = [name for name in scores_a if name in scores_b]
    if not shared:
        raise SetInvalid(f"{a} and {b} have no question in common. Compare two runs on one set.")
    differences = {}
    for name, measure in BY_NAME.items():
        pairs = [
            (scores_a[q]["rows"][name], scores_b[q]["rows"][name])
            for q in shared
            if name in scores_a[q]["rows"] and name in scores_b[q]["rows"]
        ]
        rows = [(np.array(x, np.float64), np.array(y, np.float64)) for x, y in pairs]
        found = difference([x for x, _ in rows], [y for _, y in rows], measure.statistic)
        if found is not None:
            differences[name] = found
    moved = [
        Moved(q, scores_a[q]["question"], scores_a[q]["outcome"], scores_b[q]["outcome"])
        for q in shared
        if scores_a[q]["outcome"] != scores_b[q]["outcome"]
    ]
    order = {-1: 0, 1: 1, 0: 2}
    moved.sort(key=lambda m: order[m.gain])
    n_only_a, n_only_b = len(scores_a) - len(shared), len(scores_b) - len(shared)
    return Comparison(results_a, results_b, differences, tuple(moved), n_only_a, n_only_b)


def _scores(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / "scores.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        read = [json.loads(line) for line in lines if line]
        return {line["id"]: {key: line[key] for key in ("question", "outcome", "rows")} for line in read}
    except OSError as error:
        raise SetInvalid(f"{path} cannot be read: {error.strerror}. Name a folder that `rag eval` wrote.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SetInvalid(f"{path} is not what `rag eval` writes ({error!r}). Run the evaluation anew.") from error
