"""The Evaluate tab in a real browser: a set is run, its progress seen, its report shown and set beside the next one."""

from __future__ import annotations

import pytest

from tests.evaluation.made import write_set
from tests.page.browser import anew, served

pytestmark = pytest.mark.browser

LONG = {"id": "long", "question": "How long was the meeting with Xi?", "answerable": True, "answers": ["35 minutes"]}
DAM = [{"id": f"dam{n}", "question": f"How high is dam {n} of Brackwater?", "answerable": False} for n in range(30)]
WATCH = """
    window.told = [];
    const look = () => told.push(document.querySelector("#rag-evaluation").innerText);
    new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_set_is_run_its_report_shown_and_what_moved_since(tab, tmp_path, theme):
    write_set(tmp_path / "evals" / "small", [LONG, *DAM], ())
    with served(module="tests.page.saved_page", folder=tmp_path) as address:
        tab.size(1280, 800)
        anew(tab, f"{address}?__theme={theme}")
        tab.click("#rag-tabs button[role=tab]", "Evaluate")
        tab.shown(".rag-blank", "How well does it answer?")
        assert tab.shown("#rag-set input").get_property("value") == "small (31 questions)"
        tab.js(WATCH)
        run(tab)
        assert any("Asking" in told for told in tab.js("return told"))
        tab.passes_axe("the tab with a report")
        tab.driver.switch_to.frame(tab.shown(".rag-frame"))
        tab.shown("h1", "small")
        tab.shown(".question summary", LONG["question"])
        tab.passes_axe("the report")
        tab.driver.switch_to.default_content()
        run(tab)
        tab.shown(".rag-moved", "The same as the last run.")
        tab.click("#rag-tabs button[role=tab]", "Articles")
        tab.click(".rag-row", "Blinken and Xi")
        tab.click("#rag-reading button", "Remove")
        tab.click("#rag-reading button", "Yes, remove it")
        tab.shown(".rag-report", "was removed from the index")
        tab.click("#rag-tabs button[role=tab]", "Evaluate")
        run(tab)
        tab.click(".rag-moved summary", "1 question moved")
        tab.shown(".rag-moved li", LONG["question"])
        assert tab.errors() == []
        tab.driver.get("about:blank")


def run(tab):
    """Run the set, and wait for a report that was not there before."""
    tab.js("document.querySelector('.rag-frame')?.setAttribute('data-old', '')")
    tab.click("#rag-run")
    tab.shown(".rag-frame:not([data-old])")
