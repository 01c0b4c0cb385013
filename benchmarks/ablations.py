"""What each part of the system is worth: the evaluation of a set without it.

    .venv/bin/python -m benchmarks.ablations SET [--index DIR] [--limit N] [--only NAME]

Prints one row a variant. Titles, words and dates are taken away at question time only: the index stays as it is.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from rag import open_index
from rag.answering import blend, evidence, reader, signals, steps
from rag.answering.blend import Blend, ReaderEvidence, shipped_blend
from rag.answering.evidence import SignalsEvidence, shipped_weights
from rag.answering.signals import ALL_SIGNALS
from rag.api import Rag
from rag.evaluation import evaluate, open_set_index, read_set
from rag.evaluation.systems import RagSystem
from rag.index import Snapshot
from rag.passages import passage_input
from rag.retrieval import hybrid
from rag.settings import load_settings
from rag.support import features

SHOWN = (
    "questions right",
    "first citation right",
    "answer in first citation",
    "evidence F1",
    "abstention AUROC",
    "abstains rightly",
    "choice accuracy",
    "nDCG@10 of articles",
    "latency p50",
)
VARIANTS = (
    "whole",
    "signals only, nothing reads",
    "reader only, no signals",
    "no second reading",
    "no late interaction",
    "no BM25",
    "no vectors in the search",
    "no preference for dates",
    "no age in what is read",
    "no titles in what is read",
)


def model_without(name: str, rag: Rag) -> Any:
    """Return the evidence model, without one of its two parts where that is asked for."""
    if name == "signals only, nothing reads":
        return SignalsEvidence(rag.encoder)
    if name == "reader only, no signals":
        of_reader = shipped_blend()
        alone = Blend((0, 1, 0, 0), (0, 1, 0), of_reader.threshold, of_reader.version)
        return ReaderEvidence(rag.encoder, rag.reader, alone)
    return rag.model


@contextlib.contextmanager
def variant(name: str, rag: Rag) -> Iterator[Rag]:
    """Give the system without one of its parts."""
    model = model_without(name, rag)
    with contextlib.ExitStack() as stack:
        if name == "no second reading":
            stack.enter_context(mock.patch.object(blend, "N_REREAD", 0))
        elif name == "no late interaction":
            stack.enter_context(mock.patch.object(evidence, "passage_signals", without_late_interaction))
        elif name == "no BM25":
            stack.enter_context(mock.patch.object(Snapshot, "search_words", return_value=[]))
        elif name == "no vectors in the search":
            stack.enter_context(mock.patch.object(Snapshot, "search_dense", return_value=[]))
        elif name == "no preference for dates":
            stack.enter_context(mock.patch.object(hybrid, "prefers", return_value=False))
            stack.enter_context(mock.patch.object(features, "recency", return_value=1.0))
        elif name == "no age in what is read":
            stack.enter_context(mock.patch.object(steps, "timely", side_effect=lambda readings, _: readings))
        elif name == "no titles in what is read":
            for module in (reader, signals):
                stack.enter_context(mock.patch.object(module, "passage_input", lambda _, text: passage_input("", text)))
        yield Rag(rag.settings, rag.encoder, model) if model is not rag.model else rag


def without_late_interaction(*of_passage: Any) -> Any:
    """Return signals whose late interaction is what it is on average."""
    rows = signals.passage_signals(*of_passage)
    mean = shipped_weights().sentence.mean
    late = [i for i, name in enumerate(ALL_SIGNALS) if "late interaction" in name or name.startswith("that mean")]
    rows[:, late] = np.asarray(mean)[late]
    return rows


def main() -> None:
    """Run and print every variant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--only", choices=VARIANTS, action="append")
    asked = parser.parse_args()
    rag = open_index(asked.index) if asked.index else open_set_index(read_set(asked.folder), load_settings())
    for name in asked.only or VARIANTS:
        with variant(name, rag) as changed, tempfile.TemporaryDirectory() as out:
            system = RagSystem(changed, name=name)
            figures = evaluate(asked.folder, index=rag, out=out, limit=asked.limit, system=system).results.figures
        row = (f"{label} {figures[label].value:.3f}" for label in SHOWN if label in figures)
        print(f"{name:28} {'  '.join(row)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
