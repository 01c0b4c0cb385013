"""What tells how far the articles back each choice of a question: a row of features a choice.

The passages are those of the question and the nearest ones of each claim (question and choice, worded as one). The
reader reads the question and every claim in each of them. `choose.py` weighs the rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.answering.question import read_question
from rag.answering.reader import READER_SIGNALS, Read, Reads
from rag.answering.signals import Rarity, ask, read_tokens
from rag.index import Snapshot
from rag.protocols import Encoder
from rag.retrieval import HybridRetriever, constrain
from rag.support.claims import claim_of
from rag.types import Constraints, Hit, PassageInContext
from rag.words import content_stems

N_WORDS = 20
"""Passages of the question in which the choices' words are looked for."""
N_FOR_CLAIM = 30
"""Passages fetched for each claim, so that a recent one a little further down is among them."""
N_READ, N_READ_CLAIM = 6, 2
"""Passages read: of the question, and of each claim."""
RECENT_DAYS = 10
RECENT_BONUS = 0.05
"""Added to the cosine of a passage published in the `RECENT_DAYS` up to the as-of day: what is asked as of a day is
mostly that week's news. Without an as-of day nothing is added."""

FEATURES = (
    "best cosine of the claim, recent passages more",
    "words of the choice in a passage of the question",
    "words of the choice in a recent passage of the question",
    "words of the choice in the passages of the question, mean",
    "logarithm of the claim's best BM25 score",
    "late interaction of the claim",
    "reader: passage, for the claim",
    "reader: passage, for the claim, less the question's",
    "reader: best sentence, for the claim",
    "reader: words of the choice in the sentence that answers",
    "reader: words of the choice in the short answer",
)
_PASSAGE, _BEST = READER_SIGNALS.index("reader: passage"), READER_SIGNALS.index("reader: best sentence")
_ANSWER = READER_SIGNALS.index("reader: best answer in the sentence, less no answer")


def choice_features(
    question: str,
    choices: Sequence[str],
    snapshot: Snapshot,
    encoder: Encoder,
    reads: Reads,
    constraints: Constraints,
) -> NDArray[np.float32]:
    """Return float32 (len(choices), len(FEATURES)); comparable within one question only."""
    within = constrain(question, constraints, snapshot)
    hits = HybridRetriever(snapshot, encoder).retrieve(question, within, N_WORDS)
    claims = [claim_of(question, choice) for choice in choices]
    nearest = [best_passages(v, snapshot, constraints) for v in encoder.encode(claims)]
    ids = [hit.passage.id for hit in hits[:N_READ]] + [i for found in nearest for i, _ in found[:N_READ_CLAIM]]
    contexts = snapshot.contexts(list(dict.fromkeys(ids)))
    rows = np.zeros((len(choices), len(FEATURES)), np.float32)
    rows[:, 0] = [found[0][1] if found else -1.0 for found in nearest]
    rows[:, 1:4] = word_features(question, choices, hits, snapshot, constraints.as_of)
    words = (snapshot.search_words(claim, 1, constraints) for claim in claims)
    rows[:, 4] = [math.log1p(found[0][1]) if found else 0.0 for found in words]
    if contexts:
        rows[:, 5] = late_interaction(claims, contexts, encoder)
        rows[:, 6:] = read_features(question, choices, claims, contexts, reads)
    return rows


def best_passages(vector: NDArray[np.float32], snapshot: Snapshot, constraints: Constraints) -> list[tuple[int, float]]:
    """Return the passages nearest to a claim and their cosines, a recent one's raised, best first."""
    found = snapshot.search_dense(vector, N_FOR_CLAIM, constraints)
    contexts = snapshot.contexts([passage for passage, _ in found])
    raised = [
        (passage, cosine + recency(context.article.published, constraints.as_of))
        for (passage, cosine), context in zip(found, contexts, strict=True)
    ]
    return sorted(raised, key=lambda pair: -pair[1])


def words_found(question: str, choices: Sequence[str], hits: Sequence[Hit], snapshot: Snapshot) -> list[float]:
    """Return, for each choice, how far its words stand in a passage about the question: at most 1.

    The best product, over the passages, of the share by rarity of the choice's content words (those of the question
    left out) in the passage or its title, and the cosine of question and passage.
    """
    found: list[float] = word_features(question, choices, hits, snapshot, None)[:, 0].tolist()
    return found


def word_features(
    question: str, choices: Sequence[str], hits: Sequence[Hit], snapshot: Snapshot, as_of: date | None
) -> NDArray[np.float32]:
    """Return float32 (choices, 3): what `words_found` tells, the same of recent passages only, and the mean of all."""
    contexts = snapshot.contexts([hit.passage.id for hit in hits])
    held = [f"{context.article.title}\n{context.passage.text}" for context in contexts]
    shares = choice_shares(question, choices, held, Rarity.among(contexts))
    products = shares * np.array([hit.similarity for hit in hits], np.float32)
    recent = np.array([recency(context.article.published, as_of) > 0 for context in contexts], bool)
    best, newest = products.max(axis=1, initial=0.0), products[:, recent].max(axis=1, initial=0.0)
    return np.stack([best, newest, products.sum(axis=1) / max(1, len(hits))], axis=1)


def choice_shares(question: str, choices: Sequence[str], texts: Sequence[str], rarity: Rarity) -> NDArray[np.float32]:
    """Return float32 (choices, texts): the share by rarity of each choice's own content words in each text."""
    asked = set(content_stems(question))
    held = [set(content_stems(text)) for text in texts]
    shares = np.zeros((len(choices), len(texts)), np.float32)
    for row, choice in zip(shares, choices, strict=True):
        wanted = {stem: rarity.of(stem) for stem in content_stems(choice) if stem not in asked}
        total = sum(wanted.values()) or 1.0
        row[:] = [sum(weight for stem, weight in wanted.items() if stem in stems) / total for stems in held]
    return shares


def late_interaction(
    claims: Sequence[str], contexts: Sequence[PassageInContext], encoder: Encoder
) -> NDArray[np.float32]:
    """Return float32 (claims,): the best passage's mean, over the claim's content tokens, of each one's best match."""
    rarity = Rarity.among(contexts)
    first, *passages = read_tokens(claims[0], contexts, encoder)
    of_claims = [first, *encoder.encode_tokens(claims[1:])]
    best = []
    for claim, tokens in zip(claims, of_claims, strict=True):
        asked = ask(read_question(claim), tokens, rarity)
        means = [(asked.tokens @ p.vectors.T).max(axis=1) @ asked.weights if len(p.vectors) else 0.0 for p in passages]
        best.append(max(map(float, means)))
    return np.array(best, np.float32)


def read_features(
    question: str,
    choices: Sequence[str],
    claims: Sequence[str],
    contexts: Sequence[PassageInContext],
    reads: Reads,
) -> NDArray[np.float32]:
    """Return the reader's five features of each choice, float32 (choices, 5)."""
    of_question = reads(question, contexts)
    of_claims = [reads(claim, contexts) for claim in claims]
    asked = np.array([read.signals[0, _PASSAGE] for read in of_question])
    passages = np.array([[read.signals[0, _PASSAGE] for read in of_claim] for of_claim in of_claims])
    bests = np.array([[read.signals[0, _BEST] for read in of_claim] for of_claim in of_claims])
    out = np.zeros((len(choices), 5), np.float32)
    out[:, 0], out[:, 1], out[:, 2] = passages.max(axis=1), (passages - asked).max(axis=1), bests.max(axis=1)
    out[:, 3], out[:, 4] = _in_answers(question, choices, contexts, of_question)
    return out


def _in_answers(
    question: str, choices: Sequence[str], contexts: Sequence[PassageInContext], of_question: Sequence[Read]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far each choice's words stand in the sentences, and in the short answers, that the reader finds probable."""
    texts, answers, of_sentences, of_answers = [], [], [], []
    for context, read in zip(contexts, of_question, strict=True):
        text = context.article.text
        for sentence, signals, answer in zip(context.sentences, read.signals, read.answers, strict=True):
            texts.append(text[sentence.start : sentence.end])
            answers.append(text[slice(*answer)] if answer else "")
            of_sentences.append(1 / (1 + np.exp(-signals[0])))
            of_answers.append(1 / (1 + np.exp(-signals[_ANSWER])))
    rarity = Rarity.among(contexts)
    in_sentences = choice_shares(question, choices, texts, rarity) * np.array(of_sentences, np.float32)
    in_answers = choice_shares(question, choices, answers, rarity) * np.array(of_answers, np.float32)
    return in_sentences.max(axis=1, initial=0.0), in_answers.max(axis=1, initial=0.0)


def recency(published: date | None, as_of: date | None) -> float:
    """Return `RECENT_BONUS` for a passage from the `RECENT_DAYS` up to the as-of day, else 0."""
    recent = published is not None and as_of is not None and 0 <= (as_of - published).days <= RECENT_DAYS
    return RECENT_BONUS if recent else 0.0
