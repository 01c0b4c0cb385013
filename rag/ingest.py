"""The write path: articles → sentences → passages → vectors → one commit a batch.

Knows the order of the steps and what counts as the same article; the steps themselves are elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from queue import SimpleQueue
from threading import Event
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.errors import RagError, ReadError
from rag.index import Draft, Index, PassageSpan, Writer
from rag.passages import passage_input, passage_key, split_passages
from rag.protocols import Encoder
from rag.reading.sentences import split_sentences
from rag.types import AddReport, Article, Skipped, same_article

# Passages encoded and committed together. Large enough that sorting by length wastes little padding and that commits
# cost nothing beside encoding (20 ms against 10 s on two cores); small enough that an interruption loses seconds.
BATCH_PASSAGES = 512

Known = Mapping[bytes, NDArray[np.float16]]
"""The vector of each passage key, float16 (dimension,)."""

Stage = Literal["reading", "encoding", "saving", "building"]


@dataclass(frozen=True, slots=True)
class AddProgress:
    """Where an addition stands.

    Attributes:
        stage: reading, encoding or saving articles; or building the search structures, which a rebuild does last.
        done: Articles finished so far (committed or found unchanged), with those of the current batch in proportion.
        total: Articles in all, where it is known.
        article: Title of the article that was read last.
        n_passages: Passages encoded so far, or read for the search structures.
    """

    stage: Stage
    done: int
    total: int | None
    article: str | None
    n_passages: int = 0


@dataclass(slots=True)
class _Batch:
    """Articles read but not committed."""

    drafts: list[Draft] = field(default_factory=list)
    n_passages: int = 0
    report: AddReport = field(default_factory=AddReport)

    def holds(self, article: Article) -> bool:
        return any(
            draft.article.id == article.id
            or (article.url is not None and draft.article.url == article.url)
            or (article.origin is not None and draft.article.origin == article.origin)
            for draft in self.drafts
        )


class _Encoding:
    """A batch that is being encoded, in a thread of its own: the next one is read meanwhile."""

    def __init__(self, batch: _Batch, encoder: Encoder, known: Known, pool: Executor, stop: Event) -> None:
        self.batch = batch
        self._told: SimpleQueue[tuple[int, int] | None] = SimpleQueue()

        def tell(done: int, n: int) -> None:
            if stop.is_set():
                raise CancelledError
            self._told.put((done, n))

        self._drafts = pool.submit(encode_drafts, batch.drafts, encoder, known, tell)
        self._drafts.add_done_callback(lambda _: self._told.put(None))

    def is_done(self) -> bool:
        return self._drafts.done()

    def wait(self, progress: Callable[[int, int], None]) -> list[Draft]:
        """Return the drafts with their vectors; `progress(done, n)` is called from here, as it goes on."""
        while (told := self._told.get()) is not None:
            progress(*told)
        return self._drafts.result()


def add_articles(
    index: Index,
    encoder: Encoder,
    items: Iterable[Article | Skipped],
    *,
    strict: bool = False,
    total: int | None = None,
    progress: Callable[[AddProgress], None] | None = None,
) -> AddReport:
    """Add `items` to the index, in batches of about `BATCH_PASSAGES` passages; each batch is one commit.

    An article with the id, the address or (where it has neither of its own) the origin of one that is indexed updates
    that one, under the id it has there; the same content again is unchanged and costs no encoding.

    Raises:
        ReadError: `strict`, and an item was skipped; what was committed before it stays.
        IndexLocked: Another process is writing.
    """
    stop = Event()
    failure: RagError | None = None
    with index.writer() as writer, ThreadPoolExecutor(1, thread_name_prefix="add") as pool:
        adder = _Adder(encoder, writer, pool, stop, total, progress or (lambda _: None))
        source = iter(items)
        try:
            while failure is None:
                try:
                    item = next(source)
                except StopIteration:
                    break
                except RagError as error:  # of a target among several: what the others gave is not lost
                    failure = error
                    break
                if not isinstance(item, Skipped):
                    adder.take(item)
                elif strict:
                    failure = ReadError(f"{item} (stopped there, as --strict asks; what was read before it is indexed)")
                else:
                    adder.report += AddReport(skipped=(item,))
            adder.flush()
        except KeyboardInterrupt:
            adder.keep()
            raise
        finally:
            stop.set()  # on Ctrl-C only the passages under way are waited for
        generation = writer.generation  # its own: once the lock is free it may be another's
    if failure is not None:
        raise failure
    return replace(adder.report, generation=generation)


class _Adder:
    """Carries an addition from article to article: while one batch is encoded, the next is read."""

    def __init__(
        self,
        encoder: Encoder,
        writer: Writer,
        pool: Executor,
        stop: Event,
        total: int | None,
        progress: Callable[[AddProgress], None],
    ) -> None:
        self._encoder = encoder
        self._writer = writer
        self._pool = pool
        self._stop = stop
        self._total = total
        self._progress = progress
        self._batch = _Batch()
        self._encoding: _Encoding | None = None
        self._n_done = 0
        self._n_encoded = 0
        self._told = (0, 0)  # articles and passages, at most: encoding runs ahead of what is committed
        self.report = AddReport()

    def take(self, article: Article) -> None:
        """Sort `article` into unchanged or to be committed; have the batch encoded when it is full."""
        self.keep()  # a source may be slow: what is done does not wait for the next batch to fill
        if any(batch.holds(article) for batch in self._uncommitted()):
            self.flush()  # two readings of one article in a row: the second is compared with the first
        self._tell("reading", article.title)
        known = find_known(self._writer, article)
        if known is not None:
            article = replace(article, id=known.id)
        if known is not None and same_article(known, article):
            self.report += AddReport(unchanged=(article.id,))
            self._n_done += 1
            return
        twins = [twin for twin in self._writer.find(digest=article.digest) if twin.id != article.id]
        pending = (draft.article for batch in self._uncommitted() for draft in batch.drafts)
        duplicate = bool(twins) or any(other.digest == article.digest for other in pending)
        draft = make_draft(article, self._encoder)
        self._batch.drafts.append(draft)
        self._batch.n_passages += len(draft.passages)
        self._batch.report += AddReport(
            added=() if known else (article.id,),
            updated=(article.id,) if known else (),
            duplicates=(article.id,) if duplicate else (),
            n_passages=len(draft.passages),
        )
        if self._batch.n_passages >= BATCH_PASSAGES:
            self._encode()

    def flush(self) -> None:
        """Encode and commit all that was read."""
        self._encode()
        self._land()

    def keep(self) -> None:
        """Commit what is encoded already."""
        if self._encoding and self._encoding.is_done():
            self._land()

    def _uncommitted(self) -> list[_Batch]:
        return [self._batch, *([self._encoding.batch] if self._encoding else [])]

    def _encode(self) -> None:
        """Begin to encode the batch, once the one before it is encoded; commit that one meanwhile."""
        before, self._encoding = self._encoding, None
        drafts = before.wait(partial(self._tell_encoding, before.batch)) if before else []
        if self._batch.drafts:
            known = self._writer.known_vectors([key for draft in self._batch.drafts for key in draft.keys])
            known |= {key: v for draft in drafts for key, v in zip(draft.keys, draft.vectors, strict=True)}
            batch, self._batch = self._batch, _Batch()
            self._encoding = _Encoding(batch, self._encoder, known, self._pool, self._stop)
        if before:
            self._commit(before.batch, drafts)

    def _land(self) -> None:
        """Commit the batch that is being encoded, if any, once it is."""
        before, self._encoding = self._encoding, None
        if before:
            self._commit(before.batch, before.wait(partial(self._tell_encoding, before.batch)))

    def _commit(self, batch: _Batch, drafts: Sequence[Draft]) -> None:
        last = drafts[-1].article.title
        self._tell("saving", last)
        self._writer.commit(drafts)
        self._n_done += len(drafts)
        self._n_encoded += batch.n_passages
        self.report += batch.report
        self._tell("saving", last)

    def _tell_encoding(self, batch: _Batch, done: int, n: int) -> None:
        share = int(len(batch.drafts) * done / max(n, 1))
        self._tell("encoding", batch.drafts[-1].article.title, share, done)

    def _tell(self, stage: Stage, title: str, n_done: int = 0, n_encoded: int = 0) -> None:
        done, encoded = self._told
        self._told = max(done, self._n_done + n_done), max(encoded, self._n_encoded + n_encoded)
        self._progress(AddProgress(stage, self._told[0], self._total, title, self._told[1]))


def find_known(writer: Writer, article: Article) -> Article | None:
    """Return the indexed article that `article` is a reading of: by id, then by address, then by origin."""
    by_id = writer.find(id=article.id)
    if by_id:
        return by_id[0]
    if article.url is not None:
        return next(iter(writer.find(url=article.url)), None)
    if article.origin is not None:
        return next((known for known in writer.find(origin=article.origin) if known.url is None), None)
    return None


def make_draft(article: Article, encoder: Encoder) -> Draft:
    """Cut an article into sentences and passages; its vectors are still to come (shape (0, dimension))."""
    sentences = split_sentences(article.text)
    passages = split_passages(article, sentences, encoder)
    keys = [passage_key(article.title, article.text[p.start : p.end]) for p in passages]
    return Draft(article, sentences, passages, keys, np.zeros((0, encoder.identity.dimension), np.float16))


def encode_drafts(
    drafts: Sequence[Draft],
    encoder: Encoder,
    known: Known,
    progress: Callable[[int, int], None] | None = None,
) -> list[Draft]:
    """Give the drafts their vectors; a passage whose key is among the `known` vectors is not encoded again."""
    inputs: dict[bytes, str] = {}
    for draft in drafts:
        for key, passage in zip(draft.keys, draft.passages, strict=True):
            inputs.setdefault(key, _input(draft.article, passage))
    missing = [key for key in inputs if key not in known]
    encoded = encoder.encode([inputs[key] for key in missing], progress).astype(np.float16)
    vectors = {**known, **dict(zip(missing, encoded, strict=True))}
    empty = np.zeros((0, encoder.identity.dimension), np.float16)
    return [replace(d, vectors=np.stack([vectors[key] for key in d.keys]) if d.keys else empty) for d in drafts]


def _input(article: Article, passage: PassageSpan) -> str:
    return passage_input(article.title, article.text[passage.start : passage.end])


def rebuild(index: Index, encoder: Encoder, progress: Callable[[AddProgress], None] | None = None) -> None:
    """Cut and encode every article anew, in one commit, and rebuild the views: the way to another encoder.

    Until it is done, and if it fails, the index answers as before.

    Raises:
        IndexLocked: Another process is writing.
    """
    told = progress or (lambda _: None)
    with index.writer() as writer:
        articles = writer.articles()  # nobody can change them from here on
        n_encoded = 0

        def drafts() -> Iterator[Draft]:
            nonlocal n_encoded
            batch: list[Draft] = []
            for n_done, article in enumerate(articles):
                told(AddProgress("encoding", n_done, len(articles), article.title, n_encoded))
                batch.append(make_draft(article, encoder))
                if sum(len(draft.passages) for draft in batch) >= BATCH_PASSAGES or n_done == len(articles) - 1:
                    done = encode_drafts(batch, encoder, {})
                    n_encoded += sum(len(draft.passages) for draft in done)
                    batch = []
                    yield from done

        writer.replace_vectors(encoder.identity, drafts())
    rebuild_views(index, told)


def rebuild_views(index: Index, progress: Callable[[AddProgress], None] | None = None) -> None:
    """Rebuild the search structures from the log; nothing is encoded. Until it is done the index answers as before.

    Raises:
        IndexLocked: Another process is writing.
        IndexNotWritable: The disk is full or the folder cannot be written.
    """
    told = progress or (lambda _: None)
    totals = index.content().totals

    def tell(done: int, n_passages: int) -> None:
        told(AddProgress("building", totals.n_articles * done // n_passages, totals.n_articles, None, done))

    index.rebuild_views(tell)
    told(AddProgress("building", totals.n_articles, totals.n_articles, None, totals.n_passages))
