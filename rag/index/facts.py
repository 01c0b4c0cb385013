"""The day and source of every passage, article by article: which the asker's constraints allow. Knows no search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.index import reads
from rag.index.log import Log
from rag.index.reads import Ids
from rag.types import Constraints


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of the passages live at one generation, as runs of consecutive ids: one for each article that has any.

    Attributes:
        first: First passage id of each run, ascending.
        n: int64: passages in it.
        days: int32: proleptic day number of publication; 0 where undated.
        sources: int32: position in `names`; -1 without a source.
        names: Case-folded names of sources, also of some that are gone.
    """

    generation: int
    first: Ids
    n: NDArray[np.int64]
    days: NDArray[np.int32]
    sources: NDArray[np.int32]
    names: tuple[str, ...]

    def allowed(self, constraints: Constraints) -> Ids:
        """Return the ids that `constraints` allow, ascending. Undated ones are left out by any limit in time."""
        mask = np.ones(len(self.first), bool)
        if constraints.since is not None:
            mask &= self.days >= constraints.since.toordinal()
        if constraints.last_day is not None:
            mask &= (self.days <= constraints.last_day.toordinal()) & (self.days > 0)
        if constraints.sources:
            wanted = {name.casefold() for name in constraints.sources}
            mask &= np.isin(self.sources, [i for i, name in enumerate(self.names) if name in wanted])
        n = self.n[mask]
        before = np.cumsum(n) - n  # how many ids stand before each run
        return np.repeat(self.first[mask] - before, n) + np.arange(n.sum())


_NO_IDS, _NO_CODES = np.zeros(0, np.int64), np.zeros(0, np.int32)
NOTHING = Facts(0, _NO_IDS, _NO_IDS, _NO_CODES, _NO_CODES, ())


def advance(facts: Facts, log: Log, upto: int) -> Facts:
    """Return the facts at a later generation; costs what has changed, not what is there."""
    codes = {name: i for i, name in enumerate(facts.names)}
    runs = reads.added_runs(log, facts.generation, upto)
    try:
        days = [0 if day is None else date.fromisoformat(day).toordinal() for _, _, day, _ in runs]
    except (ValueError, TypeError) as error:
        raise IndexDamaged(
            f"{log.file} has an article whose day cannot be read: {error}. Run `rag check` to see which one it is."
        ) from error
    sources = [-1 if name is None else codes.setdefault(name.casefold(), len(codes)) for _, _, _, name in runs]
    kept = ~np.isin(facts.first, reads.removed_ids(log, facts.generation, upto))  # an article's passages go at once
    return Facts(
        upto,
        np.concatenate([facts.first[kept], np.array([run[0] for run in runs], np.int64)]),
        np.concatenate([facts.n[kept], np.array([run[1] for run in runs], np.int64)]),
        np.concatenate([facts.days[kept], np.array(days, np.int32)]),
        np.concatenate([facts.sources[kept], np.array(sources, np.int32)]),
        tuple(codes),
    )
