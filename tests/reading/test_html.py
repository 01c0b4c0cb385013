from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.reading.html import fragment_text, html_article
from rag.reading.identity import Place

PLACE = Place("/news/talks.html", "talks")
FIRST = "US Secretary of State Antony Blinken concluded a rare trip to Beijing where he met President Xi Jinping. " * 3
SECOND = "He said the “café” talks were candid & long, and that both countries must find a way forward. " * 3
HEAD = """<title>Blinken in Beijing | The Paper</title><meta property="og:site_name" content="The Paper">
<meta property="og:title" content="Blinken in Beijing"><meta name="author" content="Jane Doe">
<meta property="article:published_time" content="2023-06-19T23:30:00-04:00">
<meta property="article:section" content="Politics"><link rel="canonical" href="https://paper.example/talks">"""


def page(head=HEAD, body=""):
    words = "".join(f"<p>{text.replace('&', '&amp;')}</p>" for text in (FIRST, SECOND))
    return (
        f"<!doctype html><html><head>{head}</head><body><nav><a href='/'>Home</a> <a href='/x'>World</a></nav>"
        f"<article><h1>Blinken in Beijing</h1>{words}{body}</article><footer>© 2021 The Paper</footer></body></html>"
    )


def test_a_page_gives_its_main_text_and_what_it_says_of_itself():
    article = html_article(page().encode(), PLACE)
    assert article.title == "Blinken in Beijing"
    assert article.text == f"{FIRST.strip()}\n{SECOND.strip()}"
    assert (article.published, article.section, article.authors) == (date(2023, 6, 19), "Politics", ("Jane Doe",))
    assert (article.source, article.url) == ("The Paper", "https://paper.example/talks")
    assert article.origin == "/news/talks.html"


def test_a_fetched_page_has_the_address_it_was_fetched_from():
    place = Place("https://m.paper.example/t", "t", "https://m.paper.example/t")
    assert html_article(page().encode(), place).url == "https://m.paper.example/t"


def test_without_a_stated_date_there_is_none_even_with_a_year_in_the_footer():
    article = html_article(page(head="<title>Only a title</title>").encode(), PLACE)
    assert (article.published, article.url, article.authors) == (None, None, ())
    assert article.title in {"Only a title", "Blinken in Beijing"}


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("iso-8859-1", "cp1252"), ("windows-1252", "cp1252"), ("gb2312", "gb18030"), ("utf-8", "utf-8")],
)
def test_the_charset_that_the_page_declares_is_used(charset, encoding):
    raw = page(head=f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">').encode(encoding)
    assert "“café” talks" in html_article(raw, PLACE).text


def test_the_charset_of_the_header_comes_before_the_page_s():
    raw = page(head='<meta charset="utf-8">', body="<p>Żółć was said at the talks in the afternoon.</p>")
    raw = raw.replace("©", "").replace("“", '"').replace("”", '"').encode("iso-8859-2")
    assert "Żółć" in html_article(raw, Place("x", charset="iso-8859-2")).text


@pytest.mark.parametrize(
    "raw",
    [b"<html><body></body></html>", b"<html><script>render()</script></html>", b"<div>" * 20000, b"<" * 1000],
)
def test_pages_without_a_main_text_are_refused(raw):
    with pytest.raises(ReadError, match=r"main text|nested too deeply"):
        html_article(raw, PLACE)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_give_an_article_or_a_read_error(raw):
    try:
        article = html_article(b"<html><p>" + raw, PLACE)
    except ReadError:
        return
    assert article.text.strip()


def test_a_fragment_becomes_lines_of_words():
    fragment = (
        "<p>They  <b>met</b>\non Monday&mdash;at&nbsp;last.</p><script>x()</script><ul><li>One<li>Two</ul>a<br/>b"
    )
    assert fragment_text(fragment) == "They met on Monday—at last.\nOne\nTwo\na\nb"
    assert fragment_text("plain & simple") == "plain & simple"


def test_hostile_fragments_end():
    for piece in ("<!--", "<a href='", "<![CDATA[", "<div>"):
        assert len(fragment_text(piece * 50_000)) <= 50_000 * len(piece)
    assert fragment_text("") == ""
    assert fragment_text("a\x00b \ud800 c") != ""
