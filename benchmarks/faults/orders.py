"""Add the same articles in any order and any batches: `python -m benchmarks.faults.orders`.

Each trial shuffles the articles, cuts them into additions of random sizes, and on the way adds earlier editions of
some, which are replaced, and strangers, which are removed. What the index holds in the end must have the same SHA-256,
vectors included, as when all were added at once; and the ten best passages of each question must be the same, scores
included.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.faults import finish
from benchmarks.faults.material import Models, articles, opened, questions
from rag.api import Rag
from rag.index import Index, vectors
from rag.types import Article

SEED = 20261125
N_QUESTIONS = 50
N_COPIES = 3
"""Copies of one story under other ids: their scores are equal, and only the tie rule orders them."""


def main() -> None:
    """Run the trials and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--fake", action="store_true", help="the encoder of the tests")
    parser.add_argument("--out", type=Path, help="write the rows as JSON here")
    options = parser.parse_args()
    os.environ["RAG_VECTOR_CACHE_MB"] = "0"
    rows = []
    for row in trials(options.trials, "fake" if options.fake else "encoder"):
        print(json.dumps(row), flush=True)
        rows.append(row)
    n_faults = sum(not (row["same_content"] and row["same_top_10"]) for row in rows)
    finish(rows, f"{len(rows)} orders", n_faults, options.out)


def trials(n: int, models: Models) -> Iterator[dict[str, Any]]:
    """Yield a row for each order tried."""
    rng = random.Random(SEED)
    first, *others = articles()
    wanted = [first, *others, *(renamed(first, f"copy-{i}") for i in range(N_COPIES))]
    asked = rng.sample(questions(), N_QUESTIONS)
    with tempfile.TemporaryDirectory() as folder:
        plain = opened(Path(folder) / "plain", models)
        plain.add_articles(wanted)
        content, best = content_hash(plain.settings.index), top_10(plain, asked)
        for number in range(1, n + 1):
            began = time.perf_counter()
            rag = opened(Path(folder) / str(number), models)
            n_additions = add_in_some_order(rag, wanted, rng)
            content_now = content_hash(rag.settings.index)
            yield {
                "order": number,
                "additions": n_additions,
                "generations": rag.generation,
                "articles": rag.n_articles,
                "content": content_now[:16],
                "same_content": content_now == content,
                "same_top_10": top_10(rag, asked) == best,
                "questions": len(asked),
                "seconds": round(time.perf_counter() - began, 1),
            }


def add_in_some_order(rag: Rag, wanted: list[Article], rng: random.Random) -> int:
    """Add articles shuffled, in additions of random sizes, with editions and strangers on the way; count additions."""
    vectors.REPLAY_FLOOR = rng.choice((1, 20, 2_048))  # with checkpoints on the way, and without
    order, longest = rng.sample(wanted, len(wanted)), rng.choice((1, 5, 20, len(wanted)))
    earlier = [replace(article, text=f"An earlier edition. {article.text}") for article in rng.sample(wanted, 9)]
    strangers = [renamed(article, f"stranger-{article.id}") for article in rng.sample(wanted, 5)]
    rag.add_articles(earlier + strangers)
    n_additions, at = 1, 0
    while at < len(order):
        size = rng.randint(1, longest)
        rag.add_articles(order[at : at + size])
        n_additions, at = n_additions + 1, at + size
        if at >= len(order) // 2 and strangers:
            rag.remove(*(article.id for article in strangers))
            strangers = []
    return n_additions


def renamed(article: Article, article_id: str) -> Article:
    """Return the article under another id, without what else it would be known by."""
    return replace(article, id=article_id, url=None, origin=None)


def content_hash(path: Path) -> str:
    """Return the SHA-256 of all that an index holds: articles, sentences, passages, keys, vectors; by ascending id."""
    index, digest = Index.open(path), hashlib.sha256()
    for draft in index.content().drafts():
        passages = [(p.first, p.last, p.start, p.end) for p in draft.passages]
        digest.update(repr((draft.article, list(draft.sentences), passages, list(draft.keys))).encode())
        digest.update(draft.vectors.tobytes())
    index.close()
    return digest.hexdigest()


def top_10(rag: Rag, asked: list[str]) -> list[list[tuple[str, int, float, float]]]:
    """Return the ten best passages of each question: article, start, score and cosine, to the last bit."""
    found = [rag.search(question, 10) for question in asked]
    return [[(h.passage.article_id, h.passage.start, h.score, h.similarity) for h in hits] for hits in found]


if __name__ == "__main__":
    main()
