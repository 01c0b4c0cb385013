"""Follow-up questions without a language model: "And what did he say about Taiwan?" → a question that stands alone.

Knows the words of the conversation only; never looks into articles. A list of shapes is tried in order, each a function
that returns the question read so, or None where the shape is not met.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.phrases import bare_subject, things_in
from rag.answering.question import names_in, read_question
from rag.answering.referents import (
    MAX_CHARS,
    Said,
    as_mentioned,
    bare_nouns,
    group,
    is_person,
    lowered,
    people_in,
    person,
    said_in,
    thing,
)
from rag.types import Turn

# Turns before the last one that a chain of follow-ups is followed through; what was asked earlier is another topic.
MAX_TURNS = 6
MAX_STEMS_OF_ELLIPSIS = 3
"""Words of content up to which a follow-up without a name is taken for a part of what it asks; see `_pronouns`."""

_AUX = r"(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|shall|should|may|might|must)"
_PRONOUN = re.compile(
    r"\b(he|him|his|she|her|hers|they|them|their|theirs|it|its|that(?=\W*$| (?:be|is|was|will|cost)\b))(?!['’]s)\b",
    re.IGNORECASE,
)
_POINTER = re.compile(r"\b(?:that|this|those|these|then|there|the same)\b", re.IGNORECASE)
# Words that leave away what was said before: "Did China say so too?", "Why not sooner?", "The third one?"
_ELLIPSIS = re.compile(r"\b(?:so|too|instead|sooner|later|ones?|other|third|second|else|either)\b", re.IGNORECASE)
_SORTS = {
    word: sort
    for sort, forms in (("he", "he him his"), ("she", "she her hers"), ("they", "they them their theirs"))
    for word in forms.split()
} | dict.fromkeys(("it", "its", "that"), "it")
# "Which painting was it?", where a painting was spoken of.
_WHICH_ONE = re.compile(r"^\W*(?:which|what) (\w+) (?:is|was|were|are) (?:it|that|they)\W*$", re.IGNORECASE)
_POSSESSIVE = {"his", "its", "their", "theirs", "hers"}
_LEAD = re.compile(r"^\W*(?:and|but|so|ok(?:ay)?|also|then)\b[\s,]*", re.IGNORECASE)
_WH = re.compile(
    r"^\W*(?P<wh>(?:(?:for|until|since|by|from|with|to|at|in|on|of|about) )?"
    r"(?:how (?:long|many|much|often|far|soon)|why|when|where|who|whom|what|which|how))\b\s*(?P<rest>.*?)\W*$",
    re.IGNORECASE | re.DOTALL,
)
_WHICH = re.compile(rf"^(?:which|what|whose) (?P<noun>(?:[\w’'-]+ ){{1,3}}?)(?P<rest>{_AUX}\b.*)$", re.IGNORECASE)
# What follows the question word when it asks back at the whole of the turn before: "When was that?", "Why is that?".
_BACK = re.compile(
    rf"^(?:(?:{_AUX}|exactly|so|not)\s*)*(?:that|this|it)?\s*(?:happen(?:ed)?|take place|so|for|to|from)?$",
    re.IGNORECASE,
)
# A question word with its noun and no more, behind a preposition: without one, "What happened?" has the same form.
_WH_NOUN = re.compile(
    r"^\W*(?P<asked>(?:for|until|since|by|from|with|to|at|in|on|of|about|under) (?:which|what|whose) "
    r"[a-z]+(?: [a-z]+)?)\W*$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*\([^()]*\)")  # what an earlier follow-up got as its context
_ELSE = re.compile(r"^\W*(?:(?:no ?body|any ?(?:body|one|thing|where)|who|whom|what|where|nothing) else)\W*$", re.I)
_TRUE = re.compile(r"^\W*(?:is|was) (?:it|that|this) (?:really )?(?:true|right|correct|so)\W*$", re.IGNORECASE)
_DAY = re.compile(
    r"^\W*(?:on )?the (?:(?P<back>day before|previous day)|(?:day after|next day|following day))\W*$", re.I
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\b", re.IGNORECASE)
_TOPIC = re.compile(
    r"^\W*(?:(?:and|but|so)\s+)?(?:(?:what|how) about\s+)?"
    r"(?:(?P<by>about|regarding|on|in|at|from|for|with|to|after|before|during|under)\s+)?(?P<topic>[^?]+?)\W*$",
    re.IGNORECASE,
)
_STARTS_TOPIC = re.compile(r"^\W*(?:and|but|so|what about|how about|about|in|on|at|with|from)\b", re.IGNORECASE)
_ABOUT = re.compile(r"\b(about|regarding|concerning)\b\s+[^?]*", re.IGNORECASE)
_NAME = r"(?:[A-Z][\w’'-]*|\d{4})(?: (?:of )?(?:[A-Z][\w’'-]*|\d{4}))*"


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """Return `question` made to stand alone after `history`; unchanged where it already does."""
    question = " ".join(question.split())
    turns = [turn for turn in history if turn.content.strip()]
    asked = [place for place, turn in enumerate(turns) if turn.role == "user"]
    if not asked:
        return question
    first = asked[-MAX_TURNS:][0]
    before, said = "", Said()
    for turn in turns[first:]:
        if turn.role == "user":
            content = " ".join(turn.content[:MAX_CHARS].split())
            before, said = _resolved(content, before, said), Said()
        elif not said.text:
            said = said_in(turn)
    return _resolved(question, before, said)


def _resolved(question: str, before: str, said: Said) -> str:
    if not before:
        return question
    for shape in (_more, _truth, _day, _wh_noun, _bare_wh, _topic):
        if found := shape(question, before, said):
            return found
    return _pronouns(question, before, said)


def _more(question: str, before: str, _said: Said) -> str | None:
    """Read "Nobody else?" and "What else?" as the question before, with "else"."""
    if not _ELSE.match(_LEAD.sub("", question)):
        return None
    return re.sub(r"^(\W*\w+)(?: else)?\b", r"\1 else", before, count=1)


def _truth(question: str, before: str, _said: Said) -> str | None:
    """Read "Was that true?" as the question before, and whether it is so."""
    return f"{_open(before)}, and was it true?" if _TRUE.match(_LEAD.sub("", question)) else None


def _day(question: str, before: str, _said: Said) -> str | None:
    """Read "And the day before?" as the question before, a day earlier."""
    match = _DAY.match(_LEAD.sub("", question))
    if match is None:
        return None
    step = -1 if match["back"] else 1

    def moved(weekday: re.Match[str]) -> str:
        return _WEEKDAYS[(_WEEKDAYS.index(weekday[1].capitalize()) + step) % 7]

    changed, n = _WEEKDAY.subn(moved, re.sub(r"^(\W*\w+) else\b", r"\1", before), count=1)
    return changed if n else f"{_open(before)} the {match['back'] or 'day after'}?"


def _wh_noun(question: str, before: str, _said: Said) -> str | None:
    """Read "In which building?" or "With what result?" as asked of the question before."""
    match, earlier = _WH_NOUN.match(_LEAD.sub("", question)), _WH.match(before)
    if match is None or earlier is None or not re.match(rf"{_AUX}\b", earlier["rest"], re.IGNORECASE):
        return None
    asked = match["asked"]
    return f"{asked[:1].upper()}{asked[1:]} {earlier['rest']}?"


def _bare_wh(question: str, before: str, said: Said) -> str | None:
    """Read a question word alone ("Why?", "For how long?", "When was that?") as asked of the question before."""
    match = _WH.match(_LEAD.sub("", question))
    if match is None or not _BACK.match(match["rest"]):
        return None
    word, answer = match["wh"].capitalize(), said.short
    if which := _WHICH.match(before):
        rest = f"{_open(which['rest'])} {as_mentioned(answer) if answer else 'that ' + which['noun'].strip()}"
        return f"{word} {rest}?"
    earlier = _WH.match(before)
    if earlier is None:
        return f"{word} {before[:1].lower() + _open(before)[1:]}?"
    rest = earlier["rest"]
    if re.match(rf"{_AUX}\b", rest, re.IGNORECASE):
        asks_what = re.fullmatch(r"what|whom?", earlier["wh"], re.IGNORECASE)
        return f"{word} {_with_object(rest, answer) if asks_what and answer else rest}?"
    return f"{word} was it that {lowered(answer) or 'someone'} {rest}?"


def _with_object(rest: str, answer: str) -> str:
    """Put the answer where the question word asked for it: behind the verb, before what goes with it."""
    said = lowered(answer)
    changed, n = re.subn(r" (?=(?:with|about|for|at|in|on|to|from|of)\b)", f" {said} ", rest, count=1)
    return changed if n else f"{rest} {said}"


def _topic(question: str, before: str, _said: Said) -> str | None:
    """Read a bare topic ("And about Taiwan?", "In Brackwater?", "And Xi?") as taking its like's place."""
    match = _TOPIC.match(question)
    if match is None or not _STARTS_TOPIC.match(question) or len(match["topic"].split()) > 5:
        return None
    by, topic = (match["by"] or "").lower(), match["topic"]
    if _WH.match(topic) or re.match(rf"{_AUX}\b|\w+ {_AUX}\b", topic, re.IGNORECASE) or _PRONOUN.search(topic):
        return None
    if by and by not in ("about", "regarding"):
        changed, n = re.subn(rf"\b{by} (?:the )?{_NAME}", f"{by} {topic}", before, count=1)
        return changed if n else f"{_open(before)} {by} {topic}?"
    changed, n = _ABOUT.subn(lambda m: f"{m[1]} {topic}", before, count=1)
    like = [name for name in names_in(before) if is_person(name) == is_person(topic)]
    if n and (by or not is_person(topic) or not like):
        return f"{_open(changed)}?"
    if not by and like and names_in(f"? {topic}") and not topic.startswith("the "):
        return before.replace(like[0], topic, 1)
    return _in_its_place(topic, before) or f"{_open(before)} about {topic}?"


def _in_its_place(topic: str, before: str) -> str | None:
    """Put "the Senn festival" where the question before has another festival, or the only thing that it has."""
    things = things_in(before)
    head = topic.rpartition(" ")[2]
    like = [thing for thing in things if thing.rpartition(" ")[2] == head] or things * (len(things) == 1)
    return before.replace(like[0], topic, 1) if like and re.match(r"(?:the|an?|his|her|their)\b", topic) else None


def _pronouns(question: str, before: str, said: Said) -> str:
    """Put what they stand for in the place of pronouns; what else points back gets the names before as context."""
    own = names_in(question)
    bare = _LEAD.sub("", question)
    which_one = (kind := _WHICH_ONE.match(bare)) is not None and kind[1].lower() in _open(before.lower()).split()
    means = {} if which_one else _meant(bare, before, said, own)

    def replace(match: re.Match[str]) -> str:
        word = match[1].lower()
        if not (stands_for := means.get(_SORTS[word])):
            return match[0]
        owns = word in _POSSESSIVE or (word == "her" and re.match(r"\s+(?!did|was|has)[a-z]", bare[match.end() :]))
        return f"{stands_for}'s" if owns else stands_for

    resolved = _PRONOUN.sub(replace, bare)
    n_replaced = sum(stands_for is not None for stands_for in means.values())
    n_stems = len(read_question(bare).stems)
    leads = bare != question and (n_stems <= 2 or not own)
    if not n_replaced and (which_one or _ELLIPSIS.search(bare) or leads):
        return f"{bare[:1].upper()}{bare[1:].rstrip('?!. ')}? ({_ASIDE.sub('', before)})"
    # One that is short and names nothing goes on with what was spoken of: "Who led the talks?"
    points = means or _POINTER.search(bare) or (not own and n_stems <= MAX_STEMS_OF_ELLIPSIS)
    vague = means.get("it") in bare_nouns(before)
    if (vague or (n_replaced < max(len(means), 1) and points)) and (context := _context(resolved, before, said)):
        resolved = f"{_open(resolved)} ({context})?"
    return resolved[:1].upper() + resolved[1:]


def _meant(bare: str, before: str, said: Said, own: list[str]) -> dict[str, str | None]:
    """Return what each sort of pronoun in a follow-up stands for, or None; no two sorts stand for the same."""
    means: dict[str, str | None] = {}
    for match in _PRONOUN.finditer(bare):
        word = match[1].lower()
        sort = _SORTS[word]
        if sort in means:
            continue
        taken = [name for name in means.values() if name]
        if sort == "it":
            means[sort] = thing(_ASIDE.sub("", before), said, bare, taken)
        elif sort == "they":
            means[sort] = group(before, said, own, taken)
        else:
            means[sort] = person(word, before, said, own + taken)
    return means


def _context(bare: str, before: str, said: Said) -> str:
    """Return the names and things of the question before that the follow-up lacks, and who or what was the answer."""
    things = [*things_in(before), *filter(None, [bare_subject(before)])]
    named = [*(name for name in names_in(before) if not any(name in held for held in things)), *things]
    if re.match(r"\W*who", before, re.IGNORECASE):
        named += people_in(said.short)
    lower = bare.lower()
    return ", ".join(name for name in dict.fromkeys(named) if name.lower() not in lower)


def _open(question: str) -> str:
    """Return a question without what ends it."""
    return question.rstrip("?!. ")
