"""The subject a sentence begins with, and the words and clauses that sentences are cut into to find it.

Knows where noun phrases begin and end in English news; not who speaks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.names import Words, is_name, phrase_name
from rag.answering.speech_words import (
    CONJUNCTIONS,
    DAYS,
    DETERMINERS,
    LEADING,
    ORGANISATIONS,
    PLURAL_ROLES,
    PRONOUNS,
    TITLES,
)

QUOTE = "\ufffc"
"""Stands for quoted words: U+FFFC, the object replacement character, which no article has as a letter."""

_TOKEN = re.compile(
    r"\ufffc|(?:[A-Z]\.){1,4}|\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|St|Jr|Sr|Prof|Lt|Col|Sgt|Rev|Corp|Inc|Co|Ltd)\."
    r"|[^\W_]+(?:[’'\-&.][^\W_]+)*|[^\w\s]"
)
STOPS = frozenset({",", ";", ":", "—", "–", "-", ".", "!", "?", "(", ")", "…", "[", "]", "'", "‘", "’", QUOTE})
MAX_TOKENS = 400
"""Tokens looked at: the longest sentences (1,500 characters) have fewer, unless they are all punctuation."""
_JOINED = frozenset({"of", "the", "de", "von", "van", "der", "al", "bin", "&"})  # small words within a name


def tokens_of(sentence: str) -> Words:
    """Cut `sentence` into words and marks, at most MAX_TOKENS of them."""
    return tuple(_TOKEN.findall(sentence)[:MAX_TOKENS])


def subject(sentence: str) -> str:
    """Return the name or noun that `sentence` begins with as its subject; empty where it isn't plain.

    "On Monday Ann Holub met Karl Garrow." → "Ann Holub". A pronoun is returned as it is.
    """
    return subject_of(tokens_of(sentence))


def parts_of(words: Words) -> list[Words]:
    """Cut `words` at their commas; a part may be empty."""
    parts: list[Words] = []
    start = 0
    for at, word in enumerate((*words, ",")):
        if word == ",":
            parts.append(words[start:at])
            start = at + 1
    return parts


def subject_of(words: Words) -> str:
    """Return the subject of a sentence already cut into words, like `subject`."""
    parts = [part for part in parts_of(words) if part]
    while len(parts) > 1 and _leads(parts[0]):
        parts = parts[1:]
    if not parts:
        return ""
    head = parts[0]
    while head and (head[0].lower() in CONJUNCTIONS or head[0] in STOPS):
        head = head[1:]
    if not head:
        return ""
    if head[0].lower() in PRONOUNS:
        return head[0].lower()
    if head[0].lower() in LEADING:
        head = _behind_time(head)
    if not head:
        return ""
    phrase = _opening(head)
    role = len(phrase) in {0, len(head)} and not is_name(head[-1])
    if role and len(parts) > 1 and len(parts[1]) > 1 and all(map(is_name, parts[1])):  # "Its director, Paloma Reyes, …"
        phrase = parts[1]
    return phrase_name(phrase) if phrase else ""


def _leads(part: Words) -> bool:
    first = part[0].lower()
    return first in LEADING or (first.endswith("ing") and len(part) > 1) or (first in CONJUNCTIONS and len(part) == 1)


def _behind_time(head: Words) -> Words:
    """Drop "On Monday", "In June 2023" and the like from before a subject."""
    at = 1
    while at < len(head) and (head[at].lower() in DAYS or head[at][0].isdigit()):
        at += 1
    return head[at:] if at > 1 else ()


def _opening(head: Sequence[str]) -> Words:
    """Return the name or noun phrase that a clause begins with, up to its verb; empty where none is plain."""
    end = 0
    lower = [word.lower() for word in head]
    while end < len(head) and (is_name(head[end]) or lower[end] in _JOINED or (end == 0 and lower[0] in DETERMINERS)):
        end += 1
    while end and lower[end - 1] in _JOINED:
        end -= 1
    if end and is_name(head[end - 1]) and not (end == 1 and lower[0] in DETERMINERS):
        start = 1 if end > 1 and lower[0] in DETERMINERS else 0
        noun = lower[end] if end < len(head) else ""
        owner = head[end - 1].endswith(("'s", "’s", "s'", "s’"))
        if owner or noun in TITLES | ORGANISATIONS | PLURAL_ROLES:  # "The Harrow council", "Harrow's new mayor"
            return _noun_then_name(head, end)
        return tuple(head[start:end]) if start == 0 else tuple(head[:end])
    return _noun_then_name(head, 0)


def _noun_then_name(head: Sequence[str], start: int) -> Words:
    """Return `head` up to a noun for a person or a body within six words, with the name that follows it."""
    for at in range(start, min(len(head), start + 6)):
        if head[at].lower() in TITLES | ORGANISATIONS | PLURAL_ROLES:
            end = at + 1
            while end < len(head) and (is_name(head[end]) or head[end].lower() in TITLES | ORGANISATIONS):
                end += 1
            return tuple(head[:end])
    return ()
