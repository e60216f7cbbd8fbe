"""What a policy would have sent without asking: answered from what was really asked, before it is switched on."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from core.json_text import inner_list, inner_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.approval_rules import ApprovalMode, PolicyRow
from db.client import Database
from db.repository import Repository
from tools.approval.planned_acts import act_of_planned
from tools.approval.rules import RulesInForce, rules_in_force
from tools.approval.verdict import approved_modes, forbidden, ruled

DAYS: Final = 30
MOST_REQUESTS: Final = 2_000
PREVIEW: Final = 120


@dataclass(frozen=True, slots=True)
class Unasked:
    """A post that would have gone out without asking, what became of it in truth, and the row that let it out."""

    approval_id: str
    platform: str
    publish_at: str
    text: str
    decided: str
    edited: bool
    why: str


@dataclass(frozen=True, slots=True)
class BackTest:
    """What a policy would have done with the posts of the last days. ``against`` people had rejected or changed.

    ``truncated``: there were more requests than are looked at, so that the oldest are not counted.
    """

    days: int
    posts: int
    would_ask: int
    would_refuse: int
    unasked: tuple[Unasked, ...]
    truncated: bool = False

    @property
    def against(self) -> tuple[Unasked, ...]:
        """Those that a person had rejected, let expire or changed: the ones to look at."""
        return tuple(one for one in self.unasked if one.edited or one.decided not in {"approved", "pending"})


@dataclass(frozen=True, slots=True)
class Tried:
    """A policy to try: a mode, or rows in its place."""

    mode: ApprovalMode
    rows: Sequence[PolicyRow] = ()


async def back_test(
    database: Database,
    scope: Scope,
    tried: Tried,
    *,
    campaign_id: str | None = None,
    days: int = DAYS,
    most: int = MOST_REQUESTS,
) -> BackTest:
    """Put every post that was asked for in the last days before a policy, as the authority would.

    The policy stands in place of the account's and of its campaigns'; their guardrails, timezones and steps stay. A
    campaign's plan counts as approved in the tried mode where it was approved in any.
    """
    since = database.clock.now() - timedelta(days=days)
    where: dict[str, Any] = {"created_at": {"$gt": since}, "request_type": "publish"}
    if campaign_id:
        where["campaign_id"] = campaign_id
    repository = Repository(database, APPROVAL_REQUESTS, scope)
    found = await repository.find(where, sort=[("created_at", -1)], limit=most + 1)
    requests = [request for request in found[:most] if request.superseded_by is None]
    planned = await _planned(repository, {request.campaign_id for request in requests})
    rules: dict[str | None, RulesInForce] = {}
    posts = asked = refused = 0
    unasked: list[Unasked] = []
    for request in requests:
        campaign = request.campaign_id
        if campaign not in rules:
            rules[campaign] = (await rules_in_force(database, scope, campaign)).trying(tried.mode, tried.rows)
        modes = {tried.mode} if campaign in planned else set[str]()
        for post in map(inner_object, inner_list(request.content.get("posts"))):
            posts += 1
            act = act_of_planned(post, campaign, request.request_id)
            ruling = ruled(rules[campaign], act, modes)
            if forbidden(rules[campaign], act):
                refused += 1
            elif ruling.ruling == "ask":
                asked += 1
            else:
                unasked.append(_unasked(request, post, ruling.why))
    return BackTest(days, posts, asked, refused, tuple(unasked), truncated=len(found) > most)


async def _planned(repository: Repository[ApprovalRequest], campaigns: AbstractSet[str | None]) -> set[str]:
    """Return those campaigns whose plan is approved."""
    ids = sorted(campaign for campaign in campaigns if campaign)
    where = {"campaign_id": {"$in": ids}, "status": "approved", "request_type": "campaign_plan"}
    plans = await repository.find(where, limit=MOST_REQUESTS) if ids else []
    return {plan.campaign_id for plan in plans if plan.campaign_id and approved_modes([plan])}


def _unasked(request: ApprovalRequest, planned: dict[str, Any], why: str) -> Unasked:
    return Unasked(
        approval_id=request.request_id,
        platform=str(planned.get("platform")),
        publish_at=str(planned.get("publish_at")),
        text=str(planned.get("text", ""))[:PREVIEW],
        decided=request.status,
        edited=bool(request.edits),
        why=why,
    )
