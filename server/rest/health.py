"""Whether the server lives, whether it is ready to work, and its figures."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from server.readiness import OK, dependencies, worker
from server.services import Parts

router = APIRouter(tags=["Health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """What the server needs, by name: ok, or what is wrong."""

    status: Literal["ready", "not ready"]
    dependencies: dict[str, str]


@router.get("/healthz", operation_id="healthz", summary="Alive")
async def healthz() -> Alive:
    """Answer while the process lives."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="Ready",
    response_model=Ready,
    responses={503: {"description": "Something it needs is away.", "model": Ready}},
)
async def readyz(parts: Parts) -> Response:
    """Answer 200 when every store the server needs answers, otherwise 503 and what does not.

    ``worker`` says whether scheduled work is being done by any process; it does not decide, as this one talks without.
    """
    needed, working = await asyncio.gather(dependencies(parts), worker(parts))
    whole = all(told == OK for told in needed.values()) and not parts.stopping.is_set()
    status: Literal["ready", "not ready"] = "ready" if whole else "not ready"
    answer = Ready(status=status, dependencies=needed | {"worker": working, "model": parts.model_label})
    return JSONResponse(answer.model_dump(), status_code=200 if status == "ready" else 503)


@router.get("/metrics", operation_id="metrics", summary="Figures for Prometheus", response_class=Response)
async def metrics(parts: Parts) -> Response:
    """Return the figures of this process in Prometheus' text format."""
    return Response(parts.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
