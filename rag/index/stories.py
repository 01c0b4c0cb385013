"""Which articles are copies of one story: recorded as they are added, read at one generation. Knows the tables.

A text is compared once, when an article that is there brings it in, with the texts of the articles that are there: so
each two texts that were ever there together are compared, in whatever order they came. The pairs found are facts about
texts and stay; an article that is removed takes its text out of every later generation, and no pair need be touched.
"""

from __future__ import annotations

import json
from functools import lru_cache

from rag.index.copies import are_copies, bands, opens_alike, tells_a_story, wording
from rag.index.log import Log, Transaction
from rag.index.records import article_columns, article_from_row, text_of
from rag.types import Article

MAX_COMPARED = 64
"""Texts that one is compared with, those with most bands in common: an addition costs the same in an index that is full
of near-copies. A story of more is held together by the copies most alike."""
MAX_TOLD = 100
"""Articles of a story that are read: more outlets than any reader is shown, and 1 MB of text."""
_BATCH = 256  # articles read at a time: about 1 MB of text
_wording = lru_cache(2 * MAX_COMPARED)(wording)  # copies come together: 200 kB each, and 1 ms to cut it again

_IS_THERE = """EXISTS (SELECT 1 FROM texts t JOIN articles a ON a.row = t.article
    WHERE t.text = {0} AND a.added <= :upto AND (a.removed IS NULL OR a.removed > :upto))"""
_NOW = "EXISTS (SELECT 1 FROM texts t JOIN articles a ON a.row = t.article WHERE t.text = {0} AND a.removed IS NULL)"


def record(transaction: Transaction, row: int, article: Article) -> None:
    """Record which story the article just inserted as `row` tells."""
    text = _wording(article.text)
    if not tells_a_story(article.title, text):
        return
    known = transaction.rows(
        "SELECT t.text FROM articles a JOIN texts t ON t.article = a.row WHERE a.digest = ? LIMIT 1", (article.digest,)
    )
    number = known[0][0] if known else row
    is_there = known and transaction.rows(f"SELECT {_NOW.format('?')}", (number,))[0][0]
    transaction.insert("INSERT INTO texts VALUES (?, ?)", (row, number))
    if is_there:
        return
    keys = bands(text)
    if not known:
        transaction.many("INSERT OR IGNORE INTO bands VALUES (?, ?)", ((key, number) for key in keys))
    likely = transaction.rows(
        f"SELECT row, {text_of('articles')} FROM articles WHERE row IN ("
        f" SELECT b.text FROM bands b WHERE b.key IN (SELECT value FROM json_each(?)) AND b.text != ?"
        f" AND {_NOW.format('b.text')} GROUP BY b.text ORDER BY count(*) DESC, b.text LIMIT ?)",
        (json.dumps(keys), number, MAX_COMPARED),
    )
    # Unrelated texts have a key in common by chance: the larger the index, the more of those that are likely.
    found = [other for other, own in likely if opens_alike(text, own) and are_copies(text, _wording(own))]
    pairs = [pair for other in found for pair in ((number, other), (other, number))]
    transaction.many("INSERT OR IGNORE INTO copies VALUES (?, ?)", iter(pairs))


def record_all(transaction: Transaction) -> None:
    """Record the stories of an index from before they were known: of the articles that are there now."""
    done = 0
    while rows := transaction.rows(
        f"SELECT row, {article_columns()} FROM articles WHERE row > ? AND removed IS NULL ORDER BY row LIMIT ?",
        (done, _BATCH),
    ):
        for done, *columns in rows:
            record(transaction, done, article_from_row(columns))


def story(log: Log, upto: int, article_id: str) -> list[Article]:
    """Return the live articles that tell the story of a live one, itself among them; none where it tells no story.

    The first published comes first, undated ones last; on one day the longest, then by id; `MAX_TOLD` of them at most.
    """
    if not _are_known(log):
        return []
    sql = f"""WITH RECURSIVE story (text) AS (
            SELECT t.text FROM articles a JOIN texts t ON t.article = a.row
                WHERE a.id = :id AND a.added <= :upto AND (a.removed IS NULL OR a.removed > :upto)
            UNION
            SELECT c.copy FROM story s JOIN copies c ON c.text = s.text WHERE {_IS_THERE.format("c.copy")}
        )
        SELECT * FROM (
            SELECT {article_columns("a")}
            FROM story s JOIN texts t ON t.text = s.text JOIN articles a ON a.row = t.article
            WHERE a.added <= :upto AND (a.removed IS NULL OR a.removed > :upto)
        ) ORDER BY published IS NULL, published, length(text) DESC, id LIMIT {MAX_TOLD}"""
    return [article_from_row(row) for row in log.rows(sql, {"id": article_id, "upto": upto})]


def broken(log: Log, generation: int) -> list[str]:
    """Return the ids of live articles that go by another text's row, or are copies one way only, ascending.

    What `bands` holds is not judged: it helps to recognise the copies of articles to come.
    """
    if not _are_known(log):
        return []
    sql = """SELECT a.id FROM texts t JOIN articles a ON a.row = t.article LEFT JOIN articles f ON f.row = t.text
            WHERE a.added <= :upto AND (a.removed IS NULL OR a.removed > :upto) AND f.digest IS NOT a.digest
        UNION
        SELECT a.id FROM copies c JOIN texts t ON t.text IN (c.text, c.copy) JOIN articles a ON a.row = t.article
            WHERE a.added <= :upto AND (a.removed IS NULL OR a.removed > :upto)
            AND NOT EXISTS (SELECT 1 FROM copies m WHERE m.text = c.copy AND m.copy = c.text)
        ORDER BY 1"""
    return [article_id for (article_id,) in log.rows(sql, {"upto": generation})]


def _are_known(log: Log) -> bool:
    """Tell whether stories are recorded: not in an index from before, until it is written to."""
    return bool(log.rows("SELECT 1 FROM sqlite_master WHERE name = 'copies'"))
