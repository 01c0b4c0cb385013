from datetime import date

import pytest

from rag.display import also_in, answer_text, display_text, n_outlets, short_date, statement_forms, statement_text
from rag.types import Citation, Copy, Statement

DAY = date(2024, 2, 5)


def test_a_day_is_short_and_the_same_in_any_locale():
    assert short_date(DAY) == "5 Feb 2024"
    assert [short_date(date(2024, month, 1)).split()[1] for month in (1, 5, 9, 12)] == ["Jan", "May", "Sep", "Dec"]


def test_outlets_are_counted_once_each_whatever_their_case():
    assert n_outlets(["AP", "ap", "BBC", None, ""]) == 2
    assert n_outlets([]) == 0


def cited(source, *copies):
    also = tuple(Copy(str(n), title, source, None) for n, (source, title) in enumerate(copies))
    return Citation(1, "a", "T", source, None, DAY, (0,), 0, 1, "R", "sha256:0", 1.0, None, also=also)


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        (cited("AP"), ""),
        (cited("AP", ("ap", "Again"), ("AP", "Again")), ""),
        (cited("AP", ("CNN", "x"), ("BBC", "y"), ("cnn", "z")), "also in CNN, BBC"),
        (cited(None, (None, "Rain in Ostley"), ("BBC", "y"), (None, "")), "also in Rain in Ostley, BBC"),
        (cited("AP", *((f"Post {n}", "") for n in range(7))), "also in Post 0, Post 1, Post 2, Post 3, Post 4, 2 more"),
    ],
)
def test_other_outlets_with_the_sentence_are_named_once_each(citation, expected):
    assert also_in(citation) == expected
    assert also_in(citation, lambda copy, name: name) == expected


@pytest.mark.parametrize(
    ("published", "form", "outlets", "expected"),
    [
        (DAY, "plain", 1, "Rain fell."),
        (DAY, "plain", 2, "Rain fell."),
        (DAY, "plain", 3, "Rain fell. (3 outlets)"),
        (DAY, "reported", 1, "Rain fell. (reported 5 Feb 2024)"),
        (DAY, "reported", 4, "Rain fell. (4 outlets, reported 5 Feb 2024)"),
        (DAY, "event", 1, "5 Feb 2024: Rain fell."),
        (DAY, "event", 3, "5 Feb 2024: Rain fell. (3 outlets)"),
        (DAY, "attributed", 1, "Rain fell. (reported 5 Feb 2024 by The Post)"),
        (DAY, "attributed", 3, "Rain fell. (3 outlets, reported 5 Feb 2024)"),
        (None, "attributed", 1, "Rain fell. (reported by The Post)"),
        (None, "reported", 1, "Rain fell."),
        (None, "event", 3, "Rain fell. (3 outlets)"),
    ],
)
def test_what_is_said_of_a_sentence_stands_around_it(published, form, outlets, expected):
    assert statement_text("Rain\nfell.[3] .", published, form, outlets, "The Post") == expected


def test_what_no_outlet_is_known_for_is_attributed_to_its_day_only():
    assert statement_text("Rain fell.", DAY, "attributed") == "Rain fell. (reported 5 Feb 2024)"
    assert statement_text("Rain fell.", None, "attributed") == "Rain fell."


def test_a_statement_has_one_of_seven_texts():
    assert statement_forms("Rain fell.", DAY, 3, "The Post") == {
        "Rain fell.",
        "Rain fell. (reported 5 Feb 2024 by The Post)",
        "Rain fell. (reported 5 Feb 2024)",
        "5 Feb 2024: Rain fell.",
        "Rain fell. (3 outlets)",
        "Rain fell. (3 outlets, reported 5 Feb 2024)",
        "5 Feb 2024: Rain fell. (3 outlets)",
    }
    assert statement_forms("Rain fell.", None, 1) == {"Rain fell."}


def test_a_sentence_is_shown_on_one_line_without_markers_and_debris():
    assert display_text("It  is\nheld[12] in\tNovember. , said Rudolf. .") == "It is held in November, said Rudolf."


def test_an_answer_is_its_statements_with_their_markers():
    statements = (Statement("Rain fell. (3 outlets)", (1, 2, 3), 0.9), Statement("It stopped.", (4,), 0.8))
    assert answer_text(statements) == "Rain fell. (3 outlets) [1][2][3] It stopped. [4]"
