"""What to ask next, as the page offers it: the chips below an answer, and the questions to begin with.

Knows the Rag; what is offered is the Rag's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.page.escape import escape
from rag.page.exchange import Conversation

if TYPE_CHECKING:
    from rag.api import Rag


def chips_html(questions: Sequence[str], n_exchanges: int) -> str:
    """Return the chips of what may be asked next; nothing for no questions.

    Args:
        questions: In the order in which they are offered.
        n_exchanges: Questions asked so far: next.js drops chips that come when another has been asked meanwhile.
    """
    if not questions:
        return ""
    chips = "".join(
        f'<button type="button" class="rag-follow" value="{escape(question)}">{escape(question)}</button>'
        for question in questions
    )
    return (
        f'<div class="rag-next" data-after="{n_exchanges}" role="group" aria-label="You may ask next">'
        f"<span>Ask next</span>{chips}</div>"
    )


class Following:
    """What the page offers to go on with; one for all visitors."""

    def __init__(self, rag: Rag) -> None:
        self.rag = rag
        self._first: tuple[int, tuple[str, ...]] = (0, ())  # generation, and what its newest articles answer

    def suggest(self, conversation: Conversation) -> Iterator[str]:
        """Yield the chips below the last answer as they are found; none after a failure, an abstention, or unwanted."""
        yield ""
        last = conversation[-1] if conversation else None
        if last is None or last.answer is None or not self.rag.settings.suggest:
            return
        history = [turn for exchange in conversation for turn in exchange.turns()]
        found: list[str] = []
        try:
            for question in self.rag.next_questions(last.answer, history=history, **last.filters):
                found.append(question)
                yield chips_html(found, len(conversation))
        except RagError:  # the articles are gone, or being changed: then nothing is offered
            yield ""

    def first(self) -> tuple[str, ...]:
        """Return questions to begin with, found once for each generation of the index."""
        if not self.rag.settings.suggest:
            return ()
        try:
            generation = self.rag.generation
            if self._first[0] != generation:
                self._first = generation, self.rag.first_questions()
        except RagError:
            return ()
        return self._first[1]
