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
from rag.support.features import FEATURES, UNDATED, choice_features, find, forms_of, recency, rows_of
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


def material(opened, choices, as_of=None):
    return find(WHERE, choices, opened.snapshot(), opened.encoder, Constraints(as_of=as_of))


def test_words_of_a_choice_count_as_far_as_the_passages_of_the_question_have_them(opened):
    cosines = {hit.passage.article_id: hit.similarity for hit in opened.search(WHERE)}
    rows = features(opened, WHERE, ["Beijing", "Hatay", "Paris", "Xi"], TALKS.published)
    # "Xi" is the question's own word and tells nothing; "Paris" stands nowhere; the quake was months before
    assert rows[:, 5] == pytest.approx([cosines["talks"], 0, 0, 0])
    assert rows[:, 4] == pytest.approx([cosines["talks"] / 2, cosines["quake"] / 2, 0, 0])


def test_a_choice_counts_beside_words_of_the_question_and_less_in_an_old_passage(opened):
    now, later = (features(opened, WHERE, ["Beijing", "Hatay"], day) for day in (TALKS.published, date(2023, 12, 1)))
    assert now[0, 1] > now[1, 1]
    assert now[0, 2] > now[1, 2]
    assert later[0, 1] < now[0, 1] / 4
    assert 0 < later[0, 3] < now[0, 3]
    assert later[0, 2] == pytest.approx(now[0, 2])


def test_the_claim_counts_by_its_words(opened):
    found = opened.snapshot().search_words(claim_of(WHERE, "Beijing"), 1)
    assert features(opened, WHERE, ["Beijing"])[0, 0] == pytest.approx(math.log1p(found[0][1]))
    assert features(opened, "Who sings?", ["Nobody"]).shape == (1, len(FEATURES))


def test_recency_is_full_for_ten_days_and_halves_each_month():
    day = date(2023, 6, 30)
    assert [recency(published, day) for published in (day, date(2023, 6, 20))] == [1.0, 1.0]
    assert recency(date(2023, 5, 21), day) == pytest.approx(0.5)
    assert (recency(None, day), recency(None, None), recency(day, None)) == (UNDATED, 1.0, 1.0)


def test_a_choice_is_looked_for_as_figure_and_as_word_and_without_what_leads_it_in():
    assert forms_of("Three") == (" three ", " 3 ")
    assert forms_of("About 1,200") == (" about 1200 ", " 1200 ")
    assert forms_of("The Times’ “Man”") == (" the times man ", " times man ")
    assert forms_of("?!") == ()


def test_rarer_words_weigh_more(opened):
    rows = rows_of(WHERE, ["Hatay", "zebra"], material(opened, ["Hatay", "zebra"]))
    assert rows[1, 6] > rows[0, 6] > 0


def test_scores_are_the_features_weighed(opened):
    choices = ["Paris", "Beijing"]
    found = choose(WHERE, choices, opened.snapshot(), opened.encoder)
    rows = features(opened, WHERE, choices)
    assert rows.shape == (2, len(FEATURES)) == (2, len(WEIGHTS))
    assert found.scores == pytest.approx((rows @ np.array(WEIGHTS)).tolist(), rel=1e-4)
    assert found.index == 1
