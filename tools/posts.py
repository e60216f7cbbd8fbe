"""Posts: scheduled once a person has approved exactly what goes out, listed, and cancelled while they are waiting."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from core.errors import Conflict, NotFound, ToolInputError
from db.content_library import CONTENT_LIBRARY, UNAPPROVED, Content
from db.email_campaigns import EMAIL_CAMPAIGNS, EmailCampaign
from db.social_accounts import SOCIAL_ACCOUNTS, TAKEN_LAST
from db.social_posts import SOCIAL_POSTS, PostStatus, SocialPost
from tools.approval.act import iso_utc
from tools.arguments import Arguments, ContentId, Limit, Line, Moment, PostId, Recipients, chosen
from tools.arguments import items as listed
from tools.brief import zone
from tools.channels import platform_of
from tools.deliveries import Account, DeliveryDesk
from tools.platforms.catalogue import BY_NAME
from tools.post_rules import finished, require_allowed
from tools.publishing import (
    PlannedMedia,
    PlannedPost,
    PostsPayload,
    bare_problems,
    default_times,
    fetched_from_here,
    from_iso,
    media_of,
    moment_of,
    require_sensible,
    summary_of,
    text_problems,
    with_managed_links,
)
from tools.renewal import carried_over, planned_in, refused_about, waiting_about
from tools.scheduling import carry_out, contents_by_id
from tools.tool import ApprovalDraft, Effect, Tool, ToolContext, publish_tool, tool

PREVIEW = 120


class ScheduleItem(Arguments):
    """One draft and when it is to go out."""

    content_id: ContentId = Field(description="The draft, cnt_…")
    publish_at: Moment | None = Field(
        default=None,
        description="When, as YYYY-MM-DDTHH:MM in the person's timezone; a sensible time is chosen if not given.",
    )


class SchedulePosts(Arguments):
    """What is to go out, and when."""

    items: Annotated[list[ScheduleItem], listed, Field(min_length=1, max_length=20)] = Field(
        description="The drafts, each once, all that belong together in one call."
    )
    note: Line | None = Field(default=None, description="A short note for the person who decides.")
    recipients: Recipients | None = Field(
        default=None, description="Email addresses the emails among them go to, only ones the person has given."
    )


class ListPosts(Arguments):
    """Which posts."""

    status: Annotated[PostStatus, chosen] | None = Field(default=None, description="Only posts in this state.")
    since: Moment | None = Field(default=None, description="Only posts that go out at or after this day or time.")
    until: Moment | None = Field(default=None, description="Only posts that go out up to this day or time.")
    limit: Limit = Field(default=20, description="How many at most, up to 50.")


class RetryPost(Arguments):
    """Which post, and where."""

    post_id: PostId = Field(description="The failed post (pst_…) or email (eml_…).")
    platform: Line | None = Field(default=None, description="The channel, where the post goes to several.")


class CancelPost(Arguments):
    """Which post."""

    post_id: PostId = Field(description="The scheduled post (pst_…) or email (eml_…).")


@publish_tool("publish", carry_out, finished)
async def schedule_posts(ctx: ToolContext, params: SchedulePosts) -> ApprovalDraft[PostsPayload]:
    """Prepare drafts for going out and ask a person to approve exactly that. Nothing goes out before they do.

    Call it once with all drafts. Times without an offset are the person's local time; without a time the posts are
    spread over the campaign's days at ten in the morning. What waits for a decision already is asked anew where it
    differs: call it again to change a time.
    """
    order = [item.content_id for item in params.items]
    if len(set(order)) < len(order):
        raise ToolInputError("A draft is in the list twice. Pass each draft once.")
    found = await contents_by_id(ctx, order)
    if unknown := [content_id for content_id in order if content_id not in found]:
        raise NotFound(f"There is no draft {', '.join(unknown)}. list_drafts gives the ids.")
    contents = [found[content_id] for content_id in order]
    await _require_free(ctx, contents)
    waiting, refused = await waiting_about(ctx, order), await refused_about(ctx, order)
    before = (*([refused] if refused else []), *waiting)
    planned = {post.content_id: post.publish_at for request in before for post in planned_in(request)}
    for content in contents:
        _require_postable(content)
    given = {name: at for name, at in planned.items() if name in order and from_iso(at) > ctx.clock.now()}
    given |= {item.content_id: item.publish_at for item in params.items if item.publish_at}
    timezone = zone(ctx.timezone)
    times = await default_times(ctx, contents, given)
    times |= {content_id: moment_of(text, timezone) for content_id, text in given.items()}
    for content in contents:
        require_sensible(times[content.content_id], ctx.clock.now(), platform_of(content).label)
    accounts = await _accounts(ctx, {content.platform for content in contents})
    posts = [
        await with_managed_links(
            ctx,
            content,
            _planned(
                content,
                times[content.content_id],
                accounts.get(content.platform),
                await media_of(ctx, content),
                params.recipients,
            ),
        )
        for content in contents
    ]
    if bare := bare_problems(posts):
        raise ToolInputError(f"Nothing was scheduled. {' '.join(bare)}")
    posts += [post for post in carried_over(waiting, order) if from_iso(post.publish_at) > ctx.clock.now()]
    await require_allowed(ctx, posts, contents[0].campaign_id)
    direct = any(BY_NAME[post.platform].direct for post in posts)
    brief: dict[str, Any] = ctx.context.get("campaign_brief") or {}
    audience: str | None = (brief.get("target_audience") or None) if direct else None
    payload = PostsPayload(posts=posts, audience=audience)
    return ApprovalDraft(
        payload,
        summary_of(posts, timezone, params.note, from_here=fetched_from_here(ctx)),
        about=tuple(post.content_id for post in posts),
        replaces=(*waiting, *([refused] if refused else [])),
        campaign_id=contents[0].campaign_id,
    )


@tool(Effect.READ)
async def list_posts(ctx: ToolContext, params: ListPosts) -> dict[str, Any]:
    """List what is scheduled, published, failed, cancelled or of unknown outcome, in the order it goes out.

    Emails are among them. Of unknown outcome: the platform's last word was lost, so a person has to look there.
    """
    timezone = zone(ctx.timezone)
    span: dict[str, Any] = {}
    if params.since:
        span["$gte"] = _edge(params.since, ctx, last=False)
    if params.until:
        span["$lte"] = _edge(params.until, ctx, last=True)
    posts = [_post_line(post) for post in await _social(ctx, params.status, span, params.limit + 1)]
    posts += [_email_line(email) for email in await _emails(ctx, params.status, span, params.limit + 1)]
    posts.sort(key=lambda line: (line["publish_at"] or "", line["post_id"]))
    if not span and len(posts) > params.limit:
        posts = posts[-params.limit :]
        return {"posts": posts, "more": True, "timezone": timezone.key}
    return {"posts": posts[: params.limit], "more": len(posts) > params.limit, "timezone": timezone.key}


@tool(Effect.WRITE)
async def cancel_post(ctx: ToolContext, params: CancelPost) -> dict[str, Any]:
    """Cancel a post or email that has not gone out yet. Its draft can then be changed and scheduled again."""
    await DeliveryDesk(ctx.database).call_off(ctx.scope, params.post_id)
    if params.post_id.startswith("eml_"):
        content_id = await _cancel_email(ctx, params.post_id)
    else:
        content_id = await _cancel_social(ctx, params.post_id)
    if content_id is not None:
        await _free_content(ctx, content_id)
    return {"post_id": params.post_id, "status": "cancelled", "content_id": content_id}


@tool(Effect.WRITE)
async def retry_post(ctx: ToolContext, params: RetryPost) -> dict[str, Any]:
    """Have a post or email that has failed tried again. It goes out only if its approval still covers it."""
    delivery = await DeliveryDesk(ctx.database).try_again(ctx.scope, params.post_id, Account(params.platform))
    return {"post_id": params.post_id, "platform": delivery.platform, "status": "scheduled"}


TOOLS: tuple[Tool, ...] = (schedule_posts, list_posts, cancel_post, retry_post)


async def _require_free(ctx: ToolContext, contents: Sequence[Content]) -> None:
    """Raise unless none of the contents is scheduled already."""
    used = [content.content_id for content in contents if content.used_in]
    if used:
        social = await ctx.repository(SOCIAL_POSTS).find({"content_id": {"$in": used}, "platforms.status": "scheduled"})
        emails = await ctx.repository(EMAIL_CAMPAIGNS).find({"content_id": {"$in": used}, "status": "scheduled"})
        waiting = [post.post_id for post in social] + [email.campaign_id for email in emails]
        if waiting:
            raise ToolInputError(f"Already scheduled: {', '.join(waiting)}. Cancel that first to schedule it anew.")


def _require_postable(content: Content) -> None:
    platform = platform_of(content)
    if not platform.postable:
        raise ToolInputError(
            f"{platform.label} texts are booked as adverts, not posted. Leave {content.content_id} out."
        )
    if content.status not in {"draft", "review", "approved"}:
        raise ToolInputError(f"{content.content_id} is {content.status} and can't be scheduled. Save a new draft.")
    if problems := text_problems(content):
        raise ToolInputError(f"{content.content_id} can't go out: {' '.join(problems)} Revise the draft first.")


async def _accounts(ctx: ToolContext, platforms: set[str]) -> dict[str, str]:
    """Return the connected account for each platform, where there is one; of several the one that was chosen."""
    found = await ctx.repository(SOCIAL_ACCOUNTS).find(
        {"platform": {"$in": sorted(platforms)}, "status": "active"}, sort=TAKEN_LAST
    )
    return {account.platform: account.account_id for account in found}


def _planned(
    content: Content,
    publish_at: datetime,
    account_id: str | None,
    media: list[PlannedMedia],
    recipients: Sequence[str] | None,
) -> PlannedPost:
    return PlannedPost(
        content_id=content.content_id,
        version=content.version,
        platform=content.platform,
        account_id=account_id,
        text=content.content.text,
        subject=content.subject if platform_of(content).subject else content.title,
        media=media,
        link=content.content.link,
        hashtags=content.hashtags,
        publish_at=iso_utc(publish_at),
        recipients=list(dict.fromkeys(recipients or ())) if platform_of(content).direct else [],
    )


def _edge(text: str, ctx: ToolContext, *, last: bool) -> datetime:
    """Return the instant a day begins or ends, or the given time itself."""
    timezone = zone(ctx.timezone)
    if len(text) > len("2026-12-01"):
        return moment_of(text, timezone)
    start = moment_of(f"{text}T00:00", timezone)
    return start + timedelta(days=1, milliseconds=-1) if last else start


async def _social(ctx: ToolContext, status: str | None, span: dict[str, Any], limit: int) -> list[SocialPost]:
    where: dict[str, Any] = {"platforms.status": status} if status else {}
    if span:
        where["schedule.publish_at"] = span
    order = 1 if span else -1
    return await ctx.repository(SOCIAL_POSTS).find(where, sort=[("schedule.publish_at", order)], limit=limit)


async def _emails(ctx: ToolContext, status: str | None, span: dict[str, Any], limit: int) -> list[EmailCampaign]:
    where: dict[str, Any] = {"status": "sent" if status == "published" else status or {"$ne": "draft"}}
    if span:
        where["schedule.send_at"] = span
    order = 1 if span else -1
    return await ctx.repository(EMAIL_CAMPAIGNS).find(where, sort=[("schedule.send_at", order)], limit=limit)


def _post_line(post: SocialPost) -> dict[str, Any]:
    publish_at = post.schedule.publish_at
    return {
        "post_id": post.post_id,
        "platforms": [
            {"platform": result.platform, "status": result.status} | ({"url": result.url} if result.url else {})
            for result in post.platforms
        ],
        "publish_at": iso_utc(publish_at) if publish_at else None,
        "text": post.content.message[:PREVIEW],
        "content_id": post.content_id,
        "campaign_id": post.campaign_id,
        "errors": [result.error for result in post.platforms if result.error],
    }


def _email_line(email: EmailCampaign) -> dict[str, Any]:
    send_at = email.schedule.send_at
    return {
        "post_id": email.campaign_id,
        "platforms": [{"platform": "email", "status": "published" if email.status == "sent" else email.status}],
        "publish_at": iso_utc(send_at) if send_at else None,
        "text": f"{email.content.subject}: {email.content.text_content}"[:PREVIEW],
        "content_id": email.content_id,
        "campaign_id": email.marketing_campaign_id,
        "errors": [email.error] if email.error else [],
    }


async def _cancel_social(ctx: ToolContext, post_id: str) -> str | None:
    repository = ctx.repository(SOCIAL_POSTS)
    post = await repository.get(post_id)
    states = {result.status for result in post.platforms}
    if "scheduled" in states:
        results = [
            result.model_copy(update={"status": "cancelled"}) if result.status == "scheduled" else result
            for result in post.platforms
        ]
        await repository.update(
            post_id,
            {"platforms": [result.model_dump(exclude_none=True) for result in results], "schedule.scheduled": False},
            where={"updated_at": post.updated_at},
        )
    elif "cancelled" not in states:
        raise Conflict(f"{post_id} is {', '.join(sorted(states)) or 'not scheduled'} and can't be cancelled.")
    return post.content_id


async def _cancel_email(ctx: ToolContext, email_id: str) -> str | None:
    repository = ctx.repository(EMAIL_CAMPAIGNS)
    email = await repository.get(email_id)
    if email.status == "scheduled":
        await repository.update(
            email_id, {"status": "cancelled", "schedule.scheduled": False}, where={"status": "scheduled"}
        )
    elif email.status != "cancelled":
        raise Conflict(f"{email_id} is {email.status} and can't be cancelled.")
    return email.content_id


async def _free_content(ctx: ToolContext, content_id: str) -> None:
    """Make the content of a cancelled post a draft again, unless something else has become of it."""
    try:
        again = {"status": "draft", **UNAPPROVED}
        await ctx.repository(CONTENT_LIBRARY).update(content_id, again, where={"status": "approved"})
    except (Conflict, NotFound):
        return
