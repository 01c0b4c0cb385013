"""What went wrong, as JSON problems (RFC 9457): the one place where errors become HTTP statuses.

Knows the error tree and statuses; knows nothing of what was asked. No stack trace and no value of the request is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope

from rag.errors import ArticleNotFound, QuestionInvalid, RagError, SettingInvalid

OPENAI_PREFIX = "/v1/"
MEDIA_TYPE = "application/problem+json"
STATUSES: dict[type[RagError], int] = {ArticleNotFound: 404, QuestionInvalid: 422, SettingInvalid: 422}
"""What the asker can put right. Every other RagError is about the index or the models: not in order for now, 503."""
UNFORESEEN = "This is a fault of the server; its log has the details under this request_id."
RETRY_S = 5  # an index that is locked or being filled: soon enough to matter, rare enough to cost nothing
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Refused(Exception):
    """A request that is turned away before it is read: the status, the reason, and headers that say what to do."""

    def __init__(self, status: int, reason: str, code: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.code = code
        self.headers = dict(headers or {})


class Busy(Refused):
    """As many questions wait as may."""

    def __init__(self, n_waiting: int) -> None:
        reason = f"{n_waiting} questions are waiting already, as many as may. Ask again in a moment."
        super().__init__(503, reason, "busy", {"Retry-After": "1"})


def status_of(error: RagError) -> int:
    """Return the HTTP status of an error of this package."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 503)


def code_of(error: RagError) -> str:
    """Return the name of an error for programs: `QuestionInvalid` is `question_invalid`."""
    return _HUMP.sub("_", type(error).__name__).lower()


def problem(
    scope: Scope,
    status: int,
    reason: str,
    code: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] | None = None,
) -> JSONResponse:
    """Return a problem as a response; below /v1/ it has the `error` of OpenAI's form too, which its clients show."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _utf8(reason),
        "code": code,
        "request_id": scope.get("request_id"),
    }
    if errors:
        body["errors"] = [{key: _utf8(value) for key, value in error.items()} for error in errors]
    if str(scope.get("path", "")).startswith(OPENAI_PREFIX):
        body["error"] = openai_error(status, _utf8(reason), code)
    return JSONResponse(body, status, dict(headers or {}), media_type=MEDIA_TYPE)


def _utf8(text: str) -> str:
    """Return text that UTF-8 can hold: a message may repeat half of a surrogate pair out of the request."""
    return text.encode("utf-8", "replace").decode("utf-8")


def openai_error(status: int, reason: str, code: str) -> dict[str, Any]:
    """Return an error in OpenAI's form."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"message": reason, "type": kind, "param": None, "code": code}


def of_rag_error(scope: Scope, error: RagError) -> JSONResponse:
    """Return an error of this package as a response: its message is made for the one who asked."""
    status = status_of(error)
    headers = {"Retry-After": str(RETRY_S)} if status == 503 else None
    return problem(scope, status, str(error), code_of(error), headers)


def of_refusal(scope: Scope, refused: Refused) -> JSONResponse:
    """Return a refusal as a response."""
    return problem(scope, refused.status, refused.reason, refused.code, refused.headers)


def add_handlers(app: FastAPI) -> None:
    """Let `app` answer every error that its routes raise with a problem."""
    app.add_exception_handler(RagError, _rag_error)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _rag_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RagError)
    return of_rag_error(request.scope, error)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return of_refusal(request.scope, error)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return problem(request.scope, error.status_code, str(error.detail), code, error.headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        at = found[0]["loc"][-1]
        reason = f"The body is no JSON: {found[0]['ctx']['error']} at character {at}."
        return problem(request.scope, 400, reason, "no_json")
    kind = request.headers.get("content-type", "")
    if found and found[0]["loc"] == ("body",) and "json" not in kind.lower() and request.method == "POST":
        reason = "Send the body as JSON, with the header `Content-Type: application/json`."
        return problem(request.scope, 415, reason, "no_json")
    errors = [{"where": _where(one["loc"]), "what": one["msg"].removeprefix("Value error, ")} for one in found]
    reason = "; ".join(f"{one['where']}: {one['what']}" for one in errors)
    return problem(request.scope, 422, reason, "invalid_request", errors=errors)


def _where(place: Sequence[str | int]) -> str:
    inner = [str(part) for part in place if part not in ("body", "query", "path")]
    return ".".join(inner) or str(place[0])
