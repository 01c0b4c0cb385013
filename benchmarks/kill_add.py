"""Kill `rag add` with SIGKILL at random moments and show that nothing committed is lost.

Run: `.venv/bin/python benchmarks/kill_add.py [--kills 10] [--finish] [ARTICLES]` (default ARTICLES: RealTime QA 2023 H1
in RAG_DATA). After each kill `rag check` must be clean, and every article that was listed before must still be there.
With --finish the last `rag add` runs to its end and a further one must find every article unchanged. Exits with 1 where
that fails.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rag.evaluation import data_folder

RAG = Path(sys.executable).with_name("rag")
DATA = data_folder()


def main() -> None:
    """Kill, check, repeat, finish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", nargs="?", default=str(DATA / "realtimeqa-2023h1" / "articles.jsonl.gz"))
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--longest", type=float, default=60.0, help="seconds until a kill at most")
    parser.add_argument("--finish", action="store_true")
    options = parser.parse_args()
    os.environ["RAG_VECTOR_CACHE_MB"] = "0"  # every addition encodes what it adds, as the first on a machine does
    rng = random.Random(20261125)
    known: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, options.kills + 1):
            wait_s = rng.uniform(2.0, options.longest)
            running = subprocess.Popen(
                command("add", options.articles, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(wait_s)
            running.send_signal(signal.SIGKILL)
            running.wait()
            known = checked(folder, known)
            print(f"kill {number:2} after {wait_s:4.1f} s: check clean, {len(known):,} articles, none lost", flush=True)
        if options.finish:
            done = report("add", options.articles, folder)
            known = checked(folder, known)
            again = report("add", options.articles, folder)
            print(f"finished: {len(done['added']):,} added; once more: {len(again['unchanged']):,} unchanged")
            if again["added"] or again["updated"]:
                sys.exit(1)


def command(verb: str, *rest: str) -> list[str]:
    """A rag command on the index in the last argument."""
    return [str(RAG), verb, *rest[:-1], "--index", rest[-1]]


def report(*words: str) -> dict[str, list[str]]:
    """Run a command to its end and return its JSON."""
    done = subprocess.run([*command(*words), "--json"], capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def checked(folder: str, known: set[str]) -> set[str]:
    """Run `rag check`; return the ids now listed, after making sure that all of `known` are among them."""
    if not (Path(folder) / "articles.db").exists():
        return known
    check = subprocess.run(command("check", folder), capture_output=True, text=True)
    ids = {article["id"] for article in report("list", folder)["articles"]}
    if check.returncode != 0 or not known <= ids:
        print(check.stdout, check.stderr, f"lost: {sorted(known - ids)[:5]}", file=sys.stderr)
        sys.exit(1)
    return ids


if __name__ == "__main__":
    main()
