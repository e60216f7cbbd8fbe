"""Whether memory is on: for the caller, and in which conversations it is not."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core.scope import Scope
from db.conversations import CONVERSATIONS
from db.memory_switches import MemorySwitch
from memory.switches import Off
from server.auth.caller import Caller, Writer
from server.problems import responses
from server.rest.text import Cursor, Limit, Line
from server.services import Parts

A_PAGE = 20
router = APIRouter(prefix="/api/v1/memory/settings", tags=["Memory"])


class SwitchView(BaseModel):
    """Whether memory is on for the caller, and the conversations in which it is off."""

    enabled: bool
    off_in: list[str]

    @classmethod
    def of(cls, switches: Off, scope: Scope) -> "SwitchView":
        """Show the switches as they stand for a person."""
        return cls(enabled=scope.actor_id not in switches.people, off_in=sorted(switches.conversations))


class OffView(BaseModel):
    """A conversation in which memory is off, since when."""

    conversation_id: str
    off_since: datetime

    @classmethod
    def of(cls, switch: MemorySwitch) -> "OffView":
        """Show a switch."""
        return cls(conversation_id=switch.name, off_since=switch.created_at)


class SwitchPage(BaseModel):
    """Whether memory is on for the caller, and a page of the conversations in which it is off, newest first."""

    enabled: bool
    items: list[OffView]
    next_cursor: str | None = Field(description="Where the next page starts; null at the end.")
    off_in: list[str] = Field(
        deprecated=True,
        description="The ids of `items`; without `limit` and `cursor` of all there are, as before there were pages.",
    )


class SwitchChange(BaseModel):
    """Without a conversation the switch is for the caller, everywhere; with one it is for that conversation."""

    enabled: bool
    conversation_id: Annotated[Line, Field(max_length=64)] | None = None


@router.get("", operation_id="get_memory_settings", responses=responses(), summary="Whether memory is on")
async def switches(scope: Caller, parts: Parts, limit: Limit | None = None, cursor: Cursor = None) -> SwitchPage:
    """Return the switches as they stand for the caller."""
    kept = parts.memory.desk.switches
    page = await kept.page(scope, limit=limit or A_PAGE, cursor=cursor)
    items = [OffView.of(switch) for switch in page.items]
    off_in = [one.conversation_id for one in items]
    if limit is None and cursor is None:
        off_in = sorted((await kept.read(scope, fresh=True)).conversations)
    enabled = await kept.is_on(scope, fresh=True)
    return SwitchPage(enabled=enabled, items=items, next_cursor=page.next_cursor, off_in=off_in)


@router.patch("", operation_id="change_memory_settings", responses=responses(404), summary="Switch it on or off")
async def switch(body: SwitchChange, scope: Writer, parts: Parts) -> SwitchView:
    """Switch memory on or off, for the caller or in one conversation. What is remembered already stays."""
    kept = parts.memory.desk.switches
    if body.conversation_id is None:
        return SwitchView.of(await kept.switch_person(scope, on=body.enabled), scope)
    await parts.repository(CONVERSATIONS, scope).get(body.conversation_id)
    return SwitchView.of(await kept.switch_conversation(scope, body.conversation_id, on=body.enabled), scope)
