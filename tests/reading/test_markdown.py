from datetime import date

import pytest

from rag.errors import ReadError
from rag.reading.identity import Place
from rag.reading.markdown import markdown_article, render

PLACE = Place("/news/talks.md", "talks")


def read_md(text):
    return markdown_article(text.encode(), PLACE)


def test_front_matter_gives_what_it_names():
    article = read_md(
        "---\ntitle: 2023\ndate: 2023-06-19T23:30:00-04:00\nauthors: [Jane Doe, Li Wei]\nsource: The Paper\n"
        "url: https://paper.example/a\ncategories:\n  - Politics\n  - World\n---\n\nThey met.\n"
    )
    assert (article.title, article.published) == ("2023", date(2023, 6, 19))
    assert article.authors == ("Jane Doe", "Li Wei")
    assert (article.source, article.url, article.section) == ("The Paper", "https://paper.example/a", "Politics")
    assert (article.text, article.origin) == ("They met.", "/news/talks.md")


def test_the_first_heading_is_the_title_and_the_rest_becomes_plain_text():
    article = read_md(
        "# Talks *end*\n\nThey [met](https://x.example/y) **on\nMonday** in `Beijing` &amp; left.\n\n"
        "## Later\n\n- one\n- two\n\n> Quoted <b>words</b>\n\n```\ncode  line\n```\n"
    )
    assert article.title == "Talks end"
    assert article.text == "They met on Monday in Beijing & left.\n\nLater\n\none\n\ntwo\n\nQuoted words\n\ncode  line"


def test_a_heading_that_repeats_the_given_title_is_not_in_the_text_and_another_is():
    assert read_md("---\ntitle: Talks end\n---\n# Talks end\n\nBody.").text == "Body."
    assert read_md("---\ntitle: Talks end\n---\n# Summary\n\nBody.").text == "Summary\n\nBody."


def test_without_heading_and_front_matter_the_file_names_it():
    article = read_md("They met.\n\n# Later\n\nThey left.")
    assert (article.title, article.text) == ("talks", "They met.\n\nLater\n\nThey left.")


def test_prose_between_two_rules_is_prose():
    assert read_md("---\nJust words\n---\n\nBody.").text == "Just words\n\nBody."


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("title: [a, b]", r"title in the front matter is \['a', 'b'\]"),
        ("date: yesterday", "date is 'yesterday'"),
        ("date: 2023-02-30", "2023-02-30"),
        ("url: javascript:alert(1)", "javascript"),
        ("a: *unknown", "not YAML"),
        ("a: " + "[" * 1000, "not YAML"),
        ("a: " + "x" * 70000, "70004"),
    ],
)
def test_front_matter_that_cannot_be_used_is_told_with_the_value(front, message):
    with pytest.raises(ReadError, match=message):
        read_md(f"---\n{front}\n---\nBody.")


def test_front_matter_never_makes_python_objects():
    with pytest.raises(ReadError, match="front matter"):
        read_md("---\ntitle: !!python/object/apply:os.getcwd []\n---\nBody.")


def test_a_table_keeps_its_cells_and_an_image_leaves_nothing():
    assert render("| a | b |\n|---|---|\n| 1 | 2 |\n\n![alt](x.png) after") == (None, "a\n\nb\n\n1\n\n2\n\nafter")
