"""A post at another time: its request is withdrawn, and it is asked anew with whatever else the request held."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, NotFound
from core.ids import derived_id
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.deliveries import DELIVERIES
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.social_posts import SOCIAL_POSTS
from tools.approval.act import iso_utc
from tools.approval.requests import ApprovalRequests
from tools.deliveries import DeliveryDesk
from tools.platforms.catalogue import BY_NAME
from tools.post_rules import require_allowed
from tools.publishing import PlannedPost, from_iso, require_sensible
from tools.renewal import ask_anew, coming_id, interrupt_of, planned_in, posts_left, withdraw_posts
from tools.tool import ToolContext

MOST_WAITING = 2_000
OVER = {
    "published": "It is out already, so its time can't be changed.",
    "sent": "It is out already, so its time can't be changed.",
    "failed": "It has failed. Have it tried again, or schedule its draft anew.",
    "unknown": "Nobody can tell whether it went out. Look there and say what became of it first.",
    "cancelled": "It was called off or moved already. Load the calendar again, or schedule its draft anew.",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """The request that waits for a decision now, and how many posts it holds. ``asked`` is False where the post stood
    at that time already, so that nothing was changed.
    """

    request: ApprovalRequest
    post_id: str
    publish_at: datetime
    asked: bool
    posts: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A post that can be moved: as it stands, the live request it belongs to, and all posts left of that by id."""

    post: PlannedPost
    request: ApprovalRequest
    left: dict[str, PlannedPost]


async def standing(ctx: ToolContext, post_id: str) -> Standing:
    """Return how a post stands that can be moved. NotFound if there is none, Conflict where it can't be any more."""
    request = await _request_of(ctx, post_id)
    left = await posts_left(ctx, request)
    if post_id not in left:
        raise Conflict(OVER["cancelled"])
    return Standing(left[post_id], request, left)


async def reschedule(ctx: ToolContext, post_id: str, publish_at: datetime) -> Moved:
    """Ask for a post or email at another time. ``post_id`` is also the id that one which waits will have.

    NotFound for one that is not there, Conflict where it is too late or somebody was faster, ToolInputError for a time
    that can't be or that a rule of the account refuses; then nothing is changed. Harmless when repeated.
    """
    ctx.scope.require_write()
    found = await standing(ctx, post_id)
    post, earlier, left = found.post, found.request, found.left
    require_sensible(publish_at, ctx.clock.now(), BY_NAME[post.platform].label)
    moved = post.model_copy(update={"publish_at": iso_utc(publish_at)})
    if moved == post:
        return Moved(earlier, post_id, publish_at, asked=False, posts=len(left))
    request, ids = await ask_instead(ctx, earlier, left, {post_id: moved})
    return Moved(request, ids[post_id], publish_at, asked=True, posts=len(planned_in(request)))


async def ask_instead(
    ctx: ToolContext, earlier: ApprovalRequest, left: dict[str, PlannedPost], changed: dict[str, PlannedPost]
) -> tuple[ApprovalRequest, dict[str, str]]:
    """Ask for what is ``left`` of a request with some posts ``changed``, in its place: it is withdrawn.

    Return the new request, and the ids the changed posts will have by those they had. Raises as ``reschedule`` does.
    """
    await require_allowed(ctx, list(changed.values()), earlier.campaign_id)
    if earlier.status == "approved":
        first, *_ = changed
        await call_off(ctx, first, {name: one for name, one in left.items() if name != first})
    now = ctx.clock.now()
    asking = {
        name: changed.get(name, one) for name, one in left.items() if name in changed or from_iso(one.publish_at) > now
    }
    request = await _asked(ctx, earlier, list(asking.values()))
    await withdraw_posts(ctx, earlier)
    ctx.withdrawn.append(earlier.request_id)
    ctx.interrupts.append(interrupt_of(request))
    places = {name: position for position, name in enumerate(asking)}
    return request, {name: coming_id(request, places[name], one) for name, one in changed.items()}


async def _request_of(ctx: ToolContext, post_id: str) -> ApprovalRequest:
    """Return the live request a post belongs to."""
    requests = ctx.repository(APPROVAL_REQUESTS)
    if post_id.startswith("eml_"):
        email = await ctx.repository(EMAIL_CAMPAIGNS).find_one({"campaign_id": post_id})
        known = (email.request_id, {str(email.status)}) if email else None
    else:
        post = await ctx.repository(SOCIAL_POSTS).find_one({"post_id": post_id})
        known = (post.request_id, {str(result.status) for result in post.platforms}) if post else None
    if known is None:
        waiting = await requests.find({"status": "pending", "expires_at": {"$gt": ctx.clock.now()}}, limit=MOST_WAITING)
        for request in waiting:
            if any(coming_id(request, place, one) == post_id for place, one in enumerate(planned_in(request))):
                return request
        raise NotFound(f"There is no post {post_id}, or it is not yours. Load the calendar again.")
    request_id, states = known
    if "scheduled" not in states:
        raise Conflict(OVER.get(next(iter(states), ""), OVER["cancelled"]))
    approved = await requests.find_one({"request_id": request_id, "status": "approved"}) if request_id else None
    if approved is None:
        raise Conflict("It has no approval that counts any more. Cancel it and schedule its draft anew.")
    return approved


async def call_off(ctx: ToolContext, post_id: str, others: dict[str, PlannedPost]) -> None:
    """Take what an approval has scheduled off its way, so that no worker takes it up meanwhile.

    Conflict where one of the others is overdue, or any is going out just now: then nothing is called off.
    """
    now = ctx.clock.now()
    if late := [one for one in others.values() if from_iso(one.publish_at) <= now]:
        label = BY_NAME[late[0].platform].label
        raise Conflict(f"The {label} post of the same approval is overdue and still on its way. Wait until it is out.")
    under_way = {"post_id": {"$in": [post_id, *others]}, "$or": [{"state": "sending"}, {"lease": {"$ne": None}}]}
    if await ctx.repository(DELIVERIES).find_one(under_way):
        raise Conflict("It, or another post of the same approval, is going out just now. Look again in a minute.")
    desk = DeliveryDesk(ctx.database)
    await desk.call_off(ctx.scope, post_id)
    for name in others:
        await desk.call_off(ctx.scope, name)


async def _asked(ctx: ToolContext, earlier: ApprovalRequest, posts: list[PlannedPost]) -> ApprovalRequest:
    """Ask in place of an earlier request, whose place only one can take: the second of two gets Conflict."""
    request_id = derived_id("apr", earlier.request_id, "moved")
    request = await ask_anew(ctx, ApprovalRequests(ctx.database), earlier, posts, request_id)
    if planned_in(request) != posts or request.status != "pending":
        raise Conflict("Somebody has changed it just now. Load it again.")
    return request
