"""Flip bits in and cut off every file of an index: `python -m benchmarks.faults.damage`.

Each trial copies a small index and changes one bit, or cuts the file off. A damaged view must be healed from the log
before anything else parses it: the same 50 questions are answered as before. Damage of the log must be reported by an
error or by `rag check`, or lie where nothing is stored: no answer may differ without a word.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.faults import finish
from benchmarks.faults.campaign import in_child, observed, prepare, state_of

SEED = 20261125
CUTS = (0.0, 0.25, 0.5, 0.99)
"""Shares of the file that a cut leaves."""
LOG = "articles.db"


def main() -> None:
    """Run the campaign and print a row for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=200, help="of each file")
    parser.add_argument("--out", type=Path, help="write the rows as JSON here")
    options = parser.parse_args()
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"), RAG_VECTOR_CACHE_MB="0")
    logging.disable()
    rng, rows = random.Random(SEED), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        prepare(folder / "old")
        old = state_of(folder / "old")
        for file in sorted(p for p in (folder / "old").rglob("*") if p.is_file() and p.stat().st_size):
            relative = file.relative_to(folder / "old")
            counts: Counter[str] = Counter()
            for change in [*(["flip"] * options.flips), *CUTS]:
                path = folder / "trial"
                shutil.rmtree(path, ignore_errors=True)
                shutil.copytree(folder / "old", path)
                damage(path / relative, change, rng)
                counts[outcome(path, old, str(relative))] += 1
            rows.append({"file": kind(relative), "bytes": file.stat().st_size, **counts})
            print(f"{kind(relative):34}{file.stat().st_size:8} bytes  {dict(counts)}", flush=True)
    finish(rows, f"{len(rows)} files", sum(row.get("FAULT", 0) for row in rows), options.out)


def damage(file: Path, change: str | float, rng: random.Random) -> None:
    """Flip one random bit, or leave a share of the file."""
    data = bytearray(file.read_bytes())
    if isinstance(change, float):
        data = data[: int(change * len(data))]
    else:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    file.write_bytes(data)


def outcome(path: Path, old: Any, file: str) -> str:
    """Say what became of an index with one damaged file."""
    found = in_child(lambda: observed(path))
    if isinstance(found, int):
        return tell(file, f"the process ended with {found}")
    if "error" in found:
        return "refused" if file.startswith(LOG) and found.get("ours", True) else tell(file, found["error"])
    if found["problems"]:
        return "reported" if file.startswith(LOG) else tell(file, str(found["problems"]))
    if found["state"] != old:
        return tell(file, "an answer or an article is another one, and nothing is reported")
    return "harmless" if file.startswith(LOG) else "healed or harmless"


def tell(file: str, fault: str) -> str:
    """Print a fault."""
    print(f"  FAULT {file}: {fault[:300]}", flush=True)
    return "FAULT"


def kind(file: Path) -> str:
    """Return a file's name with the random part of tantivy's left out."""
    return str(file if len(file.stem) < 30 else file.with_name("…" + file.suffix))


if __name__ == "__main__":
    main()
