"""Figures of posts, emails, ads and sales, with the rows behind each."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from server.auth.caller import Caller
from server.by_hand import HandWork
from server.problems import responses
from server.services import Parts
from tools.analytics import QueryMetrics

router = APIRouter(prefix="/api/v1/figures", tags=["Charts"])


class FiguresView(BaseModel):
    """What the stored rows say. A figure is null where its denominator is 0; no rows: nothing is stored.

    With `compare_with` each row has its figures `before` and the change; by day or week there is a `trend`.
    """

    model_config = ConfigDict(extra="allow")

    period: dict[str, Any]
    basis: str = Field(description="What a period's figures of posts are.")
    group_by: str
    rows: list[dict[str, Any]]
    definitions: dict[str, str]
    as_of: str | None
    stale: bool = Field(description="Whether they are older than a day.")
    note: str


@router.get("", operation_id="get_figures", responses=responses(404), summary="Work figures out")
async def read(asked: Annotated[QueryMetrics, Query()], scope: Caller, parts: Parts) -> FiguresView:
    """Work figures out from what is stored, for a period and by what they are to be grouped."""
    found = await HandWork(parts, scope).call("query_metrics", asked.model_dump(mode="json", exclude_unset=True))
    return FiguresView.model_validate(found)
