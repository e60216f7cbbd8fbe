"""A post on another account of its platform: like a post at another time, it is withdrawn and asked anew."""

from core.errors import Conflict, InvalidInput, ToolInputError
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from tools.account_names import called
from tools.platforms.catalogue import BY_NAME
from tools.publishing import PlannedPost, bare_problems, from_iso
from tools.renewal import planned_in, posts_left
from tools.rescheduling import Moved, ask_instead, standing
from tools.tool import ToolContext


async def reassign(ctx: ToolContext, post_id: str, connection_id: str) -> Moved:
    """Ask for a post or email on another connected account. ``post_id`` is also the id that one which waits will have.

    NotFound for one that is not there, Conflict where it is too late, the account's login has ended or somebody was
    faster, InvalidInput for an account of another platform. Harmless when repeated.
    """
    ctx.scope.require_write()
    account = await _usable(ctx, connection_id)
    found = await standing(ctx, post_id)
    post = found.post
    if post.platform != account.platform:
        raise _elsewhere(account, [post])
    wanted, at = _on(post, account), from_iso(post.publish_at)
    if wanted == post:
        return Moved(found.request, post_id, at, asked=False, posts=len(found.left))
    request, ids = await ask_instead(ctx, found.request, found.left, {post_id: wanted})
    return Moved(request, ids[post_id], at, asked=True, posts=len(planned_in(request)))


async def reassign_all(ctx: ToolContext, request_id: str, connection_id: str) -> tuple[ApprovalRequest, bool]:
    """Ask for all posts of the account's platform in a request that waits on that account, in place of that request.

    Return what waits now, and whether it was asked anew. Raises as ``reassign`` does.
    """
    ctx.scope.require_write()
    request = await ctx.repository(APPROVAL_REQUESTS).get(request_id)
    account = await _usable(ctx, connection_id)
    if request.status != "pending" or request.expires_at <= ctx.clock.now():
        raise Conflict("This does not wait for a decision any more. Move its posts one by one instead.")
    left = await posts_left(ctx, request)
    there = {name: post for name, post in left.items() if post.platform == account.platform}
    if not there:
        raise _elsewhere(account, list(left.values()))
    changed = {name: wanted for name, post in there.items() if (wanted := _on(post, account)) != post}
    if not changed:
        return request, False
    asked, _ = await ask_instead(ctx, request, left, changed)
    return asked, True


async def _usable(ctx: ToolContext, connection_id: str) -> SocialAccount:
    account = await ctx.repository(SOCIAL_ACCOUNTS).get(connection_id)
    if account.status != "active":
        raise Conflict("The login of this account has ended. Connect it again first.")
    return account


def _on(post: PlannedPost, account: SocialAccount) -> PlannedPost:
    wanted = post.model_copy(update={"account_id": account.account_id})
    if bare := bare_problems([wanted]):
        raise ToolInputError(f"Nothing was changed. {' '.join(bare)}")
    return wanted


def _elsewhere(account: SocialAccount, posts: list[PlannedPost]) -> InvalidInput:
    places = " and ".join(sorted({BY_NAME[post.platform].label for post in posts})) or "nowhere"
    own = BY_NAME[account.platform].label if account.platform in BY_NAME else account.platform
    words = f"{called(account)} is on {own}, and this goes to {places}. Choose an account of that."
    return InvalidInput(words, field="connection_id")
