"""BM25, and the words it leaves out. Knows no index.

Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009), with two choices:
a passage's text is its article's title, a newline and its own text (what the encoder reads too), and its length is
counted in characters, which the log can total exactly at every generation. Scores are therefore a function of what the
index holds, not of the order or the batches in which it came.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rag.surrogates import without_surrogates
from rag.words import without_unseen

K1 = 1.2  # how soon more of the same word stops counting; Lucene's and tantivy's default
B = 0.75  # how much length matters; Lucene's and tantivy's default

_STOP_WORDS = """
    a an and are as at be been but by did do does for from had has have he her his how i if in into is it its me my no
    not of on or our s she so t than that the their them then there these they this to was we were what when where
    which who whom whose why will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Function words and question words, lower case, before stemming; `s` and `t` are what an apostrophe leaves.

"us" is not among them: folded to lower case it is the country as often as the pronoun.
"""

_ONE_LETTER = re.compile(r"\.[^\W\d_]\.")  # in every such abbreviation, and ten times as fast to look for
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")


def searched_text(title: str, text: str) -> str:
    """Return what BM25 reads of a passage."""
    return f"{title}\n{text}"


def fold(text: str) -> str:
    """Write words as they are looked for: without characters that are not seen, and `U.S.` as `US`.

    Offsets are not kept: what is cited is always the article's own text.
    """
    text = without_surrogates(without_unseen(text))
    if _ONE_LETTER.search(text):
        text = _DOTTED.sub(lambda match: match.group().replace(".", ""), text)
    return text


def inverse_document_frequency(n: int, df: int) -> float:
    """Return ln(1 + (n - df + 0.5) / (df + 0.5)), above 0: how telling a word is that `df` of `n` passages have."""
    return math.log(1 + (n - df + 0.5) / (df + 0.5))


def score(words: Sequence[str], length: int, mean_length: float, idf: Mapping[str, float]) -> float:
    """Return the BM25 score of one passage; 0 where it has none of the query's words, higher is better.

    Args:
        words: The passage's words as they are indexed.
        length: Its characters, title and newline included.
        mean_length: The mean of that over the index, above 0.
        idf: The query's distinct words, with their inverse document frequencies.
    """
    counts = Counter([word for word in words if word in idf])
    saturation = K1 * (1 - B + B * length / mean_length)
    return math.fsum(idf[word] * tf * (K1 + 1) / (tf + saturation) for word, tf in counts.items())
