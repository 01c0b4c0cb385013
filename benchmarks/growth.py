"""What a change, an opening and a search cost as the index grows: `python -m benchmarks.growth INDEX --work DIR`.

Articles are drawn like those of a real index (`passages_like`), ten passages each. The time to encode is left out on
purpose: it depends on the change alone. Everything else is as `rag add` does it. Questions are those of RealTime QA
2023 H1 (RAG_DATA).

A row as it is measured and a table at the end go to standard output, JSON with `--out`, a plot with `--plot`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.drawing import Axis, Line, chart
from benchmarks.passages_like import PER_ARTICLE, PassagesLike, drafts, real_texts, real_vectors
from benchmarks.tables import table
from rag.encoding import load_encoder
from rag.index import Draft, Index
from rag.settings import load_settings

ARTICLES_PER_COMMIT = 5000
N_QUESTIONS = 50
OPENING = """
import re, sys, time
began = time.perf_counter()
from rag import open_index
rag = open_index(sys.argv[1])
answer = rag.ask(sys.argv[2])
elapsed = time.perf_counter() - began
print(elapsed, time.process_time(), int(re.search("VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""


def main() -> None:
    """Grow an index and measure at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("like", type=Path, nargs="+", metavar="INDEX", help="indexes of real articles, only read")
    parser.add_argument("--work", type=Path, required=True, help="the index grows here; an interrupted run goes on")
    parser.add_argument("--passages", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--out", type=Path, help="write the rows as JSON here, beside those of other sizes")
    parser.add_argument("--plot", type=Path, help="write a plot of cost against size here (SVG)")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    encoder = load_encoder(load_settings())
    like = PassagesLike(real_vectors(options.like), options.work / "nearest.npy")
    path = options.work / "index"
    index = Index.open_or_create(path, encoder.identity)
    made = drafts(like, real_texts(options.like), index.status().n_articles)
    rows = (
        {row["passages"]: row for row in json.loads(options.out.read_text())}
        if options.out and options.out.exists()
        else {}
    )
    for size in options.passages:
        began = time.perf_counter()
        while (n := size - index.status().n_passages) > 0:
            with index.writer() as writer:
                writer.commit(islice(made, min(ARTICLES_PER_COMMIT, -(-n // PER_ARTICLE))))
        rows[size] = measure(path, index, encoder, made, size) | {"build_s": round(time.perf_counter() - began, 1)}
        print(json.dumps(rows[size]), flush=True)
        if options.out:
            options.out.write_text(json.dumps([rows[n] for n in sorted(rows)], indent=1) + "\n", encoding="utf-8")
    print(table([rows[n] for n in sorted(rows)]))
    if options.plot:
        options.plot.write_text(plot([rows[n] for n in sorted(rows)]), encoding="utf-8")


def measure(path: Path, index: Index, encoder: Any, made: Iterator[Draft], size: int) -> dict[str, Any]:
    """Return what changes, an opening and searches cost at this size."""
    row: dict[str, Any] = {"passages": size}
    for n, rounds in ((1, 7), (10, 5), (100, 3)):
        batches = [list(islice(made, n)) for _ in range(rounds)]
        row |= timed(f"commit_{n}", lambda batch: commit(index, batch), batches)
    snapshot = index.snapshot()
    questions = read_questions()[:: 759 // N_QUESTIONS]
    vectors = encoder.encode(questions)
    snapshot.search_dense(vectors[0], 10)
    row |= timed("dense", lambda vector: snapshot.search_dense(vector, 10), vectors)
    row |= timed("words", lambda question: snapshot.search_words(question, 10), questions)
    status = index.status()
    n_bytes = status.database_bytes + status.vectors_bytes + status.lexical_bytes
    row["bytes_per_passage"] = round(n_bytes / status.n_passages)
    row["rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    command = [sys.executable, "-c", OPENING, str(path), questions[0]]
    opened = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(3)]
    told = [[float(part) for part in done.stdout.split()] for done in opened]
    for name, values in zip(("first_answer_s", "first_answer_cpu_s"), zip(*told, strict=True), strict=False):
        row[name] = round(statistics.median(values), 2)
    row["first_answer_rss_mb"] = round(told[0][2])
    return row


def commit(index: Index, batch: list[Draft]) -> None:
    """Commit a batch as `rag add` does."""
    with index.writer() as writer:
        writer.commit(batch)


def timed(name: str, run: Callable[[Any], object], given: Iterable[Any]) -> dict[str, float]:
    """Return the median time and CPU time in ms of running with each of what is given; the machine may be shared."""
    elapsed_ms, cpu_ms = [], []
    for each in given:
        began, before = time.perf_counter(), time.process_time()
        run(each)
        cpu_ms.append((time.process_time() - before) * 1000)
        elapsed_ms.append((time.perf_counter() - began) * 1000)
    return {
        f"{name}_p50_ms": round(statistics.median(elapsed_ms), 2),
        f"{name}_cpu_ms": round(statistics.median(cpu_ms), 2),
    }


def read_questions(name: str = "realtimeqa-2023h1") -> list[str]:
    """Return the questions of a data set in RAG_DATA."""
    file = Path(os.environ.get("RAG_DATA", "../shared/data")) / name / "questions.jsonl"
    return [json.loads(line)["question"] for line in file.read_text(encoding="utf-8").splitlines()]


def plot(rows: list[dict[str, Any]]) -> str:
    """Return the costs against the size as SVG, both axes logarithmic."""
    kinds = {
        "commit of 1 article": ("commit_1_cpu_ms", "#1d4f80"),
        "commit of 100 articles": ("commit_100_cpu_ms", "#5d8fc0"),
        "dense search": ("dense_cpu_ms", "#b4552d"),
        "word search": ("words_cpu_ms", "#3d7a57"),
    }
    lines = [Line(name, colour, [(row["passages"], row[key]) for row in rows]) for name, (key, colour) in kinds.items()]
    sizes = Axis("passages in the index", [row["passages"] for row in rows], True)
    return chart(lines, sizes, Axis("CPU time", [0.1, 1, 10, 100, 1_000, 10_000], True, " ms"))


if __name__ == "__main__":
    main()
