"""The JSON form of an answer, there and back: `rag ask --json`, the HTTP API and `predictions.jsonl`.

Knows the shape that DESIGN.md fixes; knows nothing of files, indexes or how an answer came about.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from rag.errors import AnswerInvalid
from rag.surrogates import SURROGATE
from rag.types import Answer, Citation, Evidence, Models, Statement

T = TypeVar("T")

PROBABILITY_DIGITS = 4  # what a calibrated probability can mean at most; keeps saved answers readable
TIMING_DIGITS = 1  # a tenth of a millisecond is below the jitter of any step


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Return the JSON form of `answer`, keys in DESIGN.md's order, with fresh lists and dicts throughout.

    Probabilities are rounded to 4 digits and timings to 1, so that a round trip gives an answer that is equal up to
    that rounding; a second round trip changes nothing more.
    """
    return {
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "as_of": answer.as_of.isoformat() if answer.as_of else None,
        "answer": answer.text,
        "abstained": answer.abstained,
        "confidence": _rounded(answer.confidence),
        "statements": [
            {"text": s.text, "citations": list(s.citations), "support": _rounded(s.support)} for s in answer.statements
        ],
        "citations": [citation_to_json(citation) for citation in answer.citations],
        "evidence": [
            {"article_id": e.article_id, "sentence": e.sentence, "score": _rounded(e.score)} for e in answer.evidence
        ],
        "generation": answer.generation,
        "models": {"encoder": answer.models.encoder, "evidence": answer.models.evidence, "llm": answer.models.llm},
        "timings_ms": {step: round(float(ms), TIMING_DIGITS) for step, ms in answer.timings_ms.items()},
    }


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """Read an answer back from its JSON form. Other keys (`id`, `choice`, …) are ignored.

    Raises:
        AnswerInvalid: A key is missing or its value cannot be that of an answer; the message names key and value.
    """
    top = _Record(data, "")
    models = top.record("models")
    return Answer(
        question=top.text("question"),
        standalone_question=top.text("standalone_question"),
        as_of=top.day("as_of"),
        text=top.text("answer"),
        abstained=top.get("abstained", bool, "true or false"),
        confidence=top.probability("confidence"),
        statements=tuple(
            Statement(s.text("text"), s.counts("citations"), s.probability("support"))
            for s in top.records("statements")
        ),
        citations=tuple(_citation_from_json(citation) for citation in top.records("citations")),
        evidence=tuple(
            Evidence(e.text("article_id"), e.count("sentence"), e.probability("score")) for e in top.records("evidence")
        ),
        generation=top.count("generation"),
        models=Models(models.text("encoder"), models.text("evidence"), models.text_or_none("llm")),
        timings_ms=top.timings("timings_ms"),
    )


def _rounded(probability: float) -> float:
    return round(float(probability), PROBABILITY_DIGITS)


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """Return the JSON form of one citation, keys in DESIGN.md's order."""
    return {
        "number": citation.number,
        "article_id": citation.article_id,
        "title": citation.title,
        "source": citation.source,
        "url": citation.url,
        "published": citation.published.isoformat() if citation.published else None,
        "sentences": list(citation.sentences),
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "digest": citation.digest,
        "support": _rounded(citation.support),
        "link": citation.link,
    }


def _citation_from_json(record: _Record) -> Citation:
    return Citation(
        number=record.count("number"),
        article_id=record.text("article_id"),
        title=record.text("title"),
        source=record.text_or_none("source"),
        url=record.text_or_none("url"),
        published=record.day("published"),
        sentences=record.counts("sentences"),
        start=record.count("start"),
        end=record.count("end"),
        quote=record.text("quote"),
        digest=record.text("digest"),
        support=record.probability("support"),
        link=record.text_or_none("link"),
    )


class _Record:
    """One JSON object and where it stands in the answer, so that every complaint can name its key."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, Mapping):
            raise _complaint(path or "the answer", data, "an object")
        self._data: Mapping[str, Any] = data
        self._path = path

    def _key(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _value(self, key: str) -> Any:
        if key not in self._data:
            raise AnswerInvalid(
                f"The answer has no {self._key(key)!r}, so it cannot be read. Save answers with `rag ask --json`."
            )
        return self._data[key]

    def get(self, key: str, kind: type[T], what: str) -> T:
        value = self._value(key)
        if not isinstance(value, kind):
            raise _complaint(self._key(key), value, what)
        if isinstance(value, str) and SURROGATE.search(value):
            raise _complaint(self._key(key), value, "text without lone surrogates")
        return value

    def text(self, key: str) -> str:
        return self.get(key, str, "text")

    def text_or_none(self, key: str) -> str | None:
        return None if self._value(key) is None else self.get(key, str, "text or null")

    def count(self, key: str) -> int:
        return _count(self._key(key), self._value(key))

    def counts(self, key: str) -> tuple[int, ...]:
        values = self.get(key, list, "a list of whole numbers")
        return tuple(_count(f"{self._key(key)}[{place}]", value) for place, value in enumerate(values))

    def probability(self, key: str) -> float:
        value = _number(self._key(key), self._value(key), "a number in [0, 1]")
        if not 0 <= value <= 1:
            raise _complaint(self._key(key), value, "a number in [0, 1]")
        return value

    def timings(self, key: str) -> dict[str, float]:
        steps = self.record(key)._data
        for step in steps:
            if SURROGATE.search(str(step)):
                raise _complaint(self._key(key), step, "text without lone surrogates")
        return {str(step): _number(f"{self._key(key)}.{step}", ms, "milliseconds") for step, ms in steps.items()}

    def day(self, key: str) -> date | None:
        value = self.text_or_none(key)
        if value is None:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None or day.isoformat() != value:  # fromisoformat takes 20230619 and 2023-W25-1 too
            raise _complaint(self._key(key), value, "a day as YYYY-MM-DD, or null")
        return day

    def record(self, key: str) -> _Record:
        return _Record(self._value(key), self._key(key))

    def records(self, key: str) -> list[_Record]:
        items = self.get(key, list, "a list of objects")
        return [_Record(item, f"{self._key(key)}[{place}]") for place, item in enumerate(items)]


def _count(key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _complaint(key, value, "a whole number from 0")
    return value


def _number(key: str, value: object, what: str) -> float:
    # the bound keeps int → float from overflowing; no figure of an answer comes near it
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e15 or math.isnan(value):
        raise _complaint(key, value, what)
    return float(value)


def _complaint(key: str, value: object, what: str) -> AnswerInvalid:
    shown = repr(value)
    if len(shown) > 80:  # enough to recognise the value; a whole article would bury the message
        shown = shown[:79] + "…"
    return AnswerInvalid(f"In the answer, {key!r} must be {what}, not {shown}. Save answers with `rag ask --json`.")
