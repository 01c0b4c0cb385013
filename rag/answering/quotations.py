"""Where quotation marks open and close in an article: spans of quoted words, whatever marks they are set in.

Knows marks, paragraphs and sentences; not who speaks, nor whether a quoted span is speech at all ("Barbie").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter

Span = tuple[int, int]

_DOUBLE = re.compile(r"[“”„«»\"]|``|''")
_MARK = re.compile(rf"{_DOUBLE.pattern}|[‘’']")
_OPENERS = frozenset("“„«") | {"``"}
_CLOSERS = frozenset("”»") | {"''"}
# Single marks are apostrophes far more often than quotes: a pair counts only where it opens before a capital (or a
# digit) at the start of a word and closes after punctuation at the end of one, within one paragraph.
_SINGLE = re.compile(r"(?<![\w’'])[‘'](?=[A-Z0-9])(?:[^‘’'\"“”\n]|(?<=\w)[’'](?=\w)){2,600}?[,.?!…][’'](?!\w)")
LONGEST_QUOTE = 2_500
"""Characters: quotes of several paragraphs in news are shorter; a mark that closes only beyond was never closed."""

MOST_SENTENCES = 3
"""A quotation of so many sentences is stated whole: its speaker is mostly named in the last; longer is an article."""


def quoted_spans(text: str, sentences: Sequence[Span]) -> list[Span]:
    """Return the quoted spans of `text`, marks included: ordered and disjoint.

    A mark that is never closed quotes to the end of its sentence; one that a paragraph leaves open and the next
    opens again (the custom for long quotes) to the end of its paragraph.

    Args:
        text: A whole article or a passage of it.
        sentences: Start and end of its sentences, in order.
    """
    double = list(_double_spans(text, sentences))
    single = [found.span() for found in _SINGLE.finditer(text) if not _overlaps(found.span(), double)]
    return sorted(double + single)


def cut_quotation(text: str, sentences: Sequence[Span], at: int) -> range:
    """Return the places of the sentences over which the quotation runs that sentence `at` opens or closes, not both.

    It is told as a whole where it takes `MOST_SENTENCES` at most, in one paragraph; else sentence `at` stands alone.

    Args:
        text: A whole article.
        sentences: Start and end of its sentences, in order.
        at: Place of the sentence.
    """
    start, end = sentences[at]
    spans = quoted_spans(text, sentences)
    opened = min((begin for begin, close in spans if begin < start < close <= end), default=start)
    closed = max((close for begin, close in spans if start <= begin < end < close), default=end)
    first, last = (bisect_right(sentences, offset, key=itemgetter(0)) - 1 for offset in (opened, closed - 1))
    one_paragraph = "\n\n" not in text[sentences[first][0] : sentences[last][1]]
    return range(first, last + 1) if last - first < MOST_SENTENCES and one_paragraph else range(at, at + 1)


def has_mark(text: str) -> bool:
    """Tell whether there is a mark in a text that may open or close a quotation, an apostrophe among them."""
    return _MARK.search(text) is not None


def _double_spans(text: str, sentences: Sequence[Span]) -> Iterator[Span]:
    opened: int | None = None
    for found in _DOUBLE.finditer(text):
        at, after = found.span()
        opens = _opens(text, at, after, opened is not None)
        if opened is None:
            opened = at if opens else None  # a close without an open: inches, or a slip
        elif opens:
            yield opened, _unclosed(text, sentences, opened, at)
            opened = at
        elif after - opened > LONGEST_QUOTE:
            yield opened, _sentence_end(sentences, opened, after)
            opened = None
        else:
            yield opened, after
            opened = None
    if opened is not None:
        yield opened, _sentence_end(sentences, opened, len(text))


def _opens(text: str, at: int, after: int, is_open: bool) -> bool:
    """Tell whether the mark at [at, after) opens a quote: by its form, else by the spaces beside it, else by turns."""
    mark = text[at:after]
    if mark in _OPENERS or mark in _CLOSERS:
        return mark in _OPENERS
    before, behind = text[at - 1 : at], text[after : after + 1]
    free = not before or before.isspace() or before in "([—–-:"
    holds = bool(behind) and (behind.isalnum() or behind in "[($€£‘'…")
    return free if free == holds else not is_open


def _unclosed(text: str, sentences: Sequence[Span], opened: int, again: int) -> int:
    """Return where a quote ends that is opened again at `again` before it was closed."""
    line = text.rfind("\n", opened, again) + 1
    goes_on = line > 0 and not text[line:again].strip()
    if goes_on and again - opened <= LONGEST_QUOTE:
        return opened + len(text[opened:again].rstrip())
    return _sentence_end(sentences, opened, again)


def _sentence_end(sentences: Sequence[Span], opened: int, limit: int) -> int:
    place = bisect_right(sentences, opened, key=itemgetter(0)) - 1
    return min(limit, max(opened + 1, sentences[place][1])) if place >= 0 else opened + 1


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
