"""Opens the server to those who ask: the application, the page on it, the port. `rag serve` and `make chat` both do.

Knows what belongs together; knows nothing of how the page is laid out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rag.server.app import create_app
from rag.server.credentials import page_login
from rag.server.port import free_port
from rag.server.run import address_of, serve
from rag.server.service import Observed
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.api import Rag


def open_server(
    rag: Rag, settings: Settings, mount: Callable[..., Callable[[], None]] | None, told: Callable[[str], str]
) -> None:
    """Serve `rag` until interrupted.

    Args:
        rag: What answers.
        settings: Where to listen, who may come in, how much may be asked.
        mount: Puts the page on an application and returns what ends its open connections, as `mount` of `app.py`;
            None serves the API and MCP alone.
        told: (address) → the line that is printed once it listens.

    Raises:
        SettingInvalid: It cannot listen there, or others could reach it and there are no credentials.
    """
    app = create_app(rag, settings, page=mount is not None)
    port = free_port(settings.host, settings.port)
    given = {"max_upload": settings.max_upload, "max_waiting": settings.max_waiting}
    observed = Observed(rag, app.state.service.metrics)
    closing = mount(app, observed, login=page_login(settings), **given) if mount is not None else lambda: None
    line = told(address_of(settings.host, port))
    serve(
        app,
        settings.host,
        port,
        behind_proxy=bool(settings.allowed_hosts),
        opened=lambda: print(line, flush=True),  # noqa: T201
        closing=closing,
    )
