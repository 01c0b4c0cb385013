"""Which passages a limit allows, kept article by article: as if each passage were asked, and from indexes alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from rag.errors import IndexDamaged
from rag.index import Index, facts, reads
from rag.index.log import Log, Parameters, Row
from rag.index.migrations import MIGRATIONS, VERSION
from rag.types import Article, Constraints
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import build, make_article, make_draft

ENCODER = BagOfWordsEncoder()
LIMITS = [Constraints(since=date(2023, 1, 8)), Constraints(as_of=date(2023, 1, 12)), Constraints(sources=("bbc",))]


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """Thirty articles in six generations; then some rewritten, removed, without a day, without a passage."""
    index = build(tmp_path, [make_article(i) for i in range(30)], batch=5)
    with index.writer() as writer:
        rewritten = [make_article(i, f"A new text of bridge {i}. It is one passage longer. Or not.") for i in (4, 29)]
        writer.commit([make_draft(a, ENCODER) for a in rewritten], ["article-007"])
        added = [Article("undated", "Bridge", "It is old."), make_article(31, published=None), make_article(32, " ")]
        writer.commit([make_draft(a, ENCODER) for a in added])
        writer.commit([make_draft(make_article(7), ENCODER)], ["article-004"])
    return index


def of_each_passage(log: Log, upto: int, limit: Constraints) -> list[int]:
    """Ask every live passage's article."""
    sql = (
        "SELECT p.id, a.published, a.source FROM passages p JOIN articles a ON a.row = p.article"
        " WHERE p.added <= :upto AND (p.removed IS NULL OR p.removed > :upto) ORDER BY p.id"
    )
    since, last = str(limit.since or ""), str(limit.last_day or "9999")
    dated = limit.since is not None or limit.last_day is not None
    return [
        number
        for number, day, source in log.rows(sql, {"upto": upto})
        if (not dated or (day is not None and since <= day <= last))
        and (not limit.sources or (source or "").casefold() in limit.sources)
    ]


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_from_any_generation_to_any_later_one_facts_are_those_of_each_passage(index: Index, limit: Constraints) -> None:
    with index.writer() as writer:  # other vectors: the articles stay, their passages are new ones
        articles = index.snapshot().articles()
        writer.replace_vectors(ENCODER.identity, [make_draft(article, ENCODER, 1) for article in articles])
    log, newest = Log(index.path), index.snapshot().generation
    for before in range(newest + 1):
        known = facts.advance(facts.NOTHING, log, before)
        for upto in range(before, newest + 1):
            found = facts.advance(known, log, upto).allowed(limit).tolist()
            assert found == of_each_passage(log, upto, limit)


def test_loading_facts_touches_no_page_that_holds_a_text(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    log, newest, plans, rows = Log(index.path), index.snapshot().generation, [], Log.rows

    def explained(self: Log, sql: str, parameters: Parameters = ()) -> list[Row]:
        plans.extend(row[3] for row in rows(self, f"EXPLAIN QUERY PLAN {sql}", parameters))
        return rows(self, sql, parameters)

    monkeypatch.setattr(Log, "rows", explained)
    facts.advance(facts.NOTHING, log, newest)
    assert [plan for plan in plans if plan.startswith(("SCAN p ", "SCAN a", "SEARCH p ", "SEARCH a"))] == [
        "SCAN p USING COVERING INDEX passages_article",
        "SCAN a USING COVERING INDEX articles_source",
    ]


def test_what_a_view_has_to_replay_is_counted_as_the_rows_count_it(index: Index) -> None:
    log, newest = Log(index.path), index.snapshot().generation
    for before in range(newest + 1):
        for upto in range(before, newest + 1):
            then, now = reads.live_ids(log, before).tolist(), reads.live_ids(log, upto).tolist()
            assert reads.n_replayed(log, before, upto) == len(set(then) ^ set(now))


def test_a_connection_keeps_more_pages_than_a_question_reads(index: Index) -> None:
    log = Log(index.path)
    assert log.rows("PRAGMA cache_size") == [(-32768,)]
    assert log.rows("PRAGMA mmap_size") == [(0,)]


def before_schema_4(path: Path) -> None:
    """Make the index one of schema 3: the two indexes as step 1 made them."""
    with closing(sqlite3.connect(path / "articles.db")) as connection, connection:
        for name in ("passages_article", "articles_source"):
            connection.execute(f"DROP INDEX {name}")
            connection.execute(next(step for step in MIGRATIONS[1] if f"INDEX {name} " in step))
        connection.execute("DROP INDEX articles_text")
        connection.execute("PRAGMA user_version = 3")


def test_an_index_of_schema_3_opens_and_is_brought_up_by_the_next_writer(index: Index) -> None:
    limit, newest = LIMITS[0], index.snapshot().generation
    expected = index.snapshot().search_dense(ENCODER.encode(["bridge"])[0], 100, limit)
    index.close()
    before_schema_4(index.path)
    with closing(Index.open(index.path)) as older:
        assert older.snapshot().search_dense(ENCODER.encode(["bridge"])[0], 100, limit) == expected
        with older.writer():
            pass
        assert older.snapshot().generation == newest
        assert older.snapshot().search_dense(ENCODER.encode(["bridge"])[0], 100, limit) == expected
    with closing(sqlite3.connect(index.path / "articles.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'articles_source'").fetchone()
    assert sql.endswith("(source, published, added, removed)")


def test_a_damaged_day_ends_a_limited_question_in_an_error_that_says_what_to_run(index: Index, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "articles.db")) as connection:
        connection.execute("UPDATE articles SET published = '2023-99-01' WHERE id = 'article-005'")
        connection.commit()
    with pytest.raises(IndexDamaged, match="rag check"):
        Index.open(tmp_path).snapshot().search_dense(ENCODER.encode(["bridge"])[0], 3, LIMITS[0])
