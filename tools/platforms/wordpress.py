"""WordPress: posts through the REST API that every site has, opened with an application password.

Posts have no practical limit (a LONGTEXT column); the text is capped below what a document may hold. A post carries its
key as an HTML comment, which WordPress keeps and searches, so that an earlier attempt is always found.
"""

import base64
import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, ClassVar

from markdown_it import MarkdownIt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import NotFound, PlatformError, ReconnectNeeded, Rejected
from core.json_text import inner_object
from tools.approval.permit import Permit
from tools.outside.addresses import web_address
from tools.outside.contract import Access, Figures, Identity, Media, Notes, Post, Published, Search
from tools.outside.failures import closed
from tools.outside.http import Answer, Call, Outside
from tools.outside.json_lists import json_list
from tools.platform import LineLimit, MediaRule, Platform

LABEL = "WordPress"
ANY_STATUS = "publish,future,draft,pending,private"
COMMENT_PAGES = 20
TERM_EXISTS = "term_exists"
FIRST_TAG = re.compile(r"^<\w+[^>]*>")
GONE = frozenset({"rest_post_invalid_id", "rest_already_trashed", "rest_trash_not_supported"})
NOT_ALLOWED = frozenset({"incorrect_password", "invalid_username", "invalid_email", "rest_not_logged_in"})


class WordPressCredentials(BaseModel):
    """What opens a site: its address, a user name, and an application password made in that user's profile."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    site: str = Field(max_length=500, description="Address of the site, such as https://blog.example.com.")
    username: str = Field(min_length=1, max_length=200, description="User name on the site.")
    password: str = Field(min_length=1, max_length=200, repr=False, description="Application password of that user.")


@dataclass(frozen=True, slots=True)
class Site:
    """A site as it is called."""

    address: str
    headers: Mapping[str, str]
    secrets: tuple[str, ...]


class WordPress:
    """The adapter. It speaks ``?rest_route=``, which works whatever the site's permalinks are."""

    look_ups: ClassVar[bool] = True
    metrics_at_once: ClassVar[int] = 100

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def identify(self, access: Access) -> list[Identity]:
        site = _site(access)
        answer = await self._call(site, "GET", "/wp/v2/users/me", params={"context": "edit"})
        me = answer.object()
        if not inner_object(me.get("capabilities")).get("publish_posts"):
            raise Rejected(f"{access.credentials.username} may not publish on this site. Use an author's account.")
        host = web_address(site.address).netloc
        return [Identity(f"{host}/{me['id']}", f"{me.get('name') or me['id']} on {host}", str(me.get("slug", "")))]

    async def publish(self, access: Access, permit: Permit, notes: Notes) -> Published:
        post = permit.post_on(PLATFORM.name, access)
        site = _site(access)
        media = [await self._uploaded(site, item, notes) for item in post.media]
        tags = [await self._tag(site, name) for name in post.hashtags]
        body: dict[str, Any] = {
            "title": html.escape(post.title or "", quote=False),
            "content": _content(post, media),
            "status": "publish",
            "tags": tags,
        }
        if media:
            body["featured_media"] = media[0]["id"]
        answer = await self._call(site, "POST", "/wp/v2/posts", json=body, effect=True)
        return _published(answer)

    async def look_up(self, access: Access, search: Search) -> Published | None:
        key = search.post.key
        params = {"search": key, "status": ANY_STATUS, "context": "edit", "per_page": "10"}
        answer = await self._call(_site(access), "GET", "/wp/v2/posts", params=params)
        for found in json_list(answer):
            if _marker(key) in str(inner_object(found.get("content")).get("raw", "")):
                return _as_published(found)
        return None

    async def delete(self, access: Access, permit: Permit) -> None:
        """Put a post into the site's bin, from where it can be fetched back."""
        number = _number(permit.removal_on(PLATFORM.name, access))
        try:
            await self._call(_site(access), "DELETE", f"/wp/v2/posts/{number}")
        except NotFound:
            return

    async def metrics(self, access: Access, platform_post_ids: Sequence[str]) -> dict[str, Figures]:
        """Return the comments of each post; the REST API tells no views."""
        if not platform_post_ids:
            return {}
        site, ids = _site(access), ",".join(_number(one) for one in platform_post_ids)
        listed = {"include": ids, "per_page": "100", "_fields": "id,status", "status": ANY_STATUS}
        posts = json_list(await self._call(site, "GET", "/wp/v2/posts", params=listed))
        comments: Counter[str] = Counter()
        for page in range(1, COMMENT_PAGES + 1):
            asked = {"post": ids, "per_page": "100", "page": str(page), "_fields": "post"}
            answer = await self._call(site, "GET", "/wp/v2/comments", params=asked)
            comments.update(str(found.get("post")) for found in json_list(answer))
            if page >= int(answer.headers.get("X-WP-TotalPages", "1") or 1):
                break
        return {str(found["id"]): Figures(comments=comments[str(found["id"])]) for found in posts}

    async def _uploaded(self, site: Site, media: Media, notes: Notes) -> dict[str, Any]:
        """Upload a file, or use the one an earlier attempt has uploaded."""
        if earlier := notes.get(f"media:{media.digest}"):
            found = await self._call(site, "GET", f"/wp/v2/media/{_number(earlier)}")
            return found.object()
        headers = {
            "Content-Type": media.content_type,
            "Content-Disposition": f'attachment; filename="{media.file_name}"',
        }
        answer = await self._call(site, "POST", "/wp/v2/media", data=media.data, headers=headers)
        made = answer.object()
        await notes.put(f"media:{media.digest}", str(made["id"]))
        if media.alt:
            await self._call(site, "POST", f"/wp/v2/media/{made['id']}", json={"alt_text": media.alt})
        return made

    async def _tag(self, site: Site, hashtag: str) -> int:
        """Return the id of a tag, made if there is none yet."""
        answer = await self._send(site, "POST", "/wp/v2/tags", json={"name": hashtag.removeprefix("#")})
        if answer.ok:
            return int(answer.object()["id"])
        if answer.words("code") == TERM_EXISTS:
            return int(inner_object(answer.object().get("data"))["term_id"])
        raise _failure(answer)

    async def _call(self, site: Site, method: str, route: str, **more: Any) -> Answer:
        answer = await self._send(site, method, route, **more)
        if not answer.ok:
            raise _failure(answer)
        return answer

    async def _send(
        self,
        site: Site,
        method: str,
        route: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        return await self._outside.send(
            Call(
                LABEL,
                method,
                f"{self._outside.base('wordpress', site.address)}/index.php",
                params={"rest_route": route, **(params or {})},
                headers={**site.headers, **(headers or {})},
                secrets=site.secrets,
                **more,
            )
        )


def _site(access: Access) -> Site:
    given = {"site": access.config.get("site"), **access.credentials.model_dump(include={"username", "password"})}
    try:
        opened = WordPressCredentials.model_validate(given)
    except ValidationError:
        raise ReconnectNeeded("The site, user name or application password is missing. Connect it again.") from None
    web_address(opened.site)
    basic = base64.b64encode(f"{opened.username}:{opened.password}".encode()).decode()
    return Site(
        opened.site.rstrip("/"),
        {"Authorization": f"Basic {basic}"},
        (opened.password, opened.password.replace(" ", ""), basic),
    )


def _failure(answer: Answer) -> PlatformError | NotFound:
    code, words = answer.words("code"), answer.words("message")
    if code in GONE:
        return NotFound(f"{LABEL} has no such post.")
    if code in NOT_ALLOWED or answer.status == HTTPStatus.UNAUTHORIZED:
        return closed(LABEL, words)
    return answer.failure(words)


def _content(post: Post, media: Sequence[Mapping[str, Any]]) -> str:
    """Return the post as HTML: its Markdown, the pictures beyond the first, and the link.

    The key stands as a comment inside of the first element: between elements WordPress makes a paragraph of it.
    """
    text = MarkdownIt("commonmark", {"html": False}).render(post.text).strip()
    parts = [FIRST_TAG.sub(lambda tag: f"{tag[0]}{_marker(post.key)}", text, count=1)]
    for item, made in list(zip(post.media, media, strict=True))[1:]:
        source = html.escape(str(made.get("source_url", "")), quote=True)
        parts.append(f'<figure><img src="{source}" alt="{html.escape(item.alt, quote=True)}"/></figure>')
    if post.link and post.link not in post.text:
        address = html.escape(post.link, quote=True)
        parts.append(f'<p><a href="{address}">{address}</a></p>')
    return "\n".join(parts)


def _marker(key: str) -> str:
    return f"<!-- {key} -->"


def _published(answer: Answer) -> Published:
    made = answer.object()
    if not isinstance(made.get("id"), int):
        raise answer.nonsense()
    return _as_published(made)


def _as_published(post: Mapping[str, Any]) -> Published:
    return Published(str(post["id"]), str(post.get("link") or "") or None, _moment(post.get("date_gmt")))


def _moment(told: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(told)).replace(tzinfo=UTC)
    except ValueError:
        return None


def _number(platform_post_id: str) -> str:
    if not platform_post_id.isdecimal():
        raise Rejected(f"{platform_post_id[:40]!r} is not the id of a WordPress post.")
    return platform_post_id


PLATFORM = Platform(
    name="wordpress",
    label=LABEL,
    aliases=("wp", "word press", "wordpress.com"),
    content_types=("blog", "seo_content"),
    limit=100_000,
    title=LineLimit(hard=200, advised=60),
    needs=("title",),
    hashtags_in="field",
    max_hashtags=20,
    max_media=20,
    media=(
        MediaRule("image", 20, ("image/jpeg", "image/png", "image/webp"), 8_000_000),
        MediaRule("gif", 20, ("image/gif",), 8_000_000),
    ),
    advice=("Search results show about 60 characters of the title.", "Hashtags become tags."),
    sources=("https://developer.wordpress.org/rest-api/reference/posts/",),
    adapter=WordPress,
    credentials=WordPressCredentials,
)
