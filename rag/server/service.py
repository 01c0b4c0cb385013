"""Questions from any of the doors (API, OpenAI's form, MCP) to the Rag: in turn, in threads, counted.

Knows the Rag and the JSON forms; knows nothing of HTTP.
"""

from __future__ import annotations

import time
from asyncio import Queue, create_task
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from anyio.to_thread import run_sync
from starlette.concurrency import iterate_in_threadpool

from rag.errors import ArticleNotFound, RagError
from rag.forms import article_form, corroboration_form, hits_form, plain_form, shown_form, support_form
from rag.saved import record_vain
from rag.server.gate import Gate
from rag.server.metrics import Metrics
from rag.server.problems import Busy, status_of
from rag.types import Answer, Turn

if TYPE_CHECKING:
    from rag.api import Rag, Step

T = TypeVar("T")


class Service:
    """What every door asks: one for a server."""

    def __init__(self, rag: Rag, gate: Gate, metrics: Metrics) -> None:
        self.rag = rag
        self.gate = gate
        self.metrics = metrics
        self.started = int(time.time())
        self.warm = False
        metrics.watch(lambda: gate.n_waiting, lambda: rag.generation, lambda: rag.n_articles)

    def warm_up(self) -> None:
        """Load the models, so that the first question does not wait for them. Raises as `Rag.warm_up` does."""
        self.rag.warm_up()
        self.warm = True

    async def ask(self, via: str, question: str, history: Sequence[Turn] = (), **filters: Any) -> Answer:
        """Answer a question. Raises as `Rag.ask` does, and Busy."""
        answer = await self._in_turn(via, lambda: self.rag.ask(question, history=history, **filters))
        await run_sync(record_vain, self.rag, answer, filters)
        self.metrics.question(via, outcome_of(answer), answer.timings_ms)
        return answer

    async def stream(
        self, via: str, question: str, history: Sequence[Turn] = (), **filters: Any
    ) -> AsyncIterator[Step | Answer]:
        """Yield the steps and the growing answer; the last is whole. Raises as `ask` does, at the first item.

        The answer is made as fast as it can be, however slowly it is read: a reader holds no place of the gate.
        """
        made: Queue[Step | Answer | Exception | None] = Queue()

        async def make() -> None:
            try:
                await self._made(via, made.put_nowait, question, history, filters)
                made.put_nowait(None)
            except Exception as error:  # handed to the reader, who waits for it
                made.put_nowait(error)

        making = create_task(make())
        try:
            while (item := await made.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            making.cancel()  # of a reader who left; one that has ended is not touched

    async def _made(
        self,
        via: str,
        take: Callable[[Step | Answer], None],
        question: str,
        history: Sequence[Turn],
        filters: dict[str, Any],
    ) -> None:
        answer: Answer | None = None
        async with self._counted(via):
            async for item in iterate_in_threadpool(self.rag.stream(question, history=history, **filters)):
                answer = item if isinstance(item, Answer) else answer
                take(item)
        if answer is not None:
            await run_sync(record_vain, self.rag, answer, filters)
            self.metrics.question(via, outcome_of(answer), answer.timings_ms)

    async def search(self, via: str, question: str, k: int = 10, **filters: Any) -> dict[str, Any]:
        """Return passages, best first."""

        def found() -> dict[str, Any]:
            hits, articles = self.rag.search(question, k, **filters), {}
            for article_id in {hit.passage.article_id for hit in hits}:
                try:
                    articles[article_id] = self.rag.article(article_id)
                except ArticleNotFound:  # removed since the search: then it is no longer to be found
                    continue
            return hits_form([hit for hit in hits if hit.passage.article_id in articles], articles)

        form = await self._in_turn(via, found)
        self.metrics.question(via, "found" if form["hits"] else "not found")
        return form

    async def support(self, via: str, claim: str, **filters: Any) -> dict[str, Any]:
        """Say how far the articles back a claim."""
        found = await self._in_turn(via, lambda: self.rag.support(claim, **filters))
        self.metrics.question(via, found.verdict, found.timings_ms)
        return support_form(found)

    async def corroborate(self, via: str, article_id: str, sentence: int, **filters: Any) -> dict[str, Any]:
        """Return which other articles report a sentence."""
        found = await self._in_turn(via, lambda: self.rag.corroborate(article_id, sentence, **filters))
        self.metrics.question(via, "found" if found.reports else "not found", found.timings_ms)
        return corroboration_form(found)

    async def articles(self, query: str | None, offset: int, limit: int) -> dict[str, Any]:
        """Return a page of the articles."""

        def page() -> dict[str, Any]:
            found = self.rag.articles(query or None, offset, limit + 1)
            return {
                "articles": [article_form(article) for article in found[:limit]],
                "n_articles": self.rag.n_articles,
                "next_offset": offset + limit if len(found) > limit else None,
            }

        return await run_sync(page)

    async def article(self, id_or_url: str) -> dict[str, Any]:
        """Return an article whole; text and sentences are of one generation."""

        def whole() -> dict[str, Any]:
            snapshot = self.rag.snapshot()
            article = snapshot.article(id_or_url)
            return shown_form(article, snapshot.sentences(article.id))

        return await run_sync(whole)

    async def status(self) -> dict[str, Any]:
        """Say what is in the index; where it lies on this machine is nobody's business."""
        form: dict[str, Any] = plain_form(await run_sync(self.rag.status))
        return {key: value for key, value in form.items() if key != "path"}

    async def _in_turn(self, via: str, ask: Callable[[], T]) -> T:
        async with self._counted(via):
            return await run_sync(ask)

    @asynccontextmanager
    async def _counted(self, via: str) -> AsyncIterator[None]:
        try:
            async with self.gate.place():
                yield
            self.warm = True
        except Busy:
            self.metrics.question(via, "refused")
            raise
        except RagError as error:
            self.metrics.question(via, failure_of(error))
            raise


class Observed:
    """A Rag whose questions are counted: what the page is given. Everything else is the Rag's own."""

    def __init__(self, rag: Rag, metrics: Metrics) -> None:
        self._rag = rag
        self._metrics = metrics

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rag, name)

    def stream(self, question: str, **given: Any) -> Iterator[Step | Answer]:
        """Answer as `Rag.stream` does."""
        answer: Answer | None = None
        try:
            for item in self._rag.stream(question, **given):
                answer = item if isinstance(item, Answer) else answer
                yield item
        except RagError as error:
            self._metrics.question("page", failure_of(error))
            raise
        if answer is not None:
            self._metrics.question("page", outcome_of(answer), answer.timings_ms)


def outcome_of(answer: Answer) -> str:
    """Return what came of a question, as it is counted."""
    return "abstained" if answer.abstained else "answered"


def failure_of(error: RagError) -> str:
    """Return whose fault it was, as it is counted: the asker's (invalid) or ours (failed)."""
    return "invalid" if status_of(error) < 500 else "failed"
