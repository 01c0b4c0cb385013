from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.index.copies import (
    LEAD_SHARED,
    LEAST_SHINGLES,
    SHINGLE,
    are_copies,
    bands,
    opens_alike,
    tells_a_story,
    wording,
)

WIRE = """PORT SENN — A fire broke out on Saturday morning on the car deck of the ferry "Anneke Strand", injuring 12
people, the Coast Guard said. The ferry, with 214 passengers and 31 crew on board, had left Port Senn at 7:40 for the
island of Lissa when smoke was seen near a parked lorry.

"We saw the doors close and then the lights went out," said Mette Holm, a nurse who was travelling with her two sons.
"Nobody told us anything for a quarter of an hour."

Two tugs brought the ship back to the harbour by noon. The injured were taken to the hospital of Dunmoor, most of
them with burns or after breathing smoke, and three of them were in a serious condition on Saturday evening.

The company, Lovelock Lines, said that the alarm had been given without delay and that it would help the
investigation in every way. Its chief executive, Piet Lovelock, travelled to the harbour and spoke with passengers
there. The union of seafarers has warned for years that the deck's sprinklers, which date from 1987, are too old. The
ministry of transport sent four inspectors on Saturday afternoon and promised a first report within ten days."""

OTHER_WORDS = """A dozen people were hurt when flames swept through vehicles parked aboard the Anneke Strand on
Saturday, forcing the ferry to turn around an hour into its crossing to Lissa. Rescuers said 214 travellers were on
the ship. Passengers described darkness and confusion, and complained that announcements came late.

Harbour tugs had the vessel at its berth before midday, and ambulances carried the wounded to Dunmoor, where doctors
called three cases grave. Lovelock Lines, which runs the route, insisted that its crew had acted at once. Inspectors
from the transport ministry are due to report in ten days, and the seafarers' union renewed its complaints about
sprinklers fitted in 1987, long before the ship was sold to its present owner."""

WEATHER = """The weather office in Harrow issued its forecast for the province on {day}. Temperatures will reach {a}
degrees on the coast and {b} degrees in the hills, with a low of {c} degrees at night. The wind will come from the
west at up to {d} kilometres an hour. Rain is expected to bring {e} millimetres by the evening. The chance of fog on
the passes is {f} percent. The sun sets at {g}:{h} in the evening. Drivers are asked to take care on the passes, and
farmers to bring in what must stay dry. The next forecast will be issued tomorrow morning at the usual hour by the
office."""

LOTTERY = """The winning numbers of the Talmere lottery were drawn on {day} evening: {a}, {b}, {c}, {d} and {e}, with
the bonus number {f}. The jackpot stood at {g} million marks, and {h} players had five right. Tickets are sold in all
shops of the province until six in the evening of each draw. Players must be of age. Winnings above a thousand marks
are paid out at the office of the lottery in Harrow only, within ninety days of the draw, against the ticket itself
and a card."""

STOCKS = """Shares in Harrow closed {word} on {day}. The index of the forty largest companies moved {a} points to
{b}, after trading between {c} and {d}. Volume was {e} million marks, against {f} million the day before. Kestrel
Mining ended the day at {g} marks and Lovelock Lines at {h} marks. Analysts pointed to the decision of the central
bank, expected next week, and to the price of copper. Trading resumes tomorrow at nine in the morning, when quarterly
figures are due."""


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.”\"])\s+", " ".join(text.split()))


def trimmed(text: str, n: int) -> str:
    return " ".join(sentences(text)[:n])


COPIES = {
    "trimmed to its first paragraphs": trimmed(WIRE, 5),
    "another outlet's quotation marks and dashes": WIRE.replace('"', "“").replace("—", "-").replace("deck's", "deck’s"),
    "in capitals at the start, without the dateline": WIRE.removeprefix("PORT SENN — ").replace("A fire", "A FIRE"),
    "with one paragraph replaced and a figure updated": WIRE.replace("injuring 12", "injuring 17").replace(
        "Two tugs brought the ship back to the harbour by noon.",
        "One passenger died in hospital on Sunday, the police said; she was 71. The ship lies at the northern quay.",
    ),
    "with a new first paragraph above it": "The ministry of transport has closed the ferry line between Port Senn and "
    "the island of Lissa until further notice, a day after the fire. " + WIRE,
    "with further paragraphs below it": WIRE + " " + OTHER_WORDS.replace("Anneke Strand", "ship"),
    "word for word": WIRE,
}

NO_COPIES = {
    "the same event in other words": OTHER_WORDS,
    "a round-up that has its first sentences": WEATHER.format(day="Monday", **dict.fromkeys("abcdefgh", 7))
    + LOTTERY.format(day="Monday", **dict.fromkeys("abcdefgh", 8))
    + trimmed(WIRE, 2),
    "a later report that takes its background from it": OTHER_WORDS + " " + " ".join(sentences(WIRE)[5:]),
    "nothing": "",
}


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES)
def test_a_copy_is_recognised_whichever_comes_first(text: str) -> None:
    a, b = wording(WIRE), wording(text)
    assert (are_copies(a, b), are_copies(b, a)) == (True, True)
    assert set(bands(a)) & set(bands(b))


@pytest.mark.parametrize("text", NO_COPIES.values(), ids=NO_COPIES)
def test_what_is_no_copy_is_none(text: str) -> None:
    a, b = wording(WIRE), wording(text)
    assert (are_copies(a, b), are_copies(b, a)) == (False, False)


@pytest.mark.parametrize("form", [WEATHER, LOTTERY, STOCKS], ids=["weather", "lottery", "stocks"])
def test_bulletins_of_one_form_with_other_figures_are_no_copies(form: str) -> None:
    one = form.format(day="Monday", word="higher", **dict(zip("abcdefgh", (11, 5, 2, 34, 6, 80, 19, 42), strict=True)))
    other = form.format(day="Friday", word="lower", **dict(zip("abcdefgh", (9, 7, 1, 52, 14, 35, 20, 51), strict=True)))
    assert len(wording(one).shingles & wording(other).shingles) > 0.4 * len(wording(one).shingles)  # a hard case
    assert not are_copies(wording(one), wording(other))
    assert are_copies(wording(one), wording(one.replace("Harrow", "the capital")))


def test_what_is_compared_are_words_in_rows_of_five() -> None:
    found = wording("Don’t say “No” – 2.5 million, she said.")
    assert found.shingles == {
        "don't say no 2 5",
        "say no 2 5 million",
        "no 2 5 million she",
        "2 5 million she said",
    }
    assert found.figures == {"2", "5"}
    assert len(wording(" ".join(map(str, range(500)))).lead) == 100 - SHINGLE + 1


def test_a_page_whose_text_is_not_what_its_headline_says_tells_no_story() -> None:
    form = wording("We will use the details you have shared to manage your registration. " * 3 + trimmed(WEATHER, 6))
    assert not tells_a_story("New York is sinking under its skyscrapers", form)
    assert tells_a_story("Fire on the ferry injures 12 passengers", wording(WIRE))
    assert tells_a_story("", wording(WIRE))
    assert not tells_a_story("Fire on ferry", wording("Fire on ferry. " * 5))  # few different words in a row
    assert len(wording("Fire on ferry. " * 5).shingles) < LEAST_SHINGLES


def test_the_keys_of_a_text_are_those_that_indexes_hold() -> None:
    """Another release of rensa that gave other keys would find no copy of what is indexed: it needs a migration."""
    keys = bands(wording(WIRE))
    assert len(set(keys)) == 32
    assert [keys[0], keys[15], keys[16], keys[31]] == KEYS


KEYS = [-7006254115349668034, 2059033599481683141, -9216218002400598939, 2031179976840466136]


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_compared_and_the_order_makes_no_difference(a: str, b: str) -> None:
    assert are_copies(wording(a), wording(b)) == are_copies(wording(b), wording(a))
    assert all(-(2**63) <= key < 2**63 for key in bands(wording(a)))


@pytest.mark.parametrize("text", [*COPIES.values(), *NO_COPIES.values()], ids=[*COPIES, *NO_COPIES])
def test_what_does_not_open_alike_is_no_copy_and_the_opening_alone_tells(text: str) -> None:
    a, b = wording(WIRE), wording(text)
    alike = bool(b.lead) and len(b.lead & a.shingles) >= LEAD_SHARED * len(b.lead)
    assert opens_alike(a, text) == alike
    assert alike or not are_copies(a, b)
