"""OpenAI's chat form of a question: `/v1/chat/completions` and `/v1/models`, so that existing chat programs can ask.

The last message is the question, those before it the conversation. The answer comes as text with markers and footnotes,
and whole under the key `rag`: of the completion, or of the last chunk of a stream. Settings of a language model
(temperature, tools, …) are ignored: there is none to set.

Source: https://platform.openai.com/docs/api-reference/chat (2026-11).
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Security
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from rag.answer_json import answer_to_json
from rag.errors import RagError
from rag.server.footnotes import footnotes, message_text, without_footnotes
from rag.server.problems import Refused, code_of, openai_error, status_of
from rag.server.replies import PROBLEMS
from rag.server.requests import Filters, Text
from rag.server.routes import Asked, bearer
from rag.server.service import Service
from rag.types import Answer, Turn

MODEL = "rag"
MAX_MESSAGES = 1000
USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}  # no language model read or wrote any
ANEW = "\n\n(Corrected:) "

router = APIRouter(prefix="/v1", tags=["OpenAI's form"], dependencies=[Security(bearer)], responses=PROBLEMS)


class Part(BaseModel):
    """A part of a message; only text is read."""

    type: str
    text: Text = ""


class Message(BaseModel):
    """A message of the conversation. System messages are ignored: nothing can be told to the quotes of articles."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | list[Part] | None = None

    @property
    def text(self) -> str:
        """Its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """What else a stream has."""

    include_usage: bool = False


class ChatBody(BaseModel):
    """A conversation to go on with."""

    model_config = ConfigDict(extra="ignore")

    model: Annotated[Text, Field(description="`rag`.", examples=[MODEL])] = MODEL
    messages: Annotated[list[Message], Field(min_length=1, max_length=MAX_MESSAGES)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[int | None, Field(ge=1, le=1, description="One answer at a time.")] = 1
    rag: Annotated[Filters, Field(description="What may be used; from OpenAI's client by `extra_body`.")] = Filters()

    def question(self) -> str:
        """Return the question.

        Raises:
            Refused: The last message is not the user's.
        """
        if self.messages[-1].role != "user":
            reason = f"The last message is of {self.messages[-1].role!r}; the user's question has to come last."
            raise Refused(422, reason, "no_question")
        return self.messages[-1].text

    def history(self) -> list[Turn]:
        """Return the turns before the question."""
        return [
            Turn("user", message.text) if message.role == "user" else Turn("assistant", without_footnotes(message.text))
            for message in self.messages[:-1]
            if message.role in ("user", "assistant") and message.text
        ]


@router.post("/chat/completions", response_model=None)
async def complete(body: ChatBody, request: Request, service: Asked) -> Response:
    """Answer the last message."""
    _check_model(body.model)
    about = {"id": f"chatcmpl-{request.scope['request_id']}", "created": int(time.time()), "model": MODEL}
    question, history, filters = body.question(), body.history(), body.rag.filters()
    if not body.stream:
        return JSONResponse(_completion(about, await service.ask("openai", question, history, **filters)))
    items = service.stream("openai", question, history, **filters)
    first = await anext(items)  # a question that cannot be answered is refused before a stream has begun
    usage = body.stream_options is not None and body.stream_options.include_usage
    return StreamingResponse(
        _events(about, first, items, usage),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},  # nginx would keep it back otherwise
    )


@router.get("/models")
async def models(service: Asked) -> dict[str, Any]:
    """List the one model."""
    return {"object": "list", "data": [_model(service)]}


@router.get("/models/{model}")
async def model(model: str, service: Asked) -> dict[str, Any]:
    """Describe the one model."""
    _check_model(model)
    return _model(service)


def _model(service: Service) -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": service.started, "owned_by": MODEL}


def _check_model(name: str) -> None:
    if name != MODEL:
        raise Refused(404, f"There is no model {name[:80]!r} here, but {MODEL!r}.", "model_not_found")


def _completion(about: dict[str, Any], answer: Answer) -> dict[str, Any]:
    message = {"role": "assistant", "content": message_text(answer) + footnotes(answer), "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {**about, "object": "chat.completion", "choices": [choice], "usage": USAGE, "rag": answer_to_json(answer)}


async def _events(
    about: dict[str, Any], first: object, items: AsyncIterator[object], usage: bool
) -> AsyncIterator[str]:
    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event({**about, "object": "chat.completion.chunk", "choices": [choice], **more})

    yield chunk({"role": "assistant", "content": ""})
    sent, answer = "", None
    try:
        async for item in _with_first(first, items):
            if isinstance(item, Answer):
                answer, text = item, message_text(item)
                if delta := _rest(sent, text):
                    yield chunk({"content": delta})
                sent = text
    except RagError as error:  # the response has begun: the error can only be told in it
        yield _event({"error": openai_error(status_of(error), str(error), code_of(error))})
        return
    if answer is not None:
        if notes := footnotes(answer):
            yield chunk({"content": notes})
        yield chunk({}, "stop", rag=answer_to_json(answer))
    if usage:
        yield _event({**about, "object": "chat.completion.chunk", "choices": [], "usage": USAGE})
    yield "data: [DONE]\n\n"


async def _with_first(first: object, items: AsyncIterator[object]) -> AsyncIterator[object]:
    yield first
    async for item in items:
        yield item


def _rest(sent: str, text: str) -> str:
    """Return what is left to send; what was sent can't be taken back, so a text that changed is sent anew."""
    if text.startswith(sent):
        return text[len(sent) :]
    return ANEW + text


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
