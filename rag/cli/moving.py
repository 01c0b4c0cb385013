"""`rag export` and `rag import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.cli.options import Index, Json
from rag.cli.terminal import Screen, print_json
from rag.display import counted


def export(
    target: Annotated[
        str, typer.Argument(metavar="DIR", help="Folder for the files; made if need be.", show_default=False)
    ],
    index: Index = None,
    json: Json = False,
) -> None:
    """Write the index as Parquet files, for other programs or machines.

    Articles, sentences, passages and vectors: `rag import` reads them back without encoding anything.
    """
    from rag.cli.progress import count_progress
    from rag.moving import export_index
    from rag.settings import load_settings

    with count_progress("exporting", "articles") as show_progress:
        manifest = export_index(load_settings(index=index).index, _folder(target), show_progress)
    if json:
        print_json({"folder": target} | manifest.model_dump())
    else:
        size = f"{counted(manifest.n_articles, 'article')}, {counted(manifest.n_passages, 'passage')}"
        Screen().line(f"exported to {target}: {size}; generation {manifest.generation}")


def import_(
    source: Annotated[
        str, typer.Argument(metavar="DIR", help="Folder that `rag export` has written.", show_default=False)
    ],
    index: Index = None,
    json: Json = False,
) -> None:
    """Add the articles of an export, with their vectors.

    Nothing is encoded. Every file is checked before anything is changed.
    """
    from rag.cli.progress import count_progress
    from rag.moving import import_index
    from rag.settings import load_settings

    settings = load_settings(index=index)
    with count_progress("importing", "articles") as show_progress:
        report = import_index(settings.index, _folder(source), encoder=settings.encoder, progress=show_progress)
    if json:
        names = ("added", "updated", "unchanged")
        print_json({name: list(getattr(report, name)) for name in names} | {"generation": report.generation})
    else:
        counts = f"{len(report.added):,} added, {len(report.updated):,} updated, {len(report.unchanged):,} unchanged"
        Screen().line(f"{counts}; nothing encoded; generation {report.generation}")


def _folder(text: str) -> Path:
    if not text:  # Path("") would be the working folder
        raise typer.BadParameter("The folder's name is empty. Name one.")
    return Path(text)
