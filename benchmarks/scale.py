"""What finding the nearest vectors costs, and misses, as they become more: `python -m benchmarks.scale INDEX …`.

Vectors are those of real indexes, then as many like them as are wanted (`passages_like`); questions are those of
RealTime QA (RAG_DATA). For each number of vectors, both structures of the index (`rag/index/structure.py`), and any
other that FAISS's index factory can name, are asked one question at a time: recall@10 against exact search after the
proposals have been scored from the float16 vectors, time and CPU time (the machine may be shared), bytes, and the time
to learn and to add. Vectors are read from a file here, by the index from its database: `growth` measures the whole.

Everything is kept in DIR, so that an interrupted run goes on. JSON with `--out`, cost against size with `--plot`, the
likeness of the vectors with `--likeness`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.drawing import Axis, Line, chart
from benchmarks.growth import read_questions
from benchmarks.passages_like import BLOCK, SEED, PassagesLike, real_vectors
from benchmarks.tables import table
from rag.encoding import load_encoder
from rag.evaluation.run import made
from rag.index import structure, vectors
from rag.settings import load_settings

WANTED = 26  # what `Snapshot.search_dense` proposes for ten: 16 more, to see ties
N_TIMED = 120
N_FILTERED = 60
IN_MEMORY = 1_000_000  # vectors beyond which exact search is left out: 5,000,000 take 4 GB
COLOURS = ["#b4552d", "#1d4f80", "#3d7a57", "#8a5aa8", "#5b616b", "#c2912e", "#5d8fc0"]

Stored = NDArray[np.float16]
Questions = NDArray[np.float32]
Propose = Callable[[Questions], NDArray[np.int64]]
Row = dict[str, Any]


def main() -> None:
    """Measure each structure at each size, the real vectors first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("like", type=Path, nargs="+", metavar="INDEX", help="indexes of real articles, only read")
    parser.add_argument("--work", type=Path, required=True, help="vectors and exact results are kept here")
    parser.add_argument("--passages", type=int, nargs="*", default=[100_000, 250_000, 1_000_000, 5_000_000])
    parser.add_argument("--structures", nargs="+", default=["exact", "compressed"])
    parser.add_argument("--out", type=Path, help="write the rows as JSON here, beside those that are there")
    parser.add_argument("--plot", type=Path, help="write a plot of cost against size here (SVG)")
    parser.add_argument("--likeness", type=Path, help="write a plot of real and drawn neighbours here (SVG)")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    like = PassagesLike(real_vectors(options.like), options.work / "nearest.npy")
    questions = load_encoder(load_settings()).encode([*read_questions()[::4], *read_questions("realtimeqa-2024")[::7]])
    if options.likeness:
        options.likeness.write_text(likeness(like, questions), encoding="utf-8")
    rows = json.loads(options.out.read_text()) if options.out and options.out.exists() else []
    for kind, n in [("real", len(like.vectors)), *(("drawn", n) for n in options.passages)]:
        for row in at_size(kind, n, like, questions, options.work, options.structures):
            print(json.dumps(row), flush=True)
            rows = [r for r in rows if (r["passages"], r["structure"]) != (n, row["structure"])] + [row]
            rows.sort(key=lambda r: (r["kind"] != "real", r["passages"], r["structure"]))
            if options.out:
                options.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    if options.plot:
        options.plot.write_text(plot(rows), encoding="utf-8")


def at_size(kind: str, n: int, like: PassagesLike, questions: Questions, work: Path, names: list[str]) -> Iterator[Row]:
    """Yield a row for each structure at one size; exact results are kept in `work`."""
    stored = like.vectors if kind == "real" else drawn(like, n, work)
    kept = work / f"exact-{kind}-{n}.npy"
    if not kept.exists():
        np.save(kept, nearest(stored, questions, 10)[0])
    exact = np.load(kept)[:, :10]
    for name in names:
        if name != "exact" or n <= IN_MEMORY:
            row = measured(name, stored, questions, exact, work)
            yield {"kind": kind, "passages": n, "structure": name} | row | made()


def drawn(like: PassagesLike, n: int, work: Path) -> Stored:
    """Return the first `n` drawn vectors, as a file in `work` that grows by blocks."""
    dimension, file = like.vectors.shape[1], work / "vectors.f16"
    have = file.stat().st_size // (2 * dimension * BLOCK) if file.exists() else 0
    with file.open("r+b" if have else "wb") as out:
        out.truncate(have * 2 * dimension * BLOCK)
        out.seek(0, 2)
        for number in range(have, -(-n // BLOCK)):
            like.block(number)[0].tofile(out)
    return np.memmap(file, np.float16, "r", shape=(n, dimension))


def nearest(stored: Stored, questions: Questions, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return positions and cosines of the `k` vectors nearest to each question, best first, by comparing with all."""
    ids = np.zeros((len(questions), 0), np.int64)
    cosines = np.zeros((len(questions), 0), np.float32)
    for start in range(0, len(stored), BLOCK):
        some = questions @ stored[start : start + BLOCK].astype(np.float32).T
        best = np.argpartition(-some, k, axis=1)[:, :k] if some.shape[1] > k else np.argsort(-some, axis=1)
        ids = np.hstack([ids, best + start])
        cosines = np.hstack([cosines, np.take_along_axis(some, best, 1)])
        order = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
        ids, cosines = np.take_along_axis(ids, order, 1), np.take_along_axis(cosines, order, 1)
    return ids, cosines


def measured(name: str, stored: Stored, questions: Questions, exact: NDArray[np.int64], work: Path) -> Row:
    """Return what one structure costs and misses."""
    began = time.process_time()
    made = made_of(name, stored)
    built = time.process_time() - began
    n_wanted = WANTED if name == "exact" else WANTED * vectors.SHORT_LIST
    none = np.zeros(0, np.int64)

    def propose(question: Questions, n: int = n_wanted, allowed: NDArray[np.int64] | None = None) -> Any:
        if isinstance(made, structure.Structure):
            return np.array([i for i, _ in made.search(question, n, allowed, none)], np.int64)
        return made.search(question.reshape(1, -1), n)[1][0]

    file = work / "structure.tmp"
    faiss.write_index(made.index if isinstance(made, structure.Structure) else made, str(file))
    row: Row = {"bytes_per_passage": round(file.stat().st_size / len(stored), 1), "build_cpu_s": round(built, 1)}
    file.unlink()
    row["recall_at_10"] = round(recall(stored, questions, exact, propose), 4)
    row |= {f"search_{key}": value for key, value in timed(propose, questions).items()}
    if isinstance(made, structure.Structure):
        row["lists"] = made.n_lists
        row |= filtered(stored, questions[:: len(questions) // N_FILTERED], propose)
    return row


def made_of(name: str, stored: Stored) -> Any:
    """Make a structure and put all vectors in: the index's own, or one of FAISS's index factory (`NAME@nprobe`)."""
    n, dimension = stored.shape
    rng, (factory, _, n_probed) = np.random.default_rng(SEED), name.partition("@")
    if name in {"exact", "compressed"}:
        n_lists = structure.n_lists_of(n) if name == "compressed" else 0
        drawn_from = np.sort(rng.choice(n, min(n, n_lists * structure.SAMPLE_PER_LIST), replace=False))
        made: Any = structure.empty(n_lists, dimension, stored[drawn_from])
        for start in range(0, n, BLOCK):
            some = stored[start : start + BLOCK]
            made.add(np.arange(start, start + len(some)), some)
        return made
    made = faiss.index_factory(dimension, factory, faiss.METRIC_INNER_PRODUCT)
    made.train(stored[np.sort(rng.choice(n, min(n, 65_536), replace=False))].astype(np.float32))
    for start in range(0, n, BLOCK):
        made.add(stored[start : start + BLOCK].astype(np.float32))
    if n_probed:
        faiss.ParameterSpace().set_index_parameter(made, "efSearch" if "HNSW" in factory else "nprobe", int(n_probed))
    return made


def recall(stored: Stored, questions: Questions, exact: NDArray[np.int64], propose: Propose) -> float:
    """Return recall@10 once the proposals have been scored exactly."""
    shares = []
    for question, best in zip(questions, exact, strict=True):
        ids = np.sort(propose(question))
        ids = ids[ids >= 0]
        cosines = stored[ids].astype(np.float32) @ question
        shares.append(len(np.intersect1d(ids[np.argsort(-cosines)[:10]], best[:10])) / len(best[:10]))
    return float(np.mean(shares))


def timed(propose: Propose, questions: Questions) -> dict[str, float]:
    """Return the median and 95th percentile of one search in ms, and its mean CPU time."""
    elapsed_ms, before = [], time.process_time()
    for n in range(N_TIMED):
        began = time.perf_counter()
        propose(questions[n % len(questions)])
        elapsed_ms.append((time.perf_counter() - began) * 1000)
    cpu_ms = (time.process_time() - before) * 1000 / N_TIMED
    p95 = statistics.quantiles(elapsed_ms, n=20)[-1]
    return {"p50_ms": round(statistics.median(elapsed_ms), 2), "p95_ms": round(p95, 2), "cpu_ms": round(cpu_ms, 2)}


def filtered(stored: Stored, questions: Questions, propose: Any) -> Row:
    """Return recall and time among a tenth and a hundredth of the vectors, drawn at random as by an outlet or a day."""
    row: Row = {}
    for share in (10, 100):
        allowed = np.sort(np.random.default_rng(SEED + share).choice(len(stored), len(stored) // share, replace=False))
        positions, _ = nearest(stored[allowed], questions, 10)

        def among(question: Questions, allowed: NDArray[np.int64] = allowed) -> NDArray[np.int64]:
            found: NDArray[np.int64] = propose(question, allowed=allowed)
            return found

        row[f"recall_among_1_in_{share}"] = round(recall(stored, questions, allowed[positions], among), 4)
        row[f"cpu_ms_among_1_in_{share}"] = timed(among, questions)["cpu_ms"]
    return row


def likeness(like: PassagesLike, questions: Questions, n: int = 16_000) -> str:
    """Return as SVG how cosines are spread among `n` real and `n` drawn vectors: to neighbours, and to questions."""
    rng = np.random.default_rng(SEED)
    real = like.vectors[np.sort(rng.choice(len(like.vectors), n, replace=False))]
    shares, lines = np.linspace(0, 1, 101), []
    for stored, name in ((real, "real"), (like.block(0)[0][:n], "drawn")):
        _, near = nearest(stored, stored[:2000].astype(np.float32), 101)  # the first is the vector itself
        _, asked = nearest(stored, questions, 10)
        spread = {"1st neighbour": near[:, 1], "10th neighbour": near[:, 10], "100th neighbour": near[:, 100]}
        spread |= {"question's best": asked[:, 0], "question's 10th": asked[:, 9]}
        for colour, (what, cosines) in zip(COLOURS, spread.items(), strict=False):
            values = np.quantile(cosines, shares)
            points = [(float(value), float(share)) for value, share in zip(values, shares, strict=True)]
            lines.append(Line(f"{what}, {name}", colour, points, name == "drawn"))
    marks = [0, 0.2, 0.4, 0.6, 0.8, 1]
    return chart(lines, Axis(f"cosine, among {n:,} passages", marks), Axis("share of passages below", marks))


def plot(rows: list[Row]) -> str:
    """Return the CPU time of a search against the number of drawn vectors as SVG, both axes logarithmic."""
    lines, rows = [], [row for row in rows if row["kind"] == "drawn"]
    for name, colour in zip(dict.fromkeys(row["structure"] for row in rows), COLOURS, strict=False):
        points = [(row["passages"], row["search_cpu_ms"]) for row in rows if row["structure"] == name]
        lines.append(Line(name, colour, sorted(points)))
    sizes = Axis("passages", sorted({row["passages"] for row in rows}), True)
    return chart(lines, sizes, Axis("CPU time of one search", [0.1, 1, 10, 100], True, " ms"))


if __name__ == "__main__":
    main()
