"""All that one generation holds, read back as the drafts it was committed from. Knows no search structure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rag.errors import IndexDamaged
from rag.index import reads
from rag.index.draft import Draft, Span, check_draft
from rag.index.log import Log, Row
from rag.index.reads import Stored, Totals
from rag.index.records import spans_from_bytes, vectors_from_rows
from rag.types import EncoderIdentity


@dataclass(frozen=True, slots=True)
class Content:
    """The articles of one generation. Commits that follow do not touch it."""

    log: Log
    totals: Totals
    identity: EncoderIdentity

    def drafts(self) -> Iterator[Draft]:
        """Yield every article with its sentences, passages and vectors, by ascending id; few are held at a time.

        Raises:
            IndexDamaged: An article is not what was committed; the message names it.
        """
        for batch in reads.stored_by_id(self.log, self.totals.generation):
            rows = reads.passages_of(self.log, self.totals.generation, [row for row, _ in batch])
            passages = {article: list(group) for article, group in groupby(rows, key=lambda row: row[0])}
            for row, stored in batch:
                yield self._draft(reads.checked(stored), passages.get(row, []))

    def _draft(self, stored: Stored, passages: Sequence[Row]) -> Draft:
        draft = Draft(
            stored.article,
            spans_from_bytes(stored.spans),
            [Span(*row[1:5]) for row in passages],
            [row[5] for row in passages],
            vectors_from_rows([row[6] for row in passages], self.identity.dimension),
        )
        try:
            check_draft(draft, self.identity.dimension)
        except ValueError as error:
            raise IndexDamaged(f"{error} Run `rag check` to see all that is damaged in {self.log.file}.") from error
        return draft
