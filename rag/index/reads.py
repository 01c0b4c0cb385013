"""What can be asked of the log, always as of one generation. Knows the tables; no search structure.

A row is live at generation g when `added <= g` and it was not removed by then. Rows are never deleted, so any number of
statements see the same state, without a transaction held open between them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.index.log import Log, Row
from rag.index.records import (
    article_columns,
    article_from_row,
    day_from_text,
    identity_from_json,
    is_unicode,
    text_of,
    vectors_from_rows,
)
from rag.types import Article, EncoderIdentity, Passage, text_digest

Ids = NDArray[np.int64]

BATCH = 4096
"""Rows fetched at a time when a view is built: 3 MB of 384-dimensional float16 vectors."""

ARTICLE_BATCH = 256
"""Articles fetched at a time: about 1 MB of text, and 2 MB of their vectors."""

_LIVE = "{0}.added <= :upto AND ({0}.removed IS NULL OR {0}.removed > :upto)"
LIVE_ARTICLE = _LIVE.format("a")
"""True of an article `a` that is live at generation `:upto`."""
_ADDED_SINCE = "p.added > :after AND " + _LIVE.format("p")
_LISTED = "WHERE p.id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Totals:
    """What the index holds at one generation.

    Attributes:
        committed_at: ISO time, UTC, with microseconds.
        n_characters: Characters of all passages' titles and texts: what BM25 takes for their length.
    """

    generation: int
    committed_at: str
    n_articles: int
    n_passages: int
    n_sentences: int
    n_characters: int


class PassageText(NamedTuple):
    """A live passage with the words that are searched."""

    id: int
    article_id: str
    start: int
    title: str
    text: str
    published: date | None
    source: str | None


class Stored(NamedTuple):
    """An article as it is stored: with its sentence spans, and the digest that was recorded when it was added."""

    article: Article
    spans: bytes
    digest: str


class Checkpoint(NamedTuple):
    """A file of the vector view, as recorded."""

    generation: int
    file: str
    sha256: str
    n_vectors: int


def newest_generation(log: Log) -> int:
    """Return the number of the last committed change."""
    (generation,) = log.rows("SELECT max(generation) FROM generations")[0]
    if generation is None:
        raise IndexDamaged(f"{log.file} records no generation. Restore the file from a backup.")
    return int(generation)


def totals(log: Log, generation: int) -> Totals:
    """Return what the index held at `generation`."""
    rows = log.rows(
        "SELECT generation, committed_at, n_articles, n_passages, n_sentences, n_characters"
        " FROM generations WHERE generation = ?",
        (generation,),
    )
    if not rows:
        raise IndexDamaged(f"{log.file} has no generation {generation}. Restore the file from a backup.")
    return Totals(*rows[0])


def committed_at(log: Log, generation: int) -> str | None:
    """Return when `generation` was committed; None where the log knows no such generation."""
    rows = log.rows("SELECT committed_at FROM generations WHERE generation = ?", (generation,))
    return rows[0][0] if rows else None


def identity(log: Log, generation: int) -> tuple[int, EncoderIdentity]:
    """Return the encoder in force at `generation`, and the generation it has been in force since."""
    rows = log.rows("SELECT since, identity FROM encoders WHERE since <= ? ORDER BY since DESC LIMIT 1", (generation,))
    if not rows:
        raise IndexDamaged(f"{log.file} records no encoder. Restore the file from a backup.")
    return int(rows[0][0]), identity_from_json(rows[0][1])


def checkpoints(log: Log, since: int, upto: int) -> list[Checkpoint]:
    """Return the recorded checkpoints of generations since..upto, newest first."""
    rows = log.rows(
        "SELECT generation, file, sha256, n_vectors FROM checkpoints WHERE generation BETWEEN ? AND ?"
        " ORDER BY generation DESC",
        (since, upto),
    )
    return [Checkpoint(*row) for row in rows]


def n_replayed(log: Log, after: int, upto: int) -> int:
    """Count what brings a view from `after` to `upto`: passages to add and to remove; by the totals, not one by one."""
    n_removed = log.rows(
        "SELECT count(*) FROM passages WHERE removed > ? AND removed <= ? AND added <= ?", (after, upto, after)
    )[0][0]
    return int(totals(log, upto).n_passages - totals(log, after).n_passages + 2 * n_removed)


def removed_ids(log: Log, after: int, upto: int) -> Ids:
    """Return the passages that were live at `after` and no longer are at `upto`, ascending."""
    rows = log.rows(
        "SELECT id FROM passages WHERE removed > ? AND removed <= ? AND added <= ? ORDER BY id", (after, upto, after)
    )
    return np.array([row[0] for row in rows], np.int64)


def live_ids(log: Log, upto: int) -> Ids:
    """Return the ids of all live passages, ascending."""
    rows = log.rows(f"SELECT id FROM passages p WHERE {_LIVE.format('p')} ORDER BY id", {"upto": upto})
    return np.array([row[0] for row in rows], np.int64)


def added_vectors(log: Log, after: int, upto: int, dimension: int) -> Iterator[tuple[Ids, NDArray[np.float16]]]:
    """Yield ids and vectors of passages added in generations after..upto and live at `upto`, by ascending id."""
    sql = (
        f"SELECT p.id, v.vector FROM passages p JOIN vectors v ON v.passage = p.id WHERE {_ADDED_SINCE}"
        " ORDER BY p.added, p.id"  # the order of the index; ids grow with generations, so it is the order of ids too
    )
    for rows in log.batches(sql, {"after": after, "upto": upto}, BATCH):
        yield np.array([row[0] for row in rows], np.int64), vectors_from_rows([row[1] for row in rows], dimension)


def added_texts(log: Log, after: int, upto: int) -> Iterator[list[PassageText]]:
    """Yield the texts of passages added in generations after..upto and live at `upto`, by ascending id."""
    sql = f'SELECT p.id, p.article, p.start, p."end" FROM passages p WHERE {_ADDED_SINCE} ORDER BY p.added, p.id'
    for rows in log.batches(sql, {"after": after, "upto": upto}, BATCH):
        yield _with_texts(log, rows)


def added_runs(log: Log, after: int, upto: int) -> list[tuple[int, int, str | None, str | None]]:
    """Return (first id, number, published, source) of the passages of each article, by ascending id.

    Of those added in generations after..upto and live at `upto`; what is live of one article was added at once, so its
    ids are consecutive. After 0 that is everything, and read from indexes alone.
    """
    where = _ADDED_SINCE if after else _LIVE.format("p")
    sql = f"SELECT p.article, min(p.id), count(*) FROM passages p WHERE {where} GROUP BY p.article ORDER BY 2"
    runs = log.rows(sql, {"after": after, "upto": upto})
    which = "row IN (SELECT value FROM json_each(:rows))" if after else LIVE_ARTICLE
    given = {"rows": _json([row[0] for row in runs]) if after else "", "upto": upto}
    found = log.rows(f"SELECT row, published, source FROM articles a WHERE {which}", given)
    articles = {row: (published, source) for row, published, source in found}
    return [(first, n, *articles[article]) for article, first, n in runs if article in articles]


def texts(log: Log, ids: Sequence[int]) -> list[PassageText]:
    """Return the texts of the passages listed, in no particular order."""
    rows = log.rows(f'SELECT p.id, p.article, p.start, p."end" FROM passages p {_LISTED}', (_json(ids),))
    return _with_texts(log, rows)


def places(log: Log, ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Return the article id and start of each passage listed: an order that does not depend on when it was added."""
    sql = f"SELECT p.id, a.id, p.start FROM {_PASSAGE_AND_ARTICLE} {_LISTED}"
    return {row[0]: (row[1], row[2]) for row in log.rows(sql, (_json(ids),))}


def vectors(log: Log, ids: Sequence[int], dimension: int) -> NDArray[np.float16]:
    """Return the vectors of the passages listed, float16 (n, dimension), in the order given."""
    sql = "SELECT passage, vector FROM vectors WHERE passage IN (SELECT value FROM json_each(?))"
    found: dict[int, bytes] = dict(log.rows(sql, (_json(ids),)))
    missing = [i for i in ids if i not in found]
    if missing:
        raise IndexDamaged(f"{log.file} has no vector of passage {missing[0]}. Run `rag check` to see what is lost.")
    return vectors_from_rows([found[i] for i in ids], dimension)


def cut_vectors(log: Log, upto: int, dimension: int) -> list[tuple[str, int]]:
    """Return the article id and the bytes of live vectors that have another length than `dimension` float16."""
    sql = (
        f"SELECT DISTINCT a.id, length(v.vector) FROM {_PASSAGE_AND_ARTICLE} JOIN vectors v ON v.passage = p.id"
        f" WHERE {_LIVE.format('p')} AND length(v.vector) != :n ORDER BY a.id"
    )
    return log.rows(sql, {"upto": upto, "n": 2 * dimension})


def articles_where(log: Log, upto: int, column: str, value: str) -> list[Stored]:
    """Return live articles whose `column` ("id", "url", "origin", "digest") is `value`."""
    if not is_unicode(value):
        return []
    sql = f"SELECT {_STORED} FROM articles a WHERE {column} = :value AND {LIVE_ARTICLE} ORDER BY id"
    return [_stored(row) for row in log.rows(sql, {"value": value, "upto": upto})]


def checked(stored: Stored) -> Stored:
    """Refuse a text that somebody else has changed: no citation may quote it. Hashing 100 kB costs 0.1 ms."""
    if text_digest(stored.article.text) != stored.digest:
        raise IndexDamaged(
            f"The text of article {stored.article.id!r} no longer has its recorded digest: something other than rag "
            "has changed it. Run `rag check` to see all that is damaged, and add the article again from its source."
        )
    return stored


def passages(log: Log, upto: int, ids: Sequence[int]) -> dict[int, tuple[int, Passage]]:
    """Return the live passages listed, by id: the row of its article, and the passage itself."""
    sql = (
        f'SELECT p.id, p.article, p.first, p.last, p.start, p."end", a.id, {text_of("a")} FROM {_PASSAGE_AND_ARTICLE}'
        f" {_LISTED} AND p.added <= ? AND (p.removed IS NULL OR p.removed > ?)"
    )
    return {
        number: (row, Passage(number, article_id, first, last, start, end, text[start:end]))
        for number, row, first, last, start, end, article_id, text in log.rows(sql, (_json(ids), upto, upto))
    }


def articles_at(log: Log, rows: Sequence[int]) -> dict[int, Stored]:
    """Return articles by row, whether live or not."""
    sql = f"SELECT row, {_STORED} FROM articles a WHERE row IN (SELECT value FROM json_each(?))"
    return {row[0]: _stored(row[1:]) for row in log.rows(sql, (_json(rows),))}


def stored_by_id(log: Log, upto: int) -> Iterator[list[tuple[int, Stored]]]:
    """Yield the live articles with their rows, by ascending id."""
    sql = f"SELECT row, {_STORED} FROM articles a WHERE {LIVE_ARTICLE} ORDER BY id"
    for rows in log.batches(sql, {"upto": upto}, ARTICLE_BATCH):
        yield [(row[0], _stored(row[1:])) for row in rows]


def passages_of(log: Log, upto: int, articles: Sequence[int]) -> list[Row]:
    """Return (article row, first, last, start, end, key, vector) of the live passages of articles, in their order."""
    sql = (
        "SELECT p.article, p.first, p.last, p.start, p.\"end\", p.key, coalesce(v.vector, x'')"  # lost: 0 bytes
        " FROM passages p LEFT JOIN vectors v ON v.passage = p.id"
        f" WHERE p.article IN (SELECT value FROM json_each(:rows)) AND {_LIVE.format('p')} ORDER BY p.article, p.id"
    )
    return log.rows(sql, {"rows": _json(articles), "upto": upto})


def vectors_by_key(log: Log, since: int, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    """Return a stored vector for each key that was encoded in generation `since` or later, removed or not."""
    sql = (
        "SELECT p.key, v.vector FROM passages p JOIN vectors v ON v.passage = p.id"
        " WHERE p.key IN (SELECT unhex_key(value) FROM json_each(?)) AND p.added >= ?"
    )
    return dict(log.rows(sql, (json.dumps([key.hex() for key in keys]), since)))


def published_range(log: Log, upto: int) -> tuple[date | None, date | None]:
    """Return the first and the last day of publication."""
    first, last = log.rows(
        f"SELECT min(published), max(published) FROM articles a WHERE {LIVE_ARTICLE}", {"upto": upto}
    )[0]
    try:
        return (date.fromisoformat(first), date.fromisoformat(last)) if first else (None, None)
    except (ValueError, TypeError) as error:
        raise IndexDamaged(f"{log.file} has an article whose day cannot be read: {error}. {_RESTORE}") from error


def n_articles_by_source(log: Log, upto: int) -> dict[str, int]:
    """Return sources and how many articles each has, most first; articles without one are not counted."""
    sql = (
        f"SELECT source, count(*) FROM articles a WHERE source IS NOT NULL AND {LIVE_ARTICLE}"
        " GROUP BY source ORDER BY 2 DESC, 1"
    )
    return dict(log.rows(sql, {"upto": upto}))


def counted(log: Log, upto: int) -> tuple[int, int, int, int]:
    """Count articles, passages, sentences and characters anew, as `Totals` records them."""
    n_articles, n_bytes = log.rows(
        f"SELECT count(*), coalesce(sum(length(sentences)), 0) FROM articles a WHERE {LIVE_ARTICLE}", {"upto": upto}
    )[0]
    n_passages, n_characters = 0, 0
    sql = f'SELECT p."end" - p.start, a.title FROM {_PASSAGE_AND_ARTICLE} WHERE {_LIVE.format("p")}'
    for rows in log.batches(sql, {"upto": upto}, BATCH):
        n_passages += len(rows)
        n_characters += sum(length + len(title) + 1 for length, title in rows)
    return n_articles, n_passages, n_bytes // 8, n_characters


_RESTORE = "Run `rag check` to learn which, or restore the file from a backup."
_STORED = f"{article_columns('a')}, a.sentences, a.digest"
_PASSAGE_AND_ARTICLE = "passages p JOIN articles a ON a.row = p.article"


def _stored(row: Row) -> Stored:
    return Stored(article_from_row(row[:-2]), row[-2], row[-1])


def _with_texts(log: Log, rows: Sequence[Row]) -> list[PassageText]:
    """Join (id, article row, start, end) with the articles, reading each once however many passages it has."""
    sql = (
        f"SELECT row, id, title, {text_of('a')}, published, source FROM articles a"
        " WHERE row IN (SELECT value FROM json_each(?))"
    )
    articles = {row[0]: row[1:] for row in log.rows(sql, (_json(sorted({row[1] for row in rows})),))}
    out = []
    for number, row, start, end in rows:
        if row not in articles:
            raise IndexDamaged(f"{log.file}: passage {number} is of an article that is not there. {_RESTORE}")
        article_id, title, text, published, source = articles[row]
        day = day_from_text(published, article_id)
        out.append(PassageText(number, article_id, start, title, text[start:end], day, source))
    return out


def _json(ids: Sequence[int]) -> str:
    return json.dumps([int(i) for i in ids])
