"""What callers of the facade hand in, checked before anything is done with it.

Knows which types and ranges arguments have; knows nothing of what they are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from rag.errors import QuestionInvalid, ReadError, SettingInvalid
from rag.reading import ADDRESS
from rag.types import Turn
from rag.words import without_unseen

# A question is a sentence or a paragraph, not a document: the encoder reads 256 tokens, about 1,000 characters.
MAX_QUESTION_CHARS = 2_000
N_NAMED = 10  # sources named in a message: enough to see how they are written

_SUCH_AS = {
    "question": "Ask something like 'what did Blinken raise with Xi?'.",
    "claim": "State something like 'Blinken met Xi in Beijing'.",
}
_SHORTER = {
    "question": "Ask a shorter one; texts to search in are added with `rag add`.",
    "claim": "Check it in parts.",
}


def question_of(value: object) -> str:
    """Return a question that is text.

    Raises:
        QuestionInvalid: It is something else.
    """
    if not isinstance(value, str):
        raise QuestionInvalid(f"The question is {value!r}, which is no text. Ask something like 'Who met Xi?'.")
    return value


def usable(text: str, name: Literal["question", "claim"] = "question") -> str:
    """Return a question or claim as it is read: without characters that are not seen, and with single spaces.

    Raises:
        QuestionInvalid: It has no words, or more than `MAX_QUESTION_CHARS` characters.
    """
    text = " ".join(without_unseen(text).split())
    if not any(char.isalnum() for char in text):
        raise QuestionInvalid(f"The {name} {text[:40]!r} has no words in it. {_SUCH_AS[name]}")
    if len(text) > MAX_QUESTION_CHARS:
        raise QuestionInvalid(
            f"The {name} has {len(text):,} characters; {MAX_QUESTION_CHARS:,} are read at most. {_SHORTER[name]}"
        )
    return text


def day_of(value: date | str | None) -> date | str | None:
    """Return a day; a time's own day for a `datetime`, which compares with no date."""
    return value.date() if isinstance(value, datetime) else value


def turns_of(history: Iterable[object]) -> tuple[Turn, ...]:
    """Return the turns of a conversation.

    Raises:
        SettingInvalid: One of them is not a `Turn`.
    """
    turns = []
    for turn in history:
        if not isinstance(turn, Turn):
            raise SettingInvalid(f"history has {turn!r}, which is no turn. Give Turn('user', 'Who met Xi?').")
        turns.append(turn)
    return tuple(turns)


def count_of(name: str, value: int, least: int) -> int:
    """Return a whole number from `least`.

    Raises:
        SettingInvalid: It is smaller or no whole number.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise SettingInvalid(f"{name} is {value!r}; it has to be a whole number from {least}.")
    return value


def check_sources(sources: str | Sequence[str], known: Mapping[str, int]) -> None:
    """Check that at least one of `sources` is a source of the index, case aside; none at all is fine.

    Raises:
        SettingInvalid: None of them is; the message names sources that are.
    """
    named = [sources] if isinstance(sources, str) else list(sources)
    folded = {name.casefold() for name in known}
    if not named or any(str(name).casefold() in folded for name in named):
        return
    wanted = " or ".join(repr(name) for name in named)
    there = ", ".join(list(known)[:N_NAMED]) + (f" and {len(known) - N_NAMED:,} more" if len(known) > N_NAMED else "")
    raise SettingInvalid(f"No article has the source {wanted}. Sources: {there or 'none is named by any article'}.")


def check_targets(targets: Sequence[object]) -> None:
    """Check that there is something to add, and that every local path exists, before any of it is read.

    Raises:
        ReadError: There is nothing to add, something that is neither path nor address, or a path that is not there.
    """
    if not targets:
        raise ReadError("Nothing was named, so nothing was added. Name a file, a folder, or an http(s) address.")
    for target in targets:
        if not isinstance(target, str | Path):
            raise ReadError(f"{target!r} is neither a path nor an address; give a file, a folder, or an address.")
        name = str(target)
        if name and "\0" not in name and not ADDRESS.match(name) and not _exists(Path(name)):
            raise ReadError(f"{name} does not exist, so nothing was added. Correct the path or leave it away.")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, a folder that may not be entered: the reader says what it is
        return True
