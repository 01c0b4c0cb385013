"""How fast the models are: passages a second by engine, precision and batch, and the time to the first question.

    python benchmarks/encoder_speed.py [--passages 500] [--rounds 3] [--torch] [--start-up] [--reader] [--out FILE]

With `--reader` also how many passages the evidence model reads a second, each together with a question of evals/mini.
The encoder reads 900-character passages from RAG_DATA/realtimeqa-2023h1 (default ../shared/data). Configurations take
turns, so that another load on the machine touches all of them; compare the ratios where the machine is not idle.
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
import time
from pathlib import Path
from typing import Any

import numpy as np

from rag.answering.reader import load_reader
from rag.encoding import batches, load_encoder
from rag.encoding.text_encoder import TextEncoder
from rag.evaluation import data_folder, open_set_index, read_set
from rag.settings import load_settings

START_UP = """
import sys, time
begin = time.perf_counter()
from rag.encoding import load_encoder
from rag.settings import load_settings
settings = load_settings()
imported = time.perf_counter()
encoder = load_encoder(settings)
loaded = time.perf_counter()
encoder.encode(["What did Blinken raise with Xi?"])
print(imported - begin, loaded - imported, time.perf_counter() - loaded, time.perf_counter() - begin)
"""


def passages(n: int, characters: int = 900) -> list[str]:
    data = data_folder()
    found: list[str] = []
    with gzip.open(data / "realtimeqa-2023h1" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line)["text"]
            found += [text[at : at + characters] for at in range(0, min(len(text), 5 * characters), characters)]
            if len(found) >= n:
                break
    return found[:n]


def speed(encoder: TextEncoder, texts: list[str], budget: int, n_workers: int | None) -> float:
    """Passages a second with a batch budget and a number of batches at a time."""
    network = encoder._network
    usual = network.n_workers
    network.n_workers = n_workers or usual
    default = batches.plan_batches.__defaults__
    batches.plan_batches.__defaults__ = (1, budget)
    begin = time.perf_counter()
    encoder.encode(texts)
    elapsed = time.perf_counter() - begin
    batches.plan_batches.__defaults__, network.n_workers = default, usual
    return len(texts) / elapsed


def throughput(n: int, rounds: int, with_torch: bool) -> list[dict[str, Any]]:
    """Print passages a second of each configuration, and return them as rows."""
    texts = passages(n)
    settings = load_settings()
    loaded = {
        (engine, precision): load_encoder(settings.model_copy(update={"engine": engine, "precision": precision}))
        for engine, precision in [("openvino", "auto"), ("openvino", "fp32")] + [("torch", "fp32")] * with_torch
    }
    runs = [(key, budget, None) for key in loaded for budget in ((1024, 2048, 4096) if key[1] == "auto" else (2048,))]
    runs.append((("openvino", "auto"), 2048, 1))
    results: dict[tuple, list[float]] = {run: [] for run in runs}
    for _ in range(rounds):
        for run in runs:
            results[run].append(speed(loaded[run[0]], texts, run[1], run[2]))
    print(f"{len(texts)} passages of 900 characters, median of {rounds} rounds; load {os.getloadavg()[0]:.1f}")
    rows = []
    for ((engine, precision), budget, workers), speeds in results.items():
        at_once = workers or loaded[engine, precision]._network.n_workers
        median, best = statistics.median(speeds), max(speeds)
        row = {"engine": engine, "precision": precision, "budget": budget, "at_once": at_once}
        rows.append({**row, "passages_per_s": round(median, 1), "best_passages_per_s": round(best, 1)})
        print(
            f"{engine:9} {precision:5} budget {budget:5} batches at a time {at_once}: "
            f"{median:6.1f} passages/s (best {best:.1f})"
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    return rows


def reading(rounds: int) -> dict[str, Any]:
    """Print how many passages a second the evidence model reads with a question, and return it as a row."""
    evalset, settings = read_set(Path(__file__).resolve().parents[1] / "evals" / "mini"), load_settings()
    snapshot = open_set_index(evalset, settings).snapshot()
    contexts = snapshot.contexts(range(1, snapshot.n_passages + 1))
    pairs = [(question.question, context) for question in evalset.questions[:8] for context in contexts]
    reader = load_reader(settings)
    reader.read_pairs(pairs[:16])
    speeds = []
    for _ in range(rounds):
        begin = time.perf_counter()
        reader.read_pairs(pairs)
        speeds.append(len(pairs) / (time.perf_counter() - begin))
    print(f"reader: {statistics.median(speeds):.1f} passages/s (best {max(speeds):.1f}), {len(pairs)} pairs")
    return {"pairs": len(pairs), "passages_per_s": round(statistics.median(speeds), 1)}


def start_up(rounds: int) -> list[dict[str, Any]]:
    """Print what fresh processes need to the first question, and return it as rows."""
    times = []
    for _ in range(rounds):
        out = subprocess.run([sys.executable, "-c", START_UP], capture_output=True, text=True, check=True).stdout
        times.append([float(value) for value in out.split()])
    names = ("imports and settings", "load", "first question", "in all")
    rows = []
    for name, value, best in zip(names, np.median(times, axis=0), np.min(times, axis=0), strict=True):
        rows.append({"part": name, "seconds": round(float(value), 3), "best_seconds": round(float(best), 3)})
        print(f"{name:22} {value:.3f} s (best {best:.3f})")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--start-up", action="store_true", help="time to the first question too, in fresh processes")
    parser.add_argument("--reader", action="store_true", help="the evidence model too, question and passage together")
    parser.add_argument("--torch", action="store_true", help="sentence-transformers too (slow)")
    parser.add_argument("--out", type=Path, help="write the figures as JSON here")
    options = parser.parse_args()
    figures = {"speeds": throughput(options.passages, options.rounds, options.torch)}
    if options.start_up:
        figures["start_up"] = start_up(options.rounds)
    if options.reader:
        figures["reader"] = [reading(options.rounds)]
    if options.out:
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
