"""Tells what happens in a campaign: on its own list of events, and in the conversation it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.turns.notice import Notice
from agents.turns.notices import Notices
from core.campaign_progress import CampaignProgress
from core.events import Interrupt
from core.ids import derived_id
from core.scope import Scope
from db.approval_requests import ApprovalRequest
from db.campaign_events import CAMPAIGN_EVENTS, CampaignEvent
from db.campaigns import Campaign
from db.client import Database
from db.repository import Page, Repository


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``key`` is the same when it is told again. With ``text`` an agent says so in words."""

    key: str
    kind: str
    message: str
    text: str = ""
    agent: str = "publisher"
    details: Mapping[str, Any] | None = None
    asks: ApprovalRequest | None = None
    settled: tuple[str, ...] = ()


class Chronicle:
    """Writes and reads campaigns' events."""

    def __init__(self, database: Database, notices: Notices) -> None:
        self._database = database
        self._notices = notices

    async def tell(self, scope: Scope, campaign: Campaign, entry: Entry) -> None:
        """Note what happened, once, and stream it into the conversation where there is one."""
        cause = (campaign.campaign_id, str(campaign.execution.launch), entry.key)
        details = dict(entry.details or {})
        await self._events(scope).insert_once(
            CampaignEvent(
                event_id=derived_id(CAMPAIGN_EVENTS.id_prefix, *cause),
                campaign_id=campaign.campaign_id,
                kind=entry.kind,
                message=entry.message,
                details=details,
                timestamp=self._database.clock.now(),
            )
        )
        if campaign.conversation_id:
            notice = Notice(
                notice_id=derived_id("ntc", *cause),
                agent=entry.agent,
                events=(CampaignProgress(campaign.campaign_id, entry.kind, entry.message, details),),
                text=entry.text,
                interrupt=_interrupt(entry.asks) if entry.asks else None,
                settled=entry.settled,
            )
            await self._notices.tell(scope, campaign.conversation_id, notice)

    async def page(
        self, scope: Scope, campaign_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[CampaignEvent]:
        """Return a campaign's events, newest first."""
        return await self._events(scope).page({"campaign_id": campaign_id}, limit=limit, cursor=cursor)

    def _events(self, scope: Scope) -> Repository[CampaignEvent]:
        return Repository(self._database, CAMPAIGN_EVENTS, scope)


def _interrupt(request: ApprovalRequest) -> Interrupt:
    return Interrupt(
        approval_id=request.request_id,
        call_id=request.call_id,
        request_type=request.request_type,
        message=request.summary,
        payload=request.content,
        payload_hash=request.payload_hash,
        expires_at=request.expires_at.isoformat(),
    )
