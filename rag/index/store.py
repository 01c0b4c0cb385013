"""The index as one thing: opening, creating, the newest snapshot, the writer. Knows which view heals when."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock

from rag.errors import EncoderMismatch, IndexDamaged, IndexLocked, IndexNotFound, IndexNotWritable
from rag.index import facts, lexical, reads, seals, stories, vectors, writes
from rag.index.check import CheckReport, check_index
from rag.index.content import Content
from rag.index.files import remove_temporary
from rag.index.lexical import ViewUnusable, WordView
from rag.index.lock import writer_lock, writer_lock_if_free
from rag.index.log import DATABASE, Log, Transaction
from rag.index.reads import Totals
from rag.index.snapshot import Snapshot
from rag.index.status import Status, index_status
from rag.index.vectors import VectorView
from rag.index.word_folder import FOLDER, WordFolder
from rag.index.writer import Writer
from rag.protocols import Progress
from rag.types import EncoderIdentity

_logger = logging.getLogger(__name__)

TORN_WAIT_S = 5.0
"""How long a reader waits for a working writer to finish the word view it is in the middle of writing; it takes
milliseconds, or as long as one merge of tantivy's segments. After that the reader builds its own in memory."""


class Index:
    """Everything needed to answer, in one folder. Safe to share between threads."""

    def __init__(self, path: Path, log: Log) -> None:
        """Use `open` or `open_or_create`."""
        self.path = path
        self._log = log
        self._words = WordFolder(path)
        self._snapshot: Snapshot | None = None
        self._sources: tuple[int, Mapping[str, int]] = (-1, {})  # as of a generation
        self._lock = Lock()
        self._opened_with = self.identity

    @classmethod
    def open(cls, path: Path) -> Index:
        """Open an index that exists.

        Raises:
            IndexNotFound: There is none at `path`.
            SchemaUnsupported: It was written by a newer version.
            IndexDamaged: Its database is damaged, another program's, or gone while its views are there.
        """
        try:
            return cls(path, Log(path))
        except IndexNotFound:
            _refuse_views_alone(path)
            raise

    @classmethod
    def open_or_create(cls, path: Path, identity: EncoderIdentity) -> Index:
        """Open the index at `path` for an encoder, or create an empty one.

        Raises:
            EncoderMismatch: It was built with another encoder.
            IndexNotWritable: The folder cannot be written.
            IndexDamaged: Its database is damaged, another program's, or gone while its views are there.
        """
        try:
            index = cls.open(path)
        except IndexNotFound:
            _create(path, identity)
            index = cls.open(path)
        index._require(identity)
        return index

    @property
    def identity(self) -> EncoderIdentity:
        """The encoder in force now."""
        return reads.identity(self._log, reads.newest_generation(self._log))[1]

    @property
    def totals(self) -> Totals:
        """What the newest generation holds, in numbers; opens no view."""
        return reads.totals(self._log, reads.newest_generation(self._log))

    def sources(self) -> Mapping[str, int]:
        """Return the sources of the newest generation and how many articles each has, most first; opens no view."""
        generation = reads.newest_generation(self._log)
        at, sources = self._sources
        if at != generation:
            sources = reads.n_articles_by_source(self._log, generation)
            self._sources = generation, sources
        return sources

    def snapshot(self) -> Snapshot:
        """Return the newest generation; costs microseconds where nothing has changed, else what has changed.

        Views that are missing, torn, stale or tampered with are rebuilt from the log on the way.

        Raises:
            IndexDamaged: The database is damaged.
        """
        with self._lock:
            if self._snapshot is None or self._snapshot.generation != reads.newest_generation(self._log):
                self._snapshot = self._load(self._snapshot)
            return self._snapshot

    def content(self) -> Content:
        """Return all that the newest generation holds, to be read article by article; opens no view."""
        totals = self.totals
        return Content(self._log, totals, reads.identity(self._log, totals.generation)[1])

    @contextmanager
    def writer(self, identity: EncoderIdentity | None = None) -> Iterator[Writer]:
        """Hold the one writer of this index.

        Args:
            identity: The encoder that the caller writes with; default: the one in force when this index was opened.

        Raises:
            IndexLocked: Another process, or another thread, is writing. Whoever rebuilds a view is waited for.
            EncoderMismatch: The index has another encoder by now.
            IndexNotWritable: The folder cannot be written.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(writer_lock(self.path))
                remove_temporary(self.path)
            except OSError as error:
                raise _not_writable(self.path, error) from error
            self._require(identity or self._opened_with)
            self._log.upgrade(_catch_up)
            writer = Writer(self.path, self._log, self._words)  # what it has hashed once is not hashed for each change
            yield writer
            self._opened_with = writer.identity
            self._tidy()

    def status(self) -> Status:
        """Return what is in the index."""
        return index_status(self.path, self._log)

    def check(self, repair: bool = False) -> CheckReport:
        """Check the log and the views; with `repair`, rebuild views that are wrong.

        What a crash leaves behind (a view that is behind the log, an unfinished file) is normal and no problem.

        Raises:
            IndexLocked: `repair` is wanted and another process is writing.
        """
        report = check_index(self.path, self._log)
        if repair and any(problem.repairable for problem in report.problems):
            self.rebuild_views()
            report = report.after_repair(check_index(self.path, self._log))
        return report

    def rebuild_views(self, progress: Progress = lambda done, total: None) -> None:
        """Build both views anew from the log, at the newest generation; nothing is encoded again.

        Args:
            progress: Called with passages read and passages in all.

        Raises:
            IndexLocked: Another process is writing.
            IndexNotWritable: The disk is full or the folder cannot be written.
        """
        try:
            with writer_lock(self.path, for_views=True):
                remove_temporary(self.path)
                generation = reads.newest_generation(self._log)
                self._words.rebuild(self._log, generation, progress)
                vectors.write_checkpoint(self.path, self._log, vectors.build(self._log, generation))
        except OSError as error:
            raise _not_writable(self.path, error) from error
        with self._lock:
            self._snapshot = None

    def close(self) -> None:
        """Close the database; snapshots taken before must not be used any more."""
        with self._lock:
            self._snapshot = None
        self._log.close()

    def _tidy(self) -> None:
        try:
            self._log.checkpoint()
        except (IndexNotWritable, IndexLocked) as error:  # what was committed is safe in the write-ahead log
            _logger.warning("The write-ahead log of %s stays as long as it is: %s", self.path, error)

    def _require(self, identity: EncoderIdentity) -> None:
        built = self.identity
        if built != identity:
            raise EncoderMismatch(
                f"Index {self.path} was built with {built.model!r} ({built.precision}) but {identity.model!r} "
                f"({identity.precision}) is configured; vectors of two encoders cannot be compared. "
                f"Run `rag rebuild --encoder {identity.model}`, or set RAG_ENCODER={built.model}."
            )

    def _load(self, previous: Snapshot | None) -> Snapshot:
        words = self._open_words(previous)
        generation = reads.newest_generation(self._log)  # read after the words: never before what they hold
        since, identity = reads.identity(self._log, generation)
        return Snapshot(
            self._log,
            reads.totals(self._log, generation),
            identity,
            self._open_vectors(previous, since, generation),
            words if words and words.generation == generation else lexical.advance(words, self._log, generation),
            previous.facts_so_far() if previous else facts.NOTHING,
        )

    def _open_words(self, previous: Snapshot | None) -> WordView | None:
        """Open the word view, healing it where nobody is writing; None where it can be neither opened nor healed."""
        deadline = time.monotonic() + TORN_WAIT_S
        while True:
            view = previous.word_view if previous else None
            try:
                view = self._words.open(self._log)
                if view.generation >= reads.newest_generation(self._log):
                    return view
            except ViewUnusable:
                pass
            try:
                with writer_lock_if_free(self.path) as held:
                    if held:
                        remove_temporary(self.path)
                        self._words.catch_up(self._log, reads.newest_generation(self._log))
                        return self._words.open(self._log)
            except (OSError, ViewUnusable):  # a folder that cannot be written
                return view
            if view is not None or time.monotonic() > deadline:
                return view
            time.sleep(0.02)  # a writer is at work: a commit to the word view takes about this long

    def _open_vectors(self, previous: Snapshot | None, since: int, generation: int) -> VectorView:
        if previous is not None and previous.vector_view.since == since:
            view = vectors.advance(previous.vector_view, self._log, generation)
            newest = reads.checkpoints(self._log, since, generation)
            if not vectors.replays_too_much(view) or not newest or newest[0].generation <= view.base.generation:
                return view
        view = vectors.open_view(self.path, self._log, generation)
        if view.from_log and len(view.base.ids):
            self._heal_vectors(view.base)
        return view

    def _heal_vectors(self, base: vectors.Base) -> None:
        try:
            with writer_lock_if_free(self.path) as held:
                if held:
                    vectors.write_checkpoint(self.path, self._log, base)
        except (OSError, IndexNotWritable):  # a folder that cannot be written: the view in memory serves
            return


def _catch_up(transaction: Transaction, version: int) -> None:
    """Fill in what an index of an older schema lacks."""
    if version < 2:
        stories.record_all(transaction)
    if version < seals.SINCE:  # never again: a seal made now would cover what was damaged since
        seals.record_all(transaction)
    elif version < seals.OF_JSON_SINCE:
        seals.renew(transaction)


def _create(path: Path, identity: EncoderIdentity) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        with writer_lock(path):
            Log.create(path, lambda transaction, _: writes.first_generation(transaction, identity))
            log = Log(path)
            WordFolder(path).catch_up(log, reads.newest_generation(log))
            log.close()
    except OSError as error:
        raise _not_writable(path, error) from error


def _refuse_views_alone(path: Path) -> None:
    """Refuse, in a folder without a finished database, what shows that there was one."""
    views = [p.name for p in (path / FOLDER, *path.glob(vectors.PATTERN)) if p.exists()]
    if views:
        raise IndexDamaged(
            f"{path / DATABASE} is gone or empty, but {views[0]} is there; the articles cannot be rebuilt from "
            f"that. Restore {DATABASE} from a backup, or delete {path} and add the articles again."
        )


def _not_writable(path: Path, error: OSError) -> IndexNotWritable:
    return IndexNotWritable(f"Index {path} cannot be written: {error}. Free disk space or correct its permissions.")
