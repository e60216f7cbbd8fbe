"""Facebook pages through the Graph API, opened with a page's own access token.

Posts take 63,206 characters: the figure Facebook named when it raised the limit; posting services document the same.
Pictures are uploaded unpublished first, so that one request alone has an effect that people see.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

import orjson

from core.json_text import inner_object
from tools.approval.permit import Permit
from tools.counting import utf16_units
from tools.outside.contract import Access, Figures, Identity, Media, Notes, Published, Search
from tools.outside.failures import refused
from tools.outside.graph import Graph, count_of, insights, login, moment_of
from tools.outside.http import Outside, Upload
from tools.outside.json_lists import objects_in
from tools.platform import MediaRule, Platform

LABEL = "Facebook"
FIGURES = (
    "insights.metric(post_media_view,post_total_media_view_unique,post_clicks){name,values},"
    "reactions.limit(0).summary(total_count),comments.limit(0).summary(total_count),shares"
)
PAGES = 5


class FacebookPages:
    """The adapter."""

    look_ups: ClassVar[bool] = True
    metrics_at_once: ClassVar[int] = 25

    def __init__(self, outside: Outside) -> None:
        self._graph = Graph(outside, "facebook", LABEL)

    async def identify(self, access: Access) -> list[Identity]:
        """Return the pages this person may post on, each with its own token."""
        fields = "id,name,username,access_token,tasks,picture{url}"
        found = await self._graph.get(access, "me/accounts", fields=fields, limit="100")
        pages = [page for page in objects_in(found.get("data")) if "CREATE_CONTENT" in page.get("tasks", [])]
        if not pages:
            raise refused(LABEL, "this person may not post on any page.")
        return [_identity(page) for page in pages]

    async def publish(self, access: Access, permit: Permit, notes: Notes) -> Published:
        post = permit.post_on(PLATFORM.name, access)
        text = PLATFORM.composed(post.text, post.hashtags, post.link)
        page = access.account_id
        if post.media and post.media[0].kind == "video":
            video = post.media[0]
            upload = Upload("source", video.data, video.file_name, video.content_type)
            made = await self._graph.post(access, f"{page}/videos", {"description": text}, upload=upload, effect=True)
        else:
            form = {"message": text}
            photos = [await self._uploaded(access, item, notes) for item in post.media]
            if photos:
                form["attached_media"] = orjson.dumps([{"media_fbid": photo} for photo in photos]).decode()
            elif post.link:
                form["link"] = post.link
            made = await self._graph.post(access, f"{page}/feed", form, effect=True)
        return Published(str(made["id"]), f"https://www.facebook.com/{made['id']}")

    async def look_up(self, access: Access, search: Search) -> Published | None:
        post = search.post
        wanted = _comparable(PLATFORM.composed(post.text, post.hashtags, post.link))
        params = {
            "fields": "id,message,created_time,permalink_url",
            "since": str(int((search.since - timedelta(seconds=1)).timestamp())),
            "until": str(int((search.until + timedelta(seconds=1)).timestamp())),
            "limit": "100",
        }
        for _ in range(PAGES):
            found = await self._graph.get(access, f"{access.account_id}/published_posts", **params)
            for one in objects_in(found.get("data")):
                moment, made = moment_of(one.get("created_time")), str(one.get("id"))
                # Told in whole seconds: a post of the first second may seem to lie before the search.
                seen = moment + timedelta(seconds=1) if moment and moment < search.since else moment
                if search.holds(seen, made) and _comparable(str(one.get("message", ""))) == wanted:
                    return Published(made, str(one.get("permalink_url") or "") or None, moment)
            paging = inner_object(found.get("paging"))
            if not paging.get("next"):
                return None
            params["after"] = str(inner_object(paging.get("cursors")).get("after"))
        return None

    async def delete(self, access: Access, permit: Permit) -> None:
        await self._graph.delete(access, permit.removal_on(PLATFORM.name, access))

    async def metrics(self, access: Access, platform_post_ids: Sequence[str]) -> dict[str, Figures]:
        found = await self._graph.several(access, platform_post_ids, FIGURES)
        return {one: _figures(told) for one, told in found.items()}

    async def _uploaded(self, access: Access, media: Media, notes: Notes) -> str:
        if earlier := notes.get(f"media:{media.digest}"):
            return earlier
        form = {"published": "false", "temporary": "true"} | ({"alt_text_custom": media.alt} if media.alt else {})
        upload = Upload("source", media.data, media.file_name, media.content_type)
        made = await self._graph.post(access, f"{access.account_id}/photos", form, upload=upload)
        await notes.put(f"media:{media.digest}", str(made["id"]))
        return str(made["id"])


def _identity(page: Mapping[str, Any]) -> Identity:
    picture = inner_object(inner_object(page.get("picture")).get("data")).get("url")
    return Identity(
        account_id=str(page["id"]),
        name=str(page.get("name", "")),
        username=str(page.get("username") or "") or None,
        picture=str(picture) if picture else None,
        access_token=str(page.get("access_token") or "") or None,
    )


def _figures(told: Mapping[str, Any]) -> Figures:
    seen = insights(told.get("insights"))
    return Figures(
        views=seen.get("post_media_view"),
        impressions=seen.get("post_media_view"),
        reach=seen.get("post_total_media_view_unique"),
        likes=count_of(told.get("reactions")),
        comments=count_of(told.get("comments")),
        shares=int(inner_object(told.get("shares")).get("count", 0)),
        clicks=seen.get("post_clicks"),
    )


def _comparable(text: str) -> str:
    return " ".join(text.split())


PLATFORM = Platform(
    name="facebook",
    label=LABEL,
    aliases=("fb", "facebook page", "facebook post"),
    content_types=("social_post",),
    limit=63_206,
    advised=480,
    count=utf16_units,
    max_media=10,
    media=(
        MediaRule("image", 10, ("image/jpeg", "image/png", "image/webp"), 4_000_000),
        MediaRule("gif", 1, ("image/gif",), 4_000_000),
        MediaRule("video", 1, ("video/mp4", "video/quicktime"), 1_000_000_000),
    ),
    advice=("About 480 characters show before 'See more'.", "One or two hashtags are enough."),
    sources=(
        "https://docs.upload-post.com/resources/character-limits/",
        "https://developers.facebook.com/docs/pages-api/posts/",
        "https://developers.facebook.com/docs/graph-api/reference/page/photos/",
    ),
    adapter=FacebookPages,
    login=login("pages_show_list", "pages_manage_posts", "pages_read_engagement", "read_insights"),
)
