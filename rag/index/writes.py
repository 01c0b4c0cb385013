"""What changes the log: one transaction, one generation. Knows the tables; no search structure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rag.errors import ArticleNotFound
from rag.index import seals, stories
from rag.index.draft import Draft
from rag.index.log import Log, Transaction
from rag.index.reads import Checkpoint
from rag.index.records import (
    ARTICLE_COLUMNS,
    TEXT_HELD,
    article_columns,
    article_from_row,
    authors_to_text,
    identity_to_json,
    is_unicode,
    spans_from_bytes,
    spans_to_bytes,
)
from rag.types import EncoderIdentity


@dataclass(slots=True)
class Change:
    """A generation in the making: what it adds to the totals of the one before."""

    transaction: Transaction
    before: int
    generation: int
    n_articles: int
    n_passages: int
    n_sentences: int
    n_characters: int
    changed: bool = False
    written: list[int] = field(default_factory=list)  # rows of articles to be sealed


def first_generation(log_transaction: Transaction, identity: EncoderIdentity) -> None:
    """Write generation 0, empty, of an index for `identity`; does nothing where it exists."""
    if log_transaction.rows("SELECT 1 FROM generations LIMIT 1"):
        return
    log_transaction.insert("INSERT INTO encoders VALUES (0, ?)", (identity_to_json(identity),))
    log_transaction.insert("INSERT INTO generations VALUES (0, ?, 0, 0, 0, 0)", (_now(),))


def begin(transaction: Transaction, at_least: int = 0) -> Change:
    """Start the next generation inside `transaction`; its number is the next one, or `at_least` if that is higher."""
    row = transaction.rows(
        "SELECT generation, n_articles, n_passages, n_sentences, n_characters FROM generations"
        " ORDER BY generation DESC LIMIT 1"
    )[0]
    return Change(transaction, row[0], max(row[0] + 1, at_least), *row[1:])


def finish(change: Change) -> int:
    """Record the generation and return its number; where nothing changed, record none and return the one before."""
    if not change.changed:
        return change.before
    seals.record(change.transaction, change.generation, change.written)
    counts = (change.n_articles, change.n_passages, change.n_sentences, change.n_characters)
    change.transaction.insert("INSERT INTO generations VALUES (?, ?, ?, ?, ?, ?)", (change.generation, _now(), *counts))
    return change.generation


def remove_article(change: Change, article_id: str) -> None:
    """Mark an article and its passages as removed.

    Raises:
        ArticleNotFound: No article has this id.
    """
    sql = "SELECT row, title, length(sentences) FROM articles WHERE id = ? AND removed IS NULL"
    rows = change.transaction.rows(sql, (article_id,)) if is_unicode(article_id) else []
    if not rows:
        raise ArticleNotFound(f"No article has the id {article_id!r}. `rag list` shows the ids of all articles.")
    row, title, n_bytes = rows[0]
    change.transaction.rows("UPDATE articles SET removed = ? WHERE row = ?", (change.generation, row))
    _remove_passages(change, row, title)
    change.n_articles -= 1
    change.n_sentences -= n_bytes // 8  # two int32 each
    change.changed = True


def put_article(change: Change, draft: Draft) -> None:
    """Add an article, replacing the active one with its id; the very same again changes nothing."""
    active = change.transaction.rows("SELECT row FROM articles WHERE id = ? AND removed IS NULL", (draft.article.id,))
    if active and _is_recorded(change, active[0][0], draft, with_keys=True):
        return
    if active:
        remove_article(change, draft.article.id)
    a = draft.article
    published = None if a.published is None else a.published.isoformat()
    held = change.transaction.rows(TEXT_HELD, (a.digest,))
    text = "" if held == [(a.text,)] else a.text  # stored once, unless what is read by its digest is damaged
    row = change.transaction.insert(
        f"INSERT INTO articles ({', '.join(ARTICLE_COLUMNS)}, digest, sentences, added)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            *(a.id, a.title, text, a.source, a.url, authors_to_text(a.authors), published, a.section, a.origin),
            *(a.digest, spans_to_bytes(draft.sentences), change.generation),
        ),
    )
    change.n_articles += 1
    change.n_sentences += len(draft.sentences)
    _add_passages(change, row, draft)
    stories.record(change.transaction, row, a)


def put_passages(change: Change, draft: Draft) -> None:
    """Replace the passages of an article that stays as it is: what a change of encoder needs."""
    active = change.transaction.rows("SELECT row FROM articles WHERE id = ? AND removed IS NULL", (draft.article.id,))
    if not active or not _is_recorded(change, active[0][0], draft, with_keys=False):
        put_article(change, draft)
        return
    _remove_passages(change, active[0][0], draft.article.title)
    _add_passages(change, active[0][0], draft)


def put_encoder(change: Change, identity: EncoderIdentity) -> None:
    """Record another encoder from this generation on."""
    change.transaction.insert("INSERT INTO encoders VALUES (?, ?)", (change.generation, identity_to_json(identity)))
    change.changed = True


def record_checkpoint(log: Log, checkpoint: Checkpoint) -> None:
    """Record a file of the vector view that is already in its place."""
    with log.transaction() as transaction:
        transaction.insert("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?)", (*checkpoint, _now()))


def forget_checkpoints(log: Log, generations: Iterable[int]) -> None:
    """Strike out checkpoints whose files are gone or wrong."""
    with log.transaction() as transaction:
        transaction.many("DELETE FROM checkpoints WHERE generation = ?", ((number,) for number in generations))


def n_of_earlier_encoders(change: Change) -> int:
    """Count active passages that this generation has not written."""
    rows = change.transaction.rows(
        "SELECT count(*) FROM passages WHERE removed IS NULL AND added < ?", (change.generation,)
    )
    return int(rows[0][0])


def _is_recorded(change: Change, row: int, draft: Draft, *, with_keys: bool) -> bool:
    """Tell whether the active row holds the same article and sentences, and (with_keys) the same passages."""
    (found,) = change.transaction.rows(f"SELECT {article_columns()}, sentences FROM articles WHERE row = ?", (row,))
    same = article_from_row(found[:-1]) == draft.article
    same = same and spans_from_bytes(found[-1]) == [(s, e) for s, e in draft.sentences]
    if not same or not with_keys:
        return same
    recorded = change.transaction.rows(
        'SELECT first, last, start, "end", key FROM passages WHERE article = ? AND removed IS NULL ORDER BY id', (row,)
    )
    given = [(p.first, p.last, p.start, p.end, key) for p, key in zip(draft.passages, draft.keys, strict=True)]
    return recorded == given


def _remove_passages(change: Change, row: int, title: str) -> None:
    n, characters = change.transaction.rows(
        'SELECT count(*), coalesce(sum("end" - start), 0) FROM passages WHERE article = ? AND removed IS NULL', (row,)
    )[0]
    change.transaction.rows(
        "UPDATE passages SET removed = ? WHERE article = ? AND removed IS NULL", (change.generation, row)
    )
    change.n_passages -= n
    change.n_characters -= characters + n * (len(title) + 1)
    change.changed = True


def _add_passages(change: Change, row: int, draft: Draft) -> None:
    used = change.transaction.rows("SELECT seq FROM sqlite_sequence WHERE name = 'passages'")
    first = (used[0][0] if used else 0) + 1
    spans = draft.passages
    change.transaction.many(
        'INSERT INTO passages (id, article, first, last, start, "end", key, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        (
            (first + i, row, p.first, p.last, p.start, p.end, key, change.generation)
            for i, (p, key) in enumerate(zip(spans, draft.keys, strict=True))
        ),
    )
    change.transaction.many(
        "INSERT INTO vectors VALUES (?, ?)",
        ((first + i, vector.astype("<f2").tobytes()) for i, vector in enumerate(draft.vectors)),
    )
    change.written.append(row)
    change.n_passages += len(spans)
    change.n_characters += sum(p.end - p.start + len(draft.article.title) + 1 for p in spans)
    change.changed = True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
