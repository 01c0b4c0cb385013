"""Re-checks every citation of an answer against an index, character by character.

Knows what a citation promises (types.Citation); knows nothing of how an answer was made or where it was saved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlsplit

from rag.errors import ArticleNotFound
from rag.types import Answer, Article, Citation, Sentence

Status = Literal["ok", "changed", "missing", "wrong"]

MARKER = re.compile(r"\[([0-9]{1,6})\]")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Source(Protocol):
    """What is needed of an index: `rag.index.Snapshot` has it, and so has the facade."""

    def article(self, id_or_url: str, /) -> Article:
        """Return the active article; ArticleNotFound where there is none."""
        ...

    def sentences(self, article_id: str, /) -> tuple[Sentence, ...]:
        """Return its sentences, in order."""
        ...


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """What became of one citation, or of one number that should have a citation.

    Attributes:
        number: The citation's number, or the number in the marker or statement that has no citation.
        article_id: The article it names; empty where there is no such citation.
        status: "ok": everything it says is so. "changed": the article's text or description is another one now.
            "missing": the article is gone. "wrong": the citation contradicts the very text it was taken from.
        detail: One sentence: what differs, and whether the quote still stands; empty when ok.
    """

    number: int
    article_id: str
    status: Status
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything the citation says is so."""
        return self.status == "ok"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The checks of one answer, in the order of its citations; `ok` when every one of them is."""

    ok: bool
    citations: tuple[CitationCheck, ...]


def verify(answer: Answer, source: Source) -> VerifyReport:
    """Re-check every citation of `answer`, and that every number it uses has a citation.

    An abstention without citations is ok: it claims nothing.

    Args:
        answer: The answer, fresh or read back with `answer_from_json`.
        source: The snapshot to check against, of any generation.

    Returns:
        One check a citation, in order, then one for every number without a citation.
    """
    checks = [check_citation(citation, source) for citation in answer.citations]
    checks += _numbers(answer)
    return VerifyReport(all(check.ok for check in checks), tuple(checks))


def check_citation(citation: Citation, source: Source) -> CitationCheck:
    """Check one citation: that its article, text, span, sentences and description are what it says."""

    def say(status: Status, detail: str = "") -> CitationCheck:
        return CitationCheck(citation.number, citation.article_id, status, detail)

    try:
        article = source.article(citation.article_id)
    except ArticleNotFound:
        return say("missing", f"No article {citation.article_id!r} is in the index any more.")
    if article.id != citation.article_id:  # found by its address: an id must be the id
        return say("missing", f"{citation.article_id!r} is not an article's id; the address belongs to {article.id!r}.")
    if not DIGEST.fullmatch(citation.digest):
        return say("wrong", f"{citation.digest!r} is not a digest of the form 'sha256:…' with 64 hexadecimal digits.")
    if article.digest != citation.digest:
        return say("changed", f"The article's text is another one now; {_whereabouts(citation, article)}")
    wrong = _slice_fault(citation, article) or _sentence_fault(citation, source.sentences(article.id))
    if wrong:
        return say("wrong", wrong)
    changed = _description_fault(citation, article)
    return say("changed", changed) if changed else say("ok")


def _whereabouts(citation: Citation, article: Article) -> str:
    """Tell whether the quote still stands in the new text."""
    quote = citation.quote
    if quote and article.text[citation.start : citation.end] == quote:
        return f"the quote still stands at the same place, {citation.start}–{citation.end}."
    place = article.text.find(quote) if quote else -1
    if place >= 0:
        return f"the quote still stands in it, now at {place}–{place + len(quote)}."
    return "the quote stands nowhere in it."


def _slice_fault(citation: Citation, article: Article) -> str:
    start, end, length = citation.start, citation.end, len(article.text)
    if not 0 <= start < end <= length:
        return f"The span {start}–{end} is not one of the article's text, which has {length} characters."
    if article.text[start:end] != citation.quote:
        place = article.text.find(citation.quote) if citation.quote else -1
        where = f"the quote stands at {place}" if place >= 0 else "the quote stands nowhere in the article"
        return f"The article has other words at {start}–{end} than the quote; {where}."
    return ""


def _sentence_fault(citation: Citation, sentences: tuple[Sentence, ...]) -> str:
    named = citation.sentences
    if not named:
        return "The citation names no sentence."
    if named != tuple(range(named[0], named[0] + len(named))):
        return f"Sentences {list(named)} do not follow one another."
    if not 0 <= named[0] <= named[-1] < len(sentences):
        return f"The article has {len(sentences)} sentences (from 0), so not all of {list(named)}."
    span = (sentences[named[0]].start, sentences[named[-1]].end)
    if span != (citation.start, citation.end):
        return f"Sentences {list(named)} stand at {span[0]}–{span[1]}, not at {citation.start}–{citation.end}."
    return ""


def _description_fault(citation: Citation, article: Article) -> str:
    """Tell what else the citation says of its article that is not so: a reader trusts these words as well."""
    for key in ("title", "source", "url", "published"):
        said, held = getattr(citation, key), getattr(article, key)
        if said != held:
            return f"Text and quote stand, but the {key} is {_shown(said)} here and {_shown(held)} in the index."
    if citation.link is not None and urlsplit(citation.link).netloc != urlsplit(article.url or "").netloc:
        return f"Text and quote stand, but the link {citation.link!r} does not lead to {_shown(article.url)}."
    return ""


def _shown(value: object) -> str:
    return "empty" if value is None else f"'{value}'"


def _numbers(answer: Answer) -> Iterator[CitationCheck]:
    """Check that every number stands for exactly one citation."""
    known = [citation.number for citation in answer.citations]
    for number in sorted({number for number in known if known.count(number) > 1}):
        yield CitationCheck(number, "", "wrong", f"{known.count(number)} citations have the number {number}.")
    text = answer.text
    for statement in answer.statements:  # an article may itself have "[3]" in a sentence: that is no marker
        text = text.replace(statement.text, " ", 1) if statement.text else text
    for number in sorted({int(marker) for marker in MARKER.findall(text)} - set(known)):
        yield CitationCheck(number, "", "wrong", f"The answer has the marker [{number}], but no citation {number}.")
    for place, statement in enumerate(answer.statements, start=1):
        if not statement.citations:
            yield CitationCheck(0, "", "wrong", f"Statement {place} has no citation.")
        for number in statement.citations:
            if number not in known:
                yield CitationCheck(
                    number, "", "wrong", f"Statement {place} names citation {number}, which is not there."
                )
