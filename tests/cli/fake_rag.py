"""A facade with meaning in place of `rag.api`: it quotes the sentences that share most words with the question.

Its indexes live in this module, by folder, so that one command finds what another one left.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType

from rag.answering.link import text_fragment_link
from rag.errors import ArticleNotFound, IndexNotFound, MissingExtra, QuestionInvalid, ReadError
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
)
from rag.verify import verify

WORD = re.compile(r"\w{4,}")

STORIES = (
    Article(
        "bbc-1",
        "Blinken meets Xi",
        "Blinken met Xi in Beijing. He raised fentanyl with Xi. Both spoke for 35 minutes.",
        source="BBC",
        url="https://bbc.example/1",
        authors=("A. Writer", "B. Writer"),
        published=date(2023, 6, 19),
        section="World",
    ),
    Article("tides", "Spring tides", "High tides are due on Monday."),
)


@dataclass
class Store:
    articles: dict[str, Article] = field(default_factory=dict)
    generation: int = 0
    damaged: bool = False


@dataclass(frozen=True)
class AddProgress:
    stage: str
    done: int
    total: int | None
    article: str | None
    n_passages: int = 0


@dataclass(frozen=True)
class Support:
    claim: str
    as_of: date | None
    verdict: str
    support: float
    threshold: float
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    generation: int
    models: Models
    timings_ms: dict[str, float]


@dataclass(frozen=True)
class Encoder:
    model: str
    max_tokens: int


@dataclass(frozen=True)
class Status:
    path: Path
    n_articles: int
    last_published: date | None
    sources: dict[str, int]
    encoder: Encoder
    database_bytes: int
    checkpoint: int | None


@dataclass(frozen=True)
class Problem:
    where: str
    what: str

    def __str__(self):
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class CheckReport:
    problems: tuple[Problem, ...]
    n_articles: int
    n_passages: int
    generation: int
    repaired: tuple[Problem, ...] = ()

    @property
    def ok(self):
        return not self.problems


stores: dict[Path, Store] = {}
calls: list[tuple[object, ...]] = []


def reset() -> None:
    stores.clear()
    calls.clear()
    stores[Path("index")] = Store({story.id: story for story in STORIES}, generation=3)


def open_index(path=None, **settings):
    calls.append(("open", path, settings))
    return FakeRag(Path(path or "index"), settings)


def install() -> ModuleType:
    """Stand in for `rag.api` in this process."""
    reset()
    sys.modules["rag.api"] = sys.modules[__name__]
    return sys.modules[__name__]


def split(article):
    spans = [(m.start(), m.end()) for m in re.finditer(r"[^.\s][^.]*\.", article.text)]
    return tuple(Sentence(article.id, i, start, end) for i, (start, end) in enumerate(spans))


class FakeRag:
    measured = None

    def __init__(self, path, settings):
        self.path = path
        self.settings = settings

    @property
    def store(self):
        if self.path not in stores:
            raise IndexNotFound(f"There is no index in {self.path}. Make one with `rag add PATH --index {self.path}`.")
        return stores[self.path]

    @property
    def n_articles(self):
        return len(self.store.articles)

    @property
    def generation(self):
        return self.store.generation

    def ask(self, question, *, history=(), as_of=None, since=None, until=None, sources=()):
        calls.append(("ask", question, len(history), as_of, since, until, sources))
        if self.settings.get("llm"):
            raise MissingExtra(f"No chat model {self.settings['llm']!r} yet.")
        if not question.strip():
            raise QuestionInvalid("The question is empty. Ask something.")
        if question == "wait!":
            raise KeyboardInterrupt
        ranked = self._rank(question, since, until, sources)
        best = [(a, s) for n, a, s in ranked if n > 0][:1]
        citations = tuple(
            Citation(i, a.id, a.title, a.source, a.url, a.published, (s.ordinal,), s.start, s.end,
                     a.text[s.start:s.end], a.digest, 0.75, text_fragment_link(a.url, a.text[s.start:s.end]))
            for i, (a, s) in enumerate(best, start=1)
        )  # fmt: skip
        statements = tuple(Statement(c.quote, (c.number,), 0.75) for c in citations)
        text = " ".join(f"{c.quote} [{c.number}]" for c in citations) or "The articles don't say."
        evidence = tuple(Evidence(a.id, s.ordinal, 0.75 if n else 0.125) for n, a, s in ranked)
        sure = 0.75 if citations else 0.125
        models = Models("bag-of-words", "overlap")
        return Answer(question, question, as_of, text, not citations, sure, statements, citations, evidence,
                      self.generation, models, {"retrieve": 1.25})  # fmt: skip

    def _rank(self, question, since, until, sources):
        asked = {w.lower() for w in WORD.findall(question)}
        found = []
        for article in self.store.articles.values():
            if (since or until) and article.published is None:
                continue
            if (since and article.published < since) or (until and article.published > until):
                continue
            if sources and article.source not in sources:
                continue
            for s in split(article):
                words = {w.lower() for w in WORD.findall(article.text[s.start : s.end])}
                found.append((len(asked & words), article, s))
        return sorted(found, key=lambda f: (-f[0], f[1].id, f[2].ordinal))

    def search(self, question, k=10, *, as_of=None, since=None, until=None, sources=()):
        ranked = [found for found in self._rank(question, since, until, sources) if found[0]]
        return [
            Hit(Passage(i, a.id, s.ordinal, s.ordinal, s.start, s.end, a.text[s.start : s.end]), n / 8)
            for i, (n, a, s) in enumerate(ranked[:k])
        ]

    def support(self, claim, *, as_of=None, since=None, until=None, sources=()):
        calls.append(("support", claim, as_of, since, until, sources))
        answer = self.ask(claim, since=since, until=until, sources=sources)
        verdict = "not found" if answer.abstained else "supported"
        return Support(claim, as_of, verdict, answer.confidence, 0.5, answer.citations, answer.evidence,
                       answer.generation, answer.models, {"total": 1.25})  # fmt: skip

    def add(self, *targets, strict=False, allow_private=None, progress=None):
        calls.append(("add", targets, strict, allow_private))
        store = stores.setdefault(self.path, Store())
        done = Counter()
        ids = {"added": [], "updated": [], "unchanged": [], "duplicates": []}
        skipped = []
        for target in targets:
            for number, line in enumerate(Path(target).read_text().splitlines(), start=1):
                progress(AddProgress("encoding", sum(done.values()), None, None, sum(done.values())))
                try:
                    article = Article(**json.loads(line))
                except (ValueError, TypeError):
                    skipped.append(Skipped(str(target), number, "not an article; correct the line"))
                    if strict:
                        raise ReadError(str(skipped[-1])) from None
                    continue
                known = store.articles.get(article.id)
                ids["added" if known is None else "unchanged" if known == article else "updated"].append(article.id)
                store.articles[article.id] = article
                done[article.id] += 1
        store.generation += 1
        return AddReport(
            **{name: tuple(found) for name, found in ids.items()},
            skipped=tuple(skipped),
            n_passages=sum(done.values()),
            generation=store.generation,
        )

    def remove(self, *ids):
        found = [self.article(i).id for i in ids]
        for i in found:
            del self.store.articles[i]
        self.store.generation += 1
        return tuple(found)

    def articles(self, query=None, offset=0, limit=None):
        calls.append(("articles", query, offset, limit))
        stored = self.store.articles.values() if self.path in stores else ()
        found = [a for a in stored if query is None or query.lower() in a.title.lower()]
        return found[offset : None if limit is None else offset + limit]

    def article(self, id_or_url):
        for article in self.store.articles.values():
            if id_or_url in (article.id, article.url):
                return article
        raise ArticleNotFound(f"No article {id_or_url!r}. `rag list` shows those there are.")

    def snapshot(self):
        return self

    def story(self, article_id):
        """Articles with the same first sentence are copies."""
        first = self.article(article_id).text.partition(".")[0]
        return [article for article in self.store.articles.values() if article.text.startswith(first)]

    def sentences(self, article_id):
        return split(self.article(article_id))

    def speeds(self):
        return self.measured

    def status(self):
        days = [a.published for a in self.store.articles.values() if a.published]
        sources = dict(Counter(a.source for a in self.store.articles.values() if a.source))
        encoder = Encoder("bag_of_words", 64)
        return Status(self.path, self.n_articles, max(days, default=None), sources, encoder, 1_234_567, None)

    def check(self, repair=False):
        found = (Problem("vectors-3.faiss", "checksum differs"),) if self.store.damaged else ()
        if repair:
            self.store.damaged = False
        left, repaired = ((), found) if repair else (found, ())
        return CheckReport(left, self.n_articles, 4, self.generation, repaired)

    def rebuild(self, encoder=None, *, views_only=False, progress=None):
        calls.append(("rebuild", encoder, views_only))
        self.store.generation += 0 if views_only else 1

    def verify(self, answer):
        return verify(answer, self)
