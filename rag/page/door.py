"""The login form before the page. Gradio's own has no title, no heading and no form that a browser could fill in.

Who may come in is decided by Gradio, as before, for every request; here only its login page is exchanged.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.page import asset


class Door:
    """ASGI: answers with the login form where a visitor who has not logged in asks for the page itself."""

    def __init__(self, page: Any) -> None:
        """Stand before `page`, Gradio's application, which knows by `tokens` who has logged in."""
        self._page = page
        self._form = asset("login.html").replace("/* page.css */", asset("page.css"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        shown: ASGIApp = self._page
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            request = Request(scope)
            if request.url.path.rstrip("/") == scope.get("root_path", "").rstrip("/") and not self._knows(request):
                shown = HTMLResponse(self._form, headers={"Cache-Control": "no-store"})
        await shown(scope, receive, send)

    def _knows(self, request: Request) -> bool:
        names = (f"access-token{kind}-{self._page.cookie_id}" for kind in ("", "-unsecure"))
        return any(request.cookies.get(name) in self._page.tokens for name in names)


def hang_door(app: FastAPI) -> None:
    """Put the login form before the page, which was mounted on `app` last."""
    mounted = app.router.routes[-1]
    if not isinstance(mounted, Mount):
        raise TypeError(f"the page was to be mounted last, but {mounted!r} was")
    mounted.app = Door(mounted.app)
