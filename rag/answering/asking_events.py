"""Questions about events that a sentence answers: why, how many, how much, who, what, how, where and when.

Each asks for one thing that stands in a clause with a named subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answering.clauses import CAUSE, WHEN, Clause, clause_of, named, plain, usable_object
from rag.answering.draft import CAP, NAME, Draft, Told
from rag.answering.figures import MEASURES, MONTH
from rag.answering.speech_words import DETERMINERS, PREPOSITIONS
from rag.answering.verbs import PAYING
from rag.words import stem

_NUMBER = (
    r"(?:(?:more than|at least|about|nearly|almost|around|up to|as many as|over|some|roughly|approximately"
    r"|an estimated) )?(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens of|hundreds of"
    r"|thousands of)(?: (?:hundred|thousand|million|billion))?"
)
_NOUN = r"(?:(?!with|in|of|at|for|to|on|from|by|who|that|and|or)[a-z-]+ ){0,2}?(?:[a-z]{2,}s|people|children|men|women)"
_COUNTED = re.compile(rf"^{_NUMBER} (?P<noun>{_NOUN})(?P<rest>(?: .*)?)$")
_DONE = (
    "killed|injured|arrested|hurt|wounded|rescued|evacuated|displaced|shot|hospitali[sz]ed|charged|detained|destroyed"
)
_PEOPLE_DONE_TO = re.compile(
    rf"^{_NUMBER} (?P<noun>{_NOUN}) (?:were|have been) (?P<verb>{_DONE}) "
    rf"(?P<where>(?:in|at|by|during) (?:the |a |an )?(?:[a-z’'-]+ ){{0,4}}{NAME}(?: [a-z]+)?)"
    r"(?=[,.]|$| (?:on|when|after|and|as|while|this|last|since) )",
    re.IGNORECASE,
)
_HAS = re.compile(
    rf"^(?P<subject>(?:The )?{NAME}) (?:now |currently )?(?:has|employs|operates) (?P<object>{_NUMBER} {_NOUN})"
    r"(?=[,.]| (?:and|in|on|at|across|who|that|worldwide|nationwide) )"
)
_AMOUNT = re.compile(r"^(?:[a-z ]{0,20})?[$€£]\s?\d[\d,.]*(?: (?:million|billion|trillion))?(?P<rest>(?: .*)?)$")
_PURPOSE = re.compile(rf"^ (?:for|on|to) (?:the |a |an )?(?:[a-z-]+ ){{0,2}}{NAME}$")
_BY = re.compile(rf"^by (?P<who>{NAME})$")
_PLACED = frozenset(["arrested", "born", "buried", "found", "filmed", "killed", "shot", "detained", "discovered"])
_AT = re.compile(rf"^(?:in|at|near|outside) (?:the )?(?:[a-z-]+ )?{CAP}.*$")
_WHO = frozenset(["won", "beat", "replaced", "wrote", "bought", "hosted", "sued", "killed", "founded", "directed"])
_NAMED_AS = frozenset(["named", "elected", "appointed", "crowned", "chosen"])
_HIS = re.compile(r" (?:for|in|at|with|on|over|from|to|during|after) (?:his|her|their|its)\b.*$")
_FIRST = re.compile(r"the (?:first|youngest|oldest|only)\b")
_PUNISHED = frozenset(["fined", "fired", "suspended", "jailed", "arrested", "banned", "sued", "sacked", "expelled"])
_FOR = re.compile(r"^(?:for|over|after) (?!the (?:first|second|third)|\d|(?:a|one|two|three|four|five|six|several) )")
_UNDONE_WORDS = """
resigned cancelled canceled postponed suspended withdrew recalled closed evacuated sued fired delayed halted dropped
paused scrapped stopped
"""
_UNDONE = frozenset(_UNDONE_WORDS.split())
_AFTER = re.compile(
    r"^after (?!\d|(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|several|years|months|the first)\b)"
)
_WITH = {"charged": "with", "accused": "of", "convicted": "of", "sentenced": "to"}
_ACCUSED = re.compile(rf"^(?P<whom>(?:the )?{NAME}) of \w+")
_KNOWN_FOR = re.compile(rf"^(?P<subject>{NAME})(?:, [^,]{{3,60}},)? (?P<be>is|was) (?:best |widely |well )?known for ")
_PLANS = re.compile(rf"^(?P<subject>(?:The )?{NAME})(?:, [^,]{{3,60}},)? (?P<verb>plans|intends) to [a-z]+ ")
_WILL = re.compile(
    rf"^(?P<subject>(?:The )?(?:\d{{4}} )?{NAME}(?: [a-z]+)?) will (?P<what>take place|be held|begin|start|premiere|air"
    r"|open|be released|return|launch)(?P<rest> .*)$"
)
_ON = re.compile(
    rf"^(?: (?:in|at|from) [^,]{{3,40}})? (?:on|in|at|from) (?:\w+day, )?"
    rf"(?:(?:\d{{1,2}} )?(?:{MONTH})\b|\d{{4}}|\w+day\b)"
)
_DIED = re.compile(rf"^(?P<subject>{NAME})(?:, [^,]{{3,60}},)? died (?:[^,.]{{0,30}} )?(?:of|from) [a-z]")


def of_clause(told: Told) -> Iterator[Draft]:
    """Ask for what stands beside who did what: the cause, number, amount, doer, charge, place or day."""
    clause = clause_of(told.text, told.names)
    if clause is not None:
        for question in (_why, _how_many, _how_much, _what, _who, _where, _when):
            yield from question(clause)


def of_pattern(told: Told) -> Iterator[Draft]:
    """Ask for what stands in a sentence of a set form: a count of people, what is planned, when something will be."""
    text = plain(told.text)
    for question in (_done_to, _has, _known_for, _plans, _will, _died):
        yield from question(text, told)


def _asked(word: str, clause: Clause, found: str) -> str:
    return " ".join(f"{word} {clause.auxiliary} {clause.subject} {clause.verb} {found}".split()) + "?"


def _is_complete(clause: Clause, found: str) -> bool:
    """Tell whether subject, verb and object make a whole question."""
    if not found:
        return clause.passive or clause.intransitive
    if clause.passive:
        first, _, behind = found.partition(" ")
        return first in {"of", "with", "to", "from", "as", "in", "by"} and usable_object(behind, most=5)
    return usable_object(found)


def _why(clause: Clause) -> Iterator[Draft]:
    if clause.passive and clause.past in _PUNISHED and _FOR.match(f"{clause.object}{clause.rest}".strip()):
        yield Draft(_asked("Why", clause, ""), "why")
    elif _tells_cause(clause) and _is_complete(clause, clause.object):
        yield Draft(_asked("Why", clause, clause.object), "why")


def _tells_cause(clause: Clause) -> bool:
    """Tell whether a cause follows: where something was called off, what it came after is why."""
    behind = clause.rest.lstrip(" ,")
    return CAUSE.match(behind) is not None or (clause.past in _UNDONE and _AFTER.match(behind) is not None)


def _what(clause: Clause) -> Iterator[Draft]:
    by = _WITH.get(clause.past)
    if by and clause.passive and clause.object.startswith(f"{by} ") and len(clause.object.split()) > 1:
        yield Draft(_asked("What", clause, by), "what")
    accused = _ACCUSED.match(clause.object) if clause.past == "accused" and not clause.passive else None
    if accused:
        yield Draft(f"What did {clause.subject} accuse {accused['whom']} of?", "what")


def _when(clause: Clause) -> Iterator[Draft]:
    if WHEN.match(clause.rest.lstrip(" ,")) and _is_complete(clause, clause.object):
        yield Draft(_asked("When", clause, clause.object), "when")


def _where(clause: Clause) -> Iterator[Draft]:
    if clause.passive and clause.past in _PLACED and _AT.match(clause.object):
        yield Draft(_asked("Where", clause, ""), "where")


def _who(clause: Clause) -> Iterator[Draft]:
    """Ask who did it, or who became it, where what it is names something; "his" has nobody to mean then."""
    found, past = _HIS.sub("", clause.object), clause.past
    if re.search(r"\b(?:his|her|their|its)\b", found):
        return
    names_something = re.search(rf"\b{CAP}|\b\d{{4}}\b", found) is not None
    whole = " " in clause.subject and names_something
    if clause.passive and past in _WHO and _BY.match(found):
        yield Draft(f"Who {past} {clause.subject}?", "who")
    elif clause.passive and past in _NAMED_AS and whole and usable_object(found, most=8):
        yield Draft(f"Who {clause.auxiliary} {past} {found}?", "who")
    elif past == "became" and _FIRST.match(found) and usable_object(found, most=9):
        yield Draft(f"Who became {found}?", "who")
    elif not clause.passive and past in _WHO and whole and usable_object(found):
        yield Draft(f"Who {past} {found}?", "who")


def _how_many(clause: Clause) -> Iterator[Draft]:
    match = None if clause.passive else _COUNTED.match(clause.object)
    if match and not _is_measure(match["noun"]):
        yield Draft(f"How many {match['noun']} did {clause.subject} {clause.verb}?", "how many")


def _how_much(clause: Clause) -> Iterator[Draft]:
    match = None if clause.passive or clause.past not in PAYING else _AMOUNT.match(clause.object)
    if match:
        purpose = match["rest"] if _PURPOSE.match(match["rest"]) else ""
        yield Draft(f"How much did {clause.subject} {PAYING[clause.past]}{purpose}?", "how much")


def _is_measure(noun: str) -> bool:
    words = noun.split()
    return bool({stem(word) for word in words} & MEASURES) or words[0] in DETERMINERS | PREPOSITIONS


def _done_to(text: str, _told: Told) -> Iterator[Draft]:
    match = _PEOPLE_DONE_TO.match(text)
    if match and not _is_measure(match["noun"]) and usable_object(match["where"].split(" ", 1)[1], most=7):
        yield Draft(f"How many {match['noun']} were {match['verb']} {match['where']}?", "how many")


def _has(text: str, told: Told) -> Iterator[Draft]:
    match = _HAS.match(text)
    subject = named(match["subject"], False, told.names) if match else ""
    counted = _COUNTED.match(match["object"]) if match else None
    if subject and counted and not _is_measure(counted["noun"]):
        yield Draft(f"How many {counted['noun']} does {subject} have?", "how many")


def _known_for(text: str, told: Told) -> Iterator[Draft]:
    match = _KNOWN_FOR.match(text)
    if match and (subject := named(match["subject"], False, told.names)):
        yield Draft(f"What {match['be']} {subject} known for?", "what")


def _plans(text: str, told: Told) -> Iterator[Draft]:
    match = _PLANS.match(text)
    if match and (subject := named(match["subject"], False, told.names)):
        yield Draft(f"What does {subject} {match['verb'].removesuffix('s')} to do?", "what")


def _will(text: str, told: Told) -> Iterator[Draft]:
    match = _WILL.match(text)
    if match and _ON.match(match["rest"]):
        subject = re.sub("^The ", "the ", match["subject"])
        if told.names.is_name(subject.removeprefix("the ").split()[0]) or subject.startswith("the "):
            yield Draft(f"When will {subject} {match['what']}?", "when")


def _died(text: str, told: Told) -> Iterator[Draft]:
    match = _DIED.match(text)
    if match and (subject := named(match["subject"], False, told.names)) and " " in subject:
        yield Draft(f"How did {subject} die?", "how")
