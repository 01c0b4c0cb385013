"""The questions of an evaluation set: one JSON object a line, every line checked before any work begins.

One real record, from evals/seed:

    {"id": "f04", "question": "And what did Beijing say it was?", "history": [{"role": "user", "content": "…"}, …],
     "answerable": true, "kind": "pronoun", "answers": ["weather balloon"],
     "evidence": [{"article_id": "antony-blinken-…", "quote": "China insisted it was a weather balloon that …"}]}

Knows the form of a record and says which line, key and value is wrong; knows nothing of indexes and systems.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from reprlib import repr as short
from typing import Any, TypeVar

from rag.errors import SetInvalid
from rag.types import Turn

T = TypeVar("T")

N_CHOICES_LEAST = 2  # one choice is no choice


@dataclass(frozen=True, slots=True)
class Quote:
    """A gold sentence: the article, and the words as they stand in its text."""

    article_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set, with what is known about its answer.

    Attributes:
        answerable: Whether the articles answer it; None where the set does not say.
        answers: Acceptable short answers; any of them will do.
        choices: What can be chosen; empty where the question is open.
        right: Positions, from 0, of the right choices.
        evidence: Gold sentences. All of them are needed, unless `any_evidence`: then each answers alone.
        also: Sentences that may be cited beside them: neither required nor wrong.
        reference: A person's whole answer, in sentences.
        published: Other systems' recorded predictions: name → position of the choice, or text.
        kind: What sort of question it is, in the set's own words.
        line: Its line in questions.jsonl, from 1.
    """

    id: str
    question: str
    as_of: date | None = None
    history: tuple[Turn, ...] = ()
    answerable: bool | None = None
    answers: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
    evidence: tuple[Quote, ...] = ()
    any_evidence: bool = False
    also: tuple[Quote, ...] = ()
    reference: str | None = None
    published: Mapping[str, Any] = field(default_factory=dict)
    kind: str | None = None
    line: int = 0


def read_questions(path: Path) -> list[Question]:
    """Read and check every line of a questions file; blank lines are passed over.

    Raises:
        SetInvalid: The file cannot be read, has no question in it, or a line is wrong; the message names file, line,
            key and value.
    """
    questions: list[Question] = []
    seen: dict[str, int] = {}
    for number, line in _lines(path):
        record = _Line(path, number, _object(path, number, line))
        question = _question(record, number)
        if question.id in seen:
            raise record.fault("id", question.id, f"an id of its own; line {seen[question.id]} has this one already")
        seen[question.id] = number
        questions.append(question)
    if not questions:
        raise SetInvalid(f"{path} has no questions in it. Write one JSON object a line with id and question.")
    return questions


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SetInvalid(
            f"{path} cannot be read: {error.strerror}. An evaluation set is a folder with questions.jsonl in it."
        ) from error
    except UnicodeDecodeError as error:
        raise SetInvalid(f"{path} is not UTF-8 at byte {error.start}. Save it as UTF-8.") from error
    for number, line in enumerate(text.split("\n"), start=1):  # not splitlines: U+2028 may stand inside a string
        if line.strip():
            yield number, line


def _object(path: Path, number: int, line: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SetInvalid(f"{path}:{number}: not JSON: {error}. Write one JSON object a line.") from error
    if not isinstance(value, dict):
        raise SetInvalid(f"{path}:{number}: is {short(value)}, not a JSON object. Write one JSON object a line.")
    return value


def _question(record: _Line, number: int) -> Question:
    choices = record.texts("choices")
    question = Question(
        id=record.text("id"),
        question=record.text("question"),
        as_of=record.day("as_of"),
        history=record.each("history", _turn),
        answerable=record.flag("answerable"),
        answers=record.texts("answers"),
        choices=choices,
        right=record.positions("answer", len(choices)),
        evidence=record.each("evidence", _quote),
        any_evidence=bool(record.flag("any")),
        also=record.each("also", _quote),
        reference=record.optional_text("reference"),
        published=record.mapping("published"),
        kind=record.optional_text("kind"),
        line=number,
    )
    _check_together(record, question)
    return question


def _check_together(record: _Line, question: Question) -> None:
    """Check what no key can tell alone."""
    n_choices = len(question.choices)
    if 0 < n_choices < N_CHOICES_LEAST:
        raise record.fault("choices", list(question.choices), f"at least {N_CHOICES_LEAST} texts")
    if n_choices and not question.right:
        raise record.fault("answer", [], "the positions of the right choices, from 0")
    if question.answerable is False and (question.evidence or question.answers):
        key = "evidence" if question.evidence else "answers"
        raise record.fault(key, record.data[key], "left away, since answerable is false")


def _turn(record: _Line) -> Turn:
    role = record.text("role")
    if role not in ("user", "assistant"):
        raise record.fault("role", role, "'user' or 'assistant'")
    return Turn("user" if role == "user" else "assistant", record.text("content"))


def _quote(record: _Line) -> Quote:
    return Quote(record.text("article_id"), record.text("quote"))


@dataclass(frozen=True, slots=True)
class _Line:
    """One JSON object and where it stands, so that every complaint can name file, line, key and value."""

    path: Path
    number: int
    data: Mapping[str, Any]
    within: str = ""

    def fault(self, key: str, value: object, must_be: str) -> SetInvalid:
        place = f"{self.path}:{self.number}"
        return SetInvalid(f"{place}: {self.within + key!r} is {short(value)}; it must be {must_be}. Correct that line.")

    def text(self, key: str) -> str:
        value = self.data.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(key, value, "text that is not empty")
        return value

    def optional_text(self, key: str) -> str | None:
        return None if self.data.get(key) is None else self.text(key)

    def flag(self, key: str) -> bool | None:
        value = self.data.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise self.fault(key, value, "true or false")

    def day(self, key: str) -> date | None:
        value = self.optional_text(key)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.fault(key, value, "a day as YYYY-MM-DD") from None

    def items(self, key: str) -> list[Any]:
        value = self.data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.fault(key, value, "a list")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        items = self.items(key)
        for place, item in enumerate(items):
            if not isinstance(item, str) or not item.strip():
                raise self.fault(f"{key}[{place}]", item, "text that is not empty")
        return tuple(items)

    def positions(self, key: str, n: int) -> tuple[int, ...]:
        value = self.data.get(key)
        items = [value] if isinstance(value, int) else self.items(key)
        for place, item in enumerate(items):
            if not isinstance(item, int) or isinstance(item, bool) or not 0 <= item < n:
                raise self.fault(f"{key}[{place}]", item, f"a position among the {n} choices, from 0")
        return tuple(items)

    def each(self, key: str, read: Callable[[_Line], T]) -> tuple[T, ...]:
        found = []
        for place, item in enumerate(self.items(key)):
            if not isinstance(item, dict):
                raise self.fault(f"{key}[{place}]", item, "an object")
            found.append(read(_Line(self.path, self.number, item, f"{self.within}{key}[{place}].")))
        return tuple(found)

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self.data.get(key)
        if value is None or isinstance(value, dict):
            return value or {}
        raise self.fault(key, value, "an object")
