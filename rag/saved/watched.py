"""Saved questions, each with the answer as its reader last saw it and as the articles give it now. Knows the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.answer_json import answer_from_json, answer_to_json
from rag.errors import RagError, SavedInvalid
from rag.saved.database import SAVED_VALUES, QuestionFile, Row, seal
from rag.saved.filters import filters_from, filters_text
from rag.types import Answer, Constraints

MAX_SAVED = 200
"""Questions kept: asking whether each is touched by an addition then takes seconds, not minutes."""

_RESEAL = f"UPDATE saved SET digest = seal({SAVED_VALUES}) WHERE number = ?"
_READ = f"SELECT digest, {SAVED_VALUES} FROM saved"


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question to be asked again when what it rests on changes.

    Attributes:
        number: Its name; never used twice.
        question: By itself, without a conversation.
        given: What it may use.
        read: The answer as its reader last accepted it.
        present: The answer as it was last given; equal to `read` where nothing has changed.
        checked: The generation up to which `present` is the answer.
        basis: Digest of what `present` was made of; None where that is not known.
        failure: Why it could not be asked again; None where it could.
    """

    number: int
    question: str
    given: Constraints
    saved_at: datetime
    read: Answer
    read_at: datetime
    present: Answer
    checked: int
    checked_at: datetime
    basis: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What came of asking again.

    Attributes:
        generation: The newest generation that was looked at.
        basis: As in `SavedQuestion`.
        answer: The new answer; None where what it would be made of is the same, and where it failed.
        failure: Why it could not be asked; None where it could.
    """

    generation: int
    basis: str | None
    answer: Answer | None = None
    failure: str | None = None


class SavedQuestions:
    """The saved questions of the index in a folder. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._file = QuestionFile(folder)

    def all(self) -> list[SavedQuestion]:
        """Return those that are what was written, the last saved first; `damaged` tells of the others.

        Raises:
            SavedInvalid: The file cannot be read.
        """
        return [one for one in self._all() if isinstance(one, SavedQuestion)]

    def damaged(self) -> list[str]:
        """Say which questions are no longer what was written, by number, and what to do.

        Raises:
            SavedInvalid: The file cannot be read.
        """
        return [*self._file.damage(), *(str(one) for one in self._all() if isinstance(one, SavedInvalid))]

    def get(self, number: int) -> SavedQuestion:
        """Return one.

        Raises:
            SavedInvalid: There is no such question, it is not what was written, or the file cannot be read.
        """
        return self._found(number, self._file.rows(f"{_READ} WHERE number = ?", (number,)))

    def add(self, question: str, given: Constraints, answer: Answer, basis: str | None) -> tuple[SavedQuestion, bool]:
        """Save a question with its answer; return it, and whether it is new. One that is there stays as it is.

        Raises:
            SavedInvalid: There are `MAX_SAVED` already, or the file cannot be written.
        """
        now, form, filters = _now(), _text(answer), filters_text(given)
        with self._file.transaction() as connection:
            known = connection.execute(
                "SELECT number FROM saved WHERE question = ? AND filters = ?", (question, filters)
            ).fetchone()
            if known is None:
                (n_saved,) = connection.execute("SELECT count(*) FROM saved").fetchone()
                if n_saved >= MAX_SAVED:
                    raise SavedInvalid(
                        f"{MAX_SAVED} questions are saved, which is as many as are asked again. Delete one first."
                    )
                (number,) = connection.execute(
                    f"INSERT INTO saved ({SAVED_VALUES}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"
                    " RETURNING number",
                    (question, filters, now, form, now, form, answer.generation, now, basis),
                ).fetchone()
                connection.execute(_RESEAL, (number,))
            else:
                (number,) = known
        return self.get(number), known is None

    def remove(self, number: int) -> None:
        """Delete a saved question.

        Raises:
            SavedInvalid: There is none with this number, or the file cannot be written.
        """
        with self._file.transaction() as connection:
            if not connection.execute("DELETE FROM saved WHERE number = ?", (number,)).rowcount:
                raise _unknown(number)

    def accept(self, number: int, generation: int) -> bool:
        """Take the present answer as read, if it is still the one of `generation`, which the reader saw.

        Returns:
            Whether it was. If not, there is a newer answer that the reader has not seen.

        Raises:
            SavedInvalid: There is no question with this number, it is not what was written, or the file cannot be
                written.
        """
        with self._file.transaction() as connection:
            one = self._found(number, connection.execute(f"{_READ} WHERE number = ?", (number,)).fetchall())
            seen = one.present.generation == generation
            if seen:
                connection.execute("UPDATE saved SET read = present, read_at = ? WHERE number = ?", (_now(), number))
                connection.execute(_RESEAL, (number,))
        return seen

    def record(self, one: SavedQuestion, found: Found) -> None:
        """Write down what came of asking `one` again; where another process was quicker, its result stays.

        Raises:
            SavedInvalid: The file cannot be written.
        """
        checked = one.checked if found.failure else found.generation
        with self._file.transaction() as connection:
            changed = connection.execute(
                "UPDATE saved SET present = coalesce(?, present), basis = ?, checked = ?, checked_at = ?, failure = ?"
                f" WHERE number = ? AND checked = ? AND basis IS ? AND digest = seal({SAVED_VALUES})",
                (
                    _text(found.answer) if found.answer else None,
                    one.basis if found.failure else found.basis,
                    checked,
                    _now(),
                    found.failure,
                    one.number,
                    one.checked,
                    one.basis,
                ),
            ).rowcount
            if changed:
                connection.execute(_RESEAL, (one.number,))

    def _all(self) -> Iterator[SavedQuestion | SavedInvalid]:
        for row in self._file.rows(f"{_READ} ORDER BY number DESC"):
            try:
                yield self._of(row)
            except SavedInvalid as error:
                yield error

    def _found(self, number: int, rows: list[Row]) -> SavedQuestion:
        if not rows:
            raise _unknown(number)
        return self._of(rows[0])

    def _of(self, row: Row) -> SavedQuestion:
        digest, *values = row
        number, question, filters, saved_at, read, read_at, present, checked, checked_at, basis, failure = values
        try:
            if digest != seal(*values):
                raise ValueError("it is not what was written, a bit of it has changed since.")
            return SavedQuestion(
                number=number,
                question=question,
                given=filters_from(filters),
                saved_at=datetime.fromisoformat(saved_at),
                read=_answer(read),
                read_at=datetime.fromisoformat(read_at),
                present=_answer(present),
                checked=checked,
                checked_at=datetime.fromisoformat(checked_at),
                basis=basis,
                failure=failure,
            )
        except (ValueError, TypeError, RagError) as error:
            raise SavedInvalid(
                f"Saved question {number} ({str(question)[:80]!r}) in {self._file.path} cannot be read: {error} "
                f"Delete it with `rag saved remove {number}`, or restore the file from a backup."
            ) from error


def _unknown(number: int) -> SavedInvalid:
    return SavedInvalid(f"There is no saved question {number}: it was deleted. `rag saved` lists those that there are.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _text(answer: Answer) -> str:
    return json.dumps(answer_to_json(answer), ensure_ascii=False)


def _answer(text: str) -> Answer:
    data: Mapping[str, Any] = json.loads(text)
    return answer_from_json(data)
