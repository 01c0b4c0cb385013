"""The passages that benchmarks draw, and the exact search they are measured against."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from benchmarks import passages_like
from benchmarks.drawing import Axis, Line, chart
from benchmarks.passages_like import PassagesLike, drafts
from benchmarks.scale import nearest
from rag.index.draft import check_draft
from rag.index.reads import PassageText
from tests.index.test_structure import DIMENSION, clustered


@pytest.fixture
def like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PassagesLike:
    monkeypatch.setattr(passages_like, "BLOCK", 1000)
    return PassagesLike(clustered(400, 1), tmp_path / "nearest.npy")


def test_neighbours_are_the_nearest_others_best_first(like: PassagesLike) -> None:
    vectors = like.vectors.astype(np.float64)
    cosines = vectors @ vectors.T - 2 * np.eye(len(vectors))
    best = np.argsort(-cosines, axis=1)[:, :16]
    assert np.take_along_axis(cosines, like.nearest.astype(np.int64), 1) == pytest.approx(
        np.take_along_axis(cosines, best, 1), abs=1e-5
    )


def test_a_block_is_the_same_by_itself_and_lies_around_its_seeds(like: PassagesLike, tmp_path: Path) -> None:
    vectors, (seeds, _, shares) = like.block(3)
    again, _ = PassagesLike(clustered(400, 1), tmp_path / "nearest.npy").block(3)
    assert np.array_equal(vectors, again)
    assert not np.array_equal(vectors, like.block(2)[0])
    assert np.linalg.norm(vectors.astype(np.float32), axis=1) == pytest.approx(np.ones(1000), abs=1e-3)
    assert shares.sum(axis=1) == pytest.approx(np.ones(1000), abs=1e-5)
    cosines = (vectors.astype(np.float32) * like.vectors[seeds].astype(np.float32)).sum(axis=1)
    assert 0.8 < np.median(cosines) < 0.95


def test_drawn_articles_keep_the_rules_and_the_words_of_their_seeds_and_neighbours(like: PassagesLike) -> None:
    texts = [PassageText(i, f"a-{i}", 0, f"Title {i}", f"w{i} " * 40, None, "BBC") for i in range(400)]
    made = list(islice(drafts(like, texts), 150))  # past the end of a block
    _, (seeds, nearest_ones, _) = like.block(0)
    for draft in made:
        check_draft(draft, DIMENSION)
    assert len({draft.article.id for draft in made}) == 150
    first = made[0]
    words = [first.article.text[span.start : span.end].split() for span in first.passages]
    for passage, seed, others in zip(words, seeds, nearest_ones, strict=False):
        assert len(passage) == 40
        assert {int(word[1:]) for word in passage} <= {int(seed), *others.tolist()}
    kept = sum(Counter(passage)[f"w{seed}"] for passage, seed in zip(words, seeds, strict=False))
    assert 0.5 < kept / 400 < 0.7  # a chance of 0.6
    assert [d.article.id for d in islice(drafts(like, texts, after=120), 3)] == [d.article.id for d in made[120:123]]


def test_exact_search_by_blocks_is_exact_search(like: PassagesLike, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.scale.BLOCK", 300)
    stored, questions = like.block(0)[0], clustered(5, 9).astype(np.float32)
    ids, cosines = nearest(stored, questions, 10)
    expected = questions @ stored.astype(np.float32).T
    assert np.array_equal(ids, np.argsort(-expected, axis=1)[:, :10])
    assert cosines == pytest.approx(-np.sort(-expected, axis=1)[:, :10], abs=1e-6)


def test_a_chart_places_points_between_the_ends_of_its_axes() -> None:
    line = Line("cost", "#123456", [(1, 1), (100, 10), (10_000, 100)])
    svg = chart([line], Axis("n", [1, 100, 10_000], True), Axis("ms", [1, 10, 100], True))
    assert 'points="70.0,270.0 290.0,150.0 510.0,30.0"' in svg
    assert ">10,000<" in svg
