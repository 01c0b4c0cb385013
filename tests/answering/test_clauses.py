import pytest

from rag.answering.clauses import clause_of, plain, subject_name, usable_object
from rag.answering.namebook import NameBook

ARTICLE = (
    "On Monday Ann Holub, the mayor of Ostley, met Karl Garrow. Then Holub spoke with the Oke Basin Authority. "
    "Later Garrow left. In Harrow, spokesman Piet Lovelock said so. He met Mary Lovelock too. "
    "Officials of the Harrow Bank met the Supreme Court and Joe Marsh."
)
NAMES = NameBook(ARTICLE)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (
            "Mayor Ann Holub resigned on Monday because of a scandal.",
            ("Ann Holub", "did", "resign", ""),
        ),
        ("Holub signed the bill on flood walls in June 2023.", ("Ann Holub", "did", "sign", "the bill on flood walls")),
        ("Garrow was charged with fraud on Tuesday.", ("Karl Garrow", "was", "charged", "with fraud")),
        (
            "The Oke Basin Authority closed Ostley Dam over safety fears.",
            ("the Oke Basin Authority", "did", "close", ""),
        ),
        ("Ann Holub, a former judge, has been sued by Karl Garrow.", ("Ann Holub", "was", "sued", "by Karl Garrow")),
        ("Holub refused to leave office.", ("Ann Holub", "did", "refuse", "to leave office")),
    ],
)
def test_who_did_what_is_read_with_whole_names(sentence, told):
    clause = clause_of(sentence, NAMES)
    subject, auxiliary, verb, found = told
    assert (clause.subject, clause.auxiliary, clause.verb) == (subject, auxiliary, verb)
    if found:
        assert clause.object == found


@pytest.mark.parametrize(
    "sentence",
    [
        "He resigned on Monday.",  # a pronoun
        "Officials closed the dam.",  # any word may begin a sentence
        "Lovelock resigned on Monday.",  # two of that name
        "Holub did not resign on Monday.",
        "Holub may have signed the bill.",
        "Those who met Holub signed the bill.",
        "“I resigned,” Holub said.",
        "Holub signed the bill",  # no sentence
        "The spokesman for Holub signed the bill.",
        "Holub: Garrow signed the bill.",
        "",
        "!",
        "1. Holub signed.",
    ],
)
def test_of_a_sentence_that_is_not_plain_nothing_is_read(sentence):
    assert clause_of(sentence, NAMES) is None


def test_a_dateline_is_no_part_of_a_plain_sentence_and_a_list_is_none():
    assert plain("OSTLEY — Ann Holub resigned.") == "Ann Holub resigned."
    assert plain("Holub " * 61 + "resigned.") == ""


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("Former US Secretary Ann Holub", "Ann Holub"),
        ("The Supreme Court", "the Supreme Court"),
        ("CNN's Ann Holub", "Ann Holub"),
        ("Republican Joe Marsh", "Joe Marsh"),
        ("Monday", ""),
        ("The mayor", ""),
        ("Ann Holub and Karl Garrow", ""),
    ],
)
def test_a_subject_is_a_name_without_titles(before, name):
    assert subject_name(before, NAMES) == name


@pytest.mark.parametrize(
    ("found", "usable"),
    [
        ("the Ostley Dam", True),
        ("her resignation", True),
        ("a ban on guns", True),
        ("the law", False),  # which law only the article says
        ("it", False),
        ("him a letter", False),
        ("up the talks", False),
        ("a ban on", False),
        ("the public", True),
        ("one two three four five six seven eight", False),
        ("", False),
    ],
)
def test_an_object_is_usable_where_it_tells_what_it_is(found, usable):
    assert usable_object(found) is usable


def test_a_long_row_of_letters_takes_no_time():
    assert not usable_object("the " + "a" * 20_000 + "!")
