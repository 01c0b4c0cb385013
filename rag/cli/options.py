"""The options that commands share, and how their values are read.

Knows typer's types; knows nothing of what the values are for.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rag.api import Rag


def day(text: str) -> date:
    """Read `YYYY-MM-DD` and nothing else.

    Raises:
        typer.BadParameter: It is no such day; the message has the value.
    """
    try:
        value = date.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or value.isoformat() != text:  # fromisoformat takes 20230619 and 2023-W25-1 too
        raise typer.BadParameter(f"{text!r} is not a day; write it as YYYY-MM-DD, for example 2023-06-19.")
    return value


def folder(text: str) -> Path:
    """Read the name of a folder; `Path("")` would be the working folder.

    Raises:
        typer.BadParameter: It is empty.
    """
    if not text:
        raise typer.BadParameter("The folder's name is empty; name one, or leave --index away.")
    return Path(text)


Index = Annotated[
    Path | None,
    typer.Option("--index", parser=folder, metavar="DIR", help="Folder of the index.  [default: RAG_INDEX, or index/]"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on standard output.")]
AsOf = Annotated[
    date | None,
    typer.Option("--as-of", parser=day, metavar="DATE", help="Ask as on this day: use nothing published after it."),
]
Since = Annotated[
    date | None, typer.Option("--since", parser=day, metavar="DATE", help="Use nothing published before this day.")
]
Until = Annotated[
    date | None, typer.Option("--until", parser=day, metavar="DATE", help="Use nothing published after this day.")
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME", help="Use this source only. Repeat it to allow several."),
]
Llm = Annotated[
    str | None,
    typer.Option(
        "--llm",
        metavar="PROVIDER:MODEL",
        help="Chat model that words the answer, each sentence checked.  [default: RAG_LLM, or none]",
    ),
]


def filters(
    as_of: date | None = None, since: date | None = None, until: date | None = None, sources: list[str] | None = None
) -> dict[str, Any]:
    """Gather the filters as the facade takes them.

    Raises:
        typer.BadParameter: No day can satisfy them.
    """
    if since and until and since > until:
        raise typer.BadParameter(f"--since {since} is after --until {until}, so no article can be used. Swap them.")
    if since and as_of and since > as_of:
        raise typer.BadParameter(
            f"--since {since} is after --as-of {as_of}, so no article can be used. Move one of them."
        )
    return {"as_of": as_of, "since": since, "until": until, "sources": tuple(sources or ())}


def open_rag(index: Path | None, **settings: Any) -> Rag:
    """Open the index with the settings that were given as flags; those that are None count as not given."""
    from rag.api import open_index  # here, not above: it loads what `--help` does not need

    return open_index(index, **{name: value for name, value in settings.items() if value is not None})
