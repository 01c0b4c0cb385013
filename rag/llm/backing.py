"""How far the sentences that a statement cites back it: the evidence model's word, and the statement's own words.

As for a claim (`rag.support.judge`), but against the cited sentences together and no others: a statement may join two,
and what stands elsewhere does not make a wrong citation right.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.places import other_words
from rag.answering.question import names_in
from rag.answering.signals import Rarity
from rag.answering.steps import MISSING_NAME
from rag.llm.sources import Source
from rag.protocols import EvidenceModel
from rag.words import content_stems, stem, words

BACKED = 0.3
"""Support from which on a statement is backed. On 144 questions of evals/mini, worded with their answers as claims, of
those that cite the gold sentence 0.64 pass, of those that cite another sentence of the article 0.02, of those with
another question's answer 0.14 (AUROC 0.946, 0.855); its own words pass always (`benchmarks/backing.py`)."""
NEIGHBOURS = 1
"""Sentences on either side of a cited one whose words count too: they name the people that it calls "he"."""


def backing(statement: str, cited: Sequence[Source], model: EvidenceModel, rarity: Rarity) -> float:
    """Return the probability in [0, 1] that the cited sentences back the statement; 0 where none is cited."""
    if not cited:
        return 0.0
    contexts = list({source.context.passage.id: source.context for source in cited}.values())
    readings = {reading.context.passage.id: reading for reading in model.read(statement, contexts)}
    best = 0.0
    for source in cited:
        reading = readings[source.context.passage.id]
        place = source.context.sentences.index(source.sentence)
        best = max(best, reading.sentences[place], reading.relevance)
    return best * covered(statement, cited, rarity)


def covered(statement: str, cited: Sequence[Source], rarity: Rarity) -> float:
    """Return the share by rarity of the statement's words of content that stand in or beside the cited sentences.

    A name or figure that stands nowhere there scales it by `MISSING_NAME`: it is a different matter.
    """
    held = " ".join(_surroundings(source) for source in cited)
    stems = set(content_stems(held))
    wanted = {word: rarity.of(word) for word in content_stems(statement)}
    total = sum(wanted.values())
    share = sum(weight for word, weight in wanted.items() if word in stems) / total if total else 1.0
    return share * (MISSING_NAME if _lacks(statement, {stem(word) for word in words(held)}) else 1.0)


def _surroundings(source: Source) -> str:
    sentences = source.context.sentences
    place = sentences.index(source.sentence)
    near = sentences[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1]
    published = source.article.published.strftime("%d %B %Y %-d") if source.article.published else ""
    return "\n".join([source.article.title, published, source.article.text[near[0].start : near[-1].end]])


def _lacks(statement: str, held: set[str]) -> bool:
    names = (words(name) for name in names_in(statement))
    others = [[stem(part) for word in name for other in other_words(word) for part in words(other)] for name in names]
    figures = [word for word in words(statement) if word[0].isdigit()]
    return any(not held.intersection(stems) for stems in others) or any(stem(word) not in held for word in figures)
