"""Content: drafts, what became of them, and their earlier versions."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from core.content_journey import ConversionGoal
from core.errors import InvalidInput
from db.campaigns import CAMPAIGNS
from db.content_library import CONTENT_LIBRARY, Content, ContentBody, Review, Scores, SeoMetadata
from db.content_parts import Journey
from db.content_versions import CONTENT_VERSIONS, ContentVersion
from server.auth.caller import Caller, Writer
from server.by_hand import HandWork
from server.problems import responses
from server.rest.approvals import ApprovalView, approval_view
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line, PathId, Text
from server.services import Parts
from tools.content import SaveDraft
from tools.reviews import ReviewDrafts

router = APIRouter(prefix="/api/v1/content", tags=["Content"])
Status = Literal["draft", "review", "approved", "rejected", "published", "archived"]


class ContentView(BaseModel):
    """A piece of content in its newest version."""

    content_id: str
    campaign_id: str | None
    conversation_id: str | None
    parent_id: str | None
    type: Literal["text", "image", "video", "audio"]
    content_type: str
    platform: str
    title: str | None
    subject: str | None
    content: ContentBody
    hashtags: list[str]
    voice: str | None
    call_to_action: str | None
    journey: Journey
    seo: SeoMetadata
    scores: Scores
    reading_time_minutes: int | None
    review: Review
    scheduled_for: datetime | None
    published_at: datetime | None
    status: Status
    version: int
    tags: list[str]
    created_by: str
    used_in: list[str]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, content: Content) -> "ContentView":
        """Show a piece of content."""
        return cls(**content.model_dump(include=set(cls.model_fields)))


class VersionView(BaseModel):
    """An earlier version; ``snapshot`` holds what it said."""

    version_id: str
    content_id: str
    version: int
    snapshot: dict[str, Any]
    reason: str
    created_by: str
    created_at: datetime

    @classmethod
    def of(cls, version: ContentVersion) -> "VersionView":
        """Show an earlier version."""
        return cls(**version.model_dump(include=set(cls.model_fields)))


class ContentChange(BaseModel):
    """What changes; what is not given stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "Doors open at eight."}]})

    text: Annotated[Text, Field(min_length=1, max_length=100_000)] | None = None
    title: Annotated[Line, Field(min_length=1, max_length=1000)] | None = None
    subject: Annotated[Line, Field(min_length=1, max_length=1000)] | None = None
    hashtags: Annotated[list[Annotated[Line, Field(min_length=1, max_length=140)]], Field(max_length=60)] | None = None
    image_url: Annotated[Line, Field(max_length=2_048, pattern=r"^https?://")] | None = None
    video_url: Annotated[Line, Field(max_length=2_048, pattern=r"^https?://")] | None = None


class JourneyChange(BaseModel):
    """What changes of its place in a journey; what is not given stays. ``ends_here``: it leads nowhere any more."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"conversion_goal": "website_visit"}]})

    next_content_id: Annotated[Line, Field(max_length=64)] | None = None
    conversion_goal: ConversionGoal | None = None
    cta_url: Annotated[Line, Field(max_length=2_048, pattern=r"^https?://")] | None = None
    ends_here: bool = False


@router.get("", operation_id="list_content", responses=responses(404), summary="List it, newest first")
async def list_all(
    scope: Caller,
    parts: Parts,
    status: Annotated[Status | None, Query()] = None,
    campaign_id: Annotated[str | None, Query(max_length=64)] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[ContentView]:
    """Return the account's content."""
    if campaign_id is not None:
        await parts.repository(CAMPAIGNS, scope).get(campaign_id)
    asked = {"status": status, "campaign_id": campaign_id}
    where = {name: value for name, value in asked.items() if value is not None}
    page = await parts.repository(CONTENT_LIBRARY, scope).page(where, limit=limit, cursor=cursor)
    return page_view(page, ContentView.of)


@router.post("", operation_id="add_content", status_code=201, responses=responses(404), summary="Store a draft")
async def add(body: SaveDraft, scope: Writer, parts: Parts) -> ContentView:
    """Store a text as a draft for one channel, within that channel's limits."""
    made = await HandWork(parts, scope).call("save_draft", body.model_dump(mode="json", exclude_unset=True))
    return ContentView.of(await parts.repository(CONTENT_LIBRARY, scope).get(made["content_id"]))


@router.post(
    "/reviews", operation_id="review_content", status_code=201, responses=responses(404), summary="Ask to approve texts"
)
async def review(body: ReviewDrafts, scope: Writer, parts: Parts) -> ApprovalView:
    """Have texts approved as texts, before times are settled. They go out only once that is approved as well."""
    asked = await HandWork(parts, scope).ask("review_drafts", body.model_dump(mode="json", exclude_unset=True))
    return await approval_view(parts, scope, asked)


@router.get("/{content_id}", operation_id="get_content", responses=responses(404), summary="Read one")
async def get(content_id: PathId, scope: Caller, parts: Parts) -> ContentView:
    """Return one piece of content."""
    return ContentView.of(await parts.repository(CONTENT_LIBRARY, scope).get(content_id))


@router.patch("/{content_id}", operation_id="change_content", responses=responses(404, 409), summary="Change one")
async def change(content_id: PathId, body: ContentChange, scope: Writer, parts: Parts) -> ContentView:
    """Change content within its platform's limits; the earlier version is kept. Approved content is a draft again."""
    given = body.model_dump(exclude_none=True)
    if not given:
        raise InvalidInput("Nothing was given to change. Send text, title, subject or hashtags.")
    return ContentView.of((await HandWork(parts, scope).revise(content_id, given)).content)


@router.patch(
    "/{content_id}/journey",
    operation_id="set_content_journey",
    responses=responses(404),
    summary="Change its place in a journey",
)
async def set_journey(content_id: PathId, body: JourneyChange, scope: Writer, parts: Parts) -> ContentView:
    """Say what it leads its readers to next, what it is there for and where its call to action leads.

    A social post may lead to a blog post or a content upgrade, a blog post to a content upgrade or an email, a content
    upgrade to an email, an email to a blog post or a content upgrade.
    """
    contents = parts.repository(CONTENT_LIBRARY, scope)
    await contents.get(content_id)
    await HandWork(parts, scope).call("set_journey", {"content_id": content_id, **body.model_dump(exclude_unset=True)})
    return ContentView.of(await contents.get(content_id))


@router.get(
    "/{content_id}/versions", operation_id="list_versions", responses=responses(404), summary="Its earlier versions"
)
async def versions(
    content_id: PathId, scope: Caller, parts: Parts, limit: Limit = 20, cursor: Cursor = None
) -> PageView[VersionView]:
    """Return what it said before each change, newest first."""
    await parts.repository(CONTENT_LIBRARY, scope).get(content_id)
    found = await parts.repository(CONTENT_VERSIONS, scope).page({"content_id": content_id}, limit=limit, cursor=cursor)
    return page_view(found, VersionView.of)


@router.post(
    "/{content_id}/versions/{version_id}/restore",
    operation_id="restore_version",
    responses=responses(404, 409),
    summary="Put an earlier version back",
)
async def restore(content_id: PathId, version_id: PathId, scope: Writer, parts: Parts) -> ContentView:
    """Make it say again what an earlier version said, as a new version. What was approved is asked anew."""
    return ContentView.of((await HandWork(parts, scope).restore(content_id, version_id)).content)
