"""What stands on an account's calendar: posts and emails, those that wait for an approval, and when campaigns run."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeAlias

from core.json_text import inner_list, inner_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import CAMPAIGNS
from db.client import Database
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from tools.approval.act import moment_of_payload
from tools.approval.payload import effect_id
from tools.platforms.catalogue import BY_NAME

EntryState: TypeAlias = Literal["waiting", "scheduled", "published", "failed", "unknown"]
EMAIL: Final = "email"
MOST: Final = 2_000
LONGEST_TITLE: Final = 60
SHOWN: Final[dict[str, EntryState]] = {
    "scheduled": "scheduled",
    "published": "published",
    "sent": "published",
    "failed": "failed",
    "unknown": "unknown",
}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One thing at one time. ``entry_id`` stays the same from the request to the published post.

    ``ref`` is the id to ask for: of the post, the email, or the approval that waits.
    """

    entry_id: str
    ref: str
    platform: str
    at: datetime
    state: EntryState
    title: str
    text: str
    url: str | None = None
    campaign_id: str | None = None
    changed_at: datetime | None = None

    @property
    def post_id(self) -> str:
        """The id of the post or email, which one that waits will have."""
        return self.entry_id.partition("-")[0]

    @property
    def label(self) -> str:
        """How people call the platform."""
        return BY_NAME[self.platform].label if self.platform in BY_NAME else self.platform


@dataclass(frozen=True, slots=True)
class CampaignSpan:
    """From which day to which a campaign runs, both included."""

    campaign_id: str
    name: str
    first: date
    last: date
    changed_at: datetime


async def entries_between(database: Database, scope: Scope, since: datetime, until: datetime) -> list[CalendarEntry]:
    """Return what has its time from ``since`` on and before ``until``, by time; at most 2,000 of a kind."""
    parts = await asyncio.gather(
        _posts(database, scope, since, until),
        _emails(database, scope, since, until),
        _waiting(database, scope, since, until),
    )
    return sorted((entry for part in parts for entry in part), key=lambda entry: (entry.at, entry.entry_id))


async def campaign_spans(database: Database, scope: Scope, since: date, until: date) -> list[CampaignSpan]:
    """Return the campaigns that run on a day from ``since`` on and before ``until``, of the newest 200."""
    campaigns = await Repository(database, CAMPAIGNS, scope).page({}, limit=200)
    spans = [
        CampaignSpan(
            campaign.campaign_id,
            campaign.name,
            date.fromisoformat(campaign.start_date),
            date.fromisoformat(campaign.end_date),
            campaign.updated_at,
        )
        for campaign in campaigns.items
        if campaign.start_date and campaign.end_date and campaign.status != "cancelled"
    ]
    return [span for span in spans if span.last >= since and span.first < until]


async def _posts(database: Database, scope: Scope, since: datetime, until: datetime) -> list[CalendarEntry]:
    between = {"schedule.publish_at": {"$gte": since, "$lt": until}}
    posts = await Repository(database, SOCIAL_POSTS, scope).find(between, limit=MOST)
    return [
        CalendarEntry(
            entry_id=f"{post.post_id}-{result.platform}",
            ref=post.post_id,
            platform=result.platform,
            at=result.published_at or post.schedule.publish_at,
            state=SHOWN[result.status],
            title=_short(post.content.title or post.content.message),
            text=post.content.message,
            url=result.url,
            campaign_id=post.campaign_id,
            changed_at=post.updated_at,
        )
        for post in posts
        for result in post.platforms
        if post.schedule.publish_at and result.status in SHOWN
    ]


async def _emails(database: Database, scope: Scope, since: datetime, until: datetime) -> list[CalendarEntry]:
    between = {"schedule.send_at": {"$gte": since, "$lt": until}}
    emails = await Repository(database, EMAIL_CAMPAIGNS, scope).find(between, limit=MOST)
    return [
        CalendarEntry(
            entry_id=f"{email.campaign_id}-{EMAIL}",
            ref=email.campaign_id,
            platform=EMAIL,
            at=email.sent_at or email.schedule.send_at,
            state=SHOWN[email.status],
            title=_short(email.content.subject or email.name),
            text=email.content.text_content,
            campaign_id=email.marketing_campaign_id,
            changed_at=email.updated_at,
        )
        for email in emails
        if email.schedule.send_at and email.status in SHOWN
    ]


async def _waiting(database: Database, scope: Scope, since: datetime, until: datetime) -> list[CalendarEntry]:
    """Return the posts of pending requests, under the ids the posts will have."""
    pending = await Repository(database, APPROVAL_REQUESTS, scope).find({"status": "pending"}, limit=MOST)
    entries: list[CalendarEntry] = []
    for request in pending:
        for position, told in enumerate(inner_list(request.content.get("posts"))):
            post = inner_object(told)
            moment = moment_of_payload(post.get("publish_at"))
            if moment is None or not since <= moment < until:
                continue
            platform = str(post.get("platform", ""))
            collection = EMAIL_CAMPAIGNS if platform == EMAIL else SOCIAL_POSTS
            coming = effect_id(collection.id_prefix, request.request_id, position)
            entries.append(
                CalendarEntry(
                    entry_id=f"{coming}-{platform}",
                    ref=request.request_id,
                    platform=platform,
                    at=moment,
                    state="waiting",
                    title=_short(str(post.get("subject") or post.get("text") or "")),
                    text=str(post.get("text", "")),
                    campaign_id=request.campaign_id,
                    changed_at=request.updated_at,
                )
            )
    return entries


def _short(text: str) -> str:
    """Return the first line, cut to what a calendar shows."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= LONGEST_TITLE else line[:LONGEST_TITLE].rsplit(" ", 1)[0] + " …"
