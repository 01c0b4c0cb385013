"""Which cited sentences came and which went between two answers to one question. Knows no files, no searches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from rag.errors import ArticleNotFound
from rag.types import Answer, Article, Citation

Why = Literal["removed", "changed", "passed over"]
"""removed: its article is gone; changed: its article's text no longer has it; passed over: it stands, uncited."""


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between an answer as it was read and as it is.

    Attributes:
        came: Citations of sentences that are cited now and were not, in the order of their numbers.
        went: Citations of sentences that were cited and no longer are, likewise.
        n_stayed: How many cited sentences are the same.
        turned: "answered" where the articles did not answer before, "unanswered" where they no longer do; else None.
    """

    came: tuple[Citation, ...]
    went: tuple[Citation, ...]
    n_stayed: int
    turned: Literal["answered", "unanswered"] | None

    def __bool__(self) -> bool:
        """Tell whether anything has changed."""
        return bool(self.came or self.went or self.turned)


def change_of(before: Answer, now: Answer) -> Change:
    """Compare what two answers cite: the same words in the same article are the same sentence, wherever they stand.

    The words of an answer that a language model wrote are not compared, only what they rest on.
    """
    cited_before, cited_now = _cited(before), _cited(now)
    turned: Literal["answered", "unanswered"] | None = None
    if before.abstained != now.abstained:
        turned = "answered" if before.abstained else "unanswered"
    return Change(
        came=tuple(citation for key, citation in cited_now.items() if key not in cited_before),
        went=tuple(citation for key, citation in cited_before.items() if key not in cited_now),
        n_stayed=len(cited_before.keys() & cited_now.keys()),
        turned=turned,
    )


def why_gone(citation: Citation, article: Callable[[str], Article]) -> Why:
    """Tell why a sentence is no longer cited, by what has become of its article; `article` finds one by its id."""
    try:
        text = article(citation.article_id).text
    except ArticleNotFound:
        return "removed"
    return "passed over" if citation.quote in text else "changed"


def _cited(answer: Answer) -> Mapping[tuple[str, str], Citation]:
    ordered = sorted(answer.citations, key=lambda citation: citation.number, reverse=True)
    by_words = {(citation.article_id, " ".join(citation.quote.split())): citation for citation in ordered}
    return dict(reversed(by_words.items()))  # of two citations of the same words, the first
