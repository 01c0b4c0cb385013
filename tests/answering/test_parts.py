import pytest

from rag.answering import shares
from rag.answering.parts import complete, parts_of
from tests.answering.made import candidate, texts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who resigned and why?", ("Who resigned", "why")),
        ("When did it open, and how many came?", ("When did it open", "how many came")),
        ("Who won? By how much?", ("Who won", "By how much")),
        (
            "What did he say about trade and about Taiwan?",
            ("What did he say about trade", "What did he say about Taiwan"),
        ),
        ("Is it insured both for theft and for fire?", ("Is it insured both for theft", "Is it insured both for fire")),
        ("How much more does the tram cost than the bridge?", ("how much does the tram cost", "how much the bridge")),
        ("Who leads Fish and Whey Ltd?", ()),
        ("Who resigned and left?", ()),
        ("Who resigned?", ()),
        ("", ()),
    ],
)
def test_a_question_for_several_things_is_cut_into_its_parts(question, parts):
    assert tuple(part.lower() for part in parts_of(question)) == tuple(part.lower() for part in parts)


RESIGNED = candidate("a", "Piet Lovelock resigned as chief executive.", p=0.9)
BECAUSE = candidate("b", "The alarm was late because an officer switched it off.", p=0.4)
RAIN = candidate("c", "The ferry sails again on Monday.", p=0.8)


def test_each_part_of_a_question_gets_a_sentence():
    done = complete([[RESIGNED]], [RESIGNED, RAIN, BECAUSE], "Who resigned and why was the alarm late?", 3)
    assert texts(done) == [[RESIGNED.text], [BECAUSE.text]]


def test_a_question_for_one_thing_is_left_as_it_is():
    assert complete([[RESIGNED]], [RESIGNED, RAIN, BECAUSE], "Who resigned?", 3) == [[RESIGNED]]
    assert complete([], [], "Who resigned and why?", 3) == []


def test_a_part_that_is_covered_already_gets_no_other_sentence():
    both = candidate("a", "Piet Lovelock resigned because the alarm was late.", p=0.9)
    assert complete([[both]], [both, BECAUSE], "Who resigned and why was the alarm late?", 3) == [[both]]


def test_a_part_without_a_sentence_probable_enough_stays_open():
    unsure = candidate("b", BECAUSE.text, p=0.9 * shares.PART - 0.01)
    assert complete([[RESIGNED]], [RESIGNED, unsure], "Who resigned and why was the alarm late?", 3) == [[RESIGNED]]


def test_where_the_answer_would_be_too_long_a_sentence_that_no_part_needs_gives_way():
    other = candidate("d", "The ferry was built in 1999.", p=0.85)
    groups = [[RESIGNED], [other], [RAIN]]
    done = complete(groups, [RESIGNED, other, RAIN, BECAUSE], "Who resigned and why was the alarm late?", 3)
    assert texts(done) == [[RESIGNED.text], [other.text], [BECAUSE.text]]
    assert len(complete(groups, [RESIGNED, BECAUSE], "Who resigned and why was the alarm late?", 1)) == 1
