from __future__ import annotations

import html
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.display import counted
from rag.page.escape import day, escape, link_out, safe_address, time_tag

SHOWABLE = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"))


@given(SHOWABLE)
def test_a_browser_reads_back_exactly_what_was_escaped(text):
    assert html.unescape(escape(text)) == text


@given(st.text())
def test_nothing_escaped_can_begin_markup_markdown_latex_or_a_template(text):
    assert not set("<>\"'`${}*_[]()\\~|!=+^\n") & set(escape(text))
    # what is left of & and # belongs to references alone
    assert escape(text).count("&") == escape(text).count("&#")


@given(st.text())
def test_escaping_keeps_one_character_for_each_it_was_given(text):
    assert len(html.unescape(escape(text))) == len(text.replace("\r\n", "\n"))


def test_what_no_page_can_show_becomes_the_replacement_character():
    assert escape("a\x00b\ud800c") == "a\ufffdb\ufffdc"


@pytest.mark.parametrize("url", ["https://a.example/x?y=1#z", "http://a.example"])
def test_http_addresses_are_linked_without_opener_or_referrer(url):
    assert safe_address(url) == url
    assert 'target="_blank" rel="noopener noreferrer nofollow"' in link_out(url, "Open")


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:x", "data:text/html,x", "//a.example",
     "/etc", "file:///etc/passwd", "https:", "http://[", "ftp://a.example/x"],
)  # fmt: skip
def test_other_addresses_are_not_linked(url):
    assert safe_address(url) is None
    assert link_out(url, "Open") == ""


def test_a_link_cannot_leave_its_attribute():
    assert '"onclick' not in link_out('https://a.example/"onclick="x', "Open")


def test_days_and_counts_are_written_in_words():
    assert day(date(2023, 6, 9)) == "9 June 2023"
    assert (day(None), time_tag(None)) == ("undated", "undated")
    assert time_tag(date(2023, 6, 9)) == '<time datetime="2023-06-09">9 June 2023</time>'
    assert [counted(n, "article") for n in (0, 1, 2310)] == ["0 articles", "1 article", "2,310 articles"]
