"""Whether the server lives (`/health`), whether it can answer (`/ready`), and its measures (`/metrics`)."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response, Security
from starlette.responses import JSONResponse

from rag.errors import RagError
from rag.server.metrics import CONTENT_TYPE
from rag.server.problems import Refused
from rag.server.replies import PROBLEMS
from rag.server.routes import bearer, service_of
from rag.server.service import Service

router = APIRouter(tags=["Server"])


@router.get("/health")
async def health() -> dict[str, str]:
    """Say that the server lives, whatever the state of its index."""
    return {"status": "ok"}


@router.get("/ready", responses={503: PROBLEMS[503]})
async def ready(request: Request) -> JSONResponse:
    """Say whether a question would be answered: the models are loaded and the index has articles.

    It is asked without a token, so it does not tell what is in the index.
    """
    service = service_of(request)
    if not service.warm:
        raise _not_ready("The models are being loaded, or cannot be: the log says which.")
    try:
        n_articles = await run_sync(lambda: service.rag.n_articles)
    except RagError:
        raise _not_ready("The index cannot be read: `rag check` says why.") from None
    if not n_articles:
        raise _not_ready("There are no articles yet. Add some with `rag add PATH`.")
    return JSONResponse({"status": "ready"})


def _not_ready(reason: str) -> Refused:
    return Refused(503, reason, "not_ready", {"Retry-After": "5"})


@router.get("/metrics", response_class=Response, dependencies=[Security(bearer)], responses={401: PROBLEMS[401]})
async def metrics(service: Annotated[Service, Depends(service_of)]) -> Response:
    """Return the measures in Prometheus' text form."""
    text = await run_sync(service.metrics.text)
    return Response(text, headers={"Content-Type": CONTENT_TYPE})
