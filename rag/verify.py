"""Re-checks every citation of an answer against an index, character by character, and its words against its citations.

Knows what a citation promises (types.Citation); knows nothing of how sentences were chosen or where it was saved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from rag.answering.link import text_fragment_link
from rag.answering.sameness import may_say_same
from rag.display import UNBACKED, answer_text, n_outlets, statement_forms
from rag.errors import ArticleNotFound
from rag.types import Answer, Article, Citation, Sentence, Statement

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


def verify(answer: Answer, source: Source, newest: int | None = None) -> VerifyReport:
    """Re-check every citation of `answer`, and that it says nothing that its citations don't.

    Without a language model each statement is a quote of one of its citations, tidied for display, alone or with the
    day it was reported, by whom and by how many outlets, and the answer is its statements with their markers. With one,
    the words are its own, and only the numbers can be checked; a statement may cite nothing if it says that it is not
    backed. An abstention that states and cites nothing is ok: it claims nothing.

    Args:
        answer: The answer, fresh or read back with `answer_from_json`.
        source: The snapshot to check against, of any generation.
        newest: Newest generation of the index; an answer of a later one is not from it. None does not check that.

    Returns:
        One check a citation, in order, then one for everything else that is wrong, with an empty article id.
    """
    checks = [check_citation(citation, source) for citation in answer.citations]
    checks += _numbers(answer)
    faults = [*_whole_faults(answer, newest), *_wording_faults(answer)]
    checks += [CitationCheck(0, "", "wrong", fault) for fault in faults]
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
    wrong = (
        _slice_fault(citation, article)
        or _sentence_fault(citation, source.sentences(article.id))
        or _own_fault(citation)
    )
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
    return ""


def _own_fault(citation: Citation) -> str:
    """Tell what contradicts itself: a link that is not made of address and quote, a support that is no probability."""
    if citation.link != text_fragment_link(citation.url, citation.quote):
        return f"The link {_shown(citation.link)} is not the one that its address and quote make."
    if not _is_probability(citation.support):
        return f"Its support {citation.support} is not in [0, 1]."
    return ""


def _is_probability(figure: float) -> bool:
    return 0 <= figure <= 1  # not a number is neither


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
    named = {number for statement in answer.statements for number in statement.citations}
    for number in sorted(set(known) - named) if answer.statements else ():
        yield CitationCheck(number, "", "wrong", f"No statement names citation {number}.")
    for number in sorted({int(marker) for marker in MARKER.findall(text)} - set(known)):
        yield CitationCheck(number, "", "wrong", f"The answer has the marker [{number}], but no citation {number}.")
    for place, statement in enumerate(answer.statements, start=1):
        if not statement.citations and not _says_unbacked(answer, statement):
            yield CitationCheck(0, "", "wrong", f"Statement {place} has no citation.")
        for number in statement.citations:
            if number not in known:
                yield CitationCheck(
                    number, "", "wrong", f"Statement {place} names citation {number}, which is not there."
                )


def _says_unbacked(answer: Answer, statement: Statement) -> bool:
    """Tell whether a statement in a language model's words says itself that nothing backs it: it claims nothing."""
    return answer.models.llm is not None and statement.text.endswith(UNBACKED)


def _whole_faults(answer: Answer, newest: int | None) -> Iterator[str]:
    """Tell what is wrong with the answer as a whole: whether it abstains, its probabilities and its generation."""
    n_statements, n_citations = len(answer.statements), len(answer.citations)
    if answer.abstained and (n_statements or n_citations):
        yield f"It is said to abstain, but has {n_statements} statements and {n_citations} citations."
    if not answer.abstained and not n_statements:
        yield "It is said to answer, but states nothing that could be checked."
    if not _is_probability(answer.confidence):
        yield f"Its confidence {answer.confidence} is not in [0, 1]."
    for place, statement in enumerate(answer.statements, start=1):
        if not _is_probability(statement.support):
            yield f"The support {statement.support} of statement {place} is not in [0, 1]."
    if newest is not None and answer.generation > newest:
        yield (
            f"It claims generation {answer.generation}, but the index has come to {newest} only: "
            "it is not from this index."
        )


def _wording_faults(answer: Answer) -> Iterator[str]:
    """Tell which words are no quote's, where no language model worded the answer."""
    if answer.models.llm is not None or not answer.statements:
        return
    for place, statement in enumerate(answer.statements, start=1):
        if statement.citations and statement.text not in _sayings(answer, statement):
            yield f"Statement {place}, {_start(statement.text)!r}, is not what a citation of it quotes."
    if answer.text != answer_text(answer.statements):
        yield "The answer's text is not its statements, each with its markers."


def _sayings(answer: Answer, statement: Statement) -> set[str]:
    """Return every text that a statement with these citations may have; who tells another thing never counts."""
    cited = [c for c in answer.citations if c.number in statement.citations]
    return {
        text
        for c in cited
        for text in statement_forms(
            c.quote,
            c.published,
            n_outlets(other.source for other in cited if may_say_same(c.quote, other.quote)),
            c.source,
        )
    }


def _start(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"  # enough to recognise the statement
