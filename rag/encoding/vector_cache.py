"""Vectors that this machine has computed before, by what was read and by which encoder. Knows no index.

One SQLite file in the cache folder, for all processes and indexes. It is a cache: whatever is wrong with it costs
encoding, and is never an error. Every vector has a digest of its own, so that none is believed that a disk, another
program or a half-deleted file has changed.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.protocols import Encoder, Progress, TokenVectors, Vectors
from rag.types import EncoderIdentity

FILE = "vectors.db"
FORMAT = 1  # part of every key: raise it when an encoder comes to give other vectors under the same identity
KEY_BYTES = 16
CHECK_BYTES = 8
BATCH = 1000  # rows a statement: 0.8 MB, by which the file can exceed its bound for a moment
KEPT_SHARE = 0.9  # of the bound, once it is exceeded: making room again is due after a tenth of it, not at each batch
BUSY_MS = 2000  # another process commits within milliseconds; what takes longer is not worth waiting for
WAL_KEPT_BYTES = 4 << 20  # to what the write-ahead log is cut back: SQLite's own step between checkpoints
DAY_S = 86_400  # how finely use is told: a vector's day is written once, however often it is used that day

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS vectors (key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL, vector BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS vectors_used ON vectors (used)",
)

_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_logger = logging.getLogger(__name__)


class RememberingEncoder:
    """An Encoder that asks the cache first. Its vectors are rounded to float16, as an index stores them."""

    def __init__(self, encoder: Encoder, cache: VectorCache) -> None:
        self.identity = encoder.identity
        self.encode_tokens: Callable[[Sequence[str]], list[TokenVectors]] = encoder.encode_tokens
        self.count_tokens: Callable[[Sequence[str]], list[int]] = encoder.count_tokens
        self.token_spans: Callable[[Sequence[str]], list[NDArray[np.int32]]] = encoder.token_spans
        self._encoder = encoder
        self._cache = cache

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode `texts` as `Encoder.encode` does; `progress` counts those that the cache lacks."""
        keys = [key_of(text, self.identity) for text in texts]
        known = self._cache.get(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        encoded = self._encoder.encode(list(missing.values()), progress).astype("<f2")
        new = {key: vector.tobytes() for key, vector in zip(missing, encoded, strict=True)}
        if new:
            self._cache.put(new)
            known |= new
        stored = b"".join([known[key] for key in keys])
        return np.frombuffer(stored, "<f2").reshape(len(texts), self.identity.dimension).astype(np.float32)


def key_of(text: str, identity: EncoderIdentity) -> bytes:
    """Return the digest of a text, as an encoder reads it, and of that encoder."""
    read = f"{FORMAT}\0{identity!r}\0{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(read, digest_size=KEY_BYTES).digest()


class VectorCache:
    """The file. Safe to share between threads and processes: each call has a connection to itself."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        """Use `folder`, which comes into being, and keep the file within `max_bytes`: the longest unused go first."""
        self.file = folder / FILE
        self._max_bytes = max_bytes

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the vectors of those keys that it has, as they were put."""
        found: dict[bytes, bytes] = {}

        def read(connection: sqlite3.Connection) -> None:
            stale = []
            for batch in _batches(keys):
                marks = ",".join("?" * len(batch))
                rows = connection.execute(f"SELECT key, vector, used FROM vectors WHERE key IN ({marks})", batch)
                for key, value, used in rows:
                    if _is_whole(key, value):
                        found[key] = value[CHECK_BYTES:]
                        stale += [] if used == _today() else [key]
            if stale:  # seldom: readers need not wait for those who write
                with _transaction(connection):
                    connection.executemany(
                        "UPDATE vectors SET used = ? WHERE key = ?", ((_today(), key) for key in stale)
                    )

        self._try(read)
        return found

    def put(self, vectors: Mapping[bytes, bytes]) -> None:
        """Keep vectors; where the file cannot be written, or others write for long, they are not kept."""

        def write(connection: sqlite3.Connection) -> None:
            for batch in _batches(list(vectors)):
                with _transaction(connection):
                    rows = [(key, _today(), _check(key, vectors[key]) + vectors[key]) for key in batch]
                    connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
                    self._make_room(connection)
                n_too_many = _pragma(connection, "page_count") - self._max_bytes // _pragma(connection, "page_size")
                if n_too_many > 0:
                    connection.executescript(f"PRAGMA incremental_vacuum({n_too_many})")  # execute() frees one page

        self._try(write)

    def _make_room(self, connection: sqlite3.Connection) -> None:
        """Delete what has not been used for longest, once all exceed the bound."""
        n_pages = _pragma(connection, "page_count") - _pragma(connection, "freelist_count")
        n_bytes = n_pages * _pragma(connection, "page_size")
        if n_bytes > self._max_bytes:
            (n_rows,) = connection.execute("SELECT count(*) FROM vectors").fetchone()
            n_kept = int(n_rows * KEPT_SHARE * self._max_bytes / n_bytes)
            oldest = "SELECT rowid FROM vectors ORDER BY used, rowid LIMIT ?"
            connection.execute(f"DELETE FROM vectors WHERE rowid IN ({oldest})", (n_rows - n_kept,))

    def _try(self, work: Callable[[sqlite3.Connection], None]) -> None:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with closing(_connect(self.file)) as connection:
                work(connection)
        except (sqlite3.Error, OSError) as error:
            _logger.debug("The vector cache %s is not used: %s", self.file, error)
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN:  # the low byte is the primary code
                self._start_anew()

    def _start_anew(self) -> None:
        """Delete a broken file. Another process that has it open goes on with what it has, to nobody's harm."""
        for ending in ("-wal", "-shm", ""):
            try:
                self.file.with_name(FILE + ending).unlink(missing_ok=True)
            except OSError as error:
                _logger.debug("The broken vector cache stays: %s", error)


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=BUSY_MS / 1000, isolation_level=None)
    try:
        connection.execute(f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}")
        connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may lose the last vectors, not break the file
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # a lower bound shrinks the file
            connection.execute("PRAGMA journal_mode = WAL")
            with _transaction(connection):
                for statement in SCHEMA:
                    connection.execute(statement)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _check(key: bytes, vector: bytes) -> bytes:
    return hashlib.blake2b(vector, key=key, digest_size=CHECK_BYTES).digest()


def _is_whole(key: object, value: object) -> bool:
    if not (isinstance(key, bytes) and isinstance(value, bytes)):
        return False
    return value[:CHECK_BYTES] == _check(key, value[CHECK_BYTES:])


def _today() -> int:
    return int(time.time() // DAY_S)


def _batches(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
