"""What becomes of a request when something in it is changed: it is withdrawn, and what it is now is asked anew."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from pydantic import ValidationError

from core.errors import AppError, Conflict
from core.events import Interrupt
from core.ids import derived_id
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.content_library import Content
from db.deliveries import DELIVERIES
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.social_posts import SOCIAL_POSTS
from tools.approval.difference import in_words
from tools.approval.payload import effect_id
from tools.approval.requests import CARE, CARRIED_BY, ApprovalRequests, RequestDraft, RequestType
from tools.approval.rules import rules_in_force
from tools.brief import zone
from tools.channels import platform_of
from tools.deliveries import DeliveryDesk
from tools.publishing import (
    PlannedPost,
    PostsPayload,
    fetched_from_here,
    from_iso,
    media_of,
    planned_problems,
    summary_of,
    with_managed_links,
)
from tools.tool import ToolContext


def interrupt_of(request: ApprovalRequest) -> Interrupt:
    """Return what the conversation is told of a request."""
    return Interrupt(
        approval_id=request.request_id,
        call_id=request.call_id,
        request_type=request.request_type,
        message=f"{request.summary} {in_words(request.difference)}".strip(),
        payload=request.content,
        payload_hash=request.payload_hash,
        expires_at=request.expires_at.isoformat(),
        difference=tuple(change.model_dump() for change in request.difference),
    )


async def renew(ctx: ToolContext, content: Content) -> list[ApprovalRequest]:
    """Withdraw every live request about a content that was changed, and ask for what is left of it as it is now.

    A post that is going out just now is left alone: it may be out already, and is not asked for a second time.

    Posts that a withdrawn approval had scheduled are cancelled. Returns the new requests.
    """
    requests = ApprovalRequests(ctx.database)
    asked: list[ApprovalRequest] = []
    for earlier in await requests.live_about(ctx.scope, content.content_id):
        left = await posts_left(ctx, earlier)
        going = await _under_way(ctx, left)
        posts = [post for name, post in left.items() if name not in going]
        if not any(post.content_id == content.content_id for post in posts):
            continue
        renewed = await _with_content(ctx, posts, content)
        if renewed is None:
            await requests.void(ctx.scope, earlier.request_id, f"{content.content_id} was changed.")
        else:
            request_id = derived_id("apr", ctx.call_id, earlier.request_id)
            asked.append(await ask_anew(ctx, requests, earlier, renewed, request_id))
        await withdraw_posts(ctx, earlier)
        ctx.withdrawn.append(earlier.request_id)
    ctx.interrupts.extend(interrupt_of(request) for request in asked)
    return asked


async def withdraw_posts(ctx: ToolContext, request: ApprovalRequest) -> None:
    """Cancel what a withdrawn approval has scheduled and what is not out yet."""
    posts, emails = ctx.repository(SOCIAL_POSTS), ctx.repository(EMAIL_CAMPAIGNS)
    for post in await posts.find({"post_id": {"$in": _ids(request, "pst")}}):
        results = [
            result.model_copy(update={"status": "cancelled"}) if result.status == "scheduled" else result
            for result in post.platforms
        ]
        if results != post.platforms:
            changes = {
                "platforms": [result.model_dump(exclude_none=True) for result in results],
                "schedule.scheduled": False,
            }
            await posts.change(post.post_id, changes)
    for email in await emails.find({"campaign_id": {"$in": _ids(request, "eml")}}):
        if email.status == "scheduled":
            await emails.change(email.campaign_id, {"status": "cancelled", "schedule.scheduled": False})
    desk = DeliveryDesk(ctx.database)
    for name in [*_ids(request, "pst"), *_ids(request, "eml")]:
        with suppress(Conflict):  # out, or on its way: what is withdrawn is looked at right before it goes
            await desk.call_off(ctx.scope, name)


async def _under_way(ctx: ToolContext, post_ids: Iterable[str]) -> set[str]:
    """Return those of the posts somebody is putting out at this moment."""
    where = {"post_id": {"$in": list(post_ids)}, "$or": [{"state": "sending"}, {"lease": {"$ne": None}}]}
    return {one.post_id for one in await ctx.repository(DELIVERIES).find(where)}


async def waiting_about(ctx: ToolContext, content_ids: Sequence[str]) -> list[ApprovalRequest]:
    """Return the requests of other calls that wait for a decision on one of these."""
    where = {"about": {"$in": list(content_ids)}, "status": "pending", "expires_at": {"$gt": ctx.clock.now()}}
    found = await ctx.repository(APPROVAL_REQUESTS).find(where)
    return [request for request in found if request.call_id != ctx.call_id]


async def refused_about(
    ctx: ToolContext, content_ids: Sequence[str], request_type: RequestType = "publish"
) -> ApprovalRequest | None:
    """Return the newest request of a type on one of these that was not approved and that nothing has replaced."""
    refused = {"request_type": request_type, "status": {"$in": ["rejected", "expired"]}}
    where = {"about": {"$in": list(content_ids)}, **refused}
    found = await ctx.repository(APPROVAL_REQUESTS).find(where)
    open_ones = [request for request in found if request.superseded_by is None]
    return max(open_ones, key=lambda request: request.created_at, default=None)


def planned_in(request: ApprovalRequest) -> list[PlannedPost]:
    """Return the posts of a request; none where its payload holds no posts."""
    try:
        return PostsPayload.model_validate(request.content).posts
    except ValidationError:
        return []


def carried_over(requests: Iterable[ApprovalRequest], taken: Iterable[str]) -> list[PlannedPost]:
    """Return the posts of requests about to be replaced that the new one does not name itself."""
    seen = set(taken)
    kept: list[PlannedPost] = []
    for request in requests:
        for post in planned_in(request):
            if post.content_id not in seen:
                seen.add(post.content_id)
                kept.append(post)
    return kept


async def posts_left(ctx: ToolContext, request: ApprovalRequest) -> dict[str, PlannedPost]:
    """Return the posts of a request that have not gone out, failed or been cancelled, by their ids."""
    posts = await ctx.repository(SOCIAL_POSTS).find({"post_id": {"$in": _ids(request, "pst")}})
    emails = await ctx.repository(EMAIL_CAMPAIGNS).find({"campaign_id": {"$in": _ids(request, "eml")}})
    states: dict[str, set[str]] = {post.post_id: {str(result.status) for result in post.platforms} for post in posts}
    states |= {email.campaign_id: {str(email.status)} for email in emails}
    planned = {coming_id(request, position, post): post for position, post in enumerate(planned_in(request))}
    return {name: post for name, post in planned.items() if "scheduled" in states.get(name, {"scheduled"})}


def coming_id(request: ApprovalRequest, position: int, post: PlannedPost) -> str:
    """Return the id a post of a request has, or will have once it is approved."""
    return effect_id("eml" if post.platform == "email" else "pst", request.request_id, position)


async def _with_content(ctx: ToolContext, posts: Sequence[PlannedPost], content: Content) -> list[PlannedPost] | None:
    """Return the posts with a content as it is now; None where that can't be asked any more."""
    now = ctx.clock.now()
    renewed: list[PlannedPost] = []
    for post in posts:
        if from_iso(post.publish_at) <= now:
            continue
        if post.content_id != content.content_id:
            renewed.append(post)
            continue
        try:
            changed = post.model_copy(
                update={
                    "version": content.version,
                    "text": content.content.text,
                    "subject": content.subject if platform_of(content).subject else content.title,
                    "hashtags": content.hashtags,
                    "link": content.content.link,
                    "media": await media_of(ctx, content),
                }
            )
            changed = await with_managed_links(ctx, content, changed)
        except AppError:
            return None
        if planned_problems(changed):
            return None
        renewed.append(changed)
    return renewed if any(post.content_id == content.content_id for post in renewed) else None


async def ask_anew(
    ctx: ToolContext, requests: ApprovalRequests, earlier: ApprovalRequest, posts: list[PlannedPost], request_id: str
) -> ApprovalRequest:
    """Ask for posts in place of an earlier request, which is withdrawn; the difference is kept with the new one.

    What a campaign has asked is no turn's: once approved it is carried out by the care of approvals.
    """
    payload = PostsPayload(posts=posts, audience=earlier.content.get("audience"))
    rules = await rules_in_force(ctx.database, ctx.scope, earlier.campaign_id)
    # Where no turn has asked, none waits: a campaign's workflow knows only of the requests it has made itself.
    unattended = {} if earlier.run_id and earlier.conversation_id else {CARRIED_BY: CARE}
    return await requests.ask(
        ctx.scope,
        RequestDraft(
            request_id=request_id,
            request_type=earlier.request_type,
            payload=payload.model_dump(mode="json"),
            summary=summary_of(posts, zone(ctx.timezone), None, from_here=fetched_from_here(ctx)),
            requested_by=earlier.requested_by,
            tool=earlier.tool,
            call_id=earlier.call_id,
            run_id=earlier.run_id,
            conversation_id=earlier.conversation_id,
            campaign_id=earlier.campaign_id,
            workflow_id=earlier.workflow_id,
            about=tuple(post.content_id for post in posts),
            supersedes=earlier.request_id,
            steps=rules.steps,
            shown_in=ctx.run_id if ctx.in_turn and ctx.conversation_id == earlier.conversation_id else None,
            metadata=earlier.metadata | unattended,
        ),
    )


def _ids(request: ApprovalRequest, prefix: str) -> list[str]:
    return [effect_id(prefix, request.request_id, position) for position in range(len(planned_in(request)))]
