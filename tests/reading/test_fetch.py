import gzip
import socket
import threading

import pytest

from rag.errors import FetchRefused, ReadError
from rag.reading import Limits
from rag.reading.fetch import Fetcher
from tests.reading.server import redirect, reply

SMALL = Limits(response_bytes=1000, redirects=2)
QUICK = Limits(wait_s=0.3, fetch_s=0.6)


def only_loopback_one(address):
    """Stands in for the public internet: exactly one address of it."""
    return str(address) == "127.0.0.1"


@pytest.fixture
def fetcher():
    return Fetcher(limits=SMALL, permits=only_loopback_one)


def test_a_page_comes_with_type_charset_and_address(server, fetcher):
    server.answers["/a?b=1"] = (b"caf\xe9", "Text/Plain; charset=ISO-8859-1")
    fetched = fetcher.fetch(server.url("/a?b=1#part"))
    assert (fetched.body, fetched.content_type, fetched.charset) == (b"caf\xe9", "text/plain", "iso-8859-1")
    assert fetched.url == server.url("/a?b=1")
    assert server.hosts == [f"127.0.0.1:{server.port}"]


def test_redirects_are_followed_and_the_last_address_is_told(server, fetcher):
    server.answers |= {"/a": redirect("/b"), "/b": redirect(server.url("/c")), "/c": (b"x", "text/plain")}
    assert fetcher.fetch(server.url("/a")).url == server.url("/c")


def test_too_many_redirects_end(server, fetcher):
    server.answers["/a"] = redirect("/a")
    with pytest.raises(ReadError, match="redirects more than 2 times"):
        fetcher.fetch(server.url("/a"))
    assert server.requests == ["/a"] * 3


@pytest.mark.parametrize(
    ("host", "number"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("[::1]", "::1"),
        ("0.0.0.0", "0.0.0.0"),
    ],
)
def test_loopback_is_refused_however_it_is_written_with_host_address_and_way_out(server, host, number):
    with pytest.raises(FetchRefused, match=rf"is at {number}, which is not a public address.*--allow-private"):
        Fetcher().fetch(f"http://{host}:{server.port}/")
    assert server.requests == []


def test_a_name_is_refused_if_any_of_its_addresses_is_private(server):
    fetcher = Fetcher(resolve=lambda host, port: ["1.1.1.1", "192.168.0.9"])
    with pytest.raises(FetchRefused, match=r"news\.example is at 192\.168\.0\.9"):
        fetcher.fetch("https://news.example/")


@pytest.mark.parametrize(
    "to", ["http://127.0.0.2:{port}/x", "http://10.0.0.1/", "http://[::1]:{port}/x", "//169.254.169.254/"]
)
def test_a_redirect_to_a_private_address_is_refused(server, fetcher, to):
    server.answers["/a"] = redirect(to.format(port=server.port))
    with pytest.raises(FetchRefused, match="not a public address"):
        fetcher.fetch(server.url("/a"))
    assert server.requests == ["/a"]


@pytest.mark.parametrize("to", ["file:///etc/hostname", "ftp://127.0.0.1/", "gopher://x/", "http:///x"])
def test_only_http_and_https_are_fetched_even_after_a_redirect(server, fetcher, to):
    with pytest.raises(ReadError):
        fetcher.fetch(to)
    server.answers["/a"] = redirect(to)
    with pytest.raises(ReadError):
        fetcher.fetch(server.url("/a"))


def test_the_connection_goes_to_the_address_that_was_checked_and_the_name_is_resolved_once(server):
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    server.answers["/a"] = (b"x", "text/plain")
    fetched = Fetcher(resolve=rebinding, permits=only_loopback_one).fetch(f"http://news.example:{server.port}/a")
    assert asked == ["news.example"]
    assert server.hosts == [f"news.example:{server.port}"]
    assert fetched.url == f"http://news.example:{server.port}/a"


def test_the_next_address_is_tried_where_the_first_does_not_answer(server):
    server.answers["/a"] = (b"x", "text/plain")
    fetcher = Fetcher(allow_private=True, resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"])
    assert fetcher.fetch(f"http://news.example:{server.port}/a").body == b"x"


def test_a_proxy_of_the_environment_is_not_used(server, fetcher, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.answers["/a"] = (b"x", "text/plain")
    assert fetcher.fetch(server.url("/a")).body == b"x"


def test_a_response_over_the_limit_is_given_up(server, fetcher):
    server.answers["/full"] = (b"x" * 1000, "text/plain")
    server.answers["/over"] = (b"x" * 1001, "text/plain")
    assert len(fetcher.fetch(server.url("/full")).body) == 1000
    with pytest.raises(ReadError, match="is larger than"):
        fetcher.fetch(server.url("/over"))


def test_gzip_is_unfolded_up_to_the_limit(server, fetcher):
    def packed(size):
        body = gzip.compress(b"x" * size)
        return lambda handler: reply(handler, body, "text/plain", Content_Encoding="gzip")

    server.answers |= {"/small": packed(900), "/bomb": packed(50_000_000)}
    assert fetcher.fetch(server.url("/small")).body == b"x" * 900
    with pytest.raises(ReadError, match="is larger than"):
        fetcher.fetch(server.url("/bomb"))


def test_encodings_that_were_not_asked_for_and_damaged_ones_are_refused(server, fetcher):
    server.answers["/br"] = lambda handler: reply(handler, b"x", "text/plain", Content_Encoding="br")
    server.answers["/gzip"] = lambda handler: reply(handler, b"x" * 50, "text/plain", Content_Encoding="gzip")
    with pytest.raises(ReadError, match="content encoding 'br'"):
        fetcher.fetch(server.url("/br"))
    with pytest.raises(ReadError, match="damaged gzip"):
        fetcher.fetch(server.url("/gzip"))


def test_an_error_status_is_told(server, fetcher):
    with pytest.raises(ReadError, match="answered 404 Not Found"):
        fetcher.fetch(server.url("/missing"))


def test_a_server_that_does_not_answer_is_given_up(server):
    released = threading.Event()
    server.answers["/slow"] = lambda handler: released.wait(10) and None
    with pytest.raises(ReadError, match=r"did not answer within 0\.3 s"):
        Fetcher(allow_private=True, limits=QUICK).fetch(server.url("/slow"))
    released.set()


def test_a_server_that_drips_is_given_up(server):
    stopped = threading.Event()

    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        while not stopped.wait(0.05):
            handler.wfile.write(b"x")

    server.answers["/drip"] = drip
    with pytest.raises(ReadError, match=r"took longer than 0\.6 s"):
        Fetcher(allow_private=True, limits=QUICK).fetch(server.url("/drip"))
    stopped.set()


def test_what_is_not_http_or_not_there_is_a_read_error(fetcher):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def talk_nonsense():
            connection, _ = listener.accept()
            connection.recv(1000)
            connection.sendall(b"nonsense\r\n\r\n")
            connection.close()

        talker = threading.Thread(target=talk_nonsense)
        talker.start()
        with pytest.raises(ReadError, match="cannot be fetched"):
            fetcher.fetch(f"http://127.0.0.1:{port}/")
        talker.join()
    with pytest.raises(ReadError, match="cannot be fetched"):
        fetcher.fetch(f"http://127.0.0.1:{port}/")
    with pytest.raises(ReadError, match="cannot be fetched"):
        fetcher.fetch(f"https://127.0.0.1:{port}/")


@pytest.mark.parametrize("url", ["http://" + "a" * 70 + ".example/", "http://a b/", "http://x:99999/", "http://\x00/"])
def test_an_address_that_cannot_be_is_a_read_error(fetcher, url):
    with pytest.raises(ReadError):
        fetcher.fetch(url)


def test_credentials_of_an_address_are_used_but_not_kept(server, fetcher):
    server.answers["/a"] = lambda handler: reply(handler, handler.headers["Authorization"].encode(), "text/plain")
    fetched = fetcher.fetch(f"http://me:secret@127.0.0.1:{server.port}/a")
    assert fetched.body == b"Basic bWU6c2VjcmV0"
    assert fetched.url == server.url("/a")
