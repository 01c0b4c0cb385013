"""The features of choices, on two articles: talks in Beijing, and a quake."""

import math
from datetime import date

import numpy as np
import pytest

from rag.api import Rag
from rag.settings import Settings
from rag.support import choose
from rag.support.choose import WEIGHTS
from rag.support.claims import claim_of
from rag.support.features import FEATURES, RECENT_BONUS, choice_features, words_found
from rag.types import Constraints
from tests.evaluation.made import QUAKE, TALKS
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence

WHERE = "Where did Blinken meet Xi?"


@pytest.fixture
def opened(tmp_path):
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles([TALKS, QUAKE])
    return rag


def features(opened, question, choices, as_of=None):
    return choice_features(question, choices, opened.snapshot(), opened.encoder, Constraints(as_of=as_of))


def test_words_of_a_choice_count_as_far_as_the_passages_of_the_question_have_them(opened):
    hits = opened.search(WHERE)
    cosines = {hit.passage.article_id: hit.similarity for hit in hits}
    choices = ["Beijing", "Hatay", "Paris", "Xi"]
    newest, mean = words_found(WHERE, choices, hits, opened.snapshot(), TALKS.published).T
    # "Xi" is the question's own word and tells nothing; "Paris" stands nowhere; the quake was months before
    assert newest == pytest.approx([cosines["talks"], 0, 0, 0])
    assert mean == pytest.approx([cosines["talks"] / 2, cosines["quake"] / 2, 0, 0])


def test_nothing_is_recent_without_a_day_or_after_the_day(opened):
    hits = opened.search(WHERE)
    for day in (None, date(2030, 1, 1)):
        assert words_found(WHERE, ["Beijing"], hits, opened.snapshot(), day)[0, 0] == 0


def test_the_claim_counts_by_its_nearest_passage_more_where_that_is_recent_and_by_its_words(opened):
    claim = claim_of(WHERE, "Beijing")
    vector = opened.encoder.encode([claim])[0]
    found = opened.snapshot().search_dense(vector, 2)
    plain = features(opened, WHERE, ["Beijing"])
    assert plain[0, 0] == pytest.approx(found[0][1])
    assert plain[0, 3] == pytest.approx(math.log1p(opened.snapshot().search_words(claim, 1)[0][1]))
    recent = features(opened, WHERE, ["Beijing"], TALKS.published)
    assert recent[0, 0] == pytest.approx(found[0][1] + RECENT_BONUS)


def test_scores_are_the_features_weighed(opened):
    choices = ["Paris", "Beijing"]
    found = choose(WHERE, choices, opened.snapshot(), opened.encoder)
    rows = features(opened, WHERE, choices)
    assert rows.shape == (2, len(FEATURES)) == (2, len(WEIGHTS))
    assert found.scores == pytest.approx((rows @ np.array(WEIGHTS)).tolist(), rel=1e-4)
    assert found.index == 1
