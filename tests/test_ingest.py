from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from rag import ingest
from rag.errors import EncoderUnavailable, FetchRefused, IndexLocked, ReadError
from rag.index import Index, Writer
from rag.ingest import AddProgress, add_articles, rebuild
from rag.passages import passage_input
from rag.types import Article, Skipped
from tests.fakes import BagOfWordsEncoder

TALKS = Article(
    "talks", "Talks in Beijing", "Blinken met Xi on Monday. They spoke for 35 minutes.", url="https://a.org/talks"
)
RAIN = Article("rain", "Rain", "It rained on the square for hours. Nobody minded the rain.", origin="/news/rain.txt")


@pytest.fixture
def encoder() -> BagOfWordsEncoder:
    return BagOfWordsEncoder()


@pytest.fixture
def index(tmp_path: Path, encoder: BagOfWordsEncoder) -> Index:
    return Index.open_or_create(tmp_path / "index", encoder.identity)


def test_new_articles_are_added_in_one_generation_with_the_vectors_of_their_passages(
    index: Index, encoder: BagOfWordsEncoder
):
    before = index.snapshot().generation
    report = add_articles(index, encoder, [TALKS, RAIN])
    assert (report.added, report.updated, report.unchanged) == (("talks", "rain"), (), ())
    assert report.generation == before + 1
    wanted = encoder.encode([passage_input(TALKS.title, TALKS.text)])[0]
    [(best, cosine), *_] = index.snapshot().search_dense(wanted, 2)
    assert index.snapshot().contexts([best])[0].article == TALKS
    assert cosine == pytest.approx(1, abs=1e-3)


def test_the_same_articles_again_are_unchanged_and_nothing_is_encoded(index: Index, encoder: BagOfWordsEncoder):
    first = add_articles(index, encoder, [TALKS, RAIN])
    encoded = encoder.n_encoded
    again = add_articles(index, encoder, [TALKS, RAIN])
    assert again.unchanged == ("talks", "rain")
    assert again.generation == first.generation
    assert encoder.n_encoded == encoded


def test_another_text_under_the_same_id_is_an_update(index: Index, encoder: BagOfWordsEncoder):
    add_articles(index, encoder, [TALKS])
    report = add_articles(index, encoder, [replace(TALKS, text="Blinken left Beijing.")])
    assert report.updated == ("talks",)
    assert index.snapshot().article("talks").text == "Blinken left Beijing."
    assert index.snapshot().n_articles == 1


def test_another_text_under_the_same_address_or_origin_updates_the_article_under_its_own_id(
    index: Index, encoder: BagOfWordsEncoder
):
    add_articles(index, encoder, [TALKS, RAIN])
    report = add_articles(
        index, encoder, [replace(TALKS, id="other", text="New."), replace(RAIN, id="else", text="Dry at last.")]
    )
    assert report.updated == ("talks", "rain")
    assert index.snapshot().article("rain").text == "Dry at last."


def test_a_new_date_of_the_same_text_is_an_update_that_encodes_nothing(index: Index, encoder: BagOfWordsEncoder):
    add_articles(index, encoder, [TALKS])
    encoded = encoder.n_encoded
    report = add_articles(index, encoder, [replace(TALKS, published=date(2023, 6, 19))])
    assert report.updated == ("talks",)
    assert encoder.n_encoded == encoded


def test_a_copy_under_another_id_is_kept_counted_as_a_duplicate_and_not_encoded_again(
    index: Index, encoder: BagOfWordsEncoder
):
    copy = replace(TALKS, id="copy", url="https://b.org/talks")
    report = add_articles(index, encoder, [TALKS, copy])
    assert (report.added, report.duplicates) == (("talks", "copy"), ("copy",))
    assert encoder.n_encoded == 1
    assert index.snapshot().n_articles == 2
    assert add_articles(index, encoder, [copy]).unchanged == ("copy",)


def test_two_readings_of_one_article_in_a_row_leave_the_later(index: Index, encoder: BagOfWordsEncoder):
    report = add_articles(index, encoder, [TALKS, replace(TALKS, text="Corrected."), replace(TALKS, text="Corrected.")])
    assert (report.added, report.updated, report.unchanged) == (("talks",), ("talks",), ("talks",))
    assert index.snapshot().article("talks").text == "Corrected."


def test_what_cannot_be_read_is_reported_and_strict_stops_there_but_keeps_what_came_before(
    index: Index, encoder: BagOfWordsEncoder
):
    bad = Skipped("news.jsonl", 17, "broken")
    assert add_articles(index, encoder, [TALKS, bad]).skipped == (bad,)
    with pytest.raises(ReadError, match=r"news\.jsonl:17: broken"):
        add_articles(index, encoder, [RAIN, bad, replace(RAIN, id="late")], strict=True)
    assert [a.id for a in index.snapshot().articles()] == ["rain", "talks"]


def test_a_large_addition_is_committed_in_batches_and_an_interruption_keeps_those_done(
    index: Index, encoder: BagOfWordsEncoder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ingest, "BATCH_PASSAGES", 3)
    articles = [Article(f"a{n}", f"Title {n}", f"Fact number {n} is here.") for n in range(8)]

    def interrupted() -> Iterator[Article]:
        yield from articles[:7]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_articles(index, encoder, interrupted())
    n_kept = index.snapshot().n_articles
    assert n_kept in {3, 6}  # of two full batches the second may have been on its way
    report = add_articles(index, encoder, articles)
    assert report.unchanged == tuple(f"a{n}" for n in range(n_kept))
    assert report.added == tuple(f"a{n}" for n in range(n_kept, 8))


def test_the_next_batch_is_read_while_one_is_encoded_and_a_failure_to_encode_is_raised(
    index: Index, encoder: BagOfWordsEncoder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ingest, "BATCH_PASSAGES", 1)
    reading, encode = Event(), encoder.encode

    def slow(texts, progress=None):
        assert reading.wait(10), "nothing was read meanwhile"
        if any("99" in text for text in texts):
            raise MemoryError("too much")
        return encode(texts, progress)

    def items(last: str) -> Iterator[Article]:
        yield Article("one", "One", f"Fact number one is here {last}.")
        reading.set()
        yield Article("two", "Two", f"Fact number two is here {last}.")

    monkeypatch.setattr(encoder, "encode", slow)
    assert add_articles(index, encoder, items("")).added == ("one", "two")
    with pytest.raises(MemoryError, match="too much"):
        add_articles(index, encoder, items("99"))
    assert index.snapshot().n_articles == 2


def test_an_encoder_that_fails_is_told_and_what_was_committed_stays(
    index: Index, encoder: BagOfWordsEncoder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ingest, "BATCH_PASSAGES", 1)
    encode = encoder.encode

    def failing(texts, progress=None):
        if any("Fact number 2" in text for text in texts):
            raise EncoderUnavailable("The encoder is gone.")
        return encode(texts, progress)

    monkeypatch.setattr(encoder, "encode", failing)
    articles = [Article(f"a{n}", f"Title {n}", f"Fact number {n} is here.") for n in range(5)]
    with pytest.raises(EncoderUnavailable, match="gone"):
        add_articles(index, encoder, articles)
    assert [a.id for a in index.snapshot().articles(order="title")] == ["a0", "a1"]


def test_the_text_of_the_batch_before_is_not_encoded_again(
    index: Index, encoder: BagOfWordsEncoder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ingest, "BATCH_PASSAGES", 1)
    add_articles(index, encoder, [RAIN, replace(RAIN, id="copy", origin=None), TALKS])
    assert (index.snapshot().n_articles, encoder.n_encoded) == (3, 2)


def test_progress_tells_stages_and_ends_with_all_done(index: Index, encoder: BagOfWordsEncoder):
    told: list[AddProgress] = []
    add_articles(index, encoder, [TALKS, RAIN], total=2, progress=told.append)
    assert [p.stage for p in told][:2] == ["reading", "reading"]
    assert told[-1] == AddProgress("saving", 2, 2, "Rain", 2)
    assert "encoding" in {p.stage for p in told}
    for counts in ([p.done for p in told], [p.n_passages for p in told]):
        assert sorted(counts) == counts


def test_a_second_writer_is_refused(index: Index, encoder: BagOfWordsEncoder):
    with index.writer(), pytest.raises(IndexLocked):
        add_articles(index, encoder, [TALKS])


def test_rebuilding_with_another_encoder_keeps_articles_and_replaces_every_vector(
    index: Index, encoder: BagOfWordsEncoder
):
    add_articles(index, encoder, [TALKS, RAIN])
    other = BagOfWordsEncoder(dimension=32, model="other")
    rebuild(index, other)
    snapshot = index.snapshot()
    assert snapshot.identity == other.identity
    assert [a.id for a in snapshot.articles()] == ["rain", "talks"]
    [(best, cosine), *_] = snapshot.search_dense(other.encode([passage_input(RAIN.title, RAIN.text)])[0], 2)
    assert snapshot.contexts([best])[0].article == RAIN
    assert cosine == pytest.approx(1, abs=1e-3)
    assert np.shape(snapshot.vectors([best])) == (1, 32)


def test_what_others_commit_just_before_a_rebuild_is_neither_reverted_nor_an_error(
    index: Index, encoder: BagOfWordsEncoder, monkeypatch: pytest.MonkeyPatch
):
    add_articles(index, encoder, [TALKS, RAIN])
    writer = index.writer
    updated, new = replace(TALKS, text="The talks were called off."), Article("ferry", "Ferry", "A ferry ran aground.")

    def late() -> AbstractContextManager[Writer]:
        with closing(Index.open(index.path)) as other:
            add_articles(other, encoder, [updated, new])
            with other.writer() as others:
                others.commit([], ["rain"])
        return writer()

    monkeypatch.setattr(index, "writer", late)
    rebuild(index, BagOfWordsEncoder(dimension=32, model="other"))
    assert {a.id: a.text for a in index.snapshot().articles()} == {"talks": updated.text, "ferry": new.text}
    assert index.check().ok


def test_the_generation_that_is_reported_is_not_one_that_another_writer_makes_right_after(
    index: Index, encoder: BagOfWordsEncoder, monkeypatch: pytest.MonkeyPatch
):
    writer = index.writer

    @contextmanager
    def followed() -> Iterator[Writer]:
        with writer() as own:
            yield own
        with closing(Index.open(index.path)) as other, other.writer() as another:
            another.commit([], ["rain"])

    with monkeypatch.context() as patch:
        patch.setattr(index, "writer", followed)
        assert add_articles(index, encoder, [TALKS, RAIN]).generation == 1
    assert index.totals.generation == 2


def test_a_target_that_fails_loses_nothing_of_those_before_it(index: Index, encoder: BagOfWordsEncoder):
    def targets() -> Iterator[Article]:
        yield TALKS
        raise FetchRefused("http://127.0.0.1/ is private")

    with pytest.raises(FetchRefused):
        add_articles(index, encoder, targets())
    assert [a.id for a in index.snapshot().articles()] == ["talks"]
