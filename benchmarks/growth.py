"""What a change, an opening and a search cost as the index grows: `python -m benchmarks.growth INDEX --work DIR`.

Articles are drawn like those of a real index (`passages_like`), ten passages each. The time to encode is left out on
purpose: it depends on the change alone. Everything else is as `rag add` does it. Questions are those of RealTime QA
2023 H1 (RAG_DATA).

Each size has a folder of its own in DIR and starts from a copy of the size before; what measuring adds is added to
another copy. So a second run grows nothing, and each row is of the number of passages that it names.

A row as it is measured and a table at the end go to standard output, JSON with `--out`, a plot with `--plot`.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.drawing import Axis, Line, chart
from benchmarks.passages_like import PER_ARTICLE, PassagesLike, drafts, real_texts, real_vectors
from benchmarks.tables import table
from rag.encoding import load_encoder
from rag.evaluation import data_folder
from rag.evaluation.run import made as made_here
from rag.index import Draft, Index, Snapshot, Status, reads
from rag.index.log import Log
from rag.protocols import Encoder, Vectors
from rag.settings import load_settings
from rag.types import EncoderIdentity

ARTICLES_PER_COMMIT = 5000
N_QUESTIONS = 50
COMMITS = ((1, 20), (10, 10), (100, 5))
"""Articles in a commit, and how many such commits are timed."""
OPENING = """
import json, re, sys, time
began = time.perf_counter()
from rag import open_index
rag = open_index(sys.argv[1])
answer = rag.ask(sys.argv[2], **json.loads(sys.argv[3]))
elapsed = time.perf_counter() - began
print(elapsed, time.process_time(), int(re.search("VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""

Row = dict[str, Any]
Made = Callable[[int], Iterator[Draft]]
"""Gives articles for ever, after passing over as many as it is told."""


def main() -> None:
    """Grow an index and measure at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("like", type=Path, nargs="+", metavar="INDEX", help="indexes of real articles, only read")
    parser.add_argument("--work", type=Path, required=True, help="a folder for each size; an interrupted run goes on")
    parser.add_argument("--passages", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--out", type=Path, help="write the rows as JSON here, beside those of other sizes")
    parser.add_argument("--plot", type=Path, help="write a plot of cost against size here (SVG)")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    encoder = load_encoder(load_settings())
    like = PassagesLike(real_vectors(options.like), options.work / "nearest.npy")
    texts = real_texts(options.like)
    rows: list[Row] = json.loads(options.out.read_text()) if options.out and options.out.exists() else []
    before = None
    for size in sorted(options.passages):
        began = time.perf_counter()
        before = grown(options.work, size, before, encoder.identity, lambda n: drafts(like, texts, n))
        built = round(time.perf_counter() - began, 1)
        row = measured(before, encoder, lambda n: drafts(like, texts, n)) | {"build_s": built} | made_here()
        rows = beside(rows, row)
        print(json.dumps(row), flush=True)
        if options.out:
            options.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    if options.plot:
        options.plot.write_text(plot(rows), encoding="utf-8")


def grown(work: Path, size: int, before: Path | None, identity: EncoderIdentity, made: Made) -> Path:
    """Return the folder in `work` with an index of `size` passages, grown from a copy of the smaller one before."""
    path = work / f"index-{size}"
    if before and not path.exists():
        copied(before, path)
    index = Index.open_or_create(path, identity)
    n = index.status().n_passages
    if n >= size + PER_ARTICLE:
        raise SystemExit(f"{path} has {n} passages, more than the {size} it is to have: delete it.")
    articles = made(index.status().n_articles)
    while (n := size - index.status().n_passages) > 0:
        with index.writer() as writer:
            writer.commit(islice(articles, min(ARTICLES_PER_COMMIT, -(-n // PER_ARTICLE))))
    index.close()
    return path


def copied(source: Path, target: Path) -> Path:
    """Copy an index that nobody writes to; `target` comes into being whole."""
    temporary = target.with_name(target.name + ".copying")
    shutil.rmtree(temporary, ignore_errors=True)
    shutil.copytree(source, temporary)
    return temporary.rename(target)


def measured(path: Path, encoder: Encoder, made: Made) -> Row:
    """Return what searches, openings and changes cost at this size; the changes are made to a copy, which is deleted.

    Searches and openings come first, at the size that the row names; what is committed then comes on top.
    """
    index = Index.open(path)
    status = index.status()
    n_bytes = status.database_bytes + status.vectors_bytes + status.lexical_bytes
    row: Row = {"passages": status.n_passages, "bytes_per_passage": round(n_bytes / status.n_passages)}
    questions = read_questions()[:: 759 // N_QUESTIONS]
    asked = encoder.encode(questions)
    row |= searches(index.snapshot(), questions, asked) | {"recall_at_10": recall(path, index.snapshot(), asked)}
    index.close()
    for name, given in openings(status).items():
        row |= opening(name, path, questions[0], given)
    changed = path.with_name("changed")
    shutil.rmtree(changed, ignore_errors=True)
    row |= changes(Index.open(copied(path, changed)), made(status.n_articles))
    shutil.rmtree(changed)
    return row | {"rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


def searches(snapshot: Snapshot, questions: list[str], vectors: Vectors) -> Row:
    """Return what finding ten passages costs, once each was searched for before: the files are in the page cache."""
    for vector, question in zip(vectors, questions, strict=True):
        snapshot.search_dense(vector, 10)
        snapshot.search_words(question, 10)
    row = timed("dense", lambda vector: snapshot.search_dense(vector, 10), vectors)
    return row | timed("words", lambda question: snapshot.search_words(question, 10), questions)


def recall(path: Path, snapshot: Snapshot, questions: Vectors) -> float:
    """Return the mean share of the ten best cosines of all that the dense search finds, as the index has grown."""
    best = np.zeros((len(questions), 0))
    for _, vectors in reads.added_vectors(Log(path), 0, snapshot.generation, questions.shape[1]):
        best = np.hstack([best, questions.astype(np.float64) @ vectors.astype(np.float64).T])
        best = -np.partition(-best, min(10, best.shape[1]) - 1, axis=1)[:, :10]
    found = [snapshot.search_dense(question, 10) for question in questions]
    least = best.min(axis=1) - 1e-6  # a sum in another order is another number
    hits = [sum(cosine >= lowest for _, cosine in ten) for ten, lowest in zip(found, least, strict=True)]
    return round(float(np.mean(hits)) / best.shape[1], 4)


def openings(status: Status) -> dict[str, dict[str, Any]]:
    """Return what `Rag.ask` is given beside the question: nothing, half of the days, and the outlet with most articles.

    The first question with a limit is the one that reads every article's date and outlet.
    """
    given: dict[str, dict[str, Any]] = {"first_answer": {}}
    if status.first_published and status.last_published:
        middle = status.first_published + (status.last_published - status.first_published) / 2
        given["first_answer_until"] = {"until": middle.isoformat()}
    if status.sources:
        given["first_answer_source"] = {"sources": [max(status.sources, key=lambda name: status.sources[name])]}
    return given


def opening(name: str, path: Path, question: str, given: dict[str, Any]) -> Row:
    """Return the median time, CPU time and memory of new processes that open the index and answer one question."""
    command = [sys.executable, "-c", OPENING, str(path), question, json.dumps(given)]
    opened = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(3)]
    told = [[float(part) for part in done.stdout.split()] for done in opened]
    seconds, cpu, megabytes = (statistics.median(values) for values in zip(*told, strict=True))
    return {f"{name}_s": round(seconds, 2), f"{name}_cpu_s": round(cpu, 2), f"{name}_rss_mb": round(megabytes)}


def changes(index: Index, articles: Iterator[Draft]) -> Row:
    """Return what commits of new articles cost, and the number of passages there are after them."""
    row: Row = {}
    for n, rounds in COMMITS:
        batches = [list(islice(articles, n)) for _ in range(rounds)]
        row |= timed(f"commit_{n}", lambda batch: commit(index, batch), batches)
    row["passages_after_commits"] = index.status().n_passages
    index.close()
    return row


def commit(index: Index, batch: list[Draft]) -> None:
    """Commit a batch as `rag add` does."""
    with index.writer() as writer:
        writer.commit(batch)


def timed(name: str, run: Callable[[Any], object], given: Iterable[Any]) -> dict[str, float]:
    """Return times in ms of running with each of what is given, and the CPU time: the machine may be shared.

    The 95th percentile lies between the two measurements next to it; of five it is nearly the longest.
    """
    elapsed_ms, cpu_ms = [], []
    for each in given:
        began, before = time.perf_counter(), time.process_time()
        run(each)
        cpu_ms.append((time.process_time() - before) * 1000)
        elapsed_ms.append((time.perf_counter() - began) * 1000)
    return {
        f"{name}_p50_ms": round(statistics.median(elapsed_ms), 2),
        f"{name}_p95_ms": round(float(np.percentile(elapsed_ms, 95)), 2),
        f"{name}_max_ms": round(max(elapsed_ms), 2),
        f"{name}_cpu_ms": round(statistics.median(cpu_ms), 2),
    }


def beside(rows: list[Row], row: Row) -> list[Row]:
    """Return the rows with a new one, by size; those of its size and those of another form (other keys) go."""
    kept = [r for r in rows if r.keys() == row.keys() and r["passages"] != row["passages"]]
    return sorted([*kept, row], key=lambda r: int(r["passages"]))


def read_questions(name: str = "realtimeqa-2023h1") -> list[str]:
    """Return the questions of a data set in RAG_DATA."""
    file = data_folder() / name / "questions.jsonl"
    return [json.loads(line)["question"] for line in file.read_text(encoding="utf-8").splitlines()]


def plot(rows: list[Row]) -> str:
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
