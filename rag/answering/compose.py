"""From readings to an answer: which sentences, in which order, with which citations; or that the articles don't say.

Knows readings and articles; knows nothing of models, indexes or how the readings came about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.answering.link import text_fragment_link
from rag.display import answer_text as answer_text
from rag.display import display_text as display_text
from rag.reading.citable import is_citable
from rag.types import Article, Citation, Evidence, Reading, Sentence, Statement
from rag.words import content_stems, words

MAX_STATEMENTS = 3
# A further sentence is stated when its probability of evidence is at least this share of the best one's …
_NEAR_BEST = 0.6
# … and at least this: below it, a sentence is more likely beside the point than not.
_LEAST = 0.25
# Two sentences whose content words overlap this much (Jaccard) say the same thing. Wire copies differ by a word or two.
_SAME = 0.75
# How many of the sentences considered are reported with the answer.
_N_EVIDENCE = 20

# A sentence that opens like this stands on the one before it.
_LEANS = re.compile(
    r"^\W*(?:he|she|they|it|this|that|these|those|his|her|their|its|such|both|the former|the latter|but|however|still"
    r"|yet|instead|rather|moreover|also)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be stated: its article, itself, its text and the probability that it is evidence."""

    article: Article
    sentence: Sentence
    text: str
    probability: float
    before: Sentence | None

    @property
    def key(self) -> tuple[str, int]:
        """What tells candidates apart: article id and ordinal."""
        return self.article.id, self.sentence.ordinal


def candidates(readings: Sequence[Reading]) -> list[Candidate]:
    """Return every citable sentence read, best first; a sentence of two passages counts once, at its better reading.

    Ties go to the article id, then to reading order.
    """
    best: dict[tuple[str, int], Candidate] = {}
    for reading in readings:
        sentences = reading.context.sentences
        for place, (sentence, probability) in enumerate(zip(sentences, reading.sentences, strict=True)):
            text = reading.context.article.text[sentence.start : sentence.end]
            if not is_citable(text):
                continue
            before = sentences[place - 1] if place else None
            candidate = Candidate(reading.context.article, sentence, text, probability, before)
            known = best.get(candidate.key)
            if known is None or probability > known.probability:
                best[candidate.key] = candidate if before or known is None else replace(candidate, before=known.before)
    return sorted(best.values(), key=lambda c: (-c.probability, c.key))


def confidence(readings: Sequence[Reading]) -> float:
    """Return the probability that the passages answer: the best passage's relevance; 0 without passages."""
    return max((reading.relevance for reading in readings), default=0.0)


def evidence(ranked: Sequence[Candidate]) -> tuple[Evidence, ...]:
    """Return the sentences considered, best first, as an answer reports them."""
    return tuple(Evidence(c.article.id, c.sentence.ordinal, c.probability) for c in ranked[:_N_EVIDENCE])


def choose(ranked: Sequence[Candidate]) -> list[list[Candidate]]:
    """Choose what is stated: groups of sentences that say the same, the one stated first in each, best group first."""
    if not ranked:
        return []
    floor = max(_LEAST, _NEAR_BEST * ranked[0].probability)
    groups: list[list[Candidate]] = []
    for candidate in ranked:
        if groups and candidate.probability < floor:
            break
        group = next((group for group in groups if _same(group[0].text, candidate.text)), None)
        if group is None:
            if len(groups) < MAX_STATEMENTS:
                groups.append([candidate])
        elif all(member.article.id != candidate.article.id for member in group):
            group.append(candidate)
    return groups


def order(groups: Iterable[list[Candidate]]) -> list[list[Candidate]]:
    """Put the groups in reading order within an article; the article of the best sentence comes first."""
    groups = list(groups)
    rank_of_article: dict[str, int] = {}
    for group in groups:
        rank_of_article.setdefault(group[0].article.id, len(rank_of_article))
    lead, rest = groups[:1], groups[1:]  # the best sentence leads: it is the answer, the others complete it
    return lead + sorted(rest, key=lambda g: (rank_of_article[g[0].article.id], g[0].sentence.ordinal))


def with_companions(groups: Sequence[list[Candidate]]) -> list[list[Candidate]]:
    """Put before a leading sentence that leans on the one before it ("He added …") that one."""
    if not groups:
        return []
    lead = groups[0][0]
    if lead.before is None or not _LEANS.match(lead.text):
        return list(groups)
    text = lead.article.text[lead.before.start : lead.before.end]
    companion = Candidate(lead.article, lead.before, text, lead.probability, None)
    stated = next((group for group in groups if companion.key in {member.key for member in group}), None)
    if stated is not None:
        return [stated, *(group for group in groups if group is not stated)]
    return [[companion], *groups] if is_citable(text) else list(groups)


def state(groups: Sequence[list[Candidate]]) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """Turn groups into statements and citations numbered from 1 in order of appearance."""
    statements: list[Statement] = []
    citations: list[Citation] = []
    for group in groups:
        numbers = []
        for member in group:
            numbers.append(len(citations) + 1)
            citations.append(_citation(len(citations) + 1, member))
        support = max(member.probability for member in group)
        statements.append(Statement(display_text(group[0].text), tuple(numbers), support))
    return tuple(statements), tuple(citations)


def abstention_text(missing_names: Sequence[str]) -> str:
    """Return the abstention in words; names that no article mentions are named, since that tells the asker why."""
    if not missing_names:
        return "The articles don't say."
    named = (
        " or ".join(missing_names)
        if len(missing_names) < 3
        else ", ".join(missing_names[:-1]) + f" or {missing_names[-1]}"
    )
    return f"The articles don't say: no article mentions {named}."


def _citation(number: int, candidate: Candidate) -> Citation:
    article, sentence = candidate.article, candidate.sentence
    return Citation(
        number=number,
        article_id=article.id,
        title=article.title,
        source=article.source,
        url=article.url,
        published=article.published,
        sentences=(sentence.ordinal,),
        start=sentence.start,
        end=sentence.end,
        quote=candidate.text,
        digest=article.digest,
        support=candidate.probability,
        link=text_fragment_link(article.url, candidate.text),
    )


def _same(a: str, b: str) -> bool:
    """Tell whether two sentences say the same: equal words, or content stems with a Jaccard overlap of `_SAME`.

    Figures must agree: "5 killed" and "7 killed" differ in one word and do not say the same.
    """
    if words(a) == words(b):
        return True
    stems_a, stems_b = set(content_stems(a)), set(content_stems(b))
    figures_a, figures_b = ({s for s in stems if s[:1].isdigit()} for stems in (stems_a, stems_b))
    union = stems_a | stems_b
    return bool(union) and figures_a == figures_b and len(stems_a & stems_b) / len(union) >= _SAME
