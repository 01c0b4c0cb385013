"""What the pronouns of a follow-up stand for: people, things and groups named in the question before and its answer.

Knows two texts; the answer may be a few words ("Matthew Miller.") or whole sentences of articles. Nothing here can
be wrong in a way that matters more than retrieval: the question as read is shown to the asker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.answering.question import names_in
from rag.answering.speech_words import (
    DAYS,
    FINITE,
    HE,
    HER_NAMES,
    HIS_NAMES,
    ORGANISATIONS,
    PLACE_OPENERS,
    PLACES,
    SHE,
    TITLES,
)
from rag.display import ABSTENTION
from rag.types import Turn

_MARKER = re.compile(r"\s*\[\d+\]")
_SENTENCE = re.compile(r"^(?:[^.!?]|[.!?](?!\s|$))*")
# "the dam", "the repair of the dam", "Wang's confrontational tone"; not what belongs to another thing ("of the dam").
_THING = re.compile(
    r"(?<!\bof )\b(?:(?:the|an?|his|her|their|this|that)\s+[a-z]{3,}\b(?<!time)(?: of (?:the |an? )?[\w’'-]+)?"
    r"|[A-Z][\w-]*(?: [A-Z][\w-]*)*['’]s (?:[a-z]{3,} )?[a-z]{3,})"
)
# "the property tax", "the norovirus outbreak": where a second noun ends the question or stands before a preposition,
# and no auxiliary before it makes a verb of it ("Is the bridge open?", "When was the line closed?").
_COMPOUND = re.compile(
    r"\b(?!(?:is|are|was|were|be|did|does|do|has|have|had|will|would|can|could|of) )\w+ "
    r"((?:the|an?|his|her|their|this|that) [a-z]{3,} [a-z]{3,}(?<!ed)(?<!ly))"
    r"(?=\W*$| (?:of|in|on|at|to|from|for|with|by|after|before|during)\b)"
)
# "Which paper accused her?": what is asked for is "the paper" from then on.
_KIND = re.compile(
    r"\b(?:which|what) ([a-z]{3,})\b(?! (?:of|is|are|was|were|did|does|do|has|have|had)\b)", re.IGNORECASE
)
_ASKS_FOR_THING = re.compile(r"\W*(?:what|which|where (?!(?:is|are|was|were)\b))", re.IGNORECASE)
_GROUP = re.compile(r"\b(?:the )?([a-z]{3,}s)(?=['’]|\b(?! (?:of|from|the|a|an)\b))")
_PAIR = re.compile(r"[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)* and [A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_CALENDAR = DAYS | frozenset({"may", "today", "yesterday", "tomorrow"})
_ROLES = TITLES | SHE | HE | frozenset({"chief", "former"})
# "What did the council do?" is answered with a deed, and "What did Holub say?" with a clause: neither is a thing.
_ASKS_FOR_DEED = re.compile(r"(?<!\bwhat )\b(?:do|done|doing)\b", re.IGNORECASE)
_CLAUSE = re.compile(rf"^(?:to|that)\b|\b(?:{'|'.join(sorted(FINITE))})\b")
# An answer of at most so many words is taken for the thing itself, not for a sentence about it …
_FEW = 12
MAX_CHARS = 600
"""Characters of an earlier turn that are read: a long answer names its subject at the start."""
_NOT_GROUPS = frozenset(["was", "has", "does", "is", "news", "this", "its", "his", "less", "yes"])


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that a follow-up leans on: the text and the words that answer by themselves. An abstention has none."""

    text: str = ""
    short: str = ""


def said_in(turn: Turn) -> Said:
    """Return what an answer said."""
    text = " ".join(turn.content[:MAX_CHARS].split())
    if text.replace("’", "'").startswith(ABSTENTION):
        return Said()
    return Said(text, short_answer(turn.short or text))


def short_answer(said: str) -> str:
    """Return an answer of a few words without its full stop and what follows a comma; empty for a whole sentence.

    … and one with markers is made of whole sentences of articles.
    """
    if _MARKER.search(said):
        return ""
    first = _SENTENCE.match(_MARKER.sub("", said).strip())
    phrase = (first.group() if first else "").split(",")[0].strip()
    opening = phrase.split(" ", 1)[0].lower()
    return phrase if 0 < len(phrase.split()) <= _FEW and opening not in ("yes", "no", "not") else ""


def as_mentioned(phrase: str) -> str:
    """Return a phrase as it is mentioned again: "A balloon" → "the balloon", "At the port" → "the port"."""
    phrase = re.sub(r"^for example ", "", phrase, flags=re.IGNORECASE)
    phrase = re.sub(r"^(?:at|in|on|by|from|for|to|with) ", "", phrase, flags=re.IGNORECASE)
    return lowered(re.sub(r"^(?:the|an?) ", "the ", phrase, flags=re.IGNORECASE))


def lowered(phrase: str) -> str:
    """Return a phrase that began a sentence as it stands within one: "Human rights" → "human rights"."""
    first, _, rest = phrase.partition(" ")
    if first in ("The", "A", "An"):
        return phrase[0].lower() + phrase[1:]
    named = first.lower() in PLACES | HER_NAMES | HIS_NAMES or not re.fullmatch("[A-Z][a-z]*", first)
    return phrase if named or not rest[:1].islower() else phrase[0].lower() + phrase[1:]


def people_in(text: str) -> list[str]:
    """Return the names in `text` that may be a person's, titles and possessives off."""
    return [name for name in map(_without_titles, _names(text)) if name and is_person(name, text)]


def is_person(name: str, text: str = "") -> bool:
    """Tell whether a name may be a person's: no known place or body, no month, none that stands behind "the"."""
    cut = [word.lower().rstrip(".") for word in name.split()]
    if not cut[-1][0].isalpha() or cut[0] in PLACE_OPENERS or cut[-1] in PLACES or cut[0] in PLACES:
        return False
    if any(word in ORGANISATIONS | _CALENDAR for word in cut) or all(word in _ROLES for word in cut):
        return False
    return re.search(rf"\bthe {re.escape(name)}\b", text, re.IGNORECASE) is None


def person(pronoun: str, before: str, said: Said, own: list[str]) -> str | None:
    """Return whom "he" or "she" means: after "who …?" the one in the answer, else the first one asked about."""
    first = _SENTENCE.match(said.text)
    answered = [*people_in(said.short), *people_in(first.group() if first else "")]
    asked = people_in(before)
    who = re.match(r"\W*(?:\w+ )?who(?:m|se)?\b", before, re.IGNORECASE)
    # "Who met Xi?" – "And the talks with him?": the one it was done to is spoken of as before.
    candidates = [*answered, *asked] if who and pronoun != "him" else [*asked, *answered]
    return next((name for name in candidates if name not in own and may_be(pronoun, name)), None)


def may_be(pronoun: str, name: str) -> bool:
    """Tell whether a pronoun may stand for a person of this name: a first name can tell that it does not."""
    hers, first = pronoun in ("she", "her", "hers"), name.split()[0].lower()
    return pronoun.startswith("the") or first not in (HIS_NAMES if hers else HER_NAMES)


def things_in(text: str) -> list[str]:
    """Return the things that a question speaks of, as it names them, in order."""
    whole = {match.start(1): match[1] for match in _COMPOUND.finditer(text)}
    return [whole.get(match.start(), match.group()) for match in _THING.finditer(text)]


def thing(before: str, said: Said) -> str | None:
    """Return what "it" means: a short answer to "what", "which" or "where", else the last thing or body asked about.

    The answer to "where is …" is where it is, not what it is.
    """
    if _ASKS_FOR_THING.match(before) and not _ASKS_FOR_DEED.search(before) and _is_thing(said.short):
        return as_mentioned(said.short)
    things = things_in(before) or _bodies(before) or [f"the {kind}" for kind in _KIND.findall(before)]
    return str(things[-1]) if things else next(iter(_bodies(said.text)), None)


def group(before: str, said: Said, own: list[str]) -> str | None:
    """Return whom "they" means: two named together, a plural in the question, a body or country, else a person."""
    pair = _PAIR.match(said.short) or _PAIR.match(said.text) or _PAIR.search(before, max(0, before.find(" ")))
    if pair:
        return pair.group()
    plurals = [word for word in _GROUP.findall(before) if word not in _NOT_GROUPS]
    if plurals:
        return f"the {plurals[-1]}"
    told = "\n".join((before, said.short, said.text))
    names = [name for name in map(_bare, _names(told)) if name not in own and not _is_day(name)]
    bodies = [name for name in names if not is_person(name, told)]
    return next(iter([*bodies, *names]), None)


def _is_thing(phrase: str) -> bool:
    return phrase != "" and not phrase[0].isdigit() and not _CLAUSE.search(phrase)


def _bodies(text: str) -> list[str]:
    """Return the names in `text` that are neither a person's nor a day's or month's."""
    return [name for name in map(_bare, _names(text)) if not is_person(name, text) and not _is_day(name)]


def _is_day(name: str) -> bool:
    return all(word.lower() in _CALENDAR for word in name.split())


def _names(text: str) -> Iterator[str]:
    return (name for name in names_in(_MARKER.sub("", text)) if any(c.isalpha() for c in name))


def _bare(name: str) -> str:
    return _POSSESSIVE.sub("", name)


def _without_titles(name: str) -> str:
    """Drop titles from before a name and the possessive from behind it; a title alone stays, and is no person."""
    cut = _bare(name).split()
    while len(cut) > 1 and cut[0].lower().rstrip(".") in _ROLES | PLACES | {"chinese", "american", "foreign", "prime"}:
        cut = cut[1:]
    return " ".join(cut)
