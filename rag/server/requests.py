"""What the API is asked, as pydantic models: what FastAPI checks and the OpenAPI page shows.

Knows keys, types and ranges; what questions and sources have to be is the business of `rag.api`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from rag.surrogates import SURROGATE
from rag.types import Turn

MAX_TURNS = 200  # far more than the follow-up rules look back over
MAX_SOURCES = 100
MAX_HITS = 1000  # as `rag search -k`
MAX_ORDINAL = 2**31  # no article has nearly so many sentences
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _only_iso(value: Any) -> Any:
    """Refuse what pydantic would take for a date besides YYYY-MM-DD: times, and numbers as seconds since 1970."""
    if value is None or type(value) is date or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("write a day as YYYY-MM-DD")


def _encodable(value: str) -> str:
    """Refuse a lone surrogate: JSON can hold one, UTF-8 and therefore no reply can."""
    if SURROGATE.search(value):
        raise ValueError("the text has half of a surrogate pair, which is no character")
    return value


Text = Annotated[str, AfterValidator(_encodable)]
Day = Annotated[date | None, BeforeValidator(_only_iso)]
AsOf = Annotated[Day, Field(description="Ask as on this day: nothing published after it is used.")]
Since = Annotated[Day, Field(description="Use nothing published before this day.")]
Until = Annotated[Day, Field(description="Use nothing published after this day.")]
Sources = Annotated[
    tuple[str, ...],
    Field(max_length=MAX_SOURCES, description="Use these sources only, case aside; none named allows all."),
]
Question = Annotated[
    Text,
    Field(
        description="In English; at most 2,000 characters.",
        examples=["What did Blinken raise with Xi?"],
        json_schema_extra={"minLength": 1, "maxLength": 2000},
    ),
]
Claim = Annotated[
    Text,
    Field(description="A statement, in English; at most 2,000 characters.", examples=["Blinken met Xi in Beijing"]),
]
HitCount = Annotated[int, Field(ge=1, le=MAX_HITS, description="How many passages at most.")]

Ordinal = Annotated[int, Field(ge=0, le=MAX_ORDINAL, description="Ordinal of the sentence, from 0.")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")  # a key written wrongly must not pass as a filter that was not given


class TurnBody(_Body):
    """One earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: Text


History = Annotated[
    tuple[TurnBody, ...],
    Field(max_length=MAX_TURNS, description="Earlier turns, oldest first: a question may lean on them."),
]


class Filters(_Body):
    """What may be used."""

    as_of: AsOf = None
    since: Since = None
    until: Until = None
    sources: Sources = ()

    def filters(self) -> dict[str, Any]:
        """Return them as the facade takes them."""
        return {"as_of": self.as_of, "since": self.since, "until": self.until, "sources": self.sources}


class AskBody(Filters):
    """A question to answer."""

    question: Question
    history: History = ()


class SearchBody(Filters):
    """A question to find passages for."""

    question: Question
    k: HitCount = 10


class SupportBody(Filters):
    """A claim to check."""

    claim: Claim


class CorroborationQuery(Filters):
    """A sentence of an article."""

    article: Annotated[Text, Field(description="Id or address of the article.")]
    sentence: Ordinal


def turns(history: Sequence[TurnBody]) -> tuple[Turn, ...]:
    """Return the turns as the facade takes them."""
    return tuple(Turn(turn.role, turn.content) for turn in history)
