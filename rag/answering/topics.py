"""What a spoken sentence is about, as a question names it: "the war in Ukraine", "Ardern's resignation", "the strike".

A topic tells by itself what it is, or is what the conversation speaks of; of anything else nothing is returned. Knows
English noun phrases, by their ends; not who speaks.
"""

from __future__ import annotations

import re

from rag.answering.clauses import named
from rag.answering.draft import CAP, NAME, Told
from rag.answering.speech import MIN_QUOTED
from rag.answering.speech_words import DAYS, PLACES, ROLES
from rag.words import STOP_WORDS, content_stems, stem

_EVENTS = (
    "war|invasion|attack|death|killing|shooting|arrest|ban|election|trial|crisis|conflict|investigation|indictment"
    "|strike|deal|merger|earthquake|outbreak|resignation|release|coup|protests?|talks|sanctions|vaccine|bill|lawsuit"
    "|decision|plan|case|verdict|ruling|crash|fire|hearing|vote|negotiations|ceasefire|law|storm|hurricane|eruption"
    "|layoffs|recall|explosion|collapse|launch|mission|debate|policy|trip|visit|nomination|budget|pardon|report|study"
)
_ENDS_NOUN = (
    r"(?=[,.”\"](?!\w)| (?:is|are|was|were|has|had|would|will|could|and|but|to|does|did|should|can|may|in|on|at|for"
    r"|from|with|that|because|by|when|as|after|before)\b)"
)
# "the war in Ukraine", "Ardern's resignation": a topic that tells by itself what it is.
_WHOLE_TOPIC = re.compile(
    rf"\b(?:the|an?) (?:[a-z]+ )?(?:{_EVENTS}) (?:of|in|on|with|against|between) (?:the )?(?P<first>{NAME}){_ENDS_NOUN}"
    rf"|\b(?:the )?(?P<owner>{CAP}(?: {CAP}){{0,2}})[’']s (?:[a-z]+ )?"
    rf"(?:{_EVENTS}|future|comments|proposal|campaign|role|performance|health){_ENDS_NOUN}"
)
# "the strike", "giant pandas": understood where that is what is spoken of.
_SHORT_TOPIC = re.compile(rf"\b[Tt]he (?P<noun>[a-z]{{3,}}){_ENDS_NOUN}")
_PLURAL_TOPIC = re.compile(rf"\b(?:about|of|for|with|that|said|against|by|many) (?P<noun>[a-z]{{4,}}s){_ENDS_NOUN}")
_NO_TOPIC_WORDS = """
year years month months week weeks time times people country countries state states city cities president government
world place places number numbers part parts group groups case cases news person things others company companies
team teams member members officials thing ones night nights hour hours minutes days morning evening weekend former
best most more first last next same other public statement statements event events issue issues
court courts kind kinds type types way ways idea change changes area areas start name names student students
"""
_NO_TOPICS = frozenset(_NO_TOPIC_WORDS.split())
"""Nouns that tell nothing by themselves, whatever is spoken of."""
# A name by itself, where it is what the sentence is about: not where something happens, nor beside a noun.
_NAME_TOPIC = re.compile(rf"(?:^|(?<=\s)|(?<=[“\"‘]))(?P<the>[Tt]he )?(?P<topic>{NAME}){_ENDS_NOUN}")
_BEFORE_NAME = frozenset(
    ["about", "against", "that", "with", "for", "if", "because", "whether", "said", "says", "support", "of", "but", ""]
)
_SHORTENED = frozenset(["St", "Mt", "Dr", "Mr", "Mrs", "Ms", "Gov", "Sen", "Rep", "Gen", "No", "Jr", "Sr", "Inc"])
_SAYS = re.compile(
    r"\b(?:said|says|told|tells|added|adds|wrote|writes|tweeted|argued|warned|explained|noted|stressed|insisted|announced"
    r"|according to|testified|claimed|acknowledged|suggested|predicted|estimated|believes|thinks|called)\b"
)
_FEW = 4  # words behind a verb of speech that closes its sentence: "…, she said late on Monday"
_QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]?")


def content_of(text: str) -> str:
    """Return what is said in a sentence, without who says it: the quoted words, else what stands beside the verb."""
    quoted = " ".join(_QUOTED.findall(text))
    if len(quoted.split()) >= MIN_QUOTED:
        return quoted
    verb = _SAYS.search(text)
    if verb is None:
        return text
    before, behind = text[: verb.start()].rstrip(), text[verb.end() :]
    named = behind.lstrip()[:1].isupper() or verb.group() in ("said", "says", "according to")
    # "…, said Ann Holub, mayor of Ostley." but "Ann Holub, the mayor, told of the flood."
    closes = (named and before.endswith((",", ",”", ',"'))) or len(behind.split()) < _FEW
    return before.rpartition(",")[0] if closes else behind


def topic_of(told: Told, own: frozenset[str]) -> str:
    """Return what somebody speaks about in a sentence, as a question names it; empty where that isn't plain.

    Args:
        told: The sentence.
        own: Stems of the speaker's name: nobody is asked what they said about themselves.
    """
    content = content_of(told.text)
    for match in _WHOLE_TOPIC.finditer(content):
        stems = set(content_stems(match.group()))
        first = (match["first"] or match["owner"]).split()
        if own & stems or not stems & told.context or any(word.lower() in DAYS for word in first):
            continue
        if told.names.is_name(first[0]):
            return re.sub("^an? ", "the ", match.group())
    for match in _NAME_TOPIC.finditer(content):
        topic = _name_topic(told, content, match)
        if topic and not own & set(content_stems(topic)):
            return topic
    for pattern, article in ((_SHORT_TOPIC, "the "), (_PLURAL_TOPIC, "")):
        for match in pattern.finditer(content):
            if stem(match["noun"]) in told.context and match["noun"] not in _NO_TOPICS | STOP_WORDS | ROLES:
                return f"{article}{match['noun']}"
    return ""


def _name_topic(told: Told, content: str, match: re.Match[str]) -> str:
    before = content[: match.start()].rstrip().rpartition(" ")[2].lower().strip('“”"‘’,')
    topic = named(match["topic"], bool(match["the"]), told.names)
    if (
        not topic
        or topic.rpartition(" ")[2] in _SHORTENED
        or before not in _BEFORE_NAME
        or topic.lower().removeprefix("the ") in PLACES
    ):
        return ""
    if not set(content_stems(topic)) <= told.context or told.names.is_place(topic):
        return ""
    return topic if told.names.is_person(topic) else told.names.with_article(topic.removeprefix("the "))
