"""What proposes vectors, by size: all of them as they are, or compressed in lists. The only file that names faiss.

Below `COMPRESSED_FROM` passages: float16, as in the log, every one compared with the question. From there on: an
inverted file of product-quantised residuals (`IVF<n>,PQ<d/2>x4fs`: 4 bits for two dimensions, laid out for SIMD: André,
Kermarrec and Le Scouarnec, "Quicker ADC", 2019). Its scores are rough, so whoever asks it asks for a longer list and
scores that from the stored vectors. Knows neither the log nor files' names.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from rag.index.reads import Ids
from rag.protocols import Vectors

faiss: Any = _faiss  # its own stubs describe the C++ signatures, not what its Python wrappers take

COMPRESSED_FROM = 1 << 17
"""Passages from which vectors are compressed.

One search by one thread in 384 dimensions, CPU time, 2026-11-25: exact 5 ms at 100,000 passages and 36 ms at 1,000,000,
compressed 0.4 and 1.1 ms, to which scoring 416 proposals from the log adds 1.4 to 3 ms. So here, where the number of
lists steps anyway, compressing begins to pay; below, nothing is lost by being exact.
"""

SAMPLE_PER_LIST = 40
"""Vectors that each list's centre is learnt from: the fewest of which FAISS does not warn."""

PROBED = 128
"""Lists that are looked into, where all that they hold is allowed.

Recall of the ten best, of freshly learnt lists: 0.987 at 1,000,000 passages (1024 lists), 0.993 at 5,000,000 (2048;
2026-11-30; docs/performance.md). What fewer lose and more gain, of the ten best among 200 proposed (2026-11-25): at
1,000,000 passages 64 lists had 0.007 less than 128 and 256 had 0.001 more; at 5,000,000 0.009 less and as much.
"""

COMPARED = 4
"""Vectors that are compared at least, for each one asked for: long lists, of small indexes, need more than `PROBED`."""

SEED = 20261125  # of what is drawn at random while learning: the same log gives the same file

_IN_ONE_PIECE = b"IxMp"  # how the file of an exact structure begins: FAISS's name for `IndexIDMap`


@dataclass(frozen=True, slots=True)
class Structure:
    """A FAISS index. What is shared between threads is only searched; `add` and `remove` are for the one that makes it.

    Attributes:
        index: By inner product, with the log's ids.
        data: The bytes that `index` points into, where it was parsed without a copy.
    """

    index: Any
    data: NDArray[np.uint8] | None = None

    @property
    def n_lists(self) -> int:
        """Inverted lists of a compressed structure; 0 of an exact one."""
        return int(getattr(self.index, "nlist", 0))

    def ids(self) -> Ids:
        """Return the ids of all vectors, ascending."""
        if not self.n_lists:
            return np.sort(faiss.vector_to_array(self.index.id_map))
        lists = self.index.invlists
        sizes = [(i, lists.list_size(i)) for i in range(self.n_lists)]
        parts = [faiss.rev_swig_ptr(lists.get_ids(i), size).copy() for i, size in sizes if size]
        return np.sort(np.concatenate([np.zeros(0, np.int64), *parts]))

    def add(self, ids: Ids, vectors: NDArray[np.float16]) -> None:
        """Add vectors (n, dimension) under new ids."""
        self.index.add_with_ids(vectors.astype(np.float32), ids)

    def remove(self, ids: Ids) -> None:
        """Remove vectors by id."""
        if len(ids):
            self.index.remove_ids(faiss.IDSelectorBatch(ids))

    def search(self, vector: Vectors, n: int, allowed: Ids | None, dead: Ids) -> list[tuple[int, float]]:
        """Return at most `n` vectors near to `vector`, best first, with FAISS's score: (id, inner product).

        Args:
            vector: float32 (dimension,), of unit length.
            n: How many to return at most.
            allowed: Ids to choose from, ascending; None allows all.
            dead: Ids to leave out, ascending.
        """
        n = min(n, self.index.ntotal)
        if n < 1:
            return []
        selector = _selector(allowed, dead)
        given: dict[str, Any] = {"sel": selector} if selector else {}
        if self.n_lists:
            given["nprobe"] = self._n_probed(n, self.index.ntotal if allowed is None else len(allowed))
        kind = faiss.SearchParametersIVF if self.n_lists else faiss.SearchParameters
        with _one_thread():
            scores, ids = self.index.search(vector.reshape(1, -1), n, params=kind(**given))
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]  # -1: fewer than n

    def _n_probed(self, n: int, n_allowed: int) -> int:
        """Look into more lists where fewer of their vectors are allowed, or more are asked for than they may hold."""
        n_all = int(self.index.ntotal)
        n_lists = max(PROBED, COMPARED * n * self.n_lists / n_all)
        return min(self.n_lists, math.ceil(n_lists * n_all / max(1, n_allowed)))

    def write(self, file: Path) -> None:
        """Write to `file`.

        Raises:
            OSError: The disk is full or the folder cannot be written.
        """
        with file.open("wb") as out:  # not by FAISS itself, whose errors say less, and which no fault test sees
            faiss.write_index(self.index, faiss.PyCallbackIOWriter(out.write))


def n_lists_for(n: int, dimension: int) -> int:
    """Return how many lists `n` vectors are kept in; 0: exact. An odd dimension has no pairs to code and is exact."""
    return n_lists_of(n) if n >= COMPRESSED_FROM and dimension % 2 == 0 else 0


def n_lists_of(n: int) -> int:
    """Return the number of lists for `n` compressed vectors: a power of two near the square root of `n`.

    So it changes, and the lists' centres must be learnt again, only where an index has become four times as large.
    """
    return 1 << math.floor(math.log2(n) / 2 + 0.5)


def empty(n_lists: int, dimension: int, sample: NDArray[np.float16]) -> Structure:
    """Make a structure without vectors.

    Args:
        n_lists: As `n_lists_for` gives it.
        dimension: Of the vectors.
        sample: Vectors like those to come, (n, dimension), to learn from; none where `n_lists` is 0. The same ones give
            the same structure.
    """
    if not n_lists:
        flat = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        return Structure(faiss.IndexIDMap(flat))
    index = faiss.index_factory(dimension, f"IVF{n_lists},PQ{dimension // 2}x4fs", faiss.METRIC_INNER_PRODUCT)
    for learning in (index.cp, index.pq.cp):
        learning.seed = SEED
        learning.min_points_per_centroid = 1  # no warning on standard error
    index.cp.max_points_per_centroid = SAMPLE_PER_LIST
    with _one_thread():
        index.train(sample.astype(np.float32))
    return Structure(index)


def parse(data: bytes) -> Structure:
    """Parse what `Structure.write` wrote; only bytes whose digest is the recorded one may be handed over."""
    if data[:4] == _IN_ONE_PIECE:  # most of it is one array, which need not be copied
        array = np.frombuffer(data, np.uint8)
        return Structure(faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(array), array.nbytes)), array)
    return Structure(faiss.read_index(faiss.PyCallbackIOReader(BytesIO(data).read)))  # shares `bytes`, copies others


@contextmanager
def _one_thread() -> Iterator[None]:
    """Search and learn in the calling thread alone.

    FAISS divides questions among threads, not one question, and learns in thousands of short steps; other threads
    mostly wait, spinning. On two busy cores (2026-11-25) an exact search of 200,000 vectors takes 31 ms of CPU time
    instead of 11, learning from 10,000 vectors and adding 100,000 32 s instead of 3. FAISS keeps the number for each
    thread that calls it.
    """
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _selector(allowed: Ids | None, dead: Ids) -> Any:
    """Return FAISS's selector of what is allowed and not dead; None selects all."""
    if allowed is not None:
        return faiss.IDSelectorBitmap(_bitmap(allowed, dead))
    return faiss.IDSelectorNot(faiss.IDSelectorBitmap(_bitmap(dead, dead[:0]))) if len(dead) else None


def _bitmap(ids: Ids, without: Ids) -> NDArray[np.uint8]:
    chosen = np.zeros(int(ids[-1]) + 1 if len(ids) else 8, bool)
    chosen[ids] = True
    chosen[without[: np.searchsorted(without, len(chosen))]] = False
    return np.packbits(chosen, bitorder="little")
