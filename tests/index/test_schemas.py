"""Indexes that earlier versions wrote: they open and answer as they are, and the next writer brings them up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import SchemaUnsupported
from rag.index import Index, seals, stories
from rag.index.migrations import VERSION
from rag.types import Article
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import build, make_draft
from tests.index.schemas import OLDER, restore

ENCODER = BagOfWordsEncoder()


@pytest.fixture(params=OLDER)
def schema(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def path(schema: int, tmp_path: Path) -> Path:
    return restore(schema, tmp_path / "index")


def version(path: Path) -> int:
    with closing(sqlite3.connect(path / "articles.db")) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def made_by(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path / "articles.db")) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"))


def found(index: Index, question: str) -> tuple[str, str]:
    """Return the articles that are best by vector and by words."""
    snapshot = index.snapshot()
    hits = [*snapshot.search_dense(ENCODER.encode([question])[0], 1), *snapshot.search_words(question, 1)]
    one, other = (context.article.id for context in snapshot.contexts([number for number, _ in hits]))
    return one, other


def story(index: Index) -> list[str]:
    return [article.id for article in index.snapshot().story("crane")]


def upgraded(path: Path) -> Index:
    index = Index.open_or_create(path, ENCODER.identity)
    with index.writer():
        pass
    return index


def test_there_is_an_index_of_every_earlier_schema() -> None:
    assert tuple(range(1, VERSION)) == OLDER


def test_an_older_index_opens_and_answers_as_it_is(path: Path, schema: int) -> None:
    with closing(Index.open_or_create(path, ENCODER.identity)) as index:
        snapshot = index.snapshot()
        assert {a.id for a in snapshot.articles()} == {"crane", "crane-wire", "orchard", "library"}
        assert snapshot.generation == 2
        assert found(index, "apple trees bloomed eleven days early") == ("orchard", "orchard")
        assert story(index) == (["crane"] if schema == 1 else ["crane", "crane-wire"])
        assert index.check().ok
    assert version(path) == schema


def test_the_next_writer_brings_an_older_index_up_without_a_new_generation(path: Path, tmp_path: Path) -> None:
    with closing(upgraded(path)) as index:
        assert index.snapshot().generation == 2
        assert found(index, "the library lends telescopes") == ("library", "library")
        assert story(index) == ["crane", "crane-wire"]
        assert index.check().ok
        with index.writer() as writer:
            writer.commit([make_draft(Article("late", "Frost comes", "Frost came in May."), ENCODER)], ["library"])
        assert index.check().ok
    assert version(path) == VERSION
    Index.open_or_create(tmp_path / "new", ENCODER.identity).close()
    assert made_by(path) == made_by(tmp_path / "new")


@pytest.mark.parametrize("schema", [3, 4], indirect=True)
def test_damage_in_an_older_index_is_not_sealed_as_if_it_had_been_committed(path: Path) -> None:
    with closing(sqlite3.connect(path / "articles.db")) as connection, connection:
        connection.execute("UPDATE articles SET source = 'Eastmoor Pest' WHERE id = 'crane'")
    with closing(Index.open(path)) as index:
        assert [problem.where for problem in index.check().problems] == ["articles.db, article 'crane'"]
    with closing(upgraded(path)) as index:
        assert [problem.where for problem in index.check().problems] == ["articles.db, article 'crane'"]


def test_an_article_of_an_older_index_is_sealed_as_it_is_found(path: Path) -> None:
    upgraded(path).close()
    with closing(sqlite3.connect(path / "articles.db")) as connection, connection:
        connection.execute("UPDATE articles SET source = 'Eastmoor Pest' WHERE id = 'crane'")
    with closing(Index.open(path)) as index:
        (problem,) = index.check().problems
    assert problem.where == "articles.db, article 'crane'"


def test_a_process_that_runs_older_code_stops_writing_once_a_newer_one_has_upgraded_the_index(tmp_path: Path) -> None:
    index = build(tmp_path, [Article("crane", "Crane falls", "A crane fell.")])
    with index.writer() as writer:
        upgrade_to_a_newer_version(tmp_path)
        with pytest.raises(SchemaUnsupported, match=f"has schema {VERSION + 1}, and this version of rag reads up to"):
            writer.commit([], ["crane"])
    with pytest.raises(SchemaUnsupported, match="Upgrade rag"), index.writer():
        pytest.fail("nothing can be written in an unknown schema")
    assert index.totals.generation == 1


def upgrade_to_a_newer_version(path: Path) -> None:
    with closing(sqlite3.connect(path / "articles.db")) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")


@pytest.mark.parametrize("step", [stories, seals], ids=["stories", "seals"])
def test_an_upgrade_that_fails_leaves_the_older_index_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: object
) -> None:
    path = restore(1, tmp_path)
    before = made_by(path)

    def fail(*_: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(step, "record", fail)
        with pytest.raises(RuntimeError):
            upgraded(path)
    assert (version(path), made_by(path)) == (1, before)
    with closing(upgraded(path)) as index:
        assert story(index) == ["crane", "crane-wire"]
        assert index.check().ok


def test_its_contents_have_a_digest_before_it_is_brought_up_and_after(path: Path) -> None:
    with closing(Index.open(path)) as index:
        before = index.snapshot().contents()
        with index.writer() as writer:
            writer.commit([make_draft(Article("new", "New", "It rains in Kyiv."), ENCODER)])
        assert index.snapshot().contents() != before
        assert before.startswith("sha256:")
