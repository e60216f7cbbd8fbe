"""X's API v2 as docs.x.com describes it: posts, media in pieces, the own timeline, rotating refresh tokens."""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from aiohttp import web

from core.json_text import inner_object
from sandbox.answers import bearer, sent_object, texts_in
from sandbox.authorisation import Authorisation, Style
from sandbox.journal import Row
from sandbox.twin import Refusal, Twin

ME: Final = {"id": "2244994945", "name": "The Bakery", "username": "thebakery", "verified": False}
LINK: Final = re.compile(r"https?://\S+[^\s.,;:!?)]")
WINDOW: Final = timedelta(minutes=15)
JUST: Final = timedelta(hours=12)
LIMIT: Final = 100


def problem(status: int, title: str, detail: str, **more: Any) -> Refusal:
    """The form of every error of the API."""
    body = {"title": title, "detail": detail, "type": "about:blank", "status": status, **more}
    return Refusal(web.json_response(body, status=status))


class TwitterTwin(Twin):
    """One account."""

    name: ClassVar[str] = "twitter"

    def add_routes(self, router: web.UrlDispatcher) -> None:
        self.authorisation = Authorisation(self, Style(rotates=True, basic=True, lifetime=7200))
        self.authorisation.add_routes(
            router, authorise="/i/oauth2/authorize", grant="/2/oauth2/token", revoke="/2/oauth2/revoke"
        )
        router.add_get("/2/users/me", self._me)
        router.add_get("/2/users/{user}/tweets", self._timeline)
        router.add_post("/2/tweets", self._create)
        router.add_get("/2/tweets", self._read)
        router.add_delete("/2/tweets/{id}", self._delete)
        router.add_post("/2/media/upload/initialize", self._initialise)
        router.add_post("/2/media/upload/{id}/append", self._append)
        router.add_post("/2/media/upload/{id}/finalize", self._finalise)
        router.add_get("/2/media/upload", self._status)
        router.add_post("/2/media/metadata", self._describe)

    async def _me(self, request: web.Request) -> web.Response:
        self._enter(request, "users.read")
        return self._answer({"data": ME})

    async def _create(self, request: web.Request) -> web.Response:
        self._enter(request, "tweet.write")
        self._spend()
        sent = await sent_object(request)
        text = unicodedata.normalize("NFC", str(sent.get("text", "")))
        media = [str(one) for one in texts_in(inner_object(sent.get("media")).get("media_ids"))]
        if not text and not media:
            raise problem(400, "Invalid Request", "One or more parameters to your request was invalid.")
        if _weight(text) > 280:
            raise problem(403, "Forbidden", "Your Post text is too long.")
        if any(not self.rows("media").get(one, {}).get("ready") for one in media):
            raise problem(400, "Invalid Request", "Your media IDs are invalid.")
        for row in self.rows("posts").values():
            if row["sent"] == text and not row["deleted"] and self.now - datetime.fromisoformat(row["at"]) < JUST:
                raise problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        number = self.new_number(19)
        shown, links = _shortened(text)
        if media:
            links.append({"url": f"https://t.co/m{number[-6:]}", "expanded_url": "", "media_key": f"3_{media[0]}"})
            shown = f"{shown} {links[-1]['url']}"
        self.write(
            "posts",
            number,
            id=number,
            text=shown,
            sent=text,
            links=links,
            media=media,
            at=self.now.isoformat(),
            deleted=False,
        )
        return self._answer({"data": {"id": number, "text": shown, "edit_history_tweet_ids": [number]}}, 201)

    async def _timeline(self, request: web.Request) -> web.Response:
        self._enter(request, "tweet.read")
        query = request.query
        since = datetime.fromisoformat(query.get("start_time", "2010-11-06T00:00:00Z"))
        rows = [
            row
            for row in reversed(list(self.rows("posts").values()))
            if not row["deleted"] and since <= datetime.fromisoformat(row["at"])
        ]
        start, size = int(query.get("pagination_token", "0")), int(query.get("max_results", "10"))
        page = rows[start : start + size]
        body: Row = {"data": [_shown(row) for row in page], "meta": {"result_count": len(page)}}
        if start + size < len(rows):
            body["meta"]["next_token"] = str(start + size)
        return self._answer(body if page else {"meta": {"result_count": 0}})

    async def _read(self, request: web.Request) -> web.Response:
        self._enter(request, "tweet.read")
        asked = request.query.get("ids", "").split(",")
        rows = {one: self.rows("posts").get(one) for one in asked}
        found = [{**_shown(row), **_metrics(row)} for row in rows.values() if row and not row["deleted"]]
        missing = [
            {
                "value": one,
                "detail": f"Could not find tweet with ids: [{one}].",
                "title": "Not Found Error",
                "resource_type": "tweet",
                "type": "https://api.twitter.com/2/problems/resource-not-found",
            }
            for one, row in rows.items()
            if not row or row["deleted"]
        ]
        return self._answer(({"data": found} if found else {}) | ({"errors": missing} if missing else {}))

    async def _delete(self, request: web.Request) -> web.Response:
        self._enter(request, "tweet.write")
        number = request.match_info["id"]
        row = self.rows("posts").get(number)
        if row is None or row["deleted"]:
            raise problem(404, "Not Found Error", f"Could not find tweet with id: [{number}].")
        self.change("posts", number, deleted=True)
        return self._answer({"data": {"deleted": True}})

    async def _initialise(self, request: web.Request) -> web.Response:
        self._enter(request, "media.write")
        sent = await sent_object(request)
        if not str(sent.get("media_category", "")).startswith("tweet_") or not sent.get("total_bytes"):
            raise problem(400, "Invalid Request", "One or more parameters to your request was invalid.")
        number = self.new_number(19)
        self.write(
            "media",
            number,
            total=sent["total_bytes"],
            type=sent.get("media_type"),
            size=0,
            ready=False,
            alt="",
            category=sent["media_category"],
            looks=0,
        )
        return self._answer({"data": {"id": number, "media_key": f"3_{number}", "expires_after_secs": 86400}})

    async def _append(self, request: web.Request) -> web.Response:
        self._enter(request, "media.write")
        number = request.match_info["id"]
        part = (await request.post()).get("media")
        if number not in self.rows("media") or not isinstance(part, web.FileField):
            raise problem(400, "Invalid Request", "Your media IDs are invalid.")
        self.change("media", number, size=self.rows("media")[number]["size"] + len(part.file.read()))
        return self._answer({"data": {"expires_at": 1}})

    async def _finalise(self, request: web.Request) -> web.Response:
        self._enter(request, "media.write")
        number = request.match_info["id"]
        row = self.rows("media").get(number)
        if row is None or row["size"] != row["total"]:
            raise problem(400, "Invalid Request", "Segments do not add up to provided total file size.")
        video = row["category"] == "tweet_video"
        self.change("media", number, ready=not video)
        data: Row = {"id": number, "media_key": f"3_{number}", "size": row["size"]}
        if video:
            data["processing_info"] = {"state": "pending", "check_after_secs": 1}
        return self._answer({"data": data})

    async def _status(self, request: web.Request) -> web.Response:
        self._enter(request, "media.write")
        number = request.query.get("media_id", "")
        if number not in self.rows("media"):
            raise problem(400, "Invalid Request", "Your media IDs are invalid.")
        self.change("media", number, ready=True)
        return self._answer({"data": {"id": number, "processing_info": {"state": "succeeded"}}})

    async def _describe(self, request: web.Request) -> web.Response:
        self._enter(request, "media.write")
        sent = await sent_object(request)
        number = str(sent.get("id"))
        if number in self.rows("media"):
            self.change("media", number, alt=sent["metadata"]["alt_text"]["text"])
        return self._answer({"data": {"id": number}})

    def _enter(self, request: web.Request, scope: str) -> None:
        known = self.authorisation.token(bearer(request))
        if known is None:
            raise problem(401, "Unauthorized", "Unauthorized")
        if scope not in known["scope"].split():
            raise problem(
                403, "Forbidden", "Your client app is not configured with the appropriate oauth2 permissions."
            )

    def _spend(self) -> None:
        """Count one post against the limit of the window; refuse it when the limit is reached."""
        row: Row = self.rows("limit").get("posts") or {"used": 0, "until": (self.now + WINDOW).isoformat()}
        if datetime.fromisoformat(row["until"]) <= self.now:
            row = {"used": 0, "until": (self.now + WINDOW).isoformat()}
        if row["used"] >= self.limit:
            raise problem(429, "Too Many Requests", "Too Many Requests")
        self.write("limit", "posts", used=row["used"] + 1, until=row["until"])

    @property
    def limit(self) -> int:
        """How many posts a window takes."""
        return int(self.rows("limit").get("setting", {}).get("posts", LIMIT))

    def set_limit(self, posts: int) -> None:
        """Set how many posts a window takes."""
        self.write("limit", "setting", posts=posts)

    def _answer(self, body: Row, status: int = 200) -> web.Response:
        return web.json_response(body, status=status, headers=self._limit_headers())

    def refusal(self, error: Refusal) -> web.StreamResponse:
        error.response.headers.update(self._limit_headers())
        return error.response

    def _limit_headers(self) -> dict[str, str]:
        row: Row = self.rows("limit").get("posts") or {"used": 0, "until": (self.now + WINDOW).isoformat()}
        return {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(max(self.limit - row["used"], 0)),
            "x-rate-limit-reset": str(int(datetime.fromisoformat(row["until"]).timestamp())),
        }


def _shortened(text: str) -> tuple[str, list[Row]]:
    links: list[Row] = []

    def shorten(match: re.Match[str]) -> str:
        url = f"https://t.co/{len(links):010}"
        links.append({"url": url, "expanded_url": match[0], "display_url": match[0][8:30]})
        return url

    shown = LINK.sub(shorten, text)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), links


def _weight(text: str) -> int:
    """Count roughly as X does, which is enough to refuse what is far too long."""
    return len(LINK.sub("x" * 23, text))


def _shown(row: Row) -> Row:
    return {
        "id": row["id"],
        "text": row["text"],
        "created_at": row["at"].replace("+00:00", "Z"),
        "entities": {"urls": row["links"]},
        "edit_history_tweet_ids": [row["id"]],
    }


def _metrics(row: Row) -> Row:
    told = row.get("metrics", {})
    names = ("retweet_count", "reply_count", "like_count", "quote_count", "bookmark_count", "impression_count")
    return {
        "public_metrics": {name: told.get(name, 0) for name in names},
        "non_public_metrics": {"url_link_clicks": told.get("url_link_clicks", 0)},
    }
