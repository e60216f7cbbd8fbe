"""Sees to it that every launched campaign has its workflow, which looks when a person has changed something.

The documents say what there is to do, so nothing is lost with a process: whoever looks next sees it too.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from core.campaign_states import UNDER_WAY
from core.clock import Clock
from core.errors import Conflict, NotFound
from core.scope import Scope
from db.all_tenants import AllTenants
from db.approval_requests import ApprovalRequest
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.repository import Repository
from tools.approval.requests import Listener
from tools.campaign_control import attention
from workflows.campaigns.workflow import NAME
from workflows.runtime.engine import Engine
from workflows.runtime.periodic import Periodic

LOOK_SECONDS: Final = 1.0
# What was changed this long ago is looked at again: clocks differ, and a look may fail.
OVERLAP: Final = timedelta(seconds=30)
MOST: Final = 10_000


class Attendance:
    """Looks at the campaigns of all tenants."""

    def __init__(self, database: Database, engine: Engine, clock: Clock, look_seconds: float = LOOK_SECONDS) -> None:
        self._campaigns = AllTenants(database, CAMPAIGNS)
        self._engine = engine
        self._clock = clock
        self._seen: dict[str, datetime | None] = {}
        self._since: datetime | None = None
        self._periodic = Periodic("campaigns", self.look, look_seconds)

    def start(self) -> None:
        """Begin to look."""
        self._periodic.start()

    async def stop(self) -> None:
        """Stop looking."""
        await self._periodic.stop()

    async def look(self) -> int:
        """Look once: at all campaigns under way the first time, then at those somebody has touched."""
        now = self._clock.now()
        for campaign in await self._touched():
            if campaign.execution.workflow_id is None:
                continue
            await self._attend(campaign, campaign.execution.workflow_id)
        self._since = now
        return len(self._seen)

    async def _touched(self) -> list[Campaign]:
        if self._since is None:
            where = {"status": {"$in": list(UNDER_WAY)}, "deleted_at": None}
            return await self._campaigns.find(where, limit=MOST)
        return await self._campaigns.find({"execution.attention_at": {"$gte": self._since - OVERLAP}}, limit=MOST)

    async def _attend(self, campaign: Campaign, workflow_id: str) -> None:
        known, touched = workflow_id in self._seen, campaign.execution.attention_at
        if known and self._seen[workflow_id] == touched:
            return
        if not known and campaign.status in UNDER_WAY:
            launch = str(campaign.execution.launch)
            await self._engine.start(NAME, workflow_id, campaign.user_id, campaign.campaign_id, launch)
        await self._engine.hint(workflow_id)
        self._seen[workflow_id] = touched


def decision_listener(database: Database, clock: Clock) -> Listener:
    """Return what tells a campaign that a request of its was decided."""

    async def decided(scope: Scope, request: ApprovalRequest) -> None:
        if request.campaign_id is None:
            return
        campaigns = Repository(database, CAMPAIGNS, scope)
        with suppress(NotFound, Conflict):
            campaign = await campaigns.get(request.campaign_id)
            seen = {"execution.attention_at": attention(campaign, clock.now())}
            await campaigns.change(request.campaign_id, seen)

    return decided
