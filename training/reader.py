"""The evidence model that reads: a cross-encoder over question and passage, whose verdicts join MiniLM's signals.

The cross-encoder gives every token four logits (evidence, attention within its sentence, the answer's first and last
token) and the passage one. Here they become further signals of each sentence for the two small networks of
`evidence.py`. Trained by `training/train_reader.py` and `training/fit_reader.py`; see `training/README.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import SignalsEvidence, Weights, read_weights
from rag.encoding.batches import pad, plan_batches
from rag.encoding.text_encoder import Network
from rag.encoding.tokens import Ids, Tokenizer
from rag.passages import passage_input
from rag.protocols import Encoder
from rag.types import PassageInContext

FOLDER = Path(".cache/reader/built")
WEIGHTS = "signals_reader.json"
READER_SIGNALS = (
    "reader: sentence",
    "reader: sentence, less the passage's best",
    "reader: log of the sentence's share among the sentences and none",
    "reader: best answer in the sentence, less no answer",
    "reader: passage",
    "reader: best sentence",
    "reader: best answer, less no answer",
)
# As in training: a question reads up to 64 tokens, a passage what is left of 320.
MAX_QUESTION, MAX_TOKENS = 64, 320
# Longest answer span, in tokens: longer ones than in 99 of 100 training answers win by chance only.
MAX_SPAN = 24
PAD_ID = 0
# Logits are kept within this, so that a passage unlike any in training cannot drown the other signals.
CLIP = 12.0


class Reads(Protocol):
    """Whatever reads question and passage together; `Reader` does."""

    def __call__(self, question: str, contexts: Sequence[PassageInContext]) -> list[NDArray[np.float32]]:
        """Return float32 (n_sentences, len(READER_SIGNALS)) for each passage, in the order given."""
        ...


class Reader:
    """The cross-encoder. Thread-safe."""

    def __init__(self, network: Network, tokenizer: Tokenizer) -> None:
        self._network = network
        self._tokenizer = tokenizer

    def __call__(self, question: str, contexts: Sequence[PassageInContext]) -> list[NDArray[np.float32]]:
        """Read every passage for `question`; see `Reads`."""
        return self.read_pairs([(question, context) for context in contexts])

    def read_pairs(self, pairs: Sequence[tuple[str, PassageInContext]]) -> list[NDArray[np.float32]]:
        """Read pairs of a question and a passage; float32 (n_sentences, len(READER_SIGNALS)) for each."""
        texts = [passage_input(context.article.title, context.passage.text) for _, context in pairs]
        located = self._tokenizer.ids_and_spans(texts, MAX_TOKENS)
        asked = dict.fromkeys(question for question, _ in pairs)
        heads = dict(zip(asked, self._tokenizer.ids(list(asked), MAX_QUESTION), strict=True))
        n_prefix = len(self._tokenizer.prefix)
        rows: list[Ids] = []
        places: list[NDArray[np.intp]] = []
        for (question, context), text, (ids, spans) in zip(pairs, texts, located, strict=True):
            head = heads[question]
            rows.append(np.concatenate([head, ids[n_prefix:]])[:MAX_TOKENS])
            kept = max(0, min(len(spans), MAX_TOKENS - len(head)))
            places.append(_places(context, len(text), spans[:kept]))
        out: list[NDArray[np.float32]] = [np.zeros((0, len(READER_SIGNALS)), np.float32)] * len(pairs)

        def run(batch: NDArray[np.int64]) -> None:
            padded, mask = pad([rows[at] for at in batch], PAD_ID, MAX_TOKENS)
            tokens, passages = self._network.run(padded, mask, tokens=True)
            assert tokens is not None
            for row, at in enumerate(batch.tolist()):
                start = len(heads[pairs[at][0]])
                logits = tokens[row, start : start + len(places[at])]
                none = float(tokens[row, 0, 2] + tokens[row, 0, 3])
                n = len(pairs[at][1].sentences)
                out[at] = reader_signals(logits, places[at], n, none, float(passages[row, 0]))

        # A request of the network computes on one core: as many at a time as there are.
        with ThreadPoolExecutor(self._network.n_workers, thread_name_prefix="read") as pool:
            list(pool.map(run, plan_batches([len(row) for row in rows], self._network.n_workers)))
        return out


def _places(context: PassageInContext, length: int, spans: NDArray[np.int32]) -> NDArray[np.intp]:
    """Return for each token of what was read the place of its sentence in the passage; -1 for the title."""
    # The passage's text is the end of what was read, so that the difference of lengths is where it starts.
    starts = spans[:, 0] - (length - len(context.passage.text)) + context.passage.start
    begins = np.array([s.start for s in context.sentences], np.int64)
    at = np.searchsorted(begins, starts, side="right") - 1
    return np.where(spans[:, 0] < length - len(context.passage.text), -1, at)


def reader_signals(
    logits: NDArray[np.float32], places: NDArray[np.intp], n: int, none: float, passage: float
) -> NDArray[np.float32]:
    """Turn a passage's logits into signals.

    Args:
        logits: (n_tokens, 4): evidence, attention within the sentence, first and last token of the answer.
        places: (n_tokens,): sentence of each token, -1 for none.
        n: Number of sentences; one without tokens (cut off) gets the least of the others.
        none: Logit of "no answer".
        passage: Logit of the passage.

    Returns:
        float32 (n, len(READER_SIGNALS)).
    """
    sentence, answer = np.full(n, -CLIP), np.full(n, -CLIP)
    for place in range(n):
        inside = logits[places == place].astype(np.float64)
        if len(inside):
            weights = np.exp(inside[:, 1] - inside[:, 1].max())
            sentence[place] = float(weights @ inside[:, 0] / weights.sum())
            answer[place] = best_span(inside[:, 2], inside[:, 3]) - none
    sentence, answer = sentence.clip(-CLIP, CLIP), answer.clip(-CLIP, CLIP)
    share = sentence - np.log1p(np.exp(sentence).sum())
    out = np.empty((n, len(READER_SIGNALS)), np.float32)
    if n:
        best = sentence.max()
        rows = (sentence, sentence - best, share, answer, np.clip(passage, -CLIP, CLIP), best, answer.max())
        out[:] = np.stack([np.broadcast_to(row, n) for row in rows], axis=1)
    return out


def best_span(first: NDArray[np.float64], last: NDArray[np.float64]) -> float:
    """Return the highest first[i] + last[j] with i ≤ j < i + MAX_SPAN."""
    return max(float((first[: len(first) - gap] + last[gap:]).max()) for gap in range(min(MAX_SPAN, len(first))))


def is_installed() -> bool:
    """Tell whether the reader's files are there."""
    return (FOLDER / "model.xml").exists() and (FOLDER / WEIGHTS).exists()


@lru_cache(maxsize=1)
def shipped_reader() -> Reader:
    """Load the reader that `fit_reader.py` built.

    Raises:
        EncoderUnavailable: Its files are missing or cannot be compiled.
    """
    from rag.encoding.openvino_engine import OpenVinoNetwork  # here, so that importing this module stays cheap

    return Reader(OpenVinoNetwork(FOLDER / "model.xml"), Tokenizer(FOLDER / "tokenizer.json"))


@lru_cache(maxsize=1)
def reader_weights() -> Weights:
    """Load the networks that weigh the reader's signals together with the encoder's."""
    return read_weights((FOLDER / WEIGHTS).read_text(encoding="utf-8"))


class ReaderEvidence(SignalsEvidence):
    """`EvidenceModel` from the encoder's signals and the reader's. Thread-safe as far as the encoder is."""

    def __init__(self, encoder: Encoder, weights: Weights | None = None, reader: Reads | None = None) -> None:
        super().__init__(encoder, weights or reader_weights())
        self._reader = reader or shipped_reader()

    @property
    def name(self) -> str:
        """Name and version, as answers report it."""
        return f"reader-{self._weights.version}"

    def more_signals(self, question: str, contexts: Sequence[PassageInContext]) -> list[NDArray[np.float32]]:
        """Return what the reader says of every sentence; float32 (n_sentences, len(READER_SIGNALS)) each."""
        return self._reader(question, contexts)
