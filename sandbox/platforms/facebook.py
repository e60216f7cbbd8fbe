"""Facebook pages on the Graph API as developers.facebook.com describes it: feed, photos, videos, insights."""

import hashlib
from datetime import datetime
from typing import Any, ClassVar, Final

import orjson
from aiohttp import web

from core.json_text import inner_object
from sandbox.answers import sent_form
from sandbox.graph import PAGE, PAGE_TOKEN, VERSION, GraphTwin, problem, stamp
from sandbox.journal import Row

LONGEST: Final = 63_206
NOTHING: Final = "Unsupported request. Object with ID '{}' does not exist, cannot be loaded due to missing permissions"


class FacebookTwin(GraphTwin):
    """One page."""

    name: ClassVar[str] = "facebook"

    def add_routes(self, router: web.UrlDispatcher) -> None:
        self.add_graph_routes(router)
        router.add_get(f"/{VERSION}/me/accounts", self._accounts)
        router.add_get(f"/{VERSION}/", self._several)
        router.add_post(f"/{VERSION}/{PAGE}/feed", self._create)
        router.add_post(f"/{VERSION}/{PAGE}/photos", self._photo)
        router.add_post(f"/{VERSION}/{PAGE}/videos", self._video)
        router.add_get(f"/{VERSION}/{PAGE}/published_posts", self._list)
        router.add_delete(f"/{VERSION}/{{id}}", self._delete)

    async def _accounts(self, request: web.Request) -> web.Response:
        self.enter(request)
        page = {
            "id": PAGE,
            "name": "The Bakery",
            "username": "thebakery",
            "access_token": PAGE_TOKEN,
            "tasks": ["ANALYZE", "CREATE_CONTENT", "MANAGE"],
            "picture": {"data": {"url": "https://scontent.example/p.jpg"}},
        }
        return self.answer({"data": [page], "paging": {"cursors": {"before": "a", "after": "b"}}})

    async def _create(self, request: web.Request) -> web.Response:
        self.enter(request)
        form = await sent_form(request)
        text, media = form.get("message", ""), _attached(form.get("attached_media", ""))
        if not text and not form.get("link") and not media:
            raise problem(400, 100, "(#100) You must provide a message or a link", 1349125)
        if any(photo not in self.rows("photos") for photo in media):
            raise problem(400, 100, "(#100) Invalid parameter", 1366046)
        return self._add(text, link=form.get("link", ""), media=media)

    async def _photo(self, request: web.Request) -> web.Response:
        self.enter(request)
        part: Any = (await request.post()).get("source")
        if not isinstance(part, web.FileField):
            raise problem(400, 324, "(#324) Requires upload file")
        number = self.new_number(15)
        self.write("photos", number, size=len(part.file.read()))
        return self.answer({"id": number})

    async def _video(self, request: web.Request) -> web.Response:
        self.enter(request)
        form = await sent_form(request)
        part: Any = (await request.post()).get("source")
        if not isinstance(part, web.FileField) and not form.get("file_url"):
            raise problem(400, 100, "(#100) No video file was selected")
        uploaded = isinstance(part, web.FileField)
        media = hashlib.sha256(part.file.read()).hexdigest() if uploaded else form["file_url"]
        return self._add(form.get("description", ""), media=[media])

    def _add(self, text: str, link: str = "", media: list[str] | None = None) -> web.Response:
        if len(text) > LONGEST:
            raise problem(400, 100, f"(#100) Param message must be at most {LONGEST} characters long.")
        latest = next(reversed(list(self.rows("posts").values())), None)
        if latest and text and (latest["text"], latest["deleted"]) == (text, False):
            raise problem(400, 506, "(#506) Duplicate status message", error_user_msg="This status update is identical")
        number = f"{PAGE}_{self.new_number(15)}"
        self.write(
            "posts", number, id=number, text=text, link=link, media=media or [], at=self.now.isoformat(), deleted=False
        )
        return self.answer({"id": number})

    async def _list(self, request: web.Request) -> web.Response:
        self.enter(request)
        query = request.query
        since, until = int(query.get("since", "0")), int(query.get("until", "9999999999"))
        rows = [
            row
            for row in reversed(list(self.rows("posts").values()))
            if not row["deleted"] and since <= int(datetime.fromisoformat(row["at"]).timestamp()) <= until
        ]
        start, size = int(query.get("after", "0")), int(query.get("limit", "25"))
        page = rows[start : start + size]
        paging: Row = {"cursors": {"before": str(start), "after": str(start + size)}}
        if start + size < len(rows):
            paging["next"] = f"{request.url}&after={start + size}"
        return self.answer({"data": [_shown(row) for row in page], "paging": paging})

    async def _several(self, request: web.Request) -> web.Response:
        self.enter(request)
        found: Row = {}
        for one in request.query.get("ids", "").split(","):
            row = self.rows("posts").get(one)
            if row is None or row["deleted"]:
                raise problem(404, 100, NOTHING.format(one), 33)
            found[one] = {"id": one, **_figures(inner_object(row.get("metrics")))}
        return self.answer(found)

    async def _delete(self, request: web.Request) -> web.Response:
        self.enter(request)
        number = request.match_info["id"]
        row = self.rows("posts").get(number)
        if row is None or row["deleted"]:
            raise problem(400, 100, NOTHING.format(number), 33)
        self.change("posts", number, deleted=True)
        return self.answer({"success": True})


def _attached(text: str) -> list[str]:
    try:
        found: Any = orjson.loads(text) if text else []
    except orjson.JSONDecodeError:
        raise problem(400, 100, "(#100) Param attached_media must be an array.") from None
    return [str(inner_object(one).get("media_fbid")) for one in found]


def _shown(row: Row) -> Row:
    return {
        "id": row["id"],
        "message": row["text"],
        "created_time": stamp(row["at"]),
        "permalink_url": f"https://www.facebook.com/{row['id']}",
    }


def _figures(told: Row) -> Row:
    metrics = {
        "post_media_view": told.get("views", 0),
        "post_total_media_view_unique": told.get("reach", 0),
        "post_clicks": told.get("clicks", 0),
    }
    rows = [{"name": name, "period": "lifetime", "values": [{"value": count}]} for name, count in metrics.items()]
    shown: Row = {
        "insights": {"data": rows},
        "reactions": {"data": [], "summary": {"total_count": told.get("likes", 0)}},
        "comments": {"data": [], "summary": {"total_count": told.get("comments", 0)}},
    }
    return shown | ({"shares": {"count": told["shares"]}} if told.get("shares") else {})
