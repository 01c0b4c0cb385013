"""What a system says to one question, as a line of predictions.jsonl; and that file, written as a run goes on.

A line is an answer in DESIGN.md's form with `id`, `choice` where the question has choices, and `passages`: what was
retrieved, best first. A system that only chooses (a published prediction) has `id`, `question` and `choice` alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from rag.answer_json import answer_from_json, answer_to_json
from rag.errors import AnswerInvalid
from rag.evaluation.gold import Span
from rag.evaluation.questions import Question
from rag.types import Answer

UNENCODABLE = "backslashreplace"  # a lone surrogate of an article becomes \udXXX, which is how JSON writes it


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a system says to one question.

    Attributes:
        answer: None from a system that only chooses.
        choice: Position of the choice, from 0; None where there is nothing to choose or nothing was chosen.
        passages: Where the passages that were retrieved stand, best first.
    """

    answer: Answer | None = None
    choice: int | None = None
    passages: tuple[Span, ...] = ()


def prediction_to_json(question: Question, prediction: Prediction) -> dict[str, Any]:
    """Return the line of predictions.jsonl."""
    line: dict[str, Any] = {"id": question.id}
    if question.choices:
        line["choice"] = prediction.choice
    if prediction.answer is None:
        return line | {"question": question.question}
    passages = [{"article_id": span.article_id, "start": span.start, "end": span.end} for span in prediction.passages]
    return line | answer_to_json(prediction.answer) | {"passages": passages}


def prediction_from_json(data: Mapping[str, Any]) -> tuple[str, Prediction]:
    """Read a line back: the question's id and what was said to it.

    Raises:
        AnswerInvalid: It is not such a line.
    """
    try:
        name, choice = data["id"], data.get("choice")
        passages = tuple(Span(p["article_id"], p["start"], p["end"]) for p in data.get("passages", ()))
    except (KeyError, TypeError) as error:
        raise AnswerInvalid(f"A prediction lacks {error}. Run the evaluation anew.") from error
    if not isinstance(name, str) or not (choice is None or isinstance(choice, int)):
        raise AnswerInvalid(f"A prediction has id {name!r} and choice {choice!r}. Run the evaluation anew.")
    return name, Prediction(answer_from_json(data) if "statements" in data else None, choice, passages)


class PredictionFile:
    """predictions.jsonl of a run, with what the run is in run.json beside it.

    Opening one that was begun by the same run gives back what it has; a torn last line is dropped. One that was begun
    by another run (other questions, other articles, another system, other code) is begun anew.
    """

    def __init__(self, folder: Path, run: Mapping[str, Any]) -> None:
        """Open it in `folder`, which is made where needed.

        Attributes:
            known: What is in the file, by question id.
            note: What was found there, in words; empty where nothing was.
        """
        self.path = folder / "predictions.jsonl"
        self._run_path = folder / "run.json"
        self.known: dict[str, Prediction] = {}
        self.note = ""
        folder.mkdir(parents=True, exist_ok=True)
        changed = _changed(self._run_path, run)
        if self.path.exists() and changed:
            self.note = f"{self.path} is of another run ({', '.join(changed)} differs); starting anew"
        if changed:
            self.path.write_bytes(b"")
            self._run_path.write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")
        else:
            self._read()

    def __enter__(self) -> PredictionFile:
        self._file = self.path.open("a", encoding="utf-8", errors=UNENCODABLE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, question: Question, prediction: Prediction) -> None:
        """Append one prediction; once this returns, a killed run has it."""
        self._file.write(json.dumps(prediction_to_json(question, prediction), ensure_ascii=False) + "\n")
        self._file.flush()
        self.known[question.id] = prediction

    def _read(self) -> None:
        """Read what is whole; cut the file off after it."""
        data = self.path.read_bytes() if self.path.exists() else b""
        whole = 0
        for line in data.splitlines(keepends=True):
            read = _parse(line)
            if read is None:
                break
            self.known[read[0]] = read[1]
            whole += len(line)
        if whole < len(data):
            with self.path.open("r+b") as file:
                file.truncate(whole)
        if self.known:
            self.note = f"{len(self.known):,} predictions of this run are in {self.path} already; going on from there"


def _parse(line: bytes) -> tuple[str, Prediction] | None:
    """Read one line; None where it is torn."""
    if not line.endswith(b"\n"):
        return None
    try:
        return prediction_from_json(json.loads(line))
    except (ValueError, AnswerInvalid):
        return None


def _changed(path: Path, run: Mapping[str, Any]) -> list[str]:
    """Name what differs between the run recorded at `path` and this one; everything where none is recorded."""
    try:
        recorded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return list(run)
    if not isinstance(recorded, dict):
        return list(run)
    return [key for key in run if recorded.get(key) != run[key]]
