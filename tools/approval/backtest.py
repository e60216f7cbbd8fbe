"""What a policy would have sent without asking: answered from what was really asked, before it is switched on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from core.json_text import inner_list, inner_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.repository import Repository
from tools.approval.act import act_of_planned
from tools.approval.guardrails import breaches
from tools.approval.policy import Table, decide
from tools.approval.rules import RulesInForce

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
    """What a policy would have done with the posts of the last days. ``against`` people had rejected or changed."""

    days: int
    posts: int
    would_ask: int
    would_refuse: int
    unasked: tuple[Unasked, ...]

    @property
    def against(self) -> tuple[Unasked, ...]:
        """Those that a person had rejected, let expire or changed: the ones to look at."""
        return tuple(one for one in self.unasked if one.edited or one.decided not in {"approved", "pending"})


async def back_test(
    database: Database,
    scope: Scope,
    rules: RulesInForce,
    table: Table,
    *,
    campaign_id: str | None = None,
    days: int = DAYS,
) -> BackTest:
    """Put every post that was asked for in the last days before a table."""
    since = database.clock.now() - timedelta(days=days)
    where: dict[str, Any] = {"created_at": {"$gte": since}, "request_type": "publish"}
    if campaign_id:
        where["campaign_id"] = campaign_id
    found = await Repository(database, APPROVAL_REQUESTS, scope).find(
        where, sort=[("created_at", -1)], limit=MOST_REQUESTS
    )
    posts = asked = refused = 0
    unasked: list[Unasked] = []
    for request in found:
        if request.superseded_by is not None:
            continue
        for planned in map(inner_object, inner_list(request.content.get("posts"))):
            posts += 1
            act = act_of_planned(planned, request.campaign_id, request.request_id)
            broken = breaches(rules.every, act)
            ruling = decide(table, act, rules.timezone)
            if any(breach.then == "refuse" for breach in broken):
                refused += 1
            elif broken or ruling.ruling == "ask":
                asked += 1
            else:
                unasked.append(_unasked(request, planned, ruling.why))
    return BackTest(days, posts, asked, refused, tuple(unasked))


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
