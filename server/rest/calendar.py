"""The calendar over REST, and the private links that calendar programs follow."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from core.errors import Forbidden, InvalidInput, LimitReached, NotAuthenticated, NotFound
from core.ids import new_id
from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from db.calendar_feeds import CALENDAR_FEEDS, CalendarFeed
from db.settings import SETTINGS
from db.standing import may_act
from server.auth.accounts import scope_of
from server.auth.caller import Caller, InPerson
from server.calendar_file import calendar_file
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line, PathId
from server.services import Parts, Services
from tools.calendar_entries import CalendarEntry, EntryState, campaign_spans, entries_between

LONGEST: Final = timedelta(days=400)
BEHIND: Final = timedelta(days=120)
AHEAD: Final = timedelta(days=400)
MOST_FEEDS: Final = 20
NO_CALENDAR: Final = "This calendar link is not valid any more. Make a new one in the app."
router = APIRouter(prefix="/api/v1/calendar", tags=["Calendar"])
public = APIRouter(include_in_schema=False)
Token = Annotated[str, StringConstraints(max_length=80)]


class EntryView(BaseModel):
    """One thing on the calendar. ``ref`` is the id of the post, the email, or the approval that waits.

    ``post_id`` is the id of the post or email, which one that waits will have: with it an entry is rescheduled.
    """

    ref: str
    post_id: str
    platform: str
    label: str
    at: datetime
    state: EntryState
    title: str
    text: str
    url: str | None
    campaign_id: str | None

    @classmethod
    def of(cls, entry: CalendarEntry) -> "EntryView":
        """Show an entry."""
        return cls(label=entry.label, **{name: getattr(entry, name) for name in cls.model_fields if name != "label"})


class SpanView(BaseModel):
    """From which day to which a campaign runs, both included."""

    campaign_id: str
    name: str
    first: date
    last: date


class CalendarView(BaseModel):
    """What stands on the calendar in a stretch of time."""

    items: list[EntryView]
    campaigns: list[SpanView]


class FeedView(BaseModel):
    """A private link to the calendar, without its address."""

    feed_id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, feed: CalendarFeed) -> "FeedView":
        """Show a link."""
        return cls(**feed.model_dump(include=set(cls.model_fields)))


class NewFeed(BaseModel):
    """The link to make."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Phone"}]})

    name: Annotated[Line, Field(min_length=1, max_length=100)]


class MadeFeed(FeedView):
    """A link with its address, which is shown here and never again."""

    url: str = Field(description="Subscribe to it in a calendar program. Whoever has it can read the calendar.")


@router.get("", operation_id="get_calendar", responses=responses(), summary="What stands on the calendar")
async def read(
    scope: Caller,
    parts: Parts,
    since: Annotated[AwareDatetime, Query(description="From when on.")],
    until: Annotated[AwareDatetime, Query(description="Before when; at most 400 days later.")],
) -> CalendarView:
    """Return posts, emails, what waits for an approval, and campaigns, by time."""
    if not since < until <= since + LONGEST:
        raise InvalidInput("until has to lie after since, at most 400 days later.", field="until")
    entries = await entries_between(parts.database, scope, since, until)
    spans = await campaign_spans(parts.database, scope, since.date(), until.date())
    return CalendarView(
        items=[EntryView.of(entry) for entry in entries],
        campaigns=[SpanView(campaign_id=s.campaign_id, name=s.name, first=s.first, last=s.last) for s in spans],
    )


@router.post(
    "/feeds", status_code=201, operation_id="add_calendar_feed", responses=responses(), summary="Make a private link"
)
async def add(body: NewFeed, scope: InPerson, request: Request, parts: Parts) -> MadeFeed:
    """Make a link for a calendar program. The answer holds its address, once; it is stored only as a hash."""
    feeds = parts.repository(CALENDAR_FEEDS, scope)
    if await feeds.count({}) >= MOST_FEEDS:
        raise LimitReached(f"An account has at most {MOST_FEEDS} calendar links. Remove one first.")
    token = secrets.token_urlsafe(32)
    made = await feeds.insert(
        CalendarFeed(
            feed_id=new_id(CALENDAR_FEEDS.id_prefix), name=body.name, actor_id=scope.actor_id, token_hash=_hash(token)
        )
    )
    await _audit(parts, scope, "calendar_link_made", made.feed_id)
    base = parts.settings.public_url or str(request.base_url).rstrip("/")
    return MadeFeed(url=f"{base}/calendar/{token}.ics", **FeedView.of(made).model_dump())


@router.get("/feeds", operation_id="list_calendar_feeds", responses=responses(), summary="List the private links")
async def list_all(scope: Caller, parts: Parts, limit: Limit = 20, cursor: Cursor = None) -> PageView[FeedView]:
    """Return the account's links, newest first, without their addresses."""
    found = await parts.repository(CALENDAR_FEEDS, scope).page({}, limit=limit, cursor=cursor)
    return page_view(found, FeedView.of)


@router.delete(
    "/feeds/{feed_id}",
    status_code=204,
    operation_id="remove_calendar_feed",
    responses=responses(404),
    summary="Remove a private link",
)
async def remove(feed_id: PathId, scope: InPerson, parts: Parts) -> None:
    """Let a link work no longer, at once. One's own, or any as the account's owner."""
    feeds = parts.repository(CALENDAR_FEEDS, scope)
    feed = await feeds.get(feed_id)
    if scope.actor_id not in {feed.actor_id, scope.user_id}:
        raise Forbidden("Only whoever made this link, or the account's owner, may remove it.")
    await feeds.delete(feed_id)
    await _audit(parts, scope, "calendar_link_removed", feed_id)


@public.api_route("/calendar/{token}.ics", methods=["GET", "HEAD"])
async def feed(token: Token, request: Request, parts: Parts) -> Response:
    """Return the calendar of whoever made the link, as far as they may still read it."""
    found = await parts.private_calendars.find(_hash(token))
    if found is None:
        raise NotFound(NO_CALENDAR)
    scope = await _reader(parts, found)
    now = parts.clock.now()
    since, until = now - BEHIND, now + AHEAD
    entries = await entries_between(parts.database, scope, since, until)
    spans = await campaign_spans(parts.database, scope, since.date(), until.date())
    settings = await parts.repository(SETTINGS, scope).find_one({})
    name = (settings.branding.company_name if settings else None) or "Marketing Minds"
    base = parts.settings.public_url or str(request.base_url).rstrip("/")
    headers = {"Content-Disposition": 'inline; filename="calendar.ics"', "X-Robots-Tag": "noindex"}
    content = calendar_file(name, entries, spans, now, base)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


async def _reader(parts: Services, found: CalendarFeed) -> Scope:
    """Return the scope of a link's maker; NotFound once they may not read that account any more."""
    try:
        user = await parts.desk.person(found.actor_id)
    except NotAuthenticated:
        raise NotFound(NO_CALENDAR) from None
    scope = scope_of(user, "api")
    if not may_act(user) or scope.user_id != found.user_id:
        raise NotFound(NO_CALENDAR)
    return scope


async def _audit(parts: Services, scope: Scope, action: str, feed_id: str) -> None:
    entry = AuditEntry(
        audit_id=new_id(AUDIT_LOG.id_prefix),
        action=action,
        resource_type="calendar_feed",
        resource_id=feed_id,
        actor_id=scope.actor_id,
    )
    await parts.repository(AUDIT_LOG, scope).insert(entry)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
