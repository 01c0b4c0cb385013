"""The page in a real browser: one server and one browser for all tests here; each test loads the page anew."""

from __future__ import annotations

import json
import re
from urllib.request import urlopen

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from rag.answer_json import answer_from_json
from tests.page.browser import anew, visited
from tests.page.fake_rag import ACROSS_TWO, BALLOON, HARVEST, PAYLOAD, RAISED, RAISED_QUOTE, SUMMIT

pytestmark = pytest.mark.browser


def test_a_marker_leads_to_the_cited_sentence_in_the_full_article(page):
    answer = page.ask(RAISED)
    assert answer.text.startswith(RAISED_QUOTE)
    copied = "getSelection().selectAllChildren(document.querySelector('.rag-statement')); return `${getSelection()}`"
    assert page.js(copied) == f"{RAISED_QUOTE}[1]"
    assert "Well supported · one source" in answer.text
    assert page.active() == {"id": "a1-1", "text": RAISED_QUOTE}
    page.js("document.querySelector('#rag-sources .rag-scroll').scrollTop = 0")
    page.click(".rag-marker")
    assert page.active() == {"id": "a1-1", "text": RAISED_QUOTE}
    assert page.shown("#rag-sources .rag-title").text == SUMMIT.title
    # drawn in several places, whole all the same
    paragraphs = page.js("return [...document.querySelectorAll('.rag-article p')].map(p => p.textContent)")
    assert paragraphs == SUMMIT.text.strip().split("\n")


def test_a_second_citation_switches_the_article(page):
    page.ask(ACROSS_TWO)
    assert page.active()["id"] == "a1-1"
    assert page.shown("#rag-sources .rag-title").text == BALLOON.title
    page.click(".rag-marker", "2")
    page.shown("#rag-sources .rag-title", SUMMIT.title)
    assert page.active()["text"].startswith("The trip was postponed in February")
    page.click("#rag-sources .rag-chip .rag-spot", "US shoots")
    assert page.active()["id"] == "a1-1"
    assert [b.get_attribute("aria-pressed") for b in page.all(".rag-chip .rag-spot")] == ["true", "false"]


def test_a_marker_of_an_older_answer_brings_that_answers_sources_back(page):
    page.ask(RAISED)
    page.ask(ACROSS_TWO)
    page.shown("#rag-sources .rag-title", BALLOON.title)
    page.all(".rag-marker")[0].click()
    page.shown("#rag-sources .rag-title", SUMMIT.title)
    assert page.active() == {"id": "a1-1", "text": RAISED_QUOTE}


def test_markers_are_reached_and_opened_from_the_keyboard(page):
    page.ask(RAISED)
    page.active()
    page.js("document.querySelector('.rag-marker').focus()")
    ActionChains(page.driver).send_keys(Keys.ENTER).perform()
    page.until(lambda: page.js("return document.activeElement.id") == "a1-1", "focus on the cited sentence")
    ActionChains(page.driver).send_keys(Keys.ESCAPE).perform()
    page.until(lambda: page.js("return document.activeElement.value") == "a1-1", "focus back on the marker")


def test_a_card_shows_the_quote_under_the_pointer(page):
    page.ask(RAISED)
    ActionChains(page.driver).move_to_element(page.shown(".rag-marker")).perform()
    card = page.shown(".rag-card").text
    assert [part in card for part in (RAISED_QUOTE, SUMMIT.title, "Example Wire", "19 June 2023")] == [True] * 4
    ActionChains(page.driver).move_to_element(page.shown(".rag-masthead h1")).perform()
    page.until(lambda: not page.all(".rag-card"), "the card gone")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_card_says_whose_words_it_shows_in_colours_that_can_be_read(page, address, theme):
    anew(page, f"{address}?__theme={theme}")
    page.shown(".rag-example")
    page.ask(ACROSS_TWO)
    ActionChains(page.driver).move_to_element(page.shown(".rag-marker", "1")).perform()
    assert page.shown(".rag-card .rag-said").text == "attributed · Pentagon"
    style = page.js(
        "const s = getComputedStyle(document.querySelector('.rag-card .rag-said')); return [s.color, s.backgroundColor]"
    )
    assert contrast(*style) >= 4.5  # WCAG 2.2, level AA, for small text
    anew(page, f"{address}?__theme={theme}")
    page.shown(".rag-example")
    page.ask(RAISED)
    ActionChains(page.driver).move_to_element(page.shown(".rag-marker")).perform()
    page.shown(".rag-card")
    assert not page.all(".rag-card .rag-said")  # narration


def contrast(one, other):
    """Return the contrast ratio of two colours written rgb(r, g, b), from 1 to 21 (WCAG 2.2)."""

    def luminance(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_an_abstention_says_so_and_shows_the_closest_passages_as_such(page):
    answer = page.ask("What did the chancellor eat about olive?")
    assert answer.text.startswith("The articles don't say.")
    assert "Closest passages, not an answer" in answer.text
    assert not page.all(".rag-marker")
    page.click(".rag-closest")
    assert page.active()["text"] == "Prices of olive oil have doubled in two years."
    assert "rag-near" in page.shown("mark.rag-active").get_attribute("class")


def test_an_example_is_asked_when_it_is_chosen(page):
    page.click(".rag-example", "Why was Blinken’s trip postponed")
    answer = page.shown(".rag-answer")
    assert "The trip was postponed in February" in answer.text
    assert page.shown(".rag-question").text == "Why was Blinken’s trip postponed from February?"


def test_an_error_is_shown_in_place_and_the_question_is_kept(page):
    question = f"fail:No <b>index</b> {PAYLOAD}"
    notice = page.ask(question, css=".rag-notice")
    assert f"No <b>index</b> {PAYLOAD}" in notice.text
    page.until(lambda: page.shown("#rag-question textarea").get_property("value") == question, "the question back")


def test_a_fault_of_the_program_ends_the_waiting_and_gives_the_question_back(page):
    assert "fault of the program" in page.ask("crash:now", css=".rag-notice").text
    assert not page.all(".rag-working")
    page.until(lambda: page.shown("#rag-question textarea").get_property("value") == "crash:now", "the question back")
    page.shown("#rag-question textarea").clear()
    assert page.ask(RAISED).text.startswith(RAISED_QUOTE)


def test_an_empty_question_does_nothing(page):
    page.shown("#rag-question textarea").send_keys("   ", Keys.ENTER)
    page.ask(RAISED)
    assert len(page.all(".rag-question")) == 1


def test_pasted_text_is_added_listed_found_and_answered_from(page):
    page.click("#rag-tabs button[role=tab]", "Articles")
    before = int(page.shown(".rag-stock").text.split()[0])
    page.click("#rag-paste > button")
    page.shown("#rag-paste textarea")
    boxes = [box for box in page.all("#rag-paste input, #rag-paste textarea") if box.is_displayed()]
    for box, text in zip(boxes, ("Glacier retreats", "19 June", "The glacier lost forty metres of ice."), strict=True):
        box.send_keys(text)
    page.click("#rag-paste button", "Add this text")
    assert "cannot be read" in page.shown(".rag-report").text
    boxes[1].clear()
    boxes[1].send_keys("2024-03-02")
    page.click("#rag-paste button", "Add this text")
    page.shown(".rag-report", "1 added")
    assert "2 March 2024" in page.shown(".rag-row", "Glacier retreats").text
    assert int(page.shown(".rag-stock").text.split()[0]) == before + 1
    page.fill("#rag-search input, #rag-search textarea", "glacier")
    page.until(lambda: [row.text.split("\n")[0] for row in page.all(".rag-row")] == ["Glacier retreats"], "one row")
    page.click("#rag-tabs button[role=tab]", "Ask")
    assert "forty metres" in page.ask("How much ice has the glacier lost?").text


def test_an_uploaded_file_is_reported_listed_opened_and_removed_after_confirmation(page, tmp_path):
    news = tmp_path / "harbour_news.jsonl"
    lines = [
        json.dumps(
            {"id": "harbour-1", "title": "Harbour reopens", "text": "The harbour reopened.", "published": "2024-05-01"}
        ),
        json.dumps({"title": "no text"}),
    ]
    news.write_text("\n".join(lines), encoding="utf-8")
    story = tmp_path / "<i>storm.txt"
    story.write_text("Storm closes pass\nThe pass was closed by a storm for two days.", encoding="utf-8")
    page.click("#rag-tabs button[role=tab]", "Articles")
    page.shown("#rag-upload")
    page.all("#rag-upload input[type=file]")[0].send_keys(f"{news}\n{story}")
    page.until(lambda: len(page.all(".rag-report")) == 2, "two reports")
    reports = [report.text for report in page.all(".rag-report")]
    assert "harbour_news.jsonl 1 added, 1 skipped" in reports[0]
    assert "harbour_news.jsonl:2" in reports[0]
    assert "1 added" in reports[1]
    page.click(".rag-row", "Harbour reopens")
    assert "The harbour reopened." in page.shown(".rag-reader").text
    page.click("#rag-reading button", "Remove")
    page.shown(".rag-row", "Harbour reopens")
    page.click("#rag-reading button", "Yes, remove it")
    page.shown(".rag-report", "was removed from the index")
    page.until(lambda: not [row for row in page.all(".rag-row") if "Harbour" in row.text], "the row gone")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_stacks_the_columns_and_brings_the_source_into_view(page, address, theme):
    page.size(390, 844, phone=True)
    anew(page, f"{address}?__theme={theme}")
    page.shown(".rag-example")
    widths = []
    page.ask(RAISED)
    widths.append(page.js("return document.documentElement.scrollWidth"))
    before = page.js("return scrollY")
    assert page.js("return document.querySelector('.rag-answer').getBoundingClientRect().top") < 844 - before
    page.click(".rag-marker")
    assert page.active()["text"] == RAISED_QUOTE
    # a finger scrolls the window alone: whatever stands within something lower than itself is out of reach
    reach = "const e = document.querySelector(arguments[0]); return [e.scrollTop, e.scrollHeight - e.clientHeight]"
    assert page.js(reach, ".gradio-container") == [0, 0]
    page.until(lambda: page.js("return document.querySelector('.rag-bar').getBoundingClientRect().top") == 0, "the bar")
    page.click(".rag-back")
    page.until(lambda: page.js("return document.querySelector('.rag-marker').getBoundingClientRect().top") >= 0, "back")
    page.click("#rag-tabs button[role=tab]", "Articles")
    page.click(".rag-row", "Zebra")
    page.shown(".rag-reader")
    top = "return document.querySelector('.rag-reader').getBoundingClientRect().top"
    page.until(lambda: 0 <= page.js(top) < 120, "the article in view")
    widths.append(page.js("return document.documentElement.scrollWidth"))
    assert widths == [390, 390]


def test_the_columns_stand_side_by_side_on_a_desk(page):
    page.ask(RAISED)
    left, right = (page.shown(css).rect for css in ("#rag-left", "#rag-right"))
    assert left["x"] + left["width"] < right["x"]
    assert 0.5 < left["width"] / (left["width"] + right["width"]) < 0.6
    assert page.js("return document.documentElement.scrollHeight <= innerHeight")


def test_an_empty_index_leads_to_the_articles_tab(tab):
    with visited(tab, "--empty"):
        assert "rag add PATH" in tab.shown(".rag-welcome").text
        tab.click(".rag-goto")
        assert "No articles yet" in tab.shown(".rag-none").text


def test_nothing_of_the_page_is_offered_as_a_public_api(address):
    with urlopen(f"{address}/gradio_api/info") as reply:
        assert json.load(reply) == {"named_endpoints": {}, "unnamed_endpoints": {}}


def test_a_reload_loses_no_citation_and_earlier_conversations_are_kept_and_deleted(page, address):
    page.ask(RAISED)
    page.keeps(1)
    page.shown(".rag-follow")  # a page that is left while it waits for something complains
    page.driver.get(address)
    page.shown(".rag-marker")
    assert page.active() == {"id": "a1-1", "text": RAISED_QUOTE}
    page.click(".rag-new")
    page.shown(".rag-example")
    page.click(".rag-past summary")
    page.click(".rag-open", RAISED)
    page.shown(".rag-marker")
    page.click(".rag-new")
    page.click(".rag-past summary")
    page.click(".rag-past li .rag-forget")
    page.until(lambda: not page.all(".rag-past"), "the earlier conversation to be gone")
    page.driver.get(address)
    page.shown(".rag-example")
    assert not page.all(".rag-past")


def test_a_link_asks_its_question_or_opens_an_article_at_a_sentence(page, address):
    page.driver.get(f"{address}?__theme=dark&q=What+did+Blinken+raise+about+Taiwan+Strait+peace%3F")
    assert RAISED_QUOTE in page.shown(".rag-answer").text
    page.keeps(1)
    assert page.js("return location.search") == "?__theme=dark"
    page.shown(".rag-follow")
    page.driver.refresh()  # goes on with the conversation
    assert RAISED_QUOTE in page.shown(".rag-answer").text
    page.keeps(1)
    anew(page, f"{address}?q=What+did+Blinken+raise+about+Taiwan+Strait+peace%3F&article={BALLOON.id}&s=1")
    assert RAISED_QUOTE in page.shown(".rag-answer").text
    page.shown("#rag-sources .rag-title", BALLOON.title)
    assert page.active()["text"] == "Officials watched it cross the country for days."
    anew(page, f"{address}?q=What+did+Blinken+raise+about+Taiwan+Strait+peace%3F&until=2023-03-01")
    assert "The articles don" in page.shown(".rag-answer").text
    anew(page, f"{address}?article={BALLOON.id}&s=1")
    page.shown("#rag-sources .rag-title", BALLOON.title)
    assert page.active()["text"] == "Officials watched it cross the country for days."
    anew(page, f"{address}?article=nothing")
    page.shown("#rag-sources .rag-notice", "nothing")


def test_the_saved_json_is_the_answer_as_rag_verify_reads_it(page):
    page.ask(RAISED)
    saved = json.loads(page.js("return document.querySelector('pre[id^=json-]').textContent"))
    assert saved["citations"][0]["quote"] == RAISED_QUOTE
    assert answer_from_json(saved).question == RAISED


def test_an_address_that_is_none_is_told_in_place(page):
    page.click("#rag-tabs button[role=tab]", "Articles")
    page.click("#rag-fetch button", "From an address")
    page.shown("#rag-fetch input, #rag-fetch textarea").send_keys("news.example/feed")
    page.click("#rag-fetch button", "Fetch it")
    page.shown(".rag-report", "An address begins with http:// or https://")


def test_a_citation_is_explained_with_its_rank_and_what_came_next(page):
    page.ask(RAISED)
    page.click(".rag-ask-why")
    box = page.shown(".rag-why")
    assert "Its passage came 1st by meaning, and not by words." in box.text
    assert "Its article is of 19 June 2023." in box.text
    assert "it came 1st of all sentences read" in box.text
    assert "What came next, not cited" in box.text
    page.ask(ACROSS_TWO)
    page.until(lambda: not page.all(".rag-why"), "the explanation to go with its answer")


def test_the_right_sentence_can_be_chosen_where_a_wrong_one_is_cited(page):
    page.ask(RAISED)
    page.click(".rag-ask-wrong")
    page.shown(".rag-choose")
    page.js(
        "[...document.querySelectorAll('.rag-right-one')].find(b => b.textContent.startsWith('Expectations')).click()"
    )
    page.shown(".rag-why", "evals/feedback/questions.jsonl has 1 so far")


def test_in_a_language_models_words_an_unsupported_sentence_says_so_and_a_failure_gives_way_to_quotes(tab):
    with visited(tab, module="tests.page.worded_page"):
        tab.shown(".rag-example")
        answer = tab.ask("How long was the meeting with Xi?")
        assert "The meeting with Xi lasted 35 minutes." in answer.text
        unbacked = tab.shown(".rag-unbacked")
        assert unbacked.text == "They agreed on <b>Taiwan</b>. not backed by the articles"
        assert len(tab.all(".rag-marker")) == 1
        assert tab.active()["text"] == "The meeting with Xi lasted 35 minutes."
        failed = tab.ask("Did the meeting with Xi fail after 35 minutes?")
        assert "The articles are quoted instead." in tab.shown(".rag-note").text
        assert "The meeting with Xi lasted 35 minutes." in failed.text


def test_the_articles_are_listed_in_the_order_that_is_chosen(page):
    page.click("#rag-tabs button[role=tab]", "Articles")
    page.shown(".rag-row")
    page.click("#rag-order input")
    page.click("[role=option]", "Oldest first")

    def dated():
        titles = [row.text for row in page.all(".rag-row-title")]
        return [title[:5] for title in titles if title.startswith(("Zebra", "US shoots", "Olive"))]

    page.until(lambda: dated() == ["Zebra", "US sh", "Olive"], "the oldest article first")


def test_a_question_that_is_offered_below_an_answer_is_asked_when_it_is_chosen(page):
    page.ask(RAISED)
    page.shown(".rag-follow", HARVEST.title)
    assert page.shown(".rag-next").location["y"] > page.shown(".rag-answer").location["y"]
    page.click(".rag-follow", HARVEST.title)
    page.until(lambda: len(page.all(".rag-question")) == 2, "the second question")
    assert page.all(".rag-question")[-1].text == f"What is told about {HARVEST.title}?"
    page.until(lambda: len(page.all(".rag-answer")) == 2, "its answer")
    assert "third year" in page.shown("#rag-sources .rag-title").text
    page.until(lambda: not [chip for chip in page.all(".rag-follow") if HARVEST.title in chip.text], "other chips")


def test_chips_go_when_something_else_is_asked_and_after_an_abstention_there_are_none(page):
    page.ask(RAISED)
    page.shown(".rag-follow")
    page.ask("What did the chancellor eat about olive?")
    page.until(lambda: not page.all(".rag-follow"), "the chips to go")
    page.click(".rag-new")
    page.shown(".rag-example")
    assert not page.all(".rag-follow")


def test_who_else_reported_a_sentence_is_listed_and_opens_its_article_at_the_sentence(page):
    page.ask(ACROSS_TWO)
    page.shown("#rag-sources .rag-title", BALLOON.title)
    page.click(".rag-chip .rag-spot", "Blinken")
    page.click(".rag-ask-others")
    box = page.shown(".rag-others h4")
    assert box.text == "Coastal Times 1 article"
    listed = page.shown(".rag-others").text
    assert "reported earlier by 135 days" in listed
    page.click(".rag-other")
    page.shown("#rag-sources .rag-title", BALLOON.title)
    assert page.active() == {"id": "link-1", "text": page.shown(".rag-other q").text.strip('“”"')}
    assert page.shown(".rag-others h4").text == "Coastal Times 1 article"  # the list stays, to open the next
    page.click(".rag-return")
    page.until(lambda: page.active()["id"] == "a1-2", "the cited sentence again")
    page.until(lambda: not page.all(".rag-others"), "the list to go with the way back")


def test_a_sentence_that_nobody_else_reports_says_so(page):
    page.ask(RAISED)
    page.click(".rag-ask-others")
    page.shown(".rag-others", "Nobody else among the articles.")
