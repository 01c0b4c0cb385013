"""`rag chat`: questions and follow-ups in a terminal, or one question a line through a pipe.

Knows how a conversation goes; how an answer is found and printed is told elsewhere.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

import typer

from rag.cli.options import AsOf, Index, Json, Llm, Since, Sources, Until, day, filters, open_rag
from rag.cli.terminal import Screen, print_json, say
from rag.errors import RagError
from rag.types import DAYS, Turn

if TYPE_CHECKING:
    from rag.api import Rag

HELP = """\
Ask a question; a follow-up may lean on what was said before.
/new             forget what was said
/since DATE      use nothing older; /until DATE, /as-of DATE and /source NAME likewise; without a value: no such limit
/filters         show the limits
/quit            leave (so do Ctrl-D and Ctrl-C)"""


def chat(
    as_of: AsOf = None,
    since: Since = None,
    until: Until = None,
    source: Sources = None,
    llm: Llm = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Ask one question after another; follow-ups are understood. /help lists what else can be typed.

    Through a pipe each line is a question. With --json each answer is one line of JSON.
    """
    conversation = Conversation(open_rag(index, llm=llm), filters(as_of, since, until, source), json)
    if sys.stdin.isatty():
        _talk(conversation)
        return
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # bytes that are no text make a strange question, not a crash
    for line in sys.stdin:
        if not conversation.take(line.strip(), echo=not json):
            break
    if conversation.failed:
        raise typer.Exit(1)


def _talk(conversation: Conversation) -> None:
    say("Ask about the articles. /help for more, /quit to leave.")
    for line in _typed():
        try:
            if not conversation.take(line.strip()):
                return
        except KeyboardInterrupt:  # stops this answer, not the conversation
            say("interrupted")


def _typed() -> Iterator[str]:
    """Give the lines as they are typed, until Ctrl-D or Ctrl-C at the prompt."""
    import readline  # noqa: F401 - gives `input` its history and line editing

    while True:
        try:
            yield input("\n> ")
        except (EOFError, KeyboardInterrupt):
            say("")
            return


class Conversation:
    """What was said so far, the limits in force, and whether any question failed."""

    def __init__(self, rag: Rag, limits: dict[str, Any], json: bool = False) -> None:
        self._rag = rag
        self._limits = limits
        self._json = json
        self._history: list[Turn] = []
        self.failed = False

    def take(self, line: str, echo: bool = False) -> bool:
        """Take one line; return False when it asks to leave. A failure is said on standard error, and we go on."""
        if line in ("/quit", "/exit"):
            return False
        try:
            if line.startswith("/"):
                self._command(*line[1:].partition(" ")[::2])
            elif line:
                self._ask(line, echo)
        except (RagError, typer.BadParameter) as error:
            say(f"error: {error}")
            self.failed = True
        return True

    def _ask(self, question: str, echo: bool) -> None:
        if echo:  # through a pipe the questions are not on the screen already
            Screen().paragraph(f"> {question}")
        answer = self._rag.ask(question, history=tuple(self._history), **self._limits)
        self._history += [Turn("user", question), answer.turn]
        if self._json:
            from rag.answer_json import answer_to_json

            print_json(answer_to_json(answer))
            if answer.notice:
                say(f"note: {answer.notice}")
        else:
            from rag.cli.render import show_answer

            screen = Screen()
            show_answer(screen, answer, self._rag)
            if echo:
                screen.blank()
        sys.stdout.flush()  # whoever reads the pipe waits for this answer before the next question

    def _command(self, name: str, value: str) -> None:
        value = value.strip()
        if name == "help":
            say(HELP)
        elif name == "new":
            self._history.clear()
            say("starting anew")
        elif name == "filters" or self._limit(name.replace("-", "_"), value):
            say(self._in_force())
        else:
            raise typer.BadParameter(f"/{name} is not a command; /help lists them.")

    def _limit(self, name: str, value: str) -> bool:
        """Set or lift a limit; return whether there is one of this name."""
        if name == "source":
            sources = (*self._limits["sources"], value) if value else ()
            self._limits = self._limits | {"sources": sources}
            return True
        if name not in DAYS:
            return False
        wanted = self._limits | {name: day(value) if value else None}
        self._limits = filters(wanted["as_of"], wanted["since"], wanted["until"], list(wanted["sources"]))
        return True

    def _in_force(self) -> str:
        words = [f"{name.replace('_', '-')} {self._limits[name]}" for name in DAYS if self._limits[name]]
        words += [f"source {name}" for name in self._limits["sources"]]
        return "limits: " + (", ".join(words) or "none")
