"""Links the house has sent out: following them, and what came of them."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from core.errors import AppError, NotFound
from db.managed_urls import MANAGED_URLS, ManagedUrl, UtmParams
from server.auth.caller import Caller, Writer
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line, PathId
from server.services import Parts, Services
from server.visitors import is_person
from tools.outside.addresses import web_address
from tools.outside.clicks import with_click

router = APIRouter(prefix="/api/v1/links", tags=["Links"])
public = APIRouter(include_in_schema=False)


class LinkView(BaseModel):
    """A link. ``address`` is what stands in the text, ``url`` where it leads. A visitor counts once a day, by
    the account's clock."""

    link_id: str
    address: str
    url: str
    original_url: str
    utm_params: UtmParams
    source_type: str
    source_id: str
    platform: str
    campaign_id: str | None
    clicks: int = Field(description="Visitors, each once a day.")
    clicks_by_day: dict[str, int]
    last_clicked_at: datetime | None
    last_checked_at: datetime | None
    is_valid: bool
    problem: str | None
    created_at: datetime

    @classmethod
    def of(cls, link: ManagedUrl, parts: Services) -> "LinkView":
        """Show a link."""
        own = {"link_id", "address", "clicks"}
        return cls(
            link_id=link.url_id,
            address=parts.links.address(link),
            clicks=link.click_count,
            **link.model_dump(include=set(cls.model_fields) - own),
        )


@router.get("", operation_id="list_links", responses=responses(), summary="List them, newest first")
async def list_all(
    scope: Caller,
    parts: Parts,
    source_id: Annotated[Line | None, Query(max_length=100, description="Only those of one post or email.")] = None,
    campaign_id: Annotated[Line | None, Query(max_length=100, description="Only those of one campaign.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[LinkView]:
    """Return the account's links with their clicks."""
    given = {"source_id": source_id, "campaign_id": campaign_id}
    where: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    page = await parts.repository(MANAGED_URLS, scope).page(where, limit=limit, cursor=cursor)
    return page_view(page, lambda link: LinkView.of(link, parts))


@router.get("/{link_id}", operation_id="get_link", responses=responses(404), summary="Read one")
async def get(link_id: PathId, scope: Caller, parts: Parts) -> LinkView:
    """Return one link with its clicks."""
    return LinkView.of(await parts.repository(MANAGED_URLS, scope).get(link_id), parts)


@router.post("/{link_id}/check", operation_id="check_link", responses=responses(404), summary="Check one")
async def check(link_id: PathId, scope: Writer, parts: Parts) -> LinkView:
    """Follow the link as a visitor would, and keep whether it leads somewhere."""
    return LinkView.of(await parts.links.check(scope, link_id), parts)


@public.api_route("/l/{code}", methods=["GET", "HEAD"])
async def follow(code: str, request: Request, parts: Parts) -> Response:
    """Send a visitor on to where a stored link leads, and nowhere else, with a click id that conversions name."""
    link = await parts.short_links.find(code) if code.isalnum() and code.isascii() else None
    if link is None:
        raise NotFound("There is no such link here. It may have been mistyped.")
    web_address(link.url)
    url = link.url
    if is_person(request):
        url = with_click(link)
        with suppress(AppError):
            visitor = parts.visitors.name(request, parts.short_links.day_of(link))
            await parts.short_links.count(link, visitor)
    return Response(status_code=302, headers={"Location": url, "X-Robots-Tag": "noindex"})
