"""Small things to measure: an article of five sentences, a set about it, and judged questions made by hand."""

from __future__ import annotations

import json
from datetime import date

from rag.evaluation.gold import Gold, GoldQuote, Span
from rag.evaluation.judging import Judged, ReadSentence
from rag.evaluation.predictions import Prediction
from rag.evaluation.questions import Question
from rag.types import Answer, Article, Models

TALKS = Article(
    "talks",
    "Blinken and Xi hold talks",
    "Antony Blinken met Xi Jinping in Beijing on Monday. The meeting with Xi lasted 35 minutes. Rain fell all day.",
    source="Example Times",
    url="https://times.example/talks",
    published=date(2023, 6, 19),
)
QUAKE = Article(
    "quake",
    "Quake hits Hatay",
    "A strong quake hit Hatay on Sunday. At least 5 people were killed in the quake.",
    published=date(2023, 2, 6),
)

RECORDS = (
    {"id": "long", "question": "How long did the meeting with Xi last?", "answerable": True, "kind": "how-long",
     "answers": ["35 minutes"],
     "evidence": [{"article_id": "talks", "quote": "The meeting with Xi lasted 35 minutes."}]},
    {"id": "killed", "question": "How many people were killed in the quake?", "answerable": True, "kind": "number",
     "answers": ["5", "five"],
     "evidence": [{"article_id": "quake", "quote": "At least 5 people were killed in the quake."}]},
    {"id": "where", "question": "Where did Blinken meet Xi?", "choices": ["Paris", "Beijing"], "answer": [1],
     "published": {"other": 0}},
    {"id": "cup", "question": "Who won the World Cup final?", "answerable": False, "kind": "off-topic"},
)  # fmt: skip


def write_set(folder, records=RECORDS, articles=(TALKS, QUAKE)):
    """Write a set folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if articles:
        rows = ({"id": a.id, "title": a.title, "text": a.text, "published": a.published.isoformat()} for a in articles)
        (folder / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def span(start, end, article="a"):
    return Span(article, start, end)


def quote(*places, article="a"):
    return GoldQuote(article, tuple(Span(article, start, end) for start, end in places))


def answer(*, abstained=False, confidence=0.8, text="Said. [1]", timings_ms=None):
    models = Models("e", "m")
    return Answer("q", "q", None, text, abstained, confidence, (), (), (), 1, models, timings_ms or {})


def judged(
    *,
    cited=(),
    evidence=(),
    also=(),
    any_evidence=False,
    considered=(),
    passages=(),
    prediction=True,
    said=None,
    choice=None,
    system_answers=True,
    **question,
):
    """Make a judged question; `cited` and `considered` are (start, end, text, support) of article "a"."""
    made = Prediction(said or answer(abstained=not cited), choice, tuple(passages)) if prediction else None

    def sentences(rows):
        return tuple(ReadSentence(Span("a", start, end), text, support) for start, end, text, support in rows)

    return Judged(
        Question(**{"id": "q", "question": "q?", **question}),
        Gold(tuple(evidence), any_evidence, tuple(also)),
        made,
        cited=sentences(cited),
        considered=sentences(considered),
        system_answers=system_answers,
    )
