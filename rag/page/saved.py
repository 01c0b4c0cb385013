"""What the page does with saved questions and those asked in vain: the handlers of the Saved tab that `app.py` wires.

Knows the Rag it was given and Gradio's ways of answering an event; not where anything stands on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from rag.errors import RagError, SavedInvalid
from rag.page.answer import notice_html
from rag.page.exchange import Conversation
from rag.page.vain import vain_html
from rag.page.watchlist import kept_html, watchlist_html
from rag.saved import SavedQuestions, Vain, VainQuestions, change_of, check_saved, check_vain, save
from rag.saved.topics import Topic, topics

if TYPE_CHECKING:
    from rag.api import Rag

LABEL = "Saved"

Reply = tuple[Any, ...]


class Saved:
    """What the page does with saved questions; one for all visitors. Its state is what need not be computed twice."""

    def __init__(self, rag: Rag) -> None:
        self.rag = rag
        self._checking = Lock()  # of two visitors who come at once, one asks again
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def keep(self, conversation: Conversation, event: gr.EventData) -> str:
        """Save the question of an answer. Returns what is told below the conversation."""
        key = str(event.key)
        exchange = next((one for one in conversation if one.key == key), None)
        if exchange is None or exchange.answer is None:
            return ""
        try:
            _, new = save(self.rag, exchange.answer, **exchange.filters)
        except RagError as error:
            return notice_html(str(error))
        return kept_html(key, new=new)

    def look(self) -> Any:
        """Ask again what additions have touched; return the tab's label, which tells how many answers have changed."""
        try:
            with self._checking:
                return _label(check_saved(self.rag))
        except RagError:
            return gr.skip()  # the tab itself says it, once it is opened

    def shown(self) -> Reply:
        """Return saved questions, report and label as they are in the file."""
        folder = self.rag.settings.index
        try:
            both = SavedQuestions(folder), VainQuestions(folder)
            saved, vain = both[0].all(), both[1].all()
            damaged = dict.fromkeys(told for kept in both for told in kept.damaged())  # that of the file is told once
            listed = "".join(map(notice_html, damaged)) + watchlist_html(saved, self.rag.generation, self.rag.article)
            return listed, vain_html(vain, self._topics(vain), recording=self.rag.settings.record_vain), _label(saved)
        except RagError as error:
            return notice_html(str(error)), "", gr.skip()

    def check(self) -> Iterator[Reply]:
        """Look at what was added since: at saved questions first, then at those asked in vain. Yields as `shown`."""
        before: Reply | None = None
        for check in (check_saved, check_vain):
            try:
                with self._checking:
                    check(self.rag)
            except RagError as error:
                yield notice_html(str(error)), gr.skip(), gr.skip()
                return
            after = self.shown()
            yield after if after != before else (gr.skip(),) * 3
            before = after

    def accept(self, event: gr.EventData) -> Reply:
        """Take the answer that was shown as read. Returns as `shown`."""
        return self._then_shown(lambda: self._saved.accept(_number(event.number), _number(event.generation)))

    def remove(self, event: gr.EventData) -> Reply:
        """Delete a saved question. Returns as `shown`."""
        return self._then_shown(lambda: self._saved.remove(_number(event.number)))

    def forget(self, event: gr.EventData) -> Reply:
        """Delete questions that were asked in vain. Returns as `shown`."""
        numbers = str(event.numbers).split(",")
        return self._then_shown(lambda: VainQuestions(self.rag.settings.index).forget(map(_number, numbers)))

    @property
    def _saved(self) -> SavedQuestions:
        return SavedQuestions(self.rag.settings.index)

    def _then_shown(self, do: Callable[[], object]) -> Reply:
        try:
            do()
        except RagError as error:
            listed, report, label = self.shown()
            return notice_html(str(error)) + listed, report, label
        return self.shown()

    def _topics(self, vain: Sequence[Vain]) -> list[Topic]:
        """Group questions; each is encoded once, as long as it is listed."""
        asked = [one.question for one in vain]
        if not asked:
            return []
        new = [question for question in dict.fromkeys(asked) if question not in self._vectors]
        known = self._vectors | dict(zip(new, self.rag.encoder.encode(new), strict=True))
        self._vectors = {question: known[question] for question in asked}
        return topics(asked, np.stack([known[question] for question in asked]))


def _label(saved: Sequence[Any]) -> Any:
    n_changed = sum(bool(change_of(one.read, one.present)) for one in saved)
    return gr.update(label=f"{LABEL} · {n_changed:,}" if n_changed else LABEL)


def _number(text: object) -> int:
    if not str(text).isascii() or not str(text).isdecimal() or len(str(text)) > 15:
        raise SavedInvalid(f"{str(text)[:40]!r} is no number of a question. Open the tab again.")
    return int(str(text))
