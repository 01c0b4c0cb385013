"""The list of articles, the welcome of the conversation, and the report of an addition."""

from __future__ import annotations

from collections.abc import Sequence

from rag.page.article import DOT, article_html
from rag.page.escape import count, escape, time_tag
from rag.types import AddReport, Article

N_SKIPPED_SHOWN = 20  # reasons of one file that the report spells out; a whole broken feed would fill the page

# About the starter article; offered only where it is indexed. The last one is not answered by it, on purpose.
STARTER_TITLE = "hold candid talks in Beijing"
STARTER_QUESTIONS = (
    "What did Blinken raise with Xi?",
    "Why was Blinken’s trip postponed from February?",
    "What did Xi Jinping have for lunch?",
)


def questions_for(articles: Sequence[Article], starter: bool) -> tuple[str, ...]:
    """Return questions to start from: those about the starter article, or made from the newest headlines."""
    if starter:
        return STARTER_QUESTIONS
    titles = [article.title.strip() for article in articles if article.title.strip()]
    return tuple(f"What is reported about “{title}”?" for title in titles[:3])


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
    stock = count(n_articles, "article") if n_articles else "no articles yet"
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
    total = f"{shown} of {count(n_articles, 'article')}" if query or more else count(n_articles, "article")
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
        f'<div class="rag-reader"><p class="rag-total">{count(n_sentences, "sentence")} · '
        f'<span class="rag-id">{escape(article.id)}</span></p>{article_html(article)}</div>'
    )


def report_html(name: str, report: AddReport | str) -> str:
    """Return what became of one file or pasted text; `report` is a message where it failed as a whole."""
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
        f"{escape(', '.join(parts) or 'nothing found in it')}{_skipped(report)}</div>"
    )


def removed_html(article_id: str) -> str:
    """Return that an article is gone."""
    return f'<div class="rag-report"><strong>{escape(article_id)}</strong> was removed from the index</div>'


def _skipped(report: AddReport) -> str:
    if not report.skipped:
        return ""
    shown = "".join(f"<li>{escape(str(skipped))}</li>" for skipped in report.skipped[:N_SKIPPED_SHOWN])
    rest = len(report.skipped) - N_SKIPPED_SHOWN
    return f"<ul>{shown}{f'<li>and {rest:,} more</li>' if rest > 0 else ''}</ul>"
