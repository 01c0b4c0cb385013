"""The Saved tab in a real browser, on a real index: what is saved, what came and went, what was asked in vain."""

from __future__ import annotations

import pytest

from tests.page.browser import Browser, anew, served
from tests.page.fake_rag import PAYLOAD

pytestmark = pytest.mark.browser

KILLED = "How many people were killed in the quake?"
CAME = "Rescuers said 41 people were killed in the quake."


@pytest.fixture
def page(tab: Browser):
    with served(module="tests.page.saved_page") as address:
        tab.size(1280, 800)
        anew(tab, address)
        tab.shown(".rag-example")
        yield tab
        assert tab.js("return window.hacked") is None
        severe = [entry["message"] for entry in tab.driver.get_log("browser") if entry["level"] == "SEVERE"]
        assert [message for message in severe if "AbortError: signal is aborted" not in message] == []
        tab.driver.get("about:blank")


def save(page, question):
    page.ask(question)
    page.js("[...document.querySelectorAll('#rag-chat .rag-keep')].at(-1).click()")
    page.shown(".rag-kept", "It is asked again")
    page.until(lambda: page.all("#rag-chat .rag-keep")[-1].text == "Saved", "the button to say so")


def test_what_an_added_article_changes_in_a_saved_question_is_shown_and_marked_as_read(page):
    save(page, KILLED)
    page.click(".rag-to-saved")
    page.shown(".rag-watched", "Nothing changed since")
    page.add_text("Toll of the quake rises", "2023-02-08", CAME)
    page.shown("#rag-tabs button[role=tab]", "Saved · 1")  # without the tab being opened
    page.click("#rag-tabs button[role=tab]", "Saved")
    assert CAME in page.shown(".rag-watched.rag-changed .rag-came").text
    assert "Toll of the quake rises · 8 February 2023" in page.shown(".rag-came").text
    page.click(".rag-accept")
    page.shown(".rag-watched", "Nothing changed since")
    page.until(lambda: page.shown("#rag-tabs button[role=tab].selected").text == "Saved", "the label without a number")
    page.click(".rag-delete summary", "Delete")
    page.click(".rag-drop")
    page.until(lambda: not page.all(".rag-watched"), "the question to be gone")


def test_what_was_asked_in_vain_is_grouped_asked_again_and_forgotten(page):
    page.click("#rag-tabs button[role=tab]", "Saved")
    assert "3 questions, asked 3 times" in page.shown(".rag-vain h2").text
    assert page.shown(".rag-topic-name", "dam").text == "Brackwater · dam"
    page.click(".rag-by", "By month")
    page.until(lambda: len([m for m in page.all(".rag-topic-name") if m.is_displayed()]) >= 2, "months")
    page.click(".rag-by", "By topic")
    page.click(".rag-topic summary", "Each on its own")
    page.shown(".rag-vain-question", f"Who besieged {PAYLOAD}?")
    page.click(".rag-topic summary", "Brackwater")
    page.js("[...document.querySelectorAll('.rag-again')].find(b => b.value.startsWith('How high')).click()")
    assert page.shown(".rag-question").text == "How high is the Brackwater dam?"
    page.shown(".rag-abstained")
    page.click("#rag-tabs button[role=tab]", "Saved")
    page.shown(".rag-vain h2", "3 questions, asked 4 times")
    page.shown(".rag-forget-vain", "Forget these")
    page.click(".rag-vain > .rag-foot .rag-delete summary")
    page.click(".rag-forget-vain", "Yes, forget all")
    page.shown("#rag-vain .rag-blank", "counted here")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tab_passes_axe_and_fits_a_phone(page, theme):
    address = page.driver.current_url.partition("?")[0]
    save(page, KILLED)
    save(page, "How many rivers rose in Oke?")
    page.add_text("Toll of the quake rises", "2023-02-08", CAME)
    anew(page, f"{address}?__theme={theme}")
    page.shown("#rag-tabs button[role=tab]", "Saved · 1")
    page.click("#rag-tabs button[role=tab]", "Saved")
    page.shown(".rag-watched.rag-changed")
    for summary in page.all(".rag-topic summary, .rag-rests summary, .rag-delete summary"):
        if summary.is_displayed():
            summary.click()
    page.passes_axe("the tab")
    page.size(390, 844, phone=True)
    page.until(lambda: page.js("return document.documentElement.scrollWidth") == 390, "the width of a phone")
