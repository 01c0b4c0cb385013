from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.fuse import RRF_K, reciprocal_ranks

rankings = st.dictionaries(
    st.sampled_from(["dense", "words", "third"]), st.lists(st.integers(0, 12), unique=True, max_size=10)
)


def position(scores, passage):
    return sorted(scores, key=lambda i: (-scores[i], i)).index(passage)


def test_two_lists_are_fused_as_worked_out_by_hand():
    scores = reciprocal_ranks({"dense": [7, 3, 5], "words": [3, 9]})
    assert scores == pytest.approx({7: 1 / 61, 3: 1 / 62 + 1 / 61, 5: 1 / 63, 9: 1 / 62})
    assert sorted(scores, key=lambda i: -scores[i]) == [3, 7, 9, 5]


def test_the_constant_is_that_of_the_paper():
    assert RRF_K == 60


def test_no_lists_and_empty_lists_give_no_scores():
    assert reciprocal_ranks({}) == {}
    assert reciprocal_ranks({"dense": [], "words": []}) == {}


@given(rankings, st.integers(1, 100))
def test_scores_equal_the_exact_sum_of_the_formula(lists, k):
    exact = {
        passage: sum(Fraction(1, k + ids.index(passage) + 1) for ids in lists.values() if passage in ids)
        for ids in lists.values()
        for passage in ids
    }
    assert reciprocal_ranks(lists, k) == pytest.approx({passage: float(score) for passage, score in exact.items()})


@given(rankings, st.data())
def test_raising_a_passage_in_a_list_never_lowers_it_in_the_fused_one(lists, data):
    raisable = [(name, rank) for name, ids in lists.items() for rank in range(1, len(ids))]
    if not raisable:
        return
    name, rank = data.draw(st.sampled_from(raisable))
    ids = list(lists[name])
    passage = ids[rank]
    ids[rank - 1], ids[rank] = ids[rank], ids[rank - 1]
    raised = reciprocal_ranks({**lists, name: ids})
    assert position(raised, passage) <= position(reciprocal_ranks(lists), passage)
