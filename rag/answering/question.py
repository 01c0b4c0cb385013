"""What a question asks for: its kind, the words that carry its content, and the names in it.

Knows English questions; knows nothing of articles or models.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.words import STOP_WORDS, WORD, content_stems, is_content, stem

Kind = Literal[
    "who", "who is", "said", "when", "how long", "how many", "how much", "where", "why", "what is", "polar", "other"
]

# Before "when", "where" and "who" stands no other question word and no auxiliary: what follows "What did he write when"
# says on which occasion, and asks for no day; "What did the men who left get" asks for nobody.
_FIRST = (
    r"^(?!\W*(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would|should)\b)"
    r"(?:(?!\b(?:what|who|whom|whose|why|how|where|when|which)\b).)*\b"
)
_PREPOSITION = "(?:by|with|to|from|for|of|in|on|at|about|against|under)"
# "Do we know who …?", "Has the court decided who …?" ask for somebody.
_BEFORE_WHO = "(?:and|or|about|me|knows?|known|says?|said|decided?|revealed?|told|clear)"
# "the total estimated number", but not "the reaction to the number".
_THE = r"the (?:(?!(?:the|an?|of|for|to|on|in|by|about|behind|from|with|at|and)\b)\w+ ){0,3}"
_OPENS_NUMBER = rf"^\W*(?:(?:and|so|but) )?(?:{_THE}|(?!an?\b)\w+ )?"
_ASKS_NUMBER = (
    rf"(?:\bwhat(?:['’]?s| is| was| are| were| will be| could be| had| has been| had been)?"
    rf"|^\W*(?:please )?(?:give|tell|show) me|^\W*(?:do|does|did) (?:\w+ ){{1,3}}know) {_THE}"
)
_COUNT = "population|percentage|number"
# "Of those who ran, which won?", "Does the WHO agree?"
_NOBODY = r"(?<!\bthe )(?:(?<=, )|(?!.*,\W*(?:what|which|where|when|why|how)\b))"

# First match wins, so the narrower pattern stands first. Each is matched anywhere: "In which year did …".
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    (
        "how long",
        r"\bhow (?:long|old)\b|\bhow much (?:time|longer)\b"
        r"|\bfor how (?:long|many (?:hours|minutes|days|weeks|months|years))\b|\bduration\b",
    ),
    (
        "how much",
        r"\bhow much\b|\bwhat (?:\w+ ){0,3}(?:price|cost|amount|salary)\b"
        # "What is the tram supposed to cost now?", "What did the police pay him?"
        r"|\bwhat (?:did|does|do|will|would) (?:[\w’'&]+ ){1,4}(?:cost|pay|earn)\b|\bwhat (?:is|was) .* to cost\b",
    ),
    (
        "how many",
        r"\bhow (?:many|far|big|large|tall|fast|high|often)\b"
        r"|\bwhat (?:number|percentage|percent|share|proportion|fraction)\b"
        # "the number of ferries", "Give me the total number of …"; not "Why did the number of ferries fall?"
        rf"|(?:{_OPENS_NUMBER}|{_ASKS_NUMBER})(?:{_COUNT}) of\b",
    ),
    (
        "when",
        rf"{_FIRST}when\b|\band when\W*$|\b(?:what|which) (?:year|month|day|date|week|time)\b"
        r"|\bhow (?:recently|long ago|soon)\b",
    ),
    ("where", rf"{_FIRST}where\b|\b(?:what|which) (?:city|country|place|town|state|venue|location|region)\b"),
    (
        "why",
        r"\bwhy\b|\bwhat (?:caused|led to|prompted|was the (?:reason|cause))\b|\bfor what reason\b|\bhow come\b",
    ),
    (
        "said",
        r"\b(?:what|how|which \w+) (?:did|does|has|have|do|is|was|were|are|would) .*\b(?:say|said|saying|tell|told"
        r"|claim|argue|warn|stress|add|announce|explain|comment|respond|react|emphasi[sz]e|call for|think|believe"
        r"|describe|raise|discuss|mention|bring up|talk about|ask|insist|demand|reply|put)\b"
        r"|\baccording to\b|\bwhat .* said\b",
    ),
    ("who is", r"\bwho(?:'s|’s| is| was| are| were) (?:the )?[A-Z]"),
    (
        "who",
        rf"(?:^\W*|{_FIRST}{_NOBODY})(?:who|whose|whom)\b"
        rf"|(?:[.?!;:]|\b{_BEFORE_WHO}) (?:{_PREPOSITION} )?(?:who|whose|whom)\b"
        r"|\bnames? of\b.*\bwho\b|\b(?:which|what) (?:person|man|woman|player|actor|leader|official|president)\b",
    ),
    ("what is", r"^\W*(?:what|which)(?:'s|’s| is| are| was| were)\b"),
    ("polar", r"^\W*(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would|should)\b"),
)
_KINDS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)

_ACTS = re.compile(r"\b(?:did|does|do|has|have|had|according to)\b", re.IGNORECASE)

# A run of capitalised words, joined by the small words that names contain: "Bank of England", "Ursula von der Leyen".
_NAME = re.compile(
    r"(?<![\w])(?:[A-Z][\w’'.&]*|\d{4}(?= [A-Z]))(?:(?:[ -]| (?:of|the|de|von|der|van|al|bin) )(?:[A-Z][\w’'&]*|\d+))*"
)
# Words that open a question, an order or a greeting, and are capitalised for that alone: "Besides Xi, who came?",
# "Timeline of the strike", "Hello!". What is as often a name's first word ("News Corp") is not among them.
_OPENING_WORDS = """
describe explain list name summarize summarise sum find show compare discuss define identify outline write draft
recap check search look
timeline chronology summary overview background details update updates latest
anything anyone anybody something someone somebody nothing nobody everything everyone everybody
apart aside besides beyond except excluding including according regarding concerning considering following despite
given unlike like instead although unless whether
hello hi hey greetings thanks thank yes ok okay well sorry sure
today yesterday tomorrow tonight currently lately recently nowadays
also however meanwhile maybe perhaps actually exactly roughly approximately
"""
_OPENERS = frozenset(_OPENING_WORDS.split())

_WH = "(?:who|whom|whose|what|which|where|when|why|how)"
# "Did it sink?", "Won't they come?", "So is it over?", "After the storm, did it sail?"
_POLAR = re.compile(
    rf"^\W*(?:(?:and|so|but|then) |(?:(?!\b{_WH}\b)[^,?]){{1,60}}, )?"
    r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should|wo)(?:n['’]t)?\b",
    re.IGNORECASE,
)
# … but "Do we know who won?", "Can you tell me at what price?" ask for what is known.
_INDIRECT = re.compile(
    r"\b(?:know|known|sa(?:y|ys|id)|tell|told|me|us|clear|decided?|revealed?|explain(?:ed)?|announced?|out)"
    rf" (?:{_PREPOSITION} )?{_WH}\b",
    re.IGNORECASE,
)
# "Did the tram or the bus win?" asks for one of two; "or not", "a day or two" and "any killed or hurt" offer none.
_CHOICE = re.compile(
    r"^(?!.*\bany(?:one|body|thing)?\b).*\b(?:or(?! (?:not|no|two|so|more|less|fewer|later|earlier)\b)|vs|versus)\b",
    re.IGNORECASE | re.DOTALL,
)

# Words that name the form of the answer, not its subject: an article need not contain them.
_FORM_WORDS: dict[Kind, frozenset[str]] = {
    "how long": frozenset({"long", "old", "hours", "minutes", "days", "weeks", "months", "years", "duration"}),
    "how much": frozenset({"amount"}),
    "how many": frozenset({"far", "big", "large", "tall", "fast", "high", "often", "number"}),
    "when": frozenset({"year", "month", "day", "date", "week", "time", "recently", "ago", "soon", "last", "first"}),
    "where": frozenset({"place", "location"}),
    "why": frozenset({"reason", "cause", "caused", "prompted", "come"}),
    "said": frozenset({"say", "said", "saying", "tell", "told", "according", "comment", "think", "describe"}),
    "who": frozenset({"person", "man", "woman"}),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart.

    Attributes:
        text: As asked.
        kind: What kind of answer it asks for.
        stems: Stems of its content words, in order, without repeats; words that only name the form of the answer
            ("year" in "in which year", "say" in "what did he say") are left out.
        names: The names in it as written, each a tuple of the stems of its content words.
        spans: Start and end of each content word in `text`.
        speaker: Stems of the one who is asked about as speaking or acting: the first name after "did", "does", "has"
            or "according to"; empty where there is none.
    """

    text: str
    kind: Kind
    stems: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    spans: tuple[tuple[int, int], ...]
    speaker: tuple[str, ...] = ()


def kind_of(text: str) -> Kind:
    """Return what kind of answer `text` asks for; "other" where no pattern is met."""
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), "other")


def asks_yes_or_no(question: Question) -> bool:
    """Tell whether yes or no answers: "Did it sink?", but not "Did it sink or burn?" or "Do we know who sank it?"."""
    text = question.text
    if not _POLAR.match(text) or _INDIRECT.search(text) or _CHOICE.search(text):
        return False
    return question.kind in ("polar", "other", "said")


def names_in(text: str) -> list[str]:
    """Return the names in `text`: runs of capitalised words, opening ones that are none ("In", "Besides") left out."""
    names = []
    for match in _NAME.finditer(text):
        parts = match.group().rstrip(".").split(" ")
        while parts and parts[0].rstrip(".").lower() in _OPENERS and _opens(text[: match.start()]):
            parts = parts[1:]
        while parts and parts[0].lower() in STOP_WORDS and parts[0] != "US":
            parts = parts[1:]
        if parts:
            names.append(" ".join(parts))
    return names


def _speaker(text: str) -> tuple[str, ...]:
    match = _ACTS.search(text)
    if match is None:
        return ()
    name = next(iter(names_in(text[match.end() :])), "")
    return tuple(dict.fromkeys(content_stems(name)))


def _opens(before: str) -> bool:
    """Tell whether a sentence begins behind `before`."""
    before = before.rstrip(" \"“‘'(")
    return before == "" or before[-1] in ".?!:"


def read_question(text: str) -> Question:
    """Take `text` apart; never fails."""
    kind = kind_of(text)
    form = _FORM_WORDS.get(kind, frozenset())
    content = [match for match in WORD.finditer(text) if is_content(match.group())]
    matches = [match for match in content if match.group().lower() not in form] or content
    names = tuple(stems for name in names_in(text) if (stems := tuple(dict.fromkeys(content_stems(name)))))
    return Question(
        text=text,
        kind=kind,
        stems=tuple(dict.fromkeys(stem(match.group()) for match in matches)),
        names=names,
        spans=tuple(match.span() for match in matches),
        speaker=_speaker(text),
    )
