"""The messages of the conversation: question, answer, abstention, notice, progress; each one line of HTML.

The sanitiser of the conversation keeps `class`, `id`, `title` and `value` and drops `data-…`, `aria-…` and handlers:
a marker is a `<button class="rag-spot" value="SPOT">`, and panel.js listens for all of them at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rag.answer_json import answer_to_json
from rag.answering.speech import in_words
from rag.display import UNBACKED, also_in, counted
from rag.markdown import link, one_line
from rag.page.escape import day, escape, safe_address
from rag.page.filters import NOTHING, asked_again
from rag.page.sources import Sources, Spot
from rag.types import Answer, Citation, Copy, Statement

# Bands for words, not decisions: whether to answer at all was decided before, at a confidence of a half.
WELL_SUPPORTED = 0.85
SUPPORTED = 0.65

STEP_WORDS = {
    "standalone": "Searching the articles",
    "retrieve": "Reading what was found",
    "evidence": "Writing the answer",
    "answer": "Checking every citation",
    "check": "Checking every citation",
}
"""What happens after each step is done; a step that is not named here changes nothing on the page."""

_MOST_OF = 0.6
"""Share of a statement's characters beyond which its short answer is not set apart."""

_MARKERS_AT_END = re.compile(r"(?:\s*\[\d+\])+(?=[.!?]?\s*$)")


def question_html(question: str) -> str:
    """Return what the asker wrote, literally."""
    return f'<div class="rag-question">{escape(question)}</div>'


def working_html(words: str = "Understanding the question") -> str:
    """Return what is shown while an answer is being made."""
    return f'<div class="rag-working"><span class="rag-pulse"></span>{escape(words)}…</div>'


def growing_html(answer: Answer) -> str:
    """Return the statements so far, without markers: those come with the whole answer."""
    text = " ".join(_MARKERS_AT_END.sub("", statement.text) for statement in answer.statements)
    return f'<div class="rag-growing"><p>{escape(text or answer.text)}</p></div>'


def notice_html(message: str) -> str:
    """Return an error in words, in place of an answer."""
    return f'<div class="rag-notice"><strong>That didn&#39;t work.</strong> {escape(message)}</div>'


def passed_over_html() -> str:
    """Return what stands for an answer that was not waited for."""
    return '<div class="rag-notice">Not answered: something else was asked meanwhile.</div>'


def answer_html(answer: Answer, sources: Sources, filters: Mapping[str, Any] = NOTHING) -> str:
    """Return an answer with its markers, or an abstention with the closest passages, named as what they are.

    Args:
        answer: What is shown.
        sources: What it cites.
        filters: What it was allowed to use, as `Rag.stream` takes it.
    """
    shown = _abstention if answer.abstained else _statements
    return shown(answer, sources, _saving(answer, sources.key, filters))


def support_in_words(answer: Answer) -> str:
    """Say how far the articles back the answer: strength, then from how many articles; copies of a story are one.

    Strength is the confidence that the articles answer: it is calibrated, which the support of one sentence is not.
    """
    words = {"well": "Well supported", "some": "Supported", "weak": "Weakly supported"}[_level(answer)]
    n_articles = len({citation.story or citation.article_id for citation in answer.citations})
    return f"{words} · one source" if n_articles == 1 else f"{words} · {counted(n_articles, 'article')}"


def _level(answer: Answer) -> str:
    if answer.confidence >= WELL_SUPPORTED:
        return "well"
    return "some" if answer.confidence >= SUPPORTED else "weak"


def footnotes_text(answer: Answer) -> str:
    """Return the answer as Markdown with footnotes: quote, title with its link, source, date.

    Where it is pasted, the words of articles are words: they fetch nothing, and each footnote is a line.
    """
    body = " ".join(one_line(s.text) + "".join(f"[^{number}]" for number in s.citations) for s in answer.statements)
    notes = []
    for citation in answer.citations:
        linked = link(citation.title or "Untitled", safe_address(citation.link))
        source = one_line(citation.source or "")
        published = citation.published.isoformat() if citation.published else None
        where = ", ".join(part for part in (linked, source, published, also_in(citation, _linked)) if part)
        notes.append(f"[^{citation.number}]: “{one_line(citation.quote)}” {where}")
    return "\n".join([body, "", *notes])


def _linked(copy: Copy, name: str) -> str:
    return link(name, safe_address(copy.link))


def _marker(number: int, spot: Spot | None, citation: Citation | None) -> str:
    if spot is None or citation is None:  # a statement names a citation the answer lacks: show it as plain text
        return escape(f"[{number}]")
    title = f"Source {number}: {citation.title or 'Untitled'}"
    return (
        f'<button type="button" class="rag-spot rag-marker" value="{spot.id}" title="{escape(title)}">'
        f'<span class="rag-hidden">[</span>{number}<span class="rag-hidden">]</span></button>'
    )


def _saving(answer: Answer, key: str, filters: Mapping[str, Any]) -> str:
    """Return what saves the answer and links to its question, with the JSON that `rag verify` reads."""
    form = json.dumps(answer_to_json(answer))  # in ASCII: what no page can show stays what it is
    return (
        f'<button type="button" class="rag-save" value="{key}" title="Save the answer as JSON, for rag verify">JSON'
        f'</button><button type="button" class="rag-link" value="{escape(asked_again(answer, filters))}" '
        f'title="Copy a link that asks this again">Link</button>'
        f'<button type="button" class="rag-keep" value="{key}" title="Ask it again whenever added articles touch what '
        f'its answer rests on">Save question</button><pre hidden id="json-{key}">{escape(form)}</pre>'
    )


def _card(spot: Spot) -> str:
    """Return the hidden text of the card that appears beside a marker under the pointer."""
    said = in_words(spot.speech)
    tag = f'<span class="rag-said">{escape(said)}</span>' if said else ""
    also = also_in(spot.citation) if spot.citation else ""
    published = day(spot.citation.published) if spot.citation else ""
    where = " · ".join(part for part in (spot.source, published, also) if part)
    return (
        f'<div hidden id="card-{spot.id}">{tag}<q>{escape(spot.quote)}</q>'
        f"<cite>{escape(spot.title or 'Untitled')}</cite>"
        f"<small>{escape(where)}</small></div>"
    )


def _statements(answer: Answer, sources: Sources, saving: str) -> str:
    spots = {spot.number: spot for spot in sources.spots}
    citations = {citation.number: citation for citation in answer.citations}
    sentences = []
    for statement in answer.statements:
        text = _said(statement)
        markers = "".join(_marker(n, spots.get(n), citations.get(n)) for n in statement.citations)
        sentences.append(f'<span class="rag-statement">{text}{markers}</span>')
    as_of = f'<span class="rag-asof">as of {answer.as_of.isoformat()}</span>' if answer.as_of else ""
    return (
        f'<div class="rag-answer">{_preface(answer)}<p>{" ".join(sentences)}</p><div class="rag-foot">'
        f'<span class="rag-support rag-{_level(answer)}">{escape(support_in_words(answer))}</span>{as_of}'
        f'<button type="button" class="rag-copy" value="{sources.key}" title="Copy the answer with its footnotes">'
        f"Copy</button>{saving}"
        f'</div><pre hidden id="copy-{sources.key}">{escape(footnotes_text(answer))}</pre>'
        f"{''.join(map(_card, sources.spots))}</div>"
    )


def _said(statement: Statement) -> str:
    """Return a statement's words as HTML; one that nothing backs stands apart and says so."""
    words = _MARKERS_AT_END.sub("", statement.text)
    if not statement.citations and words.endswith(UNBACKED):
        plain = escape(words.removesuffix(UNBACKED).rstrip())
        return f'<span class="rag-unbacked">{plain} <em>not backed by the articles</em></span>'
    return _with_short(words, statement.short, statement.short_at)


def _with_short(text: str, short: str | None, at: int | None) -> str:
    """Return a statement as HTML, its short answer standing out; one that is most of the statement would not.

    Where it is not known where that stands, it is the first place at which it is no part of a longer word.
    """
    if not short or len(short) > _MOST_OF * len(text):
        return escape(text)
    if at is None or not text.startswith(short, at):
        found = re.search(rf"(?<!\w){re.escape(short)}(?!\w)", text)
        if found is None:
            return escape(text)
        at = found.start()
    before, after = escape(text[:at]), escape(text[at + len(short) :])
    return f'{before}<strong class="rag-short">{escape(short)}</strong>{after}'


def _preface(answer: Answer) -> str:
    """Return why the answer is not as it was asked for, and how a follow-up was understood; each only where it is."""
    note = f'<div class="rag-note">{escape(answer.notice)}</div>' if answer.notice else ""
    asked, read = (" ".join(q.lower().split()).rstrip("?!. ") for q in (answer.question, answer.standalone_question))
    understood = f'<div class="rag-readas">Read as: {escape(answer.standalone_question)}</div>'
    return note if asked == read else note + understood


def _abstention(answer: Answer, sources: Sources, saving: str) -> str:
    near = "".join(
        f'<li><button type="button" class="rag-spot rag-closest" value="{spot.id}"><q>{escape(spot.quote)}</q>'
        f"<cite>{escape(spot.title or 'Untitled')}</cite></button></li>"
        for spot in sources.spots
    )
    closest = (
        f'<div class="rag-nearby"><h2>Closest passages, not an answer</h2><ol>{near}</ol></div>'
        if sources.spots
        else ""
    )
    return (
        f'<div class="rag-answer rag-abstained">{_preface(answer)}<p>{escape(answer.text)}</p>{closest}'
        f'<div class="rag-foot">{saving}</div></div>'
    )
