"""Answers questions from a pile of news articles, every sentence cited to its exact source sentence.

Start at `open_index`. Names are loaded when first used, so that `import rag` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.api import Rag, open_index
    from rag.errors import RagError
    from rag.evaluation import evaluate
    from rag.settings import Settings
    from rag.types import Answer, Article, Citation, Constraints, Hit, Passage, Sentence, Statement, Turn

__all__ = [
    "Answer",
    "Article",
    "Citation",
    "Constraints",
    "Hit",
    "Passage",
    "Rag",
    "RagError",
    "Sentence",
    "Settings",
    "Statement",
    "Turn",
    "evaluate",
    "open_index",
]

_HOME = {
    "Rag": "rag.api",
    "open_index": "rag.api",
    "evaluate": "rag.evaluation",
    "RagError": "rag.errors",
    "Settings": "rag.settings",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, "rag.types")), name)
