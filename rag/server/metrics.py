"""What is counted and timed, for Prometheus. The only file that names prometheus-client.

Each server has a registry of its own, so that two in one process do not count for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # an answer takes 0.2 to 0.4; a model's, 10


class Metrics:
    """The counters of one server. No label has values that a client can choose."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "rag_requests", "Requests.", ("method", "route", "status"), registry=self.registry
        )  # exposed as rag_requests_total
        self._request_s = Histogram(
            "rag_request_seconds", "Time to its end.", ("route",), buckets=SECONDS, registry=self.registry
        )
        self._questions = Counter(
            "rag_questions", "Questions by what came of them.", ("via", "outcome"), registry=self.registry
        )
        self._step_s = Histogram(
            "rag_step_seconds", "Time of a step of an answer.", ("step",), buckets=SECONDS, registry=self.registry
        )
        self._waiting = Gauge("rag_questions_waiting", "Questions that wait for a place.", registry=self.registry)
        self._generation = Gauge("rag_index_generation", "Generation of the index.", registry=self.registry)
        self._articles = Gauge("rag_index_articles", "Articles in the index.", registry=self.registry)

    def request(self, method: str, route: str, status: int, elapsed_s: float) -> None:
        """Count a request that has ended."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_s.labels(route).observe(elapsed_s)

    def question(self, via: str, outcome: str, timings_ms: Mapping[str, float] | None = None) -> None:
        """Count a question: `outcome` is answered, abstained, supported, not found, found, failed or refused."""
        self._questions.labels(via, outcome).inc()
        for step, elapsed_ms in (timings_ms or {}).items():
            self._step_s.labels(step).observe(elapsed_ms / 1000)

    def watch(self, waiting: Callable[[], int], generation: Callable[[], int], articles: Callable[[], int]) -> None:
        """Read these whenever the measures are read."""
        self._waiting.set_function(waiting)
        self._generation.set_function(generation)
        self._articles.set_function(articles)

    def text(self) -> bytes:
        """Return all measures in Prometheus' text form."""
        return generate_latest(self.registry)
