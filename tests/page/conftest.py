"""One browser for each file of browser tests, and one server of a page on a small Rag in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.page.browser import Browser, anew, open_browser, served


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def address(tab: Browser) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def page(tab: Browser, address: str) -> Iterator[Browser]:
    """The page loaded anew; at the end nothing hostile has run, nothing was fetched and the console has no error."""
    tab.size(1280, 800)
    anew(tab, address)
    tab.shown(".rag-example, .rag-goto")
    yield tab
    assert tab.js("return window.hacked") is None
    assert tab.requests() == {"127.0.0.1"}
    assert tab.errors() == []
