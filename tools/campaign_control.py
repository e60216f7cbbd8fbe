"""A campaign's course in people's hands: launched, paused, gone on with, cancelled; and everything stopped at once.

Each of these changes documents alone. Whatever runs the campaign reads them before its next step, and whatever leaves
the house asks the authority, which reads them too.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from core.campaign_states import CAMPAIGN_MOVES, UNDER_WAY, CampaignStatus, require_move
from core.errors import Conflict, InvalidInput
from core.ids import derived_id, new_id
from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from db.campaigns import CAMPAIGNS, Campaign, PublishingSchedule
from db.client import Database
from db.repository import Repository
from db.settings import SETTINGS, AccountSettings
from tools.approval.requests import ApprovalRequests
from tools.posting_calendar import left_out, pieces_of, posting_slots
from tools.spending.estimates import estimate
from tools.spending.prices import unit_prices

ATTEMPTS: Final = 5
_NOT_LAUNCHED: Final = "has not been launched, so there is nothing to pause. It starts when you launch it."
NOTHING_RUNS: Final[Mapping[CampaignStatus, str]] = {
    "draft": _NOT_LAUNCHED,
    "planning": _NOT_LAUNCHED,
    "review": "waits for approval, so nothing of it runs yet. Reject the plan to change it, or cancel the campaign.",
}
A_MOMENT: Final = timedelta(milliseconds=1)


async def prepared(database: Database, campaign: Campaign, timezone: str) -> Campaign:
    """Return the campaign with its posting times and estimate worked out, as it would be launched now."""
    slots = posting_slots(campaign, timezone, database.clock.now())
    if not slots:
        raise InvalidInput(
            f"{campaign.name!r} names no channel that can be posted on. Choose at least one, such as Instagram. "
            f"{left_out(campaign.platforms)}".strip()
        )
    cost = estimate(pieces_of(slots), campaign.budget.currency, await unit_prices(database))
    return campaign.model_copy(
        update={
            "publishing_schedule": PublishingSchedule(timezone=timezone, slots=slots),
            "estimated_cost_minor": cost.total.minor,
            "cost_breakdown": list(cost.parts),
        }
    )


def zone_of(campaign: Campaign, otherwise: str) -> str:
    """Return the timezone a campaign's times are worked out in: that of its launch, before it the given one."""
    return campaign.execution.timezone if campaign.execution.launch else otherwise


class CampaignControl:
    """Moves the campaigns of one tenant through the table of states, whoever else does so at the same time."""

    def __init__(self, database: Database, scope: Scope) -> None:
        self._database = database
        self._scope = scope
        self.campaigns = Repository(database, CAMPAIGNS, scope)

    async def launch(self, campaign_id: str, timezone: str, request_id: str | None = None) -> Campaign:
        """Hand a planned campaign over to be run; with ``request_id`` plan and budget are approved already.

        Harmless when repeated with the same ``request_id``. A campaign that is under way is returned as it is.
        """
        self._scope.require_write()
        campaign = await self.campaigns.get(campaign_id)
        if campaign.status in UNDER_WAY and campaign.execution.launch:
            return campaign
        if not campaign.plan.tasks:
            raise Conflict(f"{campaign.name!r} has no plan yet. Make one first.")
        if campaign.status != "review":
            require_move(campaign.status, "review")
        ready = await prepared(self._database, campaign, timezone)
        launch, now = campaign.execution.launch + 1, self._database.clock.now()
        changes: dict[str, Any] = {
            "status": "review",
            "approval_status": "approved" if request_id else "pending",
            "publishing_schedule": ready.publishing_schedule and ready.publishing_schedule.model_dump(),
            "estimated_cost_minor": ready.estimated_cost_minor,
            "cost_breakdown": [part.model_dump() for part in ready.cost_breakdown],
            "execution": campaign.execution.model_copy(
                update={
                    "launch": launch,
                    "workflow_id": derived_id("wfl", campaign_id, str(launch)),
                    "timezone": timezone,
                    "request_id": request_id,
                    "launched_by": self._scope.actor_id,
                    "launched_at": now,
                    "attention_at": attention(campaign, now),
                    "paused_from": None,
                    "reason": None,
                }
            ).model_dump(),
        }
        seen = {"status": campaign.status, "execution.launch": campaign.execution.launch}
        return await self.campaigns.update(campaign_id, changes, where=seen)

    async def pause(self, campaign_id: str, reason: str = "") -> Campaign:
        """Let a campaign stand still before its next step."""

        def changes(campaign: Campaign) -> dict[str, Any]:
            if why := NOTHING_RUNS.get(campaign.status):
                allowed = sorted(CAMPAIGN_MOVES[campaign.status])
                raise Conflict(f"{campaign.name!r} {why}", status=campaign.status, allowed=allowed)
            require_move(campaign.status, "paused")
            return {"status": "paused", "execution.paused_from": campaign.status, "execution.reason": reason or None}

        return await self._change(campaign_id, "paused", changes)

    async def resume(self, campaign_id: str) -> Campaign:
        """Let a paused campaign go on where it stood. Forbidden for those who may not decide what goes out."""
        self._scope.require_decide()

        def changes(campaign: Campaign) -> dict[str, Any]:
            back: CampaignStatus = campaign.execution.paused_from or "active"
            if campaign.status != "paused":
                raise Conflict(f"{campaign.name!r} is {campaign.status}, so there is nothing to resume.")
            require_move(campaign.status, back)
            return {"status": back, "execution.paused_from": None, "execution.reason": None}

        return await self._change(campaign_id, None, changes)

    async def cancel(self, campaign_id: str, reason: str = "") -> Campaign:
        """End a campaign for good; what has not gone out will not."""

        def changes(campaign: Campaign) -> dict[str, Any]:
            require_move(campaign.status, "cancelled")
            return {"status": "cancelled", "execution.reason": reason or None}

        return await self._change(campaign_id, "cancelled", changes)

    async def stop_everything(self, why: str = "") -> AccountSettings:
        """Turn the account's stop switch: nothing leaves the house, and no campaign takes its next step."""
        self._scope.require_write()
        settings = await self._halt({"since": self._database.clock.now(), "by": self._scope.actor_id, "why": why})
        await self._audit("everything_stopped", ("settings", settings.settings_id), {"why": why})
        return settings

    async def go_on(self) -> AccountSettings:
        """Turn the stop switch back, and let every campaign look again. Forbidden as for ``resume``."""
        self._scope.require_decide()
        settings = await self._halt({"since": None, "by": None, "why": ""})
        await self._audit("everything_goes_on", ("settings", settings.settings_id), {})
        for campaign in await self.under_way():
            seen = {"execution.attention_at": attention(campaign, self._now())}
            await self.campaigns.change(campaign.campaign_id, seen)
        return settings

    async def look_again(self, campaign_id: str) -> None:
        """Have a running campaign look at once at what a person has added to it."""
        campaign = await self.campaigns.find_one({"campaign_id": campaign_id, "status": {"$in": list(UNDER_WAY)}})
        if campaign is not None:
            await self.campaigns.change(campaign_id, {"execution.attention_at": attention(campaign, self._now())})

    async def withdraw_plan(self, campaign_id: str) -> list[str]:
        """Withdraw what was asked or approved of a plan that has changed since; return the requests' ids."""
        requests = ApprovalRequests(self._database)
        about = await requests.live_about(self._scope, campaign_id)
        plans = [request.request_id for request in about if request.request_type == "campaign_plan"]
        for request_id in plans:
            await requests.void(self._scope, request_id, "The plan was changed.")
        return plans

    async def halted(self) -> AccountSettings | None:
        """Return the account's settings while its stop switch is turned."""
        found = await Repository(self._database, SETTINGS, self._scope).find_one({})
        return found if found is not None and found.halt.since is not None else None

    async def under_way(self) -> list[Campaign]:
        """Return the campaigns somebody has launched and that are not over."""
        found = await self.campaigns.find({"status": {"$in": list(UNDER_WAY)}}, limit=1000)
        return [campaign for campaign in found if campaign.execution.launch]

    async def _change(
        self, campaign_id: str, reached: CampaignStatus | None, changes: Callable[[Campaign], dict[str, Any]]
    ) -> Campaign:
        """Make a move from whatever state the campaign is in; nothing happens where it was made already."""
        self._scope.require_write()
        for _ in range(ATTEMPTS):
            campaign = await self.campaigns.get(campaign_id)
            if campaign.status == reached:
                return campaign
            wanted = changes(campaign) | {"execution.attention_at": attention(campaign, self._now())}
            try:
                moved = await self.campaigns.update(campaign_id, wanted, where={"status": campaign.status})
            except Conflict:
                continue
            details = {"from": campaign.status, "why": moved.execution.reason or ""}
            await self._audit(f"campaign_{reached or 'resumed'}", ("campaign", campaign_id), details)
            return moved
        raise Conflict

    async def _halt(self, halt: dict[str, Any]) -> AccountSettings:
        repository = Repository(self._database, SETTINGS, self._scope)
        known = await repository.find_one({})
        if known is None:
            made = AccountSettings(settings_id=derived_id(SETTINGS.id_prefix, self._scope.user_id))
            known = await repository.insert_once(made)
        return await repository.update(known.settings_id, {"halt": halt})

    async def _audit(self, action: str, resource: tuple[str, str], details: dict[str, Any]) -> None:
        entry = AuditEntry(
            audit_id=new_id(AUDIT_LOG.id_prefix),
            action=action,
            resource_type=resource[0],
            resource_id=resource[1],
            actor_id=self._scope.actor_id,
            details={"via": self._scope.channel, **details},
        )
        await Repository(self._database, AUDIT_LOG, self._scope).insert(entry)

    def _now(self) -> datetime:
        return self._database.clock.now()


def as_read(campaign: Campaign) -> dict[str, Any]:
    """Return what must not have changed since a campaign was read, so that no launch and no charge is written over."""
    budget = campaign.budget
    return {
        "status": campaign.status,
        "execution.launch": campaign.execution.launch,
        "budget.used_minor": budget.used_minor,
        "budget.allocated_minor": budget.allocated_minor,
        "updated_at": campaign.updated_at,
    }


def attention(campaign: Campaign, now: datetime) -> datetime:
    """Return when somebody has to look at a campaign again: now, and later than the last time."""
    last = campaign.execution.attention_at
    return now if last is None or last < now else last + A_MOMENT
