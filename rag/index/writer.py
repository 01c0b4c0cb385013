"""Changes to the index: one commit, one transaction, one generation; then the views follow. Knows no search."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged, IndexLocked, IndexNotWritable
from rag.index import listing, reads, vectors, writes
from rag.index.draft import Draft, check_draft
from rag.index.log import Log
from rag.index.records import vectors_from_rows
from rag.index.word_folder import WordFolder
from rag.types import Article, EncoderIdentity

_logger = logging.getLogger(__name__)


class Writer:
    """What the holder of the writer's lock can do. Made by `Index.writer`.

    Attributes:
        identity: The encoder whose vectors are expected.
    """

    def __init__(self, path: Path, log: Log, words: WordFolder) -> None:
        self._path = path
        self._log = log
        self._words = words
        self._since, self.identity = reads.identity(log, self.generation)

    @property
    def generation(self) -> int:
        """The newest generation."""
        return reads.newest_generation(self._log)

    def articles(self) -> list[Article]:
        """Return every active article, newest published first; opens no view."""
        return listing.articles(self._log, self.generation, None, 0, None)

    def id_of(self, id_or_url: str) -> str:
        """Return the id of the active article with this id, else of the one with this url, however damaged it is.

        Raises:
            ArticleNotFound: There is none.
        """
        return listing.id_of(self._log, self.generation, id_or_url)

    def find(
        self, *, id: str | None = None, url: str | None = None, origin: str | None = None, digest: str | None = None
    ) -> list[Article]:
        """Return the active articles that have any of what is given, each once, by id."""
        given = {"id": id, "url": url, "origin": origin, "digest": digest}
        found = {}
        for column, value in given.items():
            if value is not None:
                for stored in reads.articles_where(self._log, self.generation, column, value):
                    found[stored.article.id] = stored.article
        return [found[article_id] for article_id in sorted(found)]

    def known_vectors(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float16]]:
        """Return the stored vector, float16 (dimension,), of each key that the present encoder has encoded before."""
        found = reads.vectors_by_key(self._log, self._since, list(dict.fromkeys(keys)))
        rows = vectors_from_rows(list(found.values()), self.identity.dimension)
        return dict(zip(found, rows, strict=True))

    def commit(self, drafts: Iterable[Draft], remove: Sequence[str] = (), at_least: int = 0) -> int:
        """Remove and add articles, all or nothing, and return the new generation.

        A draft whose article id is active replaces that article; the very same article again changes nothing, and a
        commit that changes nothing makes no generation. When this returns, the change is on the disk.

        Args:
            drafts: Articles to add or replace; of a generator, one at a time is held in memory.
            remove: Ids of articles to remove, before any are added.
            at_least: Lowest number of the new generation; what lies between is skipped.

        Raises:
            ArticleNotFound: An id to remove is not there.
            ValueError: A draft breaks the rules of `Draft`.
            IndexNotWritable: The disk is full or the folder cannot be written; nothing has changed.
        """
        with self._log.transaction() as transaction:
            change = writes.begin(transaction, at_least)
            for article_id in remove:
                writes.remove_article(change, article_id)
            for draft in drafts:
                check_draft(draft, self.identity.dimension)
                writes.put_article(change, draft)
            generation = writes.finish(change)
        self.update_views()
        return generation

    def replace_vectors(self, identity: EncoderIdentity, drafts: Iterable[Draft]) -> int:
        """Record every active article's passages anew, as another encoder makes them; return the new generation.

        One transaction, whatever its length: readers keep the old vectors until it is done, and all of the old ones if
        it fails. `drafts` may be a generator; one draft at a time is held in memory.

        Raises:
            ValueError: A draft breaks the rules of `Draft`, or an active article is missing from `drafts`.
            IndexNotWritable: The disk is full or the folder cannot be written; nothing has changed.
        """
        with self._log.transaction() as transaction:
            change = writes.begin(transaction)
            writes.put_encoder(change, identity)
            for draft in drafts:
                check_draft(draft, identity.dimension)
                writes.put_passages(change, draft)
            n_left = writes.n_of_earlier_encoders(change)
            if n_left:
                raise ValueError(
                    f"{n_left} passages keep vectors of {self.identity.model!r}: their articles are missing."
                )
            generation = writes.finish(change)
        self._since, self.identity = generation, identity
        self.update_views()
        return generation

    def update_views(self) -> None:
        """Bring the views to the newest generation.

        What was committed stays so, whatever happens here. A view that cannot be written is left behind: it is only
        slower to search, and the next opening catches it up. So is one that has to read an article that is damaged;
        until that one is removed, asking ends in the error that names it.
        """
        try:
            generation = self.generation
            self._words.catch_up(self._log, generation)
            if vectors.checkpoint_due(self._log, generation):
                base = vectors.bring_up(self._path, self._log, generation)
                vectors.write_checkpoint(self._path, self._log, base)
        except (OSError, IndexNotWritable, IndexLocked, IndexDamaged) as error:
            _logger.warning("The search structures of %s are behind the log: %s", self._path, error)
