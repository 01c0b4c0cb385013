"""Puts the server together: `create_app(rag, settings)`. The page is mounted on it by `app.py` (`rag serve` does)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from anyio import create_task_group
from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from rag.errors import RagError
from rag.server import completions, docs, health, routes
from rag.server.credentials import check_credentials
from rag.server.gate import Gate
from rag.server.guard import Guard
from rag.server.metrics import Metrics
from rag.server.problems import add_handlers
from rag.server.replies import ProblemReply
from rag.server.service import Service
from rag.server.tools import Tools
from rag.server.watch import Watch
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.api import Rag

_logger = logging.getLogger(__name__)

ABOUT = """Questions about news articles; every sentence of an answer is cited to its exact source sentence.

Beside this API there are OpenAI's chat form at `/v1` and the Model Context Protocol at `/mcp`.
"""


def create_app(rag: Rag, settings: Settings, host: str | None = None, page: bool = False) -> FastAPI:
    """Make the server of `rag`.

    Args:
        rag: What answers.
        settings: The server's limits and credentials.
        host: Address that it will listen on; default: the one that the settings name.
        page: Whether the page will be mounted on it.

    Raises:
        SettingInvalid: Others could reach it and there are no credentials.
    """
    host = host or settings.host
    check_credentials(settings, host, page)
    metrics = Metrics()
    gate = Gate(settings.n_parallel, settings.max_waiting)
    service = Service(rag, gate, metrics)
    tools = Tools(service, settings.max_body)

    app = FastAPI(
        title="rag: ask the news",
        version=version("rag"),
        description=ABOUT,
        lifespan=lambda _: _lifespan(service, tools),
        docs_url=None,  # FastAPI's pages load scripts from elsewhere; rag.server.docs makes one that loads nothing
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.service = service
    routers = (routes.router, completions.router, health.router, docs.router)
    app.state.routes = [route for router in routers for route in router.routes]
    for router in routers:
        app.include_router(router)
    app.router.routes.extend(tools.routes)
    app.include_router(routes.fallback)
    add_handlers(app)
    _describe_problems(app)
    app.add_middleware(Guard, settings=settings, host=host)
    app.add_middleware(  # Gradio adds headers of its own only where the application has no such layer
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Request-ID", "Mcp-Protocol-Version", "Mcp-Session-Id"],
        expose_headers=["X-Request-ID", "Retry-After"],
    )
    app.add_middleware(Watch, metrics=metrics)
    return app


@asynccontextmanager
async def _lifespan(service: Service, tools: Tools) -> AsyncIterator[None]:
    """Load the models beside the first requests; serve MCP."""

    async def warm_up() -> None:
        try:
            await run_sync(service.warm_up)
        except RagError as error:  # each question will say so; /ready does until then
            _logger.error("%s", error)

    async with tools.running(), create_task_group() as background:
        background.start_soon(warm_up)
        yield


def _describe_problems(app: FastAPI) -> None:
    """Add the form of a problem to the OpenAPI description: handlers return it, so no route names it."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        form = describe()
        schema = ProblemReply.model_json_schema(ref_template="#/components/schemas/{model}")
        form["components"]["schemas"] |= schema.pop("$defs") | {"ProblemReply": schema}
        return form

    app.openapi = described  # type: ignore[method-assign]
