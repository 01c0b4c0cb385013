"""The HTTP API: `/api/…`. Reads a request, asks the service, returns its JSON."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Security
from fastapi.security import HTTPBearer
from starlette.responses import JSONResponse
from starlette.routing import Match

from rag.answer_json import answer_to_json
from rag.server.replies import (
    PROBLEMS,
    AnswerReply,
    ArticlesReply,
    CorroborationReply,
    HitsReply,
    StatusReply,
    SupportReply,
    WholeArticleReply,
)
from rag.server.requests import AskBody, CorroborationQuery, SearchBody, SupportBody, turns
from rag.server.service import Service

PAGE = 50
MAX_PAGE = 500  # articles without their texts: about 300 kB
MAX_OFFSET = 2**31  # SQLite counts to 2**63; no index here comes near this
NOTICE = "X-Notice"  # of an answer that no language model worded though one was asked for: why
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

bearer = HTTPBearer(auto_error=False, description="One of RAG_TOKENS, where the server has some.")


def service_of(request: Request) -> Service:
    """Return the service that the request's server was made with."""
    service: Service = request.app.state.service
    return service


Asked = Annotated[Service, Depends(service_of)]

router = APIRouter(prefix="/api", tags=["Questions"], dependencies=[Security(bearer)], responses=PROBLEMS)


@router.post("/ask", response_model=AnswerReply)
async def ask(body: AskBody, service: Asked) -> JSONResponse:
    """Answer a question, every sentence cited; or abstain, with the sentences that come nearest as evidence."""
    answer = await service.ask("api", body.question, turns(body.history), **body.filters())
    # A header, since the JSON is fixed; headers are ASCII.
    told = {NOTICE: answer.notice.encode("ascii", "replace").decode()} if answer.notice else None
    return JSONResponse(answer_to_json(answer), headers=told)


@router.post("/search", response_model=HitsReply)
async def search(body: SearchBody, service: Asked) -> JSONResponse:
    """Find passages with their scores, without an answer."""
    return JSONResponse(await service.search("api", body.question, body.k, **body.filters()))


@router.post("/support", response_model=SupportReply)
async def support(body: SupportBody, service: Asked) -> JSONResponse:
    """Say whether the articles back a claim. "Not found" does not mean false."""
    return JSONResponse(await service.support("api", body.claim, **body.filters()))


@router.get("/corroboration", response_model=CorroborationReply)
async def corroboration(asked: Annotated[CorroborationQuery, Query()], service: Asked) -> JSONResponse:
    """Find the sentences of other articles that report what a sentence of an article reports, best first."""
    return JSONResponse(await service.corroborate("api", asked.article, asked.sentence, **asked.filters()))


@router.get("/articles", response_model=ArticlesReply, tags=["Articles"])
async def articles(
    service: Asked,
    query: Annotated[str | None, Query(max_length=500, description="Only where title, source or id has it.")] = None,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET, description="How many to pass over.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="How many at most.")] = PAGE,
) -> JSONResponse:
    """List the articles, newest first, a page at a time."""
    return JSONResponse(await service.articles(query, offset, limit))


@router.get("/articles/{article_id:path}", response_model=WholeArticleReply, tags=["Articles"])
async def article(
    service: Asked, article_id: Annotated[str, Path(description="Its id, or its address.")]
) -> JSONResponse:
    """Show an article whole, with where its sentences stand."""
    return JSONResponse(await service.article(article_id))


@router.get("/status", response_model=StatusReply, tags=["Server"])
async def status(service: Asked) -> JSONResponse:
    """Say what is in the index."""
    return JSONResponse(await service.status())


def methods_for(request: Request) -> set[str]:
    """Return the methods that the address of a request would take."""
    fitting = [route for route in request.app.state.routes if route.matches(request.scope)[0] == Match.PARTIAL]
    return {method for route in fitting for method in route.methods}


async def unknown(request: Request) -> Any:
    """Answer what no route takes: 405 where another method would do, else 404. Not the page's "not found" page."""
    methods = methods_for(request)
    if methods:
        allowed = ", ".join(sorted(methods))
        raise HTTPException(405, f"{request.method} is not for this address, but {allowed} is.", {"Allow": allowed})
    raise HTTPException(404, f"There is nothing at {request.url.path[:200]}. See /docs.")


fallback = APIRouter(include_in_schema=False)
for prefix in ("/api", "/v1"):
    fallback.add_api_route(prefix, unknown, methods=METHODS)
    fallback.add_api_route(prefix + "/{rest:path}", unknown, methods=METHODS)
