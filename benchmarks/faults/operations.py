"""What the campaigns do to an index: how it is made, and the changes that are made to go wrong."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.faults.state import CACHE_BYTES, NAMES, encoder_of, in_child

N_ARTICLES = 12
N_COMPRESSED = 24
"""Passages, one an article, in an index whose vectors are compressed: 16 centres of 4 bits need as many."""
CACHE = "with cache"
"""The addition during which the vector cache goes wrong, and not the index."""
OPERATIONS = ("add", "update", "remove", "checkpoint", "compressed", "rebuild", "create", "upgrade", CACHE, "save")
STARTS = {"create": "nothing", "upgrade": "schema 1", "compressed": "more"}
"""Where an operation starts, other than from the index of `prepare`."""


def perform(path: Path, operation: str) -> None:
    """Change the index; made again after it has succeeded, it changes nothing."""
    from rag.index import Index
    from rag.ingest import add_articles

    encoder = encoder_of()
    index = Index.open_or_create(path, encoder.identity)
    if operation in ("checkpoint", "compressed"):
        checkpoint(compressed=operation == "compressed")
    if operation == CACHE:
        encoder = remembering(path)
    if operation in ("add", "checkpoint", "compressed", CACHE):
        add_articles(index, encoder, added())
    elif operation == "update":
        add_articles(index, encoder, [article(i, "It was all different.") for i in (2, 5)])
    elif operation == "remove":
        present = {a.id for a in index.snapshot().articles()}
        if gone := [name for name in ("article-001", "article-007") if name in present]:
            with index.writer() as writer:
                writer.commit([], gone)
    elif operation == "rebuild":
        index.rebuild_views()
    elif operation == "upgrade":
        with index.writer():
            pass
    elif operation == "save":
        save(path)
    index.close()


def checkpoint(compressed: bool) -> None:
    """Let this process write a checkpoint at the next commit; compressed, from the first passage on."""
    from rag.index import structure, vectors

    vectors.REPLAY_FLOOR = 1
    if compressed:
        structure.COMPRESSED_FROM = 1


def is_compressed(path: Path) -> bool:
    """Tell whether the newest checkpoint of the vectors is compressed."""
    from rag.index import structure

    newest = max(path.glob("*.faiss"), key=lambda file: int(file.stem.split("-")[1]))
    return bool(structure.parse(newest.read_bytes()).n_lists)


def cache_of(path: Path) -> Path:
    """Return the folder of the vector cache that is used with an index: beside it."""
    return path.with_name("cache")


def remembering(path: Path) -> Any:
    """Return the encoder with the cache before it."""
    from rag.encoding.vector_cache import RememberingEncoder, VectorCache

    return RememberingEncoder(encoder_of(), VectorCache(cache_of(path), CACHE_BYTES))


def save(path: Path) -> None:
    """Save a question with an answer."""
    from rag.saved import SavedQuestions
    from rag.types import Answer, Constraints, Models

    models = Models("bag-of-words", "none")
    question, text = "What did the river report say?", "It spoke of a minister. " * 200  # of several pages
    answer = Answer(question, question, None, text, True, 0.1, (), (), (), 1, models)
    SavedQuestions(path).add(question, Constraints(), answer, None)


def added() -> list[Any]:
    """Return the articles that are added: three short ones, and a copy of a story that is there."""
    return [*(article(i) for i in range(N_ARTICLES, N_ARTICLES + 3)), wire(2)]


def inputs() -> list[str]:
    """Return what the encoder reads of the articles that are added."""
    from rag.ingest import encode_drafts, make_draft

    class Reading(type(encoder_of())):  # type: ignore[misc]
        def encode(self, texts: Any, progress: Any = None) -> Any:
            read.extend(texts)
            return super().encode(texts, progress)

    read: list[str] = []
    encoder = Reading()
    encode_drafts([make_draft(one, encoder) for one in added()], encoder, {})
    return read


def article(i: int, more: str = "") -> Any:
    """Return the i-th article of three sentences."""
    from rag.types import Article

    one, other = NAMES[i % len(NAMES)], NAMES[(i * 3 + 1) % len(NAMES)]
    text = f"The {one} report number {i} was published. It spoke of a {other}. The {other} was old news. {more}".strip()
    return Article(f"article-{i:03}", f"About the {one}", text, published=date(2023, 1, 1) + timedelta(days=i))


def wire(i: int) -> Any:
    """Return the i-th copy of one story, trimmed a little more than the one before; long enough to be known as such."""
    from rag.types import Article

    turned = zip(NAMES, NAMES[3:] + NAMES[:3], NAMES[5:] + NAMES[:5], strict=True)
    told = [f"The {one} near the {other} was closed by the {last}." for one, other, last in turned]
    text = " ".join(told[: len(told) - i])
    return Article(f"wire-{i}", "The river was closed", text, published=date(2023, 3, 1) + timedelta(days=i))


def prepare(path: Path, n_articles: int = N_ARTICLES) -> None:
    """Build the index that every trial begins with: some generations, a removal, a checkpoint behind the newest."""

    def build() -> None:
        from rag.index import Index, vectors
        from rag.ingest import add_articles

        encoder = encoder_of()
        index = Index.open_or_create(path, encoder.identity)
        vectors.REPLAY_FLOOR = 6
        add_articles(index, encoder, [*(article(i) for i in range(n_articles)), wire(0), wire(1)])
        vectors.REPLAY_FLOOR = 1_000
        add_articles(index, encoder, [article(4, "A correction.")])
        with index.writer() as writer:
            writer.commit([], ["article-009"])
        index.close()

    ended = in_child(build)
    assert ended is None, ended
