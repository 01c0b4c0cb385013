"""The program itself: its commands by name, and what happens when one fails.

Knows exit codes; knows nothing of what a command does.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from rag.cli import INTERRUPTED
from rag.cli.articles import add, list_, remove, show
from rag.cli.asking import ask, search, support
from rag.cli.chat import chat
from rag.cli.evaluating import eval_
from rag.cli.moving import export, import_
from rag.cli.saved import saved
from rag.cli.serving import serve
from rag.cli.terminal import log_to_stderr, say
from rag.cli.upkeep import check, rebuild, status
from rag.cli.verifying import verify
from rag.errors import RagError

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class Commands(TyperGroup):
    """A group whose commands report a RagError in one line and exit with 1; anything else is a bug and shows itself."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the arguments name."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except RagError as error:
            say(f"error: {error}")
            raise typer.Exit(1) from error
        except KeyboardInterrupt as error:
            say("interrupted")
            raise typer.Exit(INTERRUPTED) from error
        except BrokenPipeError as error:  # `rag list | head`: the reader has what it wanted
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from error
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise
            say(f"error: {error.strerror}, so not everything was written. Make room and run the command again.")
            raise typer.Exit(1) from error
        return result


app = typer.Typer(
    name="rag",
    cls=Commands,
    add_completion=False,  # its two options would stand before all others in --help
    rich_markup_mode=None,  # help as plain text: half the start-up time, and it reads the same through a pipe
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"rag {version('rag')}")
        raise typer.Exit


@app.callback(
    no_args_is_help=True,
    epilog="\b\nExamples:\n  rag add articles.jsonl\n  rag ask 'What did Blinken raise with Xi?'\n  rag ask --help",
)
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Answer questions from news articles, every sentence cited to its exact source sentence.

    Settings come from flags, then the environment (RAG_…), then rag.toml, then defaults. With --json only JSON goes to
    standard output. Exit codes: 0 done (an abstention too), 1 a reported failure, 2 wrong usage.
    """
    log_to_stderr()


def _examples(*lines: str) -> str:
    r"""Lay the examples out for the end of a command's help; \b keeps typer from joining the lines."""
    return "\n".join(["\b", "Example:" if len(lines) == 1 else "Examples:", *(f"  {line}" for line in lines)])


for name, function, examples in (
    ("add", add, ("rag add articles.jsonl", "rag add news/ https://example.org/feed.xml", "rag add --strict a.jsonl")),
    ("remove", remove, ("rag remove bbc-4711", "rag remove https://example.org/story.html")),
    ("list", list_, ("rag list", "rag list --query Blinken --json")),
    ("show", show, ("rag show bbc-4711", "rag show bbc-4711 --sentences")),
    (
        "ask",
        ask,
        (
            "rag ask 'What did Blinken raise with Xi?'",
            "rag ask 'Who won the vote this week?' --as-of 2023-06-20",
            "rag ask 'Who resigned?' --since 2023-06-01 --source BBC --json > answer.json",
        ),
    ),
    ("search", search, ("rag search 'ceasefire talks' -k 5", "rag search 'ceasefire talks' --until 2023-06-30 --json")),
    ("support", support, ("rag support 'Blinken met Xi in Beijing'", "rag support 'Xi visited Paris' --json")),
    ("chat", chat, ("rag chat", "rag chat --source BBC < questions.txt")),
    ("saved", saved, ("rag saved add 'Who won the vote?'", "rag saved check", "rag saved vain --json")),
    (
        "eval",
        eval_,
        (
            "rag eval evals/seed --index index",
            "rag eval evals/seed --system bm25 --limit 50",
            "rag eval --compare runs/seed/bm25 runs/seed/rag",
        ),
    ),
    ("verify", verify, ("rag verify answer.json", "rag ask 'Who resigned?' --json | rag verify -")),
    ("status", status, ("rag status", "rag status --json")),
    ("check", check, ("rag check", "rag check --repair")),
    ("rebuild", rebuild, ("rag rebuild --views", "rag rebuild --encoder BAAI/bge-small-en-v1.5")),
    ("export", export, ("rag export backup/", "rag export backup/ --index news")),
    ("import", import_, ("rag import backup/", "rag import backup/ --index copy")),
    ("serve", serve, ("rag serve", "rag serve --host 0.0.0.0 --port 8080")),
):
    app.command(name, epilog=_examples(*examples))(function)
