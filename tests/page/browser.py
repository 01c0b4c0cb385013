"""A real browser for the tests of the page: Debian's chromium, driven by selenium."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
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

    def until(self, condition: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
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

    def errors(self) -> list[str]:
        """Return the errors that the console has shown since this was asked last.

        A page that is left while Gradio still listens for its answers says so; on a slow machine that happens.
        """
        severe = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        return [message for message in severe if "AbortError: signal is aborted" not in message]

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
