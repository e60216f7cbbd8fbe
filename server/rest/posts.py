"""Posts: scheduled, published or failed, with the result of each platform."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from core.errors import InvalidInput, NotFound
from db.deliveries import DELIVERIES, Delivery, DeliveryResult, DeliveryState
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.social_posts import (
    SOCIAL_POSTS,
    PlatformResult,
    PostAnalytics,
    PostContent,
    PostSchedule,
    PostStatus,
    SocialPost,
)
from server.auth.caller import Caller, Writer
from server.by_hand import HandWork
from server.problems import responses
from server.rest.approvals import ApprovalView, WhichAccount, approval_view
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line, PathId
from server.services import Parts
from tools.deliveries import Account, DeliveryDesk
from tools.outside.addresses import web_address
from tools.posts import SchedulePosts
from tools.rescheduling import Moved

LONGEST_URL: Final = 2_000
POSTS: Final = (f"{SOCIAL_POSTS.id_prefix}_", f"{EMAIL_CAMPAIGNS.id_prefix}_")
router: Final = APIRouter(prefix="/api/v1/posts", tags=["Posts"])


def web(url: str) -> str:
    """Refuse what is no web address."""
    try:
        web_address(url)
    except InvalidInput as error:
        raise ValueError(error.message) from None
    return url


class Where(BaseModel):
    """Which of a post's accounts is meant; nothing: the only one."""

    platform: Annotated[Line, Field(max_length=50)] | None = None
    account_id: Annotated[Line, Field(max_length=300)] | None = None

    @property
    def account(self) -> Account:
        """The account as the desk knows it."""
        return Account(self.platform, self.account_id)


class Verdict(Where):
    """What a person has found at the platform: it is there, it is not and is to go out again, or it stays unknown."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"outcome": "published", "url": "https://x.com/i/web/status/1", "platform": "twitter"}]
        }
    )

    outcome: Literal["published", "not_published", "leave"]
    url: Annotated[Line, Field(max_length=LONGEST_URL), AfterValidator(web)] | None = None


class NewTime(BaseModel):
    """When it is to go out instead."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"publish_at": "2026-12-01T18:00:00Z"}]})

    publish_at: AwareDatetime = Field(description="In the future, at most a year ahead.")


class MovedView(BaseModel):
    """What waits for a decision now. ``post_id`` is the id the post will have once that is approved.

    ``asked_anew`` is False where the post stood so already: then nothing was changed.
    """

    post_id: str
    publish_at: datetime
    approval_id: str
    approval_status: str
    asked_anew: bool
    posts: int = Field(description="How many posts the request holds: all that were asked together.")

    @classmethod
    def of(cls, moved: Moved) -> "MovedView":
        """Show what became of a post that was moved."""
        return cls(
            post_id=moved.post_id,
            publish_at=moved.publish_at,
            approval_id=moved.request.request_id,
            approval_status=moved.request.status,
            asked_anew=moved.asked,
            posts=moved.posts,
        )


class DeliveryView(BaseModel):
    """One post on its way to one account: its state, when it is looked at next, and what a person has to know."""

    delivery_id: str
    post_id: str
    platform: str
    account_id: str | None
    state: DeliveryState
    publish_at: datetime
    next_attempt_at: datetime | None
    attempts: int
    waits_for: Literal["account", "campaign"] | None
    result: DeliveryResult | None
    reason: str | None

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryView":
        """Show a delivery."""
        return cls(**delivery.model_dump(include=set(cls.model_fields)))


class DeliveryList(BaseModel):
    """The deliveries of a post."""

    items: list[DeliveryView]


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
    status: Annotated[PostStatus | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[PostView]:
    """Return the account's posts with what became of each on every platform, why, and where it is."""
    where: dict[str, Any] = {"platforms.status": status} if status else {}
    return page_view(await parts.repository(SOCIAL_POSTS, scope).page(where, limit=limit, cursor=cursor), PostView.of)


@router.post(
    "", operation_id="schedule_posts", status_code=201, responses=responses(404, 409), summary="Ask to post drafts"
)
async def schedule(body: SchedulePosts, scope: Writer, parts: Parts) -> ApprovalView:
    """Have drafts approved for going out. Nothing goes out before somebody approves exactly what the answer holds.

    Times without an offset are the person's local time; without a time the posts are spread over their campaign's days.
    """
    asked = await HandWork(parts, scope).ask("schedule_posts", body.model_dump(mode="json", exclude_unset=True))
    return await approval_view(parts, scope, asked)


@router.get("/{post_id}", operation_id="get_post", responses=responses(404), summary="Read one")
async def get(post_id: PathId, scope: Caller, parts: Parts) -> PostView:
    """Return one post."""
    return PostView.of(await parts.repository(SOCIAL_POSTS, scope).get(post_id))


@router.get(
    "/{post_id}/deliveries", operation_id="list_deliveries", responses=responses(404), summary="How far it has come"
)
async def deliveries(post_id: PathId, scope: Caller, parts: Parts) -> DeliveryList:
    """Return the deliveries of a post or email, one for each account."""
    found = await parts.repository(DELIVERIES, scope).find({"post_id": post_id})
    if not found:
        raise NotFound("There is no delivery of it. A post gets one within a second of being scheduled.")
    return DeliveryList(items=[DeliveryView.of(one) for one in sorted(found, key=lambda one: one.place)])


@router.post("/{post_id}/cancel", operation_id="cancel_post", responses=responses(404, 409), summary="Call it off")
async def cancel(post_id: PathId, scope: Writer, parts: Parts) -> DeliveryList:
    """Call off a post or email that has not gone out; its draft can be changed and scheduled again.

    409 while it is going out or is out already. Without deliveries where it was called off before it got one.
    """
    if not post_id.startswith(POSTS):
        raise NotFound
    await HandWork(parts, scope).call("cancel_post", {"post_id": post_id})
    parts.delivery.due.nudge()
    found = await parts.repository(DELIVERIES, scope).find({"post_id": post_id})
    return DeliveryList(items=[DeliveryView.of(one) for one in sorted(found, key=lambda one: one.place)])


@router.post(
    "/{post_id}/reschedule",
    operation_id="reschedule_post",
    responses=responses(404, 409),
    summary="Ask for another time",
)
async def move(post_id: PathId, body: NewTime, scope: Writer, parts: Parts) -> MovedView:
    """Ask for a post or email at another time. What was approved is withdrawn, with all that was approved together.

    A post that waits for its approval already is named by the id it will have, as the calendar tells it.
    """
    return MovedView.of(await HandWork(parts, scope).reschedule(post_id, body.publish_at))


@router.post(
    "/{post_id}/account",
    operation_id="choose_post_account",
    responses=responses(404, 409),
    summary="Ask for another account",
)
async def put_elsewhere(post_id: PathId, body: WhichAccount, scope: Writer, parts: Parts) -> MovedView:
    """Ask for a post or email on another account of its platform. As for a move, what was approved is withdrawn."""
    return MovedView.of(await HandWork(parts, scope).reassign(post_id, body.connection_id))


@router.post("/{post_id}/retry", operation_id="retry_post", responses=responses(404, 409), summary="Try it again")
async def retry(post_id: PathId, body: Where, scope: Writer, parts: Parts) -> DeliveryView:
    """Have a failed post tried again. It goes out only if its approval still covers it."""
    delivery = await DeliveryDesk(parts.database).try_again(scope, post_id, body.account)
    parts.delivery.due.nudge()
    return DeliveryView.of(delivery)


@router.post(
    "/{post_id}/resolve", operation_id="resolve_post", responses=responses(404, 409), summary="Say what became of it"
)
async def resolve(post_id: PathId, body: Verdict, scope: Writer, parts: Parts) -> DeliveryView:
    """Say what became of a post of unknown outcome, after looking at the platform."""
    delivery = await DeliveryDesk(parts.database).settle(scope, post_id, body.account, body.outcome, body.url)
    parts.delivery.due.nudge()
    return DeliveryView.of(delivery)
