"""Where one paragraph ends and the next begins. Knows lines, not sentences.

In scraped articles every line is a paragraph; in plain text files and PDFs one paragraph runs over many lines.
"""

from __future__ import annotations

import re
from itertools import pairwise

LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
"""What `str.splitlines` calls a line, without its end."""
BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
ENDED = re.compile(r"[.!?…:。！？][\"”’'»)\]]*$")
ITEM = re.compile(r"(?:[•·▪●‣◦*–—-]|\(?\d{1,3}[.)])\s")
N_WRAPPED_LINES = 3
"""Fewer lines show no pattern: two lines may be a heading and its text."""
GOES_ON = re.compile(r"(?![a-z]{1,8}[-’']?[A-Z])(?!\S{1,64}@|[\w-]{1,30}:)\w")
"""What continues a sentence, if it is lower case: not iPhone, eBay, mRNA or al-Shabab, not an
e-mail address and not the term that a definition follows."""
MIN_BROKEN = 40
"""A shorter line before a blank one may be a heading; a longer one without a stop was torn (`$8.3`, `million`)."""
TAIL = 8
"""Characters of a line's end that are looked at: a stop and the quotes and brackets that close after it."""

Span = tuple[int, int]


def trim(text: str, start: int, end: int) -> Span:
    """Shrink a span until neither edge is white space; an all-blank span becomes empty."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, start + len(piece.strip())


def split_paragraphs(text: str) -> list[Span]:
    """Cut `text` where a newline ends a paragraph.

    A newline ends a paragraph unless the line lacks end punctuation and the next one goes on in lower case; so does a
    blank line, unless in addition the line before it has MIN_BROKEN characters or more. In a block
    that is hard-wrapped (three lines or more between blank ones, at least half of which go on in lower case) a newline
    ends a paragraph only before a list item and after a line of less than half the longest line's length.

    Returns:
        Start and end of each paragraph in code points, in order and disjoint; only white space lies between them and
        none at their edges. Time is linear in the length of `text`.
    """
    paragraphs: list[Span] = []
    for block in _blocks(text):
        longest = max(end - start for start, end in block) if _is_wrapped(text, block) else 0
        if paragraphs and _is_torn(text, paragraphs[-1], block[0]):
            paragraphs[-1] = (paragraphs[-1][0], block[0][1])
        else:
            paragraphs.append(block[0])
        for last, line in pairwise(block):
            if _goes_on(text, last, line, longest):
                paragraphs[-1] = (paragraphs[-1][0], line[1])
            else:
                paragraphs.append(line)
    return paragraphs


def _blocks(text: str) -> list[list[Span]]:
    """Group the lines that no blank line separates."""
    blocks: list[list[Span]] = []
    last_end = -1
    for match in LINE.finditer(text):
        start, end = trim(text, *match.span())
        if start == end:
            continue
        if last_end >= 0 and _n_breaks(text, last_end, start) == 1:
            blocks[-1].append((start, end))
        else:
            blocks.append([(start, end)])
        last_end = end
    return blocks


def _n_breaks(text: str, start: int, end: int) -> int:
    return 1 if end - start == 1 else len(BREAK.findall(text, start, end))


def _is_wrapped(text: str, block: list[Span]) -> bool:
    n_lower = sum(text[start].islower() for start, _ in block[1:])
    return len(block) >= N_WRAPPED_LINES and 2 * n_lower >= len(block) - 1


def _goes_on(text: str, last: Span, line: Span, longest: int) -> bool:
    """Tell whether `line` continues `last`; `longest` is 0 where the block is not hard-wrapped."""
    if longest:
        return 2 * (last[1] - last[0]) >= longest and not ITEM.match(text, *line)
    return goes_on(text, line[0]) and not ENDED.search(text[max(last[0], last[1] - TAIL) : last[1]])


def _is_torn(text: str, last: Span, line: Span) -> bool:
    """Tell whether a blank line stands in the middle of a sentence."""
    return last[1] - last[0] >= MIN_BROKEN and _goes_on(text, last, line, 0)


def goes_on(text: str, start: int = 0) -> bool:
    """Tell whether what starts here starts in lower case and is no name or address that always does."""
    return text[start : start + 1].islower() and GOES_ON.match(text, start) is not None
