"""Who is said to speak in one sentence: `Ann Holub, the mayor, said`, `said police`, `according to the ministry`.

Knows English word order around verbs of speech; knows nothing of other sentences: pronouns are left as they stand.
Quoted words must have been replaced by QUOTE beforehand, so that nothing said is taken for the saying.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.answering.names import Words, is_name, phrase_name
from rag.answering.speech_words import (
    BE,
    BESIDE_VERB,
    CLAUSAL,
    CONJUNCTIONS,
    CUT_OFF,
    DAYS,
    DETERMINERS,
    ENDS_PHRASE,
    FINDINGS,
    FINITE,
    FIRST_PERSON,
    LEADING,
    LIVES,
    MODALS,
    NEGATIONS,
    NOUNS_TOO,
    OBJECTS,
    ORGANISATIONS,
    PLURAL_ROLES,
    PREPOSITIONS,
    PRONOUNS,
    QUOTING,
    SAYING,
    SUBORDINATORS,
    TELLING,
    TITLES,
    TRANSITIVE,
)
from rag.answering.subjects import QUOTE, STOPS, parts_of, subject_of, tokens_of

_JOIN_VERBS = frozenset({"and", "but", "then", "also"})  # before a second verb of the same subject
_NEAR_QUOTE = 6  # words from the verb to a quote that is its object: "told reporters in Beijing on Monday: …"
_SHORT = 4  # words of a noun behind a verb without a quote before it: "said the last survivor", not "said the bridge …"
_LONGEST_NAME = 14  # tokens: "Yale Paul Tsai China Center Law School Fellow Moritz Rudolf" has ten


@dataclass(frozen=True, slots=True)
class Attribution:
    """One finding that somebody speaks.

    Attributes:
        speaker: As the sentence has it, titles and articles removed: a name ("Holub"), a noun ("a spokeswoman"), a
            pronoun ("she"); empty where the subject names nobody ("others").
        verb: The verb of speech, lower-cased; "according" for "according to".
        rank: 0 beside a quote, 1 after what was said, 2 before it, 3 "according to", 4 a participle or a verb that is a
            noun too ("claims"); lower is surer.
    """

    speaker: str
    verb: str
    rank: int


def attribution(sentence: str) -> Attribution | None:
    """Return the surest attribution in `sentence`, the first of equally sure ones; None where there is none.

    Args:
        sentence: With QUOTE in place of quoted words.
    """
    return min(_attributions(tokens_of(sentence)), key=lambda found: found.rank, default=None)


def _attributions(words: Words) -> Iterator[Attribution]:
    for at, word in enumerate(words):
        verb = word.lower()
        if verb == "according" and (at == 0 or word.islower()) and words[at + 1 : at + 2] == ("to",):
            speaker = phrase_name(_forward(words, at + 2, strict=True))
            if speaker:
                yield Attribution(speaker, verb, 3)
        elif verb in TELLING and at and words[at - 1] == ",":
            yield Attribution(subject_of(words), verb, 4)
        elif _is_speech(words, at, verb):
            yield from _withsubject_of(words, at, verb)


def _withsubject_of(words: Words, at: int, verb: str) -> Iterator[Attribution]:
    quoted = at > 0 and words[at - 1] == QUOTE
    told = at > 0 and words[at - 1] == "," and verb in SAYING | CLAUSAL
    speaker = _after(words, at, strict=not quoted) if (quoted or told) and verb not in TRANSITIVE else ""
    first = at - 1
    if not speaker:
        found = _before(words, at)
        if found is None:
            return
        speaker, first = found
    if verb in NOUNS_TOO:
        if _known_speaker(speaker) and not speaker.endswith(("'s", "’s", "s'", "s’")):
            yield Attribution(speaker, verb, 4)
    else:
        yield Attribution(speaker, verb, _rank(words, first, at))


def _rank(words: Words, first: int, at: int) -> int:
    if QUOTE in words[max(0, first - 1) : at + _NEAR_QUOTE]:
        return 0
    return 1 if first > 0 and words[first - 1] in {",", ".", "!", "?"} and _closes(words, at) else 2


def _closes(words: Words, at: int) -> bool:
    """Tell whether little but time and place follows the verb: "…, Holub said on Monday"."""
    after = words[at + 1 : at + 3]
    return not after or after[0] in STOPS or after[0].lower() in (DAYS | ENDS_PHRASE) - {"that", "who", "to"}


def _is_speech(words: Words, at: int, verb: str) -> bool:
    """Tell whether the word at `at` is a verb of speech here, in the active voice and not denied."""
    after = words[at + 1].lower() if at + 1 < len(words) else "."
    if not words[at].islower() or _is_held_back(words, at):
        return False
    if verb == "claimed" and LIVES & set(words[at + 1 : at + 6]):
        return False
    if verb in SAYING:
        return verb != "told" or after != "to"  # a headline: "Residents told to leave"
    beside_quote = QUOTE in words[max(0, at - 4) : at + 4 if verb not in {"asked", "asks"} else at + 10]
    if verb in CLAUSAL:
        that = "that" in map(str.lower, words[at + 1 : at + 6])
        found = bool(FINDINGS & set(map(str.lower, words[max(0, at - 6) : at])))
        return that or found or beside_quote or after in PRONOUNS or _is_tail(words, at)
    if verb in OBJECTS:
        named = verb in {"called", "calls"} and words[at + 1 : at + 2] != () and is_name(words[at + 1])
        return named or beside_quote or after in OBJECTS[verb]
    if verb == "named":
        return after in {"him", "her", "them", "it"} and "as" in words[at + 2 : at + 4]
    return verb in QUOTING and beside_quote


def _is_tail(words: Words, at: int) -> bool:
    """Tell whether the verb closes the sentence after a comma: "…, Cuomo announced late last year"."""
    return "," in words[max(0, at - 6) : at] and _closes(words, at)


def _is_held_back(words: Words, at: int) -> bool:
    """Tell whether the verb is passive, denied, or only possible: "was told", "did not say", "would say", "to say"."""
    for word in reversed(words[max(0, at - 3) : at]):
        lower = word.lower()
        if lower in BE or lower in MODALS or lower in NEGATIONS or lower.endswith(("n't", "n’t")):
            return True
        if lower not in BESIDE_VERB and not lower.endswith("ly"):
            return False
    return False


def _before(words: Words, at: int) -> tuple[str, int] | None:
    """Return the speaker before the verb and the place of its first word; None where it is no main clause's."""
    last = at - 1
    while last >= 0 and _is_beside(words, last):
        last -= 1
    if last < 0:
        return None
    word = words[last].lower()
    if word in PRONOUNS:
        return None if last and words[last - 1].lower() in SUBORDINATORS else (word, last)
    if word in {"who", "which"} and last > 1 and words[last - 1] == "," and is_name(words[last - 2]):
        return _phrase_before(words, last - 2)  # "Ann Holub, who added that …"
    if word in FIRST_PERSON or word in SUBORDINATORS or word == QUOTE:
        return None
    if word in _JOIN_VERBS:
        return _joined(words, last)
    if word in {",", ")"}:
        return _set_off(words, last)
    return _phrase_before(words, last)


def _joined(words: Words, last: int) -> tuple[str, int] | None:
    """Return the subject of the sentence for a second verb: "Wang … but also blamed"."""
    speaker = subject_of(words[:last])
    return (speaker, last) if speaker else None


def _is_beside(words: Words, at: int) -> bool:
    word = words[at].lower()
    return word in BESIDE_VERB or word in DAYS or (word.endswith("ly") and words[at].islower() and at > 0)


def _phrase_before(words: Words, last: int) -> tuple[str, int] | None:
    """Return the speaker whose last word is at `last`, back to where its clause begins."""
    first = last
    while first > 0 and not _bounds(words, first - 1):
        first -= 1
    if first > 0 and words[first - 1].lower() in SUBORDINATORS:
        return None
    phrase = words[first : last + 1]
    while phrase and phrase[0].lower() in CONJUNCTIONS:
        phrase, first = phrase[1:], first + 1
    phrase = phrase[: next((at for at, word in enumerate(phrase) if at and word in CUT_OFF), len(phrase))]
    if phrase and (phrase[0].lower() in LEADING or len(phrase) > _LONGEST_NAME or set(map(str.lower, phrase)) & FINITE):
        cut = _trailing(phrase)
        phrase, first = cut, first + len(phrase) - len(cut)
    return (phrase_name(phrase), first) if phrase and _can_speak(phrase) else None


def _can_speak(phrase: Words) -> bool:
    """Tell whether a phrase ends in a word that could be someone: a name or a noun, no mark and no number."""
    last = phrase[-1]
    return last[0].isalpha() and last.lower() not in FINITE | DETERMINERS - {"others", "many", "some", "most"}


def _bounds(words: Words, at: int) -> bool:
    """Tell whether the word at `at` ends the clause before: a mark, a subordinator, an "and" not within a name."""
    word = words[at].lower()
    if word in {"and", "or"}:
        return not (at > 0 and words[at - 1][:1].isupper() and words[at + 1][:1].isupper())
    return word in STOPS or word in SUBORDINATORS or word in {"but", "so", "as"}


def _trailing(phrase: Words) -> Words:
    """Return the last name or noun of a phrase that begins with something else: "On Tuesday police" → "police"."""
    start = len(phrase) - 1
    if is_name(phrase[start]):
        while start > 0 and (is_name(phrase[start - 1]) or phrase[start - 1].lower() in TITLES):
            if phrase[start - 1].lower() in DAYS | LEADING:
                break
            start -= 1
        return phrase[start:]
    for back in range(start, max(-1, start - 5), -1):
        if phrase[back].lower() in DETERMINERS:
            return phrase[back:]
        if phrase[back].lower() in PREPOSITIONS or phrase[back].lower() in DAYS:
            break
    return phrase[start:]


def _set_off(words: Words, last: int) -> tuple[str, int] | None:
    """Return the speaker before an insertion: "Rudolf, a fellow at Yale, said", "Sorley (Civic Union) said"."""
    if words[last] == ")":
        opens = max((at for at in range(last) if words[at] == "("), default=0)
        return _phrase_before(words, opens - 1) if opens else None
    parts = parts_of(words[:last])
    inserted, place = parts[-1], len(parts) - 1
    if place == 0:
        return None
    if all(map(is_name, inserted)) and len(inserted) > 1 and not is_name(parts[-2][-1]):
        return phrase_name(inserted), last - len(inserted)
    for before in range(place - 1, max(-1, place - 6), -1):
        if parts[before] and is_name(parts[before][-1]) and not parts[before][0].islower():
            place = before + 1
            break
    end = sum(len(part) + 1 for part in parts[:place]) - 2
    return _phrase_before(words, end) if end >= 0 else None


def _after(words: Words, at: int, *, strict: bool) -> str:
    """Return the speaker behind the verb: "said Liv Tennant, a nurse"; empty where something else stands there."""
    start = at + 1
    while start < len(words) and words[start].lower().endswith("ly"):
        start += 1
    phrase = _forward(words, start, strict=False)
    if not phrase or phrase[0].lower() in DAYS:
        return ""
    end = start + len(phrase)
    goes_on = end < len(words) and words[end] not in STOPS and words[end].lower() not in DAYS
    if len(phrase) == 1 and phrase[0].lower() in PRONOUNS:
        return "" if strict and goes_on else phrase[0].lower()  # "Schaffner, a doctor, said he and his colleagues …"
    lower = [word.lower() for word in phrase]
    if any(map(_is_finite, lower)) or lower[0] in SUBORDINATORS | FIRST_PERSON | PRONOUNS:
        return ""
    noun = lower[0] in DETERMINERS and not (strict and (len(phrase) > _SHORT or lower[-1].endswith("ed")))
    if not (is_name(phrase[-1]) or noun or lower[-1] in TITLES | PLURAL_ROLES | ORGANISATIONS):
        return ""
    if strict and goes_on and words[end].lower() not in ENDS_PHRASE:
        return ""
    return phrase_name(_named_behind(words, start, end)) if not is_name(phrase[-1]) else phrase_name(phrase)


def _is_finite(word: str) -> bool:
    return word in FINITE or word.endswith(("n't", "n’t"))


def _named_behind(words: Words, start: int, end: int) -> Words:
    """Return the name set behind a noun ("its chief executive, Piet Lovelock,"), else the noun's own phrase."""
    name = _forward(words, end + 1, strict=False) if words[end : end + 1] == (",",) else ()
    return name if len(name) > 1 and all(map(is_name, name)) else words[start:end]


def _forward(words: Words, start: int, *, strict: bool) -> Words:
    """Return the phrase from `start` on to a mark or a word that ends it."""
    end = start
    while end < len(words) and end - start < _LONGEST_NAME:
        lower = words[end].lower()
        in_name = lower == "and" and words[end + 1 : end + 2] != () and words[end + 1][:1].isupper()
        if words[end] in STOPS or lower in DAYS or (lower in CUT_OFF and end > start):
            break
        if lower in ENDS_PHRASE and not in_name and not (strict and lower in PREPOSITIONS):
            break
        if strict and end > start and is_name(words[end - 1]) and words[end][0].isdigit():
            break
        end += 1
    return words[start:end]


def _known_speaker(speaker: str) -> bool:
    last = speaker.rsplit(" ", 1)[-1]
    return last[:1].isupper() or last.lower() in PRONOUNS | PLURAL_ROLES | TITLES | ORGANISATIONS
