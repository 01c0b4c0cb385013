"""Plain txtai: its segmentation by paragraphs, an embeddings database with content, and searches in its SQL."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import numpy as np
from txtai import Embeddings
from txtai.pipeline import Segmentation

from benchmarks.peers import adapter_note
from benchmarks.peers.places import located
from benchmarks.peers.vectors import PART, ChunkVectors
from rag.api import Rag
from rag.evaluation import Question, SearchSystem, Span
from rag.protocols import Vectors
from rag.types import Article

# Candidates for each result that is wanted, before the filter by date: txtai's own factor (database/base.py, Scan).
CANDIDATES = 10


def split(article: Article) -> list[tuple[Span, str]]:
    """Cut an article into paragraphs: what its documentation shows for text that goes into an embeddings database.

    Sentences are the other way it shows; they need a model of NLTK that no package brings. Its third way, sections,
    would leave a news article whole, of which the encoder reads the first 256 tokens.
    """
    chunks = Segmentation(paragraphs=True)(article.text)
    return list(zip(located(article, chunks), chunks, strict=True))


def make(rag: Rag, vectors: ChunkVectors) -> SearchSystem:
    """Cut, encode and store the articles; searching is a SQL query, with the date in its `where`."""
    spans: list[Span] = []
    rows: list[tuple[int, dict[str, Any], None]] = []
    for article in rag.articles():
        published = article.published.isoformat() if article.published else None
        for span, text in split(article):
            rows.append((len(spans), {"text": text, "published": published}, None))
            spans.append(span)
    vectors.expect(len(spans))
    database = _database(rows, vectors)
    n_chunks = len(spans)
    del rows

    def search(text: str, question: Question, k: int) -> list[tuple[Span, float]]:
        hits: list[dict[str, Any]] = []
        for candidates in _growing(CANDIDATES * k, n_chunks):
            hits = _query(database, text, question, k, candidates)
            if len(hits) >= k:
                break
        return [(spans[int(hit["id"])], float(hit["score"])) for hit in hits]

    components = database.config["build"]["settings"]["components"]
    note = adapter_note(
        f"txtai {version('txtai')}", "Segmentation by paragraphs", f"Embeddings with content and faiss {components}"
    )
    return SearchSystem(rag, "txtai", search, note=note)


def _database(rows: list[tuple[int, dict[str, Any], None]], vectors: ChunkVectors) -> Embeddings:
    """Store the rows; txtai calls one function for the vectors of both chunks and questions."""
    indexing = True

    def transform(texts: list[str]) -> Vectors:
        return vectors.chunks(texts) if indexing else np.stack([vectors.question(text) for text in texts])

    database = Embeddings(method="external", transform=transform, content=True, batch=PART)
    database.index(rows)
    indexing = False
    return database


def _query(database: Embeddings, text: str, question: Question, k: int, candidates: int) -> list[dict[str, Any]]:
    where, parameters = f"similar(:text, {candidates})", {"text": text}
    if question.as_of is not None:
        where += " and published <= :last"
        parameters["last"] = question.as_of.isoformat()
    found: list[dict[str, Any]] = database.search(
        f"select id, score from txtai where {where}", k, parameters=parameters
    )
    return found


def _growing(first: int, n_chunks: int) -> Iterator[int]:
    """Yield numbers of candidates, tenfold each time: where the filter leaves too few, more are looked at."""
    candidates = min(first, n_chunks)
    while candidates < n_chunks:
        yield candidates
        candidates *= 10
    yield n_chunks
