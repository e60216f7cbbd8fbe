"""Who has talked on a site, and what was said: for the people of the account the site belongs to."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from core.scope import scope_of_stored
from db.messages import MESSAGES, Message
from db.visitors import VISITORS, Visitor
from server.auth.caller import Caller, InPerson
from server.erasure import erase_visitor
from server.problems import responses
from server.rest.conversations import MessageView
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, PathId
from server.services import Parts, Services

router = APIRouter(prefix="/api/v1/sites/{site_id}/visitors", tags=["Sites"])


class VisitorView(BaseModel):
    """A visitor of a site. ``subject`` is what the site's server calls them, for those it vouches for."""

    visitor_id: str
    kind: Literal["anonymous", "identified"]
    subject: str | None
    name: str | None
    email: str | None
    created_at: datetime
    last_seen_at: datetime

    @classmethod
    def of(cls, visitor: Visitor) -> "VisitorView":
        """Show a visitor."""
        return cls(**visitor.model_dump(include=set(cls.model_fields)))


class VisitorMessage(MessageView):
    """Something said between a visitor and the team, and in which of their conversations."""

    conversation_id: str

    @classmethod
    def shown(cls, message: Message) -> "VisitorMessage":
        """Show a message."""
        return cls(conversation_id=message.conversation_id, **MessageView.of(message).model_dump())


@router.get("", operation_id="list_visitors", responses=responses(404), summary="List them, newest first")
async def list_all(
    site_id: PathId, scope: Caller, parts: Parts, limit: Limit = 20, cursor: Cursor = None
) -> PageView[VisitorView]:
    """Return who has talked on a site."""
    await parts.widget.sites.get(scope, site_id)
    page = await parts.repository(VISITORS, scope).page({"site_id": site_id}, limit=limit, cursor=cursor)
    return page_view(page, VisitorView.of)


@router.get(
    "/{visitor_id}/messages", operation_id="list_visitor_messages", responses=responses(404), summary="What was said"
)
async def messages(
    site_id: PathId, visitor_id: PathId, scope: Caller, parts: Parts, limit: Limit = 50, cursor: Cursor = None
) -> PageView[VisitorMessage]:
    """Return what a visitor and the team have said, newest first."""
    await _require(parts, scope, site_id, visitor_id)
    theirs = parts.repository(MESSAGES, scope_of_stored(visitor_id))
    return page_view(await theirs.page({}, limit=limit, cursor=cursor), VisitorMessage.shown)


@router.delete(
    "/{visitor_id}", status_code=204, operation_id="erase_visitor", responses=responses(404), summary="Erase one"
)
async def erase(site_id: PathId, visitor_id: PathId, scope: InPerson, parts: Parts) -> Response:
    """Erase a visitor with everything they said, as they may ask of you. Their session ends."""
    await _require(parts, scope, site_id, visitor_id)
    await erase_visitor(parts, visitor_id)
    parts.widget.guests.forget(site_id)
    return Response(status_code=204)


async def _require(parts: Services, scope: Caller, site_id: str, visitor_id: str) -> None:
    """Raise NotFound unless this is a visitor of this site of the caller's account."""
    await parts.widget.sites.get(scope, site_id)
    await parts.repository(VISITORS, scope).get(visitor_id)
