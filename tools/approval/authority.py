"""The one place that allows an effect to leave the house: a live approval of exactly this, or a policy."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.errors import ApprovalRequired, Forbidden, Halted, NotFound
from core.json_text import inner_list, inner_object
from core.scope import Scope
from core.timezones import UNKNOWN
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.repository import Repository
from db.settings import SETTINGS, Halt
from tools.approval.act import Act, LeavingEffect, approved_part
from tools.approval.guardrails import most_a_day
from tools.approval.payload import effect_id, payload_hash
from tools.approval.permit import MINT, DayLimit, Grounds, Permit
from tools.approval.policy import Ruling
from tools.approval.rules import NO_SETTINGS, RulesInForce, rules_in_force, rules_of
from tools.approval.timezones import named_zone
from tools.approval.verdict import approved_modes, forbidden, ruled
from tools.figures.timezones import timezone_of

COVERED_BY: Final[Mapping[LeavingEffect, frozenset[str]]] = {
    "publish": frozenset({"publish"}),
    "send": frozenset({"publish"}),
    "spend": frozenset({"budget", "campaign_plan"}),
    "launch": frozenset({"campaign_plan"}),
    "take_down": frozenset({"publish"}),
}
# How much later than approved something still goes out: the time is part of what a person has approved.
LATEST: Final = timedelta(hours=12)
HOUR: Final = timedelta(hours=1)
STANDING_STILL = frozenset({"paused", "cancelled", "failed"})
POLICY: Final = "policy"
ASK = "A person has to approve exactly this first."


class Authority:
    """Makes permits. It reads what is stored at that moment; nothing is cached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def permit(self, scope: Scope, act: Act) -> Permit:
        """Return the permit to do ``act`` now.

        Halted while the account or the campaign stands still; ApprovalRequired without a live approval of exactly this,
        or a policy that needs none; Forbidden where it may not be done whatever was approved.
        """
        campaign = await self._campaign(scope, act)
        rules = await rules_in_force(self._database, scope, campaign)
        _require_moving(rules.halt, campaign)
        if never := forbidden(rules, act):
            raise Forbidden(f"{' '.join(never)} It was not done.", breaches=never)
        now = self._database.clock.now()
        if act.publish_at is not None and now < act.publish_at:
            raise Forbidden(f"This is for {act.publish_at:%d %B %Y at %H:%M} UTC and goes out no sooner.")
        if act.publish_at is not None and now > act.publish_at + LATEST:
            raise ApprovalRequired(
                f"This was for {act.publish_at:%d %B %Y at %H:%M} UTC, which is more than {LATEST // HOUR} hours ago, "
                "so it was not done. Schedule its draft for a new time and have that approved.",
                approval_id=act.request_id,
            )
        if act.request_id is not None:
            request = await self._request(scope, act.request_id)
            require_live(request, act)
            if not _covers(request, act) and not await self._raised_to_cover(scope, request, act):
                raise ApprovalRequired(
                    "This is not what was approved, so it was not done. Ask for approval of it as it is now.",
                    approval_id=request.request_id,
                )
            if request.decided_via == POLICY:
                return await self._by_policy(scope, act, rules)
            why = f"{request.approved_by} approved {request.request_id}."
            limit = _limit_of_day(rules, act, now)
            return Permit(act, "approval", why, now, request.request_id, limit, Grounds(rules), mint=MINT)
        return await self._by_policy(scope, act, rules)

    async def require_still(self, scope: Scope, permit: Permit) -> None:
        """Raise unless a permit of a moment ago still holds: Halted where everything or the campaign was stopped since,
        ApprovalRequired where the approval was withdrawn or the policy has been tightened, Forbidden where the rules
        forbid it by now. 1 round trip: what is asked is asked at once.
        """
        act = permit.act
        stored, campaign, request, plans, zone = await asyncio.gather(
            Repository(self._database, SETTINGS, scope).find_one({}),
            self._campaign(scope, act),
            self._approval_of(scope, permit),
            self._plans(scope, act, wanted=permit.by == POLICY),
            self._hours_of(scope, permit),
        )
        settings = stored or NO_SETTINGS
        _require_moving(settings.halt, campaign)
        if request is not None:
            require_live(request, act)
        rules = rules_of(settings, campaign, named_zone(settings.approval, campaign) or zone)
        grounds = Grounds(rules, approved_modes(plans))
        if grounds == permit.grounds:
            return
        if never := forbidden(rules, act):
            raise Forbidden(f"{' '.join(never)} It was not done.", breaches=never)
        if permit.by == POLICY:
            self._policy_permit(act, grounds)

    async def _hours_of(self, scope: Scope, permit: Permit) -> str:
        """Return the owner's timezone, where a policy counts in it; a person has approved the very time."""
        if permit.by == POLICY:
            return (await timezone_of(self._database, scope)).key
        return permit.grounds.rules.timezone if permit.grounds else UNKNOWN

    async def _approval_of(self, scope: Scope, permit: Permit) -> ApprovalRequest | None:
        request_id = permit.request_id or permit.act.request_id
        return await self._request(scope, request_id) if request_id else None

    async def asks(self, scope: Scope, act: Act) -> Ruling:
        """Return whether an act nobody approved would have to be asked for, and why. Forbidden for what may not be.

        For whoever prepares something: with ``allow`` no request need be made. What counts is ``permit``, at the moment
        of acting.
        """
        campaign = await self._campaign(scope, act)
        rules = await rules_in_force(self._database, scope, campaign)
        if never := forbidden(rules, act):
            raise Forbidden(" ".join(never), breaches=never)
        return ruled(rules, act, approved_modes(await self._plans(scope, act)))

    async def _raised_to_cover(self, scope: Scope, plan: ApprovalRequest, act: Act) -> bool:
        """Whether an amount lies within a plan's budget and all that was approved on top of it."""
        if act.effect != "spend" or plan.request_type != "campaign_plan" or plan.campaign_id != act.campaign_id:
            return False
        more = await Repository(self._database, APPROVAL_REQUESTS, scope).find(
            {"campaign_id": plan.campaign_id, "status": "approved", "request_type": "budget"}
        )
        live = [one for one in more if payload_hash(one.content) == one.payload_hash]
        return bool(live) and _within([plan, *live], act)

    async def _by_policy(self, scope: Scope, act: Act, rules: RulesInForce) -> Permit:
        """Return the permit of the policy as it is now: what it let pass before counts for nothing."""
        return self._policy_permit(act, Grounds(rules, approved_modes(await self._plans(scope, act))))

    def _policy_permit(self, act: Act, grounds: Grounds) -> Permit:
        ruling = ruled(grounds.rules, act, grounds.modes)
        if ruling.ruling == "ask":
            raise ApprovalRequired(f"{ASK} {ruling.why}", effect=act.effect, why=ruling.why, asked_anew=True)
        now = self._database.clock.now()
        return Permit(act, POLICY, ruling.why, now, act.request_id, grounds=grounds, mint=MINT)

    async def _plans(self, scope: Scope, act: Act, *, wanted: bool = True) -> list[ApprovalRequest]:
        """Return the approvals of the plan that an act belongs to; none where nobody asks for them."""
        if act.campaign_id is None or not wanted:
            return []
        return await Repository(self._database, APPROVAL_REQUESTS, scope).find(
            {"campaign_id": act.campaign_id, "status": "approved", "request_type": "campaign_plan"}
        )

    async def _campaign(self, scope: Scope, act: Act) -> Campaign | None:
        if act.campaign_id is None:
            return None
        campaign = await Repository(self._database, CAMPAIGNS, scope).find_one({"campaign_id": act.campaign_id})
        if campaign is None:
            raise Forbidden("The campaign this belongs to is gone, so it was not done.")
        return campaign

    async def _request(self, scope: Scope, request_id: str) -> ApprovalRequest:
        try:
            return await Repository(self._database, APPROVAL_REQUESTS, scope).get(request_id)
        except NotFound:
            raise ApprovalRequired(ASK, approval_id=request_id) from None


def _limit_of_day(rules: RulesInForce, act: Act, now: datetime) -> DayLimit | None:
    """Return what may be spent on the customer's day. Money needs an approval always, whatever the policy."""
    most = most_a_day(rules.every) if act.effect == "spend" else None
    return None if most is None else DayLimit(now.astimezone(ZoneInfo(rules.timezone)).date().isoformat(), most)


def _require_moving(halt: Halt, campaign: Campaign | None) -> None:
    if halt.since is not None:
        raise Halted(f"Everything has been stopped by {halt.by}. Nothing goes out until it is resumed.")
    if campaign is not None and campaign.status in STANDING_STILL:
        raise Halted(f"The campaign is {campaign.status}, so nothing of it goes out.", status=campaign.status)


def require_live(request: ApprovalRequest, act: Act) -> None:
    """Raise ApprovalRequired unless a request is approved, unchanged, and of a type that allows this effect."""
    if request.status != "approved":
        state = "not been approved" if request.status == "pending" else f"been {request.status}"
        raise ApprovalRequired(f"This has {state}, so it was not done.", approval_id=request.request_id)
    if payload_hash(request.content) != request.payload_hash:
        raise ApprovalRequired(
            "What was approved has been changed since, so it was not done. Ask for approval again.",
            approval_id=request.request_id,
        )
    if request.request_type not in COVERED_BY[act.effect]:
        raise ApprovalRequired(
            f"An approval of type {request.request_type} does not allow to {act.effect}.",
            approval_id=request.request_id,
        )


def _covers(request: ApprovalRequest, act: Act) -> bool:
    """Whether the approved payload holds exactly this act, for exactly this post."""
    content = request.content
    if act.effect == "launch":
        return act.plan is not None and payload_hash(dict(act.plan)) == request.payload_hash
    if act.effect == "spend":
        return request.campaign_id == act.campaign_id and _within([request], act)
    if act.effect == "take_down":
        named = {"platform": act.platform, "account_id": act.account_id, "platform_post_id": act.platform_post_id}
        return None not in named.values() and named in inner_list(content.get("take_down"))
    asked = act.canonical()
    return act.account_id is not None and any(
        asked == approved_part(planned)
        for position, planned in _planned(content)
        if act.subject_id
        == effect_id("eml" if planned.get("platform") == "email" else "pst", request.request_id, position)
    )


def _planned(content: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    for position, planned in enumerate(inner_list(content.get("posts"))):
        yield position, inner_object(planned)


def _within(requests: Sequence[ApprovalRequest], act: Act) -> bool:
    """Whether an amount lies within these budgets together; what is spent altogether is the ledger's to hold."""
    if act.amount is None:
        return False
    budgets = [inner_object(request.content.get("budget")) for request in requests]
    amounts = [one.get("amount_minor") for one in budgets if one.get("currency") == act.amount.currency]
    return 0 < act.amount.minor <= sum(amount for amount in amounts if isinstance(amount, int))
