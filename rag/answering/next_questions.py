"""After an answer, what to ask next: questions that the articles answer, each tried before it is offered.

A question is asked as the asker would ask it, and offered only where its answer begins with the sentence that it was
made from, or with one that makes the same question, and with none that was cited before. Knows a way to ask; where the
questions come from is in `proposals.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rag.answering.draft import Draft
from rag.answering.followup import standalone_question
from rag.answering.proposals import NEAR, Proposal, drafted, lead_proposals, near, proposals
from rag.answering.sameness import same
from rag.answering.speech import speeches
from rag.answering.topics import content_of
from rag.index import Snapshot
from rag.types import Answer, Article, Citation, Sentence, Turn
from rag.words import content_stems, words

N_QUESTIONS = 3
"""Offered at most: what is read at a glance."""
N_TRIED = 5
"""Asked at most for them: each takes as long as an answer, about 0.3 s on two cores."""
N_FROM_LEAD = 2
"""Questions tried of one article's lead: its best and another."""

Asking = Callable[[str], Answer]
"""Asks a question as the asker would, with the conversation so far."""


def next_questions(answer: Answer, snapshot: Snapshot, ask: Asking, history: Sequence[Turn] = ()) -> Iterator[str]:
    """Yield up to `N_QUESTIONS` questions that lead on from an answer, of different kinds, each as soon as it is tried.

    Args:
        answer: The last answer of a conversation; an abstention leads nowhere.
        snapshot: The index at one generation.
        ask: Asks a question with the conversation so far, the answer included.
        history: That conversation.
    """
    known = [citation.quote for citation in answer.citations]
    asked = {_plain(turn.content) for turn in history if turn.role == "user"} | {_plain(answer.question)}
    said = " ".join(turn.content for turn in history if turn.role == "assistant")

    def is_new(proposal: Proposal) -> bool:
        question, text = proposal.draft.question, proposal.text
        told = text in said or any(same(text, quote) for quote in known)
        return not told and _plain(question) not in asked and standalone_question(question, history) == question

    made = filter(is_new, proposals(answer, snapshot))
    yield from _tried(made, snapshot, ask, known, N_TRIED, lambda p: p.draft.kind)


def first_questions(articles: Sequence[Article], snapshot: Snapshot, ask: Asking) -> Iterator[str]:
    """Yield up to `N_QUESTIONS` questions to begin with, each from the lead of another article, likewise tried."""
    made = (proposal for article in articles for proposal in lead_proposals(article, snapshot)[:N_FROM_LEAD])
    yield from _tried(made, snapshot, ask, [], 2 * N_TRIED, lambda p: p.article.id)


def _tried(
    made: Iterable[Proposal],
    snapshot: Snapshot,
    ask: Asking,
    known: Sequence[str],
    most: int,
    group: Callable[[Proposal], str],
) -> Iterator[str]:
    """Ask at most `most` of the questions and yield those that are answered, one of each group and sentence."""
    n_tried, groups, sentences = 0, set[str](), set[Sentence]()
    for proposal in made:
        if n_tried == most or len(groups) == N_QUESTIONS:
            return
        if group(proposal) in groups or proposal.sentence in sentences:
            continue
        n_tried += 1
        if _is_answered(ask(proposal.draft.question), proposal, snapshot, known):
            groups.add(group(proposal))
            sentences.add(proposal.sentence)
            yield proposal.draft.question


def _is_answered(answer: Answer, proposal: Proposal, snapshot: Snapshot, known: Sequence[str]) -> bool:
    """Tell whether an answer begins with the sentence of a proposal, or with another that makes the same question."""
    if answer.abstained or any(same(answer.citations[0].quote, quote) for quote in known):
        return False
    first = [c for c in answer.citations if c.number in answer.statements[0].citations]
    return any(same(c.quote, proposal.text) or _makes(c, proposal.draft, snapshot) for c in first)


def _makes(citation: Citation, draft: Draft, snapshot: Snapshot) -> bool:
    """Tell whether a cited sentence makes the same question, or is what the same speaker said about the same."""
    article, sentences = snapshot.article(citation.article_id), snapshot.sentences(citation.article_id)
    beside = near(sentences, citation.sentences, NEAR)
    context = frozenset(content_stems(draft.question))
    for other, sentence, _ in drafted(article, beside, context):
        if other.question == draft.question and sentence.ordinal in citation.sentences:
            return True
    if draft.kind != "said":
        return False
    name, _, topic = draft.question.removeprefix("What did ").partition(" say about ")
    labels = zip(speeches(article.text, [(s.start, s.end) for s in beside]), beside, strict=True)
    speakers = {label.speaker for label, s in labels if s.ordinal in citation.sentences}
    stems = set(content_stems(topic))
    return name.removeprefix("the ") in speakers and stems <= set(content_stems(content_of(citation.quote)))


def _plain(question: str) -> str:
    return " ".join(words(question.lower()))
