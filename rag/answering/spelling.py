"""Words of a question that no article has, spelled as the articles spell the one word that is like them.

Knows words and how often they stand in passages; knows nothing of English beyond that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.answering.missing import is_unknown
from rag.words import is_content

if TYPE_CHECKING:
    from rag.index import Snapshot

LEAST_LETTERS = 6
"""Of shorter words too many differ in one letter ("wine", "wind")."""
LEAST_PASSAGES = 3
"""A word of fewer passages may be a slip itself, and rarely is what everybody means."""
N_LIKE = 200
"""Passages looked at for a word that is like one: enough that a common word outnumbers a rare name."""
_WORD = re.compile(rf"(?<![\w’'.-])[^\W\d_A-Z][^\W\d_]{{{LEAST_LETTERS - 1},}}(?![\w’'-]|\.\w)")
_QUOTED = re.compile(r"[\"“”]")


def respelled(question: str, snapshot: Snapshot) -> str:
    """Return the question with each word that stands in no passage replaced by the word that is like it, if one is.

    Like it is what differs in one letter, left out, put in, changed or swapped with its neighbour; of several, the one
    that most passages have. A capitalised word is a name, which may be another's but for one letter, and a question
    with quotation marks may quote a misspelling: both are left as they are.
    """
    return question if _QUOTED.search(question) else _WORD.sub(lambda match: _respelled(match[0], snapshot), question)


def _respelled(word: str, snapshot: Snapshot) -> str:
    if not is_content(word) or not is_unknown([word], snapshot):
        return word
    like = snapshot.words_like(word, N_LIKE)
    found = max(like, key=lambda other: (like[other], other), default=word)
    return found if like[found] >= LEAST_PASSAGES else word
