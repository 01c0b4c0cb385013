"""Values of the log that are possible but not those that were committed: only the seal shows them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag.index import Index, check
from rag.index.log import Log
from rag.types import Article
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import build, make_article, make_draft

ENCODER = BagOfWordsEncoder()
SEALED = "it is not what was committed: its row, a passage or a vector has changed since"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Four articles, one of them replaced, one removed."""
    index = build(tmp_path, [make_article(i, url=f"https://news.example/{i}", section="World") for i in range(4)])
    with index.writer() as writer:
        writer.commit([make_draft(make_article(1, "A rocket bridge. New."), ENCODER)], ["article-003"])
    index.close()
    return tmp_path


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path / "articles.db")) as connection, connection:
        assert connection.execute(sql).rowcount == 1


def problems(path: Path) -> list[tuple[str, str]]:
    with closing(Index.open(path)) as index:
        return [(problem.where, problem.what) for problem in index.check().problems]


OF = "(SELECT min(id) FROM passages WHERE article = 3)"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE articles SET title = 'About the harbest' WHERE row = 3",
        "UPDATE articles SET published = '2023-01-02' WHERE row = 3",
        "UPDATE articles SET source = 'BBD' WHERE row = 3",
        "UPDATE articles SET url = 'https://news.example/3' WHERE row = 3",
        "UPDATE articles SET section = NULL WHERE row = 3",
        """UPDATE articles SET authors = '["A"]' WHERE row = 3""",
        "UPDATE articles SET origin = 'x' WHERE row = 3",
        f"UPDATE passages SET key = zeroblob(16) WHERE id = {OF}",
        f"UPDATE passages SET added = 0 WHERE id = {OF}",
        "UPDATE seals SET seal = zeroblob(16) WHERE article = 3",
        "DELETE FROM seals WHERE article = 3",
    ],
)
def test_a_value_that_is_possible_but_was_not_committed_is_reported(path: Path, sql: str) -> None:
    assert problems(path) == []
    change(path, sql)
    assert ("articles.db, article 'article-002'", SEALED) in problems(path)


@pytest.mark.parametrize("bit", [0, 3, 9, 15])
def test_any_flipped_bit_of_a_vector_is_reported(path: Path, bit: int) -> None:
    with closing(sqlite3.connect(path / "articles.db")) as connection, connection:
        ((number, vector),) = connection.execute(f"SELECT passage, vector FROM vectors WHERE passage = {OF}")
        other = bytearray(vector)
        other[20 + bit // 8] ^= 1 << bit % 8
        connection.execute("UPDATE vectors SET vector = ? WHERE passage = ?", (bytes(other), number))
    assert [where for where, _ in problems(path)] == ["articles.db, article 'article-002'"]


def test_damage_that_shows_otherwise_is_told_once(path: Path) -> None:
    change(path, "UPDATE articles SET text = replace(text, 'harvest', 'Harvest') WHERE row = 3")
    ((where, what),) = problems(path)
    assert where == "articles.db, article 'article-002'"
    assert what.startswith("its text has digest sha256:")


def test_articles_that_another_encoder_has_encoded_anew_are_sealed_anew(path: Path) -> None:
    other = BagOfWordsEncoder(model="other", dimension=32)
    with closing(Index.open(path)) as index, index.writer() as writer:
        drafts = [make_draft(article, other) for article in index.snapshot().articles()]
        writer.replace_vectors(other.identity, drafts)
    assert problems(path) == []


@pytest.mark.parametrize("damaged", [True, False])
def test_a_check_during_which_all_is_encoded_anew_reports_what_is_damaged_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch, damaged: bool
) -> None:
    other = BagOfWordsEncoder(model="other", dimension=32)
    check_totals = check._check_totals

    def meanwhile(log: Log, generation: int) -> Iterator[check.Problem]:  # what is checked right before the seals
        with closing(Index.open(path)) as index:
            if index.identity != other.identity:
                with index.writer() as writer:
                    writer.replace_vectors(other.identity, [make_draft(a, other) for a in writer.articles()])
                if damaged:
                    change(path, "UPDATE articles SET source = 'BBD' WHERE row = 3")
        return check_totals(log, generation)

    monkeypatch.setattr(check, "_check_totals", meanwhile)
    assert problems(path) == ([("articles.db, article 'article-002'", SEALED)] if damaged else [])


def test_an_article_with_no_passage_is_sealed_too(path: Path) -> None:
    with closing(Index.open(path)) as index, index.writer() as writer:
        writer.commit([make_draft(Article("empty", "Nothing but a headline", ""), ENCODER)])
    assert problems(path) == []
    change(path, "UPDATE articles SET title = 'Nothing but a headlime' WHERE id = 'empty'")
    assert [where for where, _ in problems(path)][:1] == ["articles.db, article 'empty'"]


def contents(path: Path) -> str:
    with closing(Index.open(path)) as index:
        return index.snapshot().contents()


def test_contents_are_equal_where_articles_are_and_differ_with_a_text_a_day_and_an_encoder(tmp_path: Path) -> None:
    ways = {
        "one": [make_article(1), make_article(2)],
        "same": [make_article(1), make_article(2)],
        "text": [make_article(1), make_article(2, "A rocket bridge. New.")],
        "day": [make_article(1), replace(make_article(2), published=date(2022, 1, 2))],
        "fewer": [make_article(1)],
    }
    for name, articles in ways.items():
        build(tmp_path / name, articles).close()
    found = {name: contents(tmp_path / name) for name in ways}
    assert found.pop("one") == found["same"]
    assert len(set(found.values())) == 4
    other = BagOfWordsEncoder(model="other", dimension=32)
    with closing(Index.open(tmp_path / "same")) as index, index.writer() as writer:
        writer.replace_vectors(other.identity, [make_draft(article, other) for article in ways["same"]])
    assert contents(tmp_path / "same") not in found.values()


def test_a_seal_is_the_same_on_every_version_of_python_and_of_this_program(tmp_path: Path) -> None:
    article = Article("mokele", "Mokélé \U0001fae9", "It rains \U0001fae9. “Yes.”", "BBC", published=date(2024, 2, 3))
    build(tmp_path, [article]).close()
    with closing(sqlite3.connect(tmp_path / "articles.db")) as connection:
        ((seal,),) = connection.execute("SELECT hex(seal) FROM seals")
    assert (
        seal == "77A11DEE3714892D26931343062A7535"
    )  # \U0001fae9 is new in Unicode 16: Python 3.14 prints it as it is, 3.11 escapes it
