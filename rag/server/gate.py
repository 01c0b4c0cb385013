"""How many questions are answered at once and how many may wait. Knows nothing of what they ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import Semaphore

from rag.server.problems import Busy


class Gate:
    """Lets `n_parallel` questions in at once; `max_waiting` more wait in the order they came; one more is refused."""

    def __init__(self, n_parallel: int, max_waiting: int) -> None:
        self._places = Semaphore(n_parallel)
        self._n_parallel = n_parallel
        self._max_waiting = max_waiting
        self._n_inside = 0

    @property
    def n_waiting(self) -> int:
        """Questions that wait for a place."""
        return max(0, self._n_inside - self._n_parallel)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place and hold it.

        Raises:
            Busy: As many wait as may.
        """
        if self._n_inside >= self._n_parallel + self._max_waiting:
            raise Busy(self._max_waiting)
        self._n_inside += 1
        try:
            async with self._places:
                yield
        finally:
            self._n_inside -= 1
