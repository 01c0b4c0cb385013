"""What there is to see of an index from outside, in a process of its own; the same of two indexes, the same index."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import astuple
from itertools import product
from pathlib import Path
from typing import Any

CACHE_BYTES = 10_000_000
"""Bound of a vector cache: far more than is put into it."""
NAMES = ("river", "minister", "harvest", "rocket", "museum", "strike", "vaccine", "bridge")
QUERIES = [f"the {a} and the {b}" for a, b in product(NAMES, NAMES)][:50]


def in_child(work: Callable[[], Any]) -> Any:
    """Run `work` in a forked process and return what it returns, or the negative number of the signal that ended it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            told = json.dumps(work()).encode()
        except BaseException as error:  # told to the parent, which judges it
            told = json.dumps({"error": repr(error), "ours": False, "seen": 10**9}).encode()
        os.write(writer, len(told).to_bytes(8, "little"))
        while told:
            told = told[os.write(writer, told) :]
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(pid, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else json.loads(told[8:])


def state_of(path: Path) -> Any:
    """Return generation, digest of all articles, stories, what 50 questions find, schema and saved questions."""
    found = in_child(lambda: observed(path))
    assert "state" in found, found
    return found["state"]


def observed(path: Path) -> dict[str, Any]:
    """Open the index and return its state (see `state_of`), what `rag status` says, and what `check` finds."""
    from rag.errors import IndexNotFound, RagError
    from rag.index import Index

    try:
        index = Index.open(path)
        snapshot = index.snapshot()
        articles = sorted((astuple(article) for article in snapshot.articles()), key=lambda values: values[0])
        digest = hashlib.sha256(json.dumps(articles, default=str).encode()).hexdigest()
        stories = [[copy.id for copy in snapshot.story(article_id)] for article_id, *_ in articles]
        answers = [found(snapshot, query) for query in QUERIES]
        told = index.status()
        status = [
            told.committed_at,
            told.n_articles,
            told.n_passages,
            told.n_sentences,
            sorted(told.sources.items(), key=str),
        ]
        status += [str(told.first_published), str(told.last_published)]
        problems = [str(problem) for problem in index.check().problems]
        index.close()
    except IndexNotFound:  # as it is before it is created
        return {"state": [-1, "", [], [], 0, kept(path)], "status": [], "problems": []}
    except RagError as error:
        return {"error": repr(error)}
    state = [snapshot.generation, digest, stories, answers, schema_of(path), kept(path)]
    return {"state": state, "status": status, "problems": problems}


def schema_of(path: Path) -> int:
    """Return the number of the index's schema."""
    with closing(sqlite3.connect(path / "articles.db")) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def found(snapshot: Any, query: str) -> Any:
    """Return the ten passages nearest by vector and by words, with their scores."""
    vector = encoder_of().encode([query])[0]
    hits = [*snapshot.search_dense(vector, 10), *snapshot.search_words(query, 10)]
    texts = {text.id: text.article_id for text in snapshot.texts([passage for passage, _ in hits])}
    return [[texts[passage], round(float(score), 4)] for passage, score in hits]


def encoder_of() -> Any:
    """Return the encoder of the tests: words in common are all it knows, and it needs no thread."""
    from tests.fakes import BagOfWordsEncoder

    return BagOfWordsEncoder()


def kept(path: Path) -> list[Any]:
    """Return the saved questions with their answers, and what is wrong with others."""
    from rag.errors import RagError
    from rag.saved import SavedQuestions

    questions = SavedQuestions(path)
    try:
        return [[[one.question, one.read.text] for one in questions.all()], questions.damaged()]
    except RagError as error:
        return [[], [repr(error)]]


def wrong_vectors(cache: Path, texts: list[str]) -> list[str]:
    """Return the texts for which the vector cache in the folder `cache` gives another vector than the encoder."""
    from rag.encoding.vector_cache import RememberingEncoder, VectorCache

    encoder = encoder_of()
    fresh = encoder.encode(texts).astype("<f2").astype("<f4")
    given = RememberingEncoder(encoder, VectorCache(cache, CACHE_BYTES)).encode(texts)
    return [text for text, one, other in zip(texts, given, fresh, strict=True) if one.tobytes() != other.tobytes()]
