"""Words for days and periods in a question → mentions. Knows English phrases, not what a question wants with them.

A small grammar of its own, because a general date finder reads too much into a question: `dateparser.search` 1.5 finds
a date in "Theresa May", in "may march" and in "Sunday Times", returns points where a question means periods, and takes
2 to 8 ms a question after 250 ms for its import and first call; this takes 0.25 ms (measured 2026-11). What stands in
quotation marks is a name. A pattern that is unsure stays silent: a missed date costs a little order, a false one
misleads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from rag.retrieval.periods import (
    MONTHS,
    NUMBERS,
    PARTS,
    SEASONS,
    WEEKDAYS,
    Mention,
    days_of,
    months_of,
    nearest_year,
    shift,
    whole,
)

Resolve = Callable[[re.Match[str], date], Mention | None]
"""What a pattern's match means to someone who asks on a day; None where it is no time after all."""

PRESENT_DAYS = 92
"""A span or point no further back than a quarter, or a month for "ago", is spoken of as the present."""

_AMOUNT = re.compile(  # after a number these make it an amount
    r"\s*(?:people|men|women|children|soldiers|troops|dollars|pounds|euros|miles?|kilomet\w+|km|met(?:er|re)s?|feet|ft|kg"
    r"|tons?|tonnes?|jobs|homes|cases|deaths|votes|seats|points|runs|hours|days|weeks|months|years|mph|calories|percent"
    r"|states|countries|times|million|billion|employees|workers|members|copies|species)\b"
)
_COUNTED = re.compile(
    r"\b(?:than|least|nearly|almost|over|only|exactly|some|approximately|about|to)\s+$", re.IGNORECASE
)
_YEAR_BEFORE_TO = re.compile(r"\b(?:19|20)\d\d\s+to\s+$")
_NUMBERED = re.compile(
    r"\b(?:Project|Agenda|Vision|Windows|Office|Flight|Route|Room|Area|Boeing|Model|Runner|Cyberpunk|No\.?)\s+$"
)
_AHEAD = re.compile(
    r"\b(?:will|won't|must|shall|planned|plans to|upcoming|scheduled|going to|due|deadline|set to|potential|expected)\b"
)
_TIME_FOLLOWS = re.compile(r"\b(?:in|of|since|from|until|by|before|after|during|and|to)\s+$", re.IGNORECASE)
_OPENS = re.compile(r"(?:^|[.?!:]\s+)$")
_NAME_BEFORE = re.compile(r"\b(?:every|each|any|[A-Z][\w’']*)\s+$")
_NAME_AFTER = re.compile(r"\s+(?!(?:And|To|Or)\b)[A-Z]|s\b")
_WINDOW = 40  # characters looked at before a match: enough for the longest of the patterns above


def _before(m: re.Match[str]) -> str:
    return m.string[max(m.start() - _WINDOW, 0) : m.start()]


def _after(m: re.Match[str]) -> str:
    return m.string[m.end() : m.end() + _WINDOW]


def _plain(m: re.Match[str]) -> bool:
    """Tell whether a word is in lower case or opens a sentence: "USA Today" and "Apocalypse Now" are names."""
    return m[0][0].islower() or bool(_OPENS.search(_before(m))) or m.string.isupper()


def _count(m: re.Match[str]) -> int:
    word = (m["n"] or "one").lower()
    return int(word) if word.isdigit() else NUMBERS[word]


def _dated(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read a month with a day, a year or both; without a year the newest such day, or the next if it looks ahead."""
    named = m.groupdict()
    month_day = (MONTHS[named["month"].lower()], int(named["day"]) if named.get("day") else None)
    if named.get("year"):
        if named["month"] in ("may", "march") and not (named.get("day") or _TIME_FOLLOWS.search(_before(m))):
            return None  # "may 2023 be the hottest year?"
        days = days_of(month_day, int(named["year"]))
        return Mention(*m.span(), *days) if days else None
    if named["month"] in ("may", "march", "mar", "dec") or _AMOUNT.match(_after(m)):
        return None  # "may 3 states", "May 20 people"
    days = nearest_year(month_day, asked_on, ahead=bool(_AHEAD.search(m.string)))
    return Mention(*m.span(), *days, month_day=month_day) if days else None


def _iso(m: re.Match[str], asked_on: date) -> Mention | None:
    days = days_of((int(m["m"]), int(m["d"])), int(m["year"])) if 1 <= int(m["m"]) <= 12 else None
    return Mention(*m.span(), *days) if days else None


def _numeric(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read 19/06/2023; where day and month could be either (06/05/2023), both days and all between them are meant."""
    a, b, year = int(m["a"]), int(m["b"]), int(m["year"])
    readings = [days_of((month, day), year) for month, day in ((a, b), (b, a)) if 1 <= month <= 12]
    days = sorted(reading[0] for reading in readings if reading)
    return Mention(*m.span(), days[0], days[-1]) if days else None


def _years(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read "2023-24" and "2023–2024"."""
    last = int(m["to"]) if len(m["to"]) == 4 else int(m["year"][:2] + m["to"])
    return Mention(*m.span(), date(int(m["year"]), 1, 1), date(last, 12, 31)) if last > int(m["year"]) else None


def _part(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read a part of a year: "the first half of 2023", "late last year"."""
    year = int(m["year"]) if m["year"] else asked_on.year - (m["rel"].lower() == "last")
    return Mention(*m.span(), *months_of(year, PARTS[" ".join(m["part"].lower().split())]))


def _season(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read "last winter" as the newest that has ended; "this summer" as the one that goes on, else that of the year."""
    this = m["rel"].lower() == "this"
    first, last = months_of(asked_on.year, SEASONS[m["season"].lower()])
    before = months_of(asked_on.year - 1, SEASONS[m["season"].lower()])
    if this and first > asked_on > before[1]:
        return Mention(*m.span(), present=True)  # still to come
    if (this and first <= asked_on) or last < asked_on:
        return Mention(*m.span(), first, last, present=this)
    if not this and before[1] >= asked_on:  # last winter, asked in January
        before = months_of(asked_on.year - 2, SEASONS[m["season"].lower()])
    return Mention(*m.span(), *before, present=this)


def _rolling(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read "over the past three days"."""
    first = shift(asked_on, m["unit"].lower(), _count(m))
    return Mention(*m.span(), first, asked_on, present=(asked_on - first).days <= PRESENT_DAYS)


def _ago(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read "three weeks ago" as all of that week."""
    day = shift(asked_on, m["unit"].lower(), _count(m))
    return Mention(*m.span(), *whole(day, m["unit"].lower()), present=(asked_on - day).days <= PRESENT_DAYS / 3)


def _unit(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read "this week", "last month", "next year"."""
    relation, unit = m["rel"].lower(), m["unit"].lower()
    if relation in ("next", "coming", "upcoming"):
        return Mention(*m.span(), present=True)
    back = relation in ("last", "previous", "past")
    if unit in ("morning", "afternoon", "evening", "night"):
        return Mention(*m.span(), asked_on - timedelta(days=back), asked_on, present=True)
    first, last = whole(shift(asked_on, unit, int(back)), unit)
    return Mention(*m.span(), first, min(last, asked_on), present=unit != "year" or not back)


def _weekend(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read "last weekend" and "over the weekend" as the newest that has begun."""
    saturday = asked_on - timedelta(days=(asked_on.weekday() - 5) % 7)
    return Mention(*m.span(), saturday, saturday + timedelta(days=1), present=True)


def _named_day(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read today and yesterday; tomorrow is spoken of in today's articles."""
    back = {"yesterday": 1, "the day before yesterday": 2}.get(m[0].lower(), 0)
    day = asked_on - timedelta(days=back)
    return Mention(*m.span(), day, day, present=True) if _plain(m) else None


def _weekday(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read a weekday as the newest up to the day of asking; "Sunday Times", "Black Friday" and "Sundays" are names."""
    relation = (m["rel"] or "").lower()
    name = _NAME_BEFORE.search(_before(m))
    if not relation and ((name and name.start() > 0) or re.match(r"\s+[A-Z]", _after(m))):
        return None  # the first word of a question has a capital anyway
    if relation in ("next", "coming", "upcoming"):
        return Mention(*m.span(), present=True)
    back = (asked_on.weekday() - WEEKDAYS[m["weekday"].lower()]) % 7
    day = asked_on - timedelta(days=back or 7 * (relation == "last"))
    return Mention(*m.span(), day, day, present=True)


def _month(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read a month alone: after a word that makes it a time, and not where a name goes on ("in March Madness")."""
    word, relation = m["month"], (m["rel"] or "").lower()
    if word in ("Jan", "Mar", "Dec") or _NAME_AFTER.match(_after(m)):
        return None  # "from Jan", "by Mar": names as well as months
    verb = word.islower() and (len(word) == 3 or word in ("march", "august"))
    if verb and not re.match(r"in|since|until|during", m[0]):
        return None  # "to march", "they and may"
    start = m.start("rel") if relation else m.start("month")
    if relation == "next":
        return Mention(start, m.end(), present=True)
    month_day = (MONTHS[word.lower()], None)
    this_month = relation == "last" and month_day[0] == asked_on.month
    base = asked_on.replace(day=1) - timedelta(days=1) if this_month else asked_on
    days = nearest_year(month_day, base, ahead=bool(_AHEAD.search(m.string)) and relation != "last")
    return Mention(start, m.end(), *days, month_day=month_day) if days else None


def _year(m: re.Match[str], asked_on: date) -> Mention | None:
    """Read four digits as a year unless what stands around them makes them an amount, a name or a number."""
    before, after = _before(m), _after(m)
    if _AMOUNT.match(after) or (m["year"].endswith("00") and re.match(r"\s+[a-z]+s\b", after)):
        return None
    if _NUMBERED.search(before) or (_COUNTED.search(before) and not _YEAR_BEFORE_TO.search(before)):
        return None
    return Mention(*m.span(), date(int(m["year"]), 1, 1), date(int(m["year"]), 12, 31))


def _so_far(m: re.Match[str], asked_on: date) -> Mention | None:
    return Mention(*m.span(), date(asked_on.year, 1, 1), asked_on, present=True)


def _present(m: re.Match[str], asked_on: date) -> Mention | None:
    return Mention(*m.span(), present=True) if _plain(m) else None


def _any_of(words: object) -> str:
    return "|".join(sorted(words, key=len, reverse=True)).replace(" ", r"\s+")  # type: ignore[call-overload]


_MONTH = rf"(?P<month>(?i:{_any_of(MONTHS)}))\b\.?"
_WEEKDAY = rf"(?P<weekday>{_any_of([*WEEKDAYS, *(name.capitalize() for name in WEEKDAYS)])})"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?![\d%]|[.,:]\d|s\b)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?![.,:]\d|%)"
_NOT_NUMBER = r"(?<![\w$€£#.,:/-])"
_UNIT = r"(?P<unit>hour|day|week|month|year|decade)s?"
_COUNT = rf"(?P<n>\d{{1,3}}|{_any_of(NUMBERS)})"
_REL = r"(?P<rel>this|last|past|next|previous|coming|upcoming)"
_IN = r"in|since|until|till|during|between|before|after|early|late|mid|by|of|to|and|from|the"
_NAMED = "today|tonight|yesterday|tomorrow|the day before yesterday"
_NEWEST = "most recent|recently|recent|latest|newest|currently|lately|nowadays|these days|upcoming|right now"
_NOW = r"(?<!every )\bnow\b(?!-|\s+(?:and (?:then|again)|defunct|famous|famously|iconic|infamous|that)\b)"
_CURRENT = r"\b(?:the|its|their|his|her|whose|our|your|[’']s|is a|as a)\s+current\b"
_CURRENT += r"(?!-|\s+(?:of|in|through|flows?|and|at)\b)(?=\s+\w)"  # that of water or electricity is another

GRAMMAR: tuple[tuple[re.Pattern[str], Resolve], ...] = tuple(
    (re.compile(pattern), resolve)
    for pattern, resolve in (  # the first that claims a stretch of text keeps it
        (r"(?<![\w/.-])(?P<year>(?:19|20)\d\d)([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?![\w/-])", _iso),
        (r"(?<![\w/.-])(?P<a>\d{1,2})([/.-])(?P<b>\d{1,2})\2(?P<year>(?:19|20)\d\d)(?![\w/-])", _numeric),
        (rf"(?:\b{_WEEKDAY},?\s+)?{_NOT_NUMBER}(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?", _dated),
        (rf"\b(?:{_WEEKDAY},?\s+)?{_MONTH}\s+(?:the\s+)?{_DAY}(?:,?\s+{_YEAR})?", _dated),
        (rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}", _dated),
        (_NOT_NUMBER + r"(?P<year>(?:19|20)\d\d)[-–/](?P<to>(?:19|20)\d\d|\d\d)(?![\w/-])", _years),
        (
            rf"\b(?P<part>(?i:{_any_of(PARTS)}))(?:\s+of\s+|[\s-]+)(?:the\s+)?(?:(?P<rel>this|last)\s+year|{_YEAR})",
            _part,
        ),
        (r"\b(?i:so far this year|this year so far|year to date)\b", _so_far),
        (
            rf"\b(?i:(?:(?:over|in|during|for|within)\s+)?the\s+(?:past|last|previous)\s+(?:{_COUNT}\s+)?{_UNIT})\b",
            _rolling,
        ),
        (rf"\b(?i:{_COUNT}\s+{_UNIT}\s+ago)\b", _ago),
        (r"\b(?i:in|over)\s+recent\s+(?:hours|days|weeks|months)\b", _present),
        (rf"\b(?P<rel>(?i:this|last))\s+(?P<season>{_any_of(SEASONS)})\b", _season),
        (r"\b(?i:(?:this|last|past|over the|at the|on the)\s+weekend)\b", _weekend),
        (rf"\b(?i:{_REL}\s+(?P<unit>week|month|year|morning|afternoon|evening|night))\b", _unit),
        (rf"\b(?i:{_any_of(_NAMED.split('|'))})\b", _named_day),
        (rf"\b(?:(?i:{_REL})\s+)?{_WEEKDAY}\b", _weekday),
        (rf"\b(?:(?P<rel>(?i:this|last|next))|(?i:{_IN}))[\s-]+{_MONTH}(?!\s+\d)(?![’'\w])", _month),
        (rf"{_NOT_NUMBER}{_YEAR}(?![\w/-])", _year),
        (rf"(?<!\bat the )\b(?i:{_any_of(_NEWEST.split('|'))})\b(?!-)", _present),
        (r"\b(?i:at the moment|at present|as of now|this season)\b", _present),
        (_NOW, _present),
        (_CURRENT, _present),
    )
)
_QUOTED = re.compile(r"[\"“”][^\"“”]{1,80}[\"“”]|(?<!\w)[‘'][^‘’']{1,80}[’'](?!\w)")


def find_mentions(question: str, asked_on: date) -> list[Mention]:
    """Return the phrases of `question` that name a time, in order and without overlap, as meant on `asked_on`."""
    text = _QUOTED.sub(lambda m: "\0" * len(m[0]), question)
    found: list[Mention] = []
    for pattern, resolve in GRAMMAR:
        for m in pattern.finditer(text):
            mention = resolve(m, asked_on)
            if mention and all(mention.end <= other.start or other.end <= mention.start for other in found):
                found.append(mention)
    return sorted(found, key=lambda mention: mention.start)
