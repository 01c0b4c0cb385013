"""Asking again what additions have touched: saved questions, and those that were asked in vain.

Each question costs a search for every new generation, and an answer only where `basis` says that it can differ.
"""

from __future__ import annotations

from collections.abc import Callable
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
"""Questions asked in vain that are tried again at a time, the last asked first: some 30 s where all are touched."""

Told = Callable[[int, int], None]
"""Called with (done, total) as it goes on."""


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
    given = make_constraints(**({"as_of": answer.as_of} | filters))
    question = " ".join(answer.standalone_question.split())
    basis = basis_of(rag, question, given)
    known = basis.digest if basis.generation == answer.generation else None
    return SavedQuestions(rag.settings.index).add(question, given, answer, known)


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
