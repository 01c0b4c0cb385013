from datetime import date

import pytest

from rag.answering import shares
from rag.answering.timeline import MAX_EVENTS, asks_for_timeline, timeline
from tests.answering.made import candidate, ids, texts

QUESTION = "What happened after the theft of The Salt Gatherers?"
THEFT = candidate("theft", "The theft of The Salt Gatherers was found on Thursday.", p=0.5, day=11)
ARREST = candidate("arrest", "Police arrested a former guard over The Salt Gatherers.", p=0.3, day=14)
BACK = candidate("back", "The Salt Gatherers hangs in the museum again.", p=0.6, day=22)
BEFORE = candidate("before", "The picture was cleaned in May.", p=0.9, day=2, title="The Salt Gatherers")
RANKED = [BEFORE, BACK, THEFT, ARREST]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (QUESTION, True),
        ("What has happened since the strike began?", True),
        ("What happened next?", True),
        ("Give me a timeline of the strike.", True),
        ("How did the strike unfold?", True),
        ("what happened to the dam since March", True),
        ("What happened at the museum?", False),
        ("Who resigned after the fire?", False),
    ],
)
def test_a_question_for_a_course_of_events_is_told_by_its_words(question, expected):
    assert asks_for_timeline(question) is expected


def test_a_timeline_has_one_event_a_day_oldest_first_from_the_first_report_of_the_event_on():
    assert ids(timeline(RANKED, QUESTION)) == [["theft"], ["arrest"], ["back"]]


def test_before_an_event_only_what_was_reported_until_its_first_full_report_counts():
    question = "What happened before the theft of The Salt Gatherers?"
    assert ids(timeline(RANKED, question)) == [["before"], ["theft"]]


LEFT = "What happened after Holub left the race?"
RUMOUR = candidate("rumour", "How the race could go if Holub leaves.", p=0.5, day=2)
URGED = candidate("urged", "Two mayors urged Holub to leave the race.", p=0.5, day=4)
SPOKE = candidate("spoke", "Brenn spoke to Holub about leaving the race.", p=0.5, day=5)
ASKED = candidate("asked", "Did Holub leave the race?", p=0.5, day=6)
DENIED = candidate("denied", "Holub did not leave the race.", p=0.5, day=7)
DECIDED = candidate("decided", "Holub announced her decision to leave the race on Sunday.", p=0.5, day=10)
ENDORSED = candidate("endorsed", "The party endorsed Brenn in place of Holub.", p=0.5, day=12)


def test_what_may_come_is_called_for_asked_or_denied_is_not_the_event_that_a_question_starts_from():
    ranked = [RUMOUR, URGED, SPOKE, ASKED, DENIED, DECIDED, ENDORSED]
    assert ids(timeline(ranked, LEFT)) == [["decided"], ["endorsed"]]


def test_the_event_may_stand_in_another_form_and_its_name_in_the_title():
    leaves = candidate("leaves", "The widow leaves the race.", p=0.5, day=9, title="Holub gives up")
    forced = candidate("forced", "A leak forced Holub to leave the race.", p=0.5, day=9)
    for told in (leaves, forced):
        assert ids(timeline([URGED, told, ENDORSED], LEFT)) == [[told.article.id], ["endorsed"]]


def test_that_an_event_began_need_not_be_reported_in_so_many_words():
    walked = candidate("walked", "Bakers joined the strike in Ostley.", p=0.5, day=3)
    ended = candidate("ended", "The owner in Ostley gave in.", p=0.5, day=9)
    for event in ("the strike in Ostley began", "the outbreak of the strike in Ostley"):
        assert ids(timeline([walked, ended], f"What happened after {event}?")) == [["walked"], ["ended"]]


def test_a_question_that_starts_from_an_event_which_no_report_tells_has_no_timeline():
    partly = candidate("partly", "Holub leads in the race by two points.", p=0.6, day=3)
    assert timeline([partly, URGED, ENDORSED], LEFT) == []
    assert timeline([partly, URGED, ENDORSED], "What happened before Holub left the race?") == []
    unlikely = candidate("unlikely", "Holub left the race.", p=0.01, day=1)
    assert timeline([partly, unlikely, ENDORSED], LEFT) == []


BRIDGE = "What happened after the Ostley bridge collapsed?"
FELL = candidate("fell", "The Ostley bridge collapsed into the river on Monday after a barge struck it.", p=0.9, day=3)


@pytest.mark.parametrize(
    "text",
    [
        "The Ostley bridge collapsed when a barge struck it.",
        "The Ostley bridge, built by two brothers from Brenn for its first tram line, collapsed three weeks ago.",
        "The old Ostley bridge, a work of two brothers from Brenn, collapsed on June 3 under the weight of a tram.",
    ],
)
def test_a_later_report_that_only_tells_the_event_again_is_no_further_event(text):
    again = candidate("again", text, p=0.8, day=20)
    toll = candidate("toll", "Divers left the Ostley bridge.", p=0.3, day=20)
    assert ids(timeline([FELL, again, toll], BRIDGE)) == [["fell"], ["toll"]]


@pytest.mark.parametrize(
    "text",
    [
        "The death toll of the collapse of the Ostley bridge rose to nine on Friday.",
        "Ostley's mayor resigned over the bridge that collapsed under her.",
    ],
)
def test_what_came_of_the_event_is_told_though_it_tells_the_event_as_well(text):
    assert ids(timeline([FELL, candidate("later", text, day=20)], BRIDGE)) == [["fell"], ["later"]]


def test_a_question_that_an_article_puts_is_no_event():
    puts = candidate("puts", "Will The Salt Gatherers return?”", p=0.5, day=15)
    assert ids(timeline([THEFT, puts, BACK], QUESTION)) == [["theft"], ["back"]]


def test_a_time_that_the_question_names_bounds_the_events():
    near = (date(2023, 6, 1), date(2023, 6, 14))
    assert ids(timeline(RANKED, QUESTION, near)) == [["before"], ["theft"], ["arrest"]]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What happened after the theft of The Salt Gatherers on 11 June 2023?", ["theft", "arrest", "back"]),
        ("What has happened since the theft of The Salt Gatherers on 11 June?", ["theft", "arrest", "back"]),
        ("What happened before the theft of The Salt Gatherers on 11 June?", ["before", "theft"]),
        ("What happened on 11 June after the theft of The Salt Gatherers?", []),
    ],
)
def test_the_day_of_the_event_that_a_question_starts_from_is_where_its_events_begin_or_end(question, expected):
    day = date(2023, 6, 11)
    assert [group[0].article.id for group in timeline(RANKED, question, (day, day))] == expected


def test_of_one_day_the_best_sentence_is_the_event_with_its_copies_from_other_outlets():
    lesser = candidate("lesser", "The theft of The Salt Gatherers shocked the town.", p=0.4, day=11)
    copy = candidate("copy", "PORT SENN — The theft of The Salt Gatherers was found on Thursday.", p=0.4, day=11)
    assert ids(timeline([BACK, THEFT, copy, lesser], QUESTION)) == [["theft", "copy"], ["back"]]


def test_what_cannot_be_understood_by_itself_is_no_event():
    he = candidate("he", "He was arrested over The Salt Gatherers.", p=0.5, day=15)
    assert ids(timeline([THEFT, he, BACK], QUESTION)) == [["theft"], ["back"]]


def test_what_is_about_something_else_than_the_question_names_is_no_event():
    other = candidate("other", "The tram will open in spring.", p=0.5, day=15)
    titled = candidate("titled", "A former guard was freed.", p=0.5, day=16, title="Salt Gatherers: guard freed")
    assert ids(timeline([THEFT, other, titled], QUESTION)) == [["theft"], ["titled"]]


def test_an_unlikely_sentence_and_one_without_a_day_are_no_events():
    unlikely = candidate("x", "The Salt Gatherers is old.", p=0.6 * shares.EVENT - 0.01, day=20)
    undated = candidate("y", "The Salt Gatherers is small.", p=0.6, day=None)
    assert ids(timeline([BACK, undated, THEFT, unlikely], QUESTION)) == [["theft"], ["back"]]


def test_a_timeline_asked_for_in_its_first_word_is_not_one_about_a_thing_named_timeline():
    for question in ("Timeline of the theft", "timeline of the theft"):
        assert ids(timeline([THEFT, BACK], question)) == [["theft"], ["back"]]


def test_one_day_alone_makes_no_timeline():
    assert timeline([THEFT], QUESTION) == []
    assert timeline([], QUESTION) == []


def test_a_timeline_keeps_the_best_six_events():
    events = [
        candidate(f"a{day}", f"Salt Gatherers event {day} came.", p=0.5 + day / 100, day=day) for day in range(1, 9)
    ]
    assert texts(timeline(events, "Give me a timeline")) == [
        [f"Salt Gatherers event {day} came."] for day in range(3, 9)
    ]
    assert MAX_EVENTS == 6
