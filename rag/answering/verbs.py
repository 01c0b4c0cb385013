"""The verbs that news tells events with: from the past tense, or the participle, to the form of a question.

"Who won …?" keeps the past tense, "When did … resign?" needs the base form. Others are not asked with.
"""

from __future__ import annotations

from rag.words import stem

_DOUBLED = "ban plan stop drop expel transfer scrap acquit kidnap permit"
_TRANSITIVE = """
abandon abolish accuse acquire acquit adopt announce appoint approve arrest assassinate attack award ban blame block
boycott cancel capture charge close condemn confirm convict create criticize criticise declare defend delay deliver
demand demolish deny deploy deport destroy detain discover dismiss dissolve donate drop earn eject elect eliminate
endorse evacuate execute expand expel extradite fine fire halt help hire honor honour host identify impeach impose
imprison indict injure interview introduce invade investigate invite jail join kidnap kill launch legalize legalise lift
lower murder name nominate open order oust overturn pardon pass pause permit plan poison postpone praise prevent
promote propose prosecute protect publish punish purchase raise ratify recall receive reject release remove rename
replace rescue resume reverse sack sanction save scrap sentence sign stop sue support suspend target threaten topple
transfer unveil uphold vaccinate veto visit warn welcome
"""
_INTRANSITIVE = "collapse crash die disappear erupt escape resign retire return surrender arrive fail appear protest"
_TO_INFINITIVE = "agree decide refuse decline vow pledge promise threaten plan vote attempt"
_PLAIN = """
start end cost come reach rule fly run land last say think want need mean react respond change work use cause call hear
see find keep help spread hurt affect grow explode burn derail reopen aim expect move play look try
"""
_IRREGULAR = """
win won won|lose lost lost|buy bought bought|sell sold sold|leave left left|shoot shot shot|hold held held
make made made|take took taken|break broke broken|beat beat beaten|build built built|begin began begun
choose chose chosen|meet met met|lead led led|cut cut cut|hit hit hit|quit quit quit|steal stole stolen
strike struck struck|sink sank sunk|withdraw withdrew withdrawn|bring brought brought|give gave given|seek sought sought
shut shut shut|write wrote written|fight fought fought|become became become|uphold upheld upheld
"""
_MONEY = "pay paid paid|spend spent spent|raise raised raised|donate donated donated|earn earned earned|lose lost lost"
_GO = "fall fell fallen|rise rose risen|flee fled fled|go went gone"


def _past(base: str) -> str:
    if base in _DOUBLED.split():
        return f"{base}{base[-1]}ed"
    if base.endswith("e"):
        return f"{base}d"
    return f"{base[:-1]}ied" if base[-1] == "y" and base[-2] not in "aeiou" else f"{base}ed"


def _rows(table: str) -> list[list[str]]:
    return [row.split() for line in table.strip().splitlines() for row in line.split("|") if row.strip()]


_NAMED = [row[0] for row in _rows(_IRREGULAR + "|" + _GO + "|" + _MONEY)]
_REGULAR = [[base, _past(base), _past(base)] for base in _TRANSITIVE.split() if base not in _NAMED]

_BASES = {stem(form): stem(row[0]) for row in _rows(f"{_IRREGULAR}|{_GO}|{_MONEY}") for form in row}

TRANSITIVE = {past: base for base, past, _ in [*_REGULAR, *_rows(_IRREGULAR)]}
"""Past tense → base, of verbs that need an object in a question."""
INTRANSITIVE = {_past(base): base for base in _INTRANSITIVE.split()} | {"fled": "flee", "quit": "quit"}
"""Past tense → base, of verbs that need none."""
TO_INFINITIVE = {_past(base): base for base in _TO_INFINITIVE.split()}
"""Past tense → base, of verbs before "to": "refused to leave"."""
PAYING = {past: base for base, past, _ in _rows(_MONEY)}
"""Past tense → base, of verbs whose object may be an amount of money."""
PARTICIPLES = frozenset(row[2] for row in [*_REGULAR, *_rows(_IRREGULAR)]) | frozenset(
    [
        "born",
        "found",
        "based",
        "filmed",
        "buried",
        "wounded",
        "hospitalized",
        "hospitalised",
        "displaced",
        "trapped",
        "crowned",
    ]
)
"""What follows "was" in the passive."""

BARE = frozenset([*f"{_TRANSITIVE} {_INTRANSITIVE} {_TO_INFINITIVE} {_PLAIN}".split(), *_NAMED])
"""Base forms, as they stand behind the subject of "did": the verbs above, and common ones that tell no event."""


def base_stem(stemmed: str) -> str:
    """Return the stem of the base form for that of an irregular past or participle ("began" → "begin"), else itself."""
    return _BASES.get(stemmed, stemmed)
