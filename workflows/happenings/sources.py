"""Where happenings are read from: the documents themselves, so that a kill between a change and its telling loses none.

Each source goes by an index on one time, over all accounts at once.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from core.ids import derived_id
from db.all_tenants import AllTenants
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.audit_log import AUDIT_LOG, AuditEntry
from db.campaign_events import CAMPAIGN_EVENTS, CampaignEvent
from db.client import Database
from db.social_posts import SOCIAL_POSTS, SocialPost
from workflows.happenings.happening import Happening

ID_PREFIX: Final = "hap"
DECIDED: Final = ("approved", "rejected", "expired")
POST_ENDS: Final = ("post_published", "post_failed", "post_unknown", "post_cancelled")
CAMPAIGN_TYPES: Final = {
    "started": "campaign.started",
    "ended": "campaign.ended",
    "completed": "campaign.completed",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time that is read. ``untold`` is from when on nothing has been told: before ``since`` after an absence."""

    since: datetime
    until: datetime
    untold: datetime


Source: TypeAlias = Callable[[Database, Stretch], Awaitable[list[Happening]]]


async def approvals(database: Database, stretch: Stretch) -> list[Happening]:
    """Return what became of approval requests. A step that was passed asks the next one.

    A document has one time, of its latest change: what happened to it earlier in an absence is told with that.
    """
    return [
        happening
        async for request in _within(database, APPROVAL_REQUESTS, "updated_at", stretch)
        for happening in of_request(request)
        if stretch.untold <= happening.at <= stretch.until
    ]


async def posts_ended(database: Database, stretch: Stretch) -> list[Happening]:
    """Return what became of posts and emails, from the audit log."""
    return [
        _of_entry(entry)
        async for entry in _within(database, AUDIT_LOG, "timestamp", stretch)
        if entry.action in POST_ENDS
    ]


async def posts_scheduled(database: Database, stretch: Stretch) -> list[Happening]:
    """Return the posts that came onto the calendar."""
    return [
        _of_post(post)
        async for post in _within(database, SOCIAL_POSTS, "created_at", stretch)
        if post.schedule.scheduled
    ]


async def campaigns(database: Database, stretch: Stretch) -> list[Happening]:
    """Return what happened in running campaigns."""
    return [_of_event(event) async for event in _within(database, CAMPAIGN_EVENTS, "timestamp", stretch)]


SOURCES: Final[tuple[Source, ...]] = (approvals, posts_ended, posts_scheduled, campaigns)


def of_request(request: ApprovalRequest) -> list[Happening]:
    """Return everything a request's document tells of."""
    told = [_of_request(request, "requested", request.created_at, "0")]
    told += [
        _of_request(request, "requested", signature.at, str(number))
        for number, signature in enumerate(request.signatures, 1)
        if number <= request.step
    ]
    if request.reminded_at and request.status == "pending":
        told.append(_of_request(request, "reminded", request.reminded_at, request.reminded_at.isoformat()))
    if request.status in DECIDED and request.resolved_at:
        told.append(_of_request(request, request.status, request.resolved_at))
    if request.status == "cancelled":
        told.append(_of_request(request, "withdrawn", request.updated_at))
    return told


def _of_request(request: ApprovalRequest, what: str, at: datetime, *cause: str) -> Happening:
    data = {
        "approval_id": request.request_id,
        "request_type": request.request_type,
        "status": request.status,
        "summary": request.summary,
        "payload_hash": request.payload_hash,
        "requested_by": request.requested_by,
        "expires_at": request.expires_at.isoformat(),
        "campaign_id": request.campaign_id,
        "conversation_id": request.conversation_id,
        "supersedes": request.supersedes,
    }
    if what == "requested" and request.steps:
        data["step"] = request.steps[int(cause[0])].name
    if what in DECIDED:
        data |= {
            "decided_by": request.approved_by,
            "decided_via": request.decided_via,
            "decided_at": at.isoformat(),
            "notes": request.approval_notes or request.rejection_reason or "",
        }
    if what == "withdrawn":
        data["reason"] = request.void_reason
    event_id = derived_id(ID_PREFIX, request.request_id, what, *cause)
    return Happening(event_id, f"approval.{what}", request.user_id, at, data)


def _of_entry(entry: AuditEntry) -> Happening:
    event_type = f"post.{entry.action.removeprefix('post_')}"
    data = {"delivery_id": entry.resource_id, **entry.details}
    return Happening(derived_id(ID_PREFIX, entry.audit_id), event_type, entry.user_id, entry.timestamp, data)


def _of_post(post: SocialPost) -> Happening:
    data = {
        "post_id": post.post_id,
        "platforms": [result.platform for result in post.platforms],
        "publish_at": post.schedule.publish_at.isoformat() if post.schedule.publish_at else None,
        "approval_id": post.request_id,
        "content_id": post.content_id,
        "campaign_id": post.campaign_id,
        "conversation_id": post.conversation_id,
    }
    return Happening(derived_id(ID_PREFIX, post.post_id), "post.scheduled", post.user_id, post.created_at, data)


def _of_event(event: CampaignEvent) -> Happening:
    data = {
        "campaign_id": event.campaign_id,
        "kind": event.kind,
        "message": event.message,
        "details": event.details,
    }
    event_type = CAMPAIGN_TYPES.get(event.kind, "campaign.progress")
    return Happening(derived_id(ID_PREFIX, event.event_id), event_type, event.user_id, event.timestamp, data)


async def _within(database: Database, collection: Any, field: str, stretch: Stretch) -> AsyncIterator[Any]:
    read = {field: {"$gte": stretch.since, "$lte": stretch.until}}
    async for document in AllTenants(database, collection).each(read):
        yield document
