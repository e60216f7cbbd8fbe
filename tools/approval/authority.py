"""The one place that allows an effect to leave the house: a live approval of exactly this, or a policy."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.errors import ApprovalRequired, Forbidden, Halted, NotFound
from core.json_text import inner_list, inner_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS
from db.client import Database
from db.repository import Repository
from db.settings import SETTINGS
from tools.approval.act import Act, LeavingEffect, approved_part
from tools.approval.payload import effect_id, payload_hash
from tools.approval.permit import MINT, Permit

COVERED_BY: Final[Mapping[LeavingEffect, frozenset[str]]] = {
    "publish": frozenset({"publish"}),
    "send": frozenset({"publish"}),
    "spend": frozenset({"budget", "campaign_plan"}),
    "launch": frozenset({"campaign_plan"}),
}
STANDING_STILL = frozenset({"paused", "cancelled", "failed"})
ASK = "A person has to approve exactly this first."


class Authority:
    """Makes permits. It reads what is stored at that moment; nothing is cached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def permit(self, scope: Scope, act: Act) -> Permit:
        """Return the permit to do ``act`` now.

        Halted while the account or the campaign stands still; ApprovalRequired without a live approval of exactly this;
        Forbidden where it may not be done whatever was approved.
        """
        await self._require_moving(scope, act)
        if act.request_id is None:
            raise ApprovalRequired(ASK, effect=act.effect)
        request = await self._request(scope, act.request_id)
        _require_live(request, act)
        if not _covers(request, act):
            raise ApprovalRequired(
                "This is not what was approved, so it was not done. Ask for approval of it as it is now.",
                approval_id=request.request_id,
            )
        now = self._database.clock.now()
        if act.publish_at is not None and now < act.publish_at:
            raise Forbidden(f"This was approved for {act.publish_at:%d %B %Y at %H:%M} UTC and not before.")
        why = f"{request.approved_by} approved {request.request_id}."
        return Permit(act, "approval", why, now, request.request_id, mint=MINT)

    async def _require_moving(self, scope: Scope, act: Act) -> None:
        settings = await Repository(self._database, SETTINGS, scope).find_one({})
        if settings is not None and settings.halt.since is not None:
            raise Halted(f"Everything has been stopped by {settings.halt.by}. Nothing goes out until it is resumed.")
        if act.campaign_id is None:
            return
        campaign = await Repository(self._database, CAMPAIGNS, scope).find_one({"campaign_id": act.campaign_id})
        if campaign is None:
            raise Forbidden("The campaign this belongs to is gone, so it was not done.")
        if campaign.status in STANDING_STILL:
            raise Halted(f"The campaign is {campaign.status}, so nothing of it goes out.", status=campaign.status)

    async def _request(self, scope: Scope, request_id: str) -> ApprovalRequest:
        try:
            return await Repository(self._database, APPROVAL_REQUESTS, scope).get(request_id)
        except NotFound:
            raise ApprovalRequired(ASK, approval_id=request_id) from None


def _require_live(request: ApprovalRequest, act: Act) -> None:
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
        return _covers_spending(content, act) and request.campaign_id == act.campaign_id
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


def _covers_spending(content: Mapping[str, Any], act: Act) -> bool:
    """Whether an amount lies within the approved budget; what is spent altogether is the ledger's to hold."""
    budget = inner_object(content.get("budget"))
    allowed = budget.get("amount_minor")
    return (
        act.amount is not None
        and isinstance(allowed, int)
        and 0 < act.amount.minor <= allowed
        and budget.get("currency") == act.amount.currency
    )
