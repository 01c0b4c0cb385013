"""The nouns of the system, as frozen dataclasses. Knows nothing of files, models, indexes or frameworks.

Every offset is in Unicode code points of `Article.text` (Python string indices), `end` exclusive, so that
`article.text[start:end]` is always the thing itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal


def text_digest(text: str) -> str:
    """Return `sha256:` and the hexadecimal SHA-256 of the UTF-8 bytes of `text`: how a citation names its source."""
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


ArticleOrder = Literal["newest", "oldest", "title", "source"]
"""How a list of articles is ordered."""


@dataclass(frozen=True, slots=True)
class Article:
    """One story as published. `text` is NFC with LF newlines and is never edited after reading.

    Attributes:
        id: Readable and reproducible; unique among the articles of an index.
        title: May be empty where the source has none.
        text: The body, without the title.
        published: The day as the source writes it; None where it gives none.
        origin: Where it was read from (a path, or the address of a feed or page); not part of the content.
    """

    id: str
    title: str
    text: str
    source: str | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    published: date | None = None
    section: str | None = None
    origin: str | None = None

    @property
    def digest(self) -> str:
        """The digest of `text` alone, as citations carry it."""
        return text_digest(self.text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is cited: `article.text[start:end]` is the sentence. `ordinal` starts at 0 in each article."""

    article_id: str
    ordinal: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive whole sentences of one article within the encoder's token limit: what is embedded and retrieved.

    Attributes:
        id: The number the log gave it; larger for later ones, never used twice.
        first: Ordinal of its first sentence.
        last: Ordinal of its last sentence (inclusive).
        start: Offset of its first character. Where one sentence is longer than the encoder's limit, several passages
            are windows inside that sentence: `first == last`, and start and end lie within it.
        end: Offset after its last character.
        text: `article.text[start:end]`.
    """

    id: int
    article_id: str
    first: int
    last: int
    start: int
    end: int
    text: str


DAYS = ("as_of", "since", "until")
"""The days of `Constraints` that an asker may set."""


@dataclass(frozen=True, slots=True)
class Constraints:
    """What the asker (or the question's own words) allows to be used.

    Attributes:
        as_of: The day the question is asked from: nothing published after it is used, undated articles neither.
        since: First day allowed; undated articles are left out.
        until: Last day allowed; undated articles are left out.
        sources: Names of sources allowed (case-insensitive); empty allows all.
        recent_to: The day of asking, where newer articles rank higher: the question speaks of the present, or has no
            word for time and is asked as of that day.
        present: The day of asking, where the question's own words speak of the present: what older articles say is
            doubted.
        near: Set when the question asks about a time ("in June 2023"): passages published in these days (first, last)
            or close to them rank higher; nothing is left out.
    """

    as_of: date | None = None
    since: date | None = None
    until: date | None = None
    sources: tuple[str, ...] = ()
    recent_to: date | None = None
    present: date | None = None
    near: tuple[date, date] | None = None

    @property
    def last_day(self) -> date | None:
        """The last day of publication allowed: the earlier of `as_of` and `until`."""
        days = [day for day in (self.as_of, self.until) if day is not None]
        return min(days) if days else None

    @property
    def restricts(self) -> bool:
        """Whether any article can be excluded."""
        return self.last_day is not None or self.since is not None or bool(self.sources)

    def allow(self, article: Article) -> bool:
        """Tell whether an article may be used; an undated one not where there is any limit in time."""
        last, day = self.last_day, article.published
        if (last or self.since) and day is None:
            return False
        if day is not None and not (self.since or day) <= day <= (last or day):
            return False
        names = {name.casefold() for name in self.sources}
        return not names or (article.source or "").casefold() in names


@dataclass(frozen=True, slots=True)
class Hit:
    """One retrieved passage. `score` is comparable within one search only; higher is better.

    Attributes:
        ranks: Rank in each list that was fused ("dense", "words"), from 1; a list that lacks it is absent.
        similarity: Cosine of question and passage in [-1, 1].
    """

    passage: Passage
    score: float
    ranks: Mapping[str, int] = field(default_factory=dict)
    similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class PassageInContext:
    """A passage with what is needed to read it: its article and its sentences, in order.

    Attributes:
        before: The last sentences of the article before the passage, at most two, in order.
    """

    article: Article
    passage: Passage
    sentences: tuple[Sentence, ...]
    hit: Hit | None = None
    before: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What an EvidenceModel makes of one passage.

    Attributes:
        relevance: Probability in [0, 1] that the passage helps to answer.
        sentences: For each sentence of the passage, in order, the probability in [0, 1] that it is evidence.
        answers: For each sentence, start and end in the article's text of the short answer in it, None where it has
            none; empty from a model that finds no short answers.
    """

    context: PassageInContext
    relevance: float
    sentences: tuple[float, ...]
    answers: tuple[tuple[int, int] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence considered for the answer; `score` in [0, 1], higher is better."""

    article_id: str
    sentence: int
    score: float


@dataclass(frozen=True, slots=True)
class Copy:
    """Another article that has a cited sentence, since it is a copy of the same story."""

    article_id: str
    title: str
    source: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement stands: `article.text[start:end] == quote`, in the article whose text has `digest`.

    Attributes:
        story: Id of the first article of the story that its article tells, for counting; empty where it is not known.
        also: The copies of that story that have the quote too, for showing. Neither is part of the answer's JSON.
    """

    number: int
    article_id: str
    title: str
    source: str | None
    url: str | None
    published: date | None
    sentences: tuple[int, ...]
    start: int
    end: int
    quote: str
    digest: str
    support: float
    link: str | None
    story: str = field(default="", compare=False)
    also: tuple[Copy, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, the numbers of its citations, and its support in [0, 1].

    Attributes:
        short: The words of `text` that answer by themselves, for showing.
        short_at: Where they begin in `text`; None where that is not known. Neither is part of the answer's JSON.
    """

    text: str
    citations: tuple[int, ...]
    support: float
    short: str | None = field(default=None, compare=False)
    short_at: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of a conversation.

    Attributes:
        short: The words that answer by themselves, where an answer's sentences have some; no part of any JSON.
    """

    role: Literal["user", "assistant"]
    content: str
    short: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Models:
    """Which models produced an answer."""

    encoder: str
    evidence: str
    llm: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Statements, or an abstention, with all that produced it.

    Attributes:
        text: The statements with markers `[1][2]`, or the abstention in words.
        confidence: Probability in [0, 1] that the articles answer the question.
        evidence: The sentences considered, best first, cited or not.
        generation: The generation of the index that every part of it was read from.
        timings_ms: Step name to milliseconds.
        notice: Why the language model asked for did not word it, for showing; no part of the answer's JSON.
    """

    question: str
    standalone_question: str
    as_of: date | None
    text: str
    abstained: bool
    confidence: float
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    generation: int
    models: Models
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    notice: str | None = field(default=None, compare=False)

    @property
    def turn(self) -> Turn:
        """The answer as a turn that a later question may lean on."""
        return Turn("assistant", self.text, next((s.short for s in self.statements if s.short), None))


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not be read as an article: where it stands and why.

    Attributes:
        origin: Path or address.
        line: Line number from 1 in a `.jsonl` file, else None.
        reason: One sentence: what is wrong, with the value, and what to do.
    """

    origin: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        where = self.origin if self.line is None else f"{self.origin}:{self.line}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class AddReport:
    """What an addition did, article by article.

    Attributes:
        duplicates: Articles whose text another article already has word for word; they are kept all the same and
            are counted in `added` or `updated` too.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    n_passages: int = 0
    generation: int = 0

    def __add__(self, other: AddReport) -> AddReport:
        return AddReport(
            self.added + other.added,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.duplicates + other.duplicates,
            self.skipped + other.skipped,
            self.n_passages + other.n_passages,
            max(self.generation, other.generation),
        )


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """What makes vectors comparable: two encoders with equal identities give the same vectors.

    Attributes:
        model: Name or path as configured.
        weights: `sha256:…` of the weights file.
        pooling: How token vectors become one ("mean", "cls", …).
        precision: "float" (fp32 and bf16, cosine between them 0.99998: comparable) or "int8".
        dimension: Length of a vector.
        max_tokens: Tokens read of a text, special tokens included.
    """

    model: str
    weights: str
    pooling: str
    precision: str
    dimension: int
    max_tokens: int


def same_article(a: Article, b: Article) -> bool:
    """Tell whether two readings of an article agree in everything but where they were read from."""
    keys: Sequence[str] = ("id", "title", "text", "source", "url", "authors", "published", "section")
    return all(getattr(a, key) == getattr(b, key) for key in keys)
