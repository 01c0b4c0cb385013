"""The evidence model of the first version: MiniLM's signals, weighed by two small networks fitted on licensed data.

The sentence network gives each sentence's probability of evidence; the passage network gives the passage's relevance,
from the passage's signals and its best sentences. How they were fitted, on what, and how well they do is told by
`training/README.md`. A model that reads can take this one's place behind the `EvidenceModel` protocol.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.answering.expected import form_odds, speaks
from rag.answering.question import Question, read_question
from rag.answering.signals import ALL_SIGNALS, Asked, Rarity, ask, passage_signals, read_tokens
from rag.answering.speech import speeches, spoken_by
from rag.protocols import Encoder, TokenVectors
from rag.types import PassageInContext, Reading

PASSAGE_SIGNALS = (
    "best sentence",
    "second sentence",
    "log odds against none of the sentences",
    *(f"best sentence: {name}" for name in ALL_SIGNALS),
)


@dataclass(frozen=True, slots=True)
class Network:
    """A small feed-forward network: standardise, then layers with ReLU between them and a sigmoid at the end.

    Attributes:
        mean: float32 (n,): subtracted from the signals.
        scale: float32 (n,): the signals are divided by it.
        layers: Pairs of weights (n_in, n_out) and bias (n_out,).
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    layers: tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]

    def __call__(self, signals: NDArray[np.float32], odds: NDArray[np.float32] | float = 0.0) -> NDArray[np.float32]:
        """Return probabilities, float32 (rows,), for signals (rows, n); `odds` (rows,) is added to their log odds."""
        return sigmoid(self.log_odds(signals, odds))

    def log_odds(self, signals: NDArray[np.float32], odds: NDArray[np.float32] | float = 0.0) -> NDArray[np.float32]:
        """Return log odds, float32 (rows,), as `__call__` turns them into probabilities."""
        hidden = (signals - self.mean) / self.scale
        for place, (weights, bias) in enumerate(self.layers):
            hidden = hidden @ weights + bias
            if place < len(self.layers) - 1:
                hidden = np.maximum(hidden, 0)
        return np.asarray((hidden[:, 0] + odds).clip(-30, 30), np.float32)


def sigmoid(log_odds: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn log odds into probabilities."""
    return np.asarray(1 / (1 + np.exp(-log_odds.astype(np.float64))), np.float32)


@dataclass(frozen=True, slots=True)
class Judged:
    """A passage's log odds of answering, and of each of its sentences of being evidence (float32)."""

    context: PassageInContext
    relevance: float
    sentences: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What `training/fit_signals.py` writes: the two networks and the threshold below which an answer is withheld."""

    sentence: Network
    passage: Network
    threshold: float
    version: str


def network_from_json(data: dict[str, Any]) -> Network:
    """Read one network from its JSON form."""
    layers = tuple((np.array(w, np.float32), np.array(b, np.float32)) for w, b in data["layers"])
    return Network(np.array(data["mean"], np.float32), np.array(data["scale"], np.float32), layers)


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """Load the weights that ship with the package."""
    return read_weights(files("rag.answering").joinpath("signals.json").read_text(encoding="utf-8"))


def read_weights(text: str) -> Weights:
    """Read weights from their JSON."""
    data = json.loads(text)
    return Weights(
        network_from_json(data["sentence"]),
        network_from_json(data["passage"]),
        float(data["threshold"]),
        str(data["version"]),
    )


def passage_row(sentences: NDArray[np.float32], probabilities: NDArray[np.float32]) -> list[float]:
    """Return the passage network's signals (len(PASSAGE_SIGNALS)) from its sentences' and their probabilities."""
    ranked = np.sort(probabilities)[::-1]
    none = float(np.log1p(-probabilities.clip(0, 0.999)).sum())  # log of the probability that no sentence is evidence
    return [
        float(ranked[0]),
        float(ranked[1]) if len(ranked) > 1 else 0.0,
        -none,
        *sentences[int(probabilities.argmax())].tolist(),
    ]


class SignalsEvidence:
    """`EvidenceModel` from the encoder's signals. Thread-safe as far as the encoder is."""

    def __init__(self, encoder: Encoder, weights: Weights | None = None) -> None:
        self._encoder = encoder
        self._weights = weights or shipped_weights()

    @property
    def name(self) -> str:
        """Name and version, as answers report it."""
        return f"signals-{self._weights.version}"

    @property
    def threshold(self) -> float:
        """Confidence below which the articles don't answer."""
        return self._weights.threshold

    def read(self, question: str, contexts: Sequence[PassageInContext]) -> list[Reading]:
        """Read every passage for `question`; one Reading a passage, in the order given."""
        return [
            Reading(j.context, float(sigmoid(np.array(j.relevance))), tuple(map(float, sigmoid(j.sentences))))
            for j in self.judge(question, contexts)
        ]

    def judge(self, question: str, contexts: Sequence[PassageInContext]) -> list[Judged]:
        """Read every passage for `question`, as log odds."""
        if not contexts:
            return []
        of_question, *of_passages = read_tokens(question, contexts, self._encoder)
        asked = ask(read_question(question), of_question, Rarity.among(contexts))
        return [judge(self._weights, asked, c, t) for c, t in zip(contexts, of_passages, strict=True)]


def judge(weights: Weights, asked: Asked, context: PassageInContext, tokens: TokenVectors) -> Judged:
    """Weigh one passage's signals."""
    signals = passage_signals(asked, context, tokens)
    texts = [context.article.text[s.start : s.end] for s in context.sentences]
    spoken = _spoken(asked.question, context, texts)
    odds = np.array([form_odds(asked.question, *of) for of in zip(texts, spoken, strict=True)], np.float32)
    sentences = weights.sentence.log_odds(signals, odds[:, 0])
    row = np.array([passage_row(signals, sigmoid(sentences))], np.float32)
    relevance = float(weights.passage.log_odds(row, odds[[int(sentences.argmax())], 1])[0])
    return Judged(context, relevance, sentences)


def _spoken(question: Question, context: PassageInContext, texts: Sequence[str]) -> list[bool]:
    """Tell for each sentence whether the one asked about speaks in it, where speech is asked for."""
    if question.kind != "said":
        return [False] * len(texts)
    labels = speeches(context.article.text, [(s.start, s.end) for s in context.sentences])
    return [
        spoken_by(question, label, text) or speaks(question, text) for label, text in zip(labels, texts, strict=True)
    ]
