"""Questions that the articles did not answer, by the days on which they were asked; text alone, of nobody. Bounded.

The same question, but for case, spaces and marks at its end, is one. Those that nobody has asked for longest go first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rag.errors import RagError, SavedInvalid
from rag.saved.database import QuestionFile
from rag.saved.filters import filters_from, filters_text
from rag.saved.watched import Found
from rag.types import Constraints

MAX_VAIN = 1_000
"""Questions kept: at most 2 MB of text, and as many as can be grouped by topic in seconds."""
KEPT_DAYS = 366
"""Days kept: a year of months to compare."""


@dataclass(frozen=True, slots=True)
class Vain:
    """A question that was asked in vain.

    Attributes:
        number: Its name; never used twice.
        question: As it was last asked, by itself.
        given: What it was allowed to use.
        days: How often it was asked on which day, oldest first; at least one.
        checked: The generation up to which `answered` is known.
        basis: Digest of what an answer of that generation would be made of; None where that is not known.
        answered: Whether the articles answer it by now.
    """

    number: int
    question: str
    given: Constraints
    days: Mapping[date, int]
    checked: int
    basis: str | None = None
    answered: bool = False

    @property
    def n_asked(self) -> int:
        """How often it was asked."""
        return sum(self.days.values())

    @property
    def last_day(self) -> date:
        """When it was last asked."""
        return max(self.days)


class VainQuestions:
    """Those of the index in a folder. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._file = QuestionFile(folder)

    def all(self) -> list[Vain]:
        """Return them all, the last asked first.

        Raises:
            SavedInvalid: The file cannot be read.
        """
        rows = self._file.rows(
            "SELECT v.number, v.question, v.filters, v.checked, v.basis, v.answered, json_group_object(d.day, d.n)"
            " FROM vain v JOIN vain_days d ON d.vain = v.number GROUP BY v.number"
        )
        found = []
        for number, question, filters, checked, basis, answered, days in rows:
            try:
                given, counted = filters_from(filters), _days(days)
            except (ValueError, TypeError, RagError) as error:
                raise SavedInvalid(
                    f"Question {number} in {self._file.path} cannot be read: {error} Restore the file from a backup, "
                    "or move it away."
                ) from error
            found.append(Vain(number, question, given, counted, checked, basis, bool(answered)))
        return sorted(found, key=lambda one: (one.last_day, one.number), reverse=True)

    def record(
        self, question: str, given: Constraints, generation: int, basis: str | None = None, day: date | None = None
    ) -> None:
        """Count a question that was answered with an abstention in `generation`, on `day` (default: today, UTC).

        Raises:
            SavedInvalid: The file cannot be written.
        """
        day = day or datetime.now(UTC).date()
        question = " ".join(question.split())
        with self._file.transaction() as connection:
            (number,) = connection.execute(
                "INSERT INTO vain (key, question, filters, checked, basis) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (key, filters) DO UPDATE SET question = excluded.question, checked = excluded.checked,"
                " basis = excluded.basis, answered = 0 RETURNING number",
                (_key(question), question, filters_text(given), generation, basis),
            ).fetchone()
            connection.execute(
                "INSERT INTO vain_days VALUES (?, ?, 1) ON CONFLICT (vain, day) DO UPDATE SET n = n + 1",
                (number, day.isoformat()),
            )
            oldest = (day - timedelta(days=KEPT_DAYS)).isoformat()
            connection.execute("DELETE FROM vain_days WHERE day < ?", (oldest,))
            connection.execute("DELETE FROM vain WHERE number NOT IN (SELECT vain FROM vain_days)")
            connection.execute(
                "DELETE FROM vain WHERE number IN (SELECT vain FROM vain_days GROUP BY vain"
                " ORDER BY max(day) DESC, vain DESC LIMIT -1 OFFSET ?)",
                (MAX_VAIN,),
            )

    def record_checked(self, one: Vain, found: Found) -> None:
        """Write down what came of asking `one` again; one that cannot be asked is as unanswered as it was.

        Raises:
            SavedInvalid: The file cannot be written.
        """
        answered = one.answered if found.answer is None else not found.answer.abstained
        with self._file.transaction() as connection:
            connection.execute(
                "UPDATE vain SET checked = ?, basis = ?, answered = ? WHERE number = ? AND checked = ?",
                (found.generation, found.basis, int(answered), one.number, one.checked),
            )

    def forget(self, numbers: Iterable[int]) -> None:
        """Delete questions by their numbers; what is no longer there is fine.

        Raises:
            SavedInvalid: The file cannot be written.
        """
        with self._file.transaction() as connection:
            connection.executemany("DELETE FROM vain WHERE number = ?", [(number,) for number in numbers])


def _key(question: str) -> str:
    return question.casefold().rstrip("?!. ")


def _days(text: str) -> dict[date, int]:
    counted: Sequence[tuple[str, int]] = sorted(json.loads(text).items())
    return {date.fromisoformat(day): int(n) for day, n in counted}
