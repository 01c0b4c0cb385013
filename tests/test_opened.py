"""What opening an index does at once, what it leaves alone, and how its errors come out."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier, Event

import pytest

import rag.opened
from rag.api import Rag
from rag.errors import EncoderUnavailable, IndexDamaged
from rag.index import Index, reads
from rag.settings import Settings
from rag.types import Article
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence

TIDE = Article(
    "tide", "Ferry waits for the tide", "The ferry left Odrum at noon. It waited for the tide.", source="Quay"
)
PATIENCE_S = 30.0  # on a busy machine; nothing waits that long unless it fails


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(index=tmp_path / "index")
    Rag(made, BagOfWordsEncoder()).add_articles([TIDE])
    return made


def test_the_encoder_is_loaded_while_the_views_are_opened(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    both, snapshot = Barrier(2), Index.snapshot

    def load(*_: object) -> BagOfWordsEncoder:
        both.wait(PATIENCE_S)
        return BagOfWordsEncoder()

    def meet(self: Index) -> object:
        monkeypatch.setattr(Index, "snapshot", snapshot)
        both.wait(PATIENCE_S)
        return snapshot(self)

    monkeypatch.setattr(rag.opened, "load_fitting", load)
    monkeypatch.setattr(Index, "snapshot", meet)
    assert [hit.passage.article_id for hit in Rag(settings).search("tide", 1)] == ["tide"]


def test_a_damaged_index_is_told_before_the_models_are_loaded(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Event()

    def load(*_: object) -> BagOfWordsEncoder:
        assert told.wait(PATIENCE_S)
        return BagOfWordsEncoder()

    def fail(self: Index) -> None:
        raise IndexDamaged("the log is torn")

    monkeypatch.setattr(rag.opened, "load_fitting", load)
    monkeypatch.setattr(Index, "snapshot", fail)
    with pytest.raises(IndexDamaged, match="the log is torn"):
        Rag(settings).ask("Where did the ferry go?")
    told.set()


def test_an_encoder_that_cannot_be_loaded_is_tried_once_for_a_question(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def load(*_: object) -> BagOfWordsEncoder:
        tried.append(1)
        raise EncoderUnavailable("no weights here")

    monkeypatch.setattr(rag.opened, "load_fitting", load)
    with pytest.raises(EncoderUnavailable, match="no weights here"):
        Rag(settings).ask("Where did the ferry go?")
    assert len(tried) == 1


def test_adding_to_an_index_and_counting_what_it_holds_open_no_view(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Index) -> None:
        pytest.fail("a view was opened")

    monkeypatch.setattr(Index, "snapshot", fail)
    other = Rag(settings, BagOfWordsEncoder())
    report = other.add_article(Article("gale", "Gale", "A gale blew over Odrum."))
    assert (report.generation, other.generation, other.n_articles) == (2, 2, 2)


def test_sources_are_counted_once_for_each_generation(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, count = [], reads.n_articles_by_source

    def counting(*given: object) -> dict[str, int]:
        counted.append(given[1])
        return count(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(reads, "n_articles_by_source", counting)
    monkeypatch.setattr(Rag, "status", lambda self: pytest.fail("everything was counted"))
    asked = Rag(settings, BagOfWordsEncoder(), WordOverlapEvidence())
    for _ in range(3):
        assert asked.search("tide", 1, sources=["QUAY"])
    asked.add_article(Article("gale", "Gale", "A gale blew over Odrum.", source="Pier"))
    assert asked.search("gale", 1, sources=["pier"])
    assert counted == [1, 2]
