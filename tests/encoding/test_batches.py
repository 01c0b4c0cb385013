from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.encoding.batches import pad, plan_batches, rounded


@given(st.lists(st.integers(2, 256), max_size=200), st.integers(1, 4), st.integers(16, 2048))
def test_every_text_is_in_one_batch_longest_first_under_the_budget(lengths: list[int], workers: int, budget: int):
    batches = plan_batches(lengths, workers, budget)
    order = [int(at) for batch in batches for at in batch]
    assert sorted(order) == list(range(len(lengths)))
    assert [lengths[at] for at in order] == sorted(lengths, reverse=True)
    for batch in batches:
        assert len(batch) == 1 or len(batch) * rounded(lengths[batch[0]]) <= budget


def test_a_small_job_is_shared_among_the_workers():
    assert [len(batch) for batch in plan_batches([100] * 8, n_workers=2)] == [4, 4]


def test_lengths_are_rounded_up_to_sixteens_so_that_shapes_are_few():
    assert [rounded(length) for length in (0, 1, 16, 17, 256)] == [16, 16, 16, 32, 256]


def test_padding_is_masked_and_never_goes_beyond_the_encoders_limit():
    ids, mask = pad([np.array([5, 6, 7], np.int32), np.array([8], np.int32)], pad_id=1, longest=10)
    assert ids.tolist() == [[5, 6, 7, *[1] * 7], [8, *[1] * 9]]
    assert mask.tolist() == [[1, 1, 1, *[0] * 7], [1, *[0] * 9]]
