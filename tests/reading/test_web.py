from datetime import date

import pytest

from rag.errors import FetchRefused, ReadError
from rag.reading import Limits, read
from rag.reading.fetch import Fetcher
from rag.reading.web import address_articles
from rag.types import Article, Skipped
from tests.reading.make_pdf import make_pdf
from tests.reading.server import redirect, reply
from tests.reading.test_fetch import QUICK, only_loopback_one
from tests.reading.test_html import page

RICH = page().encode()
BARE = page(head="<title>Bare</title>").encode()


def feed(server, *paths, **parts):
    items = "".join(
        f"<item><title>Entry {n}</title><link>{path}</link><pubDate>Tue, 20 Jun 2023 08:00:00 GMT</pubDate>"
        f"<author>jane@p.example (Jane Doe)</author><category>World</category>"
        f"<description>{parts.get('summary', '')}</description></item>"
        for n, path in enumerate(paths, start=1)
    )
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Wire</title>{items}</channel></rss>'
    server.answers["/feed"] = (text.encode(), "application/rss+xml")


def test_a_page_is_read_under_its_last_address(server):
    server.answers |= {"/a": redirect("/b#top"), "/b": (RICH, "text/html; charset=utf-8")}
    (article,) = read(server.url("/a"), allow_private=True)
    assert (article.url, article.origin) == (server.url("/b"), server.url("/b"))
    assert (article.title, article.source) == ("Blinken in Beijing", "The Paper")
    assert article.published == date(2023, 6, 19)
    assert article.text.startswith("US Secretary of State Antony Blinken concluded")


@pytest.mark.parametrize(
    ("path", "body", "content_type", "title", "text"),
    [
        ("/a.txt", b"Talks end\n\nThey met.", "text/plain", "Talks end", "They met."),
        ("/a", "Café\n\nÀ la carte.".encode("cp1252"), "text/plain; charset=latin1", "Café", "À la carte."),
        ("/a.md", b"# Talks *end*\n\nThey met.", "text/plain", "Talks end", "They met."),
        ("/a", b"# Talks *end*\n\nThey met.", "text/markdown", "Talks end", "They met."),
        ("/a", make_pdf([["They met on Monday."]]), "application/pdf", "a", "They met on Monday."),
        ("/my-talks.pdf", make_pdf([["They met."]]), "application/octet-stream", "my talks", "They met."),
        ("/my-talks", b"They met.", "", "my talks", "They met."),
        ("/a.json", b'{"title": "T", "text": "They met."}', "application/json", "T", "They met."),
        ("/a.jsonl", b'{"title": "T", "text": "They met."}\n', "text/plain", "T", "They met."),
    ],
)
def test_content_is_read_by_its_type_suffix_or_first_bytes(server, path, body, content_type, title, text):
    server.answers[path] = (body, content_type)
    (article,) = read(server.url(path), allow_private=True)
    assert (article.title, article.text) == (title, text)
    if "json" not in path:
        assert (article.url, article.source) == (server.url(path), "127.0.0.1")


def test_content_that_is_not_read_is_skipped_with_its_type(server):
    server.answers["/a.png"] = (b"\x89PNG", "image/png")
    (skipped,) = read(server.url("/a.png"), allow_private=True)
    assert (skipped.origin, skipped.line) == (server.url("/a.png"), None)
    assert "is 'image/png', which is not read" in skipped.reason


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "answered 404"),
        ((b"", "text/html"), "is empty"),
        ((b"x" * 3000, "text/html"), "is larger than"),
        ((b"<html></html>", "text/html"), "no main text"),
        ((b"\0\1\2" * 100, "text/plain"), "binary data"),
        ((b"<rss><channel></channel></rss>", "application/rss+xml"), "no entries"),
    ],
)
def test_what_cannot_be_fetched_or_read_is_skipped_with_the_reason(server, answer, reason):
    if answer:
        server.answers["/a"] = answer
    (skipped,) = read(server.url("/a"), allow_private=True, limits=Limits(response_bytes=2000))
    assert isinstance(skipped, Skipped)
    assert reason in skipped.reason


def test_a_feed_gives_each_entry_s_page_and_fills_in_what_the_page_lacks(server):
    server.answers |= {"/rich": (RICH, "text/html"), "/bare": (BARE, "text/html")}
    feed(server, server.url("/rich"), server.url("/missing"), "/bare", server.url("/rich"))
    rich, skipped, bare = read(server.url("/feed"), allow_private=True)
    assert (rich.url, rich.source, rich.published) == (server.url("/rich"), "The Paper", date(2023, 6, 19))
    assert (rich.authors, rich.section) == (("Jane Doe",), "Politics")
    assert skipped.origin == server.url("/missing")
    assert "answered 404" in skipped.reason
    assert (bare.url, bare.published, bare.section) == (server.url("/bare"), date(2023, 6, 20), "World")
    assert server.requests == ["/feed", "/rich", "/missing", "/bare"]


def test_an_entry_whose_page_fails_is_reported_and_read_from_the_feed(server):
    feed(server, server.url("/missing"), summary="&lt;p&gt;They met &lt;b&gt;on Monday&lt;/b&gt;.&lt;/p&gt;")
    skipped, article = read(server.url("/feed"), allow_private=True)
    assert "answered 404" in skipped.reason
    assert "the feed's own, perhaps shorter text is read instead" in skipped.reason
    assert (article.title, article.text, article.url) == ("Entry 1", "They met on Monday.", server.url("/missing"))
    assert (article.source, article.published) == ("The Wire", date(2023, 6, 20))


def test_an_entry_without_a_link_is_read_from_the_feed(server):
    feed(server, "", summary="They met.")
    (article,) = read(server.url("/feed"), allow_private=True)
    assert (article.text, article.url) == ("They met.", None)


def test_entries_that_lead_to_private_addresses_or_other_feeds_are_skipped(server):
    server.answers["/direct"] = (RICH, "text/html")
    server.answers["/turn"] = redirect(f"http://127.0.0.2:{server.port}/direct")
    feed(server, f"http://10.0.0.1:{server.port}/", server.url("/turn"), server.url("/feed"), server.url("/direct"))
    fetcher = Fetcher(permits=only_loopback_one)
    *skipped, article = address_articles(server.url("/feed"), fetcher)
    assert isinstance(article, Article)
    assert [item.origin for item in skipped] == [
        f"http://10.0.0.1:{server.port}/",
        server.url("/turn"),
        server.url("/feed"),
    ]
    assert "10.0.0.1, which is not a public address" in skipped[0].reason
    assert "127.0.0.2, which is not a public address" in skipped[1].reason
    assert "links to feed content" in skipped[2].reason


def test_a_feed_in_a_file_is_read_under_the_same_policy(server, tmp_path):
    server.answers["/rich"] = (RICH, "text/html")
    feed(server, server.url("/rich"))
    path = tmp_path / "feed.xml"
    path.write_bytes(server.answers["/feed"][0])
    (refused,) = read(path)
    assert "not a public address" in refused.reason
    assert server.requests == []
    (article,) = read(path, allow_private=True)
    assert article.url == server.url("/rich")


def test_a_feed_served_as_html_is_still_a_feed(server):
    server.answers["/rich"] = (RICH, "text/html")
    feed(server, server.url("/rich"))
    server.answers["/feed"] = (server.answers["/feed"][0], "text/html")
    (article,) = read(server.url("/feed"), allow_private=True)
    assert article.url == server.url("/rich")


def test_a_slow_entry_does_not_stop_the_others(server):
    server.answers |= {"/slow": lambda handler: handler.rfile.read(1) and None, "/rich": (RICH, "text/html")}
    feed(server, server.url("/slow"), server.url("/rich"))
    fetcher = Fetcher(allow_private=True, limits=Limits(wait_s=QUICK.wait_s))
    skipped, article = address_articles(server.url("/feed"), fetcher)
    assert "did not answer within 0.3 s" in skipped.reason
    assert article.url == server.url("/rich")


def test_a_private_target_is_refused_before_anything_is_sent(server):
    with pytest.raises(FetchRefused, match=r"127\.0\.0\.1.*--allow-private"):
        list(read(server.url("/a")))
    assert server.requests == []


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://p.example/a", "http://"])
def test_other_schemes_are_refused(target):
    with pytest.raises(FetchRefused, match="only http:// and https://"):
        list(read(target, allow_private=True))


def test_a_redirect_from_a_target_to_a_private_address_is_refused(server):
    server.answers["/a"] = lambda handler: reply(handler, b"", "", 301, Location="http://192.168.0.1/")
    with pytest.raises(FetchRefused, match=r"192\.168\.0\.1"):
        list(address_articles(server.url("/a"), Fetcher(permits=only_loopback_one)))
    assert issubclass(FetchRefused, ReadError)
