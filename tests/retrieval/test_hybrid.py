"""The retriever over a fake index whose two lists are written by hand, and over a real one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.given import MAX_QUESTION_CHARS
from rag.index import Draft, Index
from rag.protocols import Vectors
from rag.retrieval import HybridRetriever
from rag.retrieval.hybrid import DEPTH
from rag.types import Article, Constraints, EncoderIdentity, Passage, PassageInContext
from tests.fakes import BagOfWordsEncoder

TODAY = date(2023, 6, 20)


class Row(NamedTuple):
    id: int
    article_id: str
    start: int
    text: str
    published: date | None = None
    source: str | None = None


class FakeSnapshot:
    """Passages with the two lists that any search of them gives, filtered as the constraints say.

    The cosine of passage n is 1 / (1 + n), in its vector and in the dense list alike.
    """

    identity = EncoderIdentity("axis", "sha256:0", "sum", "float", 2, 8)

    def __init__(self, rows, dense, words):
        self.rows = {row.id: row for row in rows}
        self.dense, self.words = dense, words
        self.asked: list[tuple[str, int]] = []

    def _listed(self, ids, k, constraints):
        def allowed(row):
            last = constraints.last_day
            return (last is None or (row.published or date.max) <= last) and (
                not constraints.sources or row.source in constraints.sources
            )

        return [i for i in ids if allowed(self.rows[i])][:k]

    def search_dense(self, vector: Vectors, k, constraints):
        assert vector.dtype == np.float32
        self.asked.append(("dense", k))
        return [(i, 1 / (1 + i)) for i in self._listed(self.dense, k, constraints)]

    def search_words(self, text, k, constraints):
        self.asked.append((text, k))
        return [(i, 99.0 - n) for n, i in enumerate(self._listed(self.words, k, constraints))]

    def texts(self, passage_ids):
        return [self.rows[i] for i in sorted(passage_ids, reverse=True)]

    def vectors(self, passage_ids):
        return np.array([[1 / (1 + i), 0] for i in passage_ids], np.float16)

    def contexts(self, passage_ids):
        rows = [self.rows[i] for i in passage_ids]
        return [
            PassageInContext(
                Article(row.article_id, "", row.text, published=row.published),
                Passage(row.id, row.article_id, 0, 0, row.start, row.start + len(row.text), row.text),
                (),
            )
            for row in rows
        ]


class OneAxisEncoder:
    """Every text is the first axis."""

    identity = FakeSnapshot.identity

    def encode(self, texts, progress=None):
        return np.array([[1.0, 0.0]] * len(texts), np.float32)


def rows(*ids, **fields):
    return [Row(i, f"article-{i}", 0, f"text {i}", **fields) for i in ids]


def retrieve(snapshot, question="Who?", constraints=Constraints(), k=10):
    return HybridRetriever(snapshot, OneAxisEncoder()).retrieve(question, constraints, k)


def ids(hits):
    return [hit.passage.id for hit in hits]


def test_the_two_lists_are_fused_with_their_ranks_and_cosines():
    hits = retrieve(FakeSnapshot(rows(1, 3, 5, 9), dense=[5, 3, 1], words=[3, 9]))
    assert ids(hits) == [3, 5, 9, 1]
    assert [dict(hit.ranks) for hit in hits] == [{"dense": 2, "words": 1}, {"dense": 1}, {"words": 2}, {"dense": 3}]
    assert [hit.score for hit in hits] == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62, 1 / 63])
    assert [hit.similarity for hit in hits] == pytest.approx([1 / 4, 1 / 6, 1 / 10, 1 / 2], abs=1e-4)
    assert [hit.passage.text for hit in hits] == ["text 3", "text 5", "text 9", "text 1"]


def test_k_cuts_the_fused_list_and_may_exceed_the_index():
    snapshot = FakeSnapshot(rows(1, 3, 5, 9), dense=[5, 3, 1], words=[3, 9])
    assert ids(retrieve(snapshot, k=2)) == [3, 5]
    assert ids(retrieve(snapshot, k=1000)) == [3, 5, 9, 1]
    assert retrieve(snapshot, k=0) == []


def test_both_lists_are_asked_deeply_enough():
    snapshot = FakeSnapshot([], [], [])
    retrieve(snapshot, k=3)
    retrieve(snapshot, k=40)
    assert snapshot.asked == [("dense", DEPTH), ("Who?", DEPTH), ("dense", 80), ("Who?", 80)]


def test_equal_scores_are_ordered_by_article_and_place_not_by_when_they_were_added():
    found = [Row(1, "b", 0, "one"), Row(2, "a", 70, "two"), Row(3, "a", 0, "three"), Row(4, "c", 0, "four")]
    assert ids(retrieve(FakeSnapshot(found, dense=[4, 1], words=[3, 2]))) == [3, 4, 2, 1]
    assert ids(retrieve(FakeSnapshot(found, dense=[3, 2], words=[4, 1]))) == [3, 4, 2, 1]


def test_of_passages_with_the_same_text_the_best_ranked_is_kept():
    found = [Row(1, "b", 0, "wire"), Row(2, "a", 0, "wire"), Row(3, "c", 0, "own")]
    assert ids(retrieve(FakeSnapshot(found, dense=[1, 2, 3], words=[]))) == [1, 3]
    assert ids(retrieve(FakeSnapshot(found, dense=[2, 1, 3], words=[1]))) == [1, 3]
    assert ids(retrieve(FakeSnapshot(found, dense=[1, 2, 3], words=[]), k=2)) == [1, 3]


def test_of_equally_ranked_copies_the_one_nearer_to_the_time_asked_about_is_kept():
    found = [Row(1, "a", 0, "wire", TODAY - timedelta(days=900)), Row(2, "b", 0, "wire", TODAY)]
    snapshot = FakeSnapshot(found, dense=[1], words=[2])
    assert ids(retrieve(snapshot)) == [1]
    assert ids(retrieve(snapshot, constraints=Constraints(recent_to=TODAY))) == [2]


def test_a_newer_article_passes_a_slightly_better_one_only_where_the_question_prefers_it():
    found = [Row(1, "old", 0, "old", TODAY - timedelta(days=900)), Row(2, "new", 0, "new", TODAY)]
    snapshot = FakeSnapshot(found, dense=[1, 2], words=[1, 2])
    assert ids(retrieve(snapshot)) == [1, 2]
    hits = retrieve(snapshot, constraints=Constraints(recent_to=TODAY))
    assert ids(hits) == [2, 1]
    assert hits[0].score == pytest.approx(2 / 62 * 1.5)
    assert dict(hits[0].ranks) == {"dense": 2, "words": 2}


def test_preferring_a_time_is_harmless_with_one_article_or_no_dates():
    preferred = Constraints(recent_to=TODAY, near=(TODAY, TODAY))
    for published in (None, TODAY, date(1999, 1, 1)):
        found = [Row(i, "seed", 10 * i, f"text {i}", published) for i in range(4)]
        snapshot = FakeSnapshot(found, dense=[2, 0, 3], words=[1, 2])
        assert ids(retrieve(snapshot, constraints=preferred)) == ids(retrieve(snapshot)) == [2, 1, 0, 3]


def test_filters_reach_both_searches():
    found = [*rows(1, 2, published=TODAY, source="cnn"), *rows(3, 4, published=TODAY + timedelta(days=1), source="bbc")]
    snapshot = FakeSnapshot(found, dense=[3, 1], words=[4, 2])
    assert ids(retrieve(snapshot, constraints=Constraints(as_of=TODAY))) == [1, 2]
    assert ids(retrieve(snapshot, constraints=Constraints(sources=("bbc",)))) == [3, 4]
    assert retrieve(snapshot, constraints=Constraints(as_of=TODAY, sources=("bbc",))) == []


@pytest.mark.parametrize("question", ["", "  \n\t "])
def test_a_blank_question_finds_nothing_and_asks_nothing(question):
    snapshot = FakeSnapshot(rows(1), dense=[1], words=[1])
    assert retrieve(snapshot, question) == []
    assert snapshot.asked == []


def test_only_the_beginning_of_a_very_long_text_is_searched():
    snapshot = FakeSnapshot(rows(1), dense=[1], words=[1])
    assert ids(retrieve(snapshot, "  " + "x" * 10_000)) == [1]
    assert snapshot.asked[1] == ("x" * MAX_QUESTION_CHARS, DEPTH)


@given(st.permutations(range(8)), st.permutations(range(8)), st.integers(0, 8), st.integers(0, 8), st.data())
def test_raising_a_passage_in_one_list_never_lowers_its_hit(dense, words, n_dense, n_words, data):
    dense, words = dense[:n_dense], words[:n_words]
    if len(dense) < 2:
        return
    rank = data.draw(st.integers(1, len(dense) - 1))
    raised = [*dense[: rank - 1], dense[rank], dense[rank - 1], *dense[rank + 1 :]]
    before = ids(retrieve(FakeSnapshot(rows(*range(8)), dense, words)))
    after = ids(retrieve(FakeSnapshot(rows(*range(8)), raised, words)))
    assert sorted(before) == sorted(after) == sorted({*dense, *words})
    assert after.index(dense[rank]) <= before.index(dense[rank])


class Span(NamedTuple):
    first: int
    last: int
    start: int
    end: int


STORIES = {
    "xi": ("Blinken met Xi in Beijing.", date(2023, 6, 19), "cnn.com"),
    "oil": ("Oil prices fell sharply after the meeting.", date(2023, 6, 12), "bbc.com"),
    "copy": ("Oil prices fell sharply after the meeting.", date(2022, 6, 12), "bbc.com"),
    "cup": ("Argentina won the cup in Qatar.", None, None),
}


@pytest.fixture(scope="module")
def encoder():
    return BagOfWordsEncoder()


@pytest.fixture(scope="module")
def index(tmp_path_factory, encoder):
    index = Index.open_or_create(tmp_path_factory.mktemp("index"), encoder.identity)
    drafts = []
    for name, (text, published, source) in STORIES.items():
        article = Article(name, "", text, source=source, published=published)
        vectors = encoder.encode([text]).astype(np.float16)
        spans = [Span(0, 0, 0, len(text))]
        drafts.append(Draft(article, [(0, len(text))], spans, [name.encode().ljust(16)], vectors))
    with index.writer() as writer:
        writer.commit(drafts)
    return index


def found(index, encoder, question, constraints=Constraints(), k=10):
    return [
        hit.passage.article_id for hit in HybridRetriever(index.snapshot(), encoder).retrieve(question, constraints, k)
    ]


def test_a_real_index_is_searched_filtered_and_its_copies_collapsed(index, encoder):
    assert found(index, encoder, "Did oil prices fall after the meeting?")[0] == "copy"  # first by id among equals
    assert sorted(found(index, encoder, "Did oil prices fall?")) == ["copy", "cup", "xi"]
    recent = Constraints(recent_to=date(2023, 6, 20))
    assert found(index, encoder, "Did oil prices fall after the meeting?", recent)[0] == "oil"
    assert found(index, encoder, "Did oil prices fall?", Constraints(as_of=date(2022, 7, 1))) == ["copy"]
    assert found(index, encoder, "Did oil prices fall?", Constraints(sources=("CNN.com",))) == ["xi"]
    assert found(index, encoder, "Did oil prices fall?", Constraints(since=date(2030, 1, 1))) == []


@pytest.mark.parametrize("question", ["zyzzyva quux", "the of and", "?!", "AND OR ( NOT", "x" * 10_000, "who " * 2500])
def test_a_real_index_answers_any_question_with_distinct_passages(index, encoder, question):
    hits = HybridRetriever(index.snapshot(), encoder).retrieve(question, k=1000)
    assert sorted(hit.passage.article_id for hit in hits) in (["copy", "cup", "xi"], ["cup", "oil", "xi"])
    assert all(-1.001 <= hit.similarity <= 1.001 for hit in hits)


def test_an_empty_index_finds_nothing(tmp_path, encoder):
    empty = Index.open_or_create(tmp_path / "empty", encoder.identity)
    assert found(empty, encoder, "Did oil prices fall?") == []


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_a_real_index_gives_each_hit_the_exact_cosine(index, encoder, question):
    hits = HybridRetriever(index.snapshot(), encoder).retrieve(question)
    for hit in hits:
        cosine = encoder.encode([question.strip()])[0] @ encoder.encode([hit.passage.text])[0]
        assert hit.similarity == pytest.approx(cosine, abs=2e-3)  # stored as float16
