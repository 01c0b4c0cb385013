"""Kill a writer at, and fail, every file-system call it makes: `python -m benchmarks.faults.campaign` (all of them).

Each trial copies a small index, forks, and lets the child change it under `seam.c`, which kills it before the n-th
change of a file (or in the middle of the n-th write), or lets that call fail. Then another child opens what is left: it
must be exactly the old or the new generation, `rag check` clean, the same 50 questions answered as that generation
answers them; and the change, made again, must end where it would have ended. A failing call must end in a `RagError`
or not be noticed at all. n goes up until the change gets through.

Only libc's calls are seen: not the shared memory of SQLite's WAL index, which no crash needs.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import hashlib
import json
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.faults import finish

SEAM = Path(__file__).with_name("seam.c")
OFF, COUNT, KILL, TEAR, FAIL, FAIL_FROM = range(6)
WRITE, NAME, SYNC, CREATE, OPEN = 1, 2, 4, 8, 16
N_ARTICLES = 12
NAMES = ("river", "minister", "harvest", "rocket", "museum", "strike", "vaccine", "bridge")
QUERIES = [f"the {a} and the {b}" for a, b in product(NAMES, NAMES)][:50]


@dataclass(frozen=True)
class Way:
    """How a call is made to go wrong: mode and kinds of `seam.c`, and the error."""

    mode: int
    kinds: int
    error: int = 0


CHANGES = WRITE | NAME | SYNC | CREATE
WAYS = {
    "killed before": Way(KILL, CHANGES),
    "killed within": Way(TEAR, WRITE),
    "no space once": Way(FAIL, WRITE | CREATE | NAME, errno.ENOSPC),
    "no space from then on": Way(FAIL_FROM, WRITE | CREATE | NAME, errno.ENOSPC),
    "disk error once": Way(FAIL, WRITE | SYNC, errno.EIO),
    "disk error from then on": Way(FAIL_FROM, WRITE | SYNC, errno.EIO),
    "too many files once": Way(FAIL, OPEN, errno.EMFILE),
    "too many files from then on": Way(FAIL_FROM, OPEN, errno.EMFILE),
}
OPERATIONS = ("add", "update", "remove", "checkpoint", "rebuild", "create", "upgrade")
STARTS = {"create": "nothing", "upgrade": "schema 1"}
"""Where an operation starts, other than from the index of `prepare`."""


def main() -> None:
    """Compile the seam, go on under it, run the campaign and print a row for each operation and way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try each k-th call only")
    parser.add_argument("--out", type=Path, help="write the rows as JSON here")
    options = parser.parse_args()
    if "RAG_SEAM" not in os.environ:
        with tempfile.TemporaryDirectory() as folder:
            sys.exit(subprocess.run([sys.executable, "-m", __spec__.name, *sys.argv[1:]], env=under(folder)).returncode)
    rows = list(campaign(options.every))
    finish(rows, f"{sum(row['trials'] for row in rows):,} trials", sum(row["faults"] for row in rows), options.out)


def under(folder: str) -> dict[str, str]:
    """Compile the seam into `folder` and return the environment of a process under it, single-threaded for forks."""
    library = Path(folder) / "seam.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-w", "-o", library, SEAM, "-ldl"], check=True)
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **single, "LD_PRELOAD": str(library), "RAG_SEAM": str(library), "RAG_VECTOR_CACHE_MB": "0"}


def campaign(every: int) -> Iterator[dict[str, Any]]:
    """Yield a row for each operation and way; faults are printed as they come."""
    import rag.ingest  # noqa: F401 - here, not in each child: a trial takes a third of the time
    import tests.fakes  # noqa: F401
    from tests.index.schemas import restore

    logging.disable()  # a view that is left behind says so at every trial
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        prepare(folder / "old")
        (folder / "nothing").mkdir()
        state_of(restore(1, folder / "schema 1"))  # which builds the views
        for operation in OPERATIONS:
            began = time.perf_counter()
            states = [state_of(start_of(folder, operation)), after(folder, operation)]
            for name, way in WAYS.items():
                row = {"operation": operation, "way": name, **trials(folder, operation, way, states, every)}
                row["seconds"] = round(time.perf_counter() - began, 1)
                began = time.perf_counter()
                print(
                    f"{operation:11}{name:29}{row['calls']:5} calls {row['trials']:5} tried {row['old']:5} old "
                    f"{row['new']:5} new {row['refused']:5} refused {row['faults']:3} faults {row['seconds']:6} s",
                    flush=True,
                )
                yield row


def start_of(folder: Path, operation: str) -> Path:
    """Return the folder that the operation changes a copy of."""
    return folder / STARTS.get(operation, "old")


def trials(folder: Path, operation: str, way: Way, states: list[Any], every: int) -> dict[str, int]:
    """Try the operation with the n-th call going wrong, n = 1, 1 + every, …, until it gets through untouched."""
    counts = {"calls": 0, "trials": 0, "old": 0, "new": 0, "refused": 0, "faults": 0}
    path = folder / "trial" / "index"
    n = 1
    while True:
        shutil.rmtree(path.parent, ignore_errors=True)
        shutil.copytree(start_of(folder, operation), path)
        ended = in_child(lambda n=n: armed(path, operation, way, n))
        if isinstance(ended, dict) and ended["seen"] < n:
            counts["calls"] = ended["seen"]
            return counts
        counts["trials"] += 1
        counts["refused"] += isinstance(ended, dict) and ended["error"] is not None
        fault = judge(path, operation, ended, states, counts)
        if fault:
            counts["faults"] += 1
            print(f"  FAULT {operation}, call {n}, {way}: {fault}", flush=True)
        n += every


def judge(path: Path, operation: str, ended: Any, states: list[Any], counts: dict[str, int]) -> str | None:
    """Return what is wrong with what is left behind, None where nothing is."""
    if isinstance(ended, int) and ended != -signal.SIGKILL:
        return f"the writer ended with {ended}"
    if isinstance(ended, dict) and ended["error"] and not ended["ours"]:
        return f"not an error of this package: {ended['error']}"
    found = in_child(lambda: observed(path))
    if not isinstance(found, dict) or "error" in found:
        return f"it cannot be opened: {found}"
    if found["problems"]:
        return f"check finds {found['problems']}"
    if found["state"] not in states:
        return f"neither old nor new: generation {found['state'][0]}"
    counts["new" if found["state"] == states[1] else "old"] += 1
    again = in_child(lambda: armed(path, operation, Way(COUNT, CHANGES), 0))
    if not isinstance(again, dict) or again["error"]:
        return f"it cannot be made again: {again}"
    if state_of(path)[1:] != states[1][1:]:
        return "made again, it ends elsewhere"
    return None


def in_child(work: Callable[[], Any]) -> Any:
    """Run `work` in a forked process and return what it returns, or the negative number of the signal that ended it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            told = json.dumps(work()).encode()
        except BaseException as error:  # told to the parent, which judges it
            told = json.dumps({"error": repr(error), "ours": False, "seen": 10**9}).encode()
        os.write(writer, len(told).to_bytes(8, "little"))
        while told:
            told = told[os.write(writer, told) :]
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(pid, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else json.loads(told[8:])


def armed(path: Path, operation: str, way: Way, n: int) -> dict[str, Any]:
    """Perform the operation with its n-th call going wrong; return the calls seen and the error that ended it."""
    from rag.errors import RagError

    library = ctypes.CDLL(os.environ["RAG_SEAM"])
    library.seam_seen.restype = ctypes.c_long
    library.seam_arm(os.fsencode(path), way.mode, way.kinds, ctypes.c_long(n), way.error)
    error, ours = None, True
    try:
        perform(path, operation)
    except RagError as raised:
        error = repr(raised)
    except Exception as raised:  # what must not happen, told
        error, ours = repr(raised), False
    calls = library.seam_seen()
    library.seam_arm(b"", OFF, 0, ctypes.c_long(0), 0)  # what is told goes through
    return {"seen": calls, "error": error, "ours": ours}


def perform(path: Path, operation: str) -> None:
    """Change the index; made again after it has succeeded, it changes nothing."""
    from rag.index import Index, vectors
    from rag.ingest import add_articles

    encoder = encoder_of()
    index = Index.open_or_create(path, encoder.identity)
    if operation == "add":
        add_articles(index, encoder, [article(i) for i in range(N_ARTICLES, N_ARTICLES + 3)])
    elif operation == "update":
        add_articles(index, encoder, [article(i, "It was all different.") for i in (2, 5)])
    elif operation == "remove":
        present = {a.id for a in index.snapshot().articles()}
        if gone := [name for name in ("article-001", "article-007") if name in present]:
            with index.writer() as writer:
                writer.commit([], gone)
    elif operation == "checkpoint":
        vectors.REPLAY_FLOOR = 1
        add_articles(index, encoder, [article(i) for i in range(N_ARTICLES, N_ARTICLES + 3)])
    elif operation == "rebuild":
        index.rebuild_views()
    elif operation == "upgrade":
        with index.writer():
            pass
    index.close()


def encoder_of() -> Any:
    """Return the encoder of the tests: words in common are all it knows, and it needs no thread."""
    from tests.fakes import BagOfWordsEncoder

    return BagOfWordsEncoder()


def article(i: int, more: str = "") -> Any:
    """Return the i-th article of three sentences."""
    from rag.types import Article

    one, other = NAMES[i % len(NAMES)], NAMES[(i * 3 + 1) % len(NAMES)]
    text = f"The {one} report number {i} was published. It spoke of a {other}. The {other} was old news. {more}".strip()
    return Article(f"article-{i:03}", f"About the {one}", text, published=date(2023, 1, 1) + timedelta(days=i))


def prepare(path: Path, n_articles: int = N_ARTICLES) -> None:
    """Build the index that every trial begins with: some generations, a removal, a checkpoint behind the newest."""

    def build() -> None:
        from rag.index import Index, vectors
        from rag.ingest import add_articles

        encoder = encoder_of()
        index = Index.open_or_create(path, encoder.identity)
        vectors.REPLAY_FLOOR = 6
        add_articles(index, encoder, [article(i) for i in range(n_articles)])
        vectors.REPLAY_FLOOR = 1_000
        add_articles(index, encoder, [article(4, "A correction.")])
        with index.writer() as writer:
            writer.commit([], ["article-009"])
        index.close()

    ended = in_child(build)
    assert ended is None, ended


def after(folder: Path, operation: str) -> Any:
    """Return the state that the operation leads to when nothing goes wrong."""
    path = folder / "new" / "index"
    shutil.rmtree(path.parent, ignore_errors=True)
    shutil.copytree(start_of(folder, operation), path)
    ended = in_child(lambda: armed(path, operation, Way(COUNT, CHANGES), 0))
    assert ended["error"] is None, ended
    return state_of(path)


def state_of(path: Path) -> Any:
    """Return generation, digest of the content, what 50 questions find, and the schema; see `observed`."""
    found = in_child(lambda: observed(path))
    assert "state" in found, found
    return found["state"]


def observed(path: Path) -> dict[str, Any]:
    """Open the index and return its state, and what `check` finds."""
    from rag.errors import IndexNotFound, RagError
    from rag.index import Index

    try:
        index = Index.open(path)
        snapshot = index.snapshot()
        content = [(a.id, a.title, a.text, str(a.published)) for a in snapshot.articles()]
        digest = hashlib.sha256(json.dumps(sorted(content)).encode()).hexdigest()
        answers = [found(snapshot, query) for query in QUERIES]
        problems = [str(problem) for problem in index.check().problems]
        index.close()
    except IndexNotFound:  # as it is before it is created
        return {"state": [-1, "", [], 0], "problems": []}
    except RagError as error:
        return {"error": repr(error)}
    return {"state": [snapshot.generation, digest, answers, schema_of(path)], "problems": problems}


def schema_of(path: Path) -> int:
    """Return the number of the index's schema."""
    with closing(sqlite3.connect(path / "articles.db")) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def found(snapshot: Any, query: str) -> Any:
    """Return the ten passages nearest by vector and by words, with their scores."""
    vector = encoder_of().encode([query])[0]
    hits = [*snapshot.search_dense(vector, 10), *snapshot.search_words(query, 10)]
    texts = {text.id: text.article_id for text in snapshot.texts([passage for passage, _ in hits])}
    return [[texts[passage], round(float(score), 4)] for passage, score in hits]


if __name__ == "__main__":
    main()
