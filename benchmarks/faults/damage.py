"""Flip bits in and cut off every file of an index: `python -m benchmarks.faults.damage`.

Each trial copies a small index and changes one bit, or cuts the file off. What is asked of what is left:

- A view (word view, exact and compressed vectors) is healed from the log before anything else parses it: the same 50
  questions are answered as before.
- Damage of the log (`articles.db`) is reported by an error or by `rag check`, or shows nowhere: no answer, article,
  story or figure of `rag status` may differ without a word. Every article whose rows have changed, as plain SQL reads
  them, is named. The time of a commit has no digest: where it reads otherwise, that is counted.
- The write-ahead log that a killed writer leaves (`articles.db-wal`) ends, for SQLite, where a frame does not fit: an
  older generation, whole and clean, is what can be had.
- `questions.db` touches no answer and no article. Each of its questions reads as it was, or is reported. A file of no
  bytes is what a writer leaves that was killed while making it, and holds none.
- The vector cache (`vectors.db`) gives the vectors that the encoder gives, whatever has become of it.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import re
import shutil
import signal
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.faults import finish
from benchmarks.faults.operations import N_ARTICLES, N_COMPRESSED, article, is_compressed, prepare
from benchmarks.faults.state import QUERIES, encoder_of, in_child, observed, state_of, wrong_vectors

SEED = 20261125
CUTS = (0.0, 0.25, 0.5, 0.99)
"""Shares of the file that a cut leaves."""
LOG, WAL, QUESTIONS, VECTORS = "articles.db", "articles.db-wal", "questions.db", "vectors.db"
N_LAST = 3
"""Generations that the killed writer has committed and nobody has moved into the database."""


@dataclass(frozen=True)
class Material:
    """An index whose files are damaged one at a time.

    Attributes:
        folder: The index; only copies are opened.
        files: Which of its files, below `folder`.
        states: What it may be afterwards, the state it was in last.
        questions: What is read from `questions.db`.
        status: What `rag status` says.
    """

    folder: Path
    files: list[Path]
    states: list[Any]
    questions: list[str] = field(default_factory=list)
    status: list[Any] = field(default_factory=list)


def main() -> None:
    """Run the campaign and print a row for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flips", type=int, default=200, help="of each file")
    parser.add_argument("--out", type=Path, help="write the rows as JSON here")
    options = parser.parse_args()
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"), RAG_VECTOR_CACHE_MB="0")
    logging.disable()
    rng, rows = random.Random(SEED), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for material in materials(folder):
            for file in material.files:
                counts: Counter[str] = Counter()
                for change in [*(["flip"] * options.flips), *CUTS]:
                    path = copied(material.folder, folder / "trial")
                    damage(path / file, change, rng)
                    counts[outcome(path, material, str(file))] += 1
                n_bytes = (material.folder / file).stat().st_size
                rows.append({"file": kind(file), "index": material.folder.name, "bytes": n_bytes, **counts})
                print(f"{material.folder.name:12}{kind(file):34}{n_bytes:8} bytes  {dict(counts)}", flush=True)
    finish(rows, f"{len(rows)} files", sum(row.get("FAULT", 0) for row in rows), options.out)


def materials(folder: Path) -> Iterator[Material]:
    """Make in `folder` an index with all files, one with compressed vectors, one whose writer was killed; a cache."""
    import rag.encoding.vector_cache
    import rag.saved  # noqa: F401 - here, not in each child: a trial takes a tenth of the time
    import tests.fakes  # noqa: F401
    from rag.index import structure

    plain = folder / "plain"
    prepare(plain)
    in_child(lambda: keep_questions(plain))
    plain_state, (kept, _) = state_of(plain), in_child(lambda: questions_of(plain))
    files = sorted(p.relative_to(plain) for p in plain.rglob("*") if p.is_file() and p.stat().st_size)
    yield Material(plain, files, [plain_state], kept, in_child(lambda: observed(plain))["status"])

    exact, structure.COMPRESSED_FROM = structure.COMPRESSED_FROM, 1
    compressed = folder / "compressed"
    prepare(compressed, N_COMPRESSED)
    (file,) = compressed.glob("*.faiss")
    assert is_compressed(compressed)
    yield Material(compressed, [file.relative_to(compressed)], [state_of(compressed)])
    structure.COMPRESSED_FROM = exact

    cache = folder / "cache"
    in_child(lambda: wrong_vectors(cache, QUERIES))  # which fills it
    yield Material(cache, [Path(VECTORS)], [])

    states = [plain_state]
    for n in range(1, N_LAST + 1):
        done = copied(plain, folder / "done")
        in_child(lambda n=n, done=done: commit_last(done, n, killed=False))
        states.append(state_of(done))
    killed = copied(plain, folder / "killed")
    assert in_child(lambda: commit_last(killed, N_LAST, killed=True)) == -signal.SIGKILL
    yield Material(killed, [Path(WAL)], states)


def copied(source: Path, target: Path) -> Path:
    """Put a copy of an index in the place of `target`."""
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(source, target))


def commit_last(path: Path, n: int, killed: bool) -> None:
    """Commit `n` generations; a killed writer has moved none of them from the write-ahead log into the database."""
    from rag.index import Index
    from rag.ingest import encode_drafts, make_draft

    encoder = encoder_of()
    with Index.open(path).writer() as writer:
        for i in range(N_ARTICLES, N_ARTICLES + n):
            writer.commit(encode_drafts([make_draft(article(i), encoder)], encoder, {}), [f"article-{i - 10:03}"])
        if killed:
            os.kill(os.getpid(), signal.SIGKILL)


def keep_questions(path: Path) -> None:
    """Save questions with their answers, and one that was asked in vain."""
    from benchmarks.faults.material import opened
    from rag.saved import SavedQuestions, VainQuestions
    from rag.types import Constraints

    rag = opened(path, "fake")
    for question in ("What did the river report say?", "Which bridge was old news?"):
        SavedQuestions(path).add(question, Constraints(), rag.ask(question), None)
    VainQuestions(path).record("Who won the regatta?", Constraints(), 1)


def questions_of(path: Path) -> list[list[str]]:
    """Return what is read from `questions.db` and what is said to be damaged; nothing where all of it is refused."""
    from rag.errors import RagError
    from rag.saved import SavedQuestions, VainQuestions

    both = SavedQuestions(path), VainQuestions(path)
    try:
        return [[repr(one) for kept in both for one in kept.all()], [one for kept in both for one in kept.damaged()]]
    except RagError:
        return []


def damage(file: Path, change: str | float, rng: random.Random) -> None:
    """Flip one random bit, or leave a share of the file."""
    data = bytearray(file.read_bytes())
    if isinstance(change, float):
        data = data[: int(change * len(data))]
    else:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    file.write_bytes(data)


def outcome(path: Path, material: Material, file: str) -> str:
    """Say what became of an index with one damaged file."""
    if file == VECTORS:
        return remembered(path)
    changed = changed_articles(path, material.folder) if file == LOG else set()
    found = in_child(lambda: observed(path))
    if isinstance(found, int):
        return tell(file, f"the process ended with {found}")
    if not found.get("ours", True):
        return tell(file, f"not an error of this package: {found['error']}")
    if "error" in found or found["problems"]:
        return reported(file, found, changed)
    if changed or found["state"][:-1] not in [state[:-1] for state in material.states]:
        return tell(file, f"an answer or an article is another one, and nothing is reported: {sorted(changed)}")
    return unnoticed(path, material, file, found)


def unnoticed(path: Path, material: Material, file: str, found: dict[str, Any]) -> str:
    """Say what a damage comes to that neither an answer shows nor `rag check` reports."""
    if file == WAL:
        return "the last generation" if found["state"] == material.states[-1] else "an older generation"
    if file == QUESTIONS:
        return kept_questions(path, material)
    if file != LOG:
        return "healed or harmless"
    if found["status"][1:] != material.status[1:]:
        return tell(file, f"`rag status` says {found['status']}, and nothing is reported")
    return "harmless" if found["status"] == material.status else "another time of the commit"


def reported(file: str, found: dict[str, Any], changed: set[str]) -> str:
    """Judge an error or what `rag check` says: it may be of the log alone, and must name every article that changed."""
    if file not in (LOG, WAL):
        return tell(file, str(found.get("error") or found["problems"]))
    if "error" in found:
        named = re.search(r"[Aa]rticle '|malformed database schema \(\w|passage \d", found["error"])
        return "refused, and named" if named else "refused"
    missing = [one for one in sorted(changed) if not any(f"article {one!r}" in told for told in found["problems"])]
    if missing:
        return tell(file, f"{missing} changed, and are not among {found['problems']}")
    return "reported by article" if any("article '" in told for told in found["problems"]) else "reported"


def changed_articles(path: Path, before: Path) -> set[str]:
    """Return the ids of active articles whose row, passages or vectors differ; none where SQLite cannot read them."""
    try:
        now, then = stored(path), stored(before)
    except sqlite3.Error:
        return set()
    return {key.decode(errors="replace") for key in now.keys() & then.keys() if now[key] != then[key]}


def stored(path: Path) -> dict[bytes, list[Any]]:
    """Read the active articles by plain SQL, without an index that could be damaged too: their rows by their ids."""
    passages: dict[Any, list[Any]] = {}
    with closing(sqlite3.connect(f"file:{path / LOG}?mode=ro&immutable=1", uri=True)) as connection:
        connection.text_factory = bytes
        sql = "SELECT article, p.*, v.vector FROM passages p NOT INDEXED LEFT JOIN vectors v ON passage = id"
        for row, *values in connection.execute(f"{sql} WHERE removed IS NULL"):
            passages.setdefault(row, []).append(values)
        rows = connection.execute("SELECT id, row, * FROM articles NOT INDEXED WHERE removed IS NULL").fetchall()
    return {key: [values, passages.get(row)] for key, row, *values in rows if isinstance(key, bytes)}


def kept_questions(path: Path, material: Material) -> str:
    """Say what has become of the questions that readers keep: each reads as it was, or is named."""
    if not (path / QUESTIONS).stat().st_size:
        return "empty, as before the first question"
    found = in_child(lambda: questions_of(path))
    if not isinstance(found, list):
        return tell(QUESTIONS, f"not an error of this package: {found}")
    if not found:
        return "refused"
    read, told = found
    if other := [one for one in read if one not in material.questions]:
        return tell(QUESTIONS, f"a question reads otherwise: {other}")
    if told:
        return "reported"
    return "harmless" if read == material.questions else tell(QUESTIONS, "a question is gone, and nothing is reported")


def remembered(path: Path) -> str:
    """Say what has become of a vector cache: it may forget, but what it gives must be what the encoder gives."""
    for _ in range(3):  # it is made anew once it is found broken, at the latest while writing
        found = in_child(lambda: wrong_vectors(path, QUERIES))
        if found != []:
            return tell(VECTORS, f"other vectors than the encoder's, or an error: {found}")
    return "encoded again or harmless"


def tell(file: str, fault: str) -> str:
    """Print a fault."""
    print(f"  FAULT {file}: {fault[:300]}", flush=True)
    return "FAULT"


def kind(file: Path) -> str:
    """Return a file's name with the random part of tantivy's left out."""
    return str(file if len(file.stem) < 30 else file.with_name("…" + file.suffix))


if __name__ == "__main__":
    main()
