"""Questions that the articles did not answer, by the days on which they were asked; text alone, of nobody. Bounded.

The same question, but for case, spaces and marks at its end, is one. Those that nobody has asked for longest go first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from rag.errors import RagError, SavedInvalid
from rag.saved.database import DAY_VALUES, VAIN_VALUES, QuestionFile, Row, seal
from rag.saved.filters import filters_from, filters_text
from rag.saved.watched import Found
from rag.types import Constraints

MAX_VAIN = 1_000
"""Questions kept: at most 2 MB of text, and as many as can be grouped by topic in seconds."""
KEPT_DAYS = 366
"""Days kept: a year of months to compare."""

_RESEAL = f"UPDATE vain SET digest = seal({VAIN_VALUES}) WHERE number = ?"
_READ = (
    "SELECT v.digest, v.number, v.key, v.question, v.filters, v.checked, v.basis, v.answered, d.digest, d.vain, d.day,"
    " d.n FROM vain v LEFT JOIN vain_days d ON d.vain = v.number ORDER BY v.number"
)


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
        """Return those that are what was written, the last asked first; `damaged` tells of the others.

        Raises:
            SavedInvalid: The file cannot be read.
        """
        found = [one for one in self._all() if isinstance(one, Vain)]
        return sorted(found, key=lambda one: (one.last_day, one.number), reverse=True)

    def damaged(self) -> list[str]:
        """Say which questions are no longer what was written, by number, and what to do.

        Raises:
            SavedInvalid: The file cannot be read.
        """
        return [*self._file.damage(), *(str(one) for one in self._all() if isinstance(one, SavedInvalid))]

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
                " ON CONFLICT (key, filters) DO UPDATE SET key = excluded.key, question = excluded.question,"
                " filters = excluded.filters, checked = excluded.checked, basis = excluded.basis, answered = 0"
                " RETURNING number",
                (_key(question), question, filters_text(given), generation, basis),
            ).fetchone()
            connection.execute(_RESEAL, (number,))
            connection.execute(
                "INSERT INTO vain_days VALUES (?1, ?2, 1, seal(?1, ?2, 1)) ON CONFLICT (vain, day)"
                f" DO UPDATE SET n = n + 1, digest = seal(vain, day, n + 1) WHERE digest = seal({DAY_VALUES})",
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
            changed = connection.execute(
                "UPDATE vain SET checked = ?, basis = ?, answered = ? WHERE number = ? AND checked = ?"
                f" AND digest = seal({VAIN_VALUES})",
                (found.generation, found.basis, int(answered), one.number, one.checked),
            ).rowcount
            if changed:
                connection.execute(_RESEAL, (one.number,))

    def forget(self, numbers: Iterable[int]) -> None:
        """Delete questions by their numbers; what is no longer there is fine.

        Raises:
            SavedInvalid: The file cannot be written.
        """
        with self._file.transaction() as connection:
            connection.executemany("DELETE FROM vain WHERE number = ?", [(number,) for number in numbers])

    def _all(self) -> Iterator[Vain | SavedInvalid]:
        for _, rows in groupby(self._file.rows(_READ), key=lambda row: row[1]):
            try:
                yield self._of(list(rows))
            except SavedInvalid as error:
                yield error

    def _of(self, rows: Sequence[Row]) -> Vain:
        """Read a question from its rows, one a day."""
        n_values = VAIN_VALUES.count(",") + 1
        digest, *values = rows[0][: n_values + 1]
        number, _, question, filters, checked, basis, answered = values
        days = [row[n_values + 1 :] for row in rows]
        try:
            if digest != seal(*values) or any(day_digest != seal(*day) for day_digest, *day in days):
                raise ValueError("it is not what was written, a bit of it has changed since.")
            counted = {date.fromisoformat(day): n for _, _, day, n in days}
            return Vain(number, question, filters_from(filters), counted, checked, basis, bool(answered))
        except (ValueError, TypeError, RagError) as error:
            raise SavedInvalid(
                f"Question {number} ({str(question)[:80]!r}) that was asked in vain cannot be read from "
                f"{self._file.path}: {error} Forget it with `rag saved forget {number}`, or restore the file from a "
                "backup."
            ) from error


def _key(question: str) -> str:
    return question.casefold().rstrip("?!. ")
