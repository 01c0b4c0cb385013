"""The parts of a question that asks for several things, and the sentences that answer each.

Knows a small grammar of English questions: "Who …, and why …?", "about A and about B", "more A than B". Knows nothing
of models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering import shares
from rag.answering.candidates import Candidate, Group
from rag.answering.expected import could_answer
from rag.answering.question import Question, read_question
from rag.answering.sameness import same

_ASKS = (
    r"(?:(?:by|from|to|for|in|at|on|with|of|until|since) )?(?:who|whom|whose|what|when|where|why|how|which)\b"
    r"|(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would|should) (?:he|she|it|they|the|this|that|[A-Z])"
)
_SPLIT = re.compile(rf"(?:,|;)? and (?=(?:{_ASKS}))|\?\s+(?=\w)", re.IGNORECASE)
_ABOUT = re.compile(r"^(?P<head>.*\babout )(?P<a>.+?) and about (?P<b>.+?)\W*$", re.IGNORECASE)
_BOTH = re.compile(r"^(?P<head>.*\bboth )(?P<a>.+?) and (?P<b>.+?)\W*$", re.IGNORECASE)
_THAN = re.compile(
    r"^(?P<head>\W*how (?:many|much|long|far) )(?:more |less |fewer |\w+er )?(?P<a>.+?) than (?P<b>.+?)\W*$",
    re.IGNORECASE,
)


def parts_of(question: str) -> tuple[str, ...]:
    """Return the parts of a question that asks for several things, each as a question; empty where it asks for one.

    "Who resigned and why?" gives "Who resigned" and "why". A name like "Who and Why" is no question word's place: both
    sides must have words beside it, or be a single question word at the end.
    """
    for pattern in (_ABOUT, _BOTH, _THAN):
        match = pattern.match(question)
        if match:
            return tuple(f"{match['head']} {match[side]}".replace("  ", " ") for side in ("a", "b"))
    parts = tuple(part.strip(" ?.!") for part in _SPLIT.split(question))
    return parts if len(parts) > 1 and all(parts) and all(_asks(part) for part in parts) else ()


def complete(groups: Sequence[Group], ranked: Sequence[Candidate], question: str, most: int) -> list[Group]:
    """Add a sentence for each part of the question that what is stated does not cover.

    Where that makes too many, sentences that no part needs give way, the last one first; never the leading one.

    Args:
        groups: What is stated, best first.
        ranked: Every candidate, best first.
        question: As asked.
        most: How many groups there may be at most.

    Returns:
        The groups with further ones after them; a part that no candidate covers well enough stays open.
    """
    groups = list(groups)
    parts = [read_question(part) for part in parts_of(question)]
    if not groups or not parts:
        return groups
    needed = [groups[0]]
    probable = [c for c in ranked if c.probability >= shares.PART * ranked[0].probability]
    for place, part in enumerate(parts):
        own = _own_stems(parts, place)
        if not any(_covers(c, part, own) for c in probable):
            own = frozenset()  # the articles say it in other words: the form of the answer has to do
        group = next((group for group in groups if _covers(group[0], part, own)), None)
        if group is None:
            found = next((c for c in probable if _covers(c, part, own) and not _stated(c, groups)), None)
            if found is None:
                continue
            group = [found]
            groups.append(group)
        needed.append(group)
    spare = [group for group in groups if group not in needed]
    dropped = spare[max(0, len(spare) - max(0, len(groups) - most)) :]
    return [group for group in groups if group not in dropped][:most]


def _stated(candidate: Candidate, groups: Sequence[Group]) -> bool:
    return any(same(group[0].text, candidate.text) for group in groups)


def _covers(candidate: Candidate, part: Question, own: frozenset[str]) -> bool:
    """Tell whether a sentence has the form that a part asks for and a word that only this part has."""
    if not could_answer(part, candidate.text):
        return False
    return not own or bool(own & set(read_question(candidate.text).stems))


def _own_stems(parts: Sequence[Question], place: int) -> frozenset[str]:
    """Return the stems that only this part has."""
    others = {s for other, part in enumerate(parts) if other != place for s in part.stems}
    return frozenset(parts[place].stems) - others


def _asks(part: str) -> bool:
    return re.search(rf"\b(?:{_ASKS})", part, re.IGNORECASE) is not None
