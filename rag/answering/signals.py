"""The signals that a sentence answers a question, read off the encoder's vectors and the words.

Everything here is untrained; `evidence.py` weighs the signals. One forward pass a passage gives every token's vector in
its context; from those come the sentence in context, the late interaction (Khattab & Zaharia 2020, arXiv 2004.12832:
each question token's best match among the sentence's tokens), and the same for the whole passage.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from rag.answering.expected import could_answer, n_new_stems, speaks
from rag.answering.question import Kind, Question
from rag.passages import passage_input
from rag.protocols import Encoder, TokenVectors, Vectors
from rag.types import PassageInContext
from rag.words import WORD, content_stems, stem

KINDS: tuple[Kind, ...] = get_args(Kind)

SENTENCE_SIGNALS = (
    "cosine of question and sentence in context",
    "late interaction with the sentence, mean over content tokens",
    "late interaction with the sentence, mean weighted by rarity",
    "late interaction with the sentence, least over content tokens",
    "that mean, less the passage's best sentence's",
    "share of the question's words in the sentence",
    "share by rarity of the question's words in the sentence",
    "share by rarity of the question's words in the sentence or beside it",
    "share of the question's names in the sentence",
    "holds something of the kind asked for",
    "a name of the question speaks, and speech is asked for",
    "log of the number of new words",
    "log of the number of words",
    "first sentence of the article",
    "sentence is a question",
    *(f"holds something of the kind asked for, which is {kind}" for kind in KINDS),
)
CONTEXT_SIGNALS = (
    "cosine of question and passage",
    "late interaction with the passage, mean over content tokens",
    "late interaction with the passage, mean weighted by rarity",
    "late interaction with the passage, least over content tokens",
    "late interaction with the passage, least over the names",
    "share by rarity of the question's words in the passage and title",
    "rarity of the rarest word of the question that the passage and title lack",
    "share of the question's names in the passage and title",
    "the question has names",
    "number of content words in the question",
    *(f"the question asks: {kind}" for kind in KINDS),
)
"""What `SENTENCE_SIGNALS` is followed by in a row: the same for every sentence of a passage."""

ALL_SIGNALS = (*SENTENCE_SIGNALS, *CONTEXT_SIGNALS)


@dataclass(frozen=True, slots=True)
class Rarity:
    """How rare a stem is among the sentences that are read for one question: inverse document frequency, from 0 to 1.

    Spärck Jones 1972 with the smoothing of BM25 (Robertson & Zaragoza 2009), over sentences, divided by its largest
    value: a stem that no sentence has is 1.
    """

    n_sentences: int
    counts: Counter[str]

    @classmethod
    def among(cls, contexts: Sequence[PassageInContext]) -> Rarity:
        """Count the stems of every sentence once; a sentence of two passages counts once."""
        counts: Counter[str] = Counter()
        seen = set()
        for context in contexts:
            for sentence in context.sentences:
                key = (sentence.article_id, sentence.ordinal)
                if key not in seen:
                    seen.add(key)
                    counts.update(set(content_stems(context.article.text[sentence.start : sentence.end])))
        return cls(len(seen), counts)

    def of(self, stemmed: str) -> float:
        """Return the rarity of one stem."""
        n, held = self.n_sentences, self.counts[stemmed]
        return math.log(1 + (n - held + 0.5) / (held + 0.5)) / math.log(1 + (n + 0.5) / 0.5)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question ready to be compared with passages.

    Attributes:
        question: Taken apart.
        pooled: float32 (dimension,): the vector of the whole question.
        tokens: float32 (n, dimension): the vectors of the tokens in its content words (of all, where it has none).
        weights: float32 (n,): the rarity of the word that each token is part of; they sum to 1.
        in_name: bool (n,): whether the word is part of a name.
        rarity: Of any stem.
    """

    question: Question
    pooled: Vectors
    tokens: Vectors
    weights: Vectors
    in_name: NDArray[np.bool_]
    rarity: Rarity


def ask(question: Question, tokens: TokenVectors, rarity: Rarity) -> Asked:
    """Prepare a question, whose token vectors are `tokens`, for comparison."""
    starts = tokens.spans[:, 0]
    names = {part for name in question.names for part in name}
    kept, weights, in_name = [], [], []
    for match in WORD.finditer(question.text):
        if match.span() not in question.spans:
            continue
        stemmed = stem(match.group())
        for place in np.flatnonzero((starts >= match.start()) & (starts < match.end())).tolist():
            kept.append(place)
            weights.append(rarity.of(stemmed))
            in_name.append(stemmed in names)
    if not kept:
        kept, weights, in_name = list(range(len(starts))), [1.0] * len(starts), [False] * len(starts)
    total = sum(weights) or 1.0
    return Asked(
        question,
        tokens.pooled,
        tokens.vectors[kept],
        np.array(weights, np.float32) / np.float32(total),
        np.array(in_name, bool),
        rarity,
    )


def read_tokens(question: str, contexts: Sequence[PassageInContext], encoder: Encoder) -> list[TokenVectors]:
    """Encode the question and then every passage (with its title) in one call, keeping token vectors."""
    return encoder.encode_tokens([question, *(passage_input(c.article.title, c.passage.text) for c in contexts)])


def sentence_tokens(context: PassageInContext, tokens: TokenVectors) -> list[NDArray[np.bool_]]:
    """Tell, for each sentence of the passage, which of the passage's tokens lie in it (bool, shape (n_tokens,))."""
    # The passage's text is the end of what was encoded, so that the difference of lengths is where it starts.
    shift = len(passage_input(context.article.title, context.passage.text)) - len(context.passage.text)
    starts = tokens.spans[:, 0] - shift + context.passage.start
    inside = tokens.spans[:, 0] >= shift
    return [inside & (starts >= s.start) & (starts < s.end) for s in context.sentences]


def _late(asked: Asked, similarities: Vectors) -> tuple[float, float, float, float]:
    """Each question token's best match: their mean, mean weighted by rarity, least, and least among names (else 1)."""
    if not similarities.size:
        return 0.0, 0.0, 0.0, 0.0
    best = similarities.max(axis=1)
    names = best[asked.in_name]
    return float(best.mean()), float(best @ asked.weights), float(best.min()), float(names.min()) if len(names) else 1.0


def _share(asked: Asked, held: set[str]) -> float:
    """Share of the question's stems in `held`, each counted by its rarity."""
    weights = {s: asked.rarity.of(s) for s in asked.question.stems}
    total = sum(weights.values())
    return sum(weight for s, weight in weights.items() if s in held) / total if total else 0.0


def _names_share(question: Question, held: set[str]) -> float:
    if not question.names:
        return 0.0
    return sum(any(part in held for part in name) for name in question.names) / len(question.names)


def _one_of(kinds: Sequence[Kind], kind: Kind, value: bool) -> list[float]:
    return [float(value and kind == other) for other in kinds]


def passage_signals(asked: Asked, context: PassageInContext, tokens: TokenVectors) -> NDArray[np.float32]:
    """Return float32 (n_sentences, len(ALL_SIGNALS)) for one passage, whose token vectors are `tokens`."""
    similarities = asked.tokens @ tokens.vectors.T  # (question tokens, passage tokens)
    texts = [context.article.text[s.start : s.end] for s in context.sentences]
    stems = [set(content_stems(text)) for text in texts]
    shared = _context_row(asked, context, tokens, similarities, set().union(*stems))
    masks = sentence_tokens(context, tokens)
    lates = [_late(asked, similarities[:, mask]) for mask in masks]
    best = max((late[1] for late in lates), default=0.0)
    rows = []
    for place, text in enumerate(texts):
        pooled = tokens.vectors[masks[place]].sum(axis=0)
        norm = float(np.linalg.norm(pooled))
        mean, weighted, least, _ = lates[place]
        holds = could_answer(asked.question, text)
        rows.append(
            [
                float(asked.pooled @ pooled) / norm if norm else 0.0,
                mean,
                weighted,
                least,
                weighted - best,
                sum(s in stems[place] for s in asked.question.stems) / max(1, len(asked.question.stems)),
                _share(asked, stems[place]),
                _share(asked, set().union(*stems[max(0, place - 1) : place + 2])),
                _names_share(asked.question, stems[place]),
                float(holds),
                float(asked.question.kind == "said" and speaks(asked.question, text)),
                math.log1p(n_new_stems(asked.question, text)),
                math.log1p(len(text.split())),
                float(context.sentences[place].ordinal == 0),
                float(text.endswith("?")),
                *_one_of(KINDS, asked.question.kind, holds),
                *shared,
            ]
        )
    return np.array(rows, np.float32).reshape(-1, len(ALL_SIGNALS))


def _context_row(
    asked: Asked, context: PassageInContext, tokens: TokenVectors, similarities: Vectors, held: set[str]
) -> list[float]:
    """The signals that all sentences of a passage share, in the order of `CONTEXT_SIGNALS`."""
    held = held | set(content_stems(context.article.title))
    mean, weighted, least, least_name = _late(asked, similarities)
    question = asked.question
    return [
        float(asked.pooled @ tokens.pooled),
        mean,
        weighted,
        least,
        least_name,
        _share(asked, held),
        max((asked.rarity.of(s) for s in question.stems if s not in held), default=0.0),
        _names_share(question, held),
        float(bool(question.names)),
        float(len(question.stems)),
        *_one_of(KINDS, question.kind, True),
    ]
