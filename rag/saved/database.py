"""The file `questions.db` in an index's folder: schema, transactions, errors. Knows tables, not what they are for.

SQLite with a rollback journal: a process that is killed leaves the last committed state, and one file is the whole of
it. Any number of processes may use it; they wait for each other for milliseconds. It is opened for each use and closed
after, so that copying or moving the file away between two uses is safe.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rag.errors import SavedInvalid

FILE = "questions.db"
APPLICATION_ID = 0x52414751  # "RAGQ"
VERSION = 1

BUSY_S = 10.0
"""How long to wait for another process; a transaction here takes milliseconds, a disk under load sometimes a second."""

SCHEMA = (
    "CREATE TABLE saved (number INTEGER PRIMARY KEY AUTOINCREMENT, question TEXT NOT NULL, filters TEXT NOT NULL,"
    " saved_at TEXT NOT NULL, read TEXT NOT NULL, read_at TEXT NOT NULL, present TEXT NOT NULL,"
    " checked INTEGER NOT NULL, checked_at TEXT NOT NULL, basis TEXT, failure TEXT, UNIQUE (question, filters))",
    "CREATE TABLE vain (number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, question TEXT NOT NULL,"
    " filters TEXT NOT NULL, checked INTEGER NOT NULL, basis TEXT, answered INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE (key, filters))",
    "CREATE TABLE vain_days (vain INTEGER NOT NULL REFERENCES vain ON DELETE CASCADE, day TEXT NOT NULL,"
    " n INTEGER NOT NULL, PRIMARY KEY (vain, day)) WITHOUT ROWID",
)

Row = tuple[Any, ...]


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
            return connection.execute(sql, parameters).fetchall() if self._is_ours(connection) else []

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do all or nothing: on the disk when this ends, nothing changed when anything is raised.

        Raises:
            SavedInvalid: The file or its folder cannot be written, or the file is not ours.
        """
        with self._translated():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect("rwc")) as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    if not self._is_ours(connection):
                        self._create(connection)
                    yield connection
                    connection.execute("COMMIT")
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")

    def _connect(self, mode: str) -> sqlite3.Connection:
        address = f"file:{quote(str(self.path.resolve()))}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _is_ours(self, connection: sqlite3.Connection) -> bool:
        """Tell whether the file has our tables; an empty one has not. Refuses another program's and a newer one."""
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (n_made,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not application and not version and not n_made:
            return False
        if application != APPLICATION_ID:
            raise SavedInvalid(f"{self.path} is another program's database. Move it away, then try again.")
        if version > VERSION:
            raise SavedInvalid(
                f"{self.path} has schema {version}, and this version of rag reads up to {VERSION}. Upgrade rag."
            )
        return True

    def _create(self, connection: sqlite3.Connection) -> None:
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")

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
