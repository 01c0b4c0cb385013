"""How long parts of a run take, each second counted once. Knows nothing of what is timed.

A part that is called from within another counts for itself, and not for that one as well. Threads are timed each by
itself, so the parts of a run whose threads work side by side may add up to more than it took.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest import mock


class Clock:
    """The seconds of each part.

    Attributes:
        seconds: By the name of the part, without what other parts took within it.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._lock = threading.Lock()
        self._thread = threading.local()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what happens in here for the part `name`."""
        outer = getattr(self._thread, "inner", 0.0)
        self._thread.inner = 0.0  # what parts within this one take
        began = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - began
            with self._lock:
                self.seconds[name] = self.seconds.get(name, 0.0) + took - self._thread.inner
            self._thread.inner = outer + took

    def watch(self, stack: ExitStack, name: str, owner: Any, *functions: str) -> None:
        """Count the calls (or the use, of a context manager) of functions of `owner` for `name`, while `stack` is open.

        Several functions, of several owners, may count for one part.
        """
        self.seconds.setdefault(name, 0.0)
        for function in functions:
            stack.enter_context(mock.patch.object(owner, function, self._watched(name, getattr(owner, function))))

    def _watched(self, name: str, called: Any) -> Any:
        def watched(*args: Any, **options: Any) -> Any:
            with self.part(name):
                result = called(*args, **options)
            return used(result) if isinstance(result, AbstractContextManager) else result

        @contextmanager
        def used(manager: AbstractContextManager[Any]) -> Iterator[Any]:
            with self.part(name), manager as given:
                yield given

        return watched
