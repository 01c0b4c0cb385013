"""One article that cannot be read: what is committed beside it is reported as committed, and it can be taken out."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.api import Rag
from rag.errors import ArticleNotFound, IndexDamaged
from rag.index import Index, vectors
from rag.settings import Settings
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.index.corpus import build, make_article, make_draft

ENCODER = BagOfWordsEncoder()
DAMAGED = "Article 'article-002' cannot be read from the log: "


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two generations of three articles; the day of one is none."""
    path = tmp_path / "index"
    build(path, [make_article(i, url=f"https://news.example/{i}") for i in range(6)]).close()
    with closing(sqlite3.connect(path / "articles.db")) as connection, connection:
        connection.execute("UPDATE articles SET published = '2023-99-01' WHERE id = 'article-002'")
    return path


def test_an_addition_beside_it_is_done_and_a_warning_names_it(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shutil.rmtree(path / "lexical")  # to be built anew, for which every article is read
    with closing(Index.open(path)) as index:
        with index.writer() as writer:
            assert writer.commit([make_draft(make_article(30, "Zebras graze."), ENCODER)]) == 3
            assert writer.commit([], ["article-004"]) == 4
        assert index.totals.n_articles == 6
    assert f"The search structures of {path} are behind the log: {DAMAGED}" in caplog.text
    assert not list(path.glob("*.tmp"))


def test_a_vector_that_is_cut_does_not_undo_an_addition_either(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(vectors, "REPLAY_FLOOR", 1)
    monkeypatch.setattr(vectors, "REPLAY_SHARE", 0)
    with closing(sqlite3.connect(path / "articles.db")) as connection, connection:
        connection.execute("UPDATE vectors SET vector = x'00' WHERE passage = 3")
    with closing(Index.open(path)) as index, index.writer() as writer:
        assert writer.commit([make_draft(make_article(30, "Zebras graze. Lions watch. So it goes."), ENCODER)]) == 3
    assert "A stored vector has 1 bytes, not 128" in caplog.text


def test_asking_ends_in_the_error_that_names_it_and_leaves_no_half_of_a_view(path: Path) -> None:
    shutil.rmtree(path / "lexical")
    with closing(Index.open(path)) as index:
        for _ in range(2):
            with pytest.raises(IndexDamaged, match=DAMAGED):
                index.snapshot()
    assert not list(path.glob("*.tmp"))


@pytest.mark.parametrize("name", ["article-002", "https://news.example/2"])
@pytest.mark.parametrize("with_views", [True, False])
def test_once_it_is_removed_as_the_error_says_questions_are_answered_again(
    path: Path, name: str, with_views: bool
) -> None:
    if not with_views:
        shutil.rmtree(path / "lexical")
    rag = Rag(Settings(index=path), ENCODER, WordOverlapEvidence())
    assert rag.remove(name) == ("article-002",)
    assert rag.search("old rocket news")
    assert rag.check().ok
    with pytest.raises(ArticleNotFound, match=f"No article has the id or address '{name}'"):
        rag.remove("article-003", name)
    assert rag.n_articles == 5
