"""Who may ask what, how often and how much: host, origin, token, rate and size, before anything reads the request.

Knows headers and paths; what is right is decided by the settings. Every refusal is a JSON problem with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.buckets import Buckets
from rag.server.credentials import Tokens, is_exposed
from rag.server.problems import Refused, of_refusal
from rag.settings import Settings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
OPEN = frozenset({"/health", "/ready", "/docs", "/openapi.json"})  # the same on every server: they tell nothing
BY_TOKEN = ("/api", "/v1", "/mcp", "/metrics")
UPLOAD = "/gradio_api/upload"
LOGINS_A_MINUTE = 10  # a person mistypes a few times; a program that guesses needs thousands
BURST_S = 10  # seconds' worth of requests that may come at once: a page of ten charts, a client that catches up
PAGE_BODY = 20_000_000  # bytes; the longest thing that is sent to the page is a pasted text
# Gradio can fetch addresses for a visitor and hand back what was uploaded; the page needs neither, so neither is done.
FETCHING = ("/gradio_api/proxy=", "/gradio_api/file", "/gradio_api/run-history")


class Guard:
    """ASGI middleware that lets a request through or says why not."""

    def __init__(self, app: ASGIApp, settings: Settings, host: str) -> None:
        """Guard a server that listens on `host`."""
        self._app = app
        self._settings = settings
        self._hosts = allowed_hosts(host, settings)
        self._tokens = Tokens(settings)
        rate = settings.rate_limit
        self._requests = Buckets(rate, max(1, rate * BURST_S // 60))
        self._logins = Buckets(LOGINS_A_MINUTE, LOGINS_A_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] == "websocket":  # nothing here speaks it
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            headers = Headers(scope=scope)
            self._check_host(headers)
            self._check_origin(headers)
            self._check_path(scope["path"])
            self._check_token_and_rate(scope, headers)
            limit = self._limit(scope["path"])
            _check_length(headers, limit)
        except Refused as refused:
            await of_refusal(scope, refused)(scope, receive, send)
            return
        await self._app(scope, _counting(receive, limit), send)

    def _check_host(self, headers: Headers) -> None:
        """Refuse another name than the server's own: a page that rebinds its name to 127.0.0.1 keeps its name."""
        named = headers.getlist("host")
        host = host_of(named[0]) if len(named) == 1 else None
        if host is None or (self._hosts is not None and host not in self._hosts):
            raise Refused(
                400,
                f"The Host header names {host or 'no host'!r}, which is not this server's. Use its address, or let it "
                "have that name: RAG_ALLOWED_HOSTS=" + (host or "news.example.org"),
                "host_not_allowed",
            )

    def _check_origin(self, headers: Headers) -> None:
        """Refuse the scripts of other sites, whatever the browser would let them read."""
        origin = headers.get("origin")
        if origin is None or origin in self._settings.allowed_origins:
            return
        if _netloc(origin) != headers["host"].lower():
            raise Refused(
                403,
                f"A script of {origin[:100]!r} asks, which may not. To let it: RAG_ALLOWED_ORIGINS={origin[:100]}",
                "origin_not_allowed",
            )

    def _check_path(self, path: str) -> None:
        if path.startswith(FETCHING):
            raise Refused(404, "This server hands out no files and fetches nothing on behalf of others.", "not_found")

    def _check_token_and_rate(self, scope: Scope, headers: Headers) -> None:
        path, method = scope["path"], scope["method"]
        if path in OPEN:
            return
        client = str((scope.get("client") or ("unknown", 0))[0])
        if not is_below(path, BY_TOKEN):
            if method == "POST":
                if path.rstrip("/") == "/login":
                    _take(self._logins, client)
                _take(self._requests, client)
            return
        number = self._tokens.number_of(headers.get("authorization")) if self._tokens else None
        _take(self._requests, client if number is None else f"token {number}")
        if self._tokens and number is None:
            raise Refused(
                401,
                "A bearer token is needed: send the header `Authorization: Bearer …` with one of RAG_TOKENS.",
                "unauthorized",
                {"WWW-Authenticate": 'Bearer realm="rag"'},
            )

    def _limit(self, path: str) -> int:
        if is_below(path, BY_TOKEN):
            return self._settings.max_body
        return self._settings.max_upload if path.startswith(UPLOAD) else PAGE_BODY


def allowed_hosts(host: str, settings: Settings) -> frozenset[str] | None:
    """Return the names that requests may name; None allows all, on an exposed server that was given no names."""
    named = {name.lower() for name in settings.allowed_hosts}
    if is_exposed(host, settings) and not named:
        return None
    return LOOPBACK_NAMES | named | {host.strip("[]").lower()}


def host_of(header: str) -> str | None:
    """Return the host in a Host header, without port and brackets, in lower case; None where it has none."""
    try:
        return urlsplit("//" + header).hostname
    except ValueError:
        return None


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def is_below(path: str, prefixes: Iterable[str]) -> bool:
    """Tell whether `path` is one of the prefixes or below one."""
    return any(path == prefix or path.startswith(prefix + "/") for prefix in prefixes)


def _take(buckets: Buckets, client: str) -> None:
    wait_s = buckets.take(client)
    if wait_s:
        seconds = math.ceil(wait_s)
        reason = f"Too many requests. Come back in {seconds} s, or let more through: RAG_RATE_LIMIT."
        raise Refused(429, reason, "too_many_requests", {"Retry-After": str(seconds)})


def _too_large(limit: int) -> Refused:
    return Refused(413, f"The body is larger than {limit:,} bytes, as much as is read.", "too_large")


def _check_length(headers: Headers, limit: int) -> None:
    told = headers.get("content-length", "0")
    if not told.isascii() or not told.isdigit():
        raise Refused(400, "The Content-Length header is no number.", "bad_length")
    if int(told) > limit:
        raise _too_large(limit)


def _counting(receive: Receive, limit: int) -> Receive:
    """Count what a body without a told length brings, and stop reading where it is too much."""
    n_bytes = 0

    async def counted() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > limit:
            raise HTTPException(413, _too_large(limit).reason)  # what frameworks let through from within a body
        return message

    return counted
