"""Whether the index is what it should be. Reads everything, changes nothing.

The log's damage is named article by article, for nothing can rebuild it; a view's is repairable, for the log can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np

from rag.errors import IndexDamaged
from rag.index import reads, seals, stories, vectors
from rag.index.draft import KEY_BYTES, LENGTH_TOLERANCE, Span, passages_problem, sentences_problem
from rag.index.lexical import ViewUnusable
from rag.index.lock import writer_lock_if_free
from rag.index.log import DATABASE, Log, Row
from rag.index.records import article_columns, article_from_row, spans_from_bytes
from rag.index.word_folder import FOLDER, WordFolder
from rag.types import text_digest

_RESTORE = "restore articles.db from a backup, or add this article again from its source"
_REPLACE = "restore articles.db from a backup, or remove this article and add it again from its source"
_REPAIR = "run `rag check --repair`: it is rebuilt from the log"
_BATCH = 256  # articles read at a time: about 1 MB of text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        where: A file, with the article or passage it concerns.
        what: What is wrong, with values.
        repairable: Whether it can be rebuilt from the log.
        action: What to do, or what has been done.
    """

    where: str
    what: str
    repairable: bool
    action: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} ({self.action})"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found.

    Attributes:
        problems: What is wrong now.
        repaired: What was wrong and has been rebuilt.
    """

    problems: tuple[Problem, ...]
    n_articles: int
    n_passages: int
    generation: int
    repaired: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong (any more)."""
        return not self.problems

    def after_repair(self, now: CheckReport) -> CheckReport:
        """Return the report of a check after the repair, with what this one found as repaired."""
        left = {(problem.where, problem.what) for problem in now.problems}
        gone = [p for p in self.problems if (p.where, p.what) not in left]
        return replace(now, repaired=tuple(replace(p, action="rebuilt from the log") for p in gone))


def check_index(path: Path, log: Log) -> CheckReport:
    """Check the log, then each view against it; views are not judged while a writer is at work.

    Where all articles were encoded anew meanwhile their seals were replaced, so that what was found is no finding: the
    newest generation is checked then.
    """
    report = _check(path, log, reads.newest_generation(log))
    since, _ = reads.identity(log, reads.newest_generation(log))
    return report if report.ok or since <= report.generation else check_index(path, log)


def _check(path: Path, log: Log, generation: int) -> CheckReport:
    totals = reads.totals(log, generation)
    parts = (_check_database, _check_articles, _check_vectors, _check_totals)
    problems = [problem for part in parts for problem in _found(part, log, generation)]
    told = {problem.where for problem in problems}
    problems += (problem for problem in _found(_check_seals, log, generation) if problem.where not in told)
    if not problems:  # by a damaged log neither stories nor views can be judged, nor views rebuilt
        problems = _found(_check_stories, log, generation) or _check_views(path, log)
    return CheckReport(tuple(problems), totals.n_articles, totals.n_passages, generation)


def _found(part: Callable[[Log, int], Iterable[Problem]], log: Log, generation: int) -> list[Problem]:
    """Return the problems that a part of the check finds, and the damage that stops it."""
    problems: list[Problem] = []
    try:
        problems += part(log, generation)
    except IndexDamaged as error:
        problems.append(Problem(DATABASE, str(error), False, _RESTORE))
    return problems


def _check_views(path: Path, log: Log) -> list[Problem]:
    """Check both views while nobody can be changing them; where a writer is at work they cannot be judged."""
    try:
        with writer_lock_if_free(path) as held:
            return [*_check_checkpoint(path, log), *_check_words(path, log)] if held else []
    except OSError:  # a folder that cannot be written is not being written to
        return [*_check_checkpoint(path, log), *_check_words(path, log)]


def _check_database(log: Log, generation: int) -> Iterator[Problem]:
    for (message,) in log.rows("PRAGMA integrity_check"):
        if message != "ok":
            yield Problem(DATABASE, message, False, _RESTORE)
    for table, row, parent, _ in log.rows("PRAGMA foreign_key_check"):
        yield Problem(DATABASE, f"row {row} of {table} names a row of {parent} that is not there", False, _RESTORE)


def _check_articles(log: Log, generation: int) -> Iterator[Problem]:
    passages = _passages_by_article(log, generation)
    ahead = next(passages, None)
    sql = (
        f"SELECT row, digest, sentences, {article_columns()} FROM articles"
        " WHERE added <= :upto AND (removed IS NULL OR removed > :upto) ORDER BY row"
    )
    for batch in log.batches(sql, {"upto": generation}, _BATCH):
        for row, digest, sentences, *columns in batch:
            while ahead and ahead[0] < row:
                ahead = next(passages, None)
            own = ahead[1] if ahead and ahead[0] == row else []
            problem = _article_problem(digest, sentences, columns, own)
            if problem:
                yield Problem(f"{DATABASE}, article {columns[0]!r}", problem, False, _RESTORE)


def _passages_by_article(log: Log, generation: int) -> Iterator[tuple[int, list[Row]]]:
    sql = (
        'SELECT article, first, last, start, "end", key FROM passages'
        " WHERE added <= :upto AND (removed IS NULL OR removed > :upto) ORDER BY article, id"
    )
    rows = (row for batch in log.batches(sql, {"upto": generation}, reads.BATCH) for row in batch)
    for article, group in groupby(rows, key=lambda row: row[0]):
        yield article, list(group)


def _article_problem(digest: str, sentences: bytes, columns: Row | list[object], passages: list[Row]) -> str | None:
    try:
        article = article_from_row(columns)
        spans = spans_from_bytes(sentences)
        found = text_digest(article.text)
    except (IndexDamaged, ValueError, AttributeError) as error:
        return str(error)
    if found != digest:
        return f"its text has digest {found}, not {digest}"
    wrong_key = next((row[5] for row in passages if len(row[5]) != KEY_BYTES), None)
    if wrong_key is not None:
        return f"a passage key has {len(wrong_key)} bytes, not {KEY_BYTES}"
    spans_of_passages = [Span(*row[1:5]) for row in passages]
    return sentences_problem(spans, len(article.text)) or passages_problem(spans_of_passages, spans)


def _check_vectors(log: Log, generation: int) -> Iterator[Problem]:
    _, identity = reads.identity(log, generation)
    cut = reads.cut_vectors(log, generation, identity.dimension)
    for article_id, n_bytes in cut:
        what = f"a vector has {n_bytes} bytes, not {2 * identity.dimension}"
        yield Problem(f"{DATABASE}, article {article_id!r}", what, False, _RESTORE)
    if cut:  # the others cannot be read in one array with these
        return
    n = 0
    for ids, stored in reads.added_vectors(log, 0, generation, identity.dimension):
        n += len(ids)
        lengths = np.linalg.norm(stored.astype(np.float32), axis=1)
        wrong = ids[~(np.abs(lengths - 1) <= LENGTH_TOLERANCE)]  # also true of NaN
        articles = sorted({article_id for article_id, _ in reads.places(log, wrong.tolist()).values()})
        for article_id in articles:
            yield Problem(f"{DATABASE}, article {article_id!r}", "a vector is not of unit length", False, _RESTORE)
    expected = len(reads.live_ids(log, generation))
    if n != expected:
        yield Problem(DATABASE, f"{expected} passages have {n} vectors", False, _RESTORE)


def _check_seals(log: Log, generation: int) -> Iterator[Problem]:
    """Find what only the seal shows: values that are possible, and are not those that were committed."""
    for article_id in seals.broken(log, generation):
        what = "it is not what was committed: its row, a passage or a vector has changed since"
        yield Problem(f"{DATABASE}, article {article_id!r}", what, False, _REPLACE)


def _check_stories(log: Log, generation: int) -> Iterator[Problem]:
    """Find the articles that are taken for copies of others, or are not, against what was committed."""
    for article_id in stories.broken(log, generation):
        what = "which articles it is a copy of is not what was committed; its text stands"
        yield Problem(f"{DATABASE}, article {article_id!r}", what, False, "restore articles.db from a backup")


def _check_totals(log: Log, generation: int) -> Iterator[Problem]:
    recorded = reads.totals(log, generation)
    counted = reads.counted(log, generation)
    found = (recorded.n_articles, recorded.n_passages, recorded.n_sentences, recorded.n_characters)
    if found != counted:
        yield Problem(DATABASE, f"generation {generation} records totals {found}; there are {counted}", False, _RESTORE)


def _check_checkpoint(path: Path, log: Log) -> Iterator[Problem]:
    generation = reads.newest_generation(log)
    since, _ = reads.identity(log, generation)
    recorded = reads.checkpoints(log, since, generation)
    if not recorded:
        return
    newest = recorded[0]
    if not (path / newest.file).is_file():
        what = "is a folder, where a file was written" if (path / newest.file).is_dir() else "is missing"
        yield Problem(newest.file, what, True, _REPAIR)
        return
    base = vectors.load(path, log, newest)
    if base is None:
        yield Problem(newest.file, "is not what was written: its SHA-256 differs", True, _REPAIR)
    elif not np.array_equal(base.ids, reads.live_ids(log, newest.generation)):
        yield Problem(newest.file, f"holds other passages than generation {newest.generation}", True, _REPAIR)


def _check_words(path: Path, log: Log) -> Iterator[Problem]:
    folder = WordFolder(path)
    problem = folder.damage()
    if problem:
        yield Problem(f"{FOLDER}/", problem, True, _REPAIR)
        return
    try:
        view = folder.open(log)
    except ViewUnusable:
        return  # torn by a crash: the next opening builds it anew
    if not np.array_equal(view.ids(), reads.live_ids(log, view.generation)):
        yield Problem(f"{FOLDER}/", f"holds other passages than generation {view.generation}", True, _REPAIR)
