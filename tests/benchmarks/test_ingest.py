"""What an addition spends its time on: benchmarks.clock, benchmarks.ingest."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import pytest

from benchmarks import clock, ingest
from benchmarks.clock import Clock
from rag.types import Article


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that goes on only where something works; `work(seconds)` works."""
    now = SimpleNamespace(at=0.0)
    monkeypatch.setattr(clock, "time", SimpleNamespace(perf_counter=lambda: now.at))

    def work(seconds: float) -> None:
        now.at += seconds

    return SimpleNamespace(clock=Clock(), work=work)


def test_a_part_within_a_part_counts_for_itself_alone(watch: SimpleNamespace) -> None:
    with watch.clock.part("encoding"):
        watch.work(2)
        with watch.clock.part("tokenising"):
            watch.work(1)
            with watch.clock.part("encoding"):
                watch.work(16)
        with watch.clock.part("tokenising"):
            watch.work(4)
        watch.work(8)
    assert watch.clock.seconds == {"encoding": 26, "tokenising": 5}


def test_calls_and_the_use_of_context_managers_are_watched_and_then_no_more(watch: SimpleNamespace) -> None:
    @contextmanager
    def transaction():
        watch.work(1)
        yield "it"
        watch.work(2)

    log = SimpleNamespace(rows=lambda n: watch.work(n), transaction=transaction)
    with ExitStack() as stack:
        watch.clock.watch(stack, "log", log, "rows", "transaction")
        with log.transaction() as given:
            assert given == "it"
            watch.work(4)
            log.rows(8)
    log.rows(16)
    assert watch.clock.seconds == {"log": 15}


def test_the_sum_is_of_all_but_encoding_and_each_share_is_of_the_whole() -> None:
    rows = ingest.profile({"encoding": 6.0, "sentences": 1.0, "the log": 0.5}, 8.0)
    assert {row["part"]: (row["seconds"], row["share"]) for row in rows} == {
        "encoding": (6, "75.0%"),
        "sentences": (1, "12.5%"),
        "the log": (0.5, "6.2%"),
        "all of these but encoding": (1.5, "18.8%"),
        "nothing is encoded": (2, "25.0%"),
        "from beginning to end": (8, "100.0%"),
    }


@pytest.mark.model
def test_an_addition_is_measured_part_by_part_and_its_passages_are_there_to_be_encoded_plainly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAG_VECTOR_CACHE_MB", "0")
    text = "The ferry sailed at noon. It carried nine cars and a piano. "
    began = time.perf_counter()
    (row,), parts, inputs = ingest.ours([Article(f"a{i}", "Ferry", text * (30 + i)) for i in range(2)])
    most = time.perf_counter() - began
    assert row["pieces"] == len(inputs) >= 4
    assert all(given.startswith("Ferry") for given in inputs)
    seconds = {part["part"]: part["seconds"] for part in parts}
    assert 0 < seconds["encoding"] < seconds["from beginning to end"] < most
    assert "tokenising, of what is encoded" in seconds
    assert seconds["the views: tantivy, FAISS"] > 0
