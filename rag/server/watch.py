"""The outermost layer: gives every request an id, logs its end, times it, and catches what nobody foresaw.

Knows ASGI; knows nothing of what a request asks for.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.guard import BY_TOKEN, is_below
from rag.server.logs import event, request_id
from rag.server.metrics import Metrics
from rag.server.problems import UNFORESEEN, problem

_logger = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")  # of a caller's id, so that it can be searched for and can't forge a log line
METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"})
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # no other site may lay this page under its own
    "Referrer-Policy": "same-origin",  # a publisher's page that is opened from here does not learn from where
}


class Watch:
    """ASGI middleware. `scope["request_id"]` has the id; the response repeats it in `X-Request-ID`."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        scope["request_id"] = given if _ID.fullmatch(given) else uuid.uuid4().hex
        path = str(scope["path"])  # mounted applications change the scope's
        belongs = request_id.set(scope["request_id"])
        began, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = scope["request_id"]
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:  # the boundary: its trace goes to the log and nowhere else
            _logger.exception("%s %s met an error that nobody foresaw", scope["method"], path)
            if status:  # too late for a reply: the server cuts the connection, so that nobody takes it for whole
                raise
            await problem(scope, 500, UNFORESEEN, "fault")(scope, receive, sending)
        finally:
            elapsed_s = time.perf_counter() - began
            self._metrics.request(_method(scope), route_of(path, scope), status, elapsed_s)
            self._tell(scope, path, status, elapsed_s)
            request_id.reset(belongs)

    def _tell(self, scope: Scope, path: str, status: int, elapsed_s: float) -> None:
        if path in ("/health", "/ready", "/metrics"):  # asked every few seconds by machines
            return
        fields: dict[str, Any] = {"method": scope["method"], "path": path, "status": status}
        fields |= {"elapsed_ms": round(elapsed_s * 1000, 1), "client": (scope.get("client") or ("", 0))[0]}
        event(_logger, f"{scope['method']} {path} {status} {fields['elapsed_ms']:.1f} ms", **fields)


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "other"


def route_of(path: str, scope: Scope) -> str:
    """Return what to count a request under: the route's own path, "page", or "other"; never what a client made up."""
    route = scope.get("route")
    known = str(getattr(route, "path", ""))
    if path.startswith(("/api/", "/v1/")) and not known.startswith(("/api/{", "/v1/{")):
        return known if known.startswith(("/api/", "/v1/")) else "other"
    if path in ("/health", "/ready", "/metrics", "/mcp", "/docs", "/openapi.json"):
        return path
    return "other" if is_below(path, BY_TOKEN) else "page"
