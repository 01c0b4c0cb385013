"""Which of the proposed cuts stand: each rule is one reason why what follows still belongs to the sentence before.

The rules only ever take a cut away. They look at a bounded number of characters on either side of it, except that the
piece that follows is searched once for a letter or digit, so the whole is linear.
"""

from __future__ import annotations

import re

from rag.reading.attribution import MAX_BARE, is_bare_attribution, opens_with_attribution
from rag.reading.paragraphs import goes_on

WINDOW = 40
"""Characters looked at on either side of a cut; the longest abbreviation with its closing quotes has fewer."""

WORD = re.compile(r"[^\W_]")
OPENERS = re.compile(r"[\s\"“„«‹‘'’(\[{—–-]*")
FIRST_WORD = re.compile(r"[^\W\d_]+")
LAST_WORD = re.compile(r"([^\s\"“”„«»‘(\[{—–:/•►▪·]+)$")
CONTINUES = re.compile(r"[,;:)\]}”»%]|\.\.\.\s*[a-z]")
ENUMERATOR = re.compile(r"[\"“(\[]{0,2}(?:[A-Z]?\d{1,3}|[A-Z]|[ivx]{1,4})[.)]")
"""`1.`, `(2)`, `T41.`, `Q.`: the number of a list item is no sentence."""
QUOTED_STOP = re.compile(r"[!?][\"”’'»]+$")
GLUED = re.compile(r"(?:[a-z]{2}|\d%|\))[.!?]\|[A-Z][a-z]*[\s,’']|[。！？]\|")
"""Cuts where no space was typed (`the star.He scored`); names of sites and files (`Node.js`) do not look like this."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words(
    "Mr Mrs Ms Mx Dr Drs Sen Sens Rep Reps Gov Govs Gen Lt Col Sgt Capt Maj Cmdr Cpl Pvt Adm Prof Rev Hon Pres Supt "
    "Det Insp Messrs Mme Mlle Mt Ft St Ste Fr vs v Vs cf e.g i.e Brig Del Amb Atty Asst Assoc Dept Sec viz"
)
"""Always followed by what they introduce."""
NUMBERED = _words(
    "No Nos no Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Art Ch Fig Vol Rte Prop pp p para Sec Op approx Approx"
)
"""Abbreviations only where a number follows."""
MEMBERS = _words(
    "Inc Corp Co Cos Ltd Jr Sr Bros Ph.D M.D Esq Calif Fla Mass Mich Pa Va Ga Ariz Conn Wash Ore Ky "
    "Tenn Wis Minn Colo Ill Ind"
)
"""Often inside a name or before one: `Jr. Day`, `Inc. Chief Executive`, `Mass. Gov.`; they may end a sentence too."""
ACRONYM = re.compile(r"(?:[A-Z]\.)+[A-Z]?")
CLOCK = _words("a.m p.m A.M P.M Mon Tue Tues Wed Thu Thurs Fri Sat Sun")
AFTER_CLOCK = _words(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Tues Wed Thu Thurs Fri Sat Sun January February "
    "March April May June July August September October November December Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov "
    "Dec ET EST EDT CT CST CDT MT MST MDT PT PST PDT GMT UTC BST CET CEST Eastern Central Mountain Pacific"
)
EXCLAIMED = frozenset({"Yahoo!", "Jeopardy!", "Wham!"})
"""Names that carry a stop of their own."""
STARTERS = _words(
    "The A An This That These Those He She It They We You I His Her Its Their Our My In On At By For From With As "
    "After Before While When If But And Or So Yet However Although Though Since Because There Here What Who Why How "
    "Where Nobody Not Most Many Some All One Two Three Officials Police Meanwhile Still Then Now Also Both Each "
    "Every Another Other Several Last Neither Only Under During Until Despite According Among Instead Today "
    "Yesterday Earlier Later Once Even Such More Less About Over Does Did Is Are Was Were Has Have Can Could Will "
    "Would Should"
)
"""Words that open a sentence far more often than they continue a name."""


def joins(text: str, start: int, end: int, after: int, stop: int, *, cased: bool = True) -> bool:
    """Tell whether `text[after:stop]` continues the sentence `text[start:end]`.

    Args:
        text: The paragraph.
        start: Where the sentence so far starts.
        end: Where it would end.
        after: Where the next one would start; only white space lies between.
        stop: Where the next proposed cut, or the paragraph, ends.
        cased: Whether the paragraph has capitals at all; without them a lower-case start says nothing.
    """
    piece = text[after:stop] if stop - after <= MAX_BARE else ""
    left, right = text[max(start, end - WINDOW) : end], text[after : min(stop, after + 2 * WINDOW)]
    return (
        WORD.search(text, after, stop) is None  # punctuation alone is no sentence
        or ENUMERATOR.fullmatch(text, start, end) is not None
        or (end - start <= WINDOW and WORD.search(left) is None)
        or _is_continuation(right, cased)
        or (end == after and GLUED.search(f"{left[-3:]}|{right}") is None)
        or (piece != "" and is_bare_attribution(piece))
        or (
            QUOTED_STOP.search(left) is not None
            and _first_word(right) not in STARTERS
            and opens_with_attribution(right)
        )
        or _is_abbreviation(left, right)
    )


def _is_continuation(right: str, cased: bool) -> bool:
    """Tell whether `right` starts in lower case, or with punctuation that opens nothing."""
    if CONTINUES.match(right):
        return True
    opened = OPENERS.match(right)
    return cased and goes_on(right, opened.end() if opened else 0)


def _first_word(right: str) -> str:
    found = FIRST_WORD.match(right)
    return found[0] if found else ""


def _is_abbreviation(left: str, right: str) -> bool:
    """Tell whether the stop at the end of `left` belongs to an abbreviation that goes on with `right`."""
    found = LAST_WORD.search(left)
    if not found:
        return False
    last = found[1]
    first = _first_word(right)
    if last in EXCLAIMED:
        return first not in STARTERS
    if not last.endswith("."):
        return False
    last = last[:-1]
    if last in TITLES:
        return last != "St" or first not in STARTERS
    if last in NUMBERED:
        return right[:1].isdigit()
    if last in CLOCK:
        return first in AFTER_CLOCK  # at 5 p.m. Monday; Mon. May 1
    if last == "I":  # the pronoun, unless another initial follows: I. M. Pei
        return re.match(r"[A-Z]\.", right) is not None
    if last in MEMBERS or ACRONYM.fullmatch(last + "."):
        return first != "" and first not in STARTERS
    return False
