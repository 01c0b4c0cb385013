"""What leaves the page, in a real browser: a copied answer, a saved one, links to a question and to the publisher."""

from __future__ import annotations

import json
import subprocess
from io import BytesIO

import pytest
from PIL import Image

from tests.page.browser import anew, served
from tests.page.serving import RAG
from tests.reading.server import Server

pytestmark = pytest.mark.browser

LONG, LASTED = "How long was the meeting with Xi?", "The meeting with Xi lasted 35 minutes."
GREEN = (0, 255, 0)
TOLL = "Engineers counted 17 cracked piers below the old bridge at Sorrel."
STORY = """<!doctype html><title>Bridge</title><style>::target-text {background: #00ff00} p {margin-top: 2000px}</style>
<p>The crossing was closed at dawn.</p><p>Engineers <b>counted 17 cracked piers</b>
 below the old bridge at <a href=/>Sorrel</a>.</p><p>Trams are diverted.</p>"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def page(tab, folder):
    with served(module="tests.page.saved_page", folder=folder) as address:
        tab.size(1280, 800)
        anew(tab, address)
        tab.shown(".rag-example")
        yield tab
        tab.driver.get("about:blank")


def pasted(page):
    return page.js("return navigator.clipboard.readText()")


def test_copied_are_the_answer_with_its_footnotes_and_a_link_that_asks_again(page):
    given = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    page.driver.execute_cdp_cmd("Browser.grantPermissions", given)
    page.ask(LONG)
    page.click(".rag-copy")
    page.shown(".rag-copy", "Copied")
    body, _, notes = pasted(page).partition("\n\n")
    assert body.startswith(f"{LASTED}[^1]")
    link = "https://times.example/talks#:~:text=The%20meeting%20with%20Xi%20lasted%2035%20minutes."
    assert notes.split("\n")[0] == f"[^1]: “{LASTED}” [Blinken and Xi hold talks]({link}), Example Times, 2023-06-19"
    page.click(".rag-link")
    page.shown(".rag-link", "Copied")
    asked = pasted(page)
    page.js("sessionStorage.clear()")
    page.driver.get(asked)
    assert page.shown(".rag-question").text == LONG
    assert LASTED in page.shown(".rag-answer").text


def test_the_downloaded_answer_passes_rag_verify_and_one_that_was_changed_does_not(page, folder):
    to = {"behavior": "allow", "downloadPath": str(folder)}
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", to)
    page.ask(LONG)
    page.click(".rag-save")
    file = folder / "answer.json"
    page.until(file.exists, "the file")
    page.until(lambda: file.stat().st_size > 0, "the whole file")
    verify = [*RAG, "verify", str(file), "--index", str(folder / "index")]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{LONG}\n  [1] ok      talks\n")
    file.write_text(file.read_text(encoding="utf-8").replace("35 minutes", "53 minutes"), encoding="utf-8")
    assert subprocess.run(verify, capture_output=True, check=False).returncode == 1


def test_the_publishers_page_opens_with_the_cited_sentence_highlighted(page, folder):
    with Server() as publisher:
        publisher.answers["/story"] = (STORY.encode(), "text/html")
        article = {"id": "bridge", "title": "Bridge closed", "text": f"The crossing was closed at dawn. {TOLL}"}
        news = folder / "bridge.jsonl"
        news.write_text(json.dumps(article | {"url": publisher.url("/story")}), encoding="utf-8")
        page.click("#rag-tabs button[role=tab]", "Articles")
        page.shown("#rag-upload")
        page.all("#rag-upload input[type=file]")[0].send_keys(str(news))
        page.shown(".rag-report", "1 added")
        page.click("#rag-tabs button[role=tab]", "Ask")
        assert TOLL in page.ask("How many cracked piers did engineers count below the bridge at Sorrel?").text
        fragment = "#:~:text=Engineers%20counted%2017%20cracked,old%20bridge%20at%20Sorrel."
        link = page.shown("#rag-sources .rag-out", "Open")
        assert link.get_attribute("href") == publisher.url("/story") + fragment
        asking = page.driver.current_window_handle
        link.click()
        page.until(lambda: len(page.driver.window_handles) == 2, "the publisher's tab")
        page.driver.switch_to.window(next(w for w in page.driver.window_handles if w != asking))
        page.until(lambda: n_green(page) > 1000, "the sentence in green")
        assert page.js("return scrollY") > 1000
        page.driver.get("about:blank")
        page.driver.get(publisher.url("/story"))  # without the fragment nothing is marked
        page.js("document.querySelectorAll('p')[1].scrollIntoView()")
        assert n_green(page) == 0
        page.driver.close()
        page.driver.switch_to.window(asking)
        page.ask("Which painter of Freedonia drew the old bridge?")
        page.shown(".rag-closest")
        near = page.shown("#rag-sources .rag-out", "Open").get_attribute("href")
        assert near.startswith(publisher.url("/story") + "#:~:text=")


def n_green(page):
    """Count the pixels on the screen that have the colour of the highlight."""
    with Image.open(BytesIO(page.driver.get_screenshot_as_png())) as screen:
        counts = screen.convert("RGB").getcolors(screen.width * screen.height)
    return dict((colour, n) for n, colour in counts).get(GREEN, 0)
