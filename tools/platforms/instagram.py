"""Instagram through the Graph API: a container is made, worked on by Instagram, and then published.

Captions take 2,200 characters (Graph API reference, IG User Media). The reference still names 30 hashtags; Instagram
announced on 18 December 2025 that a caption takes at most five, and posting services document five for its API since.
The lower number holds: nothing is refused at posting time.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from core.errors import NotFound, OutcomeUnknown, PlatformError, Retryable
from core.json_text import inner_object
from tools.approval.permit import Permit
from tools.counting import utf16_units
from tools.outside.contract import Access, Figures, Identity, Media, Notes, Post, Published, Search
from tools.outside.failures import refused
from tools.outside.graph import Graph, insights, login, moment_of
from tools.outside.http import Outside
from tools.outside.json_lists import objects_in
from tools.outside.pace import looks
from tools.platform import MediaRule, Platform

LABEL = "Instagram"
FIGURES = "like_count,comments_count,insights.metric(views,reach,saved,shares){name,values}"
PROCESSING_SECONDS = 120.0
CONTAINER = "container"
LISTED = "id,caption,permalink,timestamp"


class Instagram:
    """The adapter. Instagram fetches pictures and videos itself: from here where it can reach us, so that it gets what
    was approved; otherwise from their own addresses, which have to be public.
    """

    look_ups: ClassVar[bool] = True
    metrics_at_once: ClassVar[int] = 25

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._graph = Graph(outside, "instagram", LABEL)

    async def identify(self, access: Access) -> list[Identity]:
        """Return the professional accounts that belong to this person's pages."""
        fields = "id,access_token,instagram_business_account{id,username,name,profile_picture_url}"
        found = await self._graph.get(access, "me/accounts", fields=fields, limit="100")
        accounts = [page for page in objects_in(found.get("data")) if page.get("instagram_business_account")]
        if not accounts:
            raise refused(LABEL, "none of this person's pages has a professional Instagram account.")
        return [_identity(page) for page in accounts]

    async def publish(self, access: Access, permit: Permit, notes: Notes) -> Published:
        post = permit.post_on(PLATFORM.name, access)
        container = notes.get(CONTAINER)
        if container is None or await self._state(access, container) in {"EXPIRED", "ERROR"}:
            container = await self._container(access, post)
            await notes.put(CONTAINER, container)
        await self._wait(access, container)
        form = {"creation_id": container}
        made = await self._graph.post(access, f"{access.account_id}/media_publish", form, effect=True)
        return await self._described(access, str(made["id"]))

    async def look_up(self, access: Access, search: Search) -> Published | None:
        """A container that is not published says for certain that nothing went out."""
        container = search.notes.get(CONTAINER)
        published = None
        if container is not None:
            published = await self._state(access, container) == "PUBLISHED"
            if not published:
                return None
        post = search.post
        wanted = _comparable(PLATFORM.composed(post.text, post.hashtags))
        found = await self._graph.get(access, f"{access.account_id}/media", fields=LISTED, limit="100")
        for one in objects_in(found.get("data")):
            moment, made = moment_of(one.get("timestamp")), str(one.get("id"))
            if moment and moment < search.since and (search.since - moment).total_seconds() < 1:
                moment = search.since
            if search.holds(moment, made) and _comparable(str(one.get("caption", ""))) == wanted:
                return Published(made, str(one.get("permalink") or "") or None, moment)
        if published:
            raise OutcomeUnknown(f"{LABEL} says it was published but does not list it yet. Look there.")
        return None

    async def delete(self, access: Access, permit: Permit) -> None:
        await self._graph.delete(access, permit.removal_on(PLATFORM.name, access))

    async def metrics(self, access: Access, platform_post_ids: Sequence[str]) -> dict[str, Figures]:
        found = await self._graph.several(access, platform_post_ids, FIGURES)
        return {one: _figures(told) for one, told in found.items()}

    async def _container(self, access: Access, post: Post) -> str:
        if not post.media:
            raise refused(LABEL, "a post there needs an image or video. Attach one and schedule it again.")
        caption = PLATFORM.composed(post.text, post.hashtags)
        if len(post.media) == 1:
            return await self._made(access, {**self._source(post.media[0]), "caption": caption})
        children = [await self._made(access, {**self._source(item), "is_carousel_item": "true"}) for item in post.media]
        for child in children:
            await self._wait(access, child)
        return await self._made(access, {"media_type": "CAROUSEL", "children": ",".join(children), "caption": caption})

    def _source(self, media: Media) -> dict[str, str]:
        address = self._outside.address_of(media)
        if media.kind == "video":
            return {"media_type": "REELS", "video_url": address}
        return {"image_url": address} | ({"alt_text": media.alt} if media.alt else {})

    async def _made(self, access: Access, form: Mapping[str, str]) -> str:
        return str((await self._graph.post(access, f"{access.account_id}/media", form))["id"])

    async def _wait(self, access: Access, container: str) -> None:
        async for _ in looks(PROCESSING_SECONDS):
            match await self._state(access, container):
                case "FINISHED" | "PUBLISHED":
                    return
                case "ERROR" | "EXPIRED":
                    raise refused(LABEL, "it could not process a picture or video.")
                case _:
                    pass
        raise Retryable(f"{LABEL} has not finished processing the media. It will be tried again.")

    async def _state(self, access: Access, container: str) -> str:
        try:
            return str((await self._graph.get(access, container, fields="status_code")).get("status_code", ""))
        except NotFound:
            return "EXPIRED"

    async def _described(self, access: Access, made: str) -> Published:
        """Add where the post is; that it is there is known already, whatever becomes of this question."""
        try:
            told = await self._graph.get(access, made, fields="permalink,timestamp")
        except (PlatformError, NotFound):
            return Published(made)
        return Published(made, str(told.get("permalink") or "") or None, moment_of(told.get("timestamp")))


def _identity(page: Mapping[str, Any]) -> Identity:
    account = inner_object(page.get("instagram_business_account"))
    return Identity(
        account_id=str(account["id"]),
        name=str(account.get("name") or account.get("username") or ""),
        username=str(account.get("username") or "") or None,
        picture=str(account.get("profile_picture_url") or "") or None,
        access_token=str(page.get("access_token") or "") or None,
        config={"page_id": str(page.get("id", ""))},
    )


def _figures(told: Mapping[str, Any]) -> Figures:
    seen = insights(told.get("insights"))
    return Figures(
        views=seen.get("views"),
        impressions=seen.get("views"),
        reach=seen.get("reach"),
        likes=told.get("like_count"),
        comments=told.get("comments_count"),
        shares=seen.get("shares"),
        saves=seen.get("saved"),
    )


def _comparable(text: str) -> str:
    return " ".join(text.split())


PLATFORM = Platform(
    name="instagram",
    label=LABEL,
    aliases=("ig", "insta", "instagram post", "instagram feed", "reels", "instagram reels"),
    content_types=("social_post",),
    limit=2_200,
    count=utf16_units,
    max_hashtags=5,
    max_media=10,
    media=(
        MediaRule("image", 10, ("image/jpeg",), 8_000_000),
        MediaRule("video", 10, ("video/mp4", "video/quicktime"), 300_000_000),
    ),
    link_in="nowhere",
    needs=("media",),
    fetches_media=True,
    advice=(
        "The first 125 characters show before 'more'.",
        "Links in a caption can't be clicked; point to the link in the profile.",
    ),
    sources=(
        "https://developers.facebook.com/docs/instagram-platform/content-publishing/",
        "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-container",
        "https://www.socialmediatoday.com/news/instagrams-implementing-new-limits-on-hashtag-use/808309/",
    ),
    adapter=Instagram,
    login=login(
        "pages_show_list",
        "pages_read_engagement",
        "instagram_basic",
        "instagram_content_publish",
        "instagram_manage_contents",
        "instagram_manage_insights",
    ),
)
