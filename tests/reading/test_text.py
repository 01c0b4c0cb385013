from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.reading import read, read_text
from rag.reading.identity import Place
from rag.reading.text import strip_blank_lines, take_apart, text_article

SEED = Path(__file__).parents[2] / "seeds" / "2023-06-19-blinken-xi-beijing.txt"


def test_the_seed_article_is_read_as_it_was_given():
    (article,) = read(SEED)
    assert article.title == "Antony Blinken and Xi Jinping hold candid talks in Beijing | China"
    assert (article.published, article.section) == (date(2023, 6, 19), "Politics")
    assert (article.source, article.url, article.authors) == (None, None, ())
    assert article.origin == str(SEED)
    body = SEED.read_text("utf-8").split("\n", 2)[2].rstrip("\n")
    assert article.text == body
    assert article.text.startswith("US Secretary of State Antony Blinken concluded")
    assert article.text.endswith("Reuters contributed to this report")
    assert article.id == "antony-blinken-and-xi-jinping-hold-candid-talks-in-beijing-e692a99e"


@pytest.mark.parametrize(
    ("first", "day", "section"),
    [
        ("date 2023-06-19 Politics", date(2023, 6, 19), "Politics"),
        ("\tDATE 2023-06-19", date(2023, 6, 19), None),
        ("Date: 2024-02-29   World news ", date(2024, 2, 29), "World news"),
    ],
)
def test_a_header_line_gives_day_and_section(first, day, section):
    parts = take_apart(f"\n{first}\nTalks end\n\nThey met.\n")
    assert (parts.published, parts.section, parts.title, parts.body) == (day, section, "Talks end", "They met.")


def test_a_header_and_one_paragraph_are_an_article_without_a_title():
    parts = take_apart("date 2023-06-19\nThey met on Monday.\n")
    assert (parts.title, parts.body) == (None, "They met on Monday.")


def test_a_header_with_a_day_that_does_not_exist_is_refused_with_the_day():
    with pytest.raises(ReadError, match="2023-02-30"):
        take_apart("date 2023-02-30\nTitle\nBody.")


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("Talks end in Beijing\nThey met.\n\nThey left.", "Talks end in Beijing", "They met.\n\nThey left."),
        ("\n\nWhat did they say?\n\nLittle.\n", "What did they say?", "Little."),
        ("They met on Monday.\nThey left.", None, "They met on Monday.\nThey left."),
        ("One line without an end", None, "One line without an end"),
        (
            "A line that was wrapped in the middle of\na sentence.",
            None,
            "A line that was wrapped in the middle of\na sentence.",
        ),
        ("x" * 201 + "\nBody.", None, "x" * 201 + "\nBody."),
    ],
)
def test_without_a_header_the_first_line_is_the_title_only_if_it_looks_like_one(text, title, body):
    parts = take_apart(text)
    assert (parts.title, parts.body) == (title, body)


def test_a_file_without_a_title_is_named_after_itself():
    article = text_article(b"They met on Monday.", Place("/news/talks.txt", "2023-06-19 talks"))
    assert (article.title, article.text, article.origin) == (
        "2023-06-19 talks",
        "They met on Monday.",
        "/news/talks.txt",
    )


def test_indentation_and_trailing_spaces_of_the_body_are_kept():
    assert strip_blank_lines(" \n\n  First.  \n\n Last. \n \n") == "  First.  \n\n Last. "


@given(st.text(alphabet=" \n\tab\u2003."))
def test_stripping_blank_lines_leaves_a_slice_with_all_that_is_not_blank(text):
    stripped = strip_blank_lines(text)
    assert stripped in text
    assert stripped.split() == text.split()
    assert strip_blank_lines(stripped) == stripped


def test_pasted_text_keeps_what_the_caller_says_over_what_stands_there():
    pasted = "date 2023-06-19 Politics\nTheir title\nBody."
    plain = read_text(pasted)
    assert (plain.title, plain.published, plain.text) == ("Their title", date(2023, 6, 19), "Body.")
    given_ = read_text(pasted, title="Mine", published=date(2020, 1, 1), source="Me", origin="chat")
    assert (given_.title, given_.published, given_.text) == ("Mine", date(2020, 1, 1), "Body.")
    assert (given_.source, given_.origin, given_.section) == ("Me", "chat", "Politics")


def test_pasted_text_with_a_title_given_keeps_its_first_line_in_the_body():
    article = read_text("A first line\r\nthe second\r", title="Mine")
    assert article.text == "A first line\nthe second"


@pytest.mark.parametrize("text", ["", " \n\t\n", "date 2023-06-19\n\n"])
def test_empty_pasted_text_is_refused(text):
    with pytest.raises(ReadError, match="empty"):
        read_text(text)
