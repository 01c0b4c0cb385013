"""Whether an article is what was committed, to the last bit: a digest of its row, its passages and their vectors.

SQLite's own check sees a damaged page, not a bit that flips within a value. The text has a digest of its own beside
this one, since it is compared at every reading; this one is compared by `rag check` alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import islice

from rag.index.log import Log, Transaction
from rag.index.records import article_columns

SEAL_BYTES = 16
"""Of SHA-256: chance makes no two equal, and a forger can write any seal."""
_BATCH = 256  # articles at a time: about 1 MB of text, and 2 MB of their vectors

_LIVE = "added <= :upto AND (removed IS NULL OR removed > :upto)"
_OF_LISTED = "IN (SELECT value FROM json_each(:rows))"
_ARTICLES = (
    f"SELECT row, added, digest, sentences, {article_columns()} FROM articles WHERE row {_OF_LISTED} AND {_LIVE}"
)
_PASSAGES = (
    'SELECT article, vector, id, added, first, last, start, "end", key FROM passages JOIN vectors ON passage = id'
    f" WHERE article {_OF_LISTED} AND {_LIVE} ORDER BY id"
)


def record(transaction: Transaction, generation: int, rows: Sequence[int]) -> None:
    """Seal the articles of these rows as they are in `generation`, which this transaction makes."""
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        found = _seals(transaction, generation, batch)
        transaction.many("INSERT OR REPLACE INTO seals VALUES (?, ?)", iter(found.items()))


def record_all(transaction: Transaction) -> None:
    """Seal the articles of an index from before there were seals, as they are now."""
    (generation,) = transaction.rows("SELECT max(generation) FROM generations")[0]
    rows = transaction.rows("SELECT row FROM articles WHERE removed IS NULL ORDER BY row")
    record(transaction, generation, [row for (row,) in rows])


def broken(log: Log, generation: int) -> Iterator[str]:
    """Yield the ids of the articles of `generation` that are not what was sealed; none of an index without seals."""
    if not log.rows("SELECT 1 FROM sqlite_master WHERE name = 'seals'"):  # not written to since
        return
    sql = f"SELECT row, id, seal FROM articles LEFT JOIN seals ON article = row WHERE {_LIVE} ORDER BY row"
    for batch in log.batches(sql, {"upto": generation}, _BATCH):
        found = _seals(log, generation, [row for row, _, _ in batch])
        yield from (article_id for row, article_id, seal in batch if found.get(row) != seal)


def _seals(source: Log | Transaction, generation: int, rows: Sequence[int]) -> dict[int, bytes]:
    """Compute the seals of the articles of these rows."""
    listed = {"rows": json.dumps(rows), "upto": generation}
    digests = {row: hashlib.sha256(repr(values).encode()) for row, *values in source.rows(_ARTICLES, listed)}
    for row, vector, *values in source.rows(_PASSAGES, listed):
        if row in digests:
            digests[row].update(repr(values).encode())
            digests[row].update(vector if isinstance(vector, bytes) else repr(vector).encode())
    return {row: digest.digest()[:SEAL_BYTES] for row, digest in digests.items()}
