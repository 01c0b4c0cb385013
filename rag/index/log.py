"""The database that is the log: opening, connections, transactions. Of what answers, the only file that names sqlite3.

Knows SQL's mechanics and errors; what the rows mean is in `reads` and `writes`, the schema in `migrations`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from rag.errors import IndexDamaged, IndexLocked, IndexNotFound, IndexNotWritable, RagError, SchemaUnsupported
from rag.index.migrations import APPLICATION_ID, MIGRATIONS, VERSION

DATABASE = "articles.db"

BUSY_MS = 10_000
"""How long SQLite waits for another connection; only the short moments of a commit ever make it wait."""

WAL_KEPT_BYTES = 16 << 20
"""To what the write-ahead log is cut back after a large commit."""

CACHE_BYTES = 32 << 20
"""Pages that a connection keeps at most. Of 1,000,000 passages (2.9 GB) all inner pages of tables and indexes are about
10 MB, what a question reads 4 MB, what a commit of 512 passages changes 10 MB; SQLite's own 2 MB hold none of these.
Nothing is mapped into memory: where a disk fails or a file is cut, a map ends the process instead of raising an error.
"""

MOST_IDLE = 8
"""Connections kept open for the next statement, each with the pages it has read: one for each of the questions that a
server answers at once, unless it is told to answer more. What more there were in a rush is closed when given back."""

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

Row = tuple[Any, ...]
Parameters = Sequence[Any] | dict[str, Any]


class Log:
    """Connections to one `articles.db`. Safe to share between threads: each statement has a connection to itself."""

    def __init__(self, path: Path) -> None:
        """Open the log in folder `path`.

        Raises:
            IndexNotFound: There is no finished database there.
            SchemaUnsupported: It was written by a newer version.
            IndexDamaged: It is no database, a damaged one, or another program's.
        """
        self.path = path
        self.file = path / DATABASE
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._lock = Lock()
        if not self.file.is_file():
            raise IndexNotFound(
                f"There is no index at {path} (no {DATABASE} in it). Add articles with `rag add`, "
                "or name the right folder with --index or RAG_INDEX."
            )
        with self._connection() as connection:
            version = self._version(connection)
        if version == 0:
            raise IndexNotFound(f"{self.file} is empty: its creation never finished. Add articles with `rag add`.")

    @classmethod
    def create(cls, path: Path, fill: Callable[[Transaction, int], None]) -> None:
        """Create the database in folder `path`, or bring it to the newest schema; the writer's lock must be held.

        One transaction with what `fill` writes into it, which is told the schema that there was (0: none): a database
        is there whole, or not at all.

        Raises:
            IndexNotWritable: The disk is full or the folder cannot be written.
            IndexDamaged: The file is another program's database; it is left as it is.
        """
        file = path / DATABASE
        with _translated(file), closing(sqlite3.connect(file, isolation_level=None)) as connection:
            version = _own_version(file, connection)  # before anything is written
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            for number in range(version + 1, VERSION + 1):
                for step in MIGRATIONS[number]:
                    connection.execute(step)
            connection.execute(f"PRAGMA user_version = {max(version, VERSION)}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            fill(Transaction(connection), version)
            connection.execute("COMMIT")

    def upgrade(self, fill: Callable[[Transaction, int], None]) -> None:
        """Bring an older schema to the newest, as `create` does; the writer's lock must be held.

        Raises:
            SchemaUnsupported: A newer version has upgraded it since it was opened.
        """
        with self._connection() as connection:
            version = self._version(connection)
        if version < VERSION:
            self.create(self.path, fill)

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Run one statement and return all its rows.

        Raises:
            IndexDamaged: The database is damaged where the statement looked.
        """
        with self._connection() as connection:
            return connection.execute(sql, parameters).fetchall()

    def batches(self, sql: str, parameters: Parameters, size: int) -> Iterator[list[Row]]:
        """Run one statement and yield its rows in lists of at most `size`, never holding more than one list."""
        with self._connection() as connection, closing(connection.execute(sql, parameters)) as cursor:
            while rows := cursor.fetchmany(size):
                yield rows

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Do all or nothing: commit and flush to the disk at the end, roll back when anything is raised.

        Raises:
            IndexNotWritable: The disk is full or the folder cannot be written; nothing has changed.
            IndexDamaged: The database is damaged.
            SchemaUnsupported: A newer version has upgraded it since it was opened.
        """
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._version(connection)
                yield Transaction(connection)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def checkpoint(self) -> None:
        """Move what the write-ahead log holds into the database, as far as readers allow without waiting for them.

        Raises:
            IndexNotWritable: The database has no room for it; it stays in the write-ahead log, where it is safe.
        """
        self.rows("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Close the connections that nobody is using; the others are closed as they are given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _version(self, connection: sqlite3.Connection) -> int:
        """Return the number of the schema as it is now, 0 where the database is empty; refuse a newer one."""
        version = _own_version(self.file, connection)
        if version > VERSION:
            raise SchemaUnsupported(
                f"Index {self.path} has schema {version}, and this version of rag reads up to {VERSION}. "
                "Upgrade rag, or build a new index with `rag add --index DIR`."
            )
        return version

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with _translated(self.file):
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            connection = connection or _connect(self.file)
            broken = False
            try:
                yield connection
            except sqlite3.Error:
                broken = True
                raise
            finally:
                with self._lock:
                    kept = not broken and not self._closed and len(self._idle) < MOST_IDLE
                    if kept:
                        self._idle.append(connection)
                if not kept:
                    connection.close()


class Transaction:
    """What can be done inside `Log.transaction`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Run one statement and return its rows."""
        return self._connection.execute(sql, parameters).fetchall()

    def insert(self, sql: str, parameters: Parameters) -> int:
        """Run one INSERT and return the row's number."""
        return int(self._connection.execute(sql, parameters).lastrowid or 0)

    def many(self, sql: str, parameters: Iterator[Parameters]) -> None:
        """Run one statement for each of many rows."""
        self._connection.executemany(sql, parameters)


def _connect(file: Path) -> sqlite3.Connection:
    """Connect for reading and writing, or for reading alone where the folder allows no more."""
    address = f"file:{quote(str(file.resolve()))}"
    last: sqlite3.OperationalError | None = None
    for mode in ("mode=rw", "mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"{address}?{mode}", uri=True, isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk before it is reported
            connection.execute(f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}")
            connection.execute(f"PRAGMA cache_size = {-(CACHE_BYTES >> 10)}")  # negative: in KiB, not in pages
            connection.execute("SELECT count(*) FROM sqlite_master")  # the first real read: WAL files are opened here
        except sqlite3.OperationalError as error:
            connection.close()
            last = error
        except sqlite3.Error:
            connection.close()
            raise
        else:
            connection.create_function("casefold", 1, _casefold, deterministic=True)
            connection.create_function("unhex_key", 1, bytes.fromhex, deterministic=True)  # unhex() needs SQLite 3.41
            return connection
    raise last or AssertionError


def _own_version(file: Path, connection: sqlite3.Connection) -> int:
    """Return the number of our schema, 0 where the database is empty; refuse what another program has made."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (n_made,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (application or version or n_made):
        raise IndexDamaged(f"{file} is another program's database; choose another folder with --index or RAG_INDEX.")
    return int(version)


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


@contextmanager
def _translated(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _translate(file, error) from error


def _translate(file: Path, error: sqlite3.Error) -> RagError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the low byte is the primary code
    if code in _BUSY:
        return IndexLocked(
            f"{file} stayed busy for {BUSY_MS / 1000:.0f} s. Wait for the other program, then try again."
        )
    if code in _DAMAGED:
        return IndexDamaged(
            f"{file} is damaged: {error}. Restore the file from a backup, or delete the folder and add the articles "
            "again."
        )
    return IndexNotWritable(f"{file} cannot be used: {error}. Free disk space or correct the folder's permissions.")
