"""A text is stored once, whatever the number of articles that have it, and every one of them reads it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import IndexDamaged
from rag.index import Index
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


def test_the_copies_in_an_older_index_are_stored_once_by_the_next_writer(path: Path) -> None:
    whole = f"UPDATE articles SET text = (SELECT text FROM articles WHERE id = 'first') WHERE id = '{COPIES[1].id}'"
    run_sql(path, whole)
    run_sql(path, "UPDATE articles SET text = replace(text, 'ferry', 'fairy') WHERE id = 'first'")
    run_sql(path, whole.replace("'second'", "'third'").replace("= 'first')", "= 'second')"))
    run_sql(path, "PRAGMA user_version = 4")
    assert holders(path) == ["first", "second", "third", "article-004"]
    with closing(Index.open_or_create(path, ENCODER.identity)) as index, index.writer():
        assert holders(path) == ["first", "second", "article-004"]  # a damaged text stands for nobody's but its own
        assert index.snapshot().article("third") == COPIES[2]
        assert {problem.where for problem in index.check().problems} == {"articles.db, article 'first'"}
