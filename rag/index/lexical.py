"""The word view: finds passages by their words, and scores them with BM25. The only file that names tantivy.

A view is the tantivy index of a folder (`word_folder`), a small one in memory of what the log has added since, and the
ids of what it has removed since. tantivy only proposes: its own statistics still count deleted passages until segments
merge, and differ between parts. The final scores are computed by `snapshot` from the passages' texts and the log's
totals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import tantivy

from rag.index import reads
from rag.index.bm25 import STOP_WORDS, fold, searched_text
from rag.index.log import Log
from rag.index.reads import PassageText
from rag.index.records import is_unicode
from rag.types import Constraints

FORMAT = f"2/{tantivy.__version__}"
"""Raise the number when the fields or the way words are made change: folders of another format are built anew."""

MAX_WORDS = 64
"""Distinct words of a query that are searched for, the first ones: a pasted article is a query too."""

PRUNED_FROM = 131_072
"""Passages from which on the commonest words of a query propose none by themselves: below, no search takes long."""
COMMON = 0.2
"""The share of all passages beyond which a word is one of the commonest."""
LEAST_PROPOSING = 6
"""Other words that a query must have: with fewer, a passage among the best may have none of them. Among 5,000,000
passages, of the ten best of questions that have common words, or of eight of their words, 0.001 and 0.003 are missed
(2026-11-30)."""

_HEAP_BYTES = 64 << 20  # tantivy's buffer for one writing thread: 46,000 passages fill it about once
_ANALYZER = "news"
_UNDATED = -1  # no day of publication; proleptic day numbers start at 1


class ViewUnusable(Exception):
    """The folder cannot be used as it is. Never leaves this package: the view is built anew."""


@dataclass(frozen=True, slots=True)
class Part:
    """A searcher, and whether its document frequencies still count deleted passages."""

    schema: Any
    searcher: Any
    has_deleted: bool


@dataclass(slots=True)
class WordView:
    """Passages by their words, as of one generation: a folder's, those added since, less those removed since."""

    generation: int
    base: Part | None
    base_generation: int
    delta: Part | None = None
    dead: tuple[int, ...] = ()
    _frequencies: dict[str, int] = field(default_factory=dict)

    def candidates(self, words: Sequence[str], n: int, constraints: Constraints) -> list[tuple[int, float]]:
        """Return passages with any of `words`, with tantivy's own score, best first: at most `n` of each part.

        In a large index, those that have none but the commonest of them come only where there are too few others.
        """
        telling = self._telling(words)
        found = self._candidates(telling, n, constraints)
        return found if len(found) >= n or len(telling) == len(words) else self._candidates(words, n, constraints)

    def _candidates(self, words: Sequence[str], n: int, constraints: Constraints) -> list[tuple[int, float]]:
        found: list[tuple[int, float]] = []
        for part, dead in self._parts():
            query = _all_of(part, [_any_of(part, words), *_allowed(part, constraints)], dead)
            found += _search(part, query, n)
        return sorted(found, key=lambda hit: -hit[1])

    def frequency(self, word: str) -> int:
        """Return the number of live passages that have `word`, exactly."""
        if word not in self._frequencies:
            self._frequencies[word] = sum(self._count(part, [word], dead) for part, dead in self._parts())
        return self._frequencies[word]

    def _telling(self, words: Sequence[str]) -> Sequence[str]:
        """Return the words that propose: not the commonest, for which most passages would have to be gone through."""
        n_passages = sum(part.searcher.num_docs - len(dead) for part, dead in self._parts())
        if n_passages < PRUNED_FROM:
            return words
        telling = [word for word in words if 0 < self.frequency(word) <= COMMON * n_passages]
        return telling if len(telling) >= LEAST_PROPOSING else words

    def n_with_all(self, words: Sequence[str], constraints: Constraints = Constraints()) -> int:
        """Return the number of live passages allowed that have all of `words`."""
        return sum(self._count(part, words, dead, constraints) for part, dead in self._parts())

    def like(self, words: Sequence[str], n: int) -> list[int]:
        """Return the ids of live passages that have one of `words` but for one letter: at most `n` of each part."""
        found: list[tuple[int, float]] = []
        for part, dead in self._parts():
            like = [(tantivy.Occur.Should, tantivy.Query.fuzzy_term_query(part.schema, "words", w)) for w in words]
            found += _search(part, _all_of(part, [tantivy.Query.boolean_query(like)], dead), n)
        return [number for number, _ in found]

    def ids(self) -> list[int]:
        """Return the ids of all passages in the view, ascending."""
        found: list[int] = []
        for part, dead in self._parts():
            query = _all_of(part, [tantivy.Query.all_query()], dead)
            found += [number for number, _ in _search(part, query, max(1, part.searcher.num_docs))]
        return sorted(found)

    def _parts(self) -> Iterator[tuple[Part, tuple[int, ...]]]:
        if self.base is not None:
            yield self.base, self.dead
        if self.delta is not None:
            yield self.delta, ()

    def _count(
        self, part: Part, words: Sequence[str], dead: tuple[int, ...], constraints: Constraints = Constraints()
    ) -> int:
        if len(words) == 1 and not dead and not part.has_deleted and not constraints.restricts:
            return int(part.searcher.doc_freq("words", words[0]))
        query = _all_of(part, [*(_term(part, word) for word in words), *_allowed(part, constraints)], dead)
        return int(part.searcher.search(query, limit=1, count=True).count)


def advance(view: WordView | None, log: Log, upto: int) -> WordView:
    """Return the view at generation `upto`: what the log added since goes into a small index in memory.

    Without a folder's view everything does; that is slower to open and searches the same.
    """
    since = 0 if view is None else view.base_generation
    base = None if view is None else view.base
    delta = None
    dead = tuple(reads.removed_ids(log, since, upto).tolist())
    if reads.n_replayed(log, since, upto) > len(dead):
        index = new_index()
        write(index, [], reads.added_texts(log, since, upto))
        index.reload()
        delta = Part(index.schema, index.searcher(), False)
    return WordView(upto, base, since, delta, dead)


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are indexed: folded, in English stems, in order."""
    return list(_analyzer().analyze(fold(text)))


def query_words(text: str) -> list[str]:
    """Return the distinct words to search for, in order: without stop words unless nothing else is left."""
    raw = _plain().analyze(fold(text))
    kept = [word for word in raw if word not in STOP_WORDS] or raw
    stems = [stem for word in kept for stem in _analyzer().analyze(word)]
    return list(dict.fromkeys(stems))[:MAX_WORDS]


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    # An integer, not an unsigned field: tantivy-py 0.27 deletes nothing by a term of an unsigned one.
    builder.add_integer_field("passage_id", indexed=True, fast=True)
    builder.add_text_field("words", tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_integer_field("day", fast=True)
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    return builder.build()


def _plain_filters() -> Any:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    # 40 bytes: longer "words" are addresses and codes; tantivy's own default.
    for each in (tantivy.Filter.remove_long(40), tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold()):
        builder = builder.filter(each)
    return builder


@cache
def _plain() -> Any:
    return _plain_filters().build()


@cache
def _analyzer() -> Any:
    return _plain_filters().filter(tantivy.Filter.stemmer("english")).build()


def new_index(folder: Path | None = None) -> Any:
    """Make an empty tantivy index in `folder`, or in memory.

    Raises:
        ViewUnusable: tantivy cannot write there: the disk is full.
    """
    try:
        index = tantivy.Index(_schema()) if folder is None else tantivy.Index(_schema(), str(folder))
    except (ValueError, OSError) as error:  # tantivy-py raises ValueError for everything
        raise ViewUnusable(f"it cannot be written: {error}") from error
    index.register_tokenizer(_ANALYZER, _analyzer())
    return index


def open_index(folder: Path) -> Any:
    """Open a tantivy index for searching and writing.

    Raises:
        ValueError: It cannot be read.
    """
    index = tantivy.Index.open(str(folder))
    index.config_reader("manual")  # no thread that watches the folder
    index.register_tokenizer(_ANALYZER, _analyzer())
    return index


def write(index: Any, removed: Sequence[int], added: Iterable[list[PassageText]]) -> None:
    """Delete and add passages in one tantivy commit, and wait until its segments have merged.

    Raises:
        ViewUnusable: tantivy cannot write: a file is in its way, or the disk is full.
    """
    try:
        writer = index.writer(_HEAP_BYTES, 1)
        _fill(writer, index.schema, removed, added)
        writer.commit()
        writer.wait_merging_threads()
    except (ValueError, OSError) as error:  # tantivy-py raises ValueError for everything
        raise ViewUnusable(f"it cannot be written: {error}") from error


def _fill(writer: Any, schema: Any, removed: Sequence[int], added: Iterable[list[PassageText]]) -> None:
    for start in range(0, len(removed), reads.BATCH):
        numbers = list(removed[start : start + reads.BATCH])
        writer.delete_documents_by_query(tantivy.Query.term_set_query(schema, "passage_id", numbers))
    for passages in added:
        for p in passages:
            document = tantivy.Document()
            document.add_integer("passage_id", p.id)
            document.add_text("words", fold(searched_text(p.title, p.text)))
            document.add_integer("day", p.published.toordinal() if p.published else _UNDATED)
            if p.source is not None:
                document.add_text("source", p.source.casefold())
            writer.add_document(document)


def _term(part: Part, word: str) -> Any:
    return tantivy.Query.term_query(part.schema, "words", word, "freq")


def _any_of(part: Part, words: Sequence[str]) -> Any:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, _term(part, word)) for word in words])


def _all_of(part: Part, queries: Sequence[Any], dead: tuple[int, ...]) -> Any:
    if len(queries) == 1 and not dead:
        return queries[0]  # tantivy passes over what can't be among the best only where the terms stand by themselves
    clauses = [(tantivy.Occur.Must, query) for query in queries]
    if dead:
        clauses.append((tantivy.Occur.MustNot, tantivy.Query.term_set_query(part.schema, "passage_id", list(dead))))
    return tantivy.Query.boolean_query(clauses)


def _allowed(part: Part, constraints: Constraints) -> Iterator[Any]:
    first, last = constraints.since, constraints.last_day
    if first is not None or last is not None:
        lowest = first.toordinal() if first else 1  # above _UNDATED: undated articles are left out
        highest = last.toordinal() if last else None
        days = tantivy.Query.range_query(part.schema, "day", tantivy.FieldType.Integer, lowest, highest)
        yield tantivy.Query.const_score_query(days, 0.0)
    if constraints.sources:
        names = [name.casefold() for name in constraints.sources if is_unicode(name)]
        sources = tantivy.Query.term_set_query(part.schema, "source", names)
        yield tantivy.Query.const_score_query(sources, 0.0)


def _search(part: Part, query: Any, n: int) -> list[tuple[int, float]]:
    n = min(n, max(1, part.searcher.num_docs))  # tantivy sets room aside for all it is asked for
    hits = part.searcher.search(query, limit=n, count=False).hits
    ids = part.searcher.fast_field_values("passage_id", [address for _, address in hits])
    return [(int(number), float(score)) for number, (score, _) in zip(ids, hits, strict=True)]
