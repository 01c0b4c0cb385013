"""The day and source of every passage, in arrays: which passages the asker's constraints allow. Knows no search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.index import reads
from rag.index.log import Log, Row
from rag.index.reads import Ids
from rag.types import Constraints


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of the passages live at one generation (and of some removed since it was first loaded).

    Attributes:
        ids: Passage ids, ascending.
        days: int32: proleptic day number of publication; 0 where undated.
        sources: int32: position in `names`; -1 without a source.
        names: Case-folded names of sources.
    """

    generation: int
    ids: Ids
    days: NDArray[np.int32]
    sources: NDArray[np.int32]
    names: tuple[str, ...]

    def allowed(self, constraints: Constraints) -> Ids:
        """Return the ids that `constraints` allow, ascending. Undated ones are left out by any limit in time."""
        mask = np.ones(len(self.ids), bool)
        if constraints.since is not None:
            mask &= self.days >= constraints.since.toordinal()
        if constraints.last_day is not None:
            mask &= (self.days <= constraints.last_day.toordinal()) & (self.days > 0)
        if constraints.sources:
            wanted = {name.casefold() for name in constraints.sources}
            mask &= np.isin(self.sources, [i for i, name in enumerate(self.names) if name in wanted])
        return self.ids[mask]


NOTHING = Facts(0, np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32), ())


def advance(facts: Facts, log: Log, upto: int) -> Facts:
    """Return the facts at a later generation; costs what has changed, not what is there."""
    codes = {name: i for i, name in enumerate(facts.names)}
    parts = [(facts.ids, facts.days, facts.sources)]
    parts += [_columns(rows, codes) for rows in reads.added_facts(log, facts.generation, upto)]
    ids, days, sources = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = ~np.isin(ids, reads.removed_ids(log, facts.generation, upto))
    return Facts(upto, ids[kept], days[kept], sources[kept], tuple(codes))


def _columns(rows: list[Row], codes: dict[str, int]) -> tuple[Ids, NDArray[np.int32], NDArray[np.int32]]:
    days = {day: 0 if day is None else date.fromisoformat(day).toordinal() for day in {row[1] for row in rows}}
    named = {
        name: -1 if name is None else codes.setdefault(name.casefold(), len(codes)) for name in {row[2] for row in rows}
    }
    return (
        np.array([row[0] for row in rows], np.int64),
        np.array([days[row[1]] for row in rows], np.int32),
        np.array([named[row[2]] for row in rows], np.int32),
    )
