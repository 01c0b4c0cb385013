"""The report's script in a real browser: filters, and links that lead to what they name."""

import pytest

from rag.evaluation import evaluate
from tests.page.browser import open_browser

pytestmark = pytest.mark.browser


def test_the_list_can_be_filtered_and_nothing_is_loaded(evalset, opened, tmp_path):
    out = evaluate(evalset, index=opened, out=tmp_path / "out").out
    with open_browser(tmp_path / "profile") as browser:
        browser.driver.get(f"{(out / 'report.html').as_uri()}#q-killed")

        def shown():
            return [e.get_attribute("id") for e in browser.all(".question:not([hidden])")]

        assert shown() == ["q-long", "q-killed", "q-where", "q-cup"]
        assert [e.get_attribute("id") for e in browser.all(".question[open]")] == ["q-killed"]  # named in the address
        browser.click(".chips button", "rightly abstained")
        assert shown() == ["q-cup"]
        assert browser.shown("#shown").text == "1 of 4 questions"
        browser.click(".chips button", "rightly abstained")
        browser.driver.find_element("id", "words").send_keys("XI last?")
        assert shown() == ["q-long"]
        browser.driver.find_element("id", "words").send_keys(" nowhere")
        assert shown() == []
        assert browser.shown("#none").text == "No question is left with these filters."
        assert [line for line in browser.driver.get_log("browser") if line["level"] == "SEVERE"] == []
        for width in (1440, 390):
            browser.size(width, 900, phone=width < 500)
            assert browser.js("return document.documentElement.scrollWidth") <= width
