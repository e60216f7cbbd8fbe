"""Instagram on the Graph API as developers.facebook.com describes it: containers, publishing, media, insights."""

from datetime import datetime, timedelta
from typing import ClassVar, Final

from aiohttp import web

from core.json_text import inner_object
from sandbox.answers import sent_form
from sandbox.graph import PAGE, PAGE_TOKEN, VERSION, GraphTwin, problem, stamp
from sandbox.journal import Row

ACCOUNT: Final = "17841405822304914"
LIFETIME: Final = timedelta(hours=24)
A_DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 100
LONGEST: Final = 2_200
NOTHING: Final = "Unsupported request. Object with ID '{}' does not exist"


class InstagramTwin(GraphTwin):
    """One professional account, which belongs to one page."""

    name: ClassVar[str] = "instagram"

    def add_routes(self, router: web.UrlDispatcher) -> None:
        self.add_graph_routes(router)
        router.add_get(f"/{VERSION}/me/accounts", self._accounts)
        router.add_get(f"/{VERSION}/", self._several)
        router.add_post(f"/{VERSION}/{ACCOUNT}/media", self._container)
        router.add_post(f"/{VERSION}/{ACCOUNT}/media_publish", self._publish)
        router.add_get(f"/{VERSION}/{ACCOUNT}/media", self._list)
        router.add_get(f"/{VERSION}/{{id}}", self._read)
        router.add_delete(f"/{VERSION}/{{id}}", self._delete)

    async def _accounts(self, request: web.Request) -> web.Response:
        self.enter(request)
        account = {"id": ACCOUNT, "username": "thebakery", "name": "The Bakery"}
        page = {"id": PAGE, "access_token": PAGE_TOKEN, "instagram_business_account": account}
        return self.answer({"data": [page], "paging": {"cursors": {"before": "a", "after": "b"}}})

    async def _container(self, request: web.Request) -> web.Response:
        self.enter(request)
        form = await sent_form(request)
        children = [one for one in form.get("children", "").split(",") if one]
        if form.get("media_type") == "CAROUSEL":
            if not 2 <= len(children) <= 10 or any(one not in self.rows("containers") for one in children):
                raise problem(400, 100, "(#100) Invalid parameter: children", 2207051)
        elif not form.get("image_url") and not form.get("video_url"):
            raise problem(400, 100, "(#100) The parameter image_url is required")
        if len(form.get("caption", "")) > LONGEST:
            raise problem(400, 36004, "The caption was too long.", 2207010)
        number = self.new_number(17)
        self.write(
            "containers",
            number,
            caption=form.get("caption", ""),
            media=children or [form.get("image_url") or form.get("video_url")],
            child=form.get("is_carousel_item") == "true",
            looks=0 if form.get("media_type") == "REELS" else 1,
            state="IN_PROGRESS",
            at=self.now.isoformat(),
        )
        return self.answer({"id": number})

    async def _publish(self, request: web.Request) -> web.Response:
        self.enter(request)
        container = (await sent_form(request)).get("creation_id", "")
        state = self._state(container)
        if state == "IN_PROGRESS":
            raise problem(400, 9007, "Media ID is not available", 2207027)
        if state != "FINISHED":
            raise problem(400, 100, "(#100) The media builder with this creation id does not exist", 2207008)
        day = (self.now - A_DAY).isoformat()
        if sum(row["at"] > day for row in self.rows("posts").values()) >= MOST_A_DAY:
            raise problem(403, 9, "(#9) Application request limit reached", 2207042)
        row = self.rows("containers")[container]
        number = self.new_number(17)
        self.write(
            "posts", number, id=number, text=row["caption"], media=row["media"], at=self.now.isoformat(), deleted=False
        )
        self.change("containers", container, state="PUBLISHED")
        return self.answer({"id": number})

    def _state(self, container: str) -> str:
        row = self.rows("containers").get(container)
        if row is None:
            raise problem(400, 100, NOTHING.format(container), 33)
        if row["state"] != "PUBLISHED" and datetime.fromisoformat(row["at"]) + LIFETIME <= self.now:
            return "EXPIRED"
        if row["state"] == "IN_PROGRESS" and row["looks"] >= 1:
            return str(self.change("containers", container, state="FINISHED")["state"])
        return str(row["state"])

    async def _read(self, request: web.Request) -> web.Response:
        self.enter(request)
        number = request.match_info["id"]
        if number in self.rows("containers"):
            state = self._state(number)
            self.change("containers", number, looks=self.rows("containers")[number]["looks"] + 1)
            return self.answer({"id": number, "status_code": state})
        return self.answer(_shown(self._post(number)))

    def _post(self, number: str) -> Row:
        row = self.rows("posts").get(number)
        if row is None or row["deleted"]:
            raise problem(400, 100, NOTHING.format(number), 33)
        return row

    async def _list(self, request: web.Request) -> web.Response:
        self.enter(request)
        rows = [_shown(row) for row in reversed(list(self.rows("posts").values())) if not row["deleted"]]
        return self.answer({"data": rows[: int(request.query.get("limit", "25"))]})

    async def _several(self, request: web.Request) -> web.Response:
        self.enter(request)
        found = {one: self._post(one) for one in request.query.get("ids", "").split(",")}
        return self.answer(
            {one: {"id": one, **_figures(inner_object(row.get("metrics")))} for one, row in found.items()}
        )

    async def _delete(self, request: web.Request) -> web.Response:
        self.enter(request)
        number = request.match_info["id"]
        self._post(number)
        self.change("posts", number, deleted=True)
        return self.answer({"success": True})


def _shown(row: Row) -> Row:
    return {
        "id": row["id"],
        "caption": row["text"],
        "permalink": f"https://www.instagram.com/p/{row['id']}/",
        "timestamp": stamp(row["at"]),
    }


def _figures(told: Row) -> Row:
    rows = [
        {"name": name, "period": "lifetime", "values": [{"value": told.get(name, 0)}]}
        for name in ("views", "reach", "saved", "shares")
    ]
    return {
        "like_count": told.get("likes", 0),
        "comments_count": told.get("comments", 0),
        "insights": {"data": rows},
    }
