"""The vector view: finds passages by their vectors. What is in a checkpoint, `structure` knows.

`vectors-<generation>.faiss` is a checkpoint: the structure of the passages live at that generation, with the log's
ids. Opening reads the newest one whose SHA-256 is the recorded one and replays what the log has added and removed
since. The structure proposes; `snapshot` scores the short list again from the stored vectors, so that scores and order
do not depend on the structure, batch or block that a vector lies in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.index import reads, structure
from rag.index.files import TEMPORARY, put_in_place, remove, sha256_of_file
from rag.index.log import Log
from rag.index.reads import Checkpoint, Ids
from rag.index.structure import Structure
from rag.index.writes import forget_checkpoints, record_checkpoint
from rag.protocols import Vectors

PATTERN = "vectors-*.faiss"

REPLAY_FLOOR = 2048
"""Passages added and removed since the checkpoint that are always replayed: 2 ms of an opening (1.1 µs each)."""

REPLAY_SHARE = 0.1
"""Beyond the floor: the share of the index that is replayed before another checkpoint is written.

Measured on 46,515 passages of 384 dimensions, two busy cores, 2026-11-25: reading and hashing the checkpoint takes
31 ms, replaying 1.1 µs a passage, writing a checkpoint 0.35 s (7.5 µs a passage). A tenth adds at most 5 ms to that
opening, and costs 75 µs for each passage added, where encoding it costs about 10 ms.
"""


REPLAY_MOST = 1 << 14
"""Passages that are replayed at most, however large the index: each question is compared with all of them (1 ms).

Measured on 1,000,000 passages, 2026-11-25: bringing the compressed checkpoint up by 40,000 takes 1.7 s of CPU time and
writing it 0.2 s, where encoding 16,384 passages takes over 4 minutes.
"""

SHORT_LIST = 16
"""Passages that a compressed structure is asked for, and that are then scored exactly, for each one wanted.

Ten best of a question (26 wanted, for ties: 416), recall against exact, of freshly learnt lists: 0.987 at 1,000,000
passages, 0.993 at 5,000,000 (2026-11-30; docs/performance.md). What a shorter list loses: at 5,000,000 passages 0.993
became 0.985 with 200 and 0.955 with 100 (2026-11-25). Fetching 416 takes 3 ms of CPU time at 900,000 passages.
"""

SCORED_DIRECTLY = 1024
"""Allowed passages up to which all of them are scored, and a compressed structure is passed over: 6 ms of CPU time."""

Stored = Callable[[Sequence[int]], NDArray[np.float16]]
"""Gives the stored vectors of passages, float16 (n, dimension), in the order of their ids."""


@dataclass(frozen=True, slots=True)
class Base:
    """A structure and what is in it; never changed, so snapshots share it.

    Attributes:
        ids: Ids of its passages, ascending.
        from_log: Whether it was built from the log, for want of a usable checkpoint.
    """

    generation: int
    structure: Structure
    ids: Ids
    from_log: bool


@dataclass(frozen=True, slots=True)
class VectorView:
    """Passages by their vectors, as of one generation.

    Attributes:
        since: The generation since which the present encoder is in force.
        added: Ids of passages that the base lacks, ascending.
        vectors: Theirs, float32 (len(added), dimension).
        dead: Ids in the base that have been removed since, ascending.
    """

    generation: int
    since: int
    base: Base
    added: Ids
    vectors: Vectors
    dead: Ids

    @property
    def n_replayed(self) -> int:
        """How many additions and removals lie between the base and this generation."""
        return len(self.added) + len(self.dead)

    @property
    def from_log(self) -> bool:
        """Whether no checkpoint could be used."""
        return self.base.from_log

    def ids(self) -> Ids:
        """Return the ids of all passages in the view, ascending."""
        kept = np.setdiff1d(self.base.ids, self.dead, assume_unique=True)
        return np.concatenate([kept, self.added])

    def candidates(self, vector: Vectors, n: int, allowed: Ids | None, stored: Stored) -> list[tuple[int, float]]:
        """Return at most `n` passages nearest to `vector`, best first, with their inner product in float32.

        Args:
            vector: float32 (dimension,), of unit length.
            n: How many to return at most.
            allowed: Ids to choose from, ascending; None allows all.
            stored: Asked for the vectors that a compressed structure proposes.
        """
        found = self._in_base(vector, n, allowed, stored)
        # Not `@`: BLAS's threads wait spinning, ten times as long as this takes.
        scores = np.vecdot(self.vectors, vector)
        where = slice(None) if allowed is None else _isin(self.added, allowed)
        found += _best(self.added[where], scores[where], n)
        return sorted(found, key=lambda hit: -hit[1])[:n]

    def _in_base(self, vector: Vectors, n: int, allowed: Ids | None, stored: Stored) -> list[tuple[int, float]]:
        if not self.base.structure.n_lists:
            return self.base.structure.search(vector, n, allowed, self.dead)
        if allowed is not None and len(allowed) <= SCORED_DIRECTLY:
            ids = allowed[_isin(allowed, self.base.ids) & ~_isin(allowed, self.dead)]
        else:
            proposed = self.base.structure.search(vector, SHORT_LIST * n, allowed, self.dead)
            ids = np.array([number for number, _ in proposed], np.int64)
        return _best(ids, np.vecdot(stored(ids.tolist()).astype(np.float32), vector), n) if len(ids) else []


def open_view(folder: Path, log: Log, upto: int) -> VectorView:
    """Open the view at generation `upto`: the newest usable checkpoint, else one built in memory, and the replay."""
    since, identity = reads.identity(log, upto)
    for checkpoint in reads.checkpoints(log, since, upto):
        base = load(folder, log, checkpoint)
        if base is not None:
            break
    else:
        base = build(log, upto)
    none = np.zeros(0, np.int64)
    start = VectorView(base.generation, since, base, none, np.zeros((0, identity.dimension), np.float32), none)
    return advance(start, log, upto)


def advance(view: VectorView, log: Log, upto: int) -> VectorView:
    """Return the view at a later generation with the same encoder; costs what has changed, not what is there."""
    dimension = view.vectors.shape[1]
    removed = reads.removed_ids(log, view.generation, upto)
    kept = ~_isin(view.added, removed)
    ids, vectors = [view.added[kept]], [view.vectors[kept]]
    for some_ids, some_vectors in reads.added_vectors(log, view.generation, upto, dimension):
        ids.append(some_ids)
        vectors.append(some_vectors.astype(np.float32))
    dead = np.union1d(view.dead, removed[_isin(removed, view.base.ids)])
    return VectorView(upto, view.since, view.base, np.concatenate(ids), np.concatenate(vectors), dead)


def checkpoint_due(log: Log, upto: int) -> bool:
    """Tell whether so much has changed since the newest checkpoint that writing another pays."""
    since, _ = reads.identity(log, upto)
    newest = reads.checkpoints(log, since, upto)
    n = reads.totals(log, upto).n_passages
    if not newest:
        return n > 0
    return reads.n_replayed(log, newest[0].generation, upto) > _most_replayed(n)


def replays_too_much(view: VectorView) -> bool:
    """Tell whether a view should rather start from a newer checkpoint, where there is one."""
    return view.n_replayed > _most_replayed(len(view.base.ids))


def _most_replayed(n: int) -> float:
    return min(max(REPLAY_FLOOR, REPLAY_SHARE * n), REPLAY_MOST)


def build(log: Log, upto: int) -> Base:
    """Build the base of generation `upto` from the log alone."""
    _, identity = reads.identity(log, upto)
    n_lists = structure.n_lists_for(reads.totals(log, upto).n_passages, identity.dimension)
    built = structure.empty(n_lists, identity.dimension, _sample(log, upto, n_lists, identity.dimension))
    for ids, vectors in reads.added_vectors(log, 0, upto, identity.dimension):
        built.add(ids, vectors)
    return Base(upto, built, built.ids(), True)


def bring_up(folder: Path, log: Log, upto: int) -> Base:
    """Return the base of generation `upto`, from the newest checkpoint where a compressed one still suits the size.

    What that one has learnt is kept: learning and coding all passages anew takes longer the larger the index is (18 µs
    a passage; 2026-11-25). An exact one is built from the log.
    """
    since, identity = reads.identity(log, upto)
    wanted = structure.n_lists_for(reads.totals(log, upto).n_passages, identity.dimension)
    for checkpoint in reads.checkpoints(log, since, upto)[:1] if wanted else []:
        base = load(folder, log, checkpoint)
        if base is not None and base.structure.n_lists == wanted:
            base.structure.remove(reads.removed_ids(log, base.generation, upto))
            for ids, vectors in reads.added_vectors(log, base.generation, upto, identity.dimension):
                base.structure.add(ids, vectors)
            return Base(upto, base.structure, base.structure.ids(), False)
    return build(log, upto)


def write_checkpoint(folder: Path, log: Log, base: Base) -> None:
    """Write a base as the checkpoint of its generation, then delete older ones; the writer's lock must be held.

    Raises:
        OSError: The disk is full or the folder cannot be written; the older checkpoint is still in its place.
        IndexNotWritable: The new one is in its place but could not be recorded; the older one goes on being used.
    """
    name = f"vectors-{base.generation}.faiss"
    temporary = folder / (name + TEMPORARY)
    try:
        base.structure.write(temporary)
        checkpoint = Checkpoint(base.generation, name, sha256_of_file(temporary), len(base.ids))
        if (folder / name).is_dir():  # not ours, and no file can take its place
            remove(folder / name)
        put_in_place(temporary, folder / name)
    except OSError:
        remove(temporary)
        raise
    record_checkpoint(log, checkpoint)
    forget_checkpoints(log, [c.generation for c in reads.checkpoints(log, 0, base.generation - 1)])
    for path in folder.glob(PATTERN):
        if path.name != name:
            remove(path)


def load(folder: Path, log: Log, checkpoint: Checkpoint) -> Base | None:
    """Read a checkpoint; None where the file is missing or not the one recorded. Hashed before it is parsed."""
    try:
        data = (folder / checkpoint.file).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() != checkpoint.sha256:
        return None
    parsed = structure.parse(data)
    return Base(checkpoint.generation, parsed, parsed.ids(), False)


def _sample(log: Log, upto: int, n_lists: int, dimension: int) -> NDArray[np.float16]:
    """Draw the vectors from which `n_lists` lists are learnt, always the same ones of one log."""
    if not n_lists:
        return np.zeros((0, dimension), np.float16)
    ids = reads.live_ids(log, upto)
    n = min(len(ids), n_lists * structure.SAMPLE_PER_LIST)
    drawn = np.random.default_rng(structure.SEED).choice(ids, n, replace=False)
    return reads.vectors(log, np.sort(drawn).tolist(), dimension)


def _best(ids: Ids, scores: Vectors, n: int) -> list[tuple[int, float]]:
    """Return the `n` highest scores with their ids, in no particular order."""
    where = np.argpartition(-scores, n - 1)[:n] if len(scores) > n else np.arange(len(scores))
    return [(int(ids[i]), float(scores[i])) for i in where]


def _isin(ids: Ids, sorted_ids: Ids) -> NDArray[np.bool_]:
    """Tell for each of `ids` whether it is among `sorted_ids`."""
    if not len(sorted_ids):
        return np.zeros(len(ids), bool)
    at = np.minimum(np.searchsorted(sorted_ids, ids), len(sorted_ids) - 1)
    return np.asarray(sorted_ids[at] == ids)
