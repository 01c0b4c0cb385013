"""`rag serve`: the page on a port.

Knows where `app.py` stands and that it has `launch`; the page itself is its business.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Annotated, Any

import typer

import rag
from rag.cli.options import Index, open_rag
from rag.errors import MissingExtra


def serve(
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on; 0.0.0.0 lets others in.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, metavar="N", help="Port to listen on.  [default: RAG_PORT, or 7860]"),
    ] = None,
    index: Index = None,
) -> None:
    """Open the web chat. Ctrl-C ends it."""
    page = load_page(Path(rag.__file__).parents[1] / "app.py")
    page.launch(open_rag(index), host=host, port=port)


def load_page(path: Path) -> Any:
    """Load the module `app.py` at `path`: by its place, since any program may have a module named `app`.

    Raises:
        MissingExtra: It is not there, as where the package was installed without the repository.
    """
    spec = spec_from_file_location("app", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise MissingExtra(
            f"The page stands in {path}, which is not there: the package was installed without it. "
            "Clone the repository, run `make install` in it and `.venv/bin/rag serve`."
        )
    module = module_from_spec(spec)
    sys.modules["app"] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module
