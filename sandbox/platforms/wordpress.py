"""WordPress' REST API as its handbook describes it: posts, tags, media, comments, application passwords.

Source: developer.wordpress.org/rest-api/reference/ (posts, tags, media, comments, users) and the error codes of the
controllers. Reached by ``?rest_route=``, as every site can be.
"""

import base64
import binascii
import re
from typing import Any, ClassVar, Final

from aiohttp import web

from sandbox.answers import sent_object
from sandbox.journal import Row
from sandbox.twin import Refusal, Twin

USER: Final = "editor"
PASSWORD: Final = "abcd EFGH 1234 ijkl MNOP 5678"  # noqa: S105 - opens nothing but this twin
POST: Final = re.compile(r"/wp/v2/posts/(\d+)")
MEDIA: Final = re.compile(r"/wp/v2/media/(\d+)")
STATUSES: Final = frozenset({"publish", "future", "draft", "pending", "private", "trash"})


def error(status: int, code: str, message: str, **data: Any) -> Refusal:
    """The form of every error of the REST API."""
    body = {"code": code, "message": message, "data": {"status": status, **data}}
    return Refusal(web.json_response(body, status=status))


class WordPressTwin(Twin):
    """One site with one user."""

    name: ClassVar[str] = "wordpress"

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/index.php", self._rest)

    def path_of(self, request: web.Request, path: str) -> str:
        return request.query.get("rest_route", path)

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        route, method = request.query.get("rest_route", ""), request.method
        self._require_login(request)
        match route, method:
            case "/wp/v2/users/me", "GET":
                return web.json_response(self._me())
            case "/wp/v2/posts", "POST":
                return await self._create(request)
            case "/wp/v2/posts", "GET":
                return self._list(request)
            case "/wp/v2/tags", "POST":
                return await self._create_tag(request)
            case "/wp/v2/tags", "GET":
                return self._tags(request)
            case "/wp/v2/media", "POST":
                return await self._upload(request)
            case "/wp/v2/comments", "GET":
                return self._comments(request)
            case _:
                return await self._one(request, route, method)

    async def _one(self, request: web.Request, route: str, method: str) -> web.StreamResponse:
        if (found := POST.fullmatch(route)) and method in {"GET", "DELETE"}:
            return (
                self._delete(found[1]) if method == "DELETE" else web.json_response(self._shown(self._post(found[1])))
            )
        if found := MEDIA.fullmatch(route):
            row = self.rows("media").get(found[1])
            if row is None:
                raise error(404, "rest_post_invalid_id", "Invalid post ID.")
            if method == "POST":
                row = self.change("media", found[1], alt_text=str((await sent_object(request)).get("alt_text", "")))
            return web.json_response(row)
        raise error(404, "rest_no_route", "No route was found matching the URL and request method.")

    def _require_login(self, request: web.Request) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user, password = "", ""
        if scheme.lower() != "basic" or user != USER:
            raise error(401, "rest_not_logged_in", "You are not currently logged in.")
        if password.replace(" ", "") != PASSWORD.replace(" ", ""):
            words = "The provided password is an invalid application password."
            raise error(401, "incorrect_password", words)

    def _me(self) -> Row:
        return {
            "id": 1,
            "name": "Editor",
            "slug": USER,
            "roles": ["editor"],
            "capabilities": {"publish_posts": True, "edit_posts": True, "upload_files": True},
        }

    async def _create(self, request: web.Request) -> web.Response:
        sent = await sent_object(request)
        status = sent.get("status", "draft")
        if status not in STATUSES:
            raise error(400, "rest_invalid_param", "Invalid parameter(s): status", params={"status": "not one of"})
        if not any(sent.get(name) for name in ("title", "content", "excerpt")):
            raise error(400, "empty_content", "Content, title, and excerpt are empty.")
        number = self.new_number()
        row = self.write(
            "posts",
            number,
            id=number,
            title=str(sent.get("title", "")),
            text=str(sent.get("content", "")),
            status=status,
            tags=sent.get("tags", []),
            featured_media=sent.get("featured_media", 0),
            at=self.now.isoformat(),
            url=f"https://site.example/?p={number}",
            deleted=False,
        )
        return web.json_response(self._shown(row), status=201)

    def _list(self, request: web.Request) -> web.Response:
        query = request.query
        include = {one for one in query.get("include", "").split(",") if one}
        statuses = set(query.get("status", "publish").split(","))
        if unknown := statuses - STATUSES - {"any"}:
            raise error(400, "rest_invalid_param", f"Invalid parameter(s): status ({', '.join(sorted(unknown))})")
        found = [
            row
            for row in reversed(list(self.rows("posts").values()))
            if (not include or row["id"] in include)
            and ("any" in statuses or row["status"] in statuses)
            and query.get("search", "").casefold() in f"{row['title']} {row['text']}".casefold()
        ]
        page = found[: int(query.get("per_page", "10"))]
        return web.json_response(
            [self._shown(row) for row in page], headers={"X-WP-Total": str(len(found)), "X-WP-TotalPages": "1"}
        )

    def _post(self, number: str) -> Row:
        row = self.rows("posts").get(number)
        if row is None:
            raise error(404, "rest_post_invalid_id", "Invalid post ID.")
        return row

    def _delete(self, number: str) -> web.Response:
        if self._post(number)["status"] == "trash":
            raise error(410, "rest_already_trashed", "The post has already been deleted.")
        return web.json_response(self._shown(self.change("posts", number, status="trash", deleted=True)))

    async def _create_tag(self, request: web.Request) -> web.Response:
        name = str((await sent_object(request)).get("name", ""))
        slug = re.sub(r"[^\w]+", "-", name.casefold()).strip("-")
        if not slug:
            raise error(400, "rest_missing_callback_param", "Missing parameter(s): name", params=["name"])
        for row in self.rows("tags").values():
            if row["slug"] == slug:
                words = "A term with the name provided already exists in this taxonomy."
                raise error(400, "term_exists", words, term_id=row["id"])
        number = self.new_number()
        row = self.write("tags", number, id=int(number), name=name, slug=slug)
        return web.json_response(row, status=201)

    def _tags(self, request: web.Request) -> web.Response:
        word = request.query.get("search", "").casefold()
        return web.json_response([row for row in self.rows("tags").values() if word in row["name"].casefold()])

    async def _upload(self, request: web.Request) -> web.Response:
        data = await request.read()
        named = re.search(r'filename="([^"]+)"', request.headers.get("Content-Disposition", ""))
        if named is None:
            raise error(400, "rest_upload_no_content_disposition", "No Content-Disposition supplied.")
        if not data:
            raise error(400, "rest_upload_no_data", "No data supplied.")
        number = self.new_number()
        row = self.write(
            "media",
            number,
            id=int(number),
            source_url=f"https://site.example/wp-content/uploads/{named[1]}",
            mime_type=request.headers.get("Content-Type", ""),
            alt_text="",
            size=len(data),
        )
        return web.json_response(row, status=201)

    def _comments(self, request: web.Request) -> web.Response:
        wanted = set(request.query.get("post", "").split(","))
        found = [
            {"id": index, "post": int(row["id"])}
            for row in self.rows("posts").values()
            if row["id"] in wanted
            for index in range(int(row.get("comments", 0)))
        ]
        return web.json_response(found, headers={"X-WP-Total": str(len(found)), "X-WP-TotalPages": "1"})

    def _shown(self, row: Row) -> Row:
        return {
            "id": int(row["id"]),
            "date_gmt": row["at"].partition("+")[0],
            "link": row["url"],
            "status": row["status"],
            "title": {"raw": row["title"], "rendered": row["title"]},
            "content": {"raw": row["text"], "rendered": row["text"]},
            "tags": row["tags"],
            "featured_media": row["featured_media"],
        }
