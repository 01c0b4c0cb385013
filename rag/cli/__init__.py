"""The `rag` program. `main` is its entry point; the commands stand in `rag.cli.app`.

Importing this costs nothing: models, indexes and even typer are loaded by what needs them.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from rag.surrogates import without_surrogates

INTERRUPTED = 130  # 128 + SIGINT, as shells report it


def main() -> None:
    """Run the command named in `sys.argv` and exit: 0 done, 1 a reported failure, 2 wrong usage, 130 interrupted."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller (`>&-`): there is nobody to tell, and that is no failure
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it lasts as long as the program
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without curly quotes is no reason to crash
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    # bytes that are no UTF-8 come as lone surrogates, which no index, JSON or terminal can hold
    sys.argv = [without_surrogates(argument) for argument in sys.argv]
    try:
        from rag.cli.app import app

        app(prog_name="rag")
    except KeyboardInterrupt:  # while loading, before any command could take it
        print("interrupted", file=sys.stderr)  # noqa: T201 - nothing else is loaded yet
        sys.exit(INTERRUPTED)
    finally:
        _flush()


def _flush() -> None:
    """Write out what is buffered; where that cannot be (`rag list | head`, a full disk), drop it without a word.

    Commands have said so already where it matters (`rag.cli.app`). Python would otherwise try again at shutdown and
    print "Exception ignored … BrokenPipeError".
    """
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
