"""What the API replies, as pydantic models: the OpenAPI page shows them, and MCP its tools' output by them.

The JSON itself is made by `rag.answer_json` and `rag.forms`; a test holds these models to it, key by key.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Probability = Annotated[float, Field(ge=0, le=1)]


class StatementReply(BaseModel):
    """One sentence of an answer."""

    text: str
    citations: Annotated[list[int], Field(description="Numbers of its citations.")]
    support: Probability


class CitationReply(BaseModel):
    """Where a statement stands: `text[start:end]` of the article, in Unicode code points, is the quote."""

    number: int
    article_id: str
    title: str
    source: str | None
    url: str | None
    published: str | None
    sentences: list[int]
    start: int
    end: int
    quote: str
    digest: Annotated[str, Field(description="`sha256:…` of the article's text.")]
    support: Probability
    link: Annotated[str | None, Field(description="Opens the publisher's page with the quote highlighted.")]


class EvidenceReply(BaseModel):
    """A sentence that was considered."""

    article_id: str
    sentence: int
    score: Probability


class ModelsReply(BaseModel):
    """Which models answered."""

    encoder: str
    evidence: str
    llm: str | None


class AnswerReply(BaseModel):
    """An answer, every sentence cited; or an abstention."""

    question: str
    standalone_question: str
    as_of: str | None
    answer: Annotated[str, Field(description="With markers [1][2], or the abstention in words.")]
    abstained: bool
    confidence: Probability
    statements: list[StatementReply]
    citations: list[CitationReply]
    evidence: Annotated[list[EvidenceReply], Field(description="Best first, cited or not.")]
    generation: int
    models: ModelsReply
    timings_ms: dict[str, float]


class HitReply(BaseModel):
    """A passage; scores compare within one search only."""

    article_id: str
    title: str
    published: str | None
    score: float
    start: int
    end: int
    text: str


class HitsReply(BaseModel):
    """Passages, best first."""

    hits: list[HitReply]


class SupportReply(BaseModel):
    """How far the articles back a claim; "not found" does not mean false."""

    claim: str
    as_of: str | None
    verdict: Literal["supported", "not found"]
    support: Probability
    threshold: Probability
    citations: list[CitationReply]
    evidence: list[EvidenceReply]
    generation: int
    models: ModelsReply
    timings_ms: dict[str, float]


class ReportReply(CitationReply):
    """A sentence of another article that reports the same."""

    days: Annotated[int | None, Field(description="Days after the sentence's article; negative: before it.")]
    verbatim: Annotated[bool, Field(description="It has the very words: a copy, no second witness.")]


class CorroborationReply(BaseModel):
    """Which other articles report what a sentence reports."""

    article_id: str
    sentence: int
    quote: str
    reports: Annotated[list[ReportReply], Field(description="Best first, one an article; empty: nobody else does.")]
    threshold: Annotated[Probability, Field(description="The least support of a report.")]
    generation: int
    timings_ms: dict[str, float]


class ArticleReply(BaseModel):
    """An article without its text."""

    id: str
    title: str
    source: str | None
    url: str | None
    authors: list[str]
    published: str | None
    section: str | None
    digest: str
    n_chars: int


class SentenceReply(BaseModel):
    """Where a sentence stands: `text[start:end]`."""

    ordinal: int
    start: int
    end: int


class WholeArticleReply(ArticleReply):
    """An article with its text and sentences."""

    text: str
    sentences: list[SentenceReply]


class ArticlesReply(BaseModel):
    """One page of the articles, newest first, undated last."""

    articles: list[ArticleReply]
    n_articles: Annotated[int, Field(description="Articles in the index, whatever the query.")]
    next_offset: Annotated[int | None, Field(description="Where the next page starts; null on the last.")]


class StatusReply(BaseModel):
    """What is in the index."""

    generation: int
    committed_at: str
    n_articles: int
    n_passages: int
    n_sentences: int
    first_published: str | None
    last_published: str | None
    sources: dict[str, int]
    encoder: dict[str, Any]
    database_bytes: int
    vectors_bytes: int
    lexical_bytes: int
    checkpoint: int | None
    n_replayed: int


class FaultReply(BaseModel):
    """One thing that is wrong with a request."""

    where: str
    what: str


class ProblemReply(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: Annotated[str, Field(description="The reason, for people.")]
    code: Annotated[str, Field(description="The reason, for programs.")]
    request_id: str | None
    errors: list[FaultReply] | None = None


_REASONS = {
    400: "No JSON, or a Host header that names another machine",
    401: "A bearer token is needed",
    403: "The script of another site asks",
    404: "There is no such article or address",
    405: "Not with this method",
    413: "The body is too large",
    415: "The body is not sent as JSON",
    422: "Something in the request cannot be used",
    429: "Too many requests; `Retry-After` says when to come back",
    503: "Too many questions wait, or the index is not in order",
}
_AS_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemReply"}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": reason, "content": _AS_PROBLEM} for status, reason in _REASONS.items()
}
