"""The content library: every text in its newest version, as it will look, its versions, its family, where it went."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Form, Query, Response
from pydantic import AfterValidator

from core.errors import AppError, Conflict, NotFound
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS, Campaign
from db.content_library import CONTENT_LIBRARY, Content
from db.content_versions import CONTENT_VERSIONS, ContentVersion
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.social_posts import SOCIAL_POSTS
from server.by_hand import Changed, HandWork
from server.console.calendar_entry import Entry, of_email, of_post
from server.console.page import ConsolePage
from server.console.previews import Shown, picture_of, preview_of
from server.console.routing import console_router
from server.console.visit import Changing, Visit, Visiting
from server.console.words import counted
from server.rest.content import Status
from server.rest.text import PathId, clean, one_line
from tools.account_names import posts_of
from tools.approval.requests import LIVE
from tools.content import WholeText
from tools.content_history import differences, said_in
from tools.platforms.catalogue import BY_NAME, CATALOGUE

A_PAGE: Final = 30
MOST_CAMPAIGNS: Final = 200
MOST_VERSIONS: Final = 50
MOST_RELATED: Final = 50
LONGEST_TEXT: Final = 100_000
STATUSES: Final[tuple[Status, ...]] = ("draft", "review", "approved", "published", "rejected", "archived")
FIXED: Final = frozenset({"published", "archived"})
router: Final = console_router()
Word = Annotated[str, Query(max_length=200)]
Body = Annotated[str, Form(max_length=LONGEST_TEXT), AfterValidator(clean)]
Words = Annotated[str, Form(max_length=2_048), AfterValidator(one_line)]


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the form."""

    version: int
    text: str
    heading: str
    hashtags: str
    link: str

    @property
    def tags(self) -> list[str]:
        """The hashtags, each by itself."""
        return [tag for tag in re.split(r"[\s,;]+", self.hashtags) if tag]

    def shown(self, as_it_is: Shown) -> Shown:
        """Return it as it would go out."""
        tags = [f"#{tag.removeprefix('#')}" for tag in self.tags]
        return replace(as_it_is, text=self.text, heading=self.heading, hashtags=tags, link=self.link)


@router.get("/library")
async def library(
    visit: Visiting,
    q: Word = "",
    status: Annotated[Status | None, Query()] = None,
    platform: Annotated[str, Query(max_length=50)] = "",
    campaign: Annotated[str, Query(max_length=64)] = "",
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """List texts, newest first."""
    where: dict[str, Any] = {}
    if status:
        where["status"] = status
    if platform:
        where["platform"] = platform
    if campaign:
        where["campaign_id"] = campaign
    if words := q.strip():
        within = {"$regex": re.escape(words), "$options": "i"}
        where["$or"] = [{"content.text": within}, {"title": within}, {"subject": within}]
    page = await visit.repository(CONTENT_LIBRARY).page(where, limit=A_PAGE, cursor=cursor)
    campaigns = (await visit.repository(CAMPAIGNS).page({}, limit=MOST_CAMPAIGNS)).items
    asked = {"q": words, "status": status or "", "platform": platform, "campaign": campaign}

    def link(**changes: str) -> str:
        return _address(asked | changes)

    values: dict[str, Any] = {
        "items": page.items,
        "asked": asked,
        "statuses": STATUSES,
        "platforms": sorted((each.name, each.label) for each in CATALOGUE),
        "campaigns": campaigns,
        "campaign_names": {each.campaign_id: each.name for each in campaigns},
        "filtered": any(asked.values()),
        "next": _address(asked | {"cursor": page.next_cursor}) if page.next_cursor else "",
        "first": _address(asked) if cursor else "",
        "link": link,
    }
    return await visit.show("library.html", values)


@router.get("/library/{content_id}")
async def one(content_id: PathId, visit: Visiting) -> Response:
    """Show a text as it will look, with everything that belongs to it."""
    content = await visit.repository(CONTENT_LIBRARY).get(content_id)
    values = {
        "content": content,
        "preview": await preview_of(visit, await _now(visit, content)),
        "can_edit": visit.scope.may_write and content.status not in FIXED and content.platform in BY_NAME,
        **await _about(visit, content),
    }
    return await visit.show("library_item.html", values)


@router.get("/library/{content_id}/edit")
async def edit(content_id: PathId, visit: Changing) -> Response:
    """Show the form, with the limits of the platform beside it."""
    content = await visit.repository(CONTENT_LIBRARY).get(content_id)
    now = Shown.of(content)
    written = Written(content.version, now.text, now.heading, " ".join(now.hashtags), now.link)
    return await _form(visit, content, written)


@router.post("/library/{content_id}/measure")
async def measure(
    content_id: PathId,
    visit: Visiting,
    text: Body = "",
    heading: Annotated[str, Form(max_length=2_000), AfterValidator(clean)] = "",
    hashtags: Words = "",
    link: Words = "",
) -> Response:
    """Return how what somebody writes just now would look and count; nothing is stored."""
    content = await visit.repository(CONTENT_LIBRARY).get(content_id)
    written = Written(content.version, _lines(text), heading, hashtags, link)
    as_it_is = await _now(visit, content)
    return await visit.show("library_live.html", {"preview": await preview_of(visit, written.shown(as_it_is))})


@router.post("/library/{content_id}")
async def save(
    content_id: PathId,
    visit: Changing,
    version: Annotated[int, Form(ge=1)],
    text: Body = "",
    heading: Annotated[str, Form(max_length=2_000), AfterValidator(clean)] = "",
    hashtags: Words = "",
    link: Words = "",
) -> Response:
    """Store what was written as a new version; what was approved is asked anew."""
    written = Written(version, _lines(text), heading.strip(), hashtags, link.strip())
    whole = WholeText(written.text, written.heading, written.tags, written.link)
    try:
        changed = await HandWork(visit.parts, visit.scope).rewrite(content_id, version, whole)
    except AppError as error:
        if error.kind not in {"tool_input", "invalid", "conflict"}:
            raise
        content = await visit.repository(CONTENT_LIBRARY).get(content_id)
        if isinstance(error, Conflict):
            written = Written(content.version, written.text, written.heading, written.hashtags, written.link)
        return await _form(visit, content, written, error.message)
    return visit.go(f"/console/library/{content_id}", _said(f"Saved as version {changed.content.version}.", changed))


@router.get("/library/{content_id}/versions/{version_id}")
async def version_of(content_id: PathId, version_id: PathId, visit: Visiting) -> Response:
    """Show what an earlier version said, and what differs now."""
    content = await visit.repository(CONTENT_LIBRARY).get(content_id)
    kept = await visit.repository(CONTENT_VERSIONS).get(version_id)
    if kept.content_id != content_id:
        return visit.go(f"/console/library/{content_id}", "That version is of another text.", "warning")
    said = said_in(content, kept.snapshot)
    values = {
        "content": content,
        "kept": kept,
        "differences": differences(said, content),
        "preview": await preview_of(
            visit, Shown.of(said, files_at=f"/console/library/{content_id}/versions/{version_id}/media")
        ),
        "can_restore": visit.scope.may_write and content.status not in FIXED,
        "live": await _live(visit, content),
    }
    return await visit.show("library_version.html", values)


@router.get("/library/{content_id}/media/{number}")
async def picture(content_id: PathId, number: int, visit: Visiting) -> Response:
    """Show a picture of a text, fetched by this server."""
    return await picture_of(visit, Shown.of(await visit.repository(CONTENT_LIBRARY).get(content_id)), number)


@router.get("/library/{content_id}/versions/{version_id}/media/{number}")
async def picture_before(content_id: PathId, version_id: PathId, number: int, visit: Visiting) -> Response:
    """Show a picture of an earlier version."""
    content = await visit.repository(CONTENT_LIBRARY).get(content_id)
    kept = await visit.repository(CONTENT_VERSIONS).get(version_id)
    if kept.content_id != content_id:
        raise NotFound("That version is of another text.")
    return await picture_of(visit, Shown.of(said_in(content, kept.snapshot)), number)


@router.post("/library/{content_id}/versions/{version_id}/restore")
async def restore(content_id: PathId, version_id: PathId, visit: Changing) -> Response:
    """Put an earlier version back, as a new one."""
    try:
        changed = await HandWork(visit.parts, visit.scope).restore(content_id, version_id)
    except AppError as error:
        if error.kind not in {"tool_input", "invalid", "conflict"}:
            raise
        return visit.go(f"/console/library/{content_id}/versions/{version_id}", error.message, "danger")
    said = f"The earlier text is back, as version {changed.content.version}."
    return visit.go(f"/console/library/{content_id}", _said(said, changed))


async def _now(visit: Visit, content: Content) -> Shown:
    """Return a text as it would go out, on the account that was asked about last where one was."""
    about = {"about": content.content_id, "status": {"$in": list(LIVE)}}
    asked = await visit.repository(APPROVAL_REQUESTS).find(about, sort=[("created_at", -1)], limit=1)
    posts = [post for request in asked for post in posts_of(request) if post.get("content_id") == content.content_id]
    account_id = next((str(post["account_id"]) for post in posts if post.get("account_id")), "")
    return Shown.of(content, account_id, f"/console/library/{content.content_id}/media")


async def _form(visit: Visit, content: Content, written: Written, error: str = "") -> Response:
    values = {
        "content": content,
        "platform": BY_NAME.get(content.platform),
        "written": written,
        "preview": await preview_of(visit, written.shown(await _now(visit, content))),
        "live": await _live(visit, content),
        "fixed": content.status in FIXED,
        "error": error,
    }
    return await visit.show("library_edit.html", values, 422 if error else 200)


async def _about(visit: Visit, content: Content) -> dict[str, Any]:
    contents, content_id = visit.repository(CONTENT_LIBRARY), content.content_id
    campaign: Campaign | None = None
    if content.campaign_id:
        campaign = await visit.repository(CAMPAIGNS).find_one({"campaign_id": content.campaign_id})
    parent = await contents.find_one({"content_id": content.parent_id}) if content.parent_id else None
    versions: list[ContentVersion] = await visit.repository(CONTENT_VERSIONS).find(
        {"content_id": content_id}, sort=[("version", -1)], limit=MOST_VERSIONS
    )
    return {
        "campaign": campaign,
        "parent": parent,
        "children": await contents.find({"parent_id": content_id}, sort=[("created_at", 1)], limit=MOST_RELATED),
        "versions": versions,
        "went": await _went(visit, content_id),
        "live": await _live(visit, content),
    }


async def _went(visit: Visit, content_id: str) -> list[Entry]:
    """Return the posts and emails a text became, the newest first."""
    about = {"content_id": content_id}
    posts = await visit.repository(SOCIAL_POSTS).find(about, sort=[("created_at", -1)], limit=MOST_RELATED)
    emails = await visit.repository(EMAIL_CAMPAIGNS).find(about, sort=[("created_at", -1)], limit=MOST_RELATED)
    found = [*map(of_post, posts), *map(of_email, emails)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


async def _live(visit: Visit, content: Content) -> list[ApprovalRequest]:
    """Return the requests a change of this text would withdraw."""
    where = {"about": content.content_id, "status": {"$in": list(LIVE)}}
    found = await visit.repository(APPROVAL_REQUESTS).find(where)
    return [request for request in found if request.status == "pending" or content.status == "approved"]


def _said(done: str, changed: Changed) -> str:
    if changed.asked:
        many = counted(len(changed.asked), "request")
        return f"{done} What was asked or approved before is withdrawn; {many} with the new text now waits for you."
    if changed.withdrawn:
        return f"{done} What was asked or approved before is withdrawn. Schedule it again."
    return done


def _lines(text: str) -> str:
    """Return a text as it was typed; forms send line ends in their own way."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _address(asked: Mapping[str, str]) -> str:
    told = [(name, text) for name, text in asked.items() if text]
    return f"/console/library?{urlencode(told)}" if told else "/console/library"


PAGE: Final = ConsolePage("library", "Content library", "/library", "library", "Content", router)
