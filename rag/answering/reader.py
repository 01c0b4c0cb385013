"""The reader: a cross-encoder over question and passage, whose verdicts are signals for the evidence model.

It gives every token four logits (evidence, attention within its sentence, the answer's first and last token) and the
passage one, in one forward pass. `evidence.py` weighs them beside the encoder's signals. Trained by
`training/train_reader.py`; `training/README.md` is its model card.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.encoding.batches import pad, plan_batches
from rag.encoding.text_encoder import Network
from rag.encoding.tokens import Ids, Tokenizer
from rag.passages import passage_input
from rag.settings import Settings
from rag.types import PassageInContext

FOLDER = Path(__file__).with_name("weights")
"""What ships: `reader.xml` and `.bin` (the network in OpenVINO's form, int8 weights) and `tokenizer.json`."""
READER_SIGNALS = (
    "reader: sentence",
    "reader: sentence, less the passage's best",
    "reader: log of the sentence's share among the sentences and none",
    "reader: best answer in the sentence, less no answer",
    "reader: passage",
    "reader: best sentence",
    "reader: best answer, less no answer",
)
OF_ANSWER = READER_SIGNALS.index("reader: best answer in the sentence, less no answer")
OF_SENTENCE, OF_PASSAGE = READER_SIGNALS.index("reader: sentence"), READER_SIGNALS.index("reader: passage")
# As in training: a question reads up to 64 tokens, a passage what is left of 320.
MAX_QUESTION, MAX_TOKENS = 64, 320
# Longest answer span, in tokens: longer ones than in 99 of 100 training answers win by chance only.
MAX_SPAN = 24
PAD_ID = 0
# Logits are kept within this, so that a passage unlike any in training cannot drown the other signals.
CLIP = 12.0


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Read:
    """What the reader makes of one passage.

    Attributes:
        signals: float32 (n_sentences, len(READER_SIGNALS)).
        answers: For each sentence the start and end in the article's text of its best short answer; None where the
            sentence was cut off.
    """

    signals: NDArray[np.float32]
    answers: tuple[Span | None, ...]


class Reads(Protocol):
    """Whatever reads question and passage together; `Reader` does."""

    def __call__(self, question: str, contexts: Sequence[PassageInContext]) -> list[Read]:
        """Read every passage for `question`, in the order given."""
        ...


class Reader:
    """The cross-encoder. Thread-safe."""

    def __init__(self, network: Network, tokenizer: Tokenizer) -> None:
        self._network = network
        self._tokenizer = tokenizer

    def __call__(self, question: str, contexts: Sequence[PassageInContext]) -> list[Read]:
        """Read every passage for `question`, in the order given."""
        return self.read_pairs([(question, context) for context in contexts])

    def read_pairs(self, pairs: Sequence[tuple[str, PassageInContext]]) -> list[Read]:
        """Read pairs of a question and a passage, in the order given."""
        texts = [passage_input(context.article.title, context.passage.text) for _, context in pairs]
        located = self._tokenizer.ids_and_spans(texts, MAX_TOKENS)
        asked = dict.fromkeys(question for question, _ in pairs)
        heads = dict(zip(asked, self._tokenizer.ids(list(asked), MAX_QUESTION), strict=True))
        n_prefix = len(self._tokenizer.prefix)
        rows: list[Ids] = []
        places: list[NDArray[np.intp]] = []
        starts: list[NDArray[np.int64]] = []
        for (question, context), text, (ids, spans) in zip(pairs, texts, located, strict=True):
            head = heads[question]
            rows.append(np.concatenate([head, ids[n_prefix:]])[:MAX_TOKENS])
            kept = max(0, min(len(spans), MAX_TOKENS - len(head)))
            # The passage's text is the end of what was read: the difference of lengths is where it starts.
            starts.append(spans[:kept].astype(np.int64) + context.passage.end - len(text))
            places.append(_places(context, starts[-1][:, 0]))
        out: list[Read] = [Read(np.zeros((0, len(READER_SIGNALS)), np.float32), ())] * len(pairs)

        def run(batch: NDArray[np.int64]) -> None:
            padded, mask = pad([rows[at] for at in batch], PAD_ID, MAX_TOKENS)
            tokens, passages = self._network.run(padded, mask, tokens=True)
            assert tokens is not None
            for row, at in enumerate(batch.tolist()):
                start = len(heads[pairs[at][0]])
                logits = tokens[row, start : start + len(places[at])]
                none = float(tokens[row, 0, 2] + tokens[row, 0, 3])
                n = len(pairs[at][1].sentences)
                signals = reader_signals(logits, places[at], n, none, float(passages[row, 0]))
                out[at] = Read(signals, _answers(logits, places[at], n, starts[at]))

        # A request of the network computes on one core: as many at a time as there are.
        with ThreadPoolExecutor(self._network.n_workers, thread_name_prefix="read") as pool:
            list(pool.map(run, plan_batches([len(row) for row in rows], self._network.n_workers)))
        return out


def _places(context: PassageInContext, starts: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the place of the sentence that each token stands in, by its start in the article; -1 for the title."""
    begins = np.array([s.start for s in context.sentences], np.int64)
    at = np.searchsorted(begins, starts, side="right") - 1
    return np.where(starts < context.passage.start, -1, at)


def _answers(
    logits: NDArray[np.float32], places: NDArray[np.intp], n: int, spans: NDArray[np.int64]
) -> tuple[Span | None, ...]:
    """Return the best answer of each sentence; `spans` (n_tokens, 2) are the tokens' places in the article's text."""
    out: list[Span | None] = [None] * n
    for place in range(n):
        inside = np.flatnonzero(places == place)
        if len(inside):
            _, first, last = best_span(logits[inside, 2].astype(np.float64), logits[inside, 3].astype(np.float64))
            out[place] = int(spans[inside[first], 0]), int(spans[inside[last], 1])
    return tuple(out)


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
            answer[place] = best_span(inside[:, 2], inside[:, 3])[0] - none
    sentence, answer = sentence.clip(-CLIP, CLIP), answer.clip(-CLIP, CLIP)
    share = sentence - np.log1p(np.exp(sentence).sum())
    out = np.empty((n, len(READER_SIGNALS)), np.float32)
    if n:
        best = sentence.max()
        rows = (sentence, sentence - best, share, answer, np.clip(passage, -CLIP, CLIP), best, answer.max())
        out[:] = np.stack([np.broadcast_to(row, n) for row in rows], axis=1)
    return out


def best_span(first: NDArray[np.float64], last: NDArray[np.float64]) -> tuple[float, int, int]:
    """Return the highest first[i] + last[j] with i ≤ j < i + MAX_SPAN, and i and j; of equals the shortest."""
    best = (float("-inf"), 0, 0)
    for gap in range(min(MAX_SPAN, len(first))):
        sums = first[: len(first) - gap] + last[gap:]
        at = int(sums.argmax())
        best = max(best, (float(sums[at]), -gap, -at))
    score, gap, at = best
    return score, -at, -at - gap


def load_reader(settings: Settings, folder: Path = FOLDER) -> Reader:
    """Load the reader that ships, without torch; its compiled graph is kept in the settings' cache.

    Raises:
        EncoderUnavailable: Its files cannot be compiled.
    """
    from rag.encoding.openvino_engine import OpenVinoNetwork  # here, so that importing this module stays cheap

    network = OpenVinoNetwork(folder / "reader.xml", settings.precision, settings.threads, settings.cache / "reader")
    return Reader(network, Tokenizer(folder / "tokenizer.json"))
