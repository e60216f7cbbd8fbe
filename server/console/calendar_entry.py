"""One entry of the calendar, whatever it is: a post, an email, or what waits to become one."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import NotFound
from db.email_campaigns import EMAIL_CAMPAIGNS, EmailCampaign
from db.social_posts import SOCIAL_POSTS, PostContent, SocialPost
from server.console.previews import File, Shown
from server.console.visit import Visit
from tools.calendar_entries import EMAIL, SHOWN, EntryState
from tools.publishing import PlannedPost, from_iso
from tools.rescheduling import Standing


@dataclass(frozen=True, slots=True)
class Entry:
    """What it is, how it stands, and when it goes or went out. ``state`` is None where it was called off."""

    post_id: str
    shown: Shown
    state: EntryState | None
    at: datetime
    url: str | None = None
    error: str | None = None
    campaign_id: str | None = None
    content_id: str | None = None
    request_id: str | None = None


async def entry_of(visit: Visit, post_id: str, standing: Standing | None) -> Entry:
    """Return an entry by the id of its post or email, also of one that waits; NotFound if there is none."""
    if post_id.startswith("eml_"):
        email = await visit.repository(EMAIL_CAMPAIGNS).find_one({"campaign_id": post_id})
        if email:
            return of_email(email)
    elif post := await visit.repository(SOCIAL_POSTS).find_one({"post_id": post_id}):
        return of_post(post)
    if standing is None:
        raise NotFound("There is no such post, or it is not yours. Load the calendar again.")
    return _of_waiting(post_id, standing)


def of_post(post: SocialPost) -> Entry:
    """Return a post as an entry."""
    result = post.platforms[0] if post.platforms else None
    content = post.content
    return Entry(
        post_id=post.post_id,
        shown=Shown(
            result.platform if result else "",
            content.message,
            content.title or "",
            content.hashtags,
            content.link or "",
            _files(content),
            account_id=(result.account_id if result else None) or "",
            files_at=_files_at(post.post_id),
        ),
        state=SHOWN.get(result.status) if result else None,
        at=(result.published_at if result else None) or post.schedule.publish_at or post.created_at,
        url=result.url if result else None,
        error=result.error if result else None,
        campaign_id=post.campaign_id,
        content_id=post.content_id,
        request_id=post.request_id,
    )


def of_email(email: EmailCampaign) -> Entry:
    """Return an email as an entry."""
    content = email.content
    return Entry(
        post_id=email.campaign_id,
        shown=Shown(
            EMAIL, content.text_content, content.subject, content.hashtags, content.link or "",
            File.of(content.media), email.recipients.count, email.account_id or "", _files_at(email.campaign_id),
        ),
        state=SHOWN.get(email.status),
        at=email.sent_at or email.schedule.send_at or email.created_at,
        error=email.error,
        campaign_id=email.marketing_campaign_id,
        content_id=email.content_id,
        request_id=email.request_id,
    )  # fmt: skip


def _of_waiting(post_id: str, standing: Standing) -> Entry:
    post = standing.post
    return Entry(
        post_id=post_id,
        shown=shown_of(post, _files_at(post_id)),
        state="waiting",
        at=from_iso(post.publish_at),
        campaign_id=standing.request.campaign_id,
        content_id=post.content_id,
        request_id=standing.request.request_id,
    )


def shown_of(post: PlannedPost, files_at: str = "") -> Shown:
    """Return a planned post as it would go out."""
    media = [File(item.url, item.content_type.startswith("image/"), item.sha256) for item in post.media]
    return Shown(
        post.platform, post.text, post.subject or "", post.hashtags, post.link or "", media, len(post.recipients),
        post.account_id or "", files_at,
    )  # fmt: skip


def _files(content: PostContent) -> list[File]:
    told = [*((url, True) for url in content.images), *((url, False) for url in content.videos)]
    return File.of(content.media) or [File(url, picture) for url, picture in told]


def _files_at(post_id: str) -> str:
    return f"/console/calendar/{post_id}/media"
