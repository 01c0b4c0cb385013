"""Reading the likeliest passages again, by halves, with the headline and without: one network, several looks.

A passage read whole, and again in parts, is judged twice by the same network, whose mistakes are not all the same: long
passages hide a sentence, and a headline that has the question's words makes a passage look as if it answered. Knows
passages and what a reader makes of them; nothing of the encoder's signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rag.answering.reader import OF_PASSAGE, OF_SENTENCE, Read, Reads
from rag.types import PassageInContext

LEAST_CUT = 4
"""Sentences of a passage that is cut in halves; a shorter one is read again without its headline only."""


def reread(reader: Reads, question: str, contexts: Sequence[PassageInContext], reads: Sequence[Read]) -> list[Read]:
    """Return what the reader makes of passages with a second look at each, one Read a passage, in the order given.

    The logit of a sentence is the mean of that in the whole passage and that in its half, with the headline; the logit
    of the passage the mean of its own and that of its better half, without the headline. What one look cut off, the
    other judges alone.

    Args:
        reader: What reads.
        question: The question asked.
        contexts: The passages.
        reads: What it made of the whole passages.
    """
    halves = [halves_of(context) for context in contexts]
    titled = [(at, half) for at, cut in enumerate(halves) if len(cut) > 1 for half in cut]
    bare = [(at, without_headline(half)) for at, cut in enumerate(halves) for half in cut]
    again = reader(question, [half for _, half in (*titled, *bare)])
    sentences = [np.full(len(context.sentences), -np.inf, np.float32) for context in contexts]
    passages = [-np.inf] * len(contexts)
    for (at, half), read in zip(titled, again, strict=False):
        first = half.passage.first - contexts[at].passage.first
        part = sentences[at][first : first + len(half.sentences)]
        np.maximum(part, read.signals[:, OF_SENTENCE], out=part, where=_is_read(read))
    for (at, _), read in zip(bare, again[len(titled) :], strict=True):
        passages[at] = max(passages[at], float(read.signals[0, OF_PASSAGE]))
    return [_mean(*one) for one in zip(reads, sentences, passages, strict=True)]


def halves_of(context: PassageInContext) -> list[PassageInContext]:
    """Return the first and the last half of a passage, which share a sentence or two; a short passage as it is."""
    n = len(context.sentences)
    if n < LEAST_CUT:
        return [context]
    size = n // 2 + 1
    return [_part(context, 0, size), _part(context, n - size, n)]


def without_headline(context: PassageInContext) -> PassageInContext:
    """Return the passage as if its article had no title."""
    return replace(context, article=replace(context.article, title=""))


def _part(context: PassageInContext, first: int, after: int) -> PassageInContext:
    sentences, whole = context.sentences[first:after], context.passage
    start, end = sentences[0].start, sentences[-1].end
    passage = replace(
        whole,
        first=whole.first + first,
        last=whole.first + after - 1,
        start=start,
        end=end,
        text=context.article.text[start:end],
    )
    return replace(context, passage=passage, sentences=sentences)


def _is_read(read: Read) -> NDArray[np.bool_]:
    """Tell of each sentence whether anything of it was read: those at the end of a very long passage are cut off."""
    return np.array([answer is not None for answer in read.answers], np.bool_)


def _mean(read: Read, sentences: NDArray[np.float32], passage: float) -> Read:
    signals = read.signals.copy()
    mean = (signals[:, OF_SENTENCE] + sentences) / 2
    once = np.where(_is_read(read), mean, sentences)
    signals[:, OF_SENTENCE] = np.where(np.isfinite(sentences), once, signals[:, OF_SENTENCE])
    if np.isfinite(passage):
        signals[:, OF_PASSAGE] = (signals[:, OF_PASSAGE] + passage) / 2
    return replace(read, signals=signals)
