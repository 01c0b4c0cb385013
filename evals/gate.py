"""Run our own evaluation sets and say whether a headline figure has dropped: `make evals`.

    .venv/bin/python -m evals.gate [--record] [--out DIR]

`evals/expected.json` has the recorded value of each headline figure and how far it may fall below. Tolerances absorb
what differs between processors (a CPU without bf16 computes in fp32, and a sentence at the threshold then falls on its
other side: one question is 0.003 to 0.017 of these figures) and little more: some three questions of the fewest, the
unanswerable ones. Rising is welcome; `--record` writes the new values down. Exit code 1 where a figure dropped.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag import open_index
from rag.errors import RagError, SetInvalid
from rag.evaluation import EvalReport, Figure, evaluate

HERE = Path(__file__).parent
EXPECTED = HERE / "expected.json"
SETS = ("seed", "mini")
SEEDS = HERE.parent / "seeds"
EXACT = 0.0
TOLERANCE = 0.03
"""What `--record` gives a figure that has no tolerance yet; `verbatim citations` gets 0."""
HEADLINES = (
    "questions right",
    "first citation right",
    "abstains rightly",
    "evidence F1",
    "abstention AUROC",
    "nDCG@10 of passages",
    "nDCG@10 of sentences",
    "verbatim citations",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One headline figure beside what was recorded.

    Attributes:
        figure: None where this run has no such figure.
        recorded: None where nothing is recorded.
    """

    set_name: str
    name: str
    figure: Figure | None
    recorded: float | None
    tolerance: float

    @property
    def verdict(self) -> str:
        """Say "ok", or what is wrong."""
        if self.figure is None:
            return "MISSING from this run"
        if self.recorded is None:
            return "NOT RECORDED"
        # Half of the last digit recorded: a value is no drop from itself.
        return "ok" if self.figure.value >= self.recorded - self.tolerance - 5e-5 else "DROPPED"


def main(arguments: list[str] | None = None) -> int:
    """Run; return the exit code."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--record", action="store_true", help="write this run's values down as the expected ones")
    options.add_argument("--out", type=Path, default=Path("runs"), help="where the reports go")
    asked = options.parse_args(arguments)
    try:
        expected = {} if asked.record and not EXPECTED.exists() else read_expected(EXPECTED)
        reports = {name: run(name, asked.out / name / "rag") for name in SETS}
    except RagError as error:
        print(error, file=sys.stderr)
        return 1
    measured = {name: report.results.figures for name, report in reports.items()}
    if asked.record:
        EXPECTED.write_text(json.dumps(recorded(measured, expected), indent=2) + "\n", encoding="utf-8")
        expected = read_expected(EXPECTED)
    lines = list(compared(measured, expected))
    print(table(lines))
    bad = [line for line in lines if line.verdict != "ok"]
    if bad:
        where = ", ".join(str(reports[name].out / "report.html") for name in {line.set_name for line in bad})
        print(
            f"\n{len(bad)} of {len(lines)} figures are not as recorded. Look at what went wrong in {where}. "
            "If it is meant to be so, run `.venv/bin/python -m evals.gate --record` and say why in the commit."
        )
    return 1 if bad else 0


def run(name: str, out: Path) -> EvalReport:
    """Evaluate one set: `seed` on the starter article, others on their own articles."""
    if name != "seed":
        return evaluate(HERE / name, out=out, say=tell)
    with tempfile.TemporaryDirectory() as folder:
        rag = open_index(folder)
        rag.add(SEEDS)
        return evaluate(HERE / name, index=rag, out=out, say=tell)


def tell(message: str) -> None:
    """Write a message for people to standard error."""
    print(message, file=sys.stderr, flush=True)


def read_expected(path: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Read the recorded values: set → figure → `value` and `tolerance`.

    Raises:
        SetInvalid: The file is absent or not of this form.
    """
    again = "Run `.venv/bin/python -m evals.gate --record` to write it anew."
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SetInvalid(f"{path} cannot be read: {error}. {again}") from error
    for set_name, figures in _items(data, str(path), again):
        for name, entry in _items(figures, f"{path}, {set_name!r}", again):
            for key in ("value", "tolerance"):
                number = entry.get(key) if isinstance(entry, dict) else None
                if not isinstance(number, int | float) or isinstance(number, bool):
                    raise SetInvalid(f"{path}, {set_name!r}, {name!r}: {key!r} is {number!r}, not a number. {again}")
    out: dict[str, dict[str, dict[str, float]]] = data
    return out


def _items(data: Any, where: str, again: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(data, dict):
        raise SetInvalid(f"{where} is {type(data).__name__}, not an object. {again}")
    yield from data.items()


def compared(
    measured: Mapping[str, Mapping[str, Figure]], expected: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> Iterator[Line]:
    """Put every headline figure that was measured or recorded beside the other."""
    for set_name in dict.fromkeys([*measured, *expected]):
        figures, known = measured.get(set_name, {}), expected.get(set_name, {})
        for name in dict.fromkeys([*HEADLINES, *known]):
            if name in figures or name in known:
                entry = known.get(name, {})
                yield Line(set_name, name, figures.get(name), entry.get("value"), entry.get("tolerance", TOLERANCE))


def recorded(
    measured: Mapping[str, Mapping[str, Figure]], expected: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> dict[str, dict[str, dict[str, float]]]:
    """Return what to write down: this run's values with the tolerances known so far."""

    def tolerance(set_name: str, name: str) -> float:
        usual = EXACT if name == "verbatim citations" else TOLERANCE
        return expected.get(set_name, {}).get(name, {}).get("tolerance", usual)

    return {
        set_name: {
            name: {"value": round(figures[name].value, 4), "tolerance": tolerance(set_name, name)}
            for name in HEADLINES
            if name in figures
        }
        for set_name, figures in measured.items()
    }


def table(lines: list[Line]) -> str:
    """Return the lines as text, a row a figure."""
    rows = [f"{'set':6} {'figure':22} {'value':>6}  {'95 % interval':16} {'n':>4}  {'recorded':>8}  {'may fall':>8}"]
    for line in lines:
        f = line.figure
        value = f"{f.value:6.3f}  [{f.low:.3f}, {f.high:.3f}]   {f.n:>4}" if f else f"{'–':>6}  {'':16} {'':>4}"
        known = f"{line.recorded:8.3f}" if line.recorded is not None else f"{'–':>8}"
        rows.append(f"{line.set_name:6} {line.name:22} {value}  {known}  {line.tolerance:8.2f}  {line.verdict}")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
