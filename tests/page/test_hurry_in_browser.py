"""What readers do quickly or twice: filters, articles, conversations and tabs end as they were last wanted."""

from __future__ import annotations

import time

import pytest
from selenium.webdriver.common.keys import Keys

from tests.page.browser import visited
from tests.page.fake_rag import ACROSS_TWO, RAISED, SUMMIT

pytestmark = pytest.mark.browser


def test_filters_stay_as_they_say_when_articles_are_added(page):
    page.click(".rag-filters summary")
    page.click(".rag-filters input[value='Campo']")
    page.add_text("Ferry stays", "2024-03-03", "The ferry stayed in port.")
    page.click("#rag-tabs button[role=tab]", "Ask")
    page.until(lambda: "Campo" in page.shown(".rag-filters-now").text, "the filter to stay")
    assert page.js("return document.querySelector(\".rag-filters input[value='Campo']\").checked")
    assert "The articles don" in page.ask(ACROSS_TWO).text


def test_filters_that_are_changed_quickly_are_all_used(page):
    page.shown(".rag-filters")
    page.js(
        "document.querySelector('.rag-filters').open = true;"
        "for (const name of ['Campo', 'Coastal Times', 'Example Wire'])"
        "  document.querySelector(`.rag-filters input[value='${name}']`).click();"
        "document.querySelector(\".rag-filters input[value='Campo']\").click();"
        "document.querySelector(\".rag-filters input[value='Coastal Times']\").click();"
    )
    answer = page.ask(ACROSS_TWO)
    assert "The trip was postponed in February" in answer.text
    assert "one source" in answer.text
    page.shown("#rag-sources .rag-title", SUMMIT.title)


def test_articles_that_are_opened_quickly_end_with_the_last_and_that_one_is_removed(page):
    page.add_text("Old windmill", "2022-02-02", "The windmill of Orsk turned backwards.")
    page.shown(".rag-row", "windmill")
    page.js(
        "const row = (words) => [...document.querySelectorAll('.rag-row')].find((r) => r.textContent.includes(words));"
        "row('Zebra').click(); row('US shoots').click(); row('windmill').click();"
    )
    page.shown(".rag-reader", "The windmill of Orsk turned backwards.")
    page.until(lambda: "windmill" in page.shown(".rag-row.rag-chosen").text, "its row to be marked")
    page.click("#rag-reading button", "Remove")
    page.click("#rag-reading button", "Yes, remove it")
    page.shown(".rag-report", "was removed from the index")
    page.until(lambda: not [row for row in page.all(".rag-row") if "windmill" in row.text], "its row to go")
    assert [row for row in page.all(".rag-row") if "Zebra" in row.text]


def test_a_new_conversation_during_an_answer_stays_empty(tab):
    with visited(tab, "--slow"):
        tab.shown(".rag-example")
        tab.fill("#rag-question textarea", RAISED)
        tab.shown("#rag-question textarea").send_keys(Keys.ENTER)
        tab.shown(".rag-working")
        tab.click(".rag-new")
        tab.until(lambda: not tab.all(".rag-question"), "the new conversation")
        time.sleep(3)  # as long as the answer would have taken
        assert not tab.all(".rag-question")
        assert not tab.all(".rag-notice")
        tab.ask(ACROSS_TWO)
        assert [question.text for question in tab.all(".rag-question")] == [ACROSS_TWO]


def test_two_tabs_keep_each_others_conversations(page, address):
    page.ask(RAISED)
    page.keeps(1)
    first = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    page.driver.get(address)
    page.ask(ACROSS_TWO)
    page.keeps(2)
    page.driver.close()
    page.driver.switch_to.window(first)
    page.ask(ACROSS_TWO)
    page.click(".rag-new")
    page.shown(".rag-past summary", "2 earlier conversations")
    page.keeps(2)


def test_where_the_storage_is_full_the_oldest_conversation_goes(page):
    page.js(
        "const one = (n) => JSON.stringify({key: `c${n}`, at: n, exchanges: [{question: 'x'.repeat(1_200_000)}]});"
        "for (const n of [3, 1, 2, 4]) localStorage.setItem(`rag-conversation:c${n}`, one(n));"
        "let room = 1_000_000; while (room > 10) {"
        "  try { localStorage.setItem('room', (localStorage.room ?? '') + 'x'.repeat(room)); }"
        "  catch { room = Math.floor(room / 2); } }"
    )
    page.ask(RAISED)
    left = "return Object.keys(localStorage).filter((name) => name.startsWith('rag-conversation:c')).sort()"
    page.until(lambda: "rag-conversation:c1" not in page.js(left), "the oldest to go")
    assert [name for name in page.js(left) if len(name) < 20] == [f"rag-conversation:c{n}" for n in (2, 3, 4)]
    page.keeps(4)
