"""Words of English text: cutting, stemming, and which carry content. Knows nothing of questions or articles."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from threading import Lock

import snowballstemmer

# Characters that are not seen: soft hyphens, zero-width spaces and joiners. News pages have them inside words.
# A pattern, since `str.translate` takes 47 µs for a passage with curly quotes and this 3 µs.
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")

WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")

# Function words of English: articles, pronouns, prepositions, conjunctions, auxiliaries, question words. They occur in
# every text, so that sharing one tells nothing about what a sentence is about.
_STOP_WORDS = """
a about after again against all also am an and another any are as at back be because been before being between
both but by can could did do does doing done down during each either else ever every few for from further get gets
got had has have having he her here hers herself him himself his how i if in into is it its itself just let may me
might mine more most much must my myself no nor not now of off on once one only or other our ours out over own per
please quite rather really same shall she should since so some still such than that the their theirs them
themselves then there these they this those though through thus to too under until up upon us very via was we were
what whatever when where whether which while who whom whose why will with within without would yet you your yours
tell know happen happened happens thing things kind name give
don't doesn't didn't isn't aren't wasn't weren't won't can't couldn't wouldn't hasn't haven't hadn't what's who's
where's when's how's it's that's there's he's she's they're we're i'm
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

_stemmer = snowballstemmer.stemmer("english")
# It keeps the word it is at work on in itself: two threads in it at once raise IndexError, or get the wrong stem, which
# would then be remembered for good.
_stemming = Lock()


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the Snowball (Porter 2) stem of `word`, lower-cased, a possessive 's removed first."""
    word = word.lower().replace("’", "'")
    word = word.removesuffix("'s").removesuffix("'")
    with _stemming:
        stemmed: str = _stemmer.stemWord(word)
    return stemmed


def words(text: str) -> list[str]:
    """Cut `text` into words as written, without unseen characters; hyphens part words, inner apostrophes do not."""
    return WORD.findall(without_unseen(text))


def first_words(text: str, n: int) -> list[str]:
    """Cut the first `n` words alone, as `words` does."""
    return [found.group() for found in islice(WORD.finditer(without_unseen(text)), n)]


def without_unseen(text: str) -> str:
    """Return `text` without soft hyphens and zero-width characters."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def is_content(word: str) -> bool:
    """Tell whether `word` carries content: no function word, and not a single letter. "US" is content, "us" is not."""
    return word == "US" or (word.lower().replace("’", "'") not in STOP_WORDS and (len(word) > 1 or word.isdigit()))


def one_edit_apart(a: str, b: str) -> bool:
    """Tell whether two words are equal but for one letter: left out, put in, or another; or two that changed places."""
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return max(len(a), len(b)) <= 1 or (len(a) == 2 and a == b[::-1])


def content_stems(text: str) -> list[str]:
    """Return the stems of the content words of `text`, in order, repeats kept."""
    return [stem(word) for word in words(text) if is_content(word)]
