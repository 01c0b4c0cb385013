"""The filters in a real browser: days, outlets and the as-of slider, and the question that they apply to."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.page.browser import visited
from tests.page.fake_rag import ACROSS_TWO, BALLOON

pytestmark = pytest.mark.browser

KILLED = "How many people were killed in the quake?"
EARLY, LATE = "At least 5 people were killed in the quake.", "Rescuers said 41 people were killed in the quake."


def test_filters_apply_to_the_next_question_until_they_are_cleared(page):
    page.click(".rag-filters summary")
    page.js(
        "const box = document.querySelector('.rag-filters input[name=until]'); box.value = '2023-03-01';"
        "box.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    page.shown(".rag-filters-now", "until 2023-03-01, all outlets")
    answer = page.ask(ACROSS_TWO)
    page.shown("#rag-sources .rag-title", BALLOON.title)
    assert "one source" in answer.text
    page.click(".rag-filters-clear")
    page.shown(".rag-filters-now", "all dates, all outlets")
    page.click(".rag-filters input[value='Campo']")
    page.shown(".rag-filters-now", "all dates, Campo")
    assert "The articles don" in page.ask(ACROSS_TWO).text


def test_the_as_of_slider_names_its_day_and_its_end_is_no_limit(page):
    slide = (
        "const s = document.querySelector('.rag-asof-slider'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('input', {bubbles: true})); s.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    page.click(".rag-filters summary")
    page.js(slide, 400)
    page.shown(".rag-filters-now", "as of 2023-02-05")
    spoken = "return document.querySelector('.rag-asof-slider').ariaValueText"
    assert page.js(spoken) == "5 February 2023"
    page.js(slide, 99_999)
    page.shown(".rag-filters-now", "all dates")
    assert page.js(spoken).endswith(", no limit")
    page.js(
        "const box = document.querySelector('.rag-filters input[name=as_of]'); box.value = '2022-01-11';"
        "box.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    page.shown(".rag-filters-now", "as of 2022-01-11")
    assert page.js("return document.querySelector('.rag-asof-slider').value") == "10"


def test_the_as_of_slider_is_moved_by_keyboard_and_the_next_question_has_the_older_answer(tab):
    with visited(tab, module="tests.page.saved_page") as address:
        tab.shown(".rag-example")
        tab.add_text("Toll of the quake rises", "2023-02-08", LATE)
        tab.driver.get(address)
        tab.shown(".rag-example")
        assert LATE in tab.ask(KILLED).text
        tab.click(".rag-filters summary")
        slider = tab.shown(".rag-asof-slider")
        slider.send_keys(Keys.HOME)
        tab.shown(".rag-filters-now", "as of 2023-02-06")
        answer = tab.ask(KILLED).text
        assert EARLY in answer
        assert LATE not in answer
        assert "as of 2023-02-06" in answer
        slider.send_keys(Keys.END)
        tab.shown(".rag-filters-now", "all dates")
        answer = tab.ask(KILLED).text
        assert LATE in answer
        assert "as of" not in answer
