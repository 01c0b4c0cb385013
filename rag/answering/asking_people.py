"""Questions that a sentence answers about who speaks and who or what is named: what was said, who or what that is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answering.clauses import named, plain
from rag.answering.draft import CAP, NAME, Draft, Told
from rag.answering.speech_words import DAYS, PLACES, ROLES, TITLES
from rag.answering.topics import topic_of
from rag.words import STOP_WORDS, content_stems

_OPENS_ROLE = frozenset(["a", "an", "the", "his", "her", "their", "its", "former", "senior"])
_APPOSED = re.compile(
    rf"(?:^|(?<=[\s(“\"]))(?P<name>{CAP}(?: (?:[A-Z]\.|{CAP})){{1,3}}), (?P<what>[a-z][^,;:“”\"]{{6,120}})[,.]"
)
_DEFINED = re.compile(
    rf"^(?P<the>The )?(?P<name>{NAME}) (?:is|was) (?:an? |one of |the (?:[a-z]+ ){{1,4}}(?:of|for|that|to) )"
)
_APPOSED_THING = re.compile(
    rf"(?:^|(?<=\s))(?P<the>[Tt]he )?(?P<name>{CAP}(?: (?:of |for |the |and )?{CAP}){{0,5}}), "
    r"an? (?P<what>[a-z][^,;:“”\"]{12,140})[,.]"
)
_THINGS = (
    "group|organi[sz]ation|company|agency|program|programme|law|bill|festival|event|disease|virus|drug|treatment|vaccine"
    "|tool|app|platform|site|website|service|firm|start-?up|think tank|nonprofit|charity|network|project|mission"
    "|spacecraft|rocket|telescope|weapon|missile|system|award|prize|competition|tournament|holiday|tradition|movement"
    "|militia|party|coalition|committee|commission|variant|strain|compound|chemical|substance|device|measure|initiative"
    "|act|treaty|agreement|region|territory|island|village|species|breed|show|series|film|movie"
)
_KINDS = re.compile(
    rf"^(?:[a-z-]+(?<!ing) ){{0,2}}(?:{_THINGS})(?= (?:of|that|which|for|in|on|at|to|led|based|known|called|designed"
    r"|created|founded|run|with|from|by|and|used)\b|$)"
)
_OUTLET_WORDS = "cnn usa today ap bbc nbc abc cbs reuters afp npr msnbc espn news post times gazette journal herald"
_OUTLETS = frozenset(_OUTLET_WORDS.split())
"""What the name of an outlet ends in: what a newspaper says is what the articles are."""


def said(told: Told) -> Iterator[Draft]:
    """Ask what somebody said about what is spoken of: "What did Ann Holub say about the war in Ukraine?"."""
    speaker = told.speech.speaker
    if told.speech.kind == "narration" or not speaker:
        return
    name = speaker if told.names.is_person(speaker) else _body(speaker, told)
    topic = topic_of(told, frozenset(content_stems(speaker))) if name else ""
    if topic:
        yield Draft(f"What did {name} say about {topic}?", "said")


def _body(speaker: str, told: Told) -> str:
    """Return a speaker who is an organisation as a question says it; empty for a surname, a noun or a place."""
    cut = speaker.split()
    known = all(word[:1].isupper() and told.names.is_name(word) for word in (cut[0], cut[-1]))
    if cut[-1].lower() in _OUTLETS or not known or len(cut) > 4 or speaker.lower() in PLACES or " and " in speaker:
        return ""
    one = len(cut) == 1 and not speaker.isupper()  # a surname is known by its whole name: `is_person` has it
    return "" if one or not (speaker.isupper() or told.names.is_body(speaker)) else told.names.with_article(speaker)


def who_is(told: Told) -> Iterator[Draft]:
    """Ask who somebody is whom the sentence explains: "Matthew Miller, spokesman of the department, said …"."""
    for match in _APPOSED.finditer(told.text):
        name = " ".join(
            word
            for word in named(match["name"], False, told.names).split()
            if word.lower().rstrip(".") not in TITLES and word.lower() not in DAYS | STOP_WORDS
        )
        what = match["what"].split()
        explained = {word.lower() for word in what[:8]} & ROLES and (what[0] in _OPENS_ROLE or what[0] in ROLES)
        if explained and told.names.is_person(name):
            yield Draft(f"Who is {name}?", "who is")


def what_is(told: Told) -> Iterator[Draft]:
    """Ask what something named is that the sentence explains: "The Met Gala, an annual fundraising event, …"."""
    for match in _APPOSED_THING.finditer(told.text):
        name = named(match["name"], bool(match["the"]), told.names)
        if name and _KINDS.match(match["what"]) and _is_thing(name, told):
            yield Draft(f"What is {name}?", "what is")
    text = plain(told.text)
    defined = _DEFINED.match(text)
    name = named(defined["name"], bool(defined["the"]), told.names) if defined else ""
    if defined and name and _is_thing(name, told) and _KINDS.match(text[defined.end() :]):
        yield Draft(f"What is {name}?", "what is")


def _is_thing(name: str, told: Told) -> bool:
    """Tell whether a name is shown to be no person's: by an article, a single word, figures, or a body's word."""
    cut = name.split()
    return cut[0] == "the" or len(cut) == 1 or not name.replace(" ", "").isalpha() or told.names.is_body(name)
