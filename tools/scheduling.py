"""What happens once a person has approved posts: they are scheduled, each exactly once, as they were approved."""

from collections.abc import Iterable, Sequence
from typing import Any

from core.errors import ToolFailed
from db.approval_requests import APPROVAL_REQUESTS
from db.content_library import CONTENT_LIBRARY, Content, Review
from db.content_parts import Journey
from db.email_campaigns import EMAIL_CAMPAIGNS, EmailCampaign, EmailContent, EmailSchedule, Recipients
from db.social_posts import (
    SOCIAL_POSTS,
    PlatformResult,
    PostContent,
    PostMedia,
    PostSchedule,
    PostType,
    SocialPost,
)
from tools.approval.payload import effect_id
from tools.outside.links import LINK
from tools.publishing import PlannedPost, PostsPayload, bare_problems, from_iso, planned_problems, queued_fields
from tools.tool import ToolContext


async def carry_out(ctx: ToolContext, payload: PostsPayload) -> dict[str, Any]:
    """Schedule what was approved: each post once, however often this runs."""
    ids = post_ids(ctx, payload)
    contents = await contents_by_id(ctx, [post.content_id for post in payload.posts])
    if not await _unchanged(ctx, payload, contents) and not await _all_there(ctx, ids):
        raise ToolFailed(
            "A draft was changed or removed after this was prepared, so nothing was scheduled. "
            "Prepare the posts again and ask for approval of the new texts."
        )
    await _require_possible(ctx, payload, ids)
    await _require_nowhere_else(ctx, contents.values(), ids)
    review = await reviewed(ctx)
    scheduled: list[dict[str, Any]] = []
    for post_id, post in zip(ids, payload.posts, strict=True):
        content = contents.get(post.content_id)
        await _schedule(ctx, post_id, post, content)
        if content is not None and post_id not in content.used_in:
            used = {"used_in": [*content.used_in, post_id], "scheduled_for": from_iso(post.publish_at)}
            await ctx.repository(CONTENT_LIBRARY).update(content.content_id, {"status": "approved", **used, **review})
        scheduled.append(
            {
                "post_id": post_id,
                "content_id": post.content_id,
                "platform": post.platform,
                "publish_at": post.publish_at,
                "account_id": post.account_id,
            }
        )
    return {"scheduled": scheduled, "count": len(scheduled)}


def post_ids(ctx: ToolContext, payload: PostsPayload) -> list[str]:
    """Return the ids of the posts an approval leads to: the same ones, whoever carries it out and however often."""
    prefixes = ["eml" if post.platform == "email" else "pst" for post in payload.posts]
    if ctx.approval_id is None:
        return [ctx.new_id(prefix) for prefix in prefixes]
    return [effect_id(prefix, ctx.approval_id, position) for position, prefix in enumerate(prefixes)]


async def reviewed(ctx: ToolContext) -> dict[str, Any]:
    """Return the fields of a content that say who has approved it by the request that is carried out."""
    wanted = {"request_id": ctx.approval_id} if ctx.approval_id else None
    request = await ctx.repository(APPROVAL_REQUESTS).find_one(wanted) if wanted else None
    if request is None:
        return {}
    review = Review(
        reviewed_by=request.approved_by, review_notes=request.approval_notes, approved_at=request.resolved_at
    )
    return {"review": review.model_dump(exclude_none=True)}


async def contents_by_id(ctx: ToolContext, content_ids: Sequence[str]) -> dict[str, Content]:
    """Return those of the contents that exist and are the caller's."""
    found = await ctx.repository(CONTENT_LIBRARY).find(
        {"content_id": {"$in": list(content_ids)}}, limit=len(content_ids)
    )
    return {content.content_id: content for content in found}


async def _unchanged(ctx: ToolContext, payload: PostsPayload, contents: dict[str, Content]) -> bool:
    """Whether every draft is still the one that was prepared. The text may differ where the approver has edited it.

    Addresses may differ too: managed ones stand in their place.
    """
    same_text = True
    for post in payload.posts:
        content = contents.get(post.content_id)
        if content is None or content.version != post.version:
            return False
        same_text = same_text and LINK.sub("", content.content.text) == LINK.sub("", post.text)
    return same_text or await _was_edited(ctx)


async def _was_edited(ctx: ToolContext) -> bool:
    if ctx.approval_id is None:
        return False
    return bool((await ctx.repository(APPROVAL_REQUESTS).get(ctx.approval_id)).edits)


async def _all_there(ctx: ToolContext, ids: Sequence[str]) -> bool:
    """Whether an earlier run of this call has already scheduled everything."""
    return await _count_there(ctx, ids) == len(ids)


async def _count_there(ctx: ToolContext, ids: Sequence[str]) -> int:
    """Return how many of the posts an earlier run of this call has scheduled: what it began in time is gone on with."""
    social = await ctx.repository(SOCIAL_POSTS).count({"post_id": {"$in": list(ids)}})
    return social + await ctx.repository(EMAIL_CAMPAIGNS).count({"campaign_id": {"$in": list(ids)}})


async def _require_possible(ctx: ToolContext, payload: PostsPayload, ids: Sequence[str]) -> None:
    problems = [problem for post in payload.posts for problem in planned_problems(post)]
    problems += bare_problems(payload.posts)
    if problems:
        raise ToolFailed(f"Nothing was scheduled. {' '.join(problems)}")
    now = ctx.clock.now()
    late = [post for post in payload.posts if from_iso(post.publish_at) <= now]
    if late and not await _count_there(ctx, ids):
        raise ToolFailed(
            f"The approval came after the time it was for ({late[0].publish_at}), so nothing was scheduled. "
            "Prepare the posts again with a later time."
        )


async def _require_nowhere_else(ctx: ToolContext, contents: Iterable[Content], ids: Sequence[str]) -> None:
    """Raise unless no other approval has put one of the drafts on its way meanwhile."""
    others = [name for content in contents for name in content.used_in if name not in ids]
    if not others:
        return
    where = {"post_id": {"$in": others}, "platforms.status": "scheduled"}
    waiting = [post.post_id for post in await ctx.repository(SOCIAL_POSTS).find(where)]
    emails = await ctx.repository(EMAIL_CAMPAIGNS).find({"campaign_id": {"$in": others}, "status": "scheduled"})
    waiting += [email.campaign_id for email in emails]
    if waiting:
        raise ToolFailed(f"Nothing was scheduled: {', '.join(waiting)} goes out with the same text. Cancel that first.")


async def _schedule(ctx: ToolContext, post_id: str, post: PlannedPost, content: Content | None) -> None:
    publish_at = from_iso(post.publish_at)
    campaign_id = content.campaign_id if content is not None else ctx.campaign_id
    if post.platform == "email":
        await ctx.repository(EMAIL_CAMPAIGNS).insert_once(
            EmailCampaign(
                campaign_id=post_id,
                marketing_campaign_id=campaign_id,
                conversation_id=ctx.conversation_id,
                content_id=post.content_id,
                request_id=ctx.approval_id,
                name=(post.subject or "Email")[:200],
                status="scheduled",
                account_id=post.account_id,
                recipients=Recipients(addresses=post.recipients, count=len(post.recipients)),
                content=EmailContent(
                    subject=post.subject or "",
                    text_content=post.text,
                    link=post.link,
                    hashtags=post.hashtags,
                    attachments=[item.url for item in post.media],
                    media=[PostMedia(**item.model_dump()) for item in post.media],
                ),
                schedule=EmailSchedule(scheduled=True, send_at=publish_at),
            )
        )
        return
    await ctx.repository(SOCIAL_POSTS).insert_once(
        SocialPost(
            post_id=post_id,
            campaign_id=campaign_id,
            conversation_id=ctx.conversation_id,
            content_id=post.content_id,
            request_id=ctx.approval_id,
            platforms=[PlatformResult(platform=post.platform, account_id=post.account_id, status="scheduled")],
            content=PostContent(
                message=post.text, title=post.subject, link=post.link, hashtags=post.hashtags, **queued_fields(post)
            ),
            post_type=type_of(post),
            call_to_action=content.call_to_action if content else None,
            journey=content.journey if content else Journey(),
            schedule=PostSchedule(scheduled=True, publish_at=publish_at),
        )
    )


def type_of(post: PlannedPost) -> PostType:
    """Return what a post is by what is attached: a video, several pictures to go through, or neither."""
    if any(item.content_type.startswith("video/") for item in post.media):
        return "video"
    return "carousel" if len(post.media) > 1 else "single"
