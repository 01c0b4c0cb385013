"""The results of a run: metrics.json for people and scripts, scores.jsonl for comparing two runs question by question.

Knows the two files; computes figures, and nothing else, from judged questions.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import SetInvalid
from rag.evaluation.figures import Figure, Rows, figure
from rag.evaluation.judging import Judged
from rag.evaluation.measures import ALL
from rag.evaluation.outcomes import outcome
from rag.evaluation.predictions import UNENCODABLE

DIGITS = 6  # more than any of these figures can mean; fewer would make small differences vanish in a comparison
UNJUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Results:
    """What a run measured.

    Attributes:
        run: What the run was: set, system, versions; see `rag.evaluation.run`.
        n_questions: Questions asked of the system.
        n_predicted: Questions with a prediction; the others score 0.
        figures: Measure name → figure; a measure that applies to no question is absent.
        outcomes: How many questions had each outcome.
    """

    run: Mapping[str, Any]
    n_questions: int
    n_predicted: int
    figures: Mapping[str, Figure]
    outcomes: Mapping[str, int]

    @property
    def system(self) -> str:
        """Name of the system."""
        return str(self.run.get("system", "?"))

    @property
    def set_name(self) -> str:
        """Name of the set."""
        return str(self.run.get("set", "?"))


def measure(judged: Sequence[Judged], run: Mapping[str, Any]) -> tuple[Results, list[dict[str, Rows]]]:
    """Compute every measure that applies.

    Returns:
        The results, and for each question the rows it contributed to each measure.
    """
    contributed: list[dict[str, Rows]] = [{} for _ in judged]
    figures = {}
    for one in ALL:
        rows = one.rows(judged)
        for held, part in zip(contributed, rows, strict=True):
            if part is not None:
                held[one.name] = part
        found = figure([part for part in rows if part is not None], one.statistic)
        if found is not None:
            figures[one.name] = found
    outcomes = Counter(outcome(one) or UNJUDGED for one in judged)
    n_predicted = sum(one.prediction is not None for one in judged)
    return Results(run, len(judged), n_predicted, figures, dict(outcomes.most_common())), contributed


def write_results(
    folder: Path, results: Results, judged: Sequence[Judged], contributed: Sequence[Mapping[str, Rows]]
) -> None:
    """Write metrics.json and scores.jsonl."""
    measures = {name: {k: _rounded(v) for k, v in asdict(found).items()} for name, found in results.figures.items()}
    data = {
        **results.run,
        "n_questions": results.n_questions,
        "n_predicted": results.n_predicted,
        "measures": measures,
        "outcomes": dict(results.outcomes),
    }
    (folder / "metrics.json").write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    with (folder / "scores.jsonl").open("w", encoding="utf-8", errors=UNENCODABLE) as file:
        for one, rows in zip(judged, contributed, strict=True):
            line = {
                "id": one.question.id,
                "question": one.question.question,
                "outcome": outcome(one) or UNJUDGED,
                "rows": {name: np.round(part, DIGITS).tolist() for name, part in rows.items()},
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def read_results(path: Path) -> Results:
    """Read metrics.json back, from its own path or its folder's.

    Raises:
        SetInvalid: There is none, or it is not one.
    """
    path = path if path.suffix == ".json" else path / "metrics.json"
    data = _read_json(path)
    try:
        figures = {name: Figure(f["value"], f["n"], f["low"], f["high"]) for name, f in data["measures"].items()}
        kept = ("n_questions", "n_predicted", "measures", "outcomes")
        run = {key: value for key, value in data.items() if key not in kept}
        return Results(run, data["n_questions"], data["n_predicted"], figures, data.get("outcomes", {}))
    except (KeyError, TypeError, AttributeError) as error:
        raise SetInvalid(f"{path} is not what `rag eval` writes ({error!r}). Run the evaluation anew.") from error


def _rounded(value: float) -> float:
    return value if isinstance(value, int) else round(float(value), DIGITS)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetInvalid(f"{path} cannot be read: {error.strerror}. Name a folder that `rag eval` wrote.") from error
    except ValueError as error:
        raise SetInvalid(f"{path} is not JSON: {error}. Run the evaluation anew.") from error
