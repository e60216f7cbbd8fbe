"""The start page: what waits for a person, what runs, what went out, what is next."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fastapi import Response

from core.campaign_states import UNDER_WAY
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import CAMPAIGNS
from db.conversations import CONVERSATIONS
from db.social_posts import SOCIAL_POSTS, PostStatus, SocialPost
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.visit import Visit, Visiting
from tools.campaign_control import CampaignControl

WEEK: Final = timedelta(days=7)
SHOWN: Final = 5
MOST_POSTS: Final = 200
router: Final = console_router()


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post on one platform as a line of a list."""

    platform: str
    text: str
    status: PostStatus
    at: datetime | None
    url: str | None
    error: str | None


@router.get("")
async def overview(visit: Visiting) -> Response:
    """Show the start page."""
    requests, campaigns = visit.repository(APPROVAL_REQUESTS), visit.repository(CAMPAIGNS)
    conversations = visit.repository(CONVERSATIONS)
    pending, under_way, running, recent, stopped = await asyncio.gather(
        requests.find({"status": "pending"}, sort=[("expires_at", 1)], limit=SHOWN),
        campaigns.find({"status": {"$in": list(UNDER_WAY)}}, sort=[("updated_at", -1)], limit=SHOWN),
        conversations.find({"run.until": {"$gt": visit.now - WEEK}}, limit=SHOWN),
        conversations.page({}, limit=SHOWN),
        CampaignControl(visit.parts.database, visit.scope).halted(),
    )
    past, coming = await asyncio.gather(
        _posts(visit, visit.now - WEEK, visit.now), _posts(visit, visit.now, visit.now + WEEK)
    )
    went = [line for line in _lines(past) if line.status == "published"]
    values = {
        "pending": pending,
        "campaigns": under_way,
        "running": running,
        "recent": recent.items,
        "went_count": len(went),
        "went": sorted(went, key=_at, reverse=True)[:SHOWN],
        "trouble": [line for line in _lines(past) if line.status in {"failed", "unknown"}][:SHOWN],
        "coming": [line for line in _lines(coming) if line.status == "scheduled"],
        "halt": stopped.halt if stopped and stopped.halt.since else None,
        "shown": SHOWN,
        "is_new": not (pending or under_way or recent.items or past or coming),
    }
    return await visit.show("overview.html", values)


async def _posts(visit: Visit, since: datetime, until: datetime) -> list[SocialPost]:
    within = {"schedule.publish_at": {"$gte": since, "$lt": until}}
    return await visit.repository(SOCIAL_POSTS).find(within, sort=[("schedule.publish_at", 1)], limit=MOST_POSTS)


def _lines(posts: Iterable[SocialPost]) -> list[PostLine]:
    return [
        PostLine(
            platform=result.platform,
            text=post.content.title or post.content.message,
            status=result.status,
            at=result.published_at or post.schedule.publish_at,
            url=result.url,
            error=result.error,
        )
        for post in posts
        for result in post.platforms
    ]


def _at(line: PostLine) -> float:
    return line.at.timestamp() if line.at else 0.0


PAGE: Final = ConsolePage("overview", "Overview", "", "overview", "Work", router)
