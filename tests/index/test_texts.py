"""A text is stored once, whatever the number of articles that have it, and every one of them reads it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import IndexDamaged
from rag.index import Index
from rag.index.records import text_of
from rag.types import Article
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import build, make_article, make_draft
from tests.index.test_copies import WIRE

ENCODER = BagOfWordsEncoder()
COPIES = [Article(name, f"Fire breaks out on a ferry, as {name} has it", WIRE) for name in ("first", "second", "third")]


def commit(index: Index, *articles: Article, remove: tuple[str, ...] = ()) -> None:
    with index.writer() as writer:
        writer.commit([make_draft(article, ENCODER) for article in articles], remove)


def run_sql(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path / "articles.db")) as connection, connection:
        return connection.execute(sql).fetchall()


def holders(path: Path) -> list[str]:
    """Return the ids of the articles whose own row has the text."""
    return [str(row[0]) for row in run_sql(path, "SELECT id FROM articles WHERE text != '' ORDER BY row")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    build(tmp_path / "index", [*COPIES, make_article(4)]).close()
    return tmp_path / "index"


@pytest.fixture
def index(path: Path) -> Index:
    return Index.open(path)


def test_copies_word_for_word_are_stored_once_and_read_alike(path: Path, index: Index) -> None:
    assert holders(path) == ["first", "article-004"]
    snapshot = index.snapshot()
    assert [snapshot.article(copy.id) for copy in COPIES] == COPIES
    assert {article.id: article.text for article in snapshot.articles()} == {
        article.id: article.text for article in (*COPIES, make_article(4))
    }
    assert [article.text for article in snapshot.story("third")] == [WIRE] * 3
    found = [number for number, _ in snapshot.search_words("ferry fire passengers", 20)]
    assert {context.article.id for context in snapshot.contexts(found)} == {copy.id for copy in COPIES}
    assert all(context.passage.text in WIRE for context in snapshot.contexts(found))
    assert {passage.text in WIRE for passage in snapshot.texts(found)} == {True}
    assert index.check().ok


def test_a_copy_keeps_its_text_when_the_article_that_holds_it_is_removed(path: Path, index: Index) -> None:
    commit(index, remove=("first",))
    assert index.snapshot().article("second").text == WIRE
    assert index.check(repair=True).ok
    assert Index.open(path).snapshot().article("third").text == WIRE


def test_another_headline_does_not_store_the_text_again(path: Path, index: Index) -> None:
    commit(index, Article("first", "Fire on a ferry", WIRE))
    assert holders(path) == ["first", "article-004"]
    assert index.snapshot().article("first") == Article("first", "Fire on a ferry", WIRE)
    assert index.check().ok


def test_a_damaged_text_is_named_for_every_article_that_has_it_and_one_of_them_mends_all(
    path: Path, index: Index
) -> None:
    run_sql(path, "UPDATE articles SET text = replace(text, 'ferry', 'fairy') WHERE id = 'first'")
    named = {problem.where for problem in index.check().problems}
    assert named == {f"articles.db, article '{copy.id}'" for copy in COPIES}
    with pytest.raises(IndexDamaged, match="The text of article 'second' no longer has its recorded digest"):
        index.snapshot().article("second")
    commit(index, COPIES[1])
    assert index.snapshot().article("second").text == index.snapshot().article("third").text == WIRE
    assert {problem.where for problem in index.check().problems} == {"articles.db, article 'first'"}
    commit(index, COPIES[0])
    assert index.check().ok


def test_a_text_that_is_nowhere_is_reported(path: Path, index: Index) -> None:
    run_sql(path, "UPDATE articles SET text = '' WHERE id = 'first'")
    with pytest.raises(IndexDamaged, match="'third' no longer has its recorded digest"):
        index.snapshot().article("third")
    assert {problem.where for problem in index.check().problems} == {f"articles.db, article '{c.id}'" for c in COPIES}


@pytest.mark.parametrize("damaged", ["first", "second", "third"])
def test_whichever_row_has_a_damaged_text_the_articles_added_again_are_mended(
    path: Path, index: Index, damaged: str
) -> None:
    run_sql(path, f"UPDATE articles SET text = 'No ferry.' WHERE id = '{damaged}'")
    hurt = {problem.where for problem in index.check().problems}
    assert f"articles.db, article '{damaged}'" in hurt
    commit(index, *(copy for copy in COPIES if f"articles.db, article '{copy.id}'" in hurt))
    assert index.check().ok
    assert [index.snapshot().article(copy.id) for copy in COPIES] == COPIES


def test_a_damaged_text_of_a_removed_article_is_not_taken_for_a_copy_of_it(path: Path, index: Index) -> None:
    commit(index, remove=("first", "second", "third"))
    run_sql(path, "UPDATE articles SET text = 'No ferry.' WHERE id = 'first'")
    commit(index, COPIES[2])
    assert index.snapshot().article("third") == COPIES[2]
    assert index.check().ok


def test_a_blob_where_a_text_was_is_reported_for_every_article_that_reads_it(path: Path, index: Index) -> None:
    run_sql(path, "UPDATE articles SET text = x'00ff' WHERE id = 'first'")
    with pytest.raises(IndexDamaged, match="Article 'second' cannot be read from the log: where text was written"):
        index.snapshot().article("second")
    assert {problem.where for problem in index.check().problems} == {f"articles.db, article '{c.id}'" for c in COPIES}


def test_a_text_is_found_without_going_through_its_copies(path: Path) -> None:
    plan = run_sql(path, f"EXPLAIN QUERY PLAN SELECT {text_of('a')} FROM articles a")
    assert "SEARCH other USING INDEX articles_text (digest=?)" in {row[-1] for row in plan}


def of_schema_4(path: Path, *whole: str) -> None:
    """Give the index the schema before texts were stored once, and these articles a text of their own."""
    with closing(sqlite3.connect(path / "articles.db")) as connection, connection:
        connection.execute("DROP INDEX articles_text")
        for article_id in whole:
            connection.execute("UPDATE articles SET text = ? WHERE id = ?", (WIRE, article_id))
        connection.execute("PRAGMA user_version = 4")


def bring_up(path: Path) -> None:
    with closing(Index.open_or_create(path, ENCODER.identity)) as index, index.writer():
        pass


def test_the_copies_in_an_older_index_are_stored_once_by_the_next_writer(path: Path) -> None:
    of_schema_4(path, "second", "third")
    assert holders(path) == ["first", "second", "third", "article-004"]
    bring_up(path)
    assert holders(path) == ["first", "article-004"]
    assert [Index.open(path).snapshot().article(copy.id) for copy in COPIES] == COPIES


@pytest.mark.parametrize("damaged", ["first", "second", "third"])
def test_copies_in_an_older_index_keep_their_texts_where_one_is_damaged(path: Path, damaged: str) -> None:
    of_schema_4(path, "second", "third")
    run_sql(path, f"UPDATE articles SET text = replace(text, 'ferry', 'fairy') WHERE id = '{damaged}'")
    bring_up(path)
    with closing(Index.open(path)) as index:
        texts = [problem.where for problem in index.check().problems if "its text has digest" in problem.what]
        assert texts == [f"articles.db, article '{damaged}'"]
