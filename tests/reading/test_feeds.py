from datetime import date

import pytest

from rag.errors import ReadError
from rag.reading.feeds import Entry, feed_entries, is_feed

RSS = b"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The &amp; Paper</title><link>https://p.example/</link>
<item><title>Talks &lt;b&gt;end&lt;/b&gt;</title><link>/a</link><pubDate>Mon, 19 Jun 2023 23:30:00 -0400</pubDate>
<dc:creator>Jane Doe</dc:creator><category>Politics</category><description>Short.</description>
<content:encoded><![CDATA[<p>Longer <b>text</b>.</p><p>Second.</p>]]></content:encoded></item>
<item><title>Second</title><guid isPermaLink="false">x</guid><description>Only a summary.</description>
<pubDate>sometime</pubDate></item></channel></rss>"""
ATOM = b"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>
<entry><title>One</title><link href="https://p.example/1"/><updated>2023-06-20T01:00:00+09:00</updated>
<author><name>Li Wei</name></author><summary>Sum.</summary></entry></feed>"""


def test_rss_entries_are_read_in_order_with_the_day_as_written():
    first, second = feed_entries(RSS, "https://p.example/feed")
    assert first == Entry(
        "https://p.example/a", "Talks end", "Longer text.\nSecond.", ("Jane Doe",), date(2023, 6, 19), "Politics",
        "The & Paper",
    )  # fmt: skip
    assert second == Entry(None, "Second", "Only a summary.", (), None, None, "The & Paper")


def test_atom_entries_are_read():
    assert list(feed_entries(ATOM)) == [
        Entry("https://p.example/1", "One", "Sum.", ("Li Wei",), date(2023, 6, 20), None, "Wire")
    ]


def test_a_feed_is_told_from_a_page_by_its_root():
    assert is_feed(RSS)
    assert is_feed(ATOM.decode().encode("utf-16"))
    assert is_feed(b'\xef\xbb\xbf<?xml version="1.0"?><!-- x --><rdf:RDF xmlns="x">')
    assert not is_feed(b"<html><body><rss >")
    assert not is_feed(b"The <rssx> element")


@pytest.mark.parametrize(
    "raw", [b"", b"<rss></rss>", b"<html>x</html>", b"\xff\xfe\x00", b"/etc/passwd", b"http://127.0.0.1/"]
)
def test_what_has_no_entries_is_refused(raw):
    with pytest.raises(ReadError, match="no entries"):
        list(feed_entries(raw))


def test_entities_read_no_files_and_fetch_nothing(tmp_path, server):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    for target in (secret.as_uri(), server.url("/x")):
        raw = (
            f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "{target}">]><rss version="2.0"><channel>'
            "<item><title>T</title><description>before &x; after</description></item></channel></rss>"
        )
        (entry,) = feed_entries(raw.encode())
        assert "SECRET" not in entry.text
    assert server.requests == []


def test_entities_that_multiply_stay_small():
    layers = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    raw = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "x">{layers}]><rss version="2.0"><channel>'
        "<item><title>T</title><description>&e9;</description></item></channel></rss>"
    )
    try:
        entries = list(feed_entries(raw.encode()))
    except ReadError:
        entries = []
    assert all(len(entry.text) < 10_000 for entry in entries)
