"""What is approved before anything goes out, and the checks before and after the decision.

The payload holds everything a person decides on; its canonical hash is what the approval is for.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidInput, PlatformError, ToolFailed, ToolInputError
from db.campaigns import CAMPAIGNS
from db.content_library import Content
from db.social_posts import PostMedia
from tools.approval.act import iso_utc
from tools.approval.payload import ApprovedPayload
from tools.arguments import MOST_RECIPIENTS, Address
from tools.brief import today, zone
from tools.channels import platform_of
from tools.figures.timezones import timezone_of
from tools.outside.links import Source
from tools.outside.media import fetch_all
from tools.platforms.catalogue import BY_NAME
from tools.tool import ToolContext

USUAL_HOUR = 10
LATEST = timedelta(days=366)
DEFAULT_SPAN = 30
FIXED_IN_EDITS = ("version", "platform", "account_id", "media")


class PlannedMedia(BaseModel):
    """An attached file: where it lies, what it is, and the SHA-256 of the bytes that lay there when it was asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    content_type: str
    sha256: str


class PlannedPost(BaseModel):
    """One post exactly as it is to go out. ``subject`` is the subject of an email, or the title where there is one.

    ``recipients`` are the people an email goes to.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    content_id: str
    version: int
    platform: str
    account_id: str | None
    text: str
    subject: str | None
    media: list[PlannedMedia]
    link: str | None
    hashtags: list[str]
    publish_at: str
    recipients: Annotated[list[Address], Field(max_length=MOST_RECIPIENTS)] = Field(default_factory=list[str])


class PostsPayload(ApprovedPayload):
    """What a person approves: the posts, who gets what is sent directly, and the money (None: nothing is spent)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    posts: list[PlannedPost] = Field(min_length=1, max_length=50)
    audience: str | None
    budget: None = None

    def problems_of_edit(self, original: BaseModel) -> list[str]:
        """Return what a person may not change while approving, and what the edited posts lack."""
        before = {post.content_id: post for post in original.posts} if isinstance(original, PostsPayload) else {}
        found: list[str] = []
        for post in self.posts:
            earlier = before.pop(post.content_id, None)
            if earlier is None:
                found.append(f"{post.content_id} was not among what was asked, or is there twice.")
            elif any(getattr(post, name) != getattr(earlier, name) for name in FIXED_IN_EDITS):
                found.append(f"Of {post.content_id} {', '.join(FIXED_IN_EDITS)} stay as they are. Reject it instead.")
            else:
                found += [f"{post.content_id}: {problem}" for problem in planned_problems(post)]
        return found


async def media_of(ctx: ToolContext, content: Content) -> list[PlannedMedia]:
    """Fetch what is attached, so that exactly that is approved; ToolInputError if it can't go out."""
    urls = [url for url in (content.content.image_url, content.content.video_url) if url]
    if not urls:
        return []
    if ctx.outside is None:
        raise ToolInputError(f"The attachments of {content.content_id} can't be looked at here, so leave it out.")
    try:
        files = await fetch_all(ctx.outside, urls)
    except (PlatformError, InvalidInput) as error:
        raise ToolInputError(f"{content.content_id}: {error.message}") from None
    if problems := platform_of(content).media_problems(files):
        raise ToolInputError(f"{content.content_id} can't go out: {' '.join(problems)}")
    return [PlannedMedia(url=file.url, content_type=file.content_type, sha256=file.digest) for file in files]


def bare_problems(posts: Sequence[PlannedPost]) -> list[str]:
    """Return which posts of connected accounts lack the picture or video without which nothing goes out there."""
    return [
        f"{post.content_id}: {BY_NAME[post.platform].label} needs an image or video. Attach one, then schedule it."
        for post in posts
        if post.account_id is not None and not post.media and BY_NAME[post.platform].needs_media
    ]


def fetched_from_here(ctx: ToolContext) -> bool:
    """Whether a platform that fetches files itself gets them from this server, so that they are what was approved."""
    return ctx.outside is not None and ctx.outside.media_links is not None


def text_problems(content: Content) -> list[str]:
    """Return what stands against sending this content as it is."""
    return platform_of(content).problems(
        content.content.text,
        title=content.title,
        subject=content.subject,
        hashtags=content.hashtags,
        link=content.content.link,
    )


def planned_problems(post: PlannedPost) -> list[str]:
    """Return what stands against sending an approved post, which a person may have edited."""
    platform = BY_NAME.get(post.platform)
    if platform is None:
        return [f"{post.platform!r} is not a channel of this house."]
    heading = {"subject": post.subject} if platform.subject else {"title": post.subject}
    return platform.problems(post.text, hashtags=post.hashtags, link=post.link, **heading)


async def with_managed_links(
    ctx: ToolContext, content: Content, post: PlannedPost, known: Collection[str] = ()
) -> PlannedPost:
    """Return the post with managed links in place of its own; ToolInputError if it no longer fits then.

    ``known`` are addresses that are managed already.
    """
    if ctx.links is None:
        return post
    campaign = content.campaign_id and await ctx.repository(CAMPAIGNS).find_one({"campaign_id": content.campaign_id})
    source = Source(
        source_type=content.content_type,
        source_id=content.content_id,
        platform=post.platform,
        campaign_id=content.campaign_id,
        campaign=campaign.name if campaign else "",
        timezone=(await timezone_of(ctx.database, ctx.scope)).key,
    )
    try:
        managed = await ctx.links.outgoing(ctx.scope, source, post.text, post.link, known)
    except InvalidInput as error:
        raise ToolInputError(f"{content.content_id}: {error.message} Revise the draft first.") from None
    changed = post.model_copy(update={"text": managed.text, "link": managed.link})
    if problems := planned_problems(changed):
        raise ToolInputError(
            f"{content.content_id} does not fit once its links are measured: {' '.join(problems)} Shorten it first."
        )
    return changed


def moment_of(text: str, timezone: ZoneInfo) -> datetime:
    """Read a time: local where it has no offset, at the usual hour where it is only a day."""
    if "T" not in text and " " not in text:
        local = datetime.combine(date.fromisoformat(text), time(USUAL_HOUR), timezone)
        return local.astimezone(UTC)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone)).astimezone(UTC)


def from_iso(text: str) -> datetime:
    """Read a time of a payload; ToolFailed if an edit has made it unreadable."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ToolFailed(f"{text[:40]!r} is not a time, so nothing was scheduled.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def require_sensible(moment: datetime, now: datetime, what: str) -> None:
    """Raise ToolInputError unless the time lies in the future, within a year."""
    if moment <= now:
        raise ToolInputError(f"{what}: {iso_utc(moment)} is in the past; it is {iso_utc(now)} now. Pass a later time.")
    if moment > now + LATEST:
        raise ToolInputError(f"{what}: {iso_utc(moment)} is more than a year ahead. Check the year.")


async def default_times(ctx: ToolContext, contents: Sequence[Content], given: Mapping[str, str]) -> dict[str, datetime]:
    """Return a time for each content that was given none: the usual hour, from tomorrow or the campaign's first day.

    Posts for one channel go out a day apart; where the campaign has fewer days, two hours apart on the same days.
    """
    open_ones = [content for content in contents if content.content_id not in given]
    if not open_ones:
        return {}
    timezone = zone(ctx.timezone)
    spans = {name: await _span(ctx, name) for name in {content.campaign_id for content in open_ones}}
    placed: dict[tuple[str, str | None], int] = {}
    times: dict[str, datetime] = {}
    for content in open_ones:
        first, days = spans[content.campaign_id]
        place = (content.platform, content.campaign_id)
        slot = placed.get(place, 0)
        placed[place] = slot + 1
        hour = min(USUAL_HOUR + 2 * (slot // days), 22)
        local = datetime.combine(first + timedelta(days=slot % days), time(hour), timezone)
        times[content.content_id] = local.astimezone(UTC)
    return times


async def _span(ctx: ToolContext, campaign_id: str | None) -> tuple[date, int]:
    """Return the first day to post on and how many days there are."""
    tomorrow = today(ctx) + timedelta(days=1)
    if campaign_id is None:
        return tomorrow, DEFAULT_SPAN
    campaign = await ctx.repository(CAMPAIGNS).find_one({"campaign_id": campaign_id})
    if campaign is None or not campaign.start_date:
        return tomorrow, DEFAULT_SPAN
    first = max(tomorrow, date.fromisoformat(campaign.start_date))
    last = date.fromisoformat(campaign.end_date) if campaign.end_date else first + timedelta(days=DEFAULT_SPAN)
    return first, max((last - first).days + 1, 1)


def summary_of(posts: Sequence[PlannedPost], timezone: ZoneInfo, note: str | None, *, from_here: bool = True) -> str:
    """Say in one sentence what would go out, where and when. ``from_here``: platforms fetch files from this server."""
    parts = [f"{BY_NAME[post.platform].label} on {_spoken(post.publish_at, timezone)}" for post in posts]
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:6])}{' and more' if len(parts) > 6 else ''}"
    count = "one post" if len(posts) == 1 else f"{len(posts)} posts"
    bare = sorted({BY_NAME[p.platform].label for p in posts if BY_NAME[p.platform].needs_media and not p.media})
    media = f" {' and '.join(bare)} still {'needs' if len(bare) == 1 else 'need'} an image or video." if bare else ""
    there = sorted({BY_NAME[p.platform].label for p in posts if BY_NAME[p.platform].fetches_media and p.media})
    if there and not from_here:
        media += f" {' and '.join(there)} fetches files from their own addresses: what lies there then goes out."
    return f"Schedule {count}: {listed}.{media}{f' Note: {note}' if note else ''}"


def _spoken(publish_at: str, timezone: ZoneInfo) -> str:
    local = from_iso(publish_at).astimezone(timezone)
    return f"{local:%a} {local.day} {local:%b %Y at %H:%M}"


def queued_fields(post: PlannedPost) -> dict[str, Any]:
    """Return the media of a post by kind, as post documents keep them."""
    videos = [item.url for item in post.media if item.content_type.startswith("video/")]
    images = [item.url for item in post.media if item.url not in videos]
    return {"images": images, "videos": videos, "media": [PostMedia(**item.model_dump()) for item in post.media]}
