"""The short form of an answer: the few words of a sentence that answer by themselves, as a reader would mark them.

The reader marks tokens, which are parts of words, and marks some in every sentence. Here what it marked is made whole
(words, figures with their units, dates, quotation marks), cut where a clause begins, and dropped where it answers
nothing. Knows a question and a sentence; knows nothing of models.
"""

from __future__ import annotations

import re

from rag.answering.expected import could_answer, could_answer_in_words, repeats
from rag.answering.figures import MONTH
from rag.answering.question import Question, asks_yes_or_no
from rag.answering.speech_words import FINITE
from rag.answering.verbs import INTRANSITIVE, TRANSITIVE, base_stem
from rag.words import content_stems, words

Span = tuple[int, int]

_WHO = ("who", "who is")
_SCALE = "(?:hundred|thousand|million|billion|trillion)"
_INITIALS = re.compile(r"(?:[A-Z]\.){2,}")
_CUT_BY_WORDS = re.compile(rf"{_INITIALS.pattern}|\d+(?:[.,:]\d+)+")
# What is never shown in part: a figure with its sign, scale and unit; an abbreviation; a word, whose possessive may be
# left out.
_WHOLE = re.compile(
    r"\b\w+-(?:year|month|week|day)s?-olds?\b"
    rf"|(?:(?:US|A|C)?[$€£¥]\s?)?\d+(?:[.,:/]\d+)*\w*(?:[ -]{_SCALE}\b)?(?:\s?(?:%|percent\b|per ?cent\b))?"
    r"(?:\s?(?:[ap]\.m\b\.?|[ap]m\b))?"
    rf"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|several|a|half a)[ -]{_SCALE}\b"
    rf"|{_INITIALS.pattern}|[^\W_]+(?:['’](?!s\b)[^\W\d_]+)?"
)
_MONTH = rf"(?:(?:{MONTH})\b|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?:[-–]\d{1,2})?(?![\w,]*\d)(?!\w)"
# "In April 20 trams burned" counts trams.
_MONTH_AND_DAY = re.compile(rf"(?<!\b[Ii]n )\b{_MONTH} {_DAY}|\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}")
_YEAR_BEHIND = re.compile(rf"(?<![\w.])(?:{_MONTH}|{_MONTH} {_DAY}),? (?:1[5-9]|20)\d\d\b")
_EDGES_OFF = re.compile(r"^[\s,;:!?–—-]+|[\s,;:!?–—-]+$|(?<=\d)\.$|(?<=[a-z]{4})\.$")
_PAIRS = (('"', '"'), ("“", "”"), ("‘", "’"), ("(", ")"), ("[", "]"))
_FAR = 60
"""Characters to a quotation mark's partner at most: a longer quotation is not the short form of anything."""

_OPENS_CLAUSE = re.compile(
    r"(?:who(?:m|se|m?ever)?|what(?:ever)?|which(?:ever)?|whether|that|if|how|why)\b(?! [A-Z]\w+['’]s\b)", re.IGNORECASE
)
_RELATIVE = re.compile(r"\b(?:who|whom|whose|which|that|where|when)\b")
_ASIDE = re.compile(r", (?:who|whom|whose|which|where|when)\b.*", re.DOTALL)
_LOOSE_END = re.compile(r"(?:[\s,;]+(?:and|but|or|as|while|he|she|it|they|we)\b)*[\s,;]*$")
_AND_THE = re.compile(
    r"^(?!.*\bbetween\b).*?(?P<and>,? and (?:the|an?|its|his|her|their) )(?!.*\band\b)", re.IGNORECASE | re.DOTALL
)
_AUXILIARIES = FINITE - {"it", "there", "not", "been", "be", "do"}
_PAST = {past for past, base in (TRANSITIVE | INTRANSITIVE).items() if past != base}
# "Garrow taps Ann Holub", as headlines have it; "Northland actors Ann Holub and Piet Brandt" are two.
_IN_HEADLINE = re.compile(r"(?<=\w )[a-z]{2,}[^\Wsiu]s(?= (?:[A-Z][\w’'.-]*\s?)+$)")
_VERB_BEFORE_NAME = re.compile(r"^[a-z]+ (?=[A-Z])")


def short_form(question: Question, sentence: str, marked: Span) -> Span | None:
    """Return what answers by itself in `sentence`, start and end; None where nothing does.

    A yes or no is not among the words of an article, and what the question says already is no answer.

    Args:
        question: What is asked.
        sentence: The sentence.
        marked: What the reader marked in it, start and end.
    """
    if asks_yes_or_no(question):
        return None
    whole = _paired(sentence, _whole(question, sentence, _trimmed(sentence, marked)))
    if whole is None:
        return None
    start, end = _trimmed(sentence, _without_clause(question, sentence, whole))
    return (start, end) if _answers(question, sentence[start:end]) else None


def _answers(question: Question, said: str) -> bool:
    """Tell whether there are words, not all of them the question's; "U.S." is one, and "7.9" is another than "7.1"."""
    new = set(_CUT_BY_WORDS.findall(said)) - set(_CUT_BY_WORDS.findall(question.text))
    return bool(new) or (any(char.isalnum() for char in said) and not repeats(question, said))


def _trimmed(text: str, span: Span) -> Span:
    """Leave out blanks and punctuation at both ends, and the full stop of a sentence."""
    start, end = span
    while match := _EDGES_OFF.search(text[start:end]):
        start, end = (start + match.end(), end) if match.start() == 0 else (start, start + match.start())
    return start, end


def _whole(question: Question, text: str, span: Span) -> Span:
    """Extend a span to whole words and figures, a month to its day and year, and a day to its month."""
    start, end = span
    for pattern in (_WHOLE, _MONTH_AND_DAY, _YEAR_BEHIND):
        for match in pattern.finditer(text):
            if match.start() < end and match.end() > start and _belongs(question, pattern, match, start):
                start, end = min(start, match.start()), max(end, match.end())
    return start, end


def _belongs(question: Question, pattern: re.Pattern[str], match: re.Match[str], start: int) -> bool:
    """Tell whether a date that a span has part of belongs to it whole: its end alone is a year, or a count."""
    if pattern is _WHOLE:
        return True
    return start <= match.start() or (pattern is _MONTH_AND_DAY and question.kind == "when")


def _paired(text: str, span: Span) -> Span | None:
    """Extend a span to the partners of its quotation marks and brackets, or leave those at its ends out.

    None where a mark inside it has its partner nowhere near.
    """
    start, end = span
    for opening, closing in _PAIRS:
        for at, opens in _alone(text, (start, end), opening, closing):
            partner = text.find(closing, end, at + _FAR) if opens else text.rfind(opening, max(0, at - _FAR), start)
            near = partner >= 0 and not words(text[end:partner] if opens else text[partner + 1 : start])
            if near or (partner >= 0 and start < at < end - 1):
                start, end = min(start, partner), max(end, partner + 1)
            elif at == start:
                start += 1
            elif at == end - 1:
                end -= 1
            else:
                return None
    return start, end


def _alone(text: str, span: Span, opening: str, closing: str) -> list[tuple[int, bool]]:
    """Return the places of marks without partner in a span, and whether they open; an apostrophe is no mark."""
    opened: list[int] = []
    closed: list[int] = []
    for at in range(*span):
        if text[at] == opening and (opening != closing or text.count(opening, 0, at) % 2 == 0):
            opened.append(at)
        elif text[at] == closing and opened:
            opened.pop()
        elif text[at] == closing and closing != "’":
            closed.append(at)
    return [(at, False) for at in closed] + [(at, True) for at in opened]


def _without_clause(question: Question, text: str, span: Span) -> Span:
    """Cut a span where a clause begins, if it is to be somebody, a time, a place or a number; empty if that is none."""
    if question.kind not in (*_WHO, "when", "where", "how many"):
        return span
    start, end = span
    said = text[start:end]
    if question.kind != "when":
        said = _ASIDE.sub("", said)
    elif could_answer_in_words(question, said):
        return span  # "after the dam broke" is a time
    kept = _somebody(question, said) if question.kind in _WHO else _first_of_kind(question, said)
    return start + kept[0], start + kept[1]


def _somebody(question: Question, said: str) -> Span:
    """Return the part of a span that is somebody, not somebody with what they do; empty where it can't be told."""
    if _OPENS_CLAUSE.match(said):
        return 0, 0
    verb = next(iter(_verbs(said, in_headline=True)), None)
    if verb is None or _RELATIVE.search(said, 0, verb.start()):
        return 0, len(said)
    before = _LOOSE_END.sub("", said[: verb.start()])
    if not content_stems(before) or repeats(question, before):  # "It was Ann Holub"
        rest = said[verb.end() :].lstrip()
        behind = _VERB_BEFORE_NAME.sub("", rest)
        return len(said) - len(behind), len(said)
    is_asked = _acts(said, verb) & set(map(base_stem, question.stems))
    return (0, len(before)) if is_asked or len(before) < len(said[: verb.start()].rstrip()) else (0, 0)


def _acts(said: str, verb: re.Match[str]) -> set[str]:
    """Return the stems of a verb; of an auxiliary, those of the two words behind it."""
    told = words(said[verb.end() :])[:2] if verb.group() in _AUXILIARIES else [verb.group()]
    return {base_stem(found) for found in content_stems(" ".join(told))}


def _first_of_kind(question: Question, said: str) -> Span:
    """Return the first part of a span, cut at its verbs, that holds a time, place or number."""
    cuts = [verb.span() for verb in _verbs(said)]
    unlike = _AND_THE.match(said) if question.kind == "when" else None
    if unlike and not could_answer(question, said[unlike.end() :]):
        cuts = sorted([*cuts, unlike.span("and")])
    if not cuts or _RELATIVE.search(said, 0, cuts[0][0]):
        return 0, len(said)
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(said)]
    parts = [(start, start + len(_LOOSE_END.sub("", said[start:end]))) for start, end in zip(starts, ends, strict=True)]
    found = (part for part in parts if could_answer(question, said[slice(*part)]))
    # "Bremen, Northland, fired on": a place may stand without its preposition.
    placed = question.kind == "where" and said[: cuts[0][0]].rstrip().endswith(",")
    return next(found, parts[0] if placed else (0, 0))


def _verbs(said: str, in_headline: bool = False) -> list[re.Match[str]]:
    """Return the finite verbs of a phrase, as far as their form and what stands before them tell."""
    found = [
        match
        for match in re.finditer(r"(?<![\w’'-])[a-z]+(?![\w’'-])", said)
        if match.group() in _AUXILIARIES
        or (match.group() in _PAST and re.search(r"(?:,|\b[A-Z][\w’'.-]*) $", said[: match.start()]))
    ]
    return found or (list(_IN_HEADLINE.finditer(said)) if in_headline else [])
