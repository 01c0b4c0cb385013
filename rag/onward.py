"""What leads on from an answer, for the facade: who else reports a sentence, and what may be asked next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rag.answering.next_questions import first_questions, next_questions
from rag.answering.steps import Ask, Steps
from rag.chain import AnswerChain
from rag.given import count_of, turns_of
from rag.opened import Day, Opened
from rag.support import Corroboration, corroborate
from rag.types import Answer, Constraints, Turn

N_NEWEST = 40
"""Articles whose leads are looked at for questions to begin with: a third has a lead that makes any (2026-11-25)."""


class Onward(Opened):
    """The part of `rag.api.Rag` that begins where an answer ends."""

    def corroborate(
        self,
        article_id: str,
        sentence: int,
        *,
        as_of: Day = None,
        since: Day = None,
        until: Day = None,
        sources: Sequence[str] = (),
    ) -> Corroboration:
        """Find the sentences of other articles that report what a sentence of an article reports, best first.

        Args:
            article_id: Id or address of the article.
            sentence: Ordinal of the sentence, from 0.
            as_of: Use nothing published after this day; it and the other filters are as in `ask`.
            since: Use nothing published before this day.
            until: Use nothing published after this day.
            sources: Use these sources only (case-insensitive).

        Raises:
            ArticleNotFound: There is no such article, or it has no such sentence.
            SettingInvalid: The ordinal is no whole number from 0, or a filter cannot be used.
            IndexNotFound: Nothing was added yet, or everything was removed.
        """
        constraints = self._constraints(as_of, since, until, sources)
        count_of("sentence", sentence, 0)
        return corroborate(article_id, sentence, self.snapshot(), self.encoder, self.model, constraints)

    def next_questions(
        self,
        answer: Answer,
        *,
        history: Sequence[Turn] = (),
        as_of: Day = None,
        since: Day = None,
        until: Day = None,
        sources: Sequence[str] = (),
    ) -> Iterator[str]:
        """Yield up to three questions that lead on from `answer` and that the articles answer, each once it is tried.

        They are made and tried without a language model, whatever the settings name.

        Args:
            answer: The last answer of a conversation; after an abstention nothing is yielded.
            history: The conversation up to and with that answer, oldest first.
            as_of: Use nothing published after this day; it and the other filters are as in `ask`.
            since: Use nothing published before this day.
            until: Use nothing published after this day.
            sources: Use these sources only (case-insensitive).

        Raises:
            SettingInvalid: A filter cannot be used, or a turn is none.
            IndexNotFound: Nothing was added yet, or everything was removed.
        """
        turns = turns_of(history)
        ask = _asking(self, turns, self._constraints(as_of, since, until, sources))
        yield from next_questions(answer, self.snapshot(), ask, turns)

    def first_questions(self) -> tuple[str, ...]:
        """Return up to three questions to begin with that the newest articles answer; tried likewise."""
        snapshot = self.snapshot()
        newest = snapshot.articles(limit=N_NEWEST)
        return tuple(first_questions(newest, snapshot, _asking(self, (), Constraints())))


def _asking(rag: Opened, history: tuple[Turn, ...], constraints: Constraints) -> Callable[[str], Answer]:
    """Return what asks a question after `history`, of one generation, in the articles' own words."""
    snapshot = rag.snapshot()
    chain = AnswerChain(Steps(rag.encoder, rag.model), lambda: snapshot)
    return lambda question: chain.invoke(Ask(question, history, constraints))
