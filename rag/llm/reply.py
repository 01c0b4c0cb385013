"""A language model's reply → sentences with the numbers they cite. Knows text only.

A marker belongs to the sentence it stands in or right behind. A sentence is given out once the next one has begun,
since its markers may follow its stop; a line that ends without one may go on in the next, and waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from rag.llm.prompt import NOT_ANSWERED
from rag.reading.sentences import split_sentences
from rag.words import without_unseen

MARKER = re.compile(r"\s*[\[【]\s*(\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*)\s*[\]】]")
_UNFINISHED = re.compile(r"[\[【][\d\s,;–-]{0,20}\Z")
_RANGE = re.compile(r"(\d+)\s*[–-]\s*(\d+)")
# Markdown that models add though they were told not to; the words stay.
_DECORATION = re.compile(r"^\s*(?:[-*•#>]+|\d{1,2}[.)])\s+|\*\*|__|`+", re.MULTILINE)
STOPS = tuple(".!?…:;\"”’'»)")
MAX_RANGE = 20
"""Numbers of a range such as [3-7]; a longer one is no citation of a sentence."""


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as the model wrote it, without its markers, and the numbers in those, each once, in order."""

    text: str
    numbers: tuple[int, ...]


def written(pieces: Iterable[str]) -> Iterator[Written]:
    """Yield the sentences of a reply as they are complete."""
    reply, n_given = "", 0
    for piece in pieces:
        reply += piece
        begun = sentences_of(_UNFINISHED.sub("", reply))[:-1]
        done = list(takewhile(lambda sentence: sentence.text.endswith(STOPS), begun))
        yield from done[n_given:]
        n_given = max(n_given, len(done))
    yield from sentences_of(reply)[n_given:]


def sentences_of(reply: str) -> list[Written]:
    """Cut a reply into its sentences."""
    plain, markers = _without_markers(_DECORATION.sub("", without_unseen(reply)))
    spans = split_sentences(plain)
    numbers: list[list[int]] = [[] for _ in spans]
    for at, named in markers:
        before = [i for i, (start, _) in enumerate(spans) if start < at]
        if before:
            numbers[before[-1]] += named
    return [
        Written(" ".join(plain[start:end].split()), tuple(dict.fromkeys(named)))
        for (start, end), named in zip(spans, numbers, strict=True)
    ]


def declined(text: str) -> bool:
    """Tell whether a sentence says that the sources don't answer, as the model was told to."""
    return text.upper().startswith(NOT_ANSWERED)


def _without_markers(text: str) -> tuple[str, list[tuple[int, list[int]]]]:
    """Return the text without its markers, and where each stood in it with the numbers it had."""
    out, markers, last, length = [], [], 0, 0
    for found in MARKER.finditer(text):
        out.append(text[last : found.start()])
        length += len(out[-1])
        markers.append((length, _numbers(found.group(1))))
        last = found.end()
    return "".join([*out, text[last:]]), markers


def _numbers(inside: str) -> list[int]:
    """Read what stands between the brackets: 3 · 3, 7 · 3-5."""
    if span := _RANGE.fullmatch(inside.strip()):
        first, last = int(span.group(1)), int(span.group(2))
        return list(range(first, last + 1)) if 0 <= last - first < MAX_RANGE else []
    return [int(number) for number in re.findall(r"\d+", inside)]
