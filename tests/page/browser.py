"""A real browser for the tests of the page: Debian's chromium, driven by selenium."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
)
ROOT = Path(__file__).parents[2]
PATIENCE_S = 20  # for one thing to appear; a machine under load needs several seconds to draw Gradio's first page


def programs() -> tuple[str, str]:
    """Return the paths of chromium and chromedriver; without them skip, or fail where the browser is required."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium and driver:
        return chromium, driver
    message = "chromium and chromedriver are needed: apt-get install chromium chromium-driver"
    if os.environ.get("CI") == "true" or os.environ.get("RAG_REQUIRE_BROWSER") == "1":
        pytest.fail(message)
    pytest.skip(message)


class Browser:
    """One tab, with the few things these tests do in it."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        self.requested: list[str] = []

    def size(self, width: int, height: int, phone: bool = False) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def js(self, code: str, *arguments: object) -> Any:
        return self.driver.execute_script(code, *arguments)

    def until(self, condition: Callable[[], Any], what: object, patience_s: float = PATIENCE_S) -> Any:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            try:
                if found := condition():
                    return found
            except StaleElementReferenceException:
                pass  # drawn again between finding and looking
            time.sleep(0.05)
        pytest.fail(f"waited {patience_s} s for {what}; the page reads: {self.js('return document.body.innerText')!r}")

    def all(self, css: str) -> list[Any]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def shown(self, css: str, text: str = "", patience_s: float = PATIENCE_S) -> Any:
        """Wait for a visible element that contains `text`; return the last such."""

        def look() -> Any:
            return next((e for e in reversed(self.all(css)) if e.is_displayed() and text in e.text), None)

        return self.until(look, f"{css} with {text!r}", patience_s)

    def click(self, css: str, text: str = "") -> None:
        self.shown(css, text)
        self.until(lambda: (self.shown(css, text).click(), True)[1], f"a click on {css}")

    def fill(self, css: str, text: str) -> None:
        box = self.shown(css)
        box.send_keys(text)
        self.until(lambda: self.shown(css).get_property("value").endswith(text), f"{text!r} in {css}")

    def ask(self, question: str, css: str = ".rag-answer") -> Any:
        before = len(self.all(css))
        self.fill("#rag-question textarea", question)
        self.shown("#rag-question textarea").send_keys(Keys.ENTER)
        self.until(lambda: len(self.all(css)) > before, f"an answer to {question!r}")
        return self.all(css)[-1]

    def add_text(self, title: str, day: str, text: str) -> None:
        """Paste a text in the tab of the articles, and wait until it is added."""
        self.click("#rag-tabs button[role=tab]", "Articles")
        if not [box for box in self.all("#rag-paste textarea") if box.is_displayed()]:
            self.click("#rag-paste > button")
        self.shown("#rag-paste textarea")
        boxes = [box for box in self.all("#rag-paste input, #rag-paste textarea") if box.is_displayed()]
        for box, written in zip(boxes, (title, day, text), strict=True):
            box.send_keys(written)
        self.click("#rag-paste button", "Add this text")
        self.shown(".rag-report", "1 added")

    def active(self) -> Any:
        """Wait until a mark is highlighted, fully visible in the window and in the panel, and at rest; return it."""
        code = """
            const mark = document.querySelector("#rag-sources mark.rag-active");
            if (!mark) return null;
            const inside = (a, b) => a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
            const at = mark.getBoundingClientRect(), page = {top: 0, bottom: innerHeight};
            const box = document.querySelector("#rag-sources .rag-scroll").getBoundingClientRect();
            const seen = at.height > 0 && inside(at, page) && inside(at, box);
            const still = window.lastTop === at.top; window.lastTop = at.top;
            return seen && still ? {id: mark.id, text: mark.textContent} : null;
        """
        return self.until(lambda: self.js(code), "a highlighted sentence in view")

    def keeps(self, n: int) -> None:
        """Wait until the browser keeps n conversations."""
        names = "return Object.keys(localStorage).filter((name) => name.startsWith('rag-conversation:')).length"
        self.until(lambda: self.js(names) == n, f"{n} conversations to be kept")

    def errors(self) -> list[str]:
        """Return the errors that the console has shown since this was asked last.

        A page that is left while Gradio still listens for its answers says so; on a slow machine that happens.
        """
        severe = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        return [message for message in severe if "AbortError: signal is aborted" not in message]

    def passes_axe(self, what: str) -> None:
        """Wait until axe-core finds no fault in what is shown: colours fade in."""
        found: list[Any] = [f"no faults in {what}"]  # shown as it is at the end

        def look() -> bool:
            faults = Axe().run(self.driver)["violations"]
            found[1:] = [(fault["id"], [node["html"][:200] for node in fault["nodes"]]) for fault in faults]
            return not faults or bool(time.sleep(0.2))

        self.until(look, found, patience_s=10)

    def requests(self) -> set[str]:
        """Return the hosts that the page itself has asked so far; the browser's own pages and data: left out."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                parameters = message["params"]
                self.requested.append(parameters["request"]["url"] if "request" in parameters else parameters["url"])
        parts = [urlsplit(url) for url in self.requested]
        return {part.hostname or "" for part in parts if part.scheme in ("http", "https", "ws", "wss")}


@contextmanager
def open_browser(profile: Path) -> Iterator[Browser]:
    """Start the browser with a fresh profile, and end it."""
    chromium, path = programs()
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(path))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


@contextmanager
def served(*flags: str, module: str = "tests.page.fake_rag", folder: Path | None = None) -> Iterator[str]:
    """Serve a page from a process of its own, as users do, and yield its address; end it after.

    Args:
        flags: Given to the module.
        module: What serves it.
        folder: Where it works: what a reader notes is written there. By default one that goes with it.
    """
    command = [sys.executable, "-m", module, *flags]
    with (
        tempfile.TemporaryDirectory() as own,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=folder or own, env={**os.environ, "PYTHONPATH": str(ROOT)}
        ) as process,
    ):
        assert process.stdout
        try:
            lines = iter(process.stdout.readline, "")
            told = next(line for line in lines if line.startswith("Ask the news at"))
            yield re.findall(r"http://\S+", told)[0]
        finally:
            process.terminate()


def anew(tab: Browser, address: str) -> None:
    """Open the page as in a new browser: a tab that was there before goes on with its conversation."""
    tab.driver.get(address.partition("?")[0].rstrip("/") + "/theme.css")
    tab.js("localStorage.clear(); sessionStorage.clear()")
    tab.errors()  # a page that is left in the middle of something says so
    tab.driver.get(address)


@contextmanager
def visited(
    tab: Browser, *flags: str, module: str = "tests.page.fake_rag", folder: Path | None = None
) -> Iterator[str]:
    """Open the page of a server of its own and yield its address; at the end the console must have no error."""
    with served(*flags, module=module, folder=folder) as address:
        tab.size(1280, 800)
        anew(tab, address)
        yield address
        assert tab.errors() == []
        tab.driver.get("about:blank")
