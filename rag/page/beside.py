"""What the page shows of an answer that its JSON leaves out: kept beside that JSON, and put back.

Why no language model worded it, what stands out in a statement, which story a citation's article tells and who else
has it. Whatever comes back from a browser can be anything; what can't be used is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rag.types import Answer, Copy


def beside(answer: Answer) -> dict[str, Any]:
    """Return it as JSON can have it: a list's entries are those of the statements or citations, in their order."""
    return {
        "notice": answer.notice,
        "short": [statement.short for statement in answer.statements],
        "short_at": [statement.short_at for statement in answer.statements],
        "story": [citation.story for citation in answer.citations],
        "also": [[_written(copy) for copy in citation.also] for citation in answer.citations],
    }


def with_beside(answer: Answer, kept: object) -> Answer:
    """Return the answer with what `beside` made of it."""
    if not isinstance(kept, Mapping):
        return answer
    short, places = (_listed(kept, name, len(answer.statements)) for name in ("short", "short_at"))
    story, also = (_listed(kept, name, len(answer.citations)) for name in ("story", "also"))
    return replace(
        answer,
        notice=_text(kept.get("notice")),
        statements=tuple(
            replace(s, short=_text(words), short_at=_place(at))
            for s, words, at in zip(answer.statements, short, places, strict=True)
        ),
        citations=tuple(
            replace(citation, story=_text(of) or "", also=_copies(copies))
            for citation, of, copies in zip(answer.citations, story, also, strict=True)
        ),
    )


def _written(copy: Copy) -> dict[str, str | None]:
    return {"article_id": copy.article_id, "title": copy.title, "source": copy.source, "link": copy.link}


def _copies(kept: object) -> tuple[Copy, ...]:
    rows = [row for row in kept if isinstance(row, Mapping)] if isinstance(kept, list) else []
    texts = [[_text(row.get(name)) for name in ("article_id", "title", "source", "link")] for row in rows]
    return tuple(Copy(article_id or "", title or "", source, link) for article_id, title, source, link in texts)


def _listed(kept: Mapping[str, Any], name: str, n: int) -> list[Any]:
    values = kept.get(name)
    return [*values] if isinstance(values, list) and len(values) == n else [None] * n


def _place(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
