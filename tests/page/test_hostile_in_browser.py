"""Hostile text in a real browser: wherever it stands on the page, it is shown letter by letter and does nothing."""

from __future__ import annotations

import pytest
from selenium.common.exceptions import NoAlertPresentException

from rag.api import Rag
from rag.evaluation import evaluate
from rag.settings import Settings
from tests.evaluation.made import write_set
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.page.besieged_page import ARTICLES, QUESTIONS, cited_by
from tests.page.browser import Browser, anew, open_browser, served
from tests.page.fake_rag import HOSTILE, MARKDOWN, PAYLOAD
from tests.page.payloads import PAYLOADS

pytestmark = pytest.mark.browser

MADE = "script, iframe, object, embed, base, form, link, meta, input[autofocus], svg:not(.rag-timeline, button svg)"


@pytest.fixture(scope="module")
def besieged(tab):
    with served(module="tests.page.besieged_page") as address:
        yield address


@pytest.fixture
def siege(tab: Browser, besieged):
    """The page with three hundred payloads in every field; at the end none has done anything."""
    tab.size(1280, 800)
    anew(tab, besieged)
    tab.shown(".rag-example")
    yield tab
    nothing_happened(tab)
    assert tab.driver.current_url.startswith(besieged)
    assert tab.requests() == {"127.0.0.1"}


def nothing_happened(tab):
    """Nothing has run, no dialog is open, and no payload has become an element."""
    with pytest.raises(NoAlertPresentException):
        _ = tab.driver.switch_to.alert
    assert tab.js("return window.hacked") is None
    look = "return [...document.body.querySelectorAll(arguments[0])].map(e => e.outerHTML)"
    assert [markup for markup in tab.js(look, MADE) if "hacked" in markup or "evil.example" in markup] == []


def texts(tab, css):
    """Return the text of each such element as it stands in the page, hidden or not."""
    return tab.js("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", css)


def test_hostile_text_is_shown_letter_by_letter_everywhere(page):
    answer = page.ask(f"zebra escaped zoo {MARKDOWN} {PAYLOAD}")
    assert page.shown(".rag-question").text == f"zebra escaped zoo {MARKDOWN} {PAYLOAD}"
    assert f"The zebra escaped from {PAYLOAD} the zoo." in answer.text
    page.click(".rag-marker", "2")
    page.until(lambda: page.active()["id"] == "a1-2", "the second sentence")
    assert page.active()["text"] == f"The zebra escaped from {PAYLOAD} the zoo."
    panel = page.shown("#rag-sources .rag-panel")
    for text in (
        HOSTILE.title,
        HOSTILE.source,
        HOSTILE.authors[0],
        MARKDOWN,
        "# Zebra heading",
        "</div></p><h1>out</h1>",
    ):
        assert text in panel.text
    page.click("#rag-tabs button[role=tab]", "Articles")
    row = page.shown(".rag-row", "Zebra")
    assert HOSTILE.id in row.text
    row.click()
    assert page.shown(".rag-reader .rag-title").text == HOSTILE.title
    foreign = "img, script, iframe, h1:not(.rag-masthead h1), a[href^=javascript], em:not(.rag-gone), [onerror]"
    inside = ", ".join(
        f"{place} :is({foreign})" for place in ("#rag-chat .message", ".rag-panel", ".rag-list", ".rag-reader")
    )
    assert page.all(inside) == []


def test_three_hundred_payloads_in_answers_their_cards_and_their_sources(siege):
    ask = "window.ragPage.trigger('example', {question: arguments[0]})"
    hover = """
        return [...document.querySelectorAll(".rag-marker")].map((marker) => {
            marker.dispatchEvent(new MouseEvent("mouseover", {bubbles: true}));
            return document.querySelector(".rag-card q").textContent;
        });
    """
    for n in range(10):  # in conversations of their own: one is drawn whole each time something is asked
        articles = cited_by(n)
        titles, whole = [article.title for article in articles], [article.text for article in articles]
        question = f"siege {n} {' '.join(article.source for article in articles)}"
        siege.js(ask, question)
        siege.until(lambda titles=titles: texts(siege, "#rag-sources .rag-title") == titles, "the sources")
        assert texts(siege, ".rag-question") == [question]
        assert texts(siege, ".rag-short") == [article.source for article in articles]
        assert siege.js(hover) == whole
        assert texts(siege, "#rag-sources .rag-chip-title") == titles
        assert texts(siege, "#rag-sources .rag-text") == [text.replace("\n", "") for text in whole]
        nothing_happened(siege)
        siege.click(".rag-new")
        siege.until(lambda: not siege.all(".rag-answer"), "a new conversation")


def test_three_hundred_payloads_in_the_list_the_reader_and_the_filters(siege):
    siege.click(".rag-filters summary")
    assert set(texts(siege, ".rag-outlets label")) == {f" {payload} 1" for payload in PAYLOADS}
    siege.js("for (const box of document.querySelectorAll('.rag-outlets input')) box.checked = true")
    siege.js("document.querySelector('.rag-outlets input').dispatchEvent(new Event('change', {bubbles: true}))")
    told = texts(siege, ".rag-filters-now")[0]
    assert all(payload in told for payload in PAYLOADS)
    siege.click("#rag-tabs button[role=tab]", "Articles")
    for shown in range(50, len(PAYLOADS), 50):
        siege.until(lambda shown=shown: len(siege.all(".rag-row")) >= shown, f"{shown} rows")
        siege.js("document.querySelector('.rag-more').click()")
    siege.until(lambda: len(siege.all(".rag-row")) == len(PAYLOADS), "all rows")
    newest_first = ARTICLES[::-1]
    assert texts(siege, ".rag-row-title") == [article.title for article in newest_first]
    assert texts(siege, ".rag-row .rag-id") == [article.id for article in newest_first]
    for row in range(0, len(ARTICLES), 13):  # every wrapping twice, and nearly every vector
        siege.js("document.querySelectorAll('.rag-row')[arguments[0]].click()", row)
        article = newest_first[row]
        siege.until(lambda a=article: texts(siege, ".rag-reader .rag-title") == [a.title], article.title)
        assert f"{article.source} · {article.source} · " in texts(siege, ".rag-reader .rag-byline")[0]


def test_three_hundred_payloads_in_what_was_saved_asked_in_vain_asked_before_and_reported_elsewhere(siege):
    siege.click(".rag-past summary")
    assert [text.removesuffix("1 question") for text in texts(siege, ".rag-open")] == PAYLOADS[::-1]
    siege.ask("siege 0?")
    siege.click(".rag-ask-why")
    siege.shown(".rag-why")
    siege.click(".rag-ask-wrong")
    siege.shown(".rag-choose")
    siege.click(".rag-ask-others")
    siege.shown(".rag-other")
    assert sorted(texts(siege, ".rag-other cite")) == sorted(article.title for article in ARTICLES)
    siege.click("#rag-tabs button[role=tab]", "Saved")
    siege.shown(".rag-watched")
    assert texts(siege, ".rag-watched h3") == list(QUESTIONS)[::-1]
    assert sorted(texts(siege, ".rag-watched q")) == sorted(article.text for article in ARTICLES)
    assert texts(siege, "[data-by=month] .rag-vain-question") == list(QUESTIONS)[::-1]


def test_three_hundred_payloads_in_the_report_of_an_evaluation(tmp_path):
    records = [
        {"id": question, "question": f"{question}?", "kind": question, "answerable": True, "answers": [question],
         "evidence": [{"article_id": articles[0].id, "quote": articles[0].text}]}
        for question, articles in QUESTIONS.items()
    ]  # fmt: skip
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles(ARTICLES)
    report = evaluate(write_set(tmp_path / "siege", records, ()), index=rag, out=tmp_path / "out").out / "report.html"
    with open_browser(tmp_path / "profile") as browser:  # of its own: what a file asks for is no request of a page
        browser.driver.get(report.as_uri())
        browser.js("for (const folded of document.querySelectorAll('details')) folded.open = true")
        shown = browser.js("return document.body.textContent")
        assert all(question in shown for question in QUESTIONS)
        nothing_happened(browser)
        assert browser.requests() == set()
        assert browser.driver.current_url == report.as_uri()
