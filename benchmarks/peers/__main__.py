"""Evaluate another library on a question set, as `rag eval` evaluates this one.

    .venv/bin/python -m benchmarks.peers SET --system langchain|llamaindex|txtai [--index DIR] [--out DIR] [--limit N]

Without --index the set's own articles are indexed (once, as `rag eval` does). Vectors of chunks are kept under
.cache/peers/: an interrupted run goes on where it stopped, a second one encodes nothing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.peers import PEERS, open_peer
from rag.api import open_index
from rag.errors import RagError
from rag.evaluation import EvalReport, evaluate, open_set_index, read_set
from rag.settings import load_settings

SHOWN = (
    "choice accuracy",
    "questions right",
    "first citation right",
    "answer in first citation",
    "abstention AUROC",
    "evidence F1",
    "nDCG@10 of passages",
    "nDCG@10 of articles",
    "latency p50",
    "latency p95",
)
EVERY = 50  # questions between two lines of progress


def main() -> int:
    """Run; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="SET", type=Path)
    parser.add_argument("--system", choices=PEERS, required=True)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    try:
        show(run(options))
    except RagError as error:
        say(str(error))
        return 1
    return 0


def run(options: argparse.Namespace) -> EvalReport:
    """Open the index and the peer, and evaluate it."""
    evalset = read_set(options.folder)
    rag = open_index(options.index) if options.index else open_set_index(evalset, load_settings(), say=say)
    system = open_peer(options.system, rag, say=say)
    say(system.version)
    return evaluate(
        options.folder, out=options.out, limit=options.limit, system=system, say=say, progress=show_progress
    )


def show_progress(done: int, total: int) -> None:
    """Say every now and then how many questions were asked."""
    if done % EVERY == 0 or done == total:
        say(f"{done:,} of {total:,} questions")


def show(report: EvalReport) -> None:
    """Print the measures that apply, each with its 95 % interval."""
    for name in SHOWN:
        figure = report.results.figures.get(name)
        if figure is not None:
            print(f"{name:22} {figure.value:9.3f}  [{figure.low:.3f}, {figure.high:.3f}]  n={figure.n}")
    print(report.out)


def say(message: str) -> None:
    """Write a message for people to standard error."""
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
