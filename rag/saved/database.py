"""The file `questions.db` in an index's folder: schema, transactions, errors. Knows tables, not what they are for.

SQLite with a rollback journal: a process that is killed leaves the last committed state, and one file is the whole of
it. Any number of processes may use it; they wait for each other for milliseconds. It is opened for each use and closed
after, so that copying or moving the file away between two uses is safe.

Each row has a digest of its other values, for SQLite does not see a bit that flips within one. Statements call `seal`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rag.errors import SavedInvalid

FILE = "questions.db"
APPLICATION_ID = 0x52414751  # "RAGQ"

BUSY_S = 10.0
"""How long to wait for another process; a transaction here takes milliseconds, a disk under load sometimes a second."""

SAVED_VALUES = "number, question, filters, saved_at, read, read_at, present, checked, checked_at, basis, failure"
VAIN_VALUES = "number, key, question, filters, checked, basis, answered"
DAY_VALUES = "vain, day, n"
"""What the digest of a row in `saved`, `vain` and `vain_days` is of, in this order: never another, or all are wrong."""

MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (
        "CREATE TABLE saved (number INTEGER PRIMARY KEY AUTOINCREMENT, question TEXT NOT NULL, filters TEXT NOT NULL,"
        " saved_at TEXT NOT NULL, read TEXT NOT NULL, read_at TEXT NOT NULL, present TEXT NOT NULL,"
        " checked INTEGER NOT NULL, checked_at TEXT NOT NULL, basis TEXT, failure TEXT, UNIQUE (question, filters))",
        "CREATE TABLE vain (number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, question TEXT NOT NULL,"
        " filters TEXT NOT NULL, checked INTEGER NOT NULL, basis TEXT, answered INTEGER NOT NULL DEFAULT 0,"
        " UNIQUE (key, filters))",
        "CREATE TABLE vain_days (vain INTEGER NOT NULL REFERENCES vain ON DELETE CASCADE, day TEXT NOT NULL,"
        " n INTEGER NOT NULL, PRIMARY KEY (vain, day)) WITHOUT ROWID",
    ),
    2: (
        "ALTER TABLE saved ADD COLUMN digest BLOB",
        "ALTER TABLE vain ADD COLUMN digest BLOB",
        "ALTER TABLE vain_days ADD COLUMN digest BLOB",
        f"UPDATE saved SET digest = seal({SAVED_VALUES})",
        f"UPDATE vain SET digest = seal({VAIN_VALUES})",
        f"UPDATE vain_days SET digest = seal({DAY_VALUES})",
    ),
}
"""By the number that `PRAGMA user_version` has after them. A step is never edited once released: add another."""

VERSION = max(MIGRATIONS)

SEAL_BYTES = 16
"""Of BLAKE2b: chance makes no two equal, and a forger can write any seal."""

Row = tuple[Any, ...]


def seal(*values: object) -> bytes:
    """Return the digest of a row's values and of their kinds."""
    written = ascii(values)  # not repr(): what that escapes differs from one Python to the next
    return hashlib.blake2b(written.encode(), digest_size=SEAL_BYTES).digest()


class QuestionFile:
    """One `questions.db`. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Use the file in `folder`; it comes into being with the first thing that is written."""
        self.path = folder / FILE

    def rows(self, sql: str, parameters: Row = ()) -> list[Row]:
        """Return the rows of one SELECT; none where there is no file yet.

        Raises:
            SavedInvalid: The file cannot be read.
        """
        if not self.path.exists():
            return []
        with self._translated(), closing(self._connect("rw")) as connection:
            version = self._version(connection)
            if 0 < version < VERSION:
                with self._atomic(connection):
                    pass
            return connection.execute(sql, parameters).fetchall() if version else []

    def damage(self) -> list[str]:
        """Say what SQLite's own check finds: a damaged page can hide rows, whose digests then nobody compares.

        Raises:
            SavedInvalid: The file cannot be read.
        """
        found = [message for (message,) in self.rows("PRAGMA integrity_check(1)") if message != "ok"]
        return [f"{self.path} is damaged: {message}. Restore it from a backup, or move it away." for message in found]

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do all or nothing: on the disk when this ends, nothing changed when anything is raised.

        Raises:
            SavedInvalid: The file or its folder cannot be written, or the file is not ours.
        """
        with self._translated():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect("rwc")) as connection, self._atomic(connection):
                yield connection

    @contextmanager
    def _atomic(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Do all or nothing, after bringing an empty or older file to the newest schema."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            for number in range(self._version(connection) + 1, VERSION + 1):
                for step in MIGRATIONS[number]:
                    connection.execute(step)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {number}")
            yield
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _connect(self, mode: str) -> sqlite3.Connection:
        address = f"file:{quote(str(self.path.resolve()))}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.create_function("seal", -1, seal, deterministic=True)
        connection.text_factory = _text
        return connection

    def _version(self, connection: sqlite3.Connection) -> int:
        """Return the number of our schema, 0 of an empty file. Refuses another program's and a newer one."""
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (n_made,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not application and not version and not n_made:
            return 0
        if application != APPLICATION_ID:
            raise SavedInvalid(f"{self.path} is another program's database. Move it away, then try again.")
        if version > VERSION:
            raise SavedInvalid(
                f"{self.path} has schema {version}, and this version of rag reads up to {VERSION}. Upgrade rag."
            )
        if version < 1:
            raise SavedInvalid(
                f"{self.path} is damaged: it has schema {version}. Restore it from a backup, or move it away."
            )
        return int(version)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise SavedInvalid(
                f"The saved questions in {self.path} cannot be used: {error}. Free disk space or correct the "
                "permissions; if the file is damaged, restore it from a backup or move it away. Articles and answers "
                "do not depend on it."
            ) from error


def _text(data: bytes) -> str:
    """Decode a text; what a flipped bit has made no UTF-8 can be shown, and is longer than what was written."""
    return data.decode(errors="backslashreplace")
