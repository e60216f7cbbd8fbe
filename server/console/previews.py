"""How a text will look on its platform: composed, counted and cut as the platform does it; nothing is fetched."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from fastapi import Response
from markupsafe import Markup

from core.errors import NotFound
from db.content_library import Content
from db.social_accounts import SOCIAL_ACCOUNTS, TAKEN_LAST, SocialAccount
from db.social_posts import PostMedia
from server.console.visit import Visit
from server.console.words import named
from server.rendering import as_html
from server.rest.approval_links import handed_over
from tools.counting import LINK
from tools.outside.media import fetch
from tools.platform import LineLimit, Platform
from tools.platforms.catalogue import BY_NAME

Look = Literal["x", "linkedin", "facebook", "instagram", "article", "email", "plain"]
LOOKS: Final[Mapping[str, Look]] = {
    "twitter": "x",
    "threads": "x",
    "linkedin": "linkedin",
    "facebook": "facebook",
    "instagram": "instagram",
    "wordpress": "article",
    "blog": "article",
    "medium": "article",
    "ghost": "article",
    "email": "email",
}
# How much of a text shows before the reader asks for more; the platforms' advice says the same.
FOLDS: Final[Mapping[str, int]] = {"instagram": 125, "linkedin": 210, "facebook": 480}
MARKED: Final = re.compile(rf"(?P<link>{LINK.pattern})|(?P<tag>(?<![\w&/])[#@]\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """An attached file. ``digest`` is the SHA-256 (hex) that was asked about; None where nothing is fixed yet."""

    url: str
    picture: bool
    digest: str | None = None

    @classmethod
    def of(cls, media: Sequence[PostMedia]) -> "list[File]":
        """Return files as they were approved."""
        return [cls(item.url, item.content_type.startswith("image/"), item.sha256) for item in media]


@dataclass(frozen=True, slots=True)
class FileShown:
    """What is drawn of a file: its name, and for a picture where we hand it over."""

    name: str
    src: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be looked at. ``heading`` is the subject of an email, or the title where there is one.

    ``account_id`` is the platform's id of the account it goes out on; empty where nothing is fixed yet. ``files_at`` is
    the path under which we hand its pictures over; empty where they are only named.
    """

    platform: str
    text: str
    heading: str = ""
    hashtags: Sequence[str] = ()
    link: str = ""
    media: Sequence[File] = ()
    people: int = 0
    account_id: str = ""
    files_at: str = ""

    @classmethod
    def of(cls, content: Content, account_id: str = "", files_at: str = "") -> "Shown":
        """Return a content as it would go out now."""
        platform = BY_NAME.get(content.platform)
        heading = content.subject if platform and platform.subject else content.title
        body = content.content
        told = ((body.image_url, True), (body.video_url, False))
        media = [File(address, picture) for address, picture in told if address]
        return cls(
            content.platform, body.text, heading or "", content.hashtags, body.link or "", media,
            account_id=account_id, files_at=files_at,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of text: plain, or a tag or link as platforms colour them."""

    kind: Literal["text", "tag", "link"]
    text: str


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of what may be used is used, as the platform counts. ``note`` says how it counts, or what is advised."""

    name: str
    used: int
    most: int
    unit: str
    note: str = ""

    @property
    def tone(self) -> str:
        """How near it is."""
        return "danger" if self.used > self.most else "warning" if self.used > self.most * 0.9 else "accent"


@dataclass(frozen=True, slots=True)
class Preview:
    """A post as it will appear, the limits it keeps to, what stands against it and what is advised."""

    shown: Shown
    look: Look
    label: str
    account: str
    handle: str
    connected: bool
    first: Sequence[Stretch]
    rest: Sequence[Stretch]
    html: Markup | None
    host: str
    opening: str
    files: Sequence[FileShown]
    limits: Sequence[Limit]
    problems: Sequence[str]
    advice: Sequence[str]


async def preview_of(visit: Visit, shown: Shown) -> Preview:
    """Return how something will look, under the account it goes out on; else under the one that would be taken now."""
    where = {"account_id": shown.account_id} if shown.account_id else {"status": "active"}
    accounts = await visit.repository(SOCIAL_ACCOUNTS).find(
        {"platform": shown.platform, **where}, sort=[(name, -1) for name, _ in TAKEN_LAST], limit=1
    )
    return previewed(shown, next(iter(accounts), None))


def previewed(shown: Shown, account: SocialAccount | None = None) -> Preview:
    """Return how something will look; without an account, under a stand-in."""
    platform = BY_NAME.get(shown.platform)
    look: Look = LOOKS.get(shown.platform, "plain")
    whole = platform.composed(shown.text, shown.hashtags, shown.link or None) if platform else shown.text
    fold = FOLDS.get(shown.platform, 0)
    cut = _cut(whole, fold) if fold else len(whole)
    handle = (account.account_username if account else None) or ""
    return Preview(
        shown=shown,
        look=look,
        label=platform.label if platform else named(shown.platform),
        account=(account.account_name if account else shown.account_id) or "Your account",
        handle=f"@{handle.removeprefix('@')}" if handle else "",
        connected=account is not None,
        first=_stretches(whole[:cut]),
        rest=_stretches(whole[cut:].lstrip()),
        html=_html(shown, look),
        host=_host(shown.link),
        opening=" ".join(shown.text.split())[:90],
        files=[_file(shown, number) for number in range(len(shown.media))],
        limits=limits_of(platform, shown) if platform else (),
        problems=_problems(platform, shown) if platform else (),
        advice=platform.advice if platform else (),
    )


def limits_of(platform: Platform, shown: Shown) -> list[Limit]:
    """Return the limits that hold for a text on a platform, counted as the platform counts."""
    measure = platform.measure(shown.text, shown.hashtags, shown.link or None)
    advised = f"at most {platform.advised:,} read well" if platform.advised else ""
    found = [Limit("Text", measure.characters, measure.limit, platform.unit, measure.note or advised)]
    if platform.max_hashtags is not None:
        found.append(Limit("Hashtags", measure.hashtags, platform.max_hashtags, "hashtags"))
    if heading := platform.subject or platform.title:
        found.append(_line_limit("Subject" if platform.subject else "Title", shown.heading, heading))
    return found


def _line_limit(name: str, text: str, limit: LineLimit) -> Limit:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    used = max(map(limit.count, lines), default=0)
    advised = f"about {limit.advised} show in full" if limit.advised else ""
    return Limit(name, used, limit.hard, "characters", advised)


def _problems(platform: Platform, shown: Shown) -> list[str]:
    heading = {"subject": shown.heading} if platform.subject else {"title": shown.heading}
    return platform.problems(shown.text, hashtags=shown.hashtags, link=shown.link or None, **heading)


def _html(shown: Shown, look: Look) -> Markup | None:
    """Return the Markdown of articles and emails as sanitised HTML; it is the only markup a preview holds."""
    if look not in {"article", "email"}:
        return None
    return Markup(as_html(shown.text))  # noqa: S704 - sanitised where it was rendered


def _stretches(text: str) -> list[Stretch]:
    found: list[Stretch] = []
    at = 0
    for match in MARKED.finditer(text):
        if match.start() > at:
            found.append(Stretch("text", text[at : match.start()]))
        found.append(Stretch("link" if match["link"] else "tag", match[0]))
        at = match.end()
    return [*found, Stretch("text", text[at:])] if at < len(text) else found


def _cut(text: str, most: int) -> int:
    """Return where a platform cuts: at the last gap within what it shows."""
    if len(text) <= most:
        return len(text)
    gap = max(text.rfind(" ", 0, most), text.rfind("\n", 0, most))
    return gap if gap > most // 2 else most


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "") if link else ""
    except ValueError:
        return ""


async def picture_of(visit: Visit, shown: Shown, number: int) -> Response:
    """Hand over a picture of what is looked at, fetched by this server; NotFound for what is none."""
    if not 0 <= number < len(shown.media) or not shown.media[number].picture:
        raise NotFound("There is no such picture.")
    file = shown.media[number]
    return handed_over(await fetch(visit.parts.outside, file.url, digest=file.digest))


def _file(shown: Shown, number: int) -> FileShown:
    file = shown.media[number]
    return FileShown(_file_name(file.url), f"{shown.files_at}/{number}" if file.picture and shown.files_at else "")


def _file_name(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2][:80] or address[:80]
