"""Listens on a port and serves an application until it is interrupted. The only file that names uvicorn."""

from __future__ import annotations

from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

SHUTDOWN_S = 10  # for answers that are being made when the server is told to end


class _Server(uvicorn.Server):
    """Says that it is open once it is."""

    def __init__(self, config: uvicorn.Config, opened: Callable[[], None]) -> None:
        super().__init__(config)
        self._opened = opened

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Start listening."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._opened()


def serve(app: ASGIApp, host: str, port: int, behind_proxy: bool, opened: Callable[[], None]) -> None:
    """Serve `app` until interrupted.

    Args:
        app: The application.
        host: Address to listen on.
        port: Port to listen on.
        behind_proxy: Whether a proxy on this machine names clients and scheme by `X-Forwarded-…`.
        opened: Called once it listens.
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
    _Server(config, opened).run()


def address_of(host: str, port: int) -> str:
    """Return the address to open in a browser on this machine."""
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
