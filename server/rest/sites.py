"""Sites over REST: which pages carry the widget, and what visitors may do there."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field

from db.sites import DailyUse, Site
from server.auth.caller import Caller, CameFrom, InPerson
from server.erasure import erase_site_visitors
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line, PathId, Text
from server.services import Parts
from server.widget.sites import NewSite

LONGEST_GRACE: Final = 7 * 24 * 3600
router = APIRouter(prefix="/api/v1/sites", tags=["Sites"])
Name = Annotated[Line, Field(min_length=1, max_length=100)]
Origins = Annotated[
    list[Annotated[Line, Field(min_length=1, max_length=300)]],
    Field(min_length=1, max_length=50, examples=[["https://www.shop.example"]]),
]
Greeting = Annotated[Text, Field(max_length=500)]
ADay = Annotated[int, Field(ge=0, le=1_000_000)]


class SiteView(BaseModel):
    """A site, without its identity secret. The key is public: it stands in the page."""

    site_id: str
    site_key: str
    name: str
    origins: list[str] = Field(description="Pages of these origins may use the key.")
    anonymous: bool = Field(description="Whether visitors nobody vouches for may talk.")
    team: bool = Field(description="Whether the site's server may name people of the account, who keep their rights.")
    greeting: str
    daily_conversations: int = Field(description="What all visitors together may begin a day (UTC).")
    daily_messages: int = Field(description="What all visitors together may say a day (UTC).")
    use: DailyUse = Field(description="What was used on the day named.")
    last_used_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, site: Site) -> "SiteView":
        """Show a site."""
        return cls(**site.model_dump(include=set(cls.model_fields)))


class CreatedSite(SiteView):
    """A site with its identity secret, which is shown here and never again."""

    identity_secret: str = Field(description="For the site's server, to sign who somebody is. Keep it off the page.")


class SiteRequest(BaseModel):
    """The site to make."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Shop", "origins": ["https://www.shop.example"]}]}
    )

    name: Name
    origins: Origins
    anonymous: bool = True
    team: bool = False
    greeting: Greeting = ""
    daily_conversations: ADay = 200
    daily_messages: ADay = 2000


class SiteChanges(BaseModel):
    """What to change; what is left out stays."""

    name: Name | None = None
    origins: Origins | None = None
    anonymous: bool | None = None
    team: bool | None = None
    greeting: Greeting | None = None
    daily_conversations: ADay | None = None
    daily_messages: ADay | None = None


class SecretRotation(BaseModel):
    """How long the old secret still vouches for people."""

    grace_seconds: int = Field(default=0, ge=0, le=LONGEST_GRACE)


@router.post("", status_code=201, operation_id="add_site", responses=responses(), summary="Make one")
async def add(body: SiteRequest, scope: InPerson, parts: Parts, origin: CameFrom) -> CreatedSite:
    """Make a site. The answer holds its identity secret; it is stored encrypted."""
    secret, made = await parts.widget.sites.add(scope, NewSite(**body.model_dump()), origin)
    return CreatedSite(identity_secret=secret, **SiteView.of(made).model_dump())


@router.get("", operation_id="list_sites", responses=responses(), summary="List them, newest first")
async def list_all(scope: Caller, parts: Parts, limit: Limit = 20, cursor: Cursor = None) -> PageView[SiteView]:
    """Return the account's sites."""
    return page_view(await parts.widget.sites.page(scope, limit, cursor), SiteView.of)


@router.get("/{site_id}", operation_id="get_site", responses=responses(404), summary="Read one")
async def get(site_id: PathId, scope: Caller, parts: Parts) -> SiteView:
    """Return one site."""
    return SiteView.of(await parts.widget.sites.get(scope, site_id))


@router.patch("/{site_id}", operation_id="change_site", responses=responses(404), summary="Change one")
async def change(site_id: PathId, body: SiteChanges, scope: InPerson, parts: Parts, origin: CameFrom) -> SiteView:
    """Change what is given. It counts within seconds, for sessions that are open too."""
    changed = await parts.widget.sites.change(scope, site_id, body.model_dump(exclude_none=True), origin)
    parts.widget.guests.forget(site_id)
    return SiteView.of(changed)


@router.post(
    "/{site_id}/rotate-secret", operation_id="rotate_site_secret", responses=responses(404), summary="New secret"
)
async def rotate(
    site_id: PathId,
    scope: InPerson,
    parts: Parts,
    origin: CameFrom,
    body: Annotated[SecretRotation | None, Body()] = None,
) -> CreatedSite:
    """Give the site a new identity secret. The old one stops at once, or after `grace_seconds`."""
    grace = timedelta(seconds=(body or SecretRotation()).grace_seconds)
    secret, rotated = await parts.widget.sites.rotate(scope, site_id, grace, origin)
    return CreatedSite(identity_secret=secret, **SiteView.of(rotated).model_dump())


@router.delete(
    "/{site_id}", status_code=204, operation_id="delete_site", responses=responses(404), summary="Delete one"
)
async def delete(site_id: PathId, scope: InPerson, parts: Parts, origin: CameFrom) -> Response:
    """Delete a site with everything its visitors said. Its key and its sessions stop working."""
    await parts.widget.sites.delete(scope, site_id, origin)
    parts.widget.guests.forget(site_id)
    await erase_site_visitors(parts, scope, site_id)
    return Response(status_code=204)
