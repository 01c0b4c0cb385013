"""How an answer, passages and articles read on a screen.

Knows the nouns and `Screen`; knows nothing of indexes or options.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rag.answering.speech import in_words, speeches
from rag.cli.terminal import Screen, one_line
from rag.display import also_in
from rag.errors import ArticleNotFound
from rag.types import Answer, Article, Citation, Hit, Sentence

if TYPE_CHECKING:
    from rag.api import Rag
    from rag.support import Support

N_NEAREST = 3  # enough to see what the articles are about instead; more would look like an answer
INDENT = 4  # under the text behind "[1] "


def show_answer(screen: Screen, answer: Answer, rag: Rag) -> None:
    """Print the answer and its citations, or the abstention and what comes nearest, said not to be an answer."""
    if answer.notice:
        screen.paragraph(f"Note: {answer.notice}", style="dim")
        screen.blank()
    screen.paragraph(answer.text, style="yellow" if answer.abstained else "bold")
    for citation in answer.citations:
        screen.blank()
        _show_citation(screen, citation)
    if answer.abstained:
        _show_nearest(screen, answer, rag)


def show_support(screen: Screen, found: Support) -> None:
    """Print the verdict on a claim, and the sentences that back it."""
    screen.line(
        (found.verdict, "bold" if found.citations else "yellow"),
        f"  support {found.support:.2f} (supported from {found.threshold:.2f} on)",
    )
    for citation in found.citations:
        screen.blank()
        _show_citation(screen, citation)


def _show_citation(screen: Screen, citation: Citation) -> None:
    place = _place(citation.source, _day(citation))
    screen.line((f"[{citation.number}] ", "cyan"), (_title(citation.title), "bold"), place)
    screen.paragraph(f"“{citation.quote}”", INDENT)
    screen.line(" " * INDENT, (_look(citation.article_id), "dim"))
    also = also_in(citation, lambda copy, name: f"{name} ({_show(copy.article_id)})")
    if also:
        screen.line(" " * INDENT, (also, "dim"))


def _show_nearest(screen: Screen, answer: Answer, rag: Rag) -> None:
    shown = 0
    for evidence in answer.evidence:
        try:
            article = rag.article(evidence.article_id)
            sentence = rag.sentences(evidence.article_id)[evidence.sentence]
        except (ArticleNotFound, IndexError):  # removed or changed since the answer was made: then it is no help
            continue
        if not shown:
            screen.blank()
            screen.line(("Nearest passages, which are not an answer:", "dim"))
        screen.line("  - ", (_title(article.title), "dim"), (_described(article), "dim"))
        screen.paragraph(article.text[sentence.start : sentence.end], INDENT, style="dim")
        screen.line(" " * INDENT, (_look(article.id), "dim"))
        shown += 1
        if shown == N_NEAREST:
            return


def show_hits(screen: Screen, hits: Sequence[Hit], articles: dict[str, Article]) -> None:
    """Print passages with rank and score, best first."""
    if not hits:
        screen.line("No passage found.")
    for rank, hit in enumerate(hits, start=1):
        article = articles[hit.passage.article_id]
        if rank > 1:
            screen.blank()
        screen.line(
            (f"{rank:>2}. ", "cyan"), f"{hit.score:.4f}  ", (_title(article.title), "bold"), _described(article)
        )
        screen.paragraph(hit.passage.text, INDENT)
        screen.line(" " * INDENT, (_look(article.id), "dim"))


def show_list(screen: Screen, articles: Iterable[Article]) -> None:
    """Print an article a line: id, day, source, title; columns on a terminal, tabs between them through a pipe."""
    for article in articles:
        cells = (article.id, _day(article) or "-", article.source or "-", article.title or "-")
        if screen.wide:
            screen.line("\t".join(one_line(cell) for cell in cells))
        else:
            screen.line(
                (f"{one_line(cells[0]):<24}  ", "cyan"), f"{cells[1]:<10}  {one_line(cells[2]):<16}  {cells[3]}"
            )


def show_article(
    screen: Screen, article: Article, sentences: Sequence[Sentence] | None, copies: Sequence[Article] = ()
) -> None:
    """Print an article whole; with `sentences`, one sentence a paragraph behind its number as citations count it.

    Other copies of its story are named under its head, a line each.

    Sentences that are somebody's words say whose behind the number: `[12] quote · Wang Yi`.
    """
    screen.paragraph(_title(article.title), style="bold")
    authors = f"by {', '.join(article.authors)}" if article.authors else None
    about = [part for part in (article.source, _day(article), article.section, authors) if part]
    for line in (", ".join(about), article.url, f"id {article.id}", article.digest):
        if line:
            screen.line((line, "dim"))
    for copy in copies:
        screen.line((f"the same story: {_title(copy.title)}{_described(copy)} ({_show(copy.id)})", "dim"))
    screen.blank()
    if sentences is None:
        screen.paragraph(article.text)
        return
    labels = speeches(article.text, [(sentence.start, sentence.end) for sentence in sentences])
    for sentence, speech in zip(sentences, labels, strict=True):
        said = f"{one_line(in_words(speech))}  " if speech.kind != "narration" else ""
        screen.line((f"[{sentence.ordinal}] ", "cyan"), (said, "dim"), f"{sentence.start}–{sentence.end}")
        screen.paragraph(article.text[sentence.start : sentence.end], INDENT)


def _title(title: str) -> str:
    return one_line(title) or "(no title)"


def _day(dated: Article | Citation) -> str | None:
    return dated.published.isoformat() if dated.published else None


def _described(article: Article) -> str:
    return _place(article.source, _day(article))


def _place(source: str | None, day: str | None) -> str:
    known = [part for part in (source, day) if part]
    return f" — {', '.join(known)}" if known else ""


def _show(article_id: str) -> str:
    return f"rag show {shlex.quote(article_id)}"


def _look(article_id: str) -> str:
    return f"{_show(article_id)} --sentences"
