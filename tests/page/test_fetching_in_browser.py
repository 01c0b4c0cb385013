"""Articles from an address, in a real browser: a page and a feed on loopback, told article by article."""

from __future__ import annotations

import pytest

from tests.page.browser import visited
from tests.reading.server import Server

pytestmark = pytest.mark.browser

STORY = """<!doctype html><html lang="en"><head><title>{title}</title><meta property="og:title" content="{title}">
<meta property="article:published_time" content="2024-05-02T08:00:00Z"></head><body><article><h1>{title}</h1>
<p>{text}</p><p>The council of Varnholt meets again next week to hear the builders and the owners of the mill.</p>
<p>Until then the road beside the river stays closed to lorries, as the mayor told reporters on Thursday.</p>
</article></body></html>"""
LANTERNS, MILL = "Varnholt lit 912 lanterns along the river on Friday evening.", "The mill of Varnholt ground 77 sacks."


def test_a_page_and_a_feed_are_added_and_each_article_of_them_is_reported(tab, monkeypatch):
    monkeypatch.setenv("RAG_ALLOW_PRIVATE", "1")
    with Server() as publisher:
        for path, title, text in (("/a", "Lanterns of Varnholt", LANTERNS), ("/b", "The mill turns", MILL)):
            publisher.answers[path] = (STORY.format(title=title, text=text).encode(), "text/html")
        items = "".join(
            f"<item><title>Entry {path}</title><link>{publisher.url(path)}</link></item>" for path in ("/a", "/b", "/c")
        )
        feed = f"<rss version='2.0'><channel><title>The Wire</title>{items}</channel></rss>"
        publisher.answers["/feed"] = (feed.encode(), "application/rss+xml")
        with visited(tab, module="tests.page.saved_page"):
            tab.click("#rag-tabs button[role=tab]", "Articles")
            tab.click("#rag-fetch button", "From an address")
            fetch(tab, publisher.url("/a"))
            assert tab.shown(".rag-report").text.startswith(f"{publisher.url('/a')} 1 added")
            assert "added Lanterns of Varnholt" in tab.shown(".rag-report").text
            tab.shown(".rag-row", "Lanterns of Varnholt")
            fetch(tab, publisher.url("/feed"))
            report = tab.shown(".rag-report", "1 unchanged").text
            assert report.startswith(f"{publisher.url('/feed')} 1 added, 1 unchanged")
            assert "added The mill turns" in report
            assert "unchanged Lanterns of Varnholt" in report
            assert f"{publisher.url('/c')}" in report
            assert "answered 404" in report
            tab.shown(".rag-row", "The mill turns")
            fetch(tab, publisher.url("/nowhere"))
            assert "answered 404" in tab.shown(".rag-report.rag-failed").text
            tab.click("#rag-tabs button[role=tab]", "Ask")
            assert "912 lanterns" in tab.ask("How many lanterns did Varnholt light along the river?").text


def fetch(tab, address):
    box = tab.shown("#rag-fetch input, #rag-fetch textarea")
    tab.until(lambda: box.get_property("value") == "" or box.clear(), "an empty box")
    box.send_keys(address)
    tab.click("#rag-fetch button", "Fetch it")
    tab.shown(".rag-report", address)
