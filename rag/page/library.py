"""The list of articles, the welcome of the conversation, and the report of an addition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.display import counted
from rag.page.article import DOT, article_html
from rag.page.escape import escape, time_tag
from rag.types import AddReport, Article

N_SKIPPED_SHOWN = 20  # reasons of one file that the report spells out; a whole broken feed would fill the page
N_UNFOLDED = 10  # articles of one file that are listed in the open; more of them push the next file's report away
N_FATES_SHOWN = 200  # articles of one file that are listed at all: a file can have a hundred thousand

# About the starter article; offered only where it is indexed. The last one is not answered by it, on purpose.
STARTER_TITLE = "hold candid talks in Beijing"
STARTER_QUESTIONS = (
    "What did Blinken raise with Xi?",
    "Why was Blinken’s trip postponed from February?",
    "What did Xi Jinping have for lunch?",
)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one article of a file, a feed or a folder.

    Attributes:
        what: "added", "updated" or "unchanged".
        title: Its title, or its id where it has none.
        twin: Id of another article with the very same text; None where there is none.
    """

    what: str
    title: str
    twin: str | None = None


def questions_for(articles: Sequence[Article], starter: bool, tried: Sequence[str] = ()) -> tuple[str, ...]:
    """Return three questions to start from, fewer where there are fewer articles.

    Args:
        articles: The newest ones; where too few questions were tried, their headlines make some.
        starter: The starter article is there: then the questions are those about it.
        tried: Questions that the articles are known to answer.
    """
    if starter:
        return STARTER_QUESTIONS
    titles = [article.title.strip() for article in articles if article.title.strip()]
    return tuple([*tried, *(f"What is reported about “{title}”?" for title in titles)][:3])


def welcome_html(n_articles: int, questions: Sequence[str]) -> str:
    """Return what the conversation shows before the first question; how to add articles where there are none."""
    if n_articles == 0:
        return (
            '<div class="rag-welcome"><h2>No articles yet</h2><p>Answers come only from articles you add. '
            'Upload files or paste a text, or run <code class="rag-code">rag add PATH</code> in a terminal.</p>'
            '<button type="button" class="rag-goto">Add articles</button></div>'
        )
    examples = "".join(
        f'<button type="button" class="rag-example" value="{escape(question)}">{escape(question)}</button>'
        for question in questions
    )
    return (
        f'<div class="rag-welcome"><h2>What would you like to know?</h2><p>Every sentence of an answer is cited '
        "to the exact sentence of an article it rests on. What the articles don&#39;t say, no answer says.</p>"
        f'<div class="rag-examples">{examples}</div></div>'
    )


def header_html(n_articles: int) -> str:
    """Return the masthead: name, and how much is indexed."""
    stock = counted(n_articles, "article") if n_articles else "no articles yet"
    return (
        f'<div class="rag-masthead"><h1>Ask the news</h1><span class="rag-motto">Answers cited to the sentence</span>'
        f'<span class="rag-stock">{stock}</span></div>'
    )


def list_html(articles: Sequence[Article], n_articles: int, query: str, *, more: bool) -> str:
    """Return the rows of the list.

    Args:
        articles: Those to show, in order.
        n_articles: How many are indexed altogether.
        query: What was searched for; empty for all.
        more: Whether there are further ones to load.
    """
    if not articles:
        message = f"No article matches “{escape(query)}”." if query else "No articles yet. Add the first one."
        return f'<div class="rag-list"><p class="rag-none">{message}</p></div>'
    shown = f"{len(articles):,}" + (" or more" if more else "")
    total = f"{shown} of {counted(n_articles, 'article')}" if query or more else counted(n_articles, "article")
    button = '<button type="button" class="rag-more">Show more</button>' if more else ""
    rows = "".join(map(_row, articles))
    return f'<div class="rag-list"><p class="rag-total">{total}</p><ul>{rows}</ul>{button}</div>'


def _row(article: Article) -> str:
    parts = [escape(article.source)] if article.source else []
    parts += [time_tag(article.published), f'<span class="rag-id">{escape(article.id)}</span>']
    return (
        f'<li><button type="button" class="rag-row" value="{escape(article.id)}"><span class="rag-row-title">'
        f'{escape(article.title or "Untitled")}</span><span class="rag-row-about">'
        f"{DOT.join(parts)}</span></button></li>"
    )


def reader_html(article: Article, n_sentences: int) -> str:
    """Return one article opened from the list."""
    return (
        f'<div class="rag-reader"><p class="rag-total">{counted(n_sentences, "sentence")} · '
        f'<span class="rag-id">{escape(article.id)}</span></p>{article_html(article)}</div>'
    )


def report_html(name: str, report: AddReport | str, fates: Sequence[Fate] = ()) -> str:
    """Return what became of one file or pasted text; `report` is a message where it failed as a whole.

    Args:
        name: Of the file, or its address.
        report: What the addition did, or why it did nothing.
        fates: What became of each article; the first `N_FATES_SHOWN` of them will do.
    """
    if isinstance(report, str):
        return f'<div class="rag-report rag-failed"><strong>{escape(name)}</strong> {escape(report)}</div>'
    parts = [
        f"{len(ids):,} {word}"
        for word, ids in (("added", report.added), ("updated", report.updated), ("unchanged", report.unchanged))
        if ids
    ]
    if report.duplicates:
        parts.append(f"{len(report.duplicates):,} with the same text as another article")
    if report.skipped:
        parts.append(f"{len(report.skipped):,} skipped")
    state = "" if report.added or report.updated or report.unchanged else " rag-failed"
    return (
        f'<div class="rag-report{state}"><strong>{escape(name)}</strong> '
        f"{escape(', '.join(parts) or 'nothing found in it')}{_skipped(report)}{_fates(name, report, fates)}</div>"
    )


def removed_html(article_id: str) -> str:
    """Return that an article is gone."""
    return f'<div class="rag-report"><strong>{escape(article_id)}</strong> was removed from the index</div>'


def reindexed_html(n_articles: int, generation: int, anew: bool, elapsed_s: float) -> str:
    """Return that the search structures are built anew, and (`anew`) every article is encoded anew."""
    done = "encoded anew, and their search structures built" if anew else "have new search structures"
    return (
        f'<div class="rag-report"><strong>Re-index</strong> {counted(n_articles, "article")} {done}, '
        f"in {elapsed_s:,.1f} s; generation {generation:,}</div>"
    )


def _fates(name: str, report: AddReport, fates: Sequence[Fate]) -> str:
    n_articles = len(report.added) + len(report.updated) + len(report.unchanged)
    if not fates or (n_articles == 1 and fates[0].title == name and not fates[0].twin):  # the line above has said it
        return ""
    rest = n_articles - len(fates)
    rows = "".join(map(_fate, fates)) + (f"<li>and {rest:,} more</li>" if rest > 0 else "")
    listed = f'<ul class="rag-fates">{rows}</ul>'
    if n_articles <= N_UNFOLDED:
        return listed
    return f"<details><summary>What became of each of the {n_articles:,}</summary>{listed}</details>"


def _fate(fate: Fate) -> str:
    twin = f'{DOT}same text as <span class="rag-id">{escape(fate.twin)}</span>' if fate.twin else ""
    return f"<li><b>{fate.what}</b> {escape(fate.title)}{twin}</li>"


def _skipped(report: AddReport) -> str:
    if not report.skipped:
        return ""
    shown = "".join(f"<li>{escape(str(skipped))}</li>" for skipped in report.skipped[:N_SKIPPED_SHOWN])
    rest = len(report.skipped) - N_SKIPPED_SHOWN
    return f"<ul>{shown}{f'<li>and {rest:,} more</li>' if rest > 0 else ''}</ul>"
