"""What a change, an opening and a search cost as the index grows: `python -m benchmarks.growth [--passages N …]`.

Articles are those of RealTime QA 2023 H1 (RAG_DATA), cut once and committed again and again under new ids, ten passages
each; their vectors are drawn around the real ones (`vectors_like`), so that neighbours are as near as in earnest. The
time to encode is left out on purpose: it depends on the change alone. Everything else is as `rag add` does it.

A table goes to standard output, JSON with `--out`, a plot with `--plot`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from rag.encoding import load_encoder
from rag.index import Draft, Index
from rag.ingest import make_draft
from rag.passages import passage_input
from rag.settings import load_settings
from rag.types import Article

SEED = 20261125
PER_ARTICLE = 10
N_ARTICLES = 60
SPREAD = 0.6
"""Length of the noise added to a unit vector: copies then lie at a cosine of 0.86 to their original, which is what the
nearest other passage of the real collection has."""
QUESTIONS = ["What did Blinken raise with Xi?", "Who won the election in Turkey?", "How many people died in the quake?"]
OPENING = """
import re, sys, time
began = time.perf_counter()
from rag import open_index
rag = open_index(sys.argv[1])
answer = rag.ask(sys.argv[2])
print(time.perf_counter() - began, int(re.search("VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""


def main() -> None:
    """Grow an index and measure at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--out", type=Path, help="write the rows as JSON here")
    parser.add_argument("--plot", type=Path, help="write a plot of cost against size here (SVG)")
    options = parser.parse_args()
    encoder = load_encoder(load_settings())
    originals = list(cut(encoder))
    rng, rows = np.random.default_rng(SEED), []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "index"
        index = Index.open_or_create(path, encoder.identity)
        made = copies(originals, rng)
        for size in options.passages:
            began = time.perf_counter()
            while (n := size - index.status().n_passages) > 0:
                with index.writer() as writer:
                    writer.commit([next(made) for _ in range(min(500, -(-n // PER_ARTICLE)))])
            rows.append(measure(path, index, encoder, made, size) | {"build_s": round(time.perf_counter() - began, 1)})
            print(json.dumps(rows[-1]), flush=True)
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        options.plot.write_text(plot(rows), encoding="utf-8")


def cut(encoder: Any) -> Iterator[Draft]:
    """Yield real articles cut into passages with their vectors, the first ten passages of each."""
    data = Path(os.environ.get("RAG_DATA", "../shared/data")) / "realtimeqa-2023h1" / "articles.jsonl.gz"
    n = 0
    with gzip.open(data, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            draft = make_draft(Article(record["id"], record["title"], record["text"][:9_000]), encoder)
            if len(draft.passages) < PER_ARTICLE:
                continue
            passages = draft.passages[:PER_ARTICLE]
            text = draft.article.text
            inputs = [passage_input(draft.article.title, text[p.start : p.end]) for p in passages]
            vectors = encoder.encode(inputs).astype(np.float16)
            yield replace(draft, passages=passages, keys=draft.keys[:PER_ARTICLE], vectors=vectors)
            n += 1
            if n == N_ARTICLES:
                return


def copies(originals: list[Draft], rng: np.random.Generator) -> Iterator[Draft]:
    """Yield copies for ever, each under an id of its own with vectors around its original's."""
    n, words = 0, " ".join(draft.article.text for draft in originals).split()
    while True:
        original = originals[n % len(originals)]
        # Some words more in the title, which is searched with each passage: texts that are all the same tie in every
        # search, and thousands of ties are scored one by one.
        title = " ".join([original.article.title, *rng.choice(words, size=int(rng.integers(1, 12)))])
        article = replace(original.article, id=f"{original.article.id}-{n}", origin=f"copy-{n}", title=title)
        keys = [rng.bytes(16) for _ in original.keys]
        yield replace(original, article=article, keys=keys, vectors=vectors_like(original.vectors, rng))
        n += 1


def vectors_like(vectors: Any, rng: np.random.Generator) -> Any:
    """Return float16 unit vectors around `vectors` (n, dimension): each plus Gaussian noise of length `SPREAD`."""
    noise = rng.standard_normal(vectors.shape).astype(np.float32)
    noise *= SPREAD / np.linalg.norm(noise, axis=1, keepdims=True)
    moved = vectors.astype(np.float32) + noise
    return (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float16)


def measure(path: Path, index: Index, encoder: Any, made: Iterator[Draft], size: int) -> dict[str, Any]:
    """Return what changes, an opening and searches cost at this size."""
    row: dict[str, Any] = {"passages": size}
    for n, rounds in ((1, 7), (10, 5), (100, 3)):
        times = []
        for _ in range(rounds):
            drafts = [next(made) for _ in range(n)]
            began = time.perf_counter()
            with index.writer() as writer:
                writer.commit(drafts)
            times.append((time.perf_counter() - began) * 1000)
        row[f"commit_{n}_ms"] = round(statistics.median(times), 1)
    snapshot = index.snapshot()
    vectors = encoder.encode(QUESTIONS * 4)
    snapshot.search_dense(vectors[0], 10)
    dense, words = [], []
    for vector, question in zip(vectors, QUESTIONS * 4, strict=True):
        began = time.perf_counter()
        snapshot.search_dense(vector, 10)
        dense.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        snapshot.search_words(question, 10)
        words.append((time.perf_counter() - began) * 1000)
    row["dense_p50_ms"], row["words_p50_ms"] = round(statistics.median(dense), 2), round(statistics.median(words), 2)
    status = index.status()
    n_bytes = status.database_bytes + status.vectors_bytes + status.lexical_bytes
    row["bytes_per_passage"] = round(n_bytes / status.n_passages)
    row["rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    command = [sys.executable, "-c", OPENING, str(path), QUESTIONS[0]]
    opened = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(3)]
    told = [[float(part) for part in done.stdout.split()] for done in opened]
    row["first_answer_s"] = round(statistics.median(seconds for seconds, _ in told), 2)
    row["first_answer_rss_mb"] = round(statistics.median(rss for _, rss in told))
    return row


def plot(rows: list[dict[str, Any]]) -> str:
    """Return the costs against the size as SVG, both axes logarithmic."""
    lines = {
        "commit of 1 article": ("commit_1_ms", "#1d4f80"),
        "commit of 100 articles": ("commit_100_ms", "#5d8fc0"),
        "dense search": ("dense_p50_ms", "#b4552d"),
        "word search": ("words_p50_ms", "#3d7a57"),
    }
    sizes = [row["passages"] for row in rows]
    low, high = 0.1, 10_000.0

    def x(size: float) -> float:
        return 70 + 440 * np.log(size / sizes[0]) / np.log(max(sizes[-1] / sizes[0], 1.01))

    def y(ms: float) -> float:
        return 270 - 240 * np.log(max(ms, low) / low) / np.log(high / low)

    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 320" font-family="sans-serif" font-size="12">']
    out.append('<rect width="720" height="320" fill="#fff"/>')
    for ms in (0.1, 1, 10, 100, 1_000, 10_000):
        out.append(f'<line x1="70" x2="510" y1="{y(ms):.0f}" y2="{y(ms):.0f}" stroke="#e3e5e8"/>')
        out.append(f'<text x="62" y="{y(ms) + 4:.0f}" text-anchor="end" fill="#5b616b">{ms:g} ms</text>')
    for size in sizes:
        out.append(f'<text x="{x(size):.0f}" y="292" text-anchor="middle" fill="#5b616b">{size:,}</text>')
    out.append('<text x="290" y="312" text-anchor="middle" fill="#5b616b">passages in the index</text>')
    for n, (name, (key, colour)) in enumerate(lines.items()):
        points = " ".join(f"{x(row['passages']):.1f},{y(row[key]):.1f}" for row in rows)
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out.append(f'<text x="525" y="{60 + 22 * n}" fill="{colour}">{name}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"


if __name__ == "__main__":
    main()
