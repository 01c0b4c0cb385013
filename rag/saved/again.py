"""Asking again what additions have touched: saved questions, and those that were asked in vain.

Each question costs a search for every new generation, and an answer only where `basis` says that it can differ.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rag.chain import make_constraints
from rag.errors import RagError
from rag.saved.basis import basis_of
from rag.saved.filters import as_arguments
from rag.saved.vain import Vain, VainQuestions
from rag.saved.watched import Found, SavedQuestion, SavedQuestions
from rag.types import Answer, Constraints

if TYPE_CHECKING:
    from rag.api import Rag

N_VAIN_CHECKED = 100
"""Questions asked in vain that are looked at at a time, the last asked first: seconds, unless most are touched."""

Told = Callable[[int, int], None]
"""Called with (done, total) as it goes on."""

_logger = logging.getLogger(__name__)


def save(rag: Rag, answer: Answer, **filters: Any) -> tuple[SavedQuestion, bool]:
    """Save the question of an answer, as it stands by itself; return it, and whether it is new.

    Args:
        rag: The index that answered.
        answer: Its answer, an abstention too.
        **filters: What it was allowed to use, as `Rag.ask` takes it.

    Raises:
        SavedInvalid: Too many are saved, or the file cannot be written.
        SettingInvalid: A filter cannot be read.
    """
    question, given, basis = _made_of(rag, answer, filters)
    return SavedQuestions(rag.settings.index).add(question, given, answer, basis)


def record_vain(rag: Rag, answer: Answer, filters: Mapping[str, Any]) -> None:
    """Count the question of an answer that abstains, where the settings allow it; failing to is no fault of the answer.

    Arguments as for `save`, but that any answer may be given.
    """
    if not answer.abstained or not rag.settings.record_vain:
        return
    try:
        question, given, basis = _made_of(rag, answer, filters)
        VainQuestions(rag.settings.index).record(question, given, answer.generation, basis)
    except RagError as error:
        _logger.warning("A question without an answer was not counted: %s", error)


def _made_of(rag: Rag, answer: Answer, filters: Mapping[str, Any]) -> tuple[str, Constraints, str | None]:
    """Return question, filters and basis of an answer; no basis where something was added since it was given."""
    given = make_constraints(**({"as_of": answer.as_of} | dict(filters)))
    question = " ".join(answer.standalone_question.split())
    basis = basis_of(rag, question, given)
    return question, given, basis.digest if basis.generation == answer.generation else None


def ask_again(rag: Rag, question: str, given: Constraints, basis: str | None) -> Found:
    """Ask a question again if what its answer is made of is no longer `basis`."""
    newest = rag.generation
    try:
        now = basis_of(rag, question, given)
        if now.digest == basis:
            return Found(now.generation, basis)
        answer = rag.ask(question, **as_arguments(given))
    except RagError as error:  # such as: no article has that source any more
        return Found(newest, None, failure=str(error))
    same = answer.generation == now.generation  # else something was added in between: what it is made of is not known
    return Found(answer.generation, now.digest if same else None, answer)


def check_saved(rag: Rag, told: Told | None = None) -> list[SavedQuestion]:
    """Ask the saved questions again that the newest generation touches, and return all of them, the last saved first.

    Raises:
        SavedInvalid: The file cannot be read or written.
    """
    questions = SavedQuestions(rag.settings.index)
    newest = rag.generation
    due = [one for one in questions.all() if one.checked != newest]
    for n, one in enumerate(due, start=1):
        questions.record(one, ask_again(rag, one.question, one.given, one.basis))
        if told:
            told(n, len(due))
    return questions.all()


def check_vain(rag: Rag, told: Told | None = None, limit: int = N_VAIN_CHECKED) -> list[Vain]:
    """Try those asked in vain again that the newest generation touches, `limit` at most; return all of them.

    Raises:
        SavedInvalid: The file cannot be read or written.
    """
    questions = VainQuestions(rag.settings.index)
    newest = rag.generation
    due = [one for one in questions.all() if one.checked != newest][:limit]
    for n, one in enumerate(due, start=1):
        questions.record_checked(one, ask_again(rag, one.question, one.given, one.basis))
        if told:
            told(n, len(due))
    return questions.all()
