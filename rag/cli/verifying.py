"""`rag verify`: reads saved answers and shows what became of their citations."""

from __future__ import annotations

import json as json_module
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.options import Index, Json, open_rag
from rag.cli.terminal import Screen, print_json
from rag.errors import AnswerInvalid

if TYPE_CHECKING:
    from rag.types import Answer
    from rag.verify import VerifyReport

STYLES = {"ok": "green", "changed": "yellow", "missing": "yellow", "wrong": "red"}


def verify(
    file: Annotated[
        str, typer.Argument(metavar="ANSWER.json", help="A saved answer, many (.jsonl), or -.", show_default=False)
    ],
    index: Index = None,
    json: Json = False,
) -> None:
    """Re-check every citation of a saved answer.

    Each is ok, changed (the article is another one now), missing (it is gone) or wrong. Exits with 1 unless all are ok.
    """
    answers = read_answers(file)
    rag = open_rag(index)
    reports = [rag.verify(answer) for answer in answers]
    ok = all(report.ok for report in reports)
    if json:
        from rag.forms import plain_form

        checked = zip(answers, reports, strict=True)
        print_json(
            {"ok": ok, "answers": [{"question": answer.question} | plain_form(report) for answer, report in checked]}
        )
    else:
        _show(Screen(), answers, reports)
    if not ok:
        raise typer.Exit(1)


def read_answers(file: str) -> list[Answer]:
    """Read the answers of a file, or of standard input for `-`: one JSON object or several, on a line each or not.

    Raises:
        AnswerInvalid: It cannot be opened, is not JSON, has no answer in it, or one of them is not an answer.
    """
    from rag.answer_json import answer_from_json

    name = "standard input" if file == "-" else file
    objects = _objects(_text(file, name), name)
    answers = []
    for place, data in enumerate(objects, start=1):
        try:
            answers.append(answer_from_json(data))
        except AnswerInvalid as error:
            where = f"{name}, answer {place}" if len(objects) > 1 else name
            raise AnswerInvalid(f"{where}: {error}") from error
    return answers


def _text(file: str, name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig")  # a byte order mark is no part of the JSON
    except OSError as error:
        raise AnswerInvalid(
            f"{name} cannot be read: {error.strerror}. Name a file that `rag ask --json` wrote."
        ) from error
    except UnicodeDecodeError as error:
        raise AnswerInvalid(f"{name} is not UTF-8 text: {error}. Save answers with `rag ask --json`.") from error


def _objects(text: str, name: str) -> list[Any]:
    decoder = json_module.JSONDecoder()
    objects, place = [], 0
    while (place := _past_space(text, place)) < len(text):
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:  # a ValueError that is no JSONDecodeError: a number too long
            line = text.count("\n", 0, getattr(error, "pos", place)) + 1
            otherwise = "nested too deeply" if isinstance(error, RecursionError) else "it has a number that is too long"
            reason = getattr(error, "msg", otherwise)
            raise AnswerInvalid(f"{name}:{line}: not JSON: {reason}. Save answers with `rag ask --json`.") from error
        objects.append(value)
    if not objects:
        raise AnswerInvalid(f"{name} is empty; there is no answer to check. Save answers with `rag ask --json`.")
    return objects


def _past_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place


def _show(screen: Screen, answers: list[Answer], reports: list[VerifyReport]) -> None:
    counts = dict.fromkeys(STYLES, 0)
    for answer, report in zip(answers, reports, strict=True):
        screen.line((answer.question, "bold"))
        if not report.citations:
            screen.line("  nothing to check: an abstention")
        for check in report.citations:
            counts[check.status] += 1
            label = f"  [{check.number}] " if check.number else "  answer "  # 0: no one citation is at fault
            screen.line(label, (f"{check.status:<8}", STYLES[check.status]), check.article_id)
            if check.detail:
                screen.paragraph(check.detail, 6)
    found = ", ".join(f"{count:,} {status}" for status, count in counts.items() if count or status == "ok")
    screen.line(f"{sum(counts.values()):,} checked: {found}")
