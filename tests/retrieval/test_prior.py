from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.prior import GRACE_DAYS, HALF_LIFE_DAYS, NEAR_WEIGHT, RECENT_WEIGHT, boost, prefer, prefers
from rag.types import Constraints

TODAY = date(2023, 6, 20)
RECENT = Constraints(recent_to=TODAY)
JUNE_2022 = Constraints(near=(date(2022, 6, 1), date(2022, 6, 30)))
days = st.dates(date(1990, 1, 1), date(2030, 1, 1))
scores = st.floats(0.001, 0.05)


def ago(n):
    return TODAY - timedelta(days=n)


def order(scored):
    return sorted(scored, key=lambda i: (-scored[i], i))


def test_the_full_weight_lasts_for_the_grace_days_and_then_halves_with_each_half_life():
    assert boost(TODAY, RECENT) == boost(ago(GRACE_DAYS), RECENT) == RECENT_WEIGHT
    assert boost(ago(GRACE_DAYS + int(HALF_LIFE_DAYS)), RECENT) == RECENT_WEIGHT / 2
    assert boost(ago(GRACE_DAYS + 2 * int(HALF_LIFE_DAYS)), RECENT) == RECENT_WEIGHT / 4


def test_a_period_is_preferred_from_both_sides():
    assert boost(date(2022, 6, 15), JUNE_2022) == NEAR_WEIGHT
    assert boost(date(2022, 5, 22), JUNE_2022) == NEAR_WEIGHT  # ten days before
    assert boost(date(2022, 8, 9), JUNE_2022) == NEAR_WEIGHT / 2  # forty days after
    assert boost(date(2022, 4, 22), JUNE_2022) == NEAR_WEIGHT / 2  # forty days before


def test_with_two_preferences_the_larger_counts():
    both = Constraints(recent_to=TODAY, near=JUNE_2022.near)
    assert boost(date(2022, 6, 15), both) == NEAR_WEIGHT
    assert boost(TODAY, both) == RECENT_WEIGHT


def test_constraints_prefer_a_time_only_if_they_name_one():
    assert prefers(RECENT)
    assert prefers(JUNE_2022)
    assert not prefers(Constraints(as_of=TODAY, since=ago(9), until=TODAY, sources=("cnn.com",)))


def test_scores_are_raised_as_worked_out_by_hand():
    published = {1: TODAY, 2: ago(40), 3: None}
    # the undated one gets the mean of 0.5 and 0.25
    assert prefer({1: 0.02, 2: 0.04, 3: 0.01}, published, RECENT) == pytest.approx({1: 0.03, 2: 0.05, 3: 0.01375})


def test_a_newer_article_passes_a_slightly_better_match_but_not_one_twice_as_good():
    published = {1: ago(2000), 2: ago(1)}
    assert order(prefer({1: 1 / 61, 2: 1 / 70}, published, RECENT)) == [2, 1]
    assert order(prefer({1: 2 / 61, 2: 1 / 61}, published, RECENT)) == [1, 2]


@given(st.dictionaries(st.integers(0, 20), scores), st.none() | days, st.sampled_from([RECENT, JUNE_2022]))
def test_articles_of_one_day_or_none_keep_their_order(found, day, constraints):
    assert order(prefer(found, dict.fromkeys(found, day), constraints)) == order(found)


@given(st.dictionaries(st.integers(0, 20), st.tuples(scores, st.none() | days)), st.sampled_from([RECENT, JUNE_2022]))
def test_no_score_falls_and_none_grows_by_more_than_the_weight(found, constraints):
    before = {i: score for i, (score, _) in found.items()}
    after = prefer(before, {i: day for i, (_, day) in found.items()}, constraints)
    assert list(after) == list(before)
    assert all(before[i] <= after[i] <= before[i] * (1 + RECENT_WEIGHT) * (1 + 1e-12) for i in before)


@given(days, days)
def test_of_two_past_days_the_newer_is_never_preferred_less(a, b):
    older, newer = sorted((min(a, TODAY), min(b, TODAY)))
    assert boost(older, RECENT) <= boost(newer, RECENT)
