"""A Rag in memory, with meaning: its answers are the sentences that share most words with the question.

Citations carry real offsets, quotes and digests, so that whatever the page shows can be compared with the text.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path

from rag.answering.citing import cite
from rag.errors import ArticleNotFound, EncoderMismatch, QuestionInvalid
from rag.settings import Settings
from rag.support.corroboration import Corroboration, Report
from rag.types import (
    AddReport,
    Answer,
    Article,
    Citation,
    Evidence,
    Hit,
    Models,
    Passage,
    Sentence,
    Skipped,
    Statement,
    Turn,
)

STOP = frozenset(re.findall(r"\w+", """
a an and at by did do does for from had has have he her his how in is it of on or s she that the their they this to was
were what when where which who why will with
"""))  # fmt: skip
SENTENCE = re.compile(r"[^\s][^\n]*?(?:[.!?](?=\s|$)|(?=\n)|$)")


@dataclass(frozen=True)
class Step:
    name: str
    elapsed_ms: float = 1.0


@dataclass(frozen=True)
class AddProgress:
    stage: str
    done: int
    total: int | None
    article: str | None = None


@dataclass(frozen=True)
class Stock:
    first_published: date | None
    last_published: date | None
    sources: dict[str, int]


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if word not in STOP}


class FakeRag:
    """Answers with the two best sentences that share at least two words with the question; abstains otherwise.

    "fail:" at the head of a question raises QuestionInvalid with the rest as its message; "crash:" raises what no part
    of the package raises on purpose.
    """

    def __init__(self, articles: Iterable[Article] = ()) -> None:
        self._articles = {article.id: article for article in articles}
        self.generation = 1
        self.has_another_encoder = False
        self.settings = Settings(index=Path("index"), record_vain=False)
        self.histories: list[tuple[Turn, ...]] = []

    @property
    def n_articles(self) -> int:
        return len(self._articles)

    def articles(
        self, query: str | None = None, offset: int = 0, limit: int | None = None, order: str = "newest"
    ) -> list[Article]:
        sign = 1 if order == "oldest" else -1
        keys = {"title": lambda a: (a.title.lower(), a.id), "source": lambda a: ((a.source or "~").lower(), a.id)}
        by_day = lambda a: (sign * (a.published or date.min).toordinal(), a.id)  # noqa: E731
        found = sorted(self._articles.values(), key=keys.get(order, by_day))
        if query:
            found = [a for a in found if words(query) <= words(f"{a.title} {a.text}")]
        return found[offset:][:limit]

    def article(self, id_or_url: str) -> Article:
        if id_or_url not in self._articles:
            raise ArticleNotFound(f"No article {id_or_url!r}.")
        return self._articles[id_or_url]

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        found = SENTENCE.finditer(self.article(article_id).text)
        return tuple(Sentence(article_id, n, m.start(), m.end()) for n, m in enumerate(found))

    def warm_up(self) -> None:
        """There is nothing to load."""

    def status(self) -> Stock:
        days = [a.published for a in self._articles.values() if a.published]
        sources = Counter(a.source for a in self._articles.values() if a.source)
        return Stock(min(days, default=None), max(days, default=None), dict(sources.most_common()))

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        since: str = "",
        until: str = "",
        as_of: str = "",
        sources: Sequence[str] = (),
    ) -> Iterator[Step | Answer]:
        self.histories.append(tuple(history))
        everything = self._articles
        last = min(until or "9999", as_of or "9999")
        self._articles = {
            key: a
            for key, a in everything.items()
            if (since or "0") <= (a.published or date.min).isoformat() <= last and (not sources or a.source in sources)
        }
        try:
            yield from self._steps(question)
        finally:
            self._articles = everything

    def _steps(self, question: str) -> Iterator[Step | Answer]:
        if question.startswith("fail:"):
            raise QuestionInvalid(question[5:])
        if question.startswith("crash:"):
            raise ZeroDivisionError(question[6:])
        yield from (Step("standalone"), Step("retrieve"), Step("evidence"))
        answer = self._answer(question)
        for n in range(1, len(answer.statements)):
            yield replace(answer, statements=answer.statements[:n])
        yield answer

    def _answer(self, question: str) -> Answer:
        wanted = words(question)
        scored = []
        for article in self._articles.values():
            for sentence in self.sentences(article.id):
                shared = len(wanted & words(article.text[sentence.start : sentence.end]))
                scored.append((shared, article, sentence))
        scored.sort(key=lambda row: (-row[0], row[1].id, row[2].ordinal))
        evidence = tuple(Evidence(a.id, s.ordinal, n / max(1, len(wanted))) for n, a, s in scored[:8] if n)
        best = [row for row in scored if row[0] >= 2][:2]
        statements, citations = [], []
        for number, (shared, article, sentence) in enumerate(best, 1):
            quote = article.text[sentence.start : sentence.end]
            support = min(1.0, 0.4 + 0.2 * shared)
            statements.append(Statement(quote, (number,), support))
            citations.append(
                Citation(number, article.id, article.title, article.source, article.url, article.published,
                         (sentence.ordinal,), sentence.start, sentence.end, quote, article.digest, support, article.url)
            )  # fmt: skip
        text = " ".join(f"{s.text} [{n}]" for n, s in enumerate(statements, 1)) or "The articles don't say."
        confidence = 0.9 if best else 0.1
        return Answer(question, question, None, text, not best, confidence, tuple(statements), tuple(citations),
                      evidence, self.generation, Models("fake", "fake"))  # fmt: skip

    def next_questions(self, answer: Answer, *, history: Sequence[Turn] = (), **filters: object) -> Iterator[str]:
        """What the other articles' headlines make, as far as they have not been asked; three at most."""
        self.histories.append(tuple(history))
        cited = {citation.article_id for citation in answer.citations}
        asked = {turn.content for turn in history}
        others = [article for article in self.articles() if article.id not in cited and not answer.abstained]
        made = (f"What is told about {article.title}?" for article in others)
        yield from islice((question for question in made if question not in asked), 3)

    def first_questions(self) -> tuple[str, ...]:
        return tuple(f"What is new about {article.title}?" for article in self.articles(limit=2))

    def corroborate(self, article_id: str, sentence: int, **filters: object) -> Corroboration:
        """Sentences of other articles that share three words with it."""
        mine = self.article(article_id)
        at = self.sentences(article_id)[sentence]
        quote = mine.text[at.start : at.end]
        reports = []
        for article in self._articles.values():
            for s in self.sentences(article.id) if article.id != article_id else ():
                text = article.text[s.start : s.end]
                if len(words(quote) & words(text)) >= 3:
                    citation = cite(len(reports) + 1, article, s, 0.9)
                    reports.append(Report(citation, (article.published - mine.published).days, text == quote))
                    break
        return Corroboration(article_id, sentence, quote, tuple(reports), 0.6, self.generation)

    def search(self, question: str, k: int = 10, **filters: object) -> list[Hit]:
        """Every article is one passage, nearest first by the words it shares with the question."""
        wanted = words(question)
        ranked = sorted(self._articles.values(), key=lambda a: (-len(wanted & words(a.text)), a.id))
        return [
            Hit(Passage(n, a.id, 0, len(self.sentences(a.id)) - 1, 0, len(a.text), a.text), 1 / n, {"dense": n})
            for n, a in enumerate(ranked[:k], 1)
        ]

    def add_articles(
        self, items: Iterable[Article | Skipped], progress: Callable[[AddProgress], None] | None = None
    ) -> AddReport:
        added, updated, duplicates, skipped = [], [], [], []
        for item in items:
            if isinstance(item, Skipped):
                skipped.append(item)
                continue
            (updated if item.id in self._articles else added).append(item.id)
            self._articles[item.id] = item
            duplicates += [item.id] if self.twins(item.id) else []
            if progress:
                progress(AddProgress("encoding", len(added), None, item.id))
        self.generation += 1
        return AddReport(
            tuple(added), tuple(updated), (), tuple(duplicates), tuple(skipped), generation=self.generation
        )

    def twins(self, article_id: str) -> tuple[str, ...]:
        text = self.article(article_id).text
        return tuple(a.id for a in self._articles.values() if a.text == text and a.id != article_id)

    @property
    def encoder(self) -> str:
        if self.has_another_encoder:
            raise EncoderMismatch("The index was built with another encoder.")
        return "fake"

    def rebuild(self, *, views_only: bool = False, progress: Callable[[AddProgress], None] = lambda now: None) -> None:
        for stage in ("building",) if views_only else ("encoding", "building"):
            for done in range(len(self._articles) + 1):
                progress(AddProgress(stage, done, len(self._articles)))
        self.generation += not views_only
        self.has_another_encoder = False

    def remove(self, *ids: str) -> tuple[str, ...]:
        for one in ids:
            del self._articles[self.article(one).id]
        return ids


SUMMIT = Article(
    id="2023-06-19-blinken-beijing",
    title="Blinken and Xi hold candid talks in Beijing",
    text="US Secretary of State Antony Blinken ended a rare trip to Beijing on Monday with a meeting with Xi.\n"
    "In every meeting, Blinken stressed that direct engagement is the best way to manage differences.\n"
    + "The discussion took place behind closed doors, and neither side gave further details.\n"
    * 14
    + "Blinken raised unfair economic practices, human rights abuses in Xinjiang and peace in the Taiwan Strait.\n"
    "The trip was postponed in February, when a balloon flew over the United States. Beijing said it was for weather.\n"
    + "Expectations for the meetings were generally low.\n"
    * 6,
    source="Example Wire",
    url="https://news.example/blinken?a=1&b=2",
    authors=("Ada Reporter",),
    published=date(2023, 6, 19),
    section="Politics",
)
BALLOON = Article(
    id="2023-02-04-balloon",
    title="US shoots down balloon off the Carolina coast",
    text="A fighter jet brought the balloon down over the Atlantic on Saturday.\n"
    + "Officials watched it cross the country for days.\n" * 12
    + "The Pentagon said the balloon had crossed the United States from Montana to the coast.",
    source="Coastal Times",
    url="https://coast.example/balloon",
    published=date(2023, 2, 4),
)
HARVEST = Article(
    id="2024-08-12-olive",
    title="Olive harvest falls for a third year",
    text="Growers in Jaén expect the smallest harvest since 2012.\nPrices of olive oil have doubled in two years.",
    source="Campo",
    published=date(2024, 8, 12),
)
RAISED = "What did Blinken raise about Taiwan Strait peace?"
RAISED_QUOTE = (
    "Blinken raised unfair economic practices, human rights abuses in Xinjiang and peace in the Taiwan Strait."
)
ACROSS_TWO = "Which balloon crossed the United States from Montana?"
PAYLOAD = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>'
MARKDOWN = (
    "**bold** `code` $x^2$ $$y$$ [link](javascript:window.hacked=3) # head {{7*7}} ${window.hacked=4} _em_ <b>b</b>"
)
HOSTILE = Article(
    id="hostile\"><img src=x onerror='window.hacked=5'>",
    title=f"Zebra escaping {PAYLOAD}",
    text=f"The zebra escaped from {PAYLOAD} the zoo. {MARKDOWN}\n\n# Zebra heading\n\n- item\n\n</div></p><h1>out</h1>",
    source=f"Zoo {PAYLOAD}",
    url="javascript:window.hacked=6",
    authors=(PAYLOAD,),
    published=date(2022, 1, 1),
    section=PAYLOAD,
)


def stocked() -> FakeRag:
    return FakeRag([SUMMIT, BALLOON, HARVEST, HOSTILE])


class Slow(FakeRag):
    """Takes a moment before each step."""

    def _steps(self, question: str) -> Iterator[Step | Answer]:
        for step in super()._steps(question):
            time.sleep(0.4)
            yield step


def chosen_rag(arguments: Sequence[str]) -> FakeRag:
    if "--slow" in arguments:
        return Slow([SUMMIT, BALLOON, HARVEST])
    return FakeRag() if "--empty" in arguments else stocked()


if __name__ == "__main__":  # the page by itself: python -m tests.page.fake_rag [--empty | --slow]
    from app import launch

    chosen = chosen_rag(sys.argv)
    launch(chosen, port=0)  # type: ignore[arg-type]
