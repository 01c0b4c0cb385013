"""Which conversation a tab shows, and which question it waits for. Knows nothing of what is in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Talk:
    """One for each tab, changed in place: a reply that is being made can see that something else is wanted by now.

    Attributes:
        key: Name of the conversation, as the browser keeps it.
        turn: Counts what was asked, begun or opened.
    """

    key: str = ""
    turn: int = 0

    def take_turn(self, key: str | None = None) -> int:
        """Begin something, in the conversation `key` where it is another; return the number of the turn."""
        self.key = self.key if key is None else key
        self.turn += 1
        return self.turn
