"""Small articles and their drafts, with vectors whose cosines can be worked out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from rag.index import Draft, Index
from rag.protocols import Encoder
from rag.types import Article
from tests.fakes import BagOfWordsEncoder

SENTENCE = re.compile(r"[^.\s][^.]*\.")
NAMES = ("river", "minister", "harvest", "rocket", "museum", "strike", "vaccine", "bridge")


@dataclass(frozen=True)
class Span:
    first: int
    last: int
    start: int
    end: int


def make_draft(article: Article, encoder: Encoder, per_passage: int = 2) -> Draft:
    """Cut at full stops and encode title and text, `per_passage` sentences a passage."""
    sentences = [match.span() for match in SENTENCE.finditer(article.text)]
    groups = [(i, min(i + per_passage, len(sentences)) - 1) for i in range(0, len(sentences), per_passage)]
    spans = [Span(first, last, sentences[first][0], sentences[last][1]) for first, last in groups]
    inputs = [f"{article.title} {article.text[span.start : span.end]}" for span in spans]
    keys = [hashlib.sha256(text.encode()).digest()[:16] for text in inputs]
    return Draft(article, sentences, spans, keys, encoder.encode(inputs).astype(np.float16))


def make_article(i: int, text: str | None = None, **fields: object) -> Article:
    """Return the i-th article: four sentences about two of `NAMES`, dated i days into 2023."""
    one, other = NAMES[i % len(NAMES)], NAMES[(i * 3 + 1) % len(NAMES)]
    text = text or (
        f"The {one} report number {i} was published. It spoke of a {other}. "
        f"Nobody expected the {one} to matter. The {other} was {'old ' * (i % 3)}news."
    )
    given: dict[str, object] = {"published": date(2023, 1, 1) + timedelta(days=i), "source": ("BBC", "CNN")[i % 2]}
    return Article(f"article-{i:03}", f"About the {one}", text, **(given | fields))  # type: ignore[arg-type]


def build(path: Path, articles: Sequence[Article], batch: int = 3) -> Index:
    """Build an index of `articles`, `batch` of them a commit."""
    encoder = BagOfWordsEncoder()
    index = Index.open_or_create(path, encoder.identity)
    with index.writer() as writer:
        for start in range(0, len(articles), batch):
            writer.commit([make_draft(article, encoder) for article in articles[start : start + batch]])
    return index


QUESTIONS = ("What did the minister say about the harvest?", "old rocket news", "bridge", "report number 7")


def answers(index: Index, k: int = 10) -> list[list[tuple[str, int, float]]]:
    """Search both ways for each question; name passages by article and start, which do not depend on row ids."""
    snapshot, encoder, out = index.snapshot(), BagOfWordsEncoder(), []
    for question in QUESTIONS:
        for hits in (snapshot.search_dense(encoder.encode([question])[0], k), snapshot.search_words(question, k)):
            contexts = snapshot.contexts([number for number, _ in hits])
            places = [(context.passage.article_id, context.passage.start) for context in contexts]
            out.append([(*place, score) for place, (_, score) in zip(places, hits, strict=True)])
    return out
