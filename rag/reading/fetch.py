"""Fetch one http or https address, under a policy that keeps private networks out. The only file that names httpx.

Each hop of a redirect is resolved here, every address it resolves to is checked, and the connection goes to a checked
address by its number: a name that resolves differently a moment later (DNS rebinding) changes nothing. Proxies from
the environment are therefore not used: behind one, the check would say nothing about where the request arrives.
"""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import FetchRefused, ReadError
from rag.reading.addresses import Address, is_public, parse_address
from rag.reading.limits import DEFAULT_LIMITS, MIB, Limits

if TYPE_CHECKING:
    import ssl

    import httpx

USER_AGENT = "Mozilla/5.0 (compatible; rag/0.1; reads single articles for their reader)"
ACCEPT = "text/html, application/rss+xml, application/atom+xml, application/pdf;q=0.9, text/plain;q=0.8, */*;q=0.5"
DEFAULT_PORTS = {"http": 80, "https": 443}

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A response.

    Attributes:
        url: Its address after redirects, without fragment and credentials.
        content_type: As the header has it, lower case, without parameters; empty if there is none.
        charset: What the header declares, or None.
        body: Decompressed.
    """

    url: str
    content_type: str
    charset: str | None
    body: bytes


def resolve(host: str, port: int) -> list[str]:
    """Return all numeric addresses of `host`, in the system's order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """Fetches addresses under one policy.

    Args:
        allow_private: Let addresses through that are not on the public internet.
        limits: Sizes and waits.
        resolve: Name and port → numeric addresses.
        permits: Which addresses count as public.
    """

    def __init__(
        self,
        allow_private: bool = False,
        limits: Limits = DEFAULT_LIMITS,
        resolve: Resolve = resolve,
        permits: Callable[[Address], bool] = is_public,
    ) -> None:
        self.limits = limits
        self._allow_private = allow_private
        self._resolve = resolve
        self._permits = permits
        self._tls: ssl.SSLContext | None = None

    def fetch(self, url: str) -> Fetched:
        """Fetch `url`, following redirects.

        Raises:
            FetchRefused: It, or an address it redirects to, is not http(s), or is private and that is not allowed.
            ReadError: No answer, an error status, too large, too slow, or too many redirects.
        """
        import httpx

        deadline = time.monotonic() + self.limits.fetch_s
        try:
            address = httpx.URL(url)
            for _ in range(self.limits.redirects + 1):
                answer = self._hop(address, deadline)
                if isinstance(answer, Fetched):
                    return answer
                address = address.join(answer)
        except httpx.TimeoutException as error:
            raise ReadError(f"{url} did not answer within {self.limits.wait_s:g} s; try again later") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ReadError(f"{url} cannot be fetched: {error or type(error).__name__}; check the address") from error
        raise ReadError(f"{url} redirects more than {self.limits.redirects} times; open it in a browser and see")

    def _hop(self, url: httpx.URL, deadline: float) -> Fetched | str:
        """Request one address; return the response, or where it redirects to."""
        import httpx

        numbers = self._checked_addresses(url)
        for position, number in enumerate(numbers):
            try:
                return self._request(url, number, deadline)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if position == len(numbers) - 1 or time.monotonic() > deadline:
                    raise
        raise ReadError(f"{url.host} has no address; check the spelling")

    def _checked_addresses(self, url: httpx.URL) -> list[str]:
        if url.scheme not in DEFAULT_PORTS or not url.host:
            raise FetchRefused(f"{url} is not fetched: only http:// and https:// addresses with a host are")
        try:
            numbers = self._resolve(url.host, url.port or DEFAULT_PORTS[url.scheme])
        except (OSError, UnicodeError) as error:
            raise ReadError(f"{url.host} cannot be found ({error}); check the spelling and the network") from error
        for number in numbers:
            if not self._allow_private and not self._permits(parse_address(number)):
                raise FetchRefused(
                    f"{url} is not fetched: {url.host} is at {number}, which is not a public address. "
                    "If that machine is meant, add --allow-private (RAG_ALLOW_PRIVATE=1)."
                )
        return numbers

    def _request(self, url: httpx.URL, number: str, deadline: float) -> Fetched | str:
        import httpx

        # A client for each request: no connection opened for one host name, and no cookie, serves another host that
        # happens to have the same number.
        with httpx.Client(
            verify=self._context(), timeout=self.limits.wait_s, trust_env=False, follow_redirects=False
        ) as client:
            request = client.build_request(
                "GET",
                url.copy_with(host=number, fragment=None),
                headers={
                    "Host": url.netloc.decode("ascii"),
                    "User-Agent": USER_AGENT,
                    "Accept": ACCEPT,
                    "Accept-Encoding": "gzip",
                    "Connection": "close",
                },
                extensions={"sni_hostname": url.raw_host.decode("ascii")},  # also the name the certificate must have
            )
            response = client.send(request, stream=True)
            try:
                return self._answer(url, response, deadline)
            finally:
                response.close()

    def _context(self) -> ssl.SSLContext:
        import httpx

        if self._tls is None:  # takes tens of milliseconds to make
            self._tls = httpx.create_ssl_context()
        return self._tls

    def _answer(self, url: httpx.URL, response: httpx.Response, deadline: float) -> Fetched | str:
        if response.has_redirect_location:
            return response.headers["location"]
        if not response.is_success:
            raise ReadError(f"{url} answered {response.status_code} {response.reason_phrase}; check the address")
        body = b"".join(self._body(url, response, deadline))
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        final = url.copy_with(fragment=None, userinfo=b"")
        return Fetched(str(final), content_type, response.charset_encoding, body)

    def _body(self, url: httpx.URL, response: httpx.Response, deadline: float) -> Iterator[bytes]:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"identity", "gzip", "x-gzip", ""}:
            raise ReadError(f"{url} answered with content encoding {encoding!r}, which was not asked for")
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in encoding else None
        left = self.limits.response_bytes
        for piece in response.iter_raw():
            if time.monotonic() > deadline:
                raise ReadError(f"{url} took longer than {self.limits.fetch_s:g} s; save the page and add the file")
            out = piece if inflate is None else _inflated(url, inflate, piece, left + 1)
            left -= len(out)
            if left < 0:
                size = f"{self.limits.response_bytes / MIB:g} MiB"
                raise ReadError(f"{url} is larger than {size}, the most that is fetched; save it and add the file")
            yield out


def _inflated(url: httpx.URL, inflate: zlib._Decompress, piece: bytes, at_most: int) -> bytes:
    try:
        return inflate.decompress(piece, at_most)  # what is beyond stays compressed: a bomb never unfolds
    except zlib.error as error:
        raise ReadError(f"{url} answered with damaged gzip data ({error}); try again later") from error
