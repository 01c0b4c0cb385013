"""Follow-up questions without a language model: "And what did he say about Taiwan?" → a question that stands alone.

Knows the words of the conversation only; never looks into articles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.question import names_in, read_question
from rag.types import Turn

_PRONOUN = re.compile(r"\b(he|him|his|she|her|hers|they|them|their|theirs|it|its)\b(?!['’]s\b)", re.IGNORECASE)
_POINTER = re.compile(r"\b(?:that|this|those|these|then|there|the same)\b", re.IGNORECASE)
_THING = re.compile(r"\b(?:the|an?|his|her|their|this|that)\s+[a-z]{3,}\b(?<!time)")
_POSSESSIVE = {"his", "its", "their", "theirs", "hers"}
_LEAD = re.compile(r"^\W*(?:and|but|so|ok(?:ay)?|also|then)\b[\s,]*", re.IGNORECASE)
_TOPIC_ONLY = re.compile(
    r"^\W*(?:(?:and|but|so)\s+)?(?:what about|how about|about|and|on|with)\s+(?P<topic>.+?)\W*$", re.IGNORECASE
)
_WH = re.compile(
    r"^\W*(?P<wh>how (?:long|many|much|often|far|old)|why|when|where|who|what|which|how)\b\s*(?P<rest>.*?)\W*$",
    re.IGNORECASE | re.DOTALL,
)
# What follows the question word when it asks back at the whole of the turn before: "When was that?", "Why is that?".
_BACK = re.compile(
    r"^(?:(?:was|is|were|are|did|does|will|would|has|had|exactly|so|not)\s*)*(?:that|this|it|they|he|she)?"
    r"\s*(?:happen(?:ed)?|take place|so|for)?$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(about|regarding|concerning)\b\s+[^?]*", re.IGNORECASE)


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """Return `question` made to stand alone after `history`; unchanged where it already does.

    Three shapes are resolved against the last question asked: a bare question word ("Why?", "When was that?") asks it
    of that question; a bare topic ("And about Taiwan?") takes the place of its topic; a pronoun takes the name it
    stands for. Anything else that points back ("that", "there") gets the last question's names appended as context.
    """
    question = " ".join(question.split())
    asked = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    if not asked:
        return question
    before = standalone_question(asked[-1], history[: _index_of_last_user(history)])
    said = next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")
    return _bare_wh(question, before) or _bare_topic(question, before) or _pronouns(question, before, said)


def _index_of_last_user(history: Sequence[Turn]) -> int:
    return max(place for place, turn in enumerate(history) if turn.role == "user" and turn.content.strip())


def _bare_wh(question: str, before: str) -> str | None:
    match = _WH.match(_LEAD.sub("", question))
    if match is None or not _BACK.match(match["rest"]):
        return None
    earlier = _WH.match(before)
    rest = earlier["rest"] if earlier else before.rstrip("?!. ")
    return f"{match['wh'].capitalize()} {rest}?"


def _bare_topic(question: str, before: str) -> str | None:
    match = _TOPIC_ONLY.match(question)
    if match is None or _WH.match(match["topic"]) or len(match["topic"].split()) > 6:
        return None
    topic = match["topic"]
    changed, n = _ABOUT.subn(lambda m: f"{m[1]} {topic}", before, count=1)
    if n:
        return changed if changed.endswith("?") else changed + "?"
    return f"{before.rstrip('?!. ')} about {topic}?"


def _pronouns(question: str, before: str, said: str) -> str:
    own = names_in(question)
    earlier = [name for name in [*names_in(before), *names_in(said)] if name not in own]
    person = earlier[0] if earlier else None
    things = _THING.findall(before)
    thing = things[-1] if things else None
    bare = _LEAD.sub("", question)
    n_replaced = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal n_replaced
        word = match[1].lower()
        stands_for = thing if word in ("it", "its") else person
        if stands_for is None:
            return match[0]
        n_replaced += 1
        owns = word in _POSSESSIVE or (word == "her" and re.match(r"\s+\w", bare[match.end() :]) is not None)
        return f"{stands_for}'s" if owns else stands_for

    resolved = _PRONOUN.sub(replace, bare)
    points_back = _PRONOUN.search(bare) or _POINTER.search(bare) or not read_question(bare).stems
    if not n_replaced and points_back and (earlier or things):
        context = ", ".join(dict.fromkeys([*names_in(before), *things]))
        resolved = f"{bare.rstrip('?!. ')} ({context})?" if context else bare
    return resolved[:1].upper() + resolved[1:]
