import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.sameness import (
    may_say_same,
    rival_nouns,
    same,
    same_figure,
    says_same,
    telling_stems,
    without_dateline,
)

FIRE = "A fire broke out on Saturday morning on the car deck of the ferry, injuring 12 people, the Coast Guard said."


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (FIRE, "PORT SENN — " + FIRE),
        (FIRE, "PORT SENN, Talmere (Wire) - " + FIRE),
        (FIRE, FIRE.replace(" on Saturday morning", "").replace("said", "reported")),
        ("He left.", "He left ."),
        (  # one outlet shortens the other's sentence
            "The dam at Brackwater was closed on Monday after engineers found a crack in its spillway.",
            "The dam at Brackwater was closed after engineers found a crack in its spillway, and all schools of the "
            "upper valley stayed shut for the day.",
        ),
    ],
)
def test_copies_of_a_wire_story_say_the_same(a, b):
    assert same(a, b)
    assert same(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (FIRE, FIRE.replace("12", "17")),  # figures must agree
        (FIRE, FIRE.replace("12 people", "people")),
        ("On Monday Ann Holub called for an inquiry.", "On Monday Bo Marrow called for an inquiry."),
        ("Rain fell.", "Rain fell on the square while the ministers met inside."),  # too short to be a copy
        ("The tram opens in spring.", "The museum was robbed."),
    ],
)
def test_other_figures_other_names_and_other_events_are_not_the_same(a, b):
    assert not same(a, b)
    assert not same(b, a)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (
            "The agency closed all oyster beds after 46 people fell ill.",
            "In the bay 46 people fell ill last month.",
            True,
        ),
        (
            "The agency closed all oyster beds after 46 people fell ill.",
            "In the bay 58 people fell ill last month.",
            False,
        ),
        ("The agency closed all oyster beds after 46 people fell ill.", "At the rally 46 people sang.", False),
        ("The poll asked 46 people.", "The poll asked everybody.", False),
    ],
)
def test_the_same_figure_of_the_same_thing_is_the_same_where_a_figure_is_asked_for(a, b, expected):
    assert same_figure(a, b) is same_figure(b, a) is expected
    assert says_same(a, b, by_figure=True) is expected
    assert says_same(a, b, by_figure=False) is False


def test_rivals_count_one_thing_differently():
    assert rival_nouns("The fire hurt 12 people.", "The fire hurt 17 people and 2 dogs.") == {"peopl"}
    assert rival_nouns("The fire hurt 12 people.", "The fire hurt 12 people and 2 dogs.") == frozenset()
    assert rival_nouns("It opens on 14 September.", "It opens on September 14, 2024.") == frozenset()
    assert rival_nouns("It opens on 14 September.", "It opens on 1 March.") == {"date"}
    assert rival_nouns("It cost 12.", "It cost 17.") == frozenset()  # what is counted isn't said


def test_dateline_weekday_and_who_says_it_tell_nothing():
    assert without_dateline("BRACKWATER — The dam held.") == "The dam held."
    assert without_dateline("The dam — as feared — broke.") == "The dam — as feared — broke."
    assert telling_stems("OSTLEY — Police said on Monday the bank was robbed.") == {"polic", "bank", "rob"}


WORDS = st.lists(
    st.sampled_from(["fire", "ferry", "said", "Ann", "12", "people", "hurt", "Monday", "the", "dam"]),
    min_size=1,
    max_size=7,
)


@given(WORDS.map(" ".join), WORDS.map(" ".join))
def test_whatever_says_the_same_passes_the_check_of_old_answers(a, b):
    assert may_say_same(a, b) or not says_same(a, b, by_figure=True)


def test_what_shares_one_telling_word_at_most_cannot_say_the_same():
    assert not may_say_same("The ferry fire hurt 12 people.", "The ferry sails on Monday.")
    assert may_say_same("The ferry fire hurt 12 people.", "Ferry fire: the cause.")
    assert not may_say_same("Is it?", "So it is.")
