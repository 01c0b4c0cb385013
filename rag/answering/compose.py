"""From readings to an answer: which sentences, in which order, with which citations; or that the articles don't say.

Knows readings and articles; knows nothing of models, indexes or how the readings came about. What makes two sentences
the same, rivals, parts or events of a whole is told in the files beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rag.answering import shares
from rag.answering.candidates import Candidate as Candidate
from rag.answering.candidates import Group
from rag.answering.candidates import candidates as candidates
from rag.answering.candidates import confidence as confidence
from rag.answering.candidates import evidence as evidence
from rag.answering.citing import cite
from rag.answering.conflicts import asks_for_figure, forms_of, may_lead, newest_first
from rag.answering.expected import could_answer
from rag.answering.leaning import with_companions as with_companions
from rag.answering.parts import complete
from rag.answering.question import Question, read_question
from rag.answering.quotations import cut_quotation, has_mark
from rag.answering.sameness import says_same
from rag.answering.timeline import asks_for_timeline, timeline
from rag.display import ABSTENTION, Form, n_outlets, nearest, statement_text
from rag.display import answer_text as answer_text
from rag.display import display_text as display_text
from rag.types import Citation, Constraints, Sentence, Statement

# What answers them is a few words, which are there or not.
_SHORT = frozenset({"who", "when", "where", "how many"})


@dataclass(frozen=True, slots=True)
class Composition:
    """What is stated: groups of sentences that say the same, and the form in which each is said."""

    groups: tuple[Group, ...]
    forms: tuple[Form, ...]


def compose(ranked: Sequence[Candidate], question: str, constraints: Constraints = Constraints()) -> Composition:
    """Choose what is stated for a question, in which order and form: the fewest sentences that answer it.

    Args:
        ranked: Every candidate, best first, as `candidates` returns them.
        question: The question by itself.
        constraints: Of them, the time that the question asks about, and the day that is its present.
    """
    asked = read_question(question)
    if asks_for_timeline(question) and (events := timeline(ranked, question, constraints.near)):
        dates: list[Form] = ["event"] * len(events)
        return Composition(tuple(events), tuple(dates))
    chosen = choose(ranked, asked)
    chosen = newest_first(complete(chosen, ranked, question, shares.MAX_STATEMENTS), ranked, asked)
    groups = with_companions(order(chosen), question)
    return Composition(tuple(groups), tuple(forms_of(groups, ranked, asked, constraints.present)))


def with_whole_quotations(composed: Composition, sentences_of: Callable[[str], Sequence[Sentence]]) -> Composition:
    """State the other sentences of each quotation that a statement would cut, in their order beside it.

    Where one of them is stated already the statements stay as they are.

    Args:
        composed: What is stated.
        sentences_of: Returns the sentences of an article, in order.
    """
    told = {group[0].key for group in composed.groups}
    stated: list[tuple[Group, Form]] = []
    for group, form in zip(composed.groups, composed.forms, strict=True):
        whole = _quotation(group[0], sentences_of)
        others = {candidate.key for candidate in whole} - {group[0].key}
        if others & told:
            whole = [group[0]]
        told |= others
        stated += [(group, form) if one.key == group[0].key else ([one], "plain") for one in whole]
    return Composition(tuple(group for group, _ in stated), tuple(form for _, form in stated))


def _quotation(lead: Candidate, sentences_of: Callable[[str], Sequence[Sentence]]) -> list[Candidate]:
    """Return the sentences of the quotation that a sentence opens without closing it, or closes; else itself alone."""
    if not has_mark(lead.text):
        return [lead]
    sentences, text = sentences_of(lead.article.id), lead.article.text
    places = cut_quotation(text, [(s.start, s.end) for s in sentences], lead.sentence.ordinal)
    return [
        lead
        if s.ordinal == lead.sentence.ordinal
        else replace(lead, sentence=s, text=text[s.start : s.end], short=None)
        for s in (sentences[place] for place in places)
    ]


def choose(ranked: Sequence[Candidate], question: Question | None = None) -> list[Group]:
    """Choose what is stated: groups of sentences that say the same, the one stated first in each, best group first.

    Args:
        ranked: Every candidate, best first.
        question: What is asked; it tells what a further sentence must be like, and where it asks for a figure,
            sentences that give the same one for the same thing say the same. None where a claim is judged.
    """
    if not ranked:
        return []
    best = ranked[0].probability
    floor = max(shares.LEAST, shares.NEAR_BEST * best)
    by_figure = question is not None and asks_for_figure(question)
    groups: list[Group] = []
    for candidate in ranked:
        near = not groups or candidate.probability >= floor
        if not near and candidate.probability < shares.COPY * best:
            break
        # A copy that is not itself worth stating is cited for the answer's first sentence only.
        stated = groups if near else groups[:1]
        group = next((g for g in stated if says_same(g[0].text, candidate.text, by_figure)), None)
        if group is None and near and len(groups) < shares.MAX_STATEMENTS and _adds(candidate, groups, question):
            groups.append([candidate])
        elif group is not None and all(member.teller != candidate.teller for member in group):
            group.append(candidate)
    return groups


def _adds(candidate: Candidate, groups: Sequence[Group], question: Question | None) -> bool:
    """Tell whether a further sentence is probable enough for what it is: of which article, with what is asked for."""
    if not groups or question is None:
        return True
    lead, least = groups[0][0], 0.0
    if question.kind in _SHORT:
        least = shares.OF_KIND if could_answer(question, candidate.text) else shares.NOT_OF_KIND
    if candidate.article.id != lead.article.id and not may_lead(candidate, lead, question):
        least = max(least, shares.OTHER_ARTICLE)
    return candidate.probability >= least * lead.probability


def order(groups: Iterable[Group]) -> list[Group]:
    """Put the groups in reading order within an article; the article of the best sentence comes first."""
    groups = list(groups)
    rank_of_article: dict[str, int] = {}
    for group in groups:
        rank_of_article.setdefault(group[0].article.id, len(rank_of_article))
    lead, rest = groups[:1], groups[1:]  # the best sentence leads: it is the answer, the others complete it
    return lead + sorted(rest, key=lambda g: (rank_of_article[g[0].article.id], g[0].sentence.ordinal))


def state(groups: Sequence[Group], forms: Sequence[Form] = ()) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """Turn groups into statements and citations numbered from 1 in order of appearance.

    Args:
        groups: What is stated.
        forms: The form of each group's statement; all plain where there are none.
    """
    statements: list[Statement] = []
    citations: list[Citation] = []
    plain: list[Form] = ["plain"] * len(groups)
    for group, form in zip(groups, forms or plain, strict=True):
        numbers = []
        for member in group:
            numbers.append(len(citations) + 1)
            citations.append(cite(len(citations) + 1, member.article, member.sentence, member.probability))
        support = max(member.probability for member in group)
        first, outlets = group[0], n_outlets(member.article.source for member in group)
        text = statement_text(first.text, first.article.published, form, outlets, first.article.source)
        # An event answers as a whole: no word of it is the answer.
        short = display_text(first.short) if first.short and form != "event" else None
        short_at = nearest(text, short, len(display_text(first.text[: first.short_at]))) if short else None
        statements.append(Statement(text, tuple(numbers), support, short, short_at))
    return tuple(statements), tuple(citations)


def abstention_text(missing_names: Sequence[str]) -> str:
    """Return the abstention in words; names that no article mentions are named, since that tells the asker why."""
    if not missing_names:
        return f"{ABSTENTION}."
    named = (
        " or ".join(missing_names)
        if len(missing_names) < 3
        else ", ".join(missing_names[:-1]) + f" or {missing_names[-1]}"
    )
    return f"{ABSTENTION}: no article mentions {named}."
