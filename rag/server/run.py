"""Listens on a port and serves an application until it is interrupted. The only file that names uvicorn."""

from __future__ import annotations

from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

SHUTDOWN_S = 10  # for answers that are being made when the server is told to end


class _Server(uvicorn.Server):
    """Says that it is open once it is, and that it closes before it waits for what is being answered."""

    def __init__(self, config: uvicorn.Config, opened: Callable[[], None], closing: Callable[[], None]) -> None:
        super().__init__(config)
        self._opened = opened
        self._closing = closing

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Start listening."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._opened()

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Stop listening; wait for what is being answered."""
        self._closing()
        await super().shutdown(sockets)  # type: ignore[arg-type]


def serve(
    app: ASGIApp,
    host: str,
    port: int,
    behind_proxy: bool,
    opened: Callable[[], None],
    closing: Callable[[], None] = lambda: None,
) -> None:
    """Serve `app` until interrupted.

    Args:
        app: The application.
        host: Address to listen on.
        port: Port to listen on.
        behind_proxy: Whether a proxy on this machine names clients and scheme by `X-Forwarded-…`.
        opened: Called once it listens.
        closing: Called when it was told to end, in its event loop: ends what would wait for ever.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,  # rag.server.watch logs each request, with its id
        proxy_headers=behind_proxy,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
        limit_concurrency=None,  # questions are bounded by the gate; a bound here would cut off health checks too
    )
    _Server(config, opened, closing).run()


def address_of(host: str, port: int) -> str:
    """Return the address to open in a browser on this machine."""
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
