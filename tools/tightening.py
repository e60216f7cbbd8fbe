"""What a policy had let pass and no longer does: taken off its way, and asked of people before its time comes.

The authority refuses it at its time in any case; this asks early enough for somebody to decide.
"""

from typing import Any, Final

from core.errors import Conflict, Forbidden
from core.ids import derived_id
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.social_posts import SOCIAL_POSTS
from tools.approval.authority import POLICY, Authority
from tools.approval.planned_acts import act_of_planned
from tools.approval.requests import ApprovalRequests
from tools.publishing import PlannedPost, from_iso
from tools.renewal import ask_anew, interrupt_of, posts_left, withdraw_posts
from tools.rescheduling import call_off
from tools.tool import ToolContext

MOST: Final = 5_000


async def ask_of_people(ctx: ToolContext, campaign_id: str | None = None) -> list[ApprovalRequest]:
    """Ask anew for every post that is still to come by a policy's approval and needs a person's by the rules now.

    What is going out at this moment is left to the authority. Harmless when repeated.
    """
    posts = await ctx.repository(SOCIAL_POSTS).find({"platforms.status": "scheduled"}, limit=MOST)
    emails = await ctx.repository(EMAIL_CAMPAIGNS).find({"status": "scheduled"}, limit=MOST)
    held = {*(post.request_id for post in posts), *(email.request_id for email in emails)} - {None}
    where: dict[str, Any] = {"request_id": {"$in": list(held)}, "status": "approved", "decided_via": POLICY}
    if campaign_id:
        where["campaign_id"] = campaign_id
    found = await ctx.repository(APPROVAL_REQUESTS).find(where, limit=MOST)
    asked = [request for earlier in found if (request := await _asked(ctx, earlier))]
    ctx.withdrawn += [request.supersedes for request in asked if request.supersedes]
    ctx.interrupts += [interrupt_of(request) for request in asked]
    return asked


async def _asked(ctx: ToolContext, earlier: ApprovalRequest) -> ApprovalRequest | None:
    left, now = await posts_left(ctx, earlier), ctx.clock.now()
    coming = [post for post in left.values() if from_iso(post.publish_at) > now]
    if not coming or not await _needs_person(ctx, earlier, left):
        return None
    first, *_ = left
    try:
        await call_off(ctx, first, left)
    except Conflict:
        return None
    request_id = derived_id(APPROVAL_REQUESTS.id_prefix, earlier.request_id, "tightened")
    request = await ask_anew(ctx, ApprovalRequests(ctx.database), earlier, coming, request_id)
    await withdraw_posts(ctx, earlier)
    return request


async def _needs_person(ctx: ToolContext, earlier: ApprovalRequest, left: dict[str, PlannedPost]) -> bool:
    authority = Authority(ctx.database)
    for post_id, post in left.items():
        act = act_of_planned(post.model_dump(mode="json"), earlier.campaign_id, post_id)
        try:
            if (await authority.asks(ctx.scope, act)).ruling == "ask":
                return True
        except Forbidden:
            continue
    return False
