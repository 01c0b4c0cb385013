"""The vector view: finds passages by their vectors. The only file that names faiss.

`vectors-<generation>.faiss` is a checkpoint: the FAISS index of the passages live at that generation, with the log's
ids. Opening reads the newest one whose SHA-256 is the recorded one and replays what the log has added and removed
since. FAISS proposes; `snapshot` scores the short list again from the stored vectors, so that scores and order do not
depend on which structure, batch or block a vector lies in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from rag.index import reads
from rag.index.files import TEMPORARY, put_in_place, remove, sha256_of_file
from rag.index.log import Log
from rag.index.reads import Checkpoint, Ids
from rag.index.writes import forget_checkpoints, record_checkpoint
from rag.protocols import Vectors

faiss: Any = _faiss  # its own stubs describe the C++ signatures, not what its Python wrappers take

PATTERN = "vectors-*.faiss"

REPLAY_FLOOR = 2048
"""Passages added and removed since the checkpoint that are always replayed: 2 ms of an opening (1.1 µs each)."""

REPLAY_SHARE = 0.1
"""Beyond the floor: the share of the index that is replayed before another checkpoint is written.

Measured on 46,515 passages of 384 dimensions, two busy cores, 2026-11-25: reading and hashing the checkpoint takes
31 ms, replaying 1.1 µs a passage, writing a checkpoint 0.35 s (7.5 µs a passage). A tenth adds at most 5 ms to that
opening, and costs 75 µs for each passage added, where encoding it costs about 10 ms.
"""


@dataclass(frozen=True, slots=True)
class Base:
    """A FAISS index and what is in it; never changed, so snapshots share it.

    Attributes:
        ids: Ids of its passages, ascending.
        from_log: Whether it was built from the log, for want of a usable checkpoint.
        data: The bytes of the checkpoint, which `index` points into.
    """

    generation: int
    index: Any
    ids: Ids
    from_log: bool
    data: NDArray[np.uint8] | None = None


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

    def candidates(self, vector: Vectors, n: int, allowed: Ids | None) -> list[tuple[int, float]]:
        """Return at most `n` passages nearest to `vector`, best first, with FAISS's own score (inner product).

        Args:
            vector: float32 (dimension,), of unit length.
            n: How many to return at most.
            allowed: Ids to choose from, ascending; None allows all.
        """
        found = self._in_base(vector, n, allowed)
        if len(self.added):
            scores = self.vectors @ vector
            where = np.arange(len(scores)) if allowed is None else np.flatnonzero(_isin(self.added, allowed))
            if len(where) > n:
                where = where[np.argpartition(-scores[where], n - 1)[:n]]
            found += [(int(self.added[i]), float(scores[i])) for i in where]
        return sorted(found, key=lambda hit: -hit[1])[:n]

    def _in_base(self, vector: Vectors, n: int, allowed: Ids | None) -> list[tuple[int, float]]:
        n = min(n, len(self.base.ids))
        if n == 0:
            return []
        parameters = None
        if allowed is not None or len(self.dead):
            chosen = np.zeros(int(self.base.ids[-1]) + 1, bool)
            inside = (
                self.base.ids if allowed is None else allowed[: np.searchsorted(allowed, self.base.ids[-1], "right")]
            )
            chosen[inside] = True
            chosen[self.dead] = False
            bits = np.packbits(chosen, bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
        scores, ids = self.base.index.search(vector.reshape(1, -1), n, params=parameters)
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]  # -1: fewer than n


def open_view(folder: Path, log: Log, upto: int) -> VectorView:
    """Open the view at generation `upto`: the newest usable checkpoint, else one built in memory, and the replay."""
    since, identity = reads.identity(log, upto)
    for checkpoint in reads.checkpoints(log, since, upto):
        base = load(folder, log, checkpoint)
        if base is not None:
            break
    else:
        base = _build(log, upto, identity.dimension)
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
    start = newest[0].generation
    replay = reads.n_added(log, start, upto) + len(reads.removed_ids(log, start, upto))
    return replay > max(REPLAY_FLOOR, REPLAY_SHARE * n)


def replays_too_much(view: VectorView) -> bool:
    """Tell whether a view should rather start from a newer checkpoint, where there is one."""
    return view.n_replayed > max(REPLAY_FLOOR, REPLAY_SHARE * len(view.base.ids))


def write_checkpoint(folder: Path, log: Log, upto: int) -> None:
    """Write the checkpoint of generation `upto`, then delete older ones; the writer's lock must be held.

    Raises:
        OSError: The disk is full or the folder cannot be written; the older checkpoint is still in its place.
        IndexNotWritable: The new one is in its place but could not be recorded; the older one goes on being used.
    """
    _, identity = reads.identity(log, upto)
    base = _build(log, upto, identity.dimension)
    name = f"vectors-{upto}.faiss"
    temporary = folder / (name + TEMPORARY)
    try:
        faiss.write_index(base.index, str(temporary))
    except RuntimeError as error:  # what FAISS raises when the disk is full
        remove(temporary)
        raise OSError(f"{temporary} cannot be written: {error}") from error
    checkpoint = Checkpoint(upto, name, sha256_of_file(temporary), len(base.ids))
    if (folder / name).is_dir():  # not ours, and no file can take its place
        remove(folder / name)
    try:
        put_in_place(temporary, folder / name)
    except OSError:
        remove(temporary)
        raise
    record_checkpoint(log, checkpoint)
    forget_checkpoints(log, [c.generation for c in reads.checkpoints(log, 0, upto - 1)])
    for path in folder.glob(PATTERN):
        if path.name != name:
            remove(path)


def structure_for(n: int, dimension: int) -> Any:
    """Return an empty FAISS index for `n` passages, with ids, by inner product.

    Exact at every size so far: float16, as in the log, so that nothing is lost and a file is half of float32's. At
    250,000 passages of 384 dimensions a search takes 10 ms on two cores (float32: 40 ms; 2026-11-25), far less than
    reading the evidence. Here is where a compressed structure for larger indexes belongs: its candidates are scored
    exactly anyway.
    """
    flat = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    return faiss.IndexIDMap(flat)


def _build(log: Log, upto: int, dimension: int) -> Base:
    index = structure_for(reads.totals(log, upto).n_passages, dimension)
    ids = [np.zeros(0, np.int64)]
    for some_ids, some_vectors in reads.added_vectors(log, 0, upto, dimension):
        index.add_with_ids(some_vectors.astype(np.float32), some_ids)
        ids.append(some_ids)
    return Base(upto, index, np.concatenate(ids), True)


def load(folder: Path, log: Log, checkpoint: Checkpoint) -> Base | None:
    """Read a checkpoint; None where the file is missing or not the one recorded. Hashed before FAISS parses it."""
    try:
        data = np.fromfile(folder / checkpoint.file, np.uint8)
    except OSError:
        return None
    if hashlib.sha256(data.data).hexdigest() != checkpoint.sha256:
        return None
    # Without a copy: the arrays of the index are views of `data`, which therefore lives as long as it.
    index = faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(data), data.nbytes))
    ids = faiss.vector_to_array(index.id_map).copy()
    return Base(checkpoint.generation, index, ids, False, data)


def _isin(ids: Ids, sorted_ids: Ids) -> NDArray[np.bool_]:
    """Tell for each of `ids` whether it is among `sorted_ids`."""
    if not len(sorted_ids):
        return np.zeros(len(ids), bool)
    at = np.minimum(np.searchsorted(sorted_ids, ids), len(sorted_ids) - 1)
    return np.asarray(sorted_ids[at] == ids)
