"""What is in the index, for people. Knows the log and file names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.index import reads
from rag.index.files import size_of
from rag.index.log import DATABASE, Log
from rag.index.vectors import PATTERN
from rag.index.word_folder import FOLDER
from rag.types import EncoderIdentity


@dataclass(frozen=True, slots=True)
class Status:
    """What is in the index at one generation.

    Attributes:
        committed_at: When that generation was committed: ISO time, UTC.
        first_published: First day of publication; None where no article is dated.
        sources: Names and their numbers of articles, most first.
        database_bytes: `articles.db` with its write-ahead log.
        checkpoint: Generation of the newest checkpoint of the vector view; None where there is none.
        n_replayed: Passages added or removed since that checkpoint: what opening replays.
    """

    path: Path
    generation: int
    committed_at: str
    n_articles: int
    n_passages: int
    n_sentences: int
    first_published: date | None
    last_published: date | None
    sources: Mapping[str, int]
    encoder: EncoderIdentity
    database_bytes: int
    vectors_bytes: int
    lexical_bytes: int
    checkpoint: int | None
    n_replayed: int


def index_status(path: Path, log: Log) -> Status:
    """Return what is in the index in folder `path`."""
    generation = reads.newest_generation(log)
    totals = reads.totals(log, generation)
    since, identity = reads.identity(log, generation)
    checkpoints = reads.checkpoints(log, since, generation)
    checkpoint = checkpoints[0].generation if checkpoints else None
    return Status(
        path,
        generation,
        totals.committed_at,
        totals.n_articles,
        totals.n_passages,
        totals.n_sentences,
        *reads.published_range(log, generation),
        reads.n_articles_by_source(log, generation),
        identity,
        sum(size_of(path / (DATABASE + ending)) for ending in ("", "-wal", "-shm")),
        sum(size_of(file) for file in path.glob(PATTERN)),
        size_of(path / FOLDER),
        checkpoint,
        reads.n_replayed(log, checkpoint or 0, generation),
    )
