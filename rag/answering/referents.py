"""What the pronouns of a follow-up stand for: people, things and groups named in the question before and its answer.

Knows two texts; the answer may be a few words ("Matthew Miller.") or whole sentences of articles. Nothing here can
be wrong in a way that matters more than retrieval: the question as read is shown to the asker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.answering.phrases import Phrase, bare_subject, is_place, phrases_in
from rag.answering.question import names_in
from rag.answering.sameness import without_dateline
from rag.answering.speech_words import (
    DAYS,
    DETERMINERS,
    FINITE,
    HE,
    HER_NAMES,
    HIS_NAMES,
    NAMED_THINGS,
    ORGANISATIONS,
    PLACE_OPENERS,
    PLACES,
    PLURAL_ROLES,
    ROLES,
    SHE,
    TITLES,
)
from rag.display import ABSTENTION
from rag.types import Turn
from rag.words import STOP_WORDS

_MARKER = re.compile(r"\s*\[\d+\]")
_SENTENCE = re.compile(r"^(?:[^.!?]|[.!?](?!\s|$))*")
# "Which paper accused her?": what is asked for is "the paper" from then on.
_KIND = re.compile(
    r"\b(?:which|what) ([a-z]{3,})\b(?<!ed)(?<!led)(?<!made)(?! (?:of|is|are|was|were|did|does|do|has|have|had)\b)",
    re.IGNORECASE,
)
_ASKS_FOR_THING = re.compile(r"\W*(?:what|which|where (?!(?:is|are|was|were)\b))", re.IGNORECASE)
_DOES = re.compile(r"\b(?:did|does)\b", re.IGNORECASE)
_DOES_IT = re.compile(r"\b(did|does) it\b", re.IGNORECASE)
# "What caused the blackout?" goes on about the blackout.
_ASKS_FOR_CAUSE = re.compile(r"\W*what (?:has )?(?:caus|led to|spark|trigger|prompt|delay|start)", re.IGNORECASE)
_GROUP = re.compile(r"\b(?:the )?([a-z]{3,}s)(?=['’]|\b(?! (?:of|from|the|a|an)\b))")
_PAIR = re.compile(r"[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)* and [A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_CALENDAR = DAYS | frozenset({"may", "today", "yesterday", "tomorrow"})
_TITLES = TITLES | SHE | HE | frozenset({"chief", "former"})
# "What did the council do?" is answered with a deed, and "What did Holub say?" with a clause: neither is a thing.
_ASKS_FOR_DEED = re.compile(r"(?<!\bwhat )\b(?:do|done|doing)\b|\bhappen", re.IGNORECASE)
_WHAT_IS = re.compile(r"\W*what(?:['’]s| is| was| are| were) ", re.IGNORECASE)
# "Who is Ann Holub?" is answered with her work; not "Who is the mayor of Ostley?".
_WHO_IS_NAMED = re.compile(r"\W*(?i:who(?:['’]s| is| was)) [A-Z]")
_PLURAL_KIND = re.compile(
    r"\W*(?:which|what) (?!(?:did|does|is|are|was|were|has|have|do|will)\b)(?:\w+ )?[a-z]{3,}[^s\W]s\b",
    re.IGNORECASE,
)
# "Why did the drivers go on strike?", "What was he accused of?": the last noun to be found, without a determiner.
_BARE = re.compile(
    r"\b(?:on|of|over|against) ([a-z]{4,}(?<!ing)(?<!s))(?=\W*$| (?:in|on|at|from|by|for|after|before)\b)"
)
_NO_BARE = frozenset(["time", "course", "purpose", "average", "board", "record", "people"]) | STOP_WORDS
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
    text = without_dateline(" ".join(turn.content[:MAX_CHARS].split()))
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
    if any(word in ORGANISATIONS | NAMED_THINGS | _CALENDAR for word in cut) or all(word in _TITLES for word in cut):
        return False
    return re.search(rf"\bthe {re.escape(name)}\b", text, re.IGNORECASE) is None


def person(pronoun: str, before: str, said: Said, own: list[str]) -> str | None:
    """Return whom "he" or "she" means: after "who …?" the one in the answer, else the first one asked about.

    "Who attacked Ann Holub?" asks for somebody else than her. Where no answer names one, "he" may be either.
    """
    # "the mayor of Ostley", "Garrow's widow": by their role, where nobody else is named
    roles = [phrase.whole for phrase in phrases_in(before) if _is_role(phrase.text)]
    asked = [name for name in people_in(before) if not _is_where(name, before) and not _among_owners(name, roles)]
    asked += roles
    answered = [name for name in (*people_in(said.short), *_told_of(said.text)) if not _among(name, asked)]
    who = re.match(r"\W*(?:\w+ )?who(?:m|se)?\b", before, re.IGNORECASE)
    # "Who met Xi?" – "And the talks with him?": the one it was done to is spoken of as before.
    if not who or pronoun == "him" or _WHO_IS_NAMED.match(before):
        candidates = [*asked, *answered]
    else:
        candidates = [*answered, *asked] if answered else []
    return next((name for name in candidates if name not in own and may_be(pronoun, name)), None)


def _among_owners(name: str, roles: list[str]) -> bool:
    return any(re.match(rf"{re.escape(name)}['’]s ", role) for role in roles)


def _is_where(name: str, text: str) -> bool:
    """Tell whether a name of one word stands where a place does: "in Ostley", "the mayor of Ostley"."""
    behind = re.search(rf"(\w+) (in|at|near|from|of) {re.escape(name)}\b", text)
    return behind is not None and " " not in name and (behind[2] != "of" or _is_role(behind[1]))


def _told_of(text: str) -> list[str]:
    """Return the people in the first sentence of an answer who are named in full or by a known first name."""
    first = _SENTENCE.match(text)
    found = people_in(first.group() if first else "")
    return [name for name in found if " " in name or name.lower() in HER_NAMES | HIS_NAMES]


def _among(name: str, names: list[str]) -> bool:
    """Tell whether somebody is one of `names`, in full or by a part of the name."""
    return any(set(name.split()) <= set(other.split()) or set(other.split()) <= set(name.split()) for other in names)


def may_be(pronoun: str, name: str) -> bool:
    """Tell whether a pronoun may stand for a person of this name: a first name can tell that it does not."""
    hers, first = pronoun in ("she", "her", "hers"), name.split()[0].lower()
    return pronoun.startswith("the") or first not in (HIS_NAMES if hers else HER_NAMES)


def thing(before: str, said: Said, follow_up: str, taken: list[str]) -> str | None:
    """Return what "it" means: a short answer to "what" or "which", else a thing or body that was asked about.

    The answer to "where is …" is where it is, not what it is, and to "which countries …" no "it". A body named by the
    answer alone is taken only where the question names nothing.
    """
    things = [phrase.whole for phrase in _asked_about(before, follow_up)]
    where = re.match(r"\W*where\b", before, re.IGNORECASE)
    if _asks_for_thing(before) and _is_thing(said.short) and not (where and things):
        things.append(as_mentioned(said.short))
    things = things or _bodies_asked_about(before, follow_up) or bare_nouns(before)
    if not things and not names_in(before):
        things = _bodies(said.text)[:1]
    return next((name for name in reversed(things) if name not in taken), None)


def _asked_about(before: str, follow_up: str) -> list[Phrase]:
    """Return the things a question speaks of, the likeliest one last; no people and, beside others, no places.

    "When did the storm hit the coast?" – "How many did it kill?": what did one thing did the other.
    """
    # "the symptoms of the new virus": of many, "it" is what they belong to.
    found = [one for phrase in phrases_in(before) for one in _single(phrase) if not _is_role(one.text)]
    found = [phrase for phrase in found if not is_place(phrase.text)] or found
    if _goes_on(before, follow_up):
        found.sort(key=lambda phrase: phrase.subject)
    return found


def _single(phrase: Phrase) -> list[Phrase]:
    return phrases_in(phrase.complement) if re.search(r"\b[a-z]+[^\Wsui]s$", phrase.text) else [phrase]


def _goes_on(before: str, follow_up: str) -> bool:
    """Tell whether a follow-up asks what "it" did after a question of what something did."""
    does, it_does = _DOES.search(before), _DOES_IT.search(follow_up)
    same = does is not None and it_does is not None and does.group().lower() == it_does[1].lower()
    return same and " about " not in before


def _bodies_asked_about(before: str, follow_up: str) -> list[str]:
    """Return the bodies and named things of a question, the likeliest last; a part of a longer subject is left out."""
    if (asks := _WHAT_IS.match(before)) and before[asks.end() : asks.end() + 1].isupper():
        return names_in(before[asks.end() :])[:1]
    whole = bare_subject(before)
    found = [name for name in _bodies(before) if name not in whole]
    if _goes_on(before, follow_up):
        found.sort(key=lambda name: re.search(rf"{_DOES.pattern} {re.escape(name)}", before, re.IGNORECASE) is not None)
    return sorted(found, key=lambda name: not NAMED_THINGS.isdisjoint(name.lower().split()))


def bare_nouns(before: str) -> list[str]:
    """Return what a question asks for or speaks of without a determiner: "which paper", "on strike", "inflation"."""
    subject = bare_subject(before)
    nouns = [noun for noun in _BARE.findall(before) if noun not in _NO_BARE] or _KIND.findall(before)
    return [f"the {noun}" for noun in nouns] or [subject] * (subject != "" and not _is_plural(subject))


def _is_role(phrase: str) -> bool:
    head = phrase.rsplit(" ", 1)[-1].lower()
    return head in ROLES or head in PLURAL_ROLES


def _is_plural(phrase: str) -> bool:
    return re.search(r"[^s]s$|\b(?:people|men|women|children)$", phrase) is not None


def group(before: str, said: Said, own: list[str], taken: list[str]) -> str | None:
    """Return whom "they" means: two named together, a plural in the question, a body or country, else a person."""
    pair = _PAIR.match(said.short) or _PAIR.match(said.text) or _PAIR.search(before, max(0, before.find(" ")))
    if pair and pair.group() not in taken:
        return pair.group()
    if re.match(r"\W*(?:who|which)\b", before, re.IGNORECASE) and said.short and _is_plural(said.short):
        return as_mentioned(said.short)
    told = "\n".join((before, said.short, said.text))
    names = [name for name in map(_bare, _names(told)) if name not in own and not _is_day(name)]
    names = [name for name in names if name.lower() not in DETERMINERS]
    bodies = [name for name in names if not is_person(name, told)]
    return next((name for name in [*_plurals(before), *bodies, *names] if name not in taken), None)


def _plurals(before: str) -> list[str]:
    """Return the groups of a question, the likeliest first: the last one named, as far as it is named there."""
    plurals = [word for word in _GROUP.findall(before) if word not in _NOT_GROUPS]
    whole = [phrase.text for phrase in phrases_in(before)] + [f"the {bare_subject(before)}"]
    return [next((name for name in whole if name.endswith(f" {word}")), f"the {word}") for word in reversed(plurals)]


def _asks_for_thing(before: str) -> bool:
    if _ASKS_FOR_DEED.search(before) or _PLURAL_KIND.match(before) or _ASKS_FOR_CAUSE.match(before):
        return False
    return _ASKS_FOR_THING.match(before) is not None and not _defines(before)


def _defines(before: str) -> bool:
    """Tell whether a question is what something is: "What is the fuel bill?" is answered with what it is like."""
    asks = _WHAT_IS.match(before)
    if asks is None:
        return False
    named = before[asks.end() : asks.end() + 1].isupper()
    return named or bare_subject(before) != "" or any(phrase.start == asks.end() for phrase in phrases_in(before))


def _is_thing(phrase: str) -> bool:
    """Tell whether a short answer names a thing: with a determiner or a name, and no day or clause."""
    named = re.match(r"(?:at |in |on )?(?:the|an?|his|her|its|their|this|that)\b", phrase, re.IGNORECASE)
    named = named or re.search(r"(?<=\w )[A-Z]|^[A-Z]", phrase)
    return named is not None and not _CLAUSE.search(phrase) and not any(map(_is_day, _names(phrase)))


def _bodies(text: str) -> list[str]:
    """Return the names in `text` that are neither a person's nor a day's or month's."""
    return [name for name in map(_bare, _names(text)) if not is_person(name, text) and not _is_day(name)]


def _is_day(name: str) -> bool:
    return all(word.lower().rstrip(".") in _CALENDAR or word.isdigit() for word in name.split())


def _names(text: str) -> Iterator[str]:
    return (name for name in names_in(_MARKER.sub("", text)) if any(c.isalpha() for c in name))


def _bare(name: str) -> str:
    return _POSSESSIVE.sub("", name)


def _without_titles(name: str) -> str:
    """Drop titles from before a name and the possessive from behind it; a title alone stays, and is no person."""
    cut = _bare(name).split()
    while len(cut) > 1 and cut[0].lower().rstrip(".") in _TITLES | PLACES | {"chinese", "american", "foreign", "prime"}:
        cut = cut[1:]
    return " ".join(cut)
