"""The protocols in front of the models that can be swapped: encoder and evidence model. Knows the nouns only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.types import EncoderIdentity, PassageInContext, Reading

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Called with (done, total) as work goes on."""


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The token vectors of one text, special tokens left out.

    Attributes:
        vectors: float32, shape (n_tokens, dimension), each of unit length.
        spans: int32, shape (n_tokens, 2): start and end of each token in the text, in code points.
        pooled: float32, shape (dimension,): the text's own unit-length vector.
    """

    vectors: Vectors
    spans: NDArray[np.int32]
    pooled: Vectors


class Encoder(Protocol):
    """Text → unit-length float32 vector."""

    @property
    def identity(self) -> EncoderIdentity:
        """What makes its vectors comparable to others."""
        ...

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode `texts` into float32 (len(texts), dimension), rows of unit length, in the order given."""
        ...

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Encode `texts` and keep the vector of every token, in the order given."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens left out, untruncated."""
        ...

    def token_spans(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Locate every token of each text: int32 (n_tokens, 2) in code points, without special tokens, untruncated."""
        ...


class EvidenceModel(Protocol):
    """(question or claim, passages) → for each passage its relevance and each sentence's probability of evidence."""

    @property
    def name(self) -> str:
        """Name as answers report it."""
        ...

    @property
    def threshold(self) -> float:
        """Confidence in [0, 1] below which the articles don't answer."""
        ...

    def read(self, question: str, contexts: Sequence[PassageInContext]) -> list[Reading]:
        """Read every passage for `question`; one Reading a passage, in the order given."""
        ...
