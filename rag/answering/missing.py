"""What a question names and no article that may be used has: it is told, and makes an answer unlikely.

Knows names, words and the passages they stand in; knows nothing of models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rag.answering.places import other_words
from rag.answering.question import names_in
from rag.types import Constraints
from rag.words import is_content, words

if TYPE_CHECKING:
    from rag.index import Snapshot

# "Which European country …": the class that the answer is of, which the articles need not name.
_CLASS = re.compile(r"\b([Ww]hich|[Ww]hat) [A-Z][a-z]+(?:an|ish|ese|ic|ch|ern)(?= [a-z])")


def missing_names(question: str, snapshot: Snapshot, constraints: Constraints = Constraints()) -> list[str]:
    """Return the names in `question` of which no passage that may be used contains any word, as written.

    One word of a name is enough ("Anthony Blinken" finds "Antony Blinken"), and so is another word for the same place
    or another spelling ("Zelenskyy", "Zelensky").
    A question none of whose words of content stands in any passage ("hello") is about those words.
    """
    names = names_in(_CLASS.sub(r"\1", question))
    unseen = [name for name in names if is_unknown(words(name), snapshot, constraints)]
    missing = [name for name in unseen if not any(map(snapshot.has_name_like, words(name)))]
    content = [] if unseen else [word for word in words(question) if is_content(word)]
    return missing or (_quoted(content) if content and is_unknown(content, snapshot, constraints) else [])


def unmentioned(
    missing: Sequence[str], question: str, snapshot: Snapshot, constraints: Constraints = Constraints()
) -> Sequence[str]:
    """Return what an abstention says that no article mentions: the missing names, as `missing_names` finds them.

    In a question without any capital letter, whose names can't be told from its other words, the words of content that
    stand in no passage that may be used. They say why nothing was found, and nothing of how sure an answer is.
    """
    if missing or question != question.lower():
        return missing
    return _quoted(w for w in words(question) if is_content(w) and is_unknown([w], snapshot, constraints))


def is_unknown(wanted: Sequence[str], snapshot: Snapshot, constraints: Constraints = Constraints()) -> bool:
    """Tell whether no passage that may be used has any of these words, or another word for the same place."""
    return not any(snapshot.count_with_words(other, constraints) for word in wanted for other in other_words(word))


def _quoted(found: Iterable[str]) -> list[str]:
    return [f"“{word}”" for word in dict.fromkeys(found)]
