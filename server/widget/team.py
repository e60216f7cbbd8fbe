"""What people of the account see and do in the widget besides talking: approvals, and how far long work is."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaign_events import CAMPAIGN_EVENTS
from db.conversations import CONVERSATIONS
from db.social_accounts import SOCIAL_ACCOUNTS
from server.problems import responses
from server.rendering import as_it_appears
from server.rest import approvals
from server.rest.approval_links import attachment
from server.rest.text import PathId
from server.services import Parts, Services
from server.widget.door import Member
from tools.account_names import AccountNames, account_names, posts_of

MOST: Final = 100
router = APIRouter(prefix="/api/v1/widget", tags=["Widget"])


class CardView(approvals.ApprovalView):
    """An approval request with the names of people, and what goes out as HTML."""

    decided_by_name: str | None = None
    rendered: dict[int, str] = Field(description="Posts that go out as HTML, sanitised, by their place.")


class Cards(BaseModel):
    """The approval requests of a conversation, oldest first."""

    items: list[CardView]


class StepView(BaseModel):
    """One thing that happened in a campaign."""

    campaign_id: str
    kind: str
    message: str
    details: dict[str, Any]


class ProgressView(BaseModel):
    """What happened in a campaign, oldest first."""

    items: list[StepView]


@router.get(
    "/conversations/{conversation_id}/approvals",
    operation_id="list_talk_approvals",
    responses=responses(404),
    summary="What a conversation asked for",
)
async def cards(conversation_id: PathId, guest: Member, parts: Parts) -> Cards:
    """Return the conversation's newest approval requests, decided ones included."""
    await parts.repository(CONVERSATIONS, guest.scope).get(conversation_id)
    found = await parts.repository(APPROVAL_REQUESTS, guest.scope).find(
        {"conversation_id": conversation_id}, sort=[("created_at", -1)], limit=MOST
    )
    return Cards(items=await _shown(parts, guest.scope, sorted(found, key=lambda request: request.created_at)))


@router.get(
    "/conversations/{conversation_id}/progress",
    operation_id="list_talk_progress",
    responses=responses(404),
    summary="How far long work is",
)
async def progress(conversation_id: PathId, guest: Member, parts: Parts) -> ProgressView:
    """Return what happened last in the campaign of a conversation."""
    talk = await parts.repository(CONVERSATIONS, guest.scope).get(conversation_id)
    if talk.campaign_id is None:
        return ProgressView(items=[])
    events = parts.repository(CAMPAIGN_EVENTS, guest.scope)
    page = await events.page({"campaign_id": talk.campaign_id}, limit=MOST)
    shown = set(StepView.model_fields)
    return ProgressView(items=[StepView(**event.model_dump(include=shown)) for event in reversed(page.items)])


@router.get(
    "/approvals/{approval_id}", operation_id="get_widget_approval", responses=responses(404), summary="One card"
)
async def card(approval_id: PathId, guest: Member, parts: Parts) -> CardView:
    """Return one approval request."""
    request = await parts.repository(APPROVAL_REQUESTS, guest.scope).get(approval_id)
    (shown,) = await _shown(parts, guest.scope, [request])
    return shown


@router.post(
    "/approvals/{approval_id}/decision",
    operation_id="decide_in_widget",
    responses=responses(404, 409),
    summary="Decide",
)
async def decide(approval_id: PathId, body: approvals.Decision, guest: Member, parts: Parts) -> CardView:
    """Approve or reject, with the rights the person has in the account."""
    guest.scope.require_decide()
    await approvals.decide(approval_id, body, guest.scope, parts)
    return await card(approval_id, guest, parts)


@router.get("/approvals/{approval_id}/media/{post}/{number}", include_in_schema=False)
async def media(approval_id: PathId, post: int, number: int, guest: Member, parts: Parts) -> Response:
    """Return a picture that is to go out: exactly the file that is decided about."""
    request = await parts.repository(APPROVAL_REQUESTS, guest.scope).get(approval_id)
    return await attachment(parts, request, post, number)


async def _shown(parts: Services, scope: Scope, requests: Sequence[ApprovalRequest]) -> list[CardView]:
    """Show requests with names in place of ids."""
    names = await parts.desk.called(scope, [request.approved_by for request in requests if request.approved_by])
    accounts = await account_names(parts.repository(SOCIAL_ACCOUNTS, scope), requests)
    return [_card(request, names, accounts) for request in requests]


def _card(request: ApprovalRequest, names: Mapping[str, str], accounts: AccountNames) -> CardView:
    posts = posts_of(request)
    shown: dict[str, Any] = approvals.ApprovalView.of(request, accounts).model_dump()
    shown["difference"] = accounts.differences(request.difference)
    return CardView(
        **shown,
        decided_by_name=names.get(request.approved_by or ""),
        rendered={place: html for place, post in enumerate(posts) if (html := as_it_appears(post)) is not None},
    )
