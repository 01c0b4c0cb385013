"""The list of saved questions: each with its present answer, and which cited sentences came and went since it was read.

Knows saved questions and articles; nothing of files or of how they are asked again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from rag.display import counted
from rag.page.article import DOT
from rag.page.escape import day, escape, time_tag
from rag.saved import Change, SavedQuestion, change_of
from rag.saved.changes import why_gone
from rag.saved.filters import as_arguments, in_words
from rag.types import Answer, Article, Citation, Constraints

_GONE = {
    "removed": "its article was removed",
    "changed": "its article has changed",
    "passed over": "it still stands there, but others answer better",
}
_TURNED = {
    "answered": "The articles answer this now.",
    "unanswered": "The articles no longer answer this.",
}

FindArticle = Callable[[str], Article]


def kept_html(key: str, *, new: bool) -> str:
    """Return that the question of an answer is saved; saved.js marks the answer's button."""
    told = "Saved. It is asked again when added articles touch what its answer rests on." if new else "Saved already."
    return (
        f'<div class="rag-kept" role="status" data-key="{escape(key)}">{told} '
        '<button type="button" class="rag-to-saved">Saved questions</button></div>'
    )


def watchlist_html(saved: Sequence[SavedQuestion], newest: int, article: FindArticle) -> str:
    """Return all saved questions, those whose answer has changed first.

    Args:
        saved: In the order to show them in.
        newest: The newest generation; a question that was not looked at since is told to be.
        article: Finds an article by its id.
    """
    if not saved:
        return (
            '<div class="rag-panel rag-blank"><h2>Saved questions</h2><p>“Save question” below an answer keeps it '
            "here. It is asked again when articles are added that touch what its answer rests on, and shows which "
            "sentences came and which went. Save one that the articles don&#39;t answer yet, too.</p></div>"
        )
    changes = {one.number: change_of(one.read, one.present) for one in saved}
    ordered = sorted(saved, key=lambda one: not changes[one.number])
    n_changed = sum(map(bool, changes.values()))
    n_due = sum(one.checked != newest and not one.failure for one in saved)
    due = '<p class="rag-looking"><span class="rag-pulse"></span>Looking at what was added…</p>' if n_due else ""
    rows = "".join(_row(one, changes[one.number], article) for one in ordered)
    return (
        f'<div class="rag-watchlist"><h2>Saved questions <small>{counted(len(saved), "question")}, '
        f"{n_changed:,} changed</small></h2>{due}{rows}</div>"
    )


def filters_html(given: Constraints) -> str:
    """Return the filters of a question in words; nothing where it has none."""
    return "".join(f'<span class="rag-filter">{escape(words)}</span>' for words in in_words(given))


def again_button(question: str, given: Constraints, label: str = "Ask now") -> str:
    """Return the button that asks a question anew, with its filters, in the Ask tab."""
    arguments = {name: value for name, value in as_arguments(given).items() if value}
    form = json.dumps(arguments, default=str, ensure_ascii=False)
    return (
        f'<button type="button" class="rag-again" value="{escape(question)}" data-filters="{escape(form)}">'
        f"{label}</button>"
    )


def _row(one: SavedQuestion, change: Change, article: FindArticle) -> str:
    about = [f"Saved {day(one.saved_at.date())}", f"last checked {day(one.checked_at.date())}"]
    kind = " rag-changed" if change else ""
    accept = (
        f'<button type="button" class="rag-accept" value="{one.number}" data-generation="{one.present.generation}">'
        "Mark as read</button>"
        if change
        else ""
    )
    return (
        f'<article class="rag-watched{kind}"><h3>{escape(one.question)}</h3>'
        f'<p class="rag-about">{DOT.join(about)}{filters_html(one.given)}</p>'
        f"{_verdict(one, change)}{_answer(one.present)}{_moved(change, article)}{_rests_on(one.present, change)}"
        f'<div class="rag-foot">{accept}{again_button(one.question, one.given)}'
        '<details class="rag-delete"><summary>Delete</summary>'
        f'<button type="button" class="rag-drop" value="{one.number}">Yes, delete it</button></details></div></article>'
    )


def _verdict(one: SavedQuestion, change: Change) -> str:
    failed = (
        f'<p class="rag-verdict rag-poor">It could not be asked again: {escape(one.failure)}</p>' if one.failure else ""
    )
    since = time_tag(one.read_at.date())
    if not change:
        return failed + f'<p class="rag-verdict">Nothing changed since {since}</p>'
    turned = _TURNED[change.turned] + " " if change.turned else ""
    n_came, n_went = len(change.came), len(change.went)
    if n_came and n_went:
        moved = f"{counted(n_came, 'sentence')} came, {n_went:,} went"
    else:
        moved = f"{counted(n_came + n_went, 'sentence')} {'came' if n_came else 'went'}"
    return f'{failed}<p class="rag-verdict rag-news">{turned}Since {since}: {moved}</p>'


def _answer(answer: Answer) -> str:
    text = " ".join(statement.text for statement in answer.statements) or answer.text
    return f'<p class="rag-present">{escape(text)}</p>'


def _moved(change: Change, article: FindArticle) -> str:
    came = "".join(_cited(citation, "+", "came") for citation in change.came)
    went = "".join(_cited(c, "−", "went", _GONE[why_gone(c, article)]) for c in change.went)
    return f'<ul class="rag-sentences">{came}{went}</ul>' if came or went else ""


def _rests_on(answer: Answer, change: Change) -> str:
    """Return the cited sentences that stayed, folded away."""
    came = {citation.number for citation in change.came}
    stayed = [citation for citation in answer.citations if citation.number not in came]
    if not stayed:
        return ""
    rows = "".join(_cited(citation, "", "stayed") for citation in stayed)
    word = "also rests on" if change else "rests on"
    return (
        f'<details class="rag-rests"><summary>It {word} {counted(len(stayed), "sentence")}</summary>'
        f'<ul class="rag-sentences">{rows}</ul></details>'
    )


def _cited(citation: Citation, sign: str, kind: str, why: str = "") -> str:
    title = escape(citation.title or "Untitled")
    address = "?" + urlencode({"article": citation.article_id, "s": citation.sentences[0] if citation.sentences else 0})
    named = title if kind == "went" else f'<a href="{escape(address)}">{title}</a>'
    about = [escape(part) for part in (citation.source, day(citation.published), why) if part]
    told = f'<span class="rag-sign" aria-hidden="true">{sign}</span>' if sign else ""
    spoken = f'<span class="rag-hidden">{kind}: </span>' if sign else ""
    return (
        f'<li class="rag-{kind}">{told}{spoken}<q>{escape(citation.quote)}</q>'
        f"<small>{named}{DOT}{DOT.join(about)}</small></li>"
    )
