"""Every screen of the page in light and dark: axe-core finds no fault in labels, contrast, roles and headings."""

from __future__ import annotations

import pytest
from selenium.webdriver import ActionChains

from tests.page.browser import anew, visited
from tests.page.fake_rag import ACROSS_TWO, BALLOON, RAISED

pytestmark = pytest.mark.browser

in_both_themes = pytest.mark.parametrize("theme", ["light", "dark"])


@in_both_themes
def test_welcome_answer_explanation_filters_and_every_tab(page, address, theme):
    anew(page, f"{address}?__theme={theme}")
    page.shown(".rag-example")
    page.passes_axe("the welcome")
    page.ask(RAISED)
    page.click(".rag-filters summary")
    page.click(".rag-ask-why")
    page.shown(".rag-why")
    for tab in ("Ask", "Articles", "Saved", "Evaluate"):
        page.click("#rag-tabs button[role=tab]", tab)
        page.passes_axe(f"the tab {tab}")


@in_both_themes
def test_an_abstention(page, address, theme):
    anew(page, f"{address}?__theme={theme}")
    page.shown(".rag-example")
    page.ask("What did the chancellor eat about olive?")
    page.shown(".rag-nearby")
    page.passes_axe("an abstention")


@in_both_themes
def test_a_card_what_was_wrong_who_else_and_earlier_conversations(page, address, theme):
    anew(page, f"{address}?__theme={theme}")
    page.shown(".rag-example")
    page.ask(RAISED)
    page.click(".rag-new")
    page.shown(".rag-example")
    page.ask(ACROSS_TWO)
    page.shown("#rag-sources .rag-title", BALLOON.title)
    page.click(".rag-ask-wrong")
    page.shown(".rag-choose")
    page.passes_axe("the choice of the right sentence")
    page.click(".rag-right-one", "The articles don't answer this")
    page.shown(".rag-why", "Noted.")
    page.passes_axe("the thanks for it")
    page.click(".rag-chip .rag-spot", "Blinken")
    page.click(".rag-ask-others")
    page.shown(".rag-other")
    page.passes_axe("who else reported it")
    page.click(".rag-past summary")
    page.shown(".rag-open")
    page.passes_axe("earlier conversations")
    page.click(".rag-past summary")
    ActionChains(page.driver).move_to_element(page.shown(".rag-marker")).perform()
    page.shown(".rag-card")
    page.passes_axe("the card of a marker")


@in_both_themes
def test_an_article_its_removal_and_the_report_of_an_addition(page, address, theme):
    anew(page, f"{address}?__theme={theme}")
    page.click("#rag-tabs button[role=tab]", "Articles")
    for form in ("paste", "fetch", "reindex"):
        page.click(f"#rag-{form} > button")
    page.click("#rag-reindex button.rag-plain")
    page.shown("#rag-reindex button", "Leave it")
    page.shown("#rag-paste textarea").send_keys(f"The ferry to Lisgar was painted {theme} on Friday.")
    page.click("#rag-paste button", "Add this text")
    page.shown(".rag-report", "1 added")
    page.passes_axe("the report of an addition")
    page.click(".rag-row", BALLOON.title)
    page.shown(".rag-reader")
    page.click("#rag-reading button", "Remove")
    page.shown("#rag-reading button", "Yes, remove it")
    page.passes_axe("an article that is about to be removed")


@in_both_themes
def test_a_language_models_words_and_the_notice_in_their_place(tab, theme):
    with visited(tab, module="tests.page.worded_page") as address:
        anew(tab, f"{address}?__theme={theme}")
        tab.shown(".rag-example")
        tab.ask("How long was the meeting with Xi?")
        tab.shown(".rag-unbacked")
        tab.ask("Did the meeting with Xi fail after 35 minutes?")
        tab.shown(".rag-note")
        tab.passes_axe("what no citation backs, and the notice")


@in_both_themes
def test_answer_sources_articles_and_an_open_article_on_a_phone(page, address, theme):
    page.size(390, 844, phone=True)
    anew(page, f"{address}?__theme={theme}")
    page.shown(".rag-example")
    page.ask(RAISED)
    page.click(".rag-marker")
    page.active()
    page.passes_axe("answer and sources")
    page.click("#rag-tabs button[role=tab]", "Articles")
    page.click(".rag-row", BALLOON.title)
    page.shown(".rag-reader")
    page.passes_axe("the articles and one of them")
