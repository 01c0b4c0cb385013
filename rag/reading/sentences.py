"""Article text → sentences with exact offsets. The only file that names sentencex.

sentencex proposes cuts; it was chosen by the figures in benchmarks/results/sentence_splitters.md. Around it: paragraphs
(a newline that ends one always ends a sentence), a mask over quotes and brackets (a stop counts the same inside them),
and the rules of `boundaries.py` for what a proposed cut may not separate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from sentencex import get_sentence_boundaries

from rag.reading.boundaries import joins
from rag.reading.citable import is_citable
from rag.reading.paragraphs import Span, split_paragraphs

__all__ = ["is_citable", "sentencex_cuts", "split_sentences", "split_with"]

Cutter = Callable[[str], Iterable[int]]
"""Proposes offsets at which a sentence may start, ascending, in code points; they need not be right."""

WINDOW = 4_000
"""Characters given to the library at once. It looks for the end of an opened quote anew for each quote, which is
quadratic (64,000 characters of `“a` take 1.5 s, 2026-06), and a sentence is shorter than this."""

MASK = re.compile(
    r"\A\W+|\[\d{1,3}\]|[\"“”„«»‹›‘()\[\]{}]|(?P<apostrophe>(?<=\w)['’](?=\w))|['’]|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]"
)
"""What is hidden from the library. It sees as spaces the bullet that opens a list item (it cuts no such line), note
marks such as `[3]`, quotes and brackets (it cuts nothing between two of them), and the newlines inside a paragraph; and
as a letter the apostrophe of `don't`, two of which it takes for quotes."""
CLOSERS = re.compile(r"(?:\[\d{1,3}\]|[\"”’'»›)\]}])*(?:\s{1,3}[”’»›)\]}]+(?=\s|$))*")
"""What closes after a stop stays with the sentence: attached, or set off by a space where it cannot open anything."""
SPACES = re.compile(r"\s*")
LONGEST = 1_500
"""Characters of a sentence at most. Real ones are shorter but for lists; beyond it stands text without stops (a
transcript, a table, a hostile article), which is cut after a clause or between words: what is cited stays readable."""
CLAUSE_END = re.compile(r"[;:,–—](?=\s)")
MISSED = re.compile(
    r"(?:…|\b(?:[A-Z]|May|me|etc|Ave|Rd|Blvd)\.|[.!?](?=[\"”’)]))[\"”’)]{0,2}\s+(?=[\"“‘(\[]{0,2}[A-Z])"
)
"""Cuts the library does not propose: after a one-character ellipsis, a letter or street that ends a sentence, words
that it takes for abbreviations (`May.`, `told me.`), and some stops within brackets."""


def split_sentences(text: str) -> list[Span]:
    """Split `text` into sentences.

    Returns:
        Start and end of each sentence in code points: ordered, disjoint, without white space at the edges; every
        character that is not white space lies in one. Empty for blank text. Some sentences are nothing anyone can
        cite (a line of stars, `Advertisement`): ask `is_citable`. Time is linear in the length of `text`.
    """
    return split_with(text, sentencex_cuts)


def sentencex_cuts(text: str) -> Iterator[int]:
    """Propose the ends that sentencex finds in English."""
    return (found["end_index"] for found in get_sentence_boundaries("en", text))


def split_with(text: str, cuts: Cutter) -> list[Span]:
    """Split like `split_sentences`, with another library's cuts: how the libraries were compared."""
    sentences: list[Span] = []
    for start, end in split_paragraphs(text):
        sentences += _split_paragraph(text, start, end, cuts)
    return sentences


def _split_paragraph(text: str, start: int, end: int, cuts: Cutter) -> list[Span]:
    """Keep the cuts of one paragraph that no rule takes away."""
    paragraph = text[start:end]
    masked = MASK.sub(_hide, paragraph)
    gaps = _gaps(paragraph, masked, cuts)
    cased = not paragraph.islower()
    sentences = []
    first = 0
    for (last, after), (stop, _) in pairwise(gaps):
        if not joins(paragraph, first, last, after, stop, cased=cased):
            sentences.append((start + first, start + last))
            first = after
    return [piece for span in [*sentences, (start + first, end)] for piece in _bounded(text, *span)]


def _bounded(text: str, start: int, end: int) -> Iterator[Span]:
    """Cut what is longer than LONGEST: after the last clause of its second half, else between words, else anywhere."""
    while end - start > LONGEST:
        half, limit = start + LONGEST // 2, start + LONGEST
        clauses = [found.end() for found in CLAUSE_END.finditer(text, half, limit)]
        space = next((at for at in range(limit, half, -1) if text[at].isspace()), limit)
        cut = clauses[-1] if clauses else space
        yield start, start + len(text[start:cut].rstrip())
        start = _end(SPACES, text, cut)
    yield start, end


def _hide(found: re.Match[str]) -> str:
    return "x" if found["apostrophe"] else " " * len(found[0])


def _gaps(paragraph: str, masked: str, cuts: Cutter) -> list[Span]:
    """Turn proposed cuts into (end of the sentence before, start of the next); the last one is the paragraph's end."""
    gaps: list[Span] = []
    at = 0
    for cut in sorted({*_windowed(masked, cuts), *(found.end() for found in MISSED.finditer(paragraph))}):
        if cut <= at:
            continue
        end = at + len(masked[at:cut].rstrip())
        end = _end(CLOSERS, paragraph, end)
        after = _end(SPACES, paragraph, end)
        if at < end and after < len(paragraph):
            gaps.append((end, after))
            at = after
    return [*gaps, (len(paragraph), len(paragraph))]


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Say where a pattern that may be empty ends when it is tried at `start`."""
    found = pattern.match(text, start)
    return found.end() if found else start


def _windowed(masked: str, cuts: Cutter) -> Iterator[int]:
    """Call `cuts` on windows of at most WINDOW characters, each starting at the last cut of the one before.

    A window moves on by at least half its length, so each character is seen at most twice.
    """
    start = 0
    while start < len(masked):
        end = min(start + WINDOW, len(masked))
        found = [start + cut for cut in cuts(masked[start:end]) if start + cut < end]
        yield from found
        if end == len(masked):
            return
        start = max(found[-1] if found else 0, start + WINDOW // 2)
