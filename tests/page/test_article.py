from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from rag.page.article import article_html, pieces
from rag.page.sources import Spot
from tests.page.fake_rag import HOSTILE, SUMMIT


def spot(number, start, end, text="", near=False):
    return Spot(f"a1-{number}", number, "x", "T", None, start, end, text[start:end], 0.9, near=near)


def drawn(article, spots=()):
    return lxml_html.fromstring(f"<div>{article_html(article, spots)}</div>")


def marked(page, name):
    return "".join(m.text_content() for m in page.iter("mark") if name in m.get("data-spots").split())


@st.composite
def text_and_spans(draw):
    text = draw(st.text(st.sampled_from("ab \n<&é😀*"), min_size=1, max_size=40))
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=4))
    return text, [(min(span), max(span)) for span in spans if span[0] != span[1]]


@given(text_and_spans())
def test_pieces_join_up_and_each_has_exactly_the_spots_that_cover_it(case):
    text, spans = case
    spots = [spot(n, *span) for n, span in enumerate(spans, 1)]
    cut = list(pieces(0, len(text), spots))
    assert "".join(text[left:right] for left, right, _ in cut) == text
    for left, right, covering in cut:
        for at in range(left, right):
            assert covering == tuple(s for s in spots if s.start <= at < s.end)


@given(text_and_spans())
def test_every_mark_holds_its_quote_whatever_overlaps_it(case):
    text, spans = case
    page = drawn(replace(SUMMIT, text=text), [spot(n, *span, text) for n, span in enumerate(spans, 1)])
    for n, (start, end) in enumerate(spans, 1):
        # lines are paragraphs: the newlines between them, and lines of white space alone, are not drawn
        lines = [line for line in text.split("\n") if line.strip()]
        expected = "".join(text[start:end].split("\n")) if all(line.strip() for line in text.split("\n")) else None
        if expected is not None:
            assert marked(page, f"a1-{n}") == expected
        assert len(lines) == len(page.findall(".//p"))


@given(text_and_spans())
def test_each_spot_that_is_drawn_has_one_element_with_its_id(case):
    text, spans = case
    page = drawn(replace(SUMMIT, text=text), [spot(n, *span, text) for n, span in enumerate(spans, 1)])
    for n in range(1, len(spans) + 1):
        assert len(page.xpath(f"//*[@id='a1-{n}']")) == bool(marked(page, f"a1-{n}"))


def test_the_number_stands_on_the_last_piece_only_and_not_in_the_text():
    text = "One two three."
    page = drawn(replace(SUMMIT, text=text), [spot(1, 0, 14, text), spot(2, 4, 7, text)])
    assert [(m.text_content(), m.get("data-number")) for m in page.iter("mark")] == [
        ("One ", None),
        ("two", "2"),
        (" three.", "1"),
    ]


def test_near_passages_look_different_from_citations():
    page = drawn(replace(SUMMIT, text="One. Two."), [spot(1, 0, 4, near=True)])
    assert [m.get("class") for m in page.iter("mark")] == ["rag-mark rag-near"]


def test_the_whole_article_is_there_paragraph_by_paragraph():
    page = drawn(SUMMIT)
    assert [p.text_content() for p in page.iter("p")] == SUMMIT.text.strip().split("\n")
    assert page.find(".//h2").text_content() == SUMMIT.title
    assert "Example Wire · Politics · 19 June 2023 · by Ada Reporter" in page.text_content()
    assert page.find(".//a").get("href") == SUMMIT.url


def test_a_hostile_article_adds_no_element_of_its_own():
    page = drawn(HOSTILE, [spot(1, 0, 30, HOSTILE.text)])
    assert {element.tag for element in page.iter()} == {"div", "header", "h2", "span", "time", "p", "mark"}
    assert page.find(".//h2").text_content() == HOSTILE.title
