"""The JSON that commands print and the HTTP API returns, beside that of an answer (`rag.answer_json`).

Knows the nouns and the keys that scripts rely on; knows nothing of where they go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.answer_json import answer_to_json, citation_to_json
from rag.types import AddReport, Answer, Article, Hit, Sentence

if TYPE_CHECKING:
    from rag.support import Corroboration, Support


def article_form(article: Article) -> dict[str, Any]:
    """Return what describes an article, without its text."""
    return {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "authors": list(article.authors),
        "published": article.published.isoformat() if article.published else None,
        "section": article.section,
        "digest": article.digest,
        "n_chars": len(article.text),
    }


def shown_form(article: Article, sentences: Iterable[Sentence]) -> dict[str, Any]:
    """Return an article whole, with where its sentences stand: `text[start:end]` is the sentence."""
    return article_form(article) | {
        "text": article.text,
        "sentences": [{"ordinal": s.ordinal, "start": s.start, "end": s.end} for s in sentences],
    }


def hits_form(hits: Iterable[Hit], articles: Mapping[str, Article]) -> dict[str, Any]:
    """Return the hits, best first; `articles` has the article of each by id."""
    return {"hits": [_hit(hit, articles[hit.passage.article_id]) for hit in hits]}


def _hit(hit: Hit, article: Article) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "score": round(float(hit.score), 6),  # six digits tell any two hits of one search apart that differ in earnest
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.text,
    }


def support_form(found: Support) -> dict[str, Any]:
    """Return how far a claim is backed; the keys that an answer has too are as in an answer."""
    answer = Answer(
        question=found.claim,
        standalone_question=found.claim,
        as_of=found.as_of,
        text=found.verdict,
        abstained=not found.citations,
        confidence=found.support,
        statements=(),
        citations=found.citations,
        evidence=found.evidence,
        generation=found.generation,
        models=found.models,
        timings_ms=found.timings_ms,
    )
    form = answer_to_json(answer)
    shared = ("citations", "evidence", "generation", "models", "timings_ms")
    return {
        "claim": found.claim,
        "as_of": form["as_of"],
        "verdict": found.verdict,
        "support": form["confidence"],
        "threshold": round(found.threshold, 4),
    } | {key: form[key] for key in shared}


def corroboration_form(found: Corroboration) -> dict[str, Any]:
    """Return which other articles report a sentence; each report is a citation, with its days and whether a copy."""
    return {
        "article_id": found.article_id,
        "sentence": found.sentence,
        "quote": found.quote,
        "reports": [
            citation_to_json(report.citation) | {"days": report.days, "verbatim": report.verbatim}
            for report in found.reports
        ],
        "threshold": round(found.threshold, 4),
        "generation": found.generation,
        "timings_ms": {step: round(ms, 1) for step, ms in found.timings_ms.items()},
    }


def report_form(report: AddReport) -> dict[str, Any]:
    """Return all that an addition did, every skipped record with its reason."""
    return {
        "added": list(report.added),
        "updated": list(report.updated),
        "unchanged": list(report.unchanged),
        "duplicates": list(report.duplicates),
        "skipped": [{"origin": s.origin, "line": s.line, "reason": s.reason} for s in report.skipped],
        "n_passages": report.n_passages,
        "generation": report.generation,
    }


def plain_form(value: Any) -> Any:
    """Return a dataclass as plain JSON values, field by field in order: for reports whose fields may grow."""
    if is_dataclass(value):
        return {f.name: plain_form(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain_form(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_form(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value
