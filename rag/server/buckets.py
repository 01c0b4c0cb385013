"""How often a client may ask: a token bucket for each. Knows nothing of requests."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_CLIENTS = 10_000  # remembered at once, about 2 MB; the one not seen for longest is forgotten, with a full bucket


class Buckets:
    """A bucket for each client that fills by `per_minute` tokens a minute up to `burst`; a request takes one.

    Source: Turner, "New directions in communications", IEEE Communications Magazine 1986 (the leaky bucket as a meter).
    """

    def __init__(self, per_minute: int, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_minute / 60
        self._burst = float(burst)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client → tokens left, when that was so

    def take(self, client: str) -> float:
        """Take a token from the bucket of `client`; return 0, or the seconds until there is one (none is taken)."""
        if self._per_second == 0:
            return 0.0
        now = self._clock()
        left, then = self._left.pop(client, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._per_second)
        wait_s = 0.0 if left >= 1 else (1 - left) / self._per_second
        self._left[client] = (left if wait_s else left - 1, now)
        if len(self._left) > MAX_CLIENTS:
            self._left.popitem(last=False)
        return wait_s
