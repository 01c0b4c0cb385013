"""Kill a writer at, and fail, every file-system call it makes: `python -m benchmarks.faults.campaign` (all of them).

Each trial copies a small index, forks, and lets the child change it under `seam.c`, which kills it before the n-th
change of a file (or in the middle of the n-th write), or lets that call fail. Then another child opens what is left: it
must be exactly the old or the new generation, `rag check` clean, stories and saved questions those of that generation,
the same 50 questions answered as it answers them; and the change, made again, must end where it would have ended. A
failing call must end in a `RagError` or not be noticed at all. n goes up until the change gets through.

A vector cache that fails must not even be noticed, and one whose user was killed must give no wrong vector.

Only calls are seen: not the shared memory of SQLite's WAL index, which no crash needs.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.faults import finish
from benchmarks.faults.operations import (
    CACHE,
    N_COMPRESSED,
    OPERATIONS,
    STARTS,
    cache_of,
    inputs,
    is_compressed,
    perform,
    prepare,
)
from benchmarks.faults.state import in_child, observed, state_of, wrong_vectors

SEAM = Path(__file__).with_name("seam.c")
OFF, COUNT, KILL, TEAR, FAIL, FAIL_FROM = range(6)
WRITE, NAME, SYNC, CREATE, OPEN = 1, 2, 4, 8, 16


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
    import rag.encoding.vector_cache
    import rag.ingest
    import rag.saved  # noqa: F401 - here, not in each child: a trial takes a third of the time
    import tests.fakes  # noqa: F401
    from tests.index.schemas import restore

    logging.disable()  # a view that is left behind says so at every trial
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        prepare(folder / "old")
        (folder / "nothing").mkdir()
        state_of(restore(1, folder / "schema 1"))  # which builds the views
        prepare(folder / "more", N_COMPRESSED)
        for operation in OPERATIONS:
            began = time.perf_counter()
            states = [state_of(start_of(folder, operation)), after(folder, operation)]
            if operation == "compressed":
                assert is_compressed(folder / "new" / "index")
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
    if wrong := ended_wrongly(operation, ended):
        return wrong
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
    if operation == CACHE and (wrong_ones := in_child(lambda: wrong_vectors(cache_of(path), inputs()))):
        return f"the cache gives wrong vectors: {wrong_ones}"
    return None


def ended_wrongly(operation: str, ended: Any) -> str | None:
    """Return what is wrong with how the writer ended: the signal's negative number, or what `armed` returns."""
    if isinstance(ended, int):
        return None if ended == -signal.SIGKILL else f"the writer ended with {ended}"
    if ended["error"] and not ended["ours"]:
        return f"not an error of this package: {ended['error']}"
    if ended["error"] and operation == CACHE:
        return f"a cache that fails has harmed the addition: {ended['error']}"
    return None


def armed(path: Path, operation: str, way: Way, n: int) -> dict[str, Any]:
    """Perform the operation with its n-th call going wrong; return the calls seen and the error that ended it."""
    from rag.errors import RagError

    library = ctypes.CDLL(os.environ["RAG_SEAM"])
    library.seam_seen.restype = ctypes.c_long
    folder = cache_of(path) if operation == CACHE else path
    library.seam_arm(os.fsencode(folder), way.mode, way.kinds, ctypes.c_long(n), way.error)
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


def after(folder: Path, operation: str) -> Any:
    """Return the state that the operation leads to when nothing goes wrong."""
    path = folder / "new" / "index"
    shutil.rmtree(path.parent, ignore_errors=True)
    shutil.copytree(start_of(folder, operation), path)
    ended = in_child(lambda: armed(path, operation, Way(COUNT, CHANGES), 0))
    assert ended["error"] is None, ended
    return state_of(path)


if __name__ == "__main__":
    main()
