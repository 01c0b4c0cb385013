"""Everything a question needs of the index, bound to one generation. Knows neither FAISS, tantivy nor SQL.

A snapshot never changes and may be shared between threads; one that was taken before a commit goes on answering from
the generation it is bound to.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from rag.errors import ArticleNotFound
from rag.index import bm25, facts, listing, ranking, reads, seals, stories
from rag.index.facts import Facts
from rag.index.lexical import WordView, query_words, words_of
from rag.index.log import Log
from rag.index.reads import PassageText, Stored, Totals
from rag.index.records import spans_from_bytes
from rag.index.vectors import VectorView
from rag.protocols import Vectors
from rag.types import Article, ArticleOrder, Constraints, EncoderIdentity, Passage, PassageInContext, Sentence
from rag.words import one_edit_apart

_LETTERS = re.compile(r"[^\W\d_]+")
_LEAST_VARIED = 6  # letters: of shorter names, too many that differ in one are other people and places
_N_LIKE = 20  # passages looked at for a name: they mostly share one word, so that more would show no other


class Snapshot:
    """The index at one generation.

    Attributes:
        generation: The generation it is bound to.
        n_articles: Articles in it.
        n_passages: Passages in it.
        identity: The encoder of its vectors.
    """

    def __init__(
        self,
        log: Log,
        totals: Totals,
        identity: EncoderIdentity,
        vectors: VectorView,
        words: WordView,
        earlier: Facts = facts.NOTHING,
    ) -> None:
        """Bind views of one generation; `earlier` facts, of that generation or one before, are brought up to date."""
        self.generation = totals.generation
        self.n_articles = totals.n_articles
        self.n_passages = totals.n_passages
        self.identity = identity
        self.vector_view = vectors
        self.word_view = words
        self._log = log
        self._totals = totals
        self._facts = earlier
        self._facts_lock = Lock()

    def articles(
        self,
        *,
        query: str | None = None,
        offset: int = 0,
        limit: int | None = None,
        order: ArticleOrder = "newest",
    ) -> list[Article]:
        """Return articles in an order: newest published first, if no other; undated last, then by id.

        Args:
            query: Every word of it must occur in id, title, source, section or url, in any case; None takes all.
            offset: Articles to pass over.
            limit: Articles to return at most; None returns all.
            order: newest, oldest, title or source.
        """
        limit = None if limit is None else min(limit, self.n_articles)  # SQLite's integers end at 64 bits
        return listing.articles(self._log, self.generation, query, min(offset, self.n_articles), limit, order)

    def article(self, id_or_url: str) -> Article:
        """Return the article with this id, else the one with this url.

        Raises:
            ArticleNotFound: There is none.
            IndexDamaged: Its text is no longer the one that was added.
        """
        return reads.checked(self._stored(id_or_url)).article

    def story(self, article_id: str) -> list[Article]:
        """Return the articles that are copies of one story with this one, which is among them.

        The first published comes first, undated ones last; on one day the longest, then by id; of a very large story
        the first hundred.

        Raises:
            ArticleNotFound: No article has this id or url.
        """
        article = self._stored(article_id).article
        return stories.story(self._log, self.generation, article.id) or [article]

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        """Return the sentences of an article, in order.

        Raises:
            ArticleNotFound: No article has this id or url.
            IndexDamaged: Its text is no longer the one that was added.
        """
        return _sentences(reads.checked(self._stored(article_id)))

    def twins(self, article_id: str) -> tuple[str, ...]:
        """Return the ids of the other articles that have the text of this one word for word, in order.

        Raises:
            ArticleNotFound: No article has this id or url.
        """
        article = self._stored(article_id).article
        same = reads.articles_where(self._log, self.generation, "digest", article.digest)
        return tuple(stored.article.id for stored in same if stored.article.id != article.id)

    def contexts(self, passage_ids: Sequence[int]) -> list[PassageInContext]:
        """Return passages with their articles and sentences, in the order given.

        Raises:
            ArticleNotFound: A passage is not part of this generation.
            IndexDamaged: The text of one of the articles is no longer the one that was added.
        """
        found = reads.passages(self._log, self.generation, passage_ids)
        missing = [number for number in passage_ids if number not in found]
        if missing:
            raise ArticleNotFound(
                f"Passage {missing[0]} is not in generation {self.generation}: its article was removed or changed. "
                "Search again."
            )
        rows = reads.articles_at(self._log, sorted({row for row, _ in found.values()}))
        sentences = {row: _sentences(reads.checked(stored)) for row, stored in rows.items()}
        return [
            _context(rows[row].article, passage, sentences[row])
            for row, passage in (found[number] for number in passage_ids)
        ]

    def texts(self, passage_ids: Sequence[int]) -> list[PassageText]:
        """Return the passages' texts with their articles' ids, titles, days and sources, in no particular order."""
        return reads.texts(self._log, passage_ids)

    def vectors(self, passage_ids: Sequence[int]) -> NDArray[np.float16]:
        """Return the passages' vectors, float16 (n, dimension), rows of unit length, in the order given.

        Raises:
            IndexDamaged: The log lacks one of them.
        """
        return reads.vectors(self._log, passage_ids, self.identity.dimension)

    def search_dense(
        self, vector: Vectors, k: int, constraints: Constraints = Constraints()
    ) -> list[tuple[int, float]]:
        """Return the `k` passages nearest to `vector`: (passage id, cosine in [-1, 1]), best first.

        Equal cosines are ordered by article id and start, so the order in which articles came plays no part.

        Args:
            vector: float32 (dimension,), of unit length.
            k: How many to return at most.
            constraints: Which passages are allowed; undated articles are left out by any limit in time.
        """
        k = min(k, self.n_passages)
        if k < 1:
            return []
        query = np.asarray(vector, np.float32).reshape(-1)
        allowed = self._current_facts().allowed(constraints) if constraints.restricts else None

        def score(ids: Sequence[int]) -> ranking.Scored:
            stored = reads.vectors(self._log, ids, self.identity.dimension).astype(np.float64)
            # Row by row, not by BLAS: a row's sum must not depend on where in the matrix it stands.
            return list(zip(ids, (stored * query.astype(np.float64)).sum(axis=1).tolist(), strict=True))

        def propose(n: int) -> ranking.Scored:
            return self.vector_view.candidates(query, n, allowed, self.vectors)

        # 16 beyond k: enough to see that the k-th has no equals in all but crafted cases; `best` asks for more if not.
        scored = ranking.best(k, k + 16, propose, score)
        return ranking.ordered(scored, k, lambda ids: reads.places(self._log, ids))

    def search_words(self, text: str, k: int, constraints: Constraints = Constraints()) -> list[tuple[int, float]]:
        """Return the `k` passages with the highest BM25 score: (passage id, score above 0), best first.

        In a large index, one that has only the commonest words of a long question may be missing (`lexical`).
        Any text is safe: it is words, never a query language. Equal scores are ordered by article id and start.

        Args:
            text: A question; stop words are left out unless nothing else is there.
            k: How many to return at most.
            constraints: As for `search_dense`.
        """
        words = query_words(text)
        k = min(k, self.n_passages)
        if k < 1 or not words:
            return []
        n = self.n_passages
        idf = {word: bm25.inverse_document_frequency(n, self.word_view.frequency(word)) for word in words}
        mean_length = self._totals.n_characters / n
        places: dict[int, tuple[str, int]] = {}
        values: dict[str, float] = {}  # of each text once: copies tie, so that thousands of one may be proposed

        def score(ids: Sequence[int]) -> ranking.Scored:
            scored = []
            for passage in reads.texts(self._log, ids):
                searched = bm25.searched_text(passage.title, passage.text)
                if searched not in values:
                    values[searched] = bm25.score(words_of(searched), len(searched), mean_length, idf)
                scored.append((passage.id, values[searched]))
                places[passage.id] = (passage.article_id, passage.start)
            return scored

        # Twice k and 50 more: tantivy's own statistics differ a little, and so does its order.
        scored = ranking.best(k, 2 * k + 50, lambda n: self.word_view.candidates(words, n, constraints), score)
        return ranking.ordered(scored, k, lambda _: places)

    def count_with_words(self, words: str, constraints: Constraints = Constraints()) -> int:
        """Return how many passages have all these words (in their stems) in their text or their article's title.

        Args:
            words: Words of any form.
            constraints: As for `search_dense`.
        """
        wanted = list(dict.fromkeys(words_of(words)))
        return self.word_view.n_with_all(wanted, constraints) if wanted else 0

    def has_name_like(self, name: str) -> bool:
        """Tell whether a passage or its article's title has a name that differs from this word in one letter.

        A name is a capitalised word. Of fewer than `_LEAST_VARIED` letters none is like another.
        """
        word = "".join(_LETTERS.findall(name)[:1])
        return len(word) >= _LEAST_VARIED and bool(self.words_like(word[0].upper() + word[1:]))

    def words_like(self, word: str, n: int = _N_LIKE) -> Counter[str]:
        """Return the words that differ from this one in at most one letter, and how many passages have each.

        They begin with the same letter, since Zambia is not Gambia, and those like a capitalised word are capitalised
        as well. Of the passages that have such a word or have it in their title, `n` are looked at.
        """
        # What is indexed is stems, and a last letter can change one by two: "zelenski", "zelenskyy".
        near = {word.lower(), *words_of(word), *words_of(word[:-1])}
        found: Counter[str] = Counter()
        for passage in self.texts(self.word_view.like(sorted(near), n)):
            found.update(set(_LETTERS.findall(bm25.searched_text(passage.title, passage.text))))
        firsts = {word[0].upper()} if word[0].isupper() else {word[0], word[0].upper()}
        like = (other for other in found if other[0] in firsts and one_edit_apart(word.lower(), other.lower()))
        return Counter({other: found[other] for other in like})

    def contents(self) -> str:
        """Return a digest of its articles, passages and vectors: where it is equal, questions are answered equally."""
        return seals.contents(self._log, self.generation)

    def facts_so_far(self) -> Facts:
        """Return the facts this snapshot has loaded, of its own generation or an earlier one."""
        return self._facts

    def _current_facts(self) -> Facts:
        with self._facts_lock:
            if self._facts.generation != self.generation:
                self._facts = facts.advance(self._facts, self._log, self.generation)
            return self._facts

    def _stored(self, id_or_url: str) -> Stored:
        article_id = listing.id_of(self._log, self.generation, id_or_url)
        return reads.articles_where(self._log, self.generation, "id", article_id)[0]


def _context(article: Article, passage: Passage, sentences: tuple[Sentence, ...]) -> PassageInContext:
    own, before = sentences[passage.first : passage.last + 1], sentences[max(0, passage.first - 2) : passage.first]
    return PassageInContext(article, passage, own, before=before)


def _sentences(stored: Stored) -> tuple[Sentence, ...]:
    spans = spans_from_bytes(stored.spans)
    return tuple(Sentence(stored.article.id, i, start, end) for i, (start, end) in enumerate(spans))
