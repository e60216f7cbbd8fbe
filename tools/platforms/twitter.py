"""X (Twitter): posts and media through API v2, opened with OAuth 2.

Counting: docs.x.com/fundamentals/counting-characters and twitter-text configuration version 3. X has no idempotency
key; it refuses a text it has just taken, and the account's own timeline tells whether a post went out.
"""

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, ClassVar

from core.errors import NotFound, PlatformError, Rejected, Retryable
from core.json_text import inner_object
from tools.approval.permit import Permit
from tools.counting import LINK, x_weighted
from tools.outside.contract import Access, Figures, Identity, Media, Notes, Published, Search
from tools.outside.failures import busy, refused
from tools.outside.http import Answer, Call, Outside, Upload, limit_of, seconds_until
from tools.outside.json_lists import objects_in
from tools.outside.oauth import Login
from tools.outside.pace import looks
from tools.platform import MediaRule, Platform

LABEL = "X"
API = "https://api.x.com"
LIMIT_HEADERS = ("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset")
DAY_LIMIT_HEADERS = ("x-app-limit-24hour-limit", "x-app-limit-24hour-remaining", "x-app-limit-24hour-reset")
PIECE = 4_000_000
PROCESSING_SECONDS = 120.0
TIMELINE_PAGES = 5
NOT_PERMITTED = re.compile(r"(?i)\b(oauth2? (?:app )?permissions|not permitted|suspended|unsupported-authentication)\b")
DUPLICATE = "duplicate content"


class X:
    """The adapter."""

    look_ups: ClassVar[bool] = True
    metrics_at_once: ClassVar[int] = 100

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._base = outside.base("twitter", API)

    async def identify(self, access: Access) -> list[Identity]:
        answer = await self._call(access, "GET", "/2/users/me", params={"user.fields": "profile_image_url,verified"})
        me = inner_object(answer.object().get("data"))
        if not me.get("id"):
            raise answer.nonsense()
        username = str(me.get("username", ""))
        picture = str(me.get("profile_image_url") or "") or None
        return [Identity(str(me["id"]), str(me.get("name") or username), username, picture)]

    async def publish(self, access: Access, permit: Permit, notes: Notes) -> Published:
        post = permit.post_on(PLATFORM.name, access)
        body: dict[str, Any] = {"text": PLATFORM.composed(post.text, post.hashtags, post.link)}
        if post.media:
            body["media"] = {"media_ids": [await self._uploaded(access, item, notes) for item in post.media]}
        answer = await self._call(access, "POST", "/2/tweets", json=body, effect=True)
        made = str(inner_object(answer.object().get("data")).get("id") or "")
        if not made:
            raise answer.nonsense()
        return Published(made, _address(made), answer.at)

    async def look_up(self, access: Access, search: Search) -> Published | None:
        post = search.post
        wanted = _comparable(PLATFORM.composed(post.text, post.hashtags, post.link))
        params = {
            "max_results": "100",
            "start_time": _whole_seconds(search.since),
            "tweet.fields": "created_at,entities",
            "exclude": "retweets",
        }
        for _ in range(TIMELINE_PAGES):
            answer = await self._call(access, "GET", f"/2/users/{access.account_id}/tweets", params=params)
            found = answer.object()
            for tweet in objects_in(found.get("data")):
                made, moment = str(tweet.get("id")), _moment(tweet.get("created_at"))
                if search.holds(moment, made) and _comparable(_as_written(tweet)) == wanted:
                    return Published(made, _address(made), moment)
            following = inner_object(found.get("meta")).get("next_token")
            if not following:
                return None
            params["pagination_token"] = str(following)
        return None

    async def delete(self, access: Access, permit: Permit) -> None:
        number = _number(permit.removal_on(PLATFORM.name, access))
        try:
            await self._call(access, "DELETE", f"/2/tweets/{number}")
        except NotFound:
            return

    async def metrics(self, access: Access, platform_post_ids: Sequence[str]) -> dict[str, Figures]:
        if not platform_post_ids:
            return {}
        ids = ",".join(_number(one) for one in platform_post_ids)
        params = {"ids": ids, "tweet.fields": "public_metrics,non_public_metrics"}
        answer = await self._call(access, "GET", "/2/tweets", params=params)
        found = objects_in(answer.object().get("data"))
        return {str(tweet["id"]): _figures(tweet) for tweet in found if tweet.get("id")}

    async def _uploaded(self, access: Access, media: Media, notes: Notes) -> str:
        """Upload a file in pieces and wait until X has worked on it; an earlier upload is used again."""
        if earlier := notes.get(f"media:{media.digest}"):
            return earlier
        begin = {
            "media_type": media.content_type,
            "total_bytes": len(media.data),
            "media_category": f"tweet_{media.kind}",
        }
        started = await self._call(access, "POST", "/2/media/upload/initialize", json=begin)
        media_id = str(inner_object(started.object().get("data")).get("id") or "")
        if not media_id:
            raise started.nonsense()
        for index, start in enumerate(range(0, len(media.data), PIECE)):
            piece = Upload("media", media.data[start : start + PIECE], media.file_name, media.content_type)
            path = f"/2/media/upload/{media_id}/append"
            await self._call(access, "POST", path, form={"segment_index": str(index)}, upload=piece)
        ended = await self._call(access, "POST", f"/2/media/upload/{media_id}/finalize")
        await self._wait(access, media_id, inner_object(ended.object().get("data")))
        if media.alt:
            about = {"id": media_id, "metadata": {"alt_text": {"text": media.alt[:1000]}}}
            await self._call(access, "POST", "/2/media/metadata", json=about)
        await notes.put(f"media:{media.digest}", media_id)
        return media_id

    async def _wait(self, access: Access, media_id: str, told: Mapping[str, Any]) -> None:
        async for _ in looks(PROCESSING_SECONDS):
            state = inner_object(told.get("processing_info")).get("state", "succeeded")
            if state == "succeeded":
                return
            if state == "failed":
                raise refused(LABEL, "it could not process the video.")
            params = {"command": "STATUS", "media_id": media_id}
            answer = await self._call(access, "GET", "/2/media/upload", params=params)
            told = inner_object(answer.object().get("data"))
        raise Retryable(f"{LABEL} has not finished processing a video. It will be tried again.")

    async def _call(self, access: Access, method: str, path: str, **more: Any) -> Answer:
        headers = {"Authorization": f"Bearer {access.token}"}
        call = Call(LABEL, method, f"{self._base}{path}", headers=headers, secrets=access.secrets, **more)
        answer = await self._outside.send(call)
        self._outside.keep_rate_limit("twitter", access.account_id, limit_of(answer.headers, LIMIT_HEADERS))
        if not answer.ok:
            raise _failure(answer)
        return answer


def _failure(answer: Answer) -> PlatformError | NotFound:
    words = answer.words("detail") or answer.words("title")
    if answer.status == HTTPStatus.NOT_FOUND:
        return NotFound(f"{LABEL} has no such post.")
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        day = limit_of(answer.headers, DAY_LIMIT_HEADERS)
        limit = day if day and not day.remaining else limit_of(answer.headers, LIMIT_HEADERS)
        return busy(LABEL, words, seconds_until(limit.resets_at, answer.at) if limit else None)
    if answer.status == HTTPStatus.FORBIDDEN:
        if DUPLICATE in words:
            return refused(LABEL, words, duplicate=True)
        return refused(LABEL, words, permission=bool(NOT_PERMITTED.search(words)))
    return answer.failure(words)


def _as_written(tweet: Mapping[str, Any]) -> str:
    """Return the text as it was sent: without the link X adds for attached media."""
    text = str(tweet.get("text", ""))
    for link in objects_in(inner_object(tweet.get("entities")).get("urls")):
        expanded = "" if link.get("media_key") else str(link.get("expanded_url", ""))
        text = text.replace(str(link.get("url", "")) or "\0", expanded)
    return text


def _comparable(text: str) -> str:
    """Return a text without what X changes in it: how links are written, entities, spaces at the ends."""
    plain = unicodedata.normalize("NFC", html.unescape(text))
    return re.sub(r"\s+", " ", LINK.sub("\x01", plain)).strip()


def _figures(tweet: Mapping[str, Any]) -> Figures:
    public, own = inner_object(tweet.get("public_metrics")), inner_object(tweet.get("non_public_metrics"))
    shares = [public.get("retweet_count"), public.get("quote_count")]
    return Figures(
        views=public.get("impression_count"),
        impressions=public.get("impression_count"),
        likes=public.get("like_count"),
        comments=public.get("reply_count"),
        shares=sum(count for count in shares if isinstance(count, int)),
        saves=public.get("bookmark_count"),
        clicks=own.get("url_link_clicks"),
    )


def _whole_seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(told: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(told))
    except ValueError:
        return None


def _number(platform_post_id: str) -> str:
    if not platform_post_id.isdecimal():
        raise Rejected(f"{platform_post_id[:40]!r} is not the id of a post on X.")
    return platform_post_id


def _address(platform_post_id: str) -> str:
    return f"https://x.com/i/web/status/{platform_post_id}"


PLATFORM = Platform(
    name="twitter",
    label=LABEL,
    aliases=("x", "tweet", "tweets", "x.com", "x twitter", "twitter x"),
    content_types=("social_post",),
    limit=280,
    count=x_weighted,
    unit="weighted characters",
    max_media=4,
    media=(
        MediaRule("image", 4, ("image/jpeg", "image/png", "image/webp"), 5_000_000),
        MediaRule("gif", 1, ("image/gif",), 15_000_000),
        MediaRule("video", 1, ("video/mp4", "video/quicktime"), 512_000_000),
    ),
    link_in="text",
    advice=("A link counts 23 whatever its length, an emoji 2.", "One or two hashtags at most read well."),
    sources=(
        "https://docs.x.com/fundamentals/counting-characters",
        "https://github.com/twitter/twitter-text",
        "https://docs.x.com/x-api/posts/create-post",
        "https://docs.x.com/x-api/media/quickstart/media-upload-chunked",
    ),
    adapter=X,
    login=Login(
        app="x",
        web="https://x.com",
        authorise="/i/oauth2/authorize",
        api=API,
        token="/2/oauth2/token",  # noqa: S106 - an address
        revoke="/2/oauth2/revoke",
        scopes=("tweet.read", "tweet.write", "users.read", "media.write", "offline.access"),
        client="basic",
    ),
)
