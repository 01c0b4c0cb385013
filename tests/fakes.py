"""Fakes with meaning: exact results can be asserted in milliseconds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.protocols import Progress, TokenVectors, Vectors
from rag.types import EncoderIdentity, PassageInContext, Reading
from rag.words import content_stems

WORD = re.compile(r"\w+")


class BagOfWordsEncoder:
    """A text's vector is the normalised sum of a fixed random unit vector for each of its lower-cased words.

    Cosine therefore grows with the share of words in common; equal bags of words give equal vectors.
    """

    def __init__(self, dimension: int = 64, model: str = "bag-of-words", max_tokens: int = 64) -> None:
        self.identity = EncoderIdentity(model, "sha256:" + "0" * 64, "sum", "float", dimension, max_tokens)
        self.n_encoded = 0  # texts encoded so far: lets a test show that nothing was encoded again

    def _word(self, word: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(word.lower().encode()).digest()[:8], "little")
        vector = np.random.default_rng(seed).standard_normal(self.identity.dimension).astype(np.float32)
        return vector / np.linalg.norm(vector)

    def _pool(self, vectors: Vectors) -> Vectors:
        total = vectors.sum(axis=0) if len(vectors) else np.eye(1, self.identity.dimension, dtype=np.float32)[0]
        return (total / np.linalg.norm(total)).astype(np.float32)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.n_encoded += len(texts)
        if not texts:
            return np.zeros((0, self.identity.dimension), np.float32)
        vectors = np.stack([tokens.pooled for tokens in self.encode_tokens(texts)])
        if progress is not None:
            progress(len(texts), len(texts))
        return vectors

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        out = []
        for text in texts:
            words = list(WORD.finditer(text))[: self.identity.max_tokens]
            vectors = np.array([self._word(m.group()) for m in words], np.float32).reshape(-1, self.identity.dimension)
            spans = np.array([m.span() for m in words], np.int32).reshape(-1, 2)
            out.append(TokenVectors(vectors, spans, self._pool(vectors)))
        return out

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(WORD.findall(text)) for text in texts]

    def token_spans(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        return [np.array([m.span() for m in WORD.finditer(text)], np.int32).reshape(-1, 2) for text in texts]


class WordOverlapEvidence:
    """A sentence's probability is the share of the question's content stems in it; a passage's relevance its best."""

    name = "word-overlap"
    threshold = 0.5

    def read(self, question: str, contexts: Sequence[PassageInContext]) -> list[Reading]:
        wanted = set(content_stems(question))
        readings = []
        for context in contexts:
            texts = [context.article.text[s.start : s.end] for s in context.sentences]
            shares = tuple(len(wanted & set(content_stems(text))) / max(1, len(wanted)) for text in texts)
            readings.append(Reading(context, max(shares), shares))
        return readings
