"""Ask from many threads and processes while articles change: `python -m benchmarks.faults.asking`.

While 32 threads of one process, and then 4 processes, ask the questions of evals/, twenty commits rewrite a fifth of
the articles, remove a seventh and bring back those removed before. `ledger.py` then holds every answer against the log
at the answer's generation: each quote byte for byte, each digest, and whether anything cited or weighed is of another
generation. Every twentieth question is asked again, alone, of the very generation that answered it: the answer must be
the same. And while the writer is at work, a second one must be refused with a message that names it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.faults import finish
from benchmarks.faults.ledger import Ledger, foreign, misquoted
from benchmarks.faults.material import ROOT, Models, articles, opened, questions
from rag.answering.steps import Steps
from rag.api import Rag
from rag.chain import AnswerChain
from rag.index import Index, Snapshot
from rag.ingest import encode_drafts, make_draft
from rag.types import Answer, Article

N_THREADS, N_PROCESSES = 32, 4
AGAIN = 20
"""Of every so many answers one is asked for again."""
SHARES: dict[Models, int] = {"encoder": 1, "whole": 10, "fake": 1}
"""What the number of questions is divided by: reading the evidence takes ten times as long as all else."""


def main() -> None:
    """Run every part and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--commits", type=int, default=20)
    parser.add_argument("--fake", action="store_true", help="the models of the tests: seconds instead of an hour")
    parser.add_argument("--out", type=Path, help="write the rows as JSON here")
    options = parser.parse_args()
    os.environ["RAG_VECTOR_CACHE_MB"] = "0"
    rows = []
    for models in ("fake",) if options.fake else ("encoder", "whole"):
        for pool in ("threads", "processes"):
            n = options.questions // SHARES[models] // (1 if pool == "threads" else 4)
            row = {"pool": pool, "models": models, **part(pool, models, n, options.commits)}
            print(json.dumps(row), flush=True)
            rows.append(row)
    n_faults = sum(row["faults"] for row in rows)
    finish(rows, f"{sum(row['questions'] for row in rows):,} questions", n_faults, options.out)


def part(pool: str, models: Models, n: int, n_commits: int) -> dict[str, Any]:
    """Ask `n` questions in a pool of threads or processes while the articles change, and judge the answers."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder).resolve() / "index"
        rag = opened(path, models)
        rag.add_articles(articles())
        changes = Changes(rag)
        known = questions()
        asked = [known[i % len(known)] for i in range(n)]
        if pool == "threads":
            with ThreadPoolExecutor(N_THREADS) as threads:
                answers = list(ask_all(threads, rag.ask, asked, changes, n_commits))
        else:
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(N_PROCESSES, context, open_reader, (path, models)) as processes:
                answers = list(ask_all(processes, ask_reader, asked, changes, n_commits))
        counts = judged(path, answers, changes) | asked_again(rag, answers, changes)
        changes.index.close()
    faults = ("errors", "mixed", "misquoted", "otherwise", "log_differs", "second_writers_let_in")
    total = sum(counts[name] for name in faults)
    return {"questions": n, **counts, "faults": total, "seconds": round(time.perf_counter() - began, 1)}


class Changes:
    """The writer: what it commits, and what the index must hold after each commit."""

    def __init__(self, rag: Rag) -> None:
        self._encoder = rag.encoder
        self._first = sorted(rag.articles(), key=lambda article: article.id)
        self._now = {article.id: article for article in self._first}
        self.index = Index.open(rag.settings.index)
        self.given: dict[int, dict[str, str]] = {}
        self.snapshots: dict[int, Snapshot] = {}
        self.second_writers: list[str] = []
        self._keep()

    def commit(self, contested: bool) -> None:
        """Rewrite a fifth of the articles, remove a seventh, bring back those removed before: one transaction.

        Where it is `contested`, a second writer tries in the meantime.
        """
        k = len(self.given)
        gone = {article.id for i, article in enumerate(self._first) if i % 7 == k % 7}
        back = {article.id: article for i, article in enumerate(self._first) if i % 7 == (k - 1) % 7}
        rewritten = {a.id: edition(a, k) for i, a in enumerate(self._first) if i % 5 == k % 5 and a.id not in gone}
        put = back | rewritten
        drafts = [make_draft(article, self._encoder) for article in put.values()]
        with self.index.writer() as writer:
            if contested:
                self.second_writers.append(second_writer(self.index.path, min(gone)))
            known = writer.known_vectors([key for draft in drafts for key in draft.keys])
            writer.commit(encode_drafts(drafts, self._encoder, known), sorted(gone))
        self._now = {key: article for key, article in (self._now | put).items() if key not in gone}
        self._keep()

    def _keep(self) -> None:
        snapshot = self.index.snapshot()
        self.snapshots[snapshot.generation] = snapshot
        self.given[snapshot.generation] = {article.id: article.text for article in self._now.values()}


def edition(article: Article, k: int) -> Article:
    """Return another edition of an article: a sentence before all others moves every one of them."""
    title = f"{article.title} (edition {k})"
    return replace(article, title=title, text=f"This is edition {k} of the report. {article.text}")


def second_writer(path: Path, article_id: str) -> str:
    """Let another process try to remove an article; return "" where it is refused as it should be, else its words."""
    program = "from rag.cli import main; main()"
    command = [sys.executable, "-c", program, "remove", article_id, "--index", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    message = f"is being written to by process {os.getpid()}; only one writer can work at a time. Wait until it has"
    told = " ".join(done.stderr.split())
    return "" if done.returncode == 1 and message in told else f"exit {done.returncode}: {told or done.stdout}"


def ask_all(
    pool: Executor, ask: Callable[[str], Answer], asked: list[str], changes: Changes, n_commits: int
) -> Iterator[Answer | Exception]:
    """Yield the answers in order; the articles change while each share of the questions is being answered."""
    ends = [len(asked) * k // (n_commits + 1) for k in range(n_commits + 2)]
    for k, (start, end) in enumerate(pairwise(ends), start=1):
        futures = [pool.submit(ask, question) for question in asked[start:end]]
        if k <= n_commits:
            changes.commit(contested=k == n_commits)
        for future in futures:
            try:
                yield future.result()
            except Exception as error:  # what must not happen, told
                yield error


_reader: Rag


def open_reader(path: Path, models: Models) -> None:
    """Open the index in a process of its own."""
    global _reader
    _reader = opened(path, models)


def ask_reader(question: str) -> Answer:
    """Ask in the process that `open_reader` has prepared."""
    return _reader.ask(question)


def judged(path: Path, answers: list[Answer | Exception], changes: Changes) -> dict[str, int]:
    """Count what is wrong with the answers, the log and the second writers; print each fault."""
    ledger = Ledger(path)
    counts = dict.fromkeys(("errors", "abstained", "quotes", "misquoted", "weighed", "mixed"), 0)
    for answer in answers:
        if isinstance(answer, Exception):
            counts["errors"] += tell("error", [repr(answer)])
            continue
        held = ledger.at(answer.generation)
        counts["abstained"] += answer.abstained
        counts["quotes"] += len(answer.citations)
        counts["weighed"] += len(answer.evidence)
        counts["misquoted"] += tell("misquoted", misquoted(answer, held))
        counts["mixed"] += tell("mixed", foreign(answer, held))
    given = changes.given.items()
    differs = [g for g, texts in given if {key: held.text for key, held in ledger.at(g).items()} != texts]
    ledger.close()
    let_in = [told for told in changes.second_writers if told]
    return counts | {
        "commits": len(changes.given) - 1,
        "generations_answered": len({a.generation for a in answers if isinstance(a, Answer)}),
        "log_differs": tell("the log differs from what was given", [str(g) for g in differs]),
        "second_writers_refused": len(changes.second_writers) - len(let_in),
        "second_writers_let_in": tell("second writer", let_in),
    }


def asked_again(rag: Rag, answers: list[Answer | Exception], changes: Changes) -> dict[str, int]:
    """Ask every twentieth question again, alone, of the generation that answered it; count those answered otherwise."""
    steps, n, n_otherwise = Steps(rag.encoder, rag.model), 0, 0
    for first in answers[::AGAIN]:
        if isinstance(first, Answer):
            snapshot = changes.snapshots[first.generation]
            again = AnswerChain(steps, lambda snapshot=snapshot: snapshot).invoke(first.question)
            n += 1
            n_otherwise += tell("otherwise", [] if same(first, again) else [f"{first.text!r}, alone {again.text!r}"])
    return {"asked_again": n, "otherwise": n_otherwise}


def same(one: Answer, other: Answer) -> bool:
    """Tell whether two answers agree in everything but the time they took."""
    return replace(one, timings_ms={}) == replace(other, timings_ms={})


def tell(kind: str, faults: list[str]) -> int:
    """Print the first fault; return how many there are."""
    if faults:
        print(f"  FAULT {kind}: {faults[0]}", flush=True)
    return len(faults)


if __name__ == "__main__":
    main()
