"""`rag saved`: questions that are asked again when articles are added, and those that were asked in vain.

Heavy imports stand in the functions: `--help` and the list need no encoder.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.options import AsOf, Index, Json, Since, Sources, Until, filters, open_rag
from rag.cli.terminal import Screen, print_json
from rag.display import counted
from rag.errors import SavedInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.api import Rag
    from rag.saved import SavedQuestion, Vain

INDENT = 4


class Action(StrEnum):
    """What to do with the saved questions."""

    LIST = "list"
    ADD = "add"
    REMOVE = "remove"
    READ = "read"
    CHECK = "check"
    VAIN = "vain"
    FORGET = "forget"


def saved(
    action: Annotated[
        Action,
        typer.Argument(
            metavar="ACTION",
            help="list: show them. add: ask a question and save it. remove: delete N. read: mark the answer of N as "
            "read. check: ask those again that additions touch. vain: show what the articles did not answer, by topic. "
            "forget: delete N of these.",
        ),
    ] = Action.LIST,
    subject: Annotated[
        str | None, typer.Argument(metavar="QUESTION|N", help="The question to add, or the number.")
    ] = None,
    as_of: AsOf = None,
    since: Since = None,
    until: Until = None,
    source: Sources = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Keep questions and see which cited sentences came and went since.

    A question is asked again only where an added, changed or removed article touches what its answer is made of. They
    are kept in the index folder, and no rebuilding loses them.
    """
    allowed = filters(as_of, since, until, source)
    if (subject is None) == (action in (Action.ADD, Action.REMOVE, Action.READ, Action.FORGET)):
        needs = "needs a question" if action is Action.ADD else "needs a number" if subject is None else "takes no more"
        raise typer.BadParameter(f"`rag saved {action}` {needs}.")
    rag = open_rag(index)
    if action in (Action.VAIN, Action.FORGET):
        _tell_vain(rag, json, forget=None if subject is None else _number(subject))
    else:
        _tell_saved(_done(rag, action, subject or "", allowed), json)
    if action is not Action.ADD:
        _refuse_damaged(rag, action)


def _done(rag: Rag, action: Action, subject: str, allowed: dict[str, Any]) -> Sequence[SavedQuestion]:
    """Do what is wanted and return the questions to show."""
    from rag.saved import SavedQuestions, check_saved, save

    questions = SavedQuestions(rag.settings.index)
    if action is Action.ADD:
        return [save(rag, rag.ask(subject, **allowed), **allowed)[0]]
    if action is Action.CHECK:
        return check_saved(rag)
    if action is Action.REMOVE:
        questions.remove(_number(subject))
    if action is Action.READ:
        number = _number(subject)
        questions.accept(number, questions.get(number).present.generation)
    return questions.all()


def _refuse_damaged(rag: Rag, action: Action) -> None:
    """Fail over questions that could not be listed, after those that could."""
    from rag.saved import SavedQuestions, VainQuestions

    kept = VainQuestions if action in (Action.VAIN, Action.FORGET) else SavedQuestions
    if damaged := kept(rag.settings.index).damaged():
        raise SavedInvalid(" ".join(damaged))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise typer.BadParameter(f"{text!r} is no number; `rag saved` lists the questions with theirs.")
    return int(text)


def _tell_saved(questions: Sequence[SavedQuestion], json: bool) -> None:
    if json:
        print_json({"saved": [_saved_form(one) for one in questions]})
        return
    screen = Screen()
    if not questions:
        screen.line("No question is saved. Save one with `rag saved add QUESTION`.")
    for one in questions:
        _show(screen, one)


def _saved_form(one: SavedQuestion) -> dict[str, Any]:
    from rag.answer_json import answer_to_json
    from rag.saved import change_of

    change, before, now = change_of(one.read, one.present), answer_to_json(one.read), answer_to_json(one.present)
    came, went = ({citation.number for citation in moved} for moved in (change.came, change.went))
    return {
        "number": one.number,
        "question": one.question,
        "filters": _filters_form(one),
        "saved_at": one.saved_at.isoformat(),
        "read_at": one.read_at.isoformat(),
        "checked_at": one.checked_at.isoformat(),
        "checked": one.checked,
        "changed": bool(change),
        "turned": change.turned,
        "came": [citation for citation in now["citations"] if citation["number"] in came],
        "went": [citation for citation in before["citations"] if citation["number"] in went],
        "failure": one.failure,
        "answer": now,
    }


def _show(screen: Screen, one: SavedQuestion) -> None:
    from rag.saved import change_of
    from rag.saved.filters import in_words

    change = change_of(one.read, one.present)
    words = ", ".join(in_words(one.given))
    screen.line((f"{one.number}. ", "cyan"), (one.question, "bold"), f"  ({words})" if words else "")
    if one.failure:
        screen.paragraph(f"It could not be asked again: {one.failure}", INDENT, style="red")
    screen.paragraph(one.present.text, INDENT, style="yellow" if one.present.abstained else "")
    since = one.read_at.date().isoformat()
    if not change:
        screen.line(" " * INDENT, (f"nothing changed since {since}", "dim"))
        return
    turned = {"answered": "answered now; ", "unanswered": "no longer answered; ", None: ""}[change.turned]
    screen.line(" " * INDENT, (f"{turned}since {since}: {len(change.came)} came, {len(change.went)} went", "yellow"))
    for sign, style, moved in (("+", "green", change.came), ("-", "red", change.went)):
        for citation in moved:
            screen.paragraph(f"{sign} “{citation.quote}”", INDENT, style=style)
            day = citation.published.isoformat() if citation.published else "undated"
            screen.line(" " * (INDENT + 2), " · ".join(p for p in (citation.title, citation.source, day) if p))


def _tell_vain(rag: Rag, json: bool, forget: int | None) -> None:
    from rag.saved import VainQuestions, check_vain
    from rag.saved.topics import topics

    if forget is not None:
        VainQuestions(rag.settings.index).forget([forget])
    asked = check_vain(rag)
    groups = topics([one.question for one in asked], rag.encoder.encode([one.question for one in asked]))
    if json:
        topic_of = {place: topic.name for topic in groups for place in topic.members}
        print_json({"questions": [_vain_form(one, topic_of[place]) for place, one in enumerate(asked)]})
        return
    screen = Screen()
    if not asked:
        screen.line("No question was asked in vain, in page or API.")
    for topic in groups:
        screen.line((topic.name, "bold"), f"  {counted(len(topic.members), 'question')}")
        for one in (asked[place] for place in topic.members):
            told = f"{counted(one.n_asked, 'time')}, last {one.last_day.isoformat()}"
            screen.line(" " * INDENT, one.question, (f"  {told}", "dim"), ("  answered by now" * one.answered, "green"))


def _vain_form(one: Vain, topic: str) -> dict[str, Any]:
    return {
        "number": one.number,
        "question": one.question,
        "filters": _filters_form(one),
        "topic": topic,
        "n_asked": one.n_asked,
        "days": {day.isoformat(): n for day, n in one.days.items()},
        "answered": one.answered,
    }


def _filters_form(one: SavedQuestion | Vain) -> dict[str, Any]:
    import json

    from rag.saved.filters import filters_text

    form: dict[str, Any] = json.loads(filters_text(one.given))
    return form
