"""Conversions, revenue and spend, reported by shops and advertising tools under ids of their own."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from db.conversions import Conversion
from server.auth.caller import Caller, Writer
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line
from server.services import Parts
from tools.conversions import ConversionBook, Report

router = APIRouter(prefix="/api/v1/conversions", tags=["Conversions"])
EXAMPLE = {"id": "order-1042", "campaign_id": f"cmp_{'0' * 32}", "revenue_minor": 4200, "currency": "GBP"}
Count = Annotated[int, Field(ge=0, le=10**9)]
Minor = Annotated[int, Field(ge=0, le=10**15)]
Id = Annotated[Line, Field(max_length=200)]


class ConversionReport(BaseModel):
    """What happened, under an id of the caller's: sent again, it is counted once.

    Exactly one of ``post_id``, ``url_id`` (a managed link), ``click_id`` (the parameter ``mm_click`` that a visitor
    brought along from a managed link) and ``campaign_id`` says what it came from. Money is in minor units of
    ``currency``.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "order-1042",
                    "post_id": "pst_0123456789abcdef0123456789abcdef",
                    "revenue_minor": 4200,
                    "currency": "GBP",
                }
            ]
        },
    )

    id: Annotated[Line, Field(min_length=1, max_length=200)]
    at: AwareDatetime | None = None
    post_id: Id | None = None
    url_id: Id | None = None
    campaign_id: Id | None = None
    click_id: Id | None = None
    platform: Annotated[Line, Field(max_length=50)] | None = None
    conversions: Count = 1
    clicks: Count = 0
    revenue_minor: Minor = 0
    spend_minor: Minor = 0
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None


class ConversionView(BaseModel):
    """A report as it is kept, with the post, campaign and channel it counts for."""

    conversion_id: str
    external_id: str
    at: datetime
    day: str
    post_id: str | None
    url_id: str | None
    email_id: str | None
    campaign_id: str | None
    platform: str
    conversions: int
    clicks: int
    revenue_minor: int
    spend_minor: int
    currency: str | None

    @classmethod
    def of(cls, conversion: Conversion) -> "ConversionView":
        """Show a report."""
        return cls(**conversion.model_dump(include=set(cls.model_fields)))


@router.post("", operation_id="report_conversion", responses=responses(404, 409, 422), summary="Report one")
async def report(body: ConversionReport, scope: Writer, parts: Parts) -> ConversionView:
    """Count conversions, revenue, spend and clicks of a day. 409 where the id was used for other figures.

    What its post and email have come to is right at once, campaigns and business within a minute.
    """
    told = Report(external_id=body.id, **body.model_dump(exclude={"id"}))
    taken = await ConversionBook(parts.database, scope).take(told)
    await parts.figures.reported(scope)
    return ConversionView.of(taken)


@router.get("", operation_id="list_conversions", responses=responses(), summary="List them, newest first")
async def list_all(scope: Caller, parts: Parts, limit: Limit = 20, cursor: Cursor = None) -> PageView[ConversionView]:
    """Return what was reported."""
    page = await ConversionBook(parts.database, scope).conversions.page({}, limit=limit, cursor=cursor)
    return page_view(page, ConversionView.of)
