"""Which connections to the log stay open: a few for the next statement, none of a log that was closed."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from rag.index import Index
from rag.index.log import MOST_IDLE, Log, Row
from tests.connections import is_open, noted
from tests.index.corpus import build, make_article


@pytest.fixture
def path(tmp_path: Path) -> Path:
    build(tmp_path, [make_article(i) for i in range(3)]).close()
    return tmp_path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    return noted(monkeypatch)


def reading(opened: Log) -> Generator[list[Row]]:
    """Use a connection until the generator is closed."""
    rows = opened.batches("SELECT id FROM articles ORDER BY id", (), 1)
    assert isinstance(rows, Generator)
    assert next(rows) == [("article-000",)]
    return rows


def test_after_a_rush_a_few_connections_stay_open_and_are_used_again(
    path: Path, made: list[sqlite3.Connection]
) -> None:
    with closing(Log(path)) as opened:
        with ExitStack() as stack:
            for _ in range(MOST_IDLE + 5):
                stack.callback(reading(opened).close)
            assert sum(map(is_open, made)) == MOST_IDLE + 5
        assert sum(map(is_open, made)) == MOST_IDLE
        assert opened.rows("SELECT count(*) FROM articles") == [(3,)]
        assert len(made) == MOST_IDLE + 5


def test_a_connection_that_is_given_back_to_a_closed_log_is_closed(path: Path, made: list[sqlite3.Connection]) -> None:
    opened = Log(path)
    rows = reading(opened)
    opened.close()
    assert list(map(is_open, made)) == [True]
    assert [row for batch in rows for row in batch] == [("article-001",), ("article-002",)]
    assert list(map(is_open, made)) == [False]


def test_a_closed_index_has_no_connection_open(path: Path, made: list[sqlite3.Connection]) -> None:
    index = Index.open(path)
    assert index.snapshot().n_articles == 3
    index.close()
    assert made
    assert not any(map(is_open, made))
