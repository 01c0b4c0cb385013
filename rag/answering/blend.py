"""The evidence model that reads: the signals' log odds and the reader's, joined by seven weights.

The signals know how rare a word is in the collection and whose form an answer has; the reader knows what the sentence
says. A sentence's weights are a logistic regression's, a passage's were set by hand; how, on what, and how well they do
is told by `training/README.md`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import Judged, SignalsEvidence, sigmoid
from rag.answering.question import Question, read_question
from rag.answering.reader import CLIP, FOLDER, OF_ANSWER, OF_PASSAGE, OF_SENTENCE, READER_SIGNALS, Read, Reads
from rag.answering.rereading import reread
from rag.answering.short_form import Span, short_form
from rag.answering.timeline import asks_for_timeline
from rag.protocols import Encoder
from rag.types import PassageInContext, Reading

N_READ = 4
"""Passages read of the five that the signals judge. Measured when they judged eight (2026-11): with all eight read,
evidence F1 and abstention AUROC on the dev parts of evals/seed and evals/mini and on half of clapnq are the same within
0.002, and so with five; with three they fall by up to 0.01."""
N_READ_OF_TIMELINE = 8
"""… where a course of events is asked for: what is not read is no event, and up to six are told."""
N_REREAD = 2
"""Passages read again by halves (`rereading.py`), the likeliest of those read."""


@dataclass(frozen=True, slots=True)
class Blend:
    """What `training/fit_reader.py` writes.

    Attributes:
        sentence: Fitted weights of a sentence's log odds by the signals, of its logit by the reader, of the passage's
            logit by the reader; then the constant.
        passage: Weights, set by hand, of the passage's log odds by the signals and of its logit by the reader; then the
            constant.
        threshold: Confidence below which the articles don't answer.
        version: Of these weights and the reader they were fitted to.
    """

    sentence: tuple[float, float, float, float]
    passage: tuple[float, float, float]
    threshold: float
    version: str

    def sentences(
        self, of_signals: NDArray[np.float32], of_reader: NDArray[np.float32], of_passage: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return log odds, float32 (n,), that each sentence is evidence, from three arrays (n,) of log odds."""
        a, b, c, constant = self.sentence
        return np.asarray(a * of_signals + b * of_reader + c * of_passage + constant, np.float32)

    def relevance(self, of_signals: float, of_reader: float) -> float:
        """Return the log odds that a passage answers, from those of the signals and of the reader."""
        a, b, constant = self.passage
        return a * of_signals + b * of_reader + constant


def read_blend(path: Path) -> Blend:
    """Read weights from their JSON."""
    data = json.loads(path.read_text(encoding="utf-8"))
    a, b, c, constant = map(float, data["sentence"])
    d, e, of_passage = map(float, data["passage"])
    return Blend((a, b, c, constant), (d, e, of_passage), float(data["threshold"]), str(data["version"]))


@lru_cache(maxsize=1)
def shipped_blend() -> Blend:
    """Load the weights that ship with the package."""
    return read_blend(FOLDER / "blend.json")


class ReaderEvidence:
    """`EvidenceModel` from the signals and the reader. Thread-safe as far as the encoder is."""

    def __init__(self, encoder: Encoder, reader: Reads, blend: Blend | None = None) -> None:
        self._signals = SignalsEvidence(encoder)
        self._reader = reader
        self._blend = blend or shipped_blend()

    @property
    def name(self) -> str:
        """Name and version, as answers report it."""
        return f"reader-{self._blend.version}"

    @property
    def threshold(self) -> float:
        """Confidence below which the articles don't answer."""
        return self._blend.threshold

    def read(self, question: str, contexts: Sequence[PassageInContext]) -> list[Reading]:
        """Read the passages for `question`; one Reading a passage, in the order given.

        The signals say which `N_READ` of them are read, or `N_READ_OF_TIMELINE`; of the others nothing is expected. The
        likeliest are read again.
        """
        n_read = N_READ_OF_TIMELINE if asks_for_timeline(question) else N_READ
        judged = self._signals.judge(question, contexts)
        chosen = sorted(range(len(judged)), key=lambda i: (-judged[i].relevance, i))[:n_read]
        reads = dict(zip(chosen, self._reader(question, [contexts[i] for i in chosen]), strict=True))
        likely = sorted(chosen, key=lambda i: -self._relevance(judged[i], reads[i]))[:N_REREAD]
        again = reread(self._reader, question, [contexts[i] for i in likely], [reads[i] for i in likely])
        reads |= zip(likely, again, strict=True)
        asked = read_question(question)
        return [self._reading(asked, of_signals, reads.get(i)) for i, of_signals in enumerate(judged)]

    def _reading(self, asked: Question, of_signals: Judged, read: Read | None) -> Reading:
        n = len(of_signals.sentences)
        signals = np.full((n, len(READER_SIGNALS)), -CLIP, np.float32) if read is None else read.signals
        sentences = self._blend.sentences(of_signals.sentences, signals[:, OF_SENTENCE], signals[:, OF_PASSAGE])
        relevance = self._relevance(of_signals, read)
        # An answer is worth leading with where the reader prefers it to none.
        marked = zip(read.answers if read else (None,) * n, signals[:, OF_ANSWER], strict=True)
        sure = [span if odds > 0 else None for span, odds in marked]
        answers = _short_forms(asked, of_signals.context, sure)
        probabilities = tuple(map(float, sigmoid(sentences)))
        return Reading(of_signals.context, float(sigmoid(np.array(relevance))), probabilities, answers)

    def _relevance(self, of_signals: Judged, read: Read | None) -> float:
        of_reader = -CLIP if read is None else float(read.signals[0, OF_PASSAGE])
        return self._blend.relevance(of_signals.relevance, of_reader)


def _short_forms(asked: Question, context: PassageInContext, marked: Sequence[Span | None]) -> tuple[Span | None, ...]:
    """Return the short form of each sentence of a passage, by its place in the article, from what the reader marked."""
    found: list[Span | None] = []
    for sentence, span in zip(context.sentences, marked, strict=True):
        text, at = context.article.text[sentence.start : sentence.end], sentence.start
        short = short_form(asked, text, (span[0] - at, span[1] - at)) if span else None
        found.append((short[0] + at, short[1] + at) if short else None)
    return tuple(found)
