"""Questions that may be asked next, before any is tried: from the sentences near an answer's, the best first.

Knows snapshots and answers; how questions are worded is in `drafts.py`, which of them are offered in
`next_questions.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.draft import Draft, Kind, Told
from rag.answering.drafts import drafts
from rag.answering.namebook import names_of
from rag.answering.speech import Speech, speeches
from rag.errors import ArticleNotFound
from rag.index import Snapshot
from rag.reading.citable import is_citable
from rag.types import Answer, Article, Sentence
from rag.words import content_stems

N_ARTICLES = 5
"""Articles that questions are made from: those cited, then those read beside them."""
AROUND = 40
"""Sentences of a cited article read before and behind a cited one: most articles are shorter."""
NEAR = 6
"""Sentences from a cited one on within which everything told has to do with it; of other articles no more are read."""
LEAD = 12
"""First sentences of an article, which tell its story."""
WELL_KNOWN = 40
"""Passages with a name from which on nobody asks who or what that is."""
_WORTH: dict[Kind, float] = {
    "why": 1.0, "how many": 0.9, "how much": 0.9, "said": 0.8, "what": 0.8, "how": 0.8, "who": 0.7, "what is": 0.7,
    "who is": 0.5, "where": 0.5, "when": 0.5,
}  # fmt: skip
"""How welcome each kind is, by judgement: what explains comes before what dates."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question, the sentence that it was made from, and how well it leads on; higher is better."""

    draft: Draft
    article: Article
    sentence: Sentence
    worth: float

    @property
    def text(self) -> str:
        """The sentence."""
        return self.article.text[self.sentence.start : self.sentence.end]


def proposals(answer: Answer, snapshot: Snapshot) -> list[Proposal]:
    """Return the questions that may be asked after an answer, best first; none after an abstention."""
    if answer.abstained:
        return []
    cited: dict[str, list[int]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.article_id, []).extend(citation.sentences)
    read: dict[str, list[int]] = {}
    for evidence in answer.evidence:
        read.setdefault(evidence.article_id, []).append(evidence.sentence)
    spoken_of = " ".join([answer.standalone_question, *(f"{c.title} {c.quote}" for c in answer.citations)])
    context = frozenset(content_stems(spoken_of))
    made: list[Proposal] = []
    for article_id in list(dict.fromkeys([*cited, *read]))[:N_ARTICLES]:
        own = cited.get(article_id, [])
        around, most = (own, AROUND) if own else (read[article_id], NEAR)
        try:
            article, sentences = snapshot.article(article_id), snapshot.sentences(article_id)
        except ArticleNotFound:  # removed since the answer was given
            continue
        made += _of_article(article, near(sentences, around, most), context, own, snapshot)
    best: dict[str, Proposal] = {}
    for proposal in sorted(made, key=lambda p: (-p.worth, p.article.id, p.sentence.ordinal)):
        best.setdefault(proposal.draft.question, proposal)
    return list(best.values())


def lead_proposals(article: Article, snapshot: Snapshot) -> list[Proposal]:
    """Return the questions that the first sentences of an article answer about its story, best first."""
    context = frozenset(content_stems(article.title))
    lead = snapshot.sentences(article.id)[:LEAD]
    return sorted(_of_article(article, lead, context, [], snapshot), key=lambda p: (-p.worth, p.sentence.ordinal))


def drafted(
    article: Article, sentences: Sequence[Sentence], context: frozenset[str]
) -> Iterator[tuple[Draft, Sentence, Speech]]:
    """Yield what may be asked about consecutive sentences of an article, with each sentence and whose words it is."""
    names = names_of(article.text)
    spoken = speeches(article.text, [(s.start, s.end) for s in sentences])
    for sentence, speech in zip(sentences, spoken, strict=True):
        text = article.text[sentence.start : sentence.end]
        if is_citable(text):
            yield from ((draft, sentence, speech) for draft in drafts(Told(text, speech, names, context)))


def near(sentences: Sequence[Sentence], around: Sequence[int], most: int) -> list[Sentence]:
    """Return the sentences at most `most` away from one of the ordinals in `around`."""
    return [s for s in sentences if any(abs(s.ordinal - at) <= most for at in around)]


def _of_article(
    article: Article, sentences: Sequence[Sentence], context: frozenset[str], cited: Sequence[int], snapshot: Snapshot
) -> Iterator[Proposal]:
    for draft, sentence, _ in drafted(article, sentences, context):
        proposal = Proposal(draft, article, sentence, _worth(draft, sentence, context, cited))
        if sentence.ordinal not in cited and _leads_on(proposal, context, cited, snapshot):
            yield proposal


def _leads_on(proposal: Proposal, context: frozenset[str], cited: Sequence[int], snapshot: Snapshot) -> bool:
    """Tell whether a question has to do with what is spoken of, and asks for nobody whom everybody knows."""
    draft = proposal.draft
    if draft.kind in ("who is", "what is"):
        name = draft.question.split(" is ", 1)[1].rstrip("?")
        return bool(cited) and snapshot.count_with_words(name) < WELL_KNOWN
    beside = any(abs(proposal.sentence.ordinal - at) <= NEAR for at in cited)
    return beside or bool(set(content_stems(draft.question)) & context)


def _worth(draft: Draft, sentence: Sentence, context: frozenset[str], cited: Sequence[int]) -> float:
    """Weigh a question: its kind, how much of it has been spoken of, and how near a cited sentence it was made."""
    shared = len(set(content_stems(draft.question)) & context)
    away = min((abs(sentence.ordinal - at) for at in cited), default=AROUND)
    return _WORTH[draft.kind] + 0.4 * min(shared, 3) - min(away, AROUND) / AROUND
