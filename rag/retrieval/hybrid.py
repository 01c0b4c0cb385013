"""Question → hits, from meaning and words together. Knows the order of the steps; how each works is in its own file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import EncoderMismatch
from rag.given import MAX_QUESTION_CHARS
from rag.protocols import Encoder, Vectors
from rag.retrieval.fuse import reciprocal_ranks
from rag.retrieval.prior import prefer, prefers
from rag.types import Constraints, Hit

if TYPE_CHECKING:
    from rag.index import Snapshot

DEPTH = 50
"""Passages asked of each list: 20, 50 and 100 find an answer among the 20 best for 0.393, 0.380 and 0.380 of 150
questions of realtimeqa-2024 (2026-11); 50 leaves the date preference something to choose from."""


@dataclass(frozen=True, slots=True)
class HybridRetriever:
    """Searches by vectors and by words, fuses the two lists, and prefers articles of the right time.

    Ties are broken by article id and place in the article, never by the order in which articles were added.

    Attributes:
        snapshot: The index at one generation.
        encoder: The encoder the index was built with.
    """

    snapshot: Snapshot
    encoder: Encoder

    def retrieve(self, question: str, constraints: Constraints = Constraints(), k: int = 10) -> list[Hit]:
        """Return at most `k` hits, best first, whose texts all differ.

        Args:
            question: The question by itself. What people ask is checked before it comes here; of other texts (a cited
                sentence with its headline, what a LangChain chain looks up) only the first `MAX_QUESTION_CHARS`
                characters are searched: the encoder reads no more, and each word costs BM25 time.
            constraints: What may be used, and which time is preferred; see `constrain`.
            k: How many hits at most; fewer where the index has fewer, none where k < 1 or the question is blank.

        Returns:
            Hits with the fused score (at most 0.05; comparable within one search only), the rank in each list from 1,
            and the cosine to the question whichever list found them. Of passages with the same text, the best-ranked.

        Raises:
            EncoderMismatch: The index has been encoded anew since the encoder was loaded.
        """
        if self.snapshot.identity != self.encoder.identity:
            now, ours = self.snapshot.identity, self.encoder.identity
            raise EncoderMismatch(
                f"The articles are encoded with {now.model!r} ({now.precision}) now, but the question would be with "
                f"{ours.model!r} ({ours.precision}); vectors of two encoders cannot be compared. Ask again, or open "
                "the index again."
            )
        question = question.strip()[:MAX_QUESTION_CHARS]
        if k < 1 or not question:
            return []
        depth = max(DEPTH, 2 * k)  # twice, so that copies do not use up the list
        vector = self.encoder.encode([question])[0]
        dense = self.snapshot.search_dense(vector, depth, constraints)
        words = self.snapshot.search_words(question, depth, constraints)
        rankings = {"dense": [passage for passage, _ in dense], "words": [passage for passage, _ in words]}
        best = self._best(reciprocal_ranks(rankings), constraints)[:k]
        return self._hits(best, rankings, dict(dense), vector)

    def _best(self, scores: Mapping[int, float], constraints: Constraints) -> list[tuple[int, float]]:
        """Apply the date preference, order, and keep the best of passages with the same text."""
        texts = {passage.id: passage for passage in self.snapshot.texts(list(scores))}
        if prefers(constraints):
            scores = prefer(scores, {i: passage.published for i, passage in texts.items()}, constraints)
        ordered = sorted(scores, key=lambda i: (-scores[i], texts[i].article_id, texts[i].start, i))
        first_with_text: dict[str, int] = {}
        for i in ordered:
            first_with_text.setdefault(texts[i].text, i)
        return [(i, scores[i]) for i in first_with_text.values()]

    def _hits(
        self,
        best: Sequence[tuple[int, float]],
        rankings: Mapping[str, Sequence[int]],
        cosines: Mapping[int, float],
        vector: Vectors,
    ) -> list[Hit]:
        """Give the passages their text, ranks and cosine."""
        unmeasured = [i for i, _ in best if i not in cosines]
        if unmeasured:
            measured = self.snapshot.vectors(unmeasured).astype(np.float32) @ vector
            cosines = {**cosines, **dict(zip(unmeasured, measured.tolist(), strict=True))}
        ranks = {name: {i: rank for rank, i in enumerate(ids, start=1)} for name, ids in rankings.items()}
        contexts = self.snapshot.contexts([i for i, _ in best])
        return [
            Hit(context.passage, score, {name: of[i] for name, of in ranks.items() if i in of}, cosines[i])
            for context, (i, score) in zip(contexts, best, strict=True)
        ]
