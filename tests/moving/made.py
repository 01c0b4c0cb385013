"""Indexes to move, and what is in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from rag.index import Draft, Index
from rag.ingest import add_articles
from rag.types import Article
from tests.fakes import BagOfWordsEncoder

ENCODER = BagOfWordsEncoder()
TALKS = Article(
    "talks",
    "Talks in Beijing",
    "Blinken met Xi on Monday. “Café” talks lasted 35 minutes.",
    source="Example Times",
    url="https://times.example/talks",
    authors=("Ann Writer", "José Núñez"),
    published=date(2023, 6, 19),
    section="World",
    origin="/news/talks.txt",
)
ODD = [
    replace(TALKS, id="copy", url=None, origin=None),  # the same text under another id
    Article("empty", "Nothing but a headline", ""),
    Article("Ünïcode-🎈", "", "A 🎈 flew over Zürich. Nobody — not one — minded… It burst."),
]
FILES = ("articles.parquet", "sentences.parquet", "passages.parquet", "vectors.parquet")


def build(path: Path, articles: list[Article], removed: tuple[str, ...] = ()) -> Index:
    index = Index.open_or_create(path, ENCODER.identity)
    add_articles(index, ENCODER, articles)
    if removed:
        with index.writer() as writer:
            writer.commit([], removed)
    return index


def held(path: Path) -> list[tuple[object, ...]]:
    """Everything an index holds, in values that can be compared: what a content hash would be made of."""
    index = Index.open(path)
    drafts: list[Draft] = list(index.content().drafts())
    index.close()
    return [
        (d.article, d.article.digest, list(d.sentences), [tuple(p) for p in d.passages], d.keys, d.vectors.tobytes())
        for d in drafts
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}
