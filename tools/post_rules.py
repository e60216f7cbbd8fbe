"""What holds for posts before anybody is asked, and for what a person makes of them while approving."""

from collections.abc import Sequence

from core.errors import ToolInputError
from db.content_library import CONTENT_LIBRARY
from tools.approval.planned_acts import act_of_planned
from tools.approval.rules import rules_in_force
from tools.approval.verdict import forbidden
from tools.outside.links import LINK
from tools.platforms.catalogue import BY_NAME
from tools.publishing import PlannedPost, PostsPayload, from_iso, require_sensible, with_managed_links
from tools.tool import ToolContext


async def require_allowed(ctx: ToolContext, posts: Sequence[PlannedPost], campaign_id: str | None) -> None:
    """Raise ToolInputError where a post breaks a rule of the account or campaign that no approval can lift."""
    rules = await rules_in_force(ctx.database, ctx.scope, campaign_id)
    for post in posts:
        act = act_of_planned(post.model_dump(mode="json"), campaign_id, post.content_id)
        if never := forbidden(rules, act):
            raise ToolInputError(f"{post.content_id} can't go out: {' '.join(never)} Revise the draft first.")


async def finished(ctx: ToolContext, edited: PostsPayload, asked: PostsPayload) -> PostsPayload:
    """Return what a person approves who has edited posts: with managed links, within the rules, at times that can be.

    ToolError says what does not fit; then nothing is approved.
    """
    before = {post.content_id: post for post in asked.posts}
    posts = [
        post if post == before[post.content_id] else await _finished(ctx, post, before[post.content_id])
        for post in edited.posts
    ]
    await require_allowed(ctx, posts, ctx.campaign_id)
    return edited.model_copy(update={"posts": posts})


async def _finished(ctx: ToolContext, post: PlannedPost, asked: PlannedPost) -> PlannedPost:
    if post.publish_at != asked.publish_at:
        require_sensible(from_iso(post.publish_at), ctx.clock.now(), BY_NAME[post.platform].label)
    content = await ctx.repository(CONTENT_LIBRARY).find_one({"content_id": post.content_id})
    if content is None:
        # Its draft is gone, so that nothing will be scheduled of it, whatever stands in it.
        return post
    managed = {*LINK.findall(asked.text), *([asked.link] if asked.link else [])}
    return await with_managed_links(ctx, content, post, managed)
