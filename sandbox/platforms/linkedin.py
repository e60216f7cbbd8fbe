"""LinkedIn's versioned REST API as learn.microsoft.com describes it: posts, images, social metadata, statistics."""

import re
from datetime import datetime
from typing import Any, ClassVar, Final
from urllib.parse import unquote

from aiohttp import web

from core.json_text import inner_object
from sandbox.answers import bearer, sent_object, texts_in
from sandbox.authorisation import Authorisation, Style
from sandbox.journal import Row
from sandbox.twin import Refusal, Twin

PERSON: Final = "urn:li:person:thebakery1"
ORGANISATION: Final = "urn:li:organization:2414183"
AUTHORS: Final = frozenset({PERSON, ORGANISATION})
VERSION: Final = re.compile(r"20\d{4}")
UNESCAPED: Final = re.compile(r"(?<!\\)(?:\\\\)*[|{}@\[\]()<>*_~]")
LISTED: Final = re.compile(r"List\(([^)]*)\)")
LONGEST: Final = 3000
DAY_LIMIT: Final = 100


def problem(status: int, code: str, message: str, service_code: int | None = None) -> Refusal:
    """The form of every error of the API."""
    body: Row = {"status": status, "code": code, "message": message}
    if service_code is not None:
        body["serviceErrorCode"] = service_code
    return Refusal(web.json_response(body, status=status))


class LinkedInTwin(Twin):
    """One member, who administers one organisation."""

    name: ClassVar[str] = "linkedin"

    def add_routes(self, router: web.UrlDispatcher) -> None:
        self.authorisation = Authorisation(self, Style(lifetime=60 * 24 * 3600, pkce=False))
        self.authorisation.add_routes(
            router,
            authorise="/oauth/v2/authorization",
            grant="/oauth/v2/accessToken",
            revoke="/oauth/v2/revoke",
        )
        router.add_get("/v2/userinfo", self._me)
        router.add_get("/rest/organizationAcls", self._rights)
        router.add_get("/rest/organizations/{id}", self._organisation)
        router.add_post("/rest/posts", self._create)
        router.add_get("/rest/posts", self._find)
        router.add_delete("/rest/posts/{urn}", self._delete)
        router.add_post("/rest/images", self._initialise)
        router.add_put("/dms-uploads/{id}", self._upload)
        router.add_get("/rest/socialMetadata", self._social)
        router.add_get("/rest/organizationalEntityShareStatistics", self._statistics)

    async def _me(self, request: web.Request) -> web.Response:
        self._enter(request, versioned=False)
        return web.json_response({"sub": PERSON.rpartition(":")[2], "name": "The Baker", "picture": None})

    async def _rights(self, request: web.Request) -> web.Response:
        self._enter(request)
        right = {"organization": ORGANISATION, "role": "ADMINISTRATOR", "roleAssignee": PERSON, "state": "APPROVED"}
        return web.json_response({"elements": [right], "paging": {"start": 0, "count": 10, "links": []}})

    async def _organisation(self, request: web.Request) -> web.Response:
        self._enter(request)
        if request.match_info["id"] != ORGANISATION.rpartition(":")[2]:
            raise problem(404, "NOT_FOUND", "Organization not found")
        return web.json_response({"id": 2414183, "localizedName": "The Bakery", "vanityName": "thebakery"})

    async def _create(self, request: web.Request) -> web.Response:
        self._enter(request, "w_member_social")
        sent = await sent_object(request)
        for field in ("author", "commentary", "visibility", "distribution", "lifecycleState"):
            if field not in sent:
                words = f"ERROR :: /{field} :: field is required but not found and has no default value"
                raise problem(422, "MISSING_FIELD", words)
        author, text = str(sent["author"]), str(sent["commentary"])
        if author not in AUTHORS:
            raise problem(403, "ACCESS_DENIED", f"Not enough permissions to access: author {author}", 100)
        if UNESCAPED.search(text):
            raise problem(400, "INVALID_COMMENTARY", "Commentary holds reserved characters that are not escaped")
        if len(text.replace("\\", "")) > LONGEST:
            raise problem(422, "FIELD_LENGTH_TOO_LONG", f"ERROR :: /commentary :: length exceeds {LONGEST}")
        images = _images(sent)
        if any(image not in self.rows("images") for image in images):
            raise problem(400, "INVALID_CONTENT", "The image was not found or was not uploaded")
        for row in self.rows("posts").values():
            if (row["author"], row["text"], row["deleted"]) == (author, text, False):
                raise problem(422, "DUPLICATE_POST", f"Content is a duplicate of {row['id']}")
        today = [row for row in self.rows("posts").values() if row["at"][:10] == self.now.isoformat()[:10]]
        if len(today) >= DAY_LIMIT:
            raise problem(429, "TOO_MANY_REQUESTS", "Resource level throttle APPLICATION_AND_MEMBER DAY limit reached")
        urn = f"urn:li:share:7{self.new_number(18)}"
        self.write(
            "posts", urn, id=urn, author=author, text=text, images=images, at=self.now.isoformat(), deleted=False
        )
        return web.Response(status=201, headers={"x-restli-id": urn, "Location": f"/posts/{urn}"})

    async def _find(self, request: web.Request) -> web.Response:
        self._enter(request)
        if request.headers.get("X-RestLi-Method") != "FINDER" or request.query.get("q") != "author":
            raise problem(400, "ILLEGAL_ARGUMENT", "No finder for these parameters")
        author = request.query.get("author", "")
        if author == PERSON:
            self._require(request, "r_member_social")
        start, size = int(request.query.get("start", "0")), int(request.query.get("count", "10"))
        rows = [row for row in reversed(list(self.rows("posts").values())) if row["author"] == author]
        page = [row for row in rows if not row["deleted"]][start : start + size]
        paging: Row = {"start": start, "count": size, "links": []}
        return web.json_response({"paging": paging, "elements": [_shown(row) for row in page]})

    async def _delete(self, request: web.Request) -> web.Response:
        self._enter(request, "w_member_social")
        urn = unquote(request.match_info["urn"])
        if urn not in self.rows("posts"):
            raise problem(404, "NOT_FOUND", "Not found")
        self.change("posts", urn, deleted=True)
        return web.Response(status=204)

    async def _initialise(self, request: web.Request) -> web.Response:
        self._enter(request, "w_member_social")
        owner = inner_object((await sent_object(request)).get("initializeUploadRequest")).get("owner")
        if request.query.get("action") != "initializeUpload" or owner not in AUTHORS:
            raise problem(400, "ILLEGAL_ARGUMENT", "The owner is missing or not yours")
        number = self.new_number(16)
        address = f"{request.url.origin()}{request.path.removesuffix('/rest/images')}/dms-uploads/{number}"
        value = {"uploadUrlExpiresAt": 1, "uploadUrl": address, "image": f"urn:li:image:C{number}"}
        return web.json_response({"value": value})

    async def _upload(self, request: web.Request) -> web.Response:
        self._enter(request, versioned=False)
        urn = f"urn:li:image:C{request.match_info['id']}"
        self.write("images", urn, size=len(await request.read()))
        return web.Response(status=201)

    async def _social(self, request: web.Request) -> web.Response:
        self._enter(request)
        found: Row = {}
        for urn in _listed(request, "ids"):
            row = self.rows("posts").get(urn)
            if row and not row["deleted"]:
                told = row.get("metrics", {})
                found[urn] = {
                    "reactionSummaries": {"LIKE": {"reactionType": "LIKE", "count": told.get("likes", 0)}},
                    "commentSummary": {"count": told.get("comments", 0), "topLevelCount": told.get("comments", 0)},
                    "commentsState": "OPEN",
                    "entity": urn,
                }
        return web.json_response({"results": found, "statuses": {}, "errors": {}})

    async def _statistics(self, request: web.Request) -> web.Response:
        self._enter(request)
        elements: list[Row] = []
        for urn in _listed(request, "shares"):
            row = self.rows("posts").get(urn)
            if row and not row["deleted"] and row["author"] == ORGANISATION:
                told = row.get("metrics", {})
                names = ("impressionCount", "uniqueImpressionsCount", "clickCount", "shareCount")
                total = {name: told.get(name, 0) for name in names}
                elements.append({"share": urn, "organizationalEntity": ORGANISATION, "totalShareStatistics": total})
        return web.json_response({"elements": elements, "paging": {"start": 0, "count": 10, "links": []}})

    def _enter(self, request: web.Request, scope: str = "", *, versioned: bool = True) -> None:
        token = bearer(request)
        row = self.rows("tokens").get(token)
        if row and row["revoked"]:
            raise problem(401, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked", 65601)
        if row and datetime.fromisoformat(row["until"]) <= self.now:
            raise problem(401, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired", 65602)
        if row is None:
            raise problem(401, "INVALID_ACCESS_TOKEN", "Invalid access token", 65600)
        if versioned and not VERSION.fullmatch(request.headers.get("LinkedIn-Version", "")):
            raise problem(400, "VERSION_MISSING", "A version must be present. Please specify a version")
        if versioned and request.headers.get("X-Restli-Protocol-Version") != "2.0.0":
            raise problem(400, "ILLEGAL_ARGUMENT", "The protocol version is missing")
        if scope:
            self._require(request, scope)

    def _require(self, request: web.Request, scope: str) -> None:
        if scope not in self.rows("tokens")[bearer(request)]["scope"].split():
            raise problem(403, "ACCESS_DENIED", "Not enough permissions to access: partnerApiPosts", 100)


def _images(sent: Row) -> list[str]:
    content = inner_object(sent.get("content"))
    single: Any = inner_object(content.get("media")).get("id")
    several: Any = inner_object(content.get("multiImage")).get("images")
    listed = [str(inner_object(one).get("id")) for one in several] if isinstance(several, list) else []  # pyright: ignore[reportUnknownVariableType]
    return [*texts_in([single]), *listed]


def _shown(row: Row) -> Row:
    moment = int(datetime.fromisoformat(row["at"]).timestamp() * 1000)
    return {
        "id": row["id"],
        "author": row["author"],
        "commentary": row["text"],
        "createdAt": moment,
        "publishedAt": moment,
        "lifecycleState": "PUBLISHED",
        "visibility": "PUBLIC",
    }


def _listed(request: web.Request, name: str) -> list[str]:
    found = LISTED.fullmatch(request.query.get(name, ""))
    return [unquote(one) for one in found[1].split(",") if one] if found else []
