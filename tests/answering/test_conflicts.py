from dataclasses import replace
from datetime import date

import pytest

from rag.answering import shares
from rag.answering.conflicts import asks_for_state, forms_of, newest_first, rivals
from rag.answering.question import read_question
from tests.answering.made import candidate, ids

HOW_MANY = read_question("How many people were injured in the ferry fire?")
OLD = candidate("old", "The ferry fire injured 12 people.", p=0.8, day=3)
MID = candidate("mid", "The ferry fire injured 17 people.", p=0.6, day=4)
NEW = candidate("new", "The report on the ferry fire puts the number of injured at 19.", p=0.5, day=16)
ASIDE = candidate("aside", "The ferry carried 214 passengers.", p=0.7, day=3)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (OLD, MID, True),
        (OLD, NEW, True),  # "12 people", "the number of injured is 19": counted in other words
        (OLD, ASIDE, False),
        (OLD, candidate("x", "The ferry fire injured 12 people, police said.", day=9), False),
        (OLD, candidate("old", "The ferry fire injured 17 people.", day=9), False),  # one article means two things
        (OLD, candidate("x", "The quake injured 17 people.", day=9), False),  # another event: too few words shared
        (OLD, candidate("x", "It injured 17 people.", day=9, title="Ferry fire: toll rises"), True),
        (
            candidate("x", "The ferry repair will cost 14 million marks."),
            candidate("y", "The ferry repair will take 22 days."),
            False,  # measures rival their own kind only
        ),
    ],
)
def test_rivals_give_other_figures_for_one_thing(a, b, expected):
    assert rivals(a, b, HOW_MANY) is rivals(b, a, HOW_MANY) is expected


def test_rivals_count_what_the_question_asks_for_where_it_says_so():
    a = candidate("a", "The ferry fire injured 12 people and damaged 3 lorries.")
    b = candidate("b", "The ferry fire injured 12 people and damaged 5 lorries.")
    assert not rivals(a, b, read_question("How many people were injured?"))
    assert rivals(a, b, read_question("How many lorries were damaged?"))


def test_the_newest_of_contradicting_reports_comes_first_with_the_one_before_it_and_older_ones_are_left_out():
    groups = [[OLD], [ASIDE], [MID]]
    assert ids(newest_first(groups, [OLD, ASIDE, MID], HOW_MANY)) == [["mid"], ["old"], ["aside"]]
    ranked = [OLD, ASIDE, MID, NEW]
    assert ids(newest_first(groups, ranked, HOW_MANY)) == [["new"], ["mid"], ["aside"]]


def test_a_newer_report_takes_the_lead_only_where_it_is_probable_enough():
    plain = candidate("new", "The ferry fire injured 17 people.", p=0.8 * shares.NEWER_IN_THE_QUESTIONS_WORDS, day=9)
    assert ids(newest_first([[OLD]], [OLD, plain], HOW_MANY)) == [["new"], ["old"]]
    said = (
        "A final report by the board on the ferry fire in Ostley puts the number of injured passengers and crew at 19."
    )
    other_words = candidate("new", said, p=0.8 * shares.NEWER - 0.01, day=9)
    assert ids(newest_first([[OLD]], [OLD, other_words], HOW_MANY)) == [["old"]]


def test_a_newer_report_that_repeats_the_lead_with_another_figure_takes_it_though_far_less_probable():
    when = read_question("When will they start building the battery factory in Ostley?")
    title = "Battery factory in Ostley"
    old = candidate("old", "Ground will be broken in May, and production begins in 2025.", p=0.8, day=3, title=title)
    new_text = "Ground will be broken in September and not, as first announced, in May."
    new = candidate("new", new_text, p=0.8 * shares.NEWER_IN_THE_LEADS_WORDS, day=9, title=title)
    assert ids(newest_first([[old]], [old, new], when)) == [["new"], ["old"]]
    less = replace(new, probability=new.probability - 0.01)
    assert ids(newest_first([[old]], [old, less], when)) == [["old"]]


def test_where_a_span_of_time_is_asked_for_only_another_span_rivals_it():
    how_long = read_question("How long could the strike fund last?")
    old = candidate("old", "The strike fund lasts ten weeks, and the dockers sent 60,000 marks.", day=3)
    money = candidate("money", "The strike fund is empty: of its 90,000 marks 14,000 are left.", day=9)
    longer = candidate("longer", "The strike fund lasts twelve weeks.", day=9)
    assert not rivals(money, old, how_long)
    assert rivals(longer, old, how_long)


def test_a_newer_report_is_cited_with_its_copies_one_an_article():
    copy = candidate("copy", MID.text, p=0.4, day=4)
    again = candidate("mid", MID.text, p=0.5, day=4)
    assert ids(newest_first([[OLD]], [OLD, MID, again, copy], HOW_MANY)) == [["mid", "copy"], ["old"]]


def test_a_question_that_no_figure_answers_is_left_as_it_is():
    groups = [[OLD], [MID]]
    assert newest_first(groups, [OLD, MID], read_question("What did the ferry fire do?")) == groups
    assert newest_first([], [], HOW_MANY) == []


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (
            "Who is the mayor of Ostley?",
            "Ann Holub is mayor of Ostley.",
            "Piet Garrow was sworn in as mayor of Ostley.",
        ),
        (
            "Who leads the Tide Party?",
            "Ann Holub leads the Tide Party.",
            "Piet Garrow has led the Tide Party for a week.",
        ),
        ("Did Brandt admit the theft?", "Brandt denied the theft.", "Brandt has admitted the theft."),
        (
            "Did the council approve the weir?",
            "The council approved the weir.",
            "The council did not approve the weir.",
        ),
    ],
)
def test_of_two_answers_that_exclude_each_other_the_newest_comes_first_and_both_need_their_days(question, old, new):
    asked = read_question(question)
    a, b = candidate("a", old, p=0.9, day=3), candidate("b", new, p=0.9 * shares.OLDER, day=8)
    if asked.kind != "polar":
        a, b = replace(a, short="Ann Holub"), replace(b, short="Piet Garrow")
    assert ids(newest_first([[a], [b]], [a, b], asked)) == [["b"], ["a"]]
    assert forms_of([[b], [a]], [a, b], asked) == ["reported", "reported"]
    unlikely = replace(b, probability=b.probability - 0.01)
    assert ids(newest_first([[a], [unlikely]], [a, unlikely], asked)) == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        ("Who resigned?", "Ann Holub resigned.", "Piet Garrow resigned."),
        ("Who is Ann Holub?", "Ann Holub is a pilot.", "Ann Holub is Emil Garrow's aunt."),
        ("Who is the mayor of Ostley?", "Ann Holub is mayor of Ostley.", "Piet Garrow fished at Ostley."),
        ("Who is the mayor of Ostley?", "Ann Holub is mayor of Ostley.", "Holub, the mayor of Ostley, fished."),
        (
            "Did the council approve the weir?",
            "The council approved the weir.",
            "The council approved the weir, not rain.",
        ),
        ("Did the council approve the weir?", "The council approved the weir.", "The council did not meet in May."),
        ("What did the council approve?", "The council approved the weir.", "The council did not approve the weir."),
    ],
)
def test_answers_that_may_both_be_true_stay_as_they_are(question, old, new):
    asked = read_question(question)
    a, b = candidate("a", old, p=0.9, day=3), candidate("b", new, p=0.9, day=8)
    assert ids(newest_first([[a], [b]], [a, b], asked)) == [["a"], ["b"]]
    assert forms_of([[a], [b]], [a, b], asked) == ["plain", "plain"]


def test_a_question_for_the_state_is_answered_by_the_newest_report_first():
    a = candidate("a", "The strike goes on.", p=0.9, day=3)
    b = candidate("b", "The miners went back to work.", p=0.8, day=8)
    question = read_question("What is the latest on the strike?")
    assert ids(newest_first([[a], [b]], [a, b], question)) == [["b"], ["a"]]
    assert forms_of([[b], [a]], [a, b], question) == ["reported", "reported"]


def test_the_newest_report_of_the_state_leads_only_where_it_is_about_as_probable_or_a_rival():
    question = read_question("What is the state of the strike now?")
    best = candidate("a", "The strike goes on.", p=0.9, day=3)
    aside = candidate("b", "The tram stood still as well.", p=0.3, day=8)
    assert ids(newest_first([[best], [aside]], [best, aside], question)) == [["a"], ["b"]]
    old = candidate("c", "The strike at the mine has cost 12 days.", p=0.9, day=3)
    new = candidate("d", "The strike at the mine has cost 20 days.", p=0.3, day=8)
    assert ids(newest_first([[old], [new]], [old, new], question)) == [["d"], ["c"]]


WHEN = read_question("When will the Line 4 tram open?")
MARCH = candidate("march", "The Line 4 tram will open in March.", p=0.9, day=3)
SEPTEMBER = candidate("september", "The Line 4 tram will open in September.", p=0.6, day=9)


def test_days_rival_each_other_where_a_day_is_asked_for_whatever_the_question_has_a_number_for():
    ranked = [MARCH, SEPTEMBER]
    assert ids(newest_first([[MARCH], [SEPTEMBER]], ranked, WHEN)) == [["september"], ["march"]]
    assert forms_of([[SEPTEMBER], [MARCH]], ranked, WHEN) == ["reported", "reported"]


def test_a_day_that_is_corrected_in_the_same_words_rivals_whatever_the_headlines_have_in_common_with_the_question():
    asked = read_question("When will building the glass works begin?")
    old = candidate("old", "Work will begin in May, and firing in 2025.", p=0.8, day=3, title="Building glass works")
    new = candidate(
        "new", "Work will begin in September and not, as announced, in May.", p=0.1, day=9, title="Glass works late"
    )
    aside = candidate("x", "The first glass is sold in September.", p=0.1, day=9, title="Glass works late")
    assert rivals(old, new, asked)
    assert not rivals(old, aside, asked)
    besides = candidate("y", "Work is scheduled to begin in May and firing in June.", p=0.1, day=9, title="Glass works")
    for told in (
        "that was to begin in May was rescheduled for June",
        "was to begin in May and has been pushed back to June",
        "will not begin in May but in June",
        "wasn’t to begin in May but in June",
    ):
        assert rivals(old, candidate("z", f"Work {told}.", p=0.1, day=9, title="Glass works"), asked), told
    assert not rivals(old, besides, asked)  # no word says that the day has changed
    assert ids(newest_first([[old]], [old, new, aside], asked)) == [["new"], ["old"]]


def test_days_of_different_events_do_not_rival_each_other():
    began = candidate("a", "The trial of Brandt began on 2 May in Ostley.", p=0.9, day=3)
    ended = candidate("b", "The trial of Brandt in Ostley ended on 9 June.", p=0.3, day=10)
    question = read_question("When did the trial begin?")
    assert ids(newest_first([[began], [ended]], [began, ended], question)) == [["a"], ["b"]]
    assert forms_of([[began], [ended]], [began, ended], question) == ["plain", "plain"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the latest on the strike?", True),
        ("How many are still missing?", True),
        ("What has changed?", True),
        ("What changed at the port?", True),
        ("How has the plan changed?", True),
        ("What did Holub say about climate change?", False),
        ("Which town changed its name?", False),
        ("What is his latest film about?", False),
        ("Who founded the port, which now has four cranes?", False),
        ("Which town now has four cranes?", True),
        ("Who leads now?", True),
        ("Who resigned?", False),
        ("Now that he left, who leads?", False),
    ],
)
def test_a_question_for_the_state_is_told_by_its_words(question, expected):
    assert asks_for_state(question) is expected


def test_contradicting_reports_need_their_days_and_others_do_not():
    groups = [[MID], [OLD], [ASIDE]]
    assert forms_of(groups, [OLD, ASIDE, MID], HOW_MANY) == ["reported", "reported", "plain"]
    assert forms_of(groups, [OLD, MID], read_question("What burned?")) == ["plain", "plain", "plain"]


def test_reports_of_one_day_that_contradict_each_other_are_attributed():
    same_day = candidate("x", "The ferry fire injured 17 people.", p=0.6, day=3, source="Daily Post")
    assert forms_of([[OLD], [same_day]], [OLD, same_day], HOW_MANY) == ["attributed", "attributed"]
    assert forms_of([[OLD]], [OLD, same_day], HOW_MANY) == ["plain"]


def test_neither_day_nor_outlet_is_said_of_reports_that_have_both_in_common():
    of_post = replace(OLD, article=replace(OLD.article, source="Daily Post"))
    same = candidate("x", "The ferry fire injured 17 people.", p=0.6, day=3, source="daily post")
    assert forms_of([[of_post], [same]], [of_post, same], HOW_MANY) == ["plain", "plain"]
    other = candidate("y", "The ferry fire injured 15 people.", p=0.6, day=3, source="Ostley Times")
    assert forms_of([[of_post], [same], [other]], [of_post, same, other], HOW_MANY) == ["attributed"] * 3


def test_the_day_of_an_old_report_is_said_whatever_rivals_it():
    same = candidate("x", "The ferry fire injured 17 people.", p=0.6, day=3)
    assert forms_of([[OLD], [same]], [OLD, same], HOW_MANY, date(2023, 9, 1)) == ["reported", "reported"]
    assert forms_of([[OLD], [same]], [OLD, same, MID], HOW_MANY) == ["reported", "plain"]


def test_a_report_that_is_not_stated_makes_the_day_needed_where_it_is_about_as_probable():
    assert forms_of([[OLD]], [OLD, MID], HOW_MANY) == ["reported"]
    unlikely = candidate("mid", MID.text, p=0.8 * shares.OLDER - 0.01, day=4)
    assert forms_of([[OLD]], [OLD, unlikely], HOW_MANY) == ["plain"]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("The ferry burned on Saturday afternoon.", "reported"),
        ("The ferry burned late last week.", "reported"),
        ("The ferry burned three days ago, the owner said.", "reported"),
        ("The ferry burned on Saturday, Feb. 4.", "plain"),
        ("The ferry burned on 4 February.", "plain"),
        ("The ferry burned on a Sunday in 2019.", "plain"),
        ("The ferry burned before the fair.", "plain"),
    ],
)
def test_a_day_that_only_its_report_dates_is_told_with_the_day_of_the_report(text, form):
    told = candidate("told", text)
    assert forms_of([[told]], [told], read_question("When did the ferry burn?")) == [form]
    assert forms_of([[told]], [told], read_question("What burned?")) == ["plain"]
