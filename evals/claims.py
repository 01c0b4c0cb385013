"""Tell supported claims from others: WiCE's development claims, their articles in one index, judged by `rag support`.

    .venv/bin/python -m evals.claims [--all] [--system rag|bm25|dense|langchain|llamaindex|txtai]

Reads evidence/wice-claims-dev of the folder that RAG_DATA names. Most of its claims train the reader: only those of
texts that training holds out are judged, unless --all. Prints the AUROC of support, supported against not supported and
against everything else, with 95 % intervals, and what was called supported. A system that only searches judges no
claims: how well the best passage matches stands for its support.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable

import numpy as np

from benchmarks.peers import PEERS, open_peer
from rag import Article, open_index
from rag.api import Rag
from rag.evaluation import data_folder
from rag.evaluation.figures import figure
from rag.evaluation.measures.abstention import auroc
from rag.evaluation.questions import Question
from rag.evaluation.searchers import bm25, dense
from training.reader_pairs import held_out

SEARCHERS = {"bm25": bm25, "dense": dense}
DATA = data_folder()


def main() -> None:
    """Judge the claims and print the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--all", action="store_true", help="also the claims that trained the reader")
    options.add_argument("--system", default="rag", choices=("rag", *SEARCHERS, *PEERS))
    asked = options.parse_args()
    with gzip.open(DATA / "evidence" / "wice-claims-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    texts = {record["text"]: record["title"] for record in records}
    rows: dict[str, list[tuple[float, str]]] = {"supported": [], "partially_supported": [], "not_supported": []}
    with tempfile.TemporaryDirectory() as folder:
        rag = open_index(folder)
        rag.add_articles(Article(f"wice-{i}", title, text) for i, (text, title) in enumerate(texts.items()))
        judge = judge_of(asked.system, rag)
        for record in (r for r in records if asked.all or held_out(r["text"])):
            rows[record["label"]].append(judge(record["claim"]))
    others = {"not supported": ["not_supported"], "not or partly": ["not_supported", "partially_supported"]}
    for name, labels in others.items():
        print(f"AUROC, supported against {name}: {separation(rows, labels)}")
    for label, found in rows.items():
        print(f"{label}: {dict(Counter(verdict for _, verdict in found))}")


def judge_of(name: str, rag: Rag) -> Callable[[str], tuple[float, str]]:
    """Return what tells of a claim how well it is backed, 0 to 1, and the verdict."""
    if name == "rag":

        def judged(claim: str) -> tuple[float, str]:
            found = rag.support(claim)
            return found.support, found.verdict

        return judged
    system = SEARCHERS[name](rag) if name in SEARCHERS else open_peer(name, rag)

    def matched(claim: str) -> tuple[float, str]:
        answer = system.predict(Question(claim, claim)).answer
        return (answer.confidence if answer else 0.0), "no verdict"

    return matched


def separation(rows: dict[str, list[tuple[float, str]]], others: list[str]) -> str:
    """Return the AUROC of support, supported against the labels `others`, with its interval."""
    scored = [(0.0, 1 - support, 0.0) for support, _ in rows["supported"]]
    scored += [(1.0, 1 - support, 0.0) for label in others for support, _ in rows[label]]
    found = figure([np.array([row]) for row in scored], auroc)
    return (
        "no claims of both kinds"
        if found is None
        else f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}] n={found.n}"
    )


if __name__ == "__main__":
    sys.exit(main())
