"""Drafts: saved within each platform's limits, revised with their history kept, listed and shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from core.content_journey import usual_goal
from core.errors import Conflict, ToolInputError
from db.campaigns import CAMPAIGNS
from db.content_library import CONTENT_LIBRARY, UNAPPROVED, Content, ContentBody
from db.content_parts import Journey
from db.content_versions import CONTENT_VERSIONS, ContentVersion
from tools.arguments import (
    Arguments,
    CampaignId,
    Channel,
    ContentId,
    Copy,
    Limit,
    Line,
    Link,
    LongLine,
    Paragraph,
    TypeOfContent,
    Words,
    chosen,
)
from tools.campaign_control import CampaignControl
from tools.channels import measured, platform_of
from tools.platforms.catalogue import BY_NAME
from tools.renewal import renew
from tools.text_gauge import gauge, gauged
from tools.tool import Effect, Tool, ToolContext, tool

PREVIEW = 160
ContentStatus: TypeAlias = Literal["draft", "review", "approved", "rejected", "published", "archived"]
NOT_OUT: dict[str, Any] = {
    "$or": [{"status": {"$in": ["draft", "review"]}}, {"status": "approved", "used_in": {"$size": 0}}]
}


def _as_hashtags(value: object) -> object:
    if isinstance(value, str):
        return re.split(r"[\s,;]+", value.strip())
    return value


Hashtags: TypeAlias = Annotated[Words, BeforeValidator(_as_hashtags)]


class SaveDraft(Arguments):
    """A finished text for one channel."""

    platform: Channel = Field(description="The channel it is for, such as 'instagram', 'email' or 'twitter'.")
    content_type: TypeOfContent | None = Field(
        default=None, description="What it is; the channel's usual kind if not given."
    )
    text: Copy = Field(description="The whole text as it is to go out, without hashtags, subject and title.")
    title: Paragraph | None = Field(
        default=None,
        description="Title or headline, where the channel has one; for Google Ads the headlines, one a line.",
    )
    subject: LongLine | None = Field(default=None, description="Subject line, for emails only.")
    hashtags: Hashtags = Field(default_factory=list, description="Hashtags, such as ['#Leeds', '#Bakery'].")
    voice: Line | None = Field(default=None, description="The voice it is written in.")
    call_to_action: Line | None = Field(default=None, description="What readers are asked to do.")
    link: Link | None = Field(
        default=None, description="A web address that goes with it, only one the person has given."
    )
    campaign_id: CampaignId | None = Field(
        default=None, description="The campaign, cmp_…; the conversation's own if not given."
    )


class ReviseDraft(Arguments):
    """What changes in a draft; what is not given stays."""

    content_id: ContentId = Field(description="The draft, cnt_…")
    text: Copy | None = Field(default=None, description="The whole new text.")
    title: Paragraph | None = Field(default=None, description="The new title or headline.")
    subject: LongLine | None = Field(default=None, description="The new subject line.")
    hashtags: Hashtags | None = Field(
        default=None, description="All hashtags it is to have; an empty list removes them."
    )
    voice: Line | None = Field(default=None, description="The voice it is now written in.")
    image_url: Link | None = Field(default=None, description="Address of a picture the person has given, to attach.")
    video_url: Link | None = Field(default=None, description="Address of a video the person has given, to attach.")
    reason: Line = Field(default="Changed on request", description="Why it is changed, in a few words.")


class ListDrafts(Arguments):
    """Which drafts."""

    platform: Channel | None = Field(default=None, description="Only drafts for this channel.")
    campaign_id: CampaignId | None = Field(default=None, description="Only drafts of this campaign, cmp_…")
    status: Annotated[ContentStatus, chosen] | None = Field(
        default=None, description="Only content in this state; what is not scheduled yet if not given."
    )
    limit: Limit = Field(default=20, description="How many at most, up to 50.")


class GetContent(Arguments):
    """Which draft."""

    content_id: ContentId = Field(description="The draft, cnt_…")


class PlatformLimits(Arguments):
    """Which channel."""

    platform: Channel = Field(description="The channel, such as 'instagram', 'email' or 'twitter'.")


@tool(Effect.WRITE)
async def save_draft(ctx: ToolContext, params: SaveDraft) -> dict[str, Any]:
    """Store a finished text as a draft for one channel. Call it once per draft.

    Length is counted as the channel counts. A draft that is too long or lacks something the channel needs is not
    stored; the answer then says the numbers.
    """
    platform = BY_NAME[params.platform]
    content_type = params.content_type or platform.content_types[0]
    if content_type not in platform.content_types:
        raise ToolInputError(f"{platform.label} takes {' or '.join(platform.content_types)}, not {content_type}.")
    hashtags = _tags(params.hashtags)
    title = params.title or (_heading(params.text) if "blog" in platform.content_types else None)
    problems = platform.problems(params.text, title=title, subject=params.subject, hashtags=hashtags, link=params.link)
    if problems:
        raise ToolInputError("The draft was not stored. " + " ".join(problems))
    campaign_id = params.campaign_id or ctx.campaign_id
    if campaign_id and campaign_id != ctx.campaign_id:
        await ctx.repository(CAMPAIGNS).get(campaign_id)
    content = Content(
        content_id=ctx.new_id("cnt"),
        campaign_id=campaign_id,
        conversation_id=ctx.conversation_id or None,
        content_type=content_type,
        title=title,
        subject=params.subject if platform.subject else None,
        content=ContentBody(text=params.text, link=params.link),
        hashtags=hashtags,
        voice=params.voice,
        call_to_action=params.call_to_action,
        journey=Journey(conversion_goal=usual_goal(content_type)),
        platform=platform.name,
        created_by=ctx.agent,
    )
    return _measured(await ctx.repository(CONTENT_LIBRARY).insert_once(gauged(content)))


@tool(Effect.WRITE)
async def revise_draft(ctx: ToolContext, params: ReviseDraft) -> dict[str, Any]:
    """Change a stored draft. The earlier version is kept. Pass only what changes; the text always whole.

    Content that is approved goes back to being a draft. Published content can't be changed: save a new draft.
    """
    content = await ctx.repository(CONTENT_LIBRARY).get(params.content_id)
    for address in (params.image_url, params.video_url):
        if ctx.in_turn and address and address not in ctx.said:
            raise ToolInputError("Attach only a file whose address the person has given. Ask for it.")
    return await put_revised(ctx, content, _revised(content, params), params.reason)


@dataclass(frozen=True, slots=True)
class WholeText:
    """Everything people write of a content, as it is to be now; empty means none."""

    text: str
    heading: str = ""
    hashtags: Sequence[str] = ()
    link: str = ""


async def rewrite(ctx: ToolContext, content: Content, whole: WholeText, reason: str) -> dict[str, Any]:
    """Put what people have written in place of what a content says, whole; unlike a revision it can empty fields."""
    heading = "subject" if platform_of(content).subject else "title"
    fields: dict[str, Any] = {heading: whole.heading or None, "hashtags": _tags(list(whole.hashtags))}
    fields["content"] = content.content.model_copy(update={"text": whole.text, "link": whole.link or None})
    revised = content.model_copy(update=fields)
    if revised == content:
        raise ToolInputError("Nothing was changed.")
    return await put_revised(ctx, content, revised, reason)


async def put_revised(ctx: ToolContext, content: Content, revised: Content, reason: str) -> dict[str, Any]:
    """Store what a content says now in place of what it said, which is kept as a version.

    What was asked or approved with the earlier version is withdrawn and asked anew.
    """
    if content.status in {"published", "archived"}:
        raise ToolInputError(f"This content is {content.status} and can't be changed. Save a new draft instead.")
    platform = platform_of(content)
    problems = platform.problems(
        revised.content.text,
        title=revised.title,
        subject=revised.subject,
        hashtags=revised.hashtags,
        link=revised.content.link,
    )
    if problems:
        raise ToolInputError("The draft was not changed. " + " ".join(problems))
    if await _keep_version(ctx, content, reason) < content.version:
        await renew(ctx, content)
        return _measured(content)
    changes: dict[str, Any] = {
        "content.text": revised.content.text,
        "content.link": revised.content.link,
        "content.image_url": revised.content.image_url,
        "content.video_url": revised.content.video_url,
        "title": revised.title,
        "subject": revised.subject,
        "hashtags": revised.hashtags,
        "voice": revised.voice,
        "call_to_action": revised.call_to_action,
        "status": "draft",
        "version": content.version + 1,
        **UNAPPROVED,
        **gauge(revised).changes(),
    }
    contents = ctx.repository(CONTENT_LIBRARY)
    try:
        stored = await contents.update(content.content_id, changes, where={"version": content.version})
    except Conflict:
        # The database may have died after the change and before it said so; the driver's second try then finds it made.
        stored = await contents.get(content.content_id)
        if stored.version != content.version + 1 or _words_of(stored) != _words_of(revised):
            raise
    before, now = content.content, stored.content
    if stored.campaign_id and (before.image_url, before.video_url) != (now.image_url, now.video_url):
        await CampaignControl(ctx.database, ctx.scope).look_again(stored.campaign_id)
    result = _measured(stored)
    if asked := await renew(ctx, stored):
        result["asked_anew"] = [request.request_id for request in asked]
        result["note"] = "What was asked or approved with the earlier version is withdrawn and was asked anew."
    elif ctx.withdrawn:
        result["note"] = "What was asked or approved with the earlier version is withdrawn. Schedule it again."
    return result


@tool(Effect.READ)
async def list_drafts(ctx: ToolContext, params: ListDrafts) -> dict[str, Any]:
    """List stored drafts, newest first, with the beginning of each text. ``here``: written in this conversation."""
    where: dict[str, Any] = {"status": params.status} if params.status else dict(NOT_OUT)
    if params.platform:
        where["platform"] = params.platform
    if params.campaign_id:
        await ctx.repository(CAMPAIGNS).get(params.campaign_id)
        where["campaign_id"] = params.campaign_id
    page = await ctx.repository(CONTENT_LIBRARY).page(where, limit=params.limit)
    drafts = [
        {
            "content_id": content.content_id,
            "platform": content.platform,
            "content_type": content.content_type,
            "status": content.status,
            "version": content.version,
            "here": content.conversation_id == ctx.conversation_id,
            "heading": content.subject or content.title,
            "preview": content.content.text[:PREVIEW],
            "characters": measured(content).characters,
            "updated_at": content.updated_at.isoformat(),
        }
        for content in page.items
    ]
    return {"drafts": drafts, "more": page.next_cursor is not None}


@tool(Effect.READ)
async def get_content(ctx: ToolContext, params: GetContent) -> dict[str, Any]:
    """Show one draft whole: text, title or subject, hashtags, link, voice, state and where it is used."""
    content = await ctx.repository(CONTENT_LIBRARY).get(params.content_id)
    return _measured(content) | {
        "content_type": content.content_type,
        "text": content.content.text,
        "title": content.title,
        "subject": content.subject,
        "link": content.content.link,
        "voice": content.voice,
        "call_to_action": content.call_to_action,
        "campaign_id": content.campaign_id,
        "used_in": content.used_in,
    }


@tool(Effect.READ)
async def platform_limits(ctx: ToolContext, params: PlatformLimits) -> dict[str, Any]:  # noqa: ARG001 - the contract
    """Say what a channel takes: length and how it is counted, title or subject, hashtags, link, media, and advice."""
    return BY_NAME[params.platform].described()


TOOLS: tuple[Tool, ...] = (save_draft, revise_draft, list_drafts, get_content, platform_limits)


def _measured(content: Content) -> dict[str, Any]:
    measure = measured(content)
    result: dict[str, Any] = {
        "content_id": content.content_id,
        "platform": content.platform,
        "status": content.status,
        "version": content.version,
        "characters": measure.characters,
        "limit": measure.limit,
        "remaining": measure.remaining,
        "hashtags": content.hashtags,
    }
    return result | ({"measure": measure.note} if measure.note else {})


def _tags(written: list[str]) -> list[str]:
    """Return hashtags as ``#Word``, each once; spaces and signs inside are left out."""
    words = (re.sub(r"[^\w]", "", tag) for tag in written)
    unique = {word.casefold(): f"#{word}" for word in words if re.search(r"[^\W\d_]", word)}
    return list(unique.values())


def _heading(text: str) -> str | None:
    first = text.lstrip().splitlines()[0].strip("# ").strip() if text.strip() else ""
    return first[:200] if first and text.lstrip().startswith("# ") else None


def _words_of(content: Content) -> dict[str, Any]:
    return content.model_dump(include={"title", "subject", "content", "hashtags", "voice", "call_to_action"})


async def _keep_version(ctx: ToolContext, content: Content, reason: str) -> int:
    """Store what the content says now; return the version this call has kept, now or when it ran before."""
    versions = ctx.repository(CONTENT_VERSIONS)
    try:
        return (await versions.insert_once(_version(ctx, content, reason))).version
    except Conflict:
        # A call that was cut off between keeping and changing has left this version behind: it is kept already.
        if await versions.find_one({"content_id": content.content_id, "version": content.version}) is None:
            raise
        return content.version


def _version(ctx: ToolContext, content: Content, reason: str) -> ContentVersion:
    return ContentVersion(
        version_id=ctx.new_id("ver"),
        content_id=content.content_id,
        version=content.version,
        snapshot=content.model_dump(
            include={"title", "subject", "content", "hashtags", "voice", "call_to_action", "status"}, exclude_none=True
        ),
        reason=reason,
        created_by=ctx.agent,
    )


def _revised(content: Content, params: ReviseDraft) -> Content:
    changes: dict[str, Any] = {
        name: value for name in ("title", "subject", "voice") if (value := getattr(params, name)) is not None
    }
    given = {"text": params.text, "image_url": params.image_url, "video_url": params.video_url}
    if body := {name: value for name, value in given.items() if value is not None}:
        changes["content"] = content.content.model_copy(update=body)
    if params.hashtags is not None:
        changes["hashtags"] = _tags(params.hashtags)
    if not changes:
        raise ToolInputError("Nothing was given to change. Pass the new text, title, subject, hashtags or voice.")
    return content.model_copy(update=changes)
