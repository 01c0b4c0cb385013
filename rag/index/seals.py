"""Whether an article is what was committed, to the last bit: a digest of its row, its passages and their vectors.

SQLite's own check sees a damaged page, not a bit that flips within a value. The text has a digest of its own beside
this one, since it is compared at every reading; this one is compared by `rag check`. All together tell an
evaluation which articles it asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from rag.index.log import Log, Transaction
from rag.index.records import article_columns

SEAL_BYTES = 16
"""Of SHA-256: chance makes no two equal, and a forger can write any seal."""
SINCE, OF_JSON_SINCE = 3, 5
"""The schemas from which on articles have seals, and seals their present form."""
_BATCH = 256  # articles at a time: about 1 MB of text, and 2 MB of their vectors

_LIVE = "added <= :upto AND (removed IS NULL OR removed > :upto)"
_ACTIVE = "SELECT row FROM articles WHERE removed IS NULL ORDER BY row"
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
    record(transaction, _newest(transaction), [row for (row,) in transaction.rows(_ACTIVE)])


def renew(transaction: Transaction) -> None:
    """Write the seals of schemas 3 and 4 in the form of today; a seal that is broken stays, and is broken still."""
    generation, rows = _newest(transaction), iter(transaction.rows(_ACTIVE))
    while batch := [row for (row,) in islice(rows, _BATCH)]:
        recorded: dict[int, bytes] = dict(
            transaction.rows(f"SELECT article, seal FROM seals WHERE article {_OF_LISTED}", _listed(batch))
        )
        found = _seals(transaction, generation, batch, _as_python_writes_it)
        record(transaction, generation, [row for row in batch if found.get(row) == recorded.get(row)])


def broken(log: Log, generation: int) -> Iterator[str]:
    """Yield the ids of the articles of `generation` that are not what was sealed; none of an index without seals."""
    if not _has_seals(log):
        return
    sql = (  # with the schema, which another process may change meanwhile
        "SELECT row, id, seal, user_version FROM pragma_user_version, articles LEFT JOIN seals ON article = row"
        f" WHERE {_LIVE} ORDER BY row"
    )
    for batch in log.batches(sql, {"upto": generation}, _BATCH):
        form = _as_json if batch[0][3] >= OF_JSON_SINCE else _as_python_writes_it
        found = _seals(log, generation, [row for row, *_ in batch], form)
        yield from (article_id for row, article_id, seal, _ in batch if found.get(row) != seal)


def contents(log: Log, generation: int) -> str:
    """Digest what an index holds in `generation`: articles, passages and vectors, in the order they were added."""
    total, sealed = hashlib.sha256(), _has_seals(log)
    columns = "row, seal FROM articles LEFT JOIN seals ON article = row" if sealed else "row, NULL FROM articles"
    for batch in log.batches(f"SELECT {columns} WHERE {_LIVE} ORDER BY row", {"upto": generation}, _BATCH):
        found = dict(batch) if sealed else _seals(log, generation, [row for row, _ in batch])
        for row, _ in batch:
            total.update(found.get(row) or b"")
    return "sha256:" + total.hexdigest()


def _has_seals(log: Log) -> bool:
    """Tell whether the index was written to since there are seals."""
    return bool(log.rows("SELECT 1 FROM sqlite_master WHERE name = 'seals'"))


def _newest(transaction: Transaction) -> int:
    ((generation,),) = transaction.rows("SELECT max(generation) FROM generations")
    return int(generation)


def _listed(rows: Sequence[int]) -> dict[str, str]:
    return {"rows": json.dumps(rows)}


def _as_json(values: list[Any]) -> bytes:
    return json.dumps(values, default=lambda blob: {"bytes": blob.hex()}).encode()


def _as_python_writes_it(values: list[Any]) -> bytes:
    """As schemas 3 and 4 did: which characters Python escapes differs between its versions."""
    return repr(values).encode()


def _seals(
    source: Log | Transaction, generation: int, rows: Sequence[int], form: Callable[[list[Any]], bytes] = _as_json
) -> dict[int, bytes]:
    """Compute the seals of the articles of these rows."""
    listed = _listed(rows) | {"upto": generation}
    digests = {row: hashlib.sha256(form(values)) for row, *values in source.rows(_ARTICLES, listed)}
    for row, vector, *values in source.rows(_PASSAGES, listed):
        if row in digests:
            digests[row].update(form(values))
            digests[row].update(vector if isinstance(vector, bytes) else form([vector]))
    return {row: digest.digest()[:SEAL_BYTES] for row, digest in digests.items()}
