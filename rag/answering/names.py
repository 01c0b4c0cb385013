"""From the words that stand where a speaker stands to the speaker's name: titles, articles and nationalities off.

"US Secretary of State Antony Blinken" → "Antony Blinken"; "The Oke Basin Authority" → "Oke Basin Authority"; "A
spokeswoman for the ministry" → "a spokeswoman for the ministry". Knows single phrases, not sentences.
"""

from __future__ import annotations

from rag.answering.speech_words import DETERMINERS, JOINERS, NOBODY, ORGANISATIONS, PREPOSITIONS, TITLES

Words = tuple[str, ...]

_LONGEST = 8  # words shown of a speaker without a name: "separate projections by Kaiser and the Urban Institute"


def is_name(word: str) -> bool:
    """Tell whether `word` is written like part of a name: a capital first, and no function word."""
    return word[:1].isupper() and word.lower() not in DETERMINERS | PREPOSITIONS


def phrase_name(phrase: Words) -> str:
    """Return how to show the speaker that `phrase` tells of; empty where it names nobody ("others")."""
    if not phrase or (phrase[0].lower() in NOBODY and len(phrase) == 1):
        return ""
    behind = next((at for at, word in enumerate(phrase) if at and word.lower() in PREPOSITIONS), None)
    if behind is not None and phrase[behind - 1].islower():
        return _plain(phrase[:_LONGEST])
    if is_name(phrase[-1]):
        return _both(phrase) or _name(phrase)
    return _plain(phrase[-_LONGEST:])


def _both(phrase: Words) -> str:
    """Return two people's names where `phrase` joins them: "Chairman Hugh Andrews and President Andy Sareyan"."""
    cuts = [at for at, word in enumerate(phrase) if word == "and" and 0 < at < len(phrase) - 1]
    parts = [phrase[start + 1 : end] for start, end in zip((-1, *cuts), (*cuts, len(phrase)), strict=True)]
    names = [_name(part) for part in parts if part[-1].lower() not in TITLES and is_name(part[-1])]
    whole = len(names) == 2 and all(" " in name and not _is_body(name) for name in names)
    return " and ".join(names) if whole else ""


def _is_body(name: str) -> bool:
    return any(word.lower() in ORGANISATIONS or word.lower() in PREPOSITIONS for word in name.split())


def _plain(phrase: Words) -> str:
    """Return a phrase that is no name: its first word small unless it is one."""
    first = phrase[0]
    small = first.lower() if first.lower() in DETERMINERS or not is_name(first) else first
    return " ".join((small, *phrase[1:]))


def _name(phrase: Words) -> str:
    """Return the run of capitalised words that ends `phrase`, without the titles before a person's name."""
    start = len(phrase) - 1
    while start > 0 and (is_name(phrase[start - 1]) or _joins(phrase, start - 1)):
        start -= 1
    run = phrase[start:]
    if run[0].lower() in TITLES and run[0].isupper() is False and len(run) == 1:
        return run[0]
    return " ".join(_without_titles(run))


def _joins(phrase: Words, at: int) -> bool:
    """Tell whether a small word stands within a name: "Bank of England", "Ursula von der Leyen"."""
    if phrase[at].lower() not in JOINERS or phrase[at] != phrase[at].lower():
        return False
    return at > 0 and (is_name(phrase[at - 1]) or _joins(phrase, at - 1))


def _without_titles(run: Words) -> Words:
    owner = max((at for at, word in enumerate(run) if word.endswith(("'s", "’s"))), default=-1)
    if -1 < owner < len(run) - 1 and run[-1].lower() not in ORGANISATIONS:  # "CNN's Kate Bolduan"
        run = run[owner + 1 :]
    last = max((at for at, word in enumerate(run) if word.lower().rstrip(".") in TITLES), default=-1)
    rest = run[last + 1 :]
    if rest[:1] == ("of",):  # Secretary of State, of the Treasury, of Homeland Security
        rest = rest[2:] if rest[1:2] != ("the",) else rest[3:]
        rest = rest[1:] if rest[:1] == ("Security",) else rest
    if last < 0 or not rest or rest[-1].lower() in ORGANISATIONS or rest[0].lower() in JOINERS:
        return run
    return rest
