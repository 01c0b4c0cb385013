"""The list of every question: what was asked, said and cited, what is right, and how far the right thing got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.evaluation.judging import Judged
from rag.evaluation.outcomes import outcome, stage
from rag.evaluation.report.html import Html, slug, tag
from rag.evaluation.report.summary import ORDER
from rag.evaluation.results import UNJUDGED
from rag.types import Citation

N_CONSIDERED = 3  # sentences shown of what an abstention considered: enough to see what it came near to


def questions(judged: Sequence[Judged]) -> Html:
    """List every question with filters by outcome, kind and words."""
    counts = Counter(outcome(one) or UNJUDGED for one in judged)
    chips = [_chip(name, counts[name]) for name in ORDER if counts[name]]
    kinds = sorted({one.question.kind for one in judged if one.question.kind})
    options = [tag("option", "every kind", value=""), *(tag("option", kind, value=kind) for kind in kinds)]
    bar = tag(
        "div",
        tag("div", *chips, class_="chips", role="group", aria_label="Show only these outcomes"),
        tag(
            "div",
            tag("input", type="search", id="words", placeholder="Words in question, answer or id", aria_label="Words"),
            tag("select", *options, id="kind", aria_label="Kind of question") if kinds else None,
            tag("output", f"{len(judged):,} questions", id="shown"),
            class_="fields",
        ),
        class_="filters",
    )
    return tag(
        "section",
        tag("h2", "Every question"),
        bar,
        tag("div", *(_question(one) for one in judged), class_="list"),
        tag("p", "No question is left with these filters.", id="none", class_="soft", hidden=True),
        id="questions",
    )


def _chip(name: str, n: int) -> Html:
    swatch = tag("span", class_=f"swatch o-{slug(name)}")
    count = tag("span", f"{n:,}", class_="soft")
    return tag("button", swatch, f"{name} ", count, type="button", data_outcome=name, aria_pressed="false")


def _question(judged: Judged) -> Html:
    found = outcome(judged) or UNJUDGED
    question = judged.question
    summary = tag(
        "summary",
        tag("span", found, class_=f"badge o-{slug(found)}"),
        tag("span", question.question, class_="asked"),
        tag("span", question.id, class_="id"),
    )
    said = _said(judged)
    right = _right(judged)
    return tag(
        "details",
        summary,
        tag("div", tag("div", *said), tag("div", *right), class_="body"),
        class_="question",
        id=f"q-{question.id}",
        data_outcome=found,
        data_kind=question.kind or "",
    )


def _said(judged: Judged) -> list[Html | None]:
    """What the system made of the question."""
    prediction = judged.prediction
    if prediction is None:
        return [tag("h3", "Said"), tag("p", "No prediction.", class_="soft")]
    parts: list[Html | None] = [_history(judged)]
    answer = prediction.answer
    if answer is not None:
        facts = f"confidence {answer.confidence:.2f}"
        if answer.standalone_question != judged.question.question:
            facts += f" · read as “{answer.standalone_question}”"
        if judged.question.as_of:
            facts += f" · as of {judged.question.as_of}"
        parts += [tag("h3", "Said"), tag("p", answer.text, class_="said"), tag("p", facts, class_="soft")]
        parts += [_citation(citation, ok) for citation, ok in zip(answer.citations, judged.verbatim, strict=True)]
    return [*parts, _considered(judged), _choices(judged)]


def _history(judged: Judged) -> Html | None:
    turns = [tag("p", f"{turn.role}: {turn.content}", class_="soft") for turn in judged.question.history]
    return tag("div", tag("h3", "Before it"), *turns) if turns else None


def _citation(citation: Citation, verbatim: bool) -> Html:
    place = " · ".join(str(part) for part in (citation.title, citation.source, citation.published) if part)
    return tag(
        "blockquote",
        tag("p", tag("span", f"[{citation.number}] ", class_="number"), citation.quote),
        tag(
            "cite", place, f" · support {citation.support:.2f}", None if verbatim else tag("strong", " · not verbatim")
        ),
    )


def _considered(judged: Judged) -> Html | None:
    """Show the best sentences of an abstention: what it came near to saying."""
    if not judged.abstained or not judged.considered:
        return None
    nearest = [
        tag("blockquote", tag("p", one.text), tag("cite", f"{one.span.article_id} · {one.support:.2f}"))
        for one in judged.considered[:N_CONSIDERED]
    ]
    return tag("div", tag("h3", "Nearest sentences, not said"), *nearest)


def _choices(judged: Judged) -> Html | None:
    if not judged.question.choices:
        return None
    chosen = judged.prediction.choice if judged.prediction else None
    items = []
    for place, choice in enumerate(judged.question.choices):
        marks = [
            word for word, holds in (("right", place in judged.question.right), ("chosen", place == chosen)) if holds
        ]
        items.append(tag("li", choice, *(tag("span", mark, class_=f"mark m-{mark}") for mark in marks)))
    return tag("div", tag("h3", "Choices"), tag("ul", *items, class_="choices"))


def _right(judged: Judged) -> list[Html | None]:
    """What is right, and how far it got."""
    question = judged.question
    parts: list[Html | None] = [tag("h3", "Wanted")]
    if question.answerable is False:
        parts.append(tag("p", "Nothing: the articles do not answer it."))
    if question.answers:
        parts.append(tag("p", "Answer: ", tag("strong", " / ".join(question.answers))))
    if question.reference:
        parts.append(tag("p", question.reference))
    if len(question.evidence) > 1:
        parts.append(tag("p", "any one of these" if question.any_evidence else "all of these", class_="soft"))
    for place, quote in enumerate(question.evidence):
        fate = _fate(judged, place)
        parts.append(
            tag("blockquote", tag("p", quote.text), tag("cite", f"{quote.article_id} · {fate}"), class_="gold")
        )
    reached = stage(judged)
    if reached is not None and reached != "cited":
        parts.append(tag("p", f"Lost at: {reached}.", class_="soft"))
    return parts


def _fate(judged: Judged, place: int) -> str:
    """Say what became of one gold sentence."""
    if place >= len(judged.gold.evidence):
        return "not looked for"
    quote = judged.gold.evidence[place]
    if any(quote.hit_by(sentence.span) for sentence in judged.cited):
        return "cited"
    rank = next((rank for rank, one in enumerate(judged.considered, start=1) if quote.hit_by(one.span)), None)
    passages = judged.prediction.passages if judged.prediction else ()
    passage = next((rank for rank, span in enumerate(passages, start=1) if quote.hit_by(span)), None)
    if rank is not None:
        return f"not cited; considered at rank {rank}"
    return f"not considered; in passage {passage} of those found" if passage is not None else "not found"
