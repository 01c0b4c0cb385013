"""Where words meet the terminal: JSON and human output, wrapped, coloured, and safe to print.

The only file, with `progress.py`, that names rich. Knows nothing of answers and articles.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

# C0 controls but tab and newline, DEL and C1; bidirectional overrides and isolates; lone surrogates
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# what JSON leaves as it is though it can steer a terminal, end a line, or not be encoded
UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
DELETE = 0x7F


def clean(text: str) -> str:
    """Return `text` safe to print: no character of an article can steer a terminal.

    Control characters become their visible symbols (ESC → ␛), the second row of controls and lone surrogates �;
    bidirectional overrides, which can show a line in another order than it has, are left out.
    """
    return UNPRINTABLE.sub(_symbol, text)


def _symbol(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)  # Unicode's "Control Pictures" are in the order of the controls
    if code == DELETE:
        return "␡"
    return "" if 0x2000 <= code < 0x2100 else "\ufffd"


def one_line(text: str) -> str:
    """Return `text` safe to print and on one line."""
    return " ".join(clean(text).split())


def say(message: str) -> None:
    """Print a message on standard error; where nobody reads that, it is dropped."""
    with suppress(BrokenPipeError):
        print(clean(message), file=sys.stderr, flush=True)  # noqa: T201


class _Said(logging.Handler):
    """Says what the package logs."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


def log_to_stderr() -> None:
    """Show on standard error what the package logs, such as that the encoder is converted once."""
    logger = logging.getLogger("rag")
    if not any(isinstance(handler, _Said) for handler in logger.handlers):
        logger.addHandler(_Said())
        logger.setLevel(logging.INFO)


def print_json(data: Any) -> None:
    """Print `data` on standard output: indented on a terminal, else on one line, so that `>> answers.jsonl` works."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(data, ensure_ascii=not utf8, indent=2 if sys.stdout.isatty() else None)
    print(UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", text))  # noqa: T201


class Screen:
    """Standard output for people: wrapped and coloured on a terminal; through a pipe plain, a paragraph a line.

    Every text is cleaned here; none is read as markup.
    """

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(file=sys.stdout, markup=False, emoji=False, highlight=False)
        self.wide = not self._console.is_terminal

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return self._console.width

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Print one line of parts, each a text or (text, rich style); too long for the terminal, it is cut with …."""
        from rich.text import Text

        text = Text.assemble(
            *(one_spaced(part) if isinstance(part, str) else (one_spaced(part[0]), part[1]) for part in parts)
        )
        if not self.wide:
            text.truncate(self.width, overflow="ellipsis")
        self._print(text)

    def paragraph(self, text: str, indent: int = 0, style: str = "") -> None:
        """Print `text` wrapped to the terminal, each line behind `indent` spaces; its own line breaks are kept."""
        from rich.text import Text

        words = Text(clean(text), style=style)
        width = max(self.width - indent, 20)  # narrower than 20 columns, words are cut to pieces
        lines = words.split(allow_blank=True) if self.wide else words.wrap(self._console, width)
        for line in lines:
            line.rstrip()
            self._print(Text(" " * indent if line.plain else "") + line)

    def blank(self) -> None:
        """Print an empty line."""
        self.line("")

    def _print(self, text: Text) -> None:
        if self.wide:
            print(text.plain)  # noqa: T201 - the console would turn tabs into spaces
        else:
            self._console.print(text, soft_wrap=True)


def one_spaced(text: str) -> str:
    """Return `text` safe to print, line breaks as spaces, its other spacing as it is."""
    return clean(text).replace("\n", " ")
