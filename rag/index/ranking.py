"""The best k of proposed candidates, ordered by what they are, not by when they came. Knows no index."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Scored = list[tuple[int, float]]
Place = tuple[str, int]
"""Article id and start of a passage: what decides between equal scores."""

TIE = 1e-5
"""Two proposed scores this near (relative) may be equal once computed exactly: float32 sums differ by about 1e-6."""

MOST = 4096
"""Candidates that are scored at most, however many tie: thousands of copies of one passage are not told apart."""


def best(k: int, first: int, propose: Callable[[int], Scored], score: Callable[[Sequence[int]], Scored]) -> Scored:
    """Propose candidates until the last one is worse than the k-th, and return all of them, scored exactly.

    Args:
        k: How many are wanted in the end.
        first: How many to propose at first, at least `k`.
        propose: Gives at most n candidates with a rough score, best first.
        score: Gives the exact score of each.
    """
    n = first
    while True:
        candidates = propose(n)
        if len(candidates) < n or n >= MOST or not _tied(candidates[k - 1][1], candidates[-1][1]):
            return score([number for number, _ in candidates])
        n = min(MOST, 4 * n)


def ordered(scored: Scored, k: int, places: Callable[[Sequence[int]], dict[int, Place]]) -> Scored:
    """Return the `k` best, higher scores first, equal ones by article id and start; `places` is asked for ties only."""
    scored = sorted(scored, key=lambda hit: (-hit[1], hit[0]))
    last = scored[min(k, len(scored)) - 1][1] if scored else 0.0
    scored = [hit for hit in scored if hit[1] >= last]
    counts: dict[float, int] = {}
    for _, value in scored:
        counts[value] = counts.get(value, 0) + 1
    tied = [number for number, value in scored if counts[value] > 1]
    where = places(tied) if tied else {}
    return sorted(scored, key=lambda hit: (-hit[1], where.get(hit[0], ("", 0))))[:k]


def _tied(kth: float, last: float) -> bool:
    return kth - last <= TIE * max(1.0, abs(kth))
