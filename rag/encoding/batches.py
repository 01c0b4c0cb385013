"""Which texts run together: batches of like length under one budget. Knows lengths only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.encoding.tokens import Ids

# Tokens in one batch, padding included: 8 passages of 256. Of 1024, 2048, 4096 and 8192, 2048 was as fast as any and
# the last about a tenth slower than 4096, with more memory (2026-11-25, 2 busy cores, bf16, in two sessions;
# benchmarks/encoder_speed.py compares).
TOKEN_BUDGET = 2048
# Lengths are rounded up to this, so that the network sees a few shapes and not hundreds: OpenVINO keeps what it
# prepared for each shape.
LENGTH_STEP = 16


def plan_batches(lengths: Sequence[int], n_workers: int = 1, budget: int = TOKEN_BUDGET) -> list[NDArray[np.int64]]:
    """Share texts out into batches, longest first; returns the positions in each.

    Args:
        lengths: Tokens of each text.
        n_workers: A small job is cut into as many batches, so that every worker has one.
        budget: Most tokens a batch may have, unless one text alone has more.
    """
    order = np.argsort(-np.asarray(lengths, np.int64), kind="stable")
    share = -(-sum(rounded(length) for length in lengths) // max(n_workers, 1))
    budget = min(budget, share)
    batches, at = [], 0
    while at < len(order):
        size = max(1, budget // rounded(lengths[order[at]]))
        batches.append(order[at : at + size])
        at += size
    return batches


def rounded(length: int) -> int:
    """Round a length up to the next multiple of LENGTH_STEP (at least one step)."""
    return max(1, -(-length // LENGTH_STEP)) * LENGTH_STEP


def pad(rows: Sequence[Ids], pad_id: int, longest: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return ids and attention mask, int64 (len(rows), rounded length of the longest, at most `longest`)."""
    width = min(rounded(max(len(row) for row in rows)), max(longest, max(len(row) for row in rows)))
    ids = np.full((len(rows), width), pad_id, np.int64)
    mask = np.zeros((len(rows), width), np.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
        mask[at, : len(row)] = 1
    return ids, mask
