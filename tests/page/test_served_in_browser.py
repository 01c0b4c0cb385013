"""`rag serve` with its login, the shipped models and the starter articles, in a real browser.

One server and one browser for all tests here; what the page does with each kind of answer stands in
test_page_in_browser.py.
"""

from __future__ import annotations

import json
import os

import pytest
from selenium.webdriver.common.keys import Keys

from rag.index.lock import writer_lock
from tests.page.browser import Browser, open_browser
from tests.page.serving import PASSWORD, USER, rag_serve

pytestmark = pytest.mark.browser

RAISED, RAISED_TEXT = "What did Blinken raise with Xi?", "human rights abuses in Xinjiang"
QUESTIONS = (RAISED, "Why was Blinken’s trip postponed from February?", "How long was the meeting with Xi?")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with rag_serve(tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.fixture(scope="module")
def browser(tmp_path_factory, server):
    with open_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def door(browser: Browser, server):
    """The page as somebody finds it who has not logged in."""
    browser.size(1280, 800)
    browser.driver.get(f"{server.address}/health")
    browser.driver.delete_all_cookies()
    browser.js("localStorage.clear(); sessionStorage.clear()")
    browser.errors()  # a page that is left in the middle of something says so
    browser.driver.get(server.address)
    browser.shown("#username")
    yield browser
    assert browser.errors() == []


@pytest.fixture
def page(door: Browser):
    """The page of somebody who has logged in."""
    log_in(door, PASSWORD)
    door.shown(".rag-example")
    return door


def log_in(browser: Browser, password: str) -> None:
    for css, text in (("#username", USER), ("#password", password)):
        browser.shown(css).clear()
        browser.fill(css, text)
    browser.shown("#password").send_keys(Keys.ENTER)


def test_the_login_shows_nothing_before_it_refuses_the_wrong_password_and_takes_the_right_one(door, server):
    assert door.driver.title == "Log in · Ask the news"
    seen = door.js("return document.documentElement.innerHTML")
    assert "Blinken" not in seen
    assert "gradio_config" not in seen
    for theme in ("light", "dark"):
        door.driver.get(f"{server.address}/?__theme={theme}")
        door.shown("#username")
        door.passes_axe(f"the login in the {theme}")
    asked = "return fetch('gradio_api/queue/join', {method: 'POST', body: '{}'}).then(reply => reply.status)"
    assert door.js(asked) == 401
    log_in(door, "correct horsf")
    door.shown("[role=alert]", "Name or password is wrong")
    refused = door.errors()
    assert len(refused) == 2
    assert ["401" in refused[0], "400" in refused[1]] == [True, True]
    log_in(door, PASSWORD)
    door.shown(".rag-example")
    assert RAISED_TEXT in door.ask(RAISED).text
    assert door.errors() == []
    door.driver.get(server.address)  # it stays logged in
    door.shown("#rag-question")
    door.errors()  # the page that was left may have been looking for questions to offer, and says so


def test_questions_are_answered_one_after_another_each_below_the_last(page):
    said = (RAISED_TEXT, "balloon", "conversation with Xi")
    for n_asked, (question, words) in enumerate(zip(QUESTIONS, said, strict=True), start=1):
        assert words in page.ask(question).text
        assert page.js("return document.querySelectorAll('#rag-chat .rag-answer').length") == n_asked


def test_a_follow_up_says_what_it_is_read_as_and_shows_its_source(page):
    page.ask(QUESTIONS[1])
    answer = page.ask("What did he raise with Xi?")
    assert "Read as: What did Blinken raise with Xi?" in answer.text
    page.click(".rag-answer:last-of-type .rag-marker", "1")
    page.until(lambda: RAISED_TEXT in page.active()["text"], "the sentence that the follow-up's answer cites")


def test_what_opens_below_the_conversation_leaves_the_end_of_the_answer_in_view(page):
    page.ask("What did Xi Jinping have for lunch?")
    page.ask(QUESTIONS[1])
    page.shown(".rag-next")
    below = """
        const end = [...document.querySelectorAll(".rag-foot")].at(-1).getBoundingClientRect().bottom;
        return end - document.querySelector("#rag-chat .panel-wrap").getBoundingClientRect().bottom;
    """
    page.until(lambda: page.js(below) <= 0, "the end of the answer above the chips")
    page.click(".rag-filters summary")
    page.shown(".rag-filters-form")
    page.until(lambda: page.js(below) <= 0, "the end of the answer above the filters")


def test_an_article_is_added_while_questions_are_answered_then_answered_from_then_removed(page, server, tmp_path):
    news = tmp_path / "lanterns.jsonl"
    chronicle = [(n, f"In year {n} the mill ground {n * 7} sacks. " * 40) for n in range(360)]
    lines = [{"id": f"year-{n}", "title": f"Chronicle of year {n}", "text": text} for n, text in chronicle]
    lines.insert(0, {"id": "lanterns", "title": "Lanterns of Varnholt", "text": "Varnholt lit 912 lanterns on Friday."})
    news.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    asking = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    adding = page.driver.current_window_handle
    page.driver.get(server.address)
    page.click("#rag-tabs button[role=tab]", "Articles")
    page.shown("#rag-upload")
    page.all("#rag-upload input[type=file]")[0].send_keys(str(news))
    page.shown("#rag-report .progress-text, #rag-report .meta-text, #rag-report .wrap")
    n_meanwhile = 0
    while True:
        page.driver.switch_to.window(asking)
        answer = page.ask(QUESTIONS[n_meanwhile % len(QUESTIONS)])
        assert page.shown(".rag-marker")
        assert "Antony Blinken" in page.shown("#rag-sources .rag-title").text
        assert answer.text
        page.driver.switch_to.window(adding)
        if page.all(".rag-report"):
            break
        n_meanwhile += 1
    assert n_meanwhile >= 1
    report = page.shown(".rag-report", f"{len(lines)} added")
    page.js("document.querySelector('.rag-report details').open = true")
    assert "added Lanterns of Varnholt" in report.text
    page.driver.switch_to.window(asking)
    assert not page.all(".rag-notice")
    assert "912 lanterns" in page.ask("How many lanterns did Varnholt light?").text
    page.driver.switch_to.window(adding)
    page.click(".rag-row", "Lanterns of Varnholt")
    page.click("#rag-reading button", "Remove")
    page.click("#rag-reading button", "Yes, remove it")
    page.shown(".rag-report", "was removed from the index")
    page.driver.close()
    page.driver.switch_to.window(asking)
    assert "912 lanterns" not in page.ask("How many lanterns were lit in Varnholt?").text


def test_everything_is_encoded_anew_while_a_question_is_answered_and_another_writer_is_told_of(page, server):
    page.click("#rag-tabs button[role=tab]", "Articles")
    page.click("#rag-reindex > button")
    page.click("#rag-reindex button.rag-plain")
    page.click("#rag-reindex button", "Leave it")
    gone = "return !document.querySelector('#rag-reindex .rag-actions')?.offsetHeight"
    page.until(lambda: page.js(gone), "the confirmation to go")
    with writer_lock(server.index):
        page.click("#rag-reindex button.rag-plain")
        page.click("#rag-reindex button", "Yes, re-index now")
        page.shown(".rag-report.rag-failed", f"being written to by process {os.getpid()}")
    page.click("#rag-reindex label", "Encode every article anew")
    page.click("#rag-reindex button.rag-plain")
    page.click("#rag-reindex button", "Yes, re-index now")
    page.click("#rag-tabs button[role=tab]", "Ask")
    assert RAISED_TEXT in page.ask(RAISED).text
    page.click("#rag-tabs button[role=tab]", "Articles")
    page.shown(".rag-report", "encoded anew, and their search structures built", patience_s=120)
    page.click("#rag-tabs button[role=tab]", "Ask")
    assert RAISED_TEXT in page.ask(RAISED).text
