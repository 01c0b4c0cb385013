"""`rag serve`: the page, the HTTP API and MCP on one port.

Knows where `app.py` stands and that it has `mount`; the page itself is its business, the API that of `rag.server`.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Annotated, Any

import typer

import rag
from rag.cli.options import Index, Llm, open_rag
from rag.errors import MissingExtra


def serve(
    host: Annotated[
        str | None,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="Address to listen on. Any but this machine's own needs RAG_USER, RAG_PASSWORD and RAG_TOKENS.  "
            "[default: RAG_HOST, or 127.0.0.1]",
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, metavar="N", help="Port to listen on.  [default: RAG_PORT, or 7860]"),
    ] = None,
    page: Annotated[bool, typer.Option("--page/--no-page", help="Serve the page, or only the API and MCP.")] = True,
    log_format: Annotated[
        str | None,
        typer.Option("--log-format", metavar="text|json", help="How it logs.  [default: RAG_LOG_FORMAT, or text]"),
    ] = None,
    llm: Llm = None,
    index: Index = None,
) -> None:
    """Serve the web chat, the HTTP API and MCP. Ctrl-C ends it.

    The API is described at /docs, OpenAI's chat form stands at /v1 and MCP at /mcp. Others are let in by --host, once a
    login and tokens are set. docs/serving.md tells every setting.
    """
    opened = open_rag(index, host=host, port=port, log_format=log_format, llm=llm)
    settings = opened.settings
    from rag.server.logs import log_to_stderr  # here, not above: it loads what `--help` does not need
    from rag.server.opening import open_server

    log_to_stderr(settings.log_format)
    mount = load_page(Path(rag.__file__).parents[1] / "app.py").mount if page else None
    what = "Ask the news at {0}" if page else "The API answers at {0}/api"
    told = f"{what}  (the API: {{0}}/docs; Ctrl+C ends it)"
    open_server(opened, settings, mount, told.format)


def load_page(path: Path) -> Any:
    """Load the module `app.py` at `path`: by its place, since any program may have a module named `app`.

    Raises:
        MissingExtra: It is not there, as where the package was installed without the repository.
    """
    spec = spec_from_file_location("app", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise MissingExtra(
            f"The page stands in {path}, which is not there: the package was installed without it. Serve without it "
            "(`rag serve --no-page`), or clone the repository, run `make install` in it and `.venv/bin/rag serve`."
        )
    module = module_from_spec(spec)
    sys.modules["app"] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module
