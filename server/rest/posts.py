"""Posts: scheduled, published or failed, with the result of each platform."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from db.social_posts import SOCIAL_POSTS, PlatformResult, PostAnalytics, PostContent, PostSchedule, SocialPost
from server.auth.caller import Caller
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, PathId
from server.services import Parts

router = APIRouter(prefix="/api/v1/posts", tags=["Posts"])


class PostView(BaseModel):
    """A post, the content it came from and the approval it was scheduled by."""

    post_id: str
    campaign_id: str | None
    conversation_id: str | None
    content_id: str | None
    approval_id: str | None
    platforms: list[PlatformResult]
    content: PostContent
    schedule: PostSchedule
    analytics: PostAnalytics
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, post: SocialPost) -> "PostView":
        """Show a post."""
        return cls(approval_id=post.request_id, **post.model_dump(include=set(cls.model_fields) - {"approval_id"}))


@router.get("", operation_id="list_posts", responses=responses(), summary="List them, newest first")
async def list_all(
    scope: Caller,
    parts: Parts,
    status: Annotated[Literal["scheduled", "published", "failed", "cancelled"] | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[PostView]:
    """Return the account's posts."""
    where: dict[str, Any] = {"platforms.status": status} if status else {}
    return page_view(await parts.repository(SOCIAL_POSTS, scope).page(where, limit=limit, cursor=cursor), PostView.of)


@router.get("/{post_id}", operation_id="get_post", responses=responses(404), summary="Read one")
async def get(post_id: PathId, scope: Caller, parts: Parts) -> PostView:
    """Return one post."""
    return PostView.of(await parts.repository(SOCIAL_POSTS, scope).get(post_id))
