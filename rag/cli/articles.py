"""`rag add`, `rag remove`, `rag list` and `rag show`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import Index, Json, open_rag
from rag.cli.terminal import Screen, print_json, say
from rag.display import counted

if TYPE_CHECKING:
    from rag.api import Rag
    from rag.types import AddReport, Article

N_SKIPPED_SHOWN = 20  # a screenful; a broken file can have a million, and --json has them all
PAGE = 1000  # articles read at a time, so that a large index is never listed in memory twice


def add(
    targets: Annotated[
        list[str], typer.Argument(metavar="PATH|URL...", help="Files, folders, pages or feeds.", show_default=False)
    ],
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first record that cannot be read.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch from private and loopback addresses too.")
    ] = False,
    encoder: Annotated[
        str | None, typer.Option("--encoder", metavar="NAME", help="Encoder of a new index, by name or path.")
    ] = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Add articles, or update those that have changed.

    Says at the end what was added, updated, left alone and skipped, and why.
    Same id or url with other text is an update; the same text again is unchanged.
    """
    from rag.cli.progress import progress

    rag = open_rag(index, encoder=encoder)
    with progress() as show_progress:
        report = rag.add(*targets, strict=strict, allow_private=allow_private or None, progress=show_progress)
    if json:
        from rag.forms import report_form

        print_json(report_form(report))
    else:
        _show_report(Screen(), report)
    if report.skipped and not (report.added or report.updated or report.unchanged):
        raise typer.Exit(1)  # nothing at all could be read


def _show_report(screen: Screen, report: AddReport) -> None:
    names = ("added", "updated", "unchanged", "duplicates", "skipped")
    counts = ", ".join(f"{len(getattr(report, name)):,} {name}" for name in names)
    screen.line(f"{counts}; {counted(report.n_passages, 'passage')}; generation {report.generation}")
    for skipped in report.skipped[:N_SKIPPED_SHOWN]:
        screen.paragraph(f"skipped {skipped}", 2, style="yellow")
    if len(report.skipped) > N_SKIPPED_SHOWN:
        screen.line(f"  … and {len(report.skipped) - N_SKIPPED_SHOWN:,} more (--json lists them all)")


def remove(
    ids: Annotated[
        list[str], typer.Argument(metavar="ID|URL...", help="Ids or addresses of articles.", show_default=False)
    ],
    index: Index = None,
    json: Json = False,
) -> None:
    """Remove articles. Where one of them is unknown, nothing is removed."""
    rag = open_rag(index)
    removed = rag.remove(*ids)
    if json:
        print_json({"removed": list(removed), "generation": rag.generation})
        return
    screen = Screen()
    for article_id in removed:
        screen.line(f"removed {article_id}")
    screen.line(f"{len(removed):,} removed; generation {rag.generation}")


def list_(
    query: Annotated[
        str | None, typer.Option("--query", metavar="WORDS", help="Only articles that match these words.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="At most so many articles.")] = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """List the articles, newest first: id, day, source and title."""
    rag = open_rag(index)
    found: Iterator[Article] = islice(_pages(rag, query, limit or PAGE), limit)
    first = next(found, None)
    if first is None:
        if index is not None:
            rag.status()  # a folder that was named and is no index is a mistake, not an empty list
        say("No articles. Add some with `rag add PATH`." if query is None else f"No articles match {query!r}.")
    found = chain([first] if first else [], found)
    if json:
        from rag.forms import article_form

        print_json({"articles": [article_form(article) for article in found]})
    else:
        from rag.cli.render import show_list

        show_list(Screen(), found)


def _pages(rag: Rag, query: str | None, size: int) -> Iterator[Article]:
    """Read the articles page by page; one that moves between pages as another process writes can be missed."""
    size = min(size, PAGE)
    offset = 0
    while page := rag.articles(query, offset, size):
        yield from page
        offset += len(page)
        if len(page) < size:
            return


def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="Id or address of an article.", show_default=False)],
    sentences: Annotated[
        bool, typer.Option("--sentences", help="Number the sentences, as citations count them (from 0).")
    ] = False,
    index: Index = None,
    json: Json = False,
) -> None:
    """Show an article whole, and name the other copies of its story."""
    rag = open_rag(index)
    article = rag.article(article_id)
    if json:
        from rag.forms import shown_form

        print_json(shown_form(article, rag.sentences(article.id)))
    else:
        from rag.cli.render import show_article

        copies = [copy for copy in rag.snapshot().story(article.id) if copy.id != article.id]
        show_article(Screen(), article, rag.sentences(article.id) if sentences else None, copies)
