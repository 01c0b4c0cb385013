"""Text as SQuAD's evaluation compares it (Rajpurkar et al. 2016). Knows words only."""

from __future__ import annotations

import re
import string
from collections import Counter

_ARTICLE_WORDS = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "‘’“”–—…")


def normalise(text: str) -> list[str]:
    """Return the words of `text` as SQuAD's evaluation compares them (Rajpurkar et al. 2016, evaluate-v1.1.py).

    Lower case, punctuation removed (not made a space: "35-minute" becomes "35minute"), "a", "an" and "the" dropped. The
    script knows ASCII punctuation only; curly quotes, dashes and the ellipsis of news text are added.
    """
    return _ARTICLE_WORDS.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def has_answer(text: str, answers: tuple[str, ...]) -> bool:
    """Tell whether one of `answers` stands in `text` as a run of whole words, both normalised."""
    held = normalise(text)
    for answer in answers:
        wanted = normalise(answer)
        if wanted and any(held[at : at + len(wanted)] == wanted for at in range(len(held) - len(wanted) + 1)):
            return True
    return False


def words_f1(said: list[str], wanted: list[str]) -> float:
    """Return the F1 of two lists of words as multisets; 0 where they share none."""
    n_shared = sum((Counter(said) & Counter(wanted)).values())
    return 2 * n_shared / (len(said) + len(wanted)) if n_shared else 0.0
