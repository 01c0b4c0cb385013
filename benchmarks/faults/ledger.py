"""What an answer says against what the log held at its generation. Reads `articles.db` as index/README.md documents it.

Uses none of the package's own reading: what it judges must not be the judge.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

LIVE = """SELECT id, title, source, url, published,
    CASE text WHEN '' THEN coalesce((SELECT a.text FROM articles a WHERE a.digest = articles.digest AND a.text != ''
    ORDER BY a.row DESC LIMIT 1), '') ELSE text END, sentences
    FROM articles WHERE added <= ?1 AND (removed IS NULL"""


@dataclass(frozen=True, slots=True)
class Held:
    """An article as the log held it; `spans` are start and end of its sentences."""

    title: str
    source: str | None
    url: str | None
    published: str | None
    text: str
    spans: list[list[int]]

    @property
    def digest(self) -> str:
        """The digest of the text, computed anew."""
        return "sha256:" + hashlib.sha256(self.text.encode()).hexdigest()


class Ledger:
    """The articles of an index at any of its generations."""

    def __init__(self, path: Path) -> None:
        """Open the log of the index in `path` for reading."""
        self._connection = sqlite3.connect(f"file:{path / 'articles.db'}?mode=ro", uri=True)
        self.at = cache(self._at)

    def _at(self, generation: int) -> dict[str, Held]:
        rows = self._connection.execute(f"{LIVE} OR removed > ?1)", (generation,))
        return {row[0]: Held(*row[1:6], np.frombuffer(row[6], "<i4").reshape(-1, 2).tolist()) for row in rows}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def foreign(answer: Any, held: dict[str, Held]) -> list[str]:
    """Return what an answer cites or has weighed that is not of its generation, whose articles are `held`."""
    out = []
    for citation in answer.citations:
        article = held.get(citation.article_id)
        if article is None:
            out.append(f"it cites {citation.article_id}, which is not there")
        elif citation.digest != article.digest:
            out.append(f"it cites another text of {citation.article_id}")
        elif described(citation) != (article.title, article.source, article.url, article.published):
            out.append(f"it describes another {citation.article_id}")
    for evidence in answer.evidence:
        article = held.get(evidence.article_id)
        if article is None or not 0 <= evidence.sentence < len(article.spans):
            out.append(f"it weighs sentence {evidence.sentence} of {evidence.article_id}, which is not there")
    return out


def described(citation: Any) -> tuple[str, str | None, str | None, str | None]:
    """Return what a citation says of its article."""
    published = citation.published and citation.published.isoformat()
    return citation.title, citation.source, citation.url, published


def misquoted(answer: Any, held: dict[str, Held]) -> list[str]:
    """Return the citations whose quote is not, byte for byte, the text at its span, or not the sentences it names."""
    out = []
    for citation in answer.citations:
        article = held.get(citation.article_id)
        text = article.text[citation.start : citation.end] if article else ""
        spans = [article.spans[n] for n in citation.sentences if n < len(article.spans)] if article else []
        whole = bool(spans) and [spans[0][0], spans[-1][1]] == [citation.start, citation.end]
        if text.encode() != citation.quote.encode() or not whole:
            out.append(f"[{citation.number}] quotes {citation.quote[:60]!r}, not {text[:60]!r}")
    return out
