"""Zoho CRM as its public documentation describes it: an organisation in one data center, with records to read.

Below ``/_control/`` records are made, changed and deleted, and tokens ended.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from sandbox.authorisation import CLIENT_ID
from sandbox.journal import Row
from sandbox.twin import Refusal, Twin
from sandbox.zoho.login import LOCATIONS, ZohoLogin

MODULES: Final = ("Leads", "Contacts", "Accounts", "Deals")
MOST: Final = 200
MOST_FIELDS: Final = 50
MOST_BY_PAGE: Final = 2_000
TOKEN_LIFETIME: Final = timedelta(hours=24)


class RecordControl(BaseModel):
    """A record to make or, with the ``id`` of one there is, to change; or to delete."""

    model_config = ConfigDict(extra="forbid")

    module: str
    id: str | None = None
    fields: dict[str, Any] = {}
    delete: bool = False


def problem(status: int, code: str, message: str, **details: str) -> Refusal:
    """The form of every error of the API."""
    body = {"code": code, "details": details, "message": message, "status": "error"}
    return Refusal(web.json_response(body, status=status))


class ZohoTwin(Twin):
    """One organisation and the person who administers it."""

    name: ClassVar[str] = "zoho"

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the paths of every data center."""
        self.login = ZohoLogin(self)
        self.login.add_routes(router)
        router.add_get("/{center}/crm/v8/org", self._organisation)
        router.add_get("/{center}/crm/v8/{module}", self._list)
        router.add_get("/{center}/crm/v8/{module}/deleted", self._deleted)
        router.add_post("/_control/records", self._control_records)
        self.organisation = {"id": "554023000000000001", "company_name": "The Bakery"}

    @staticmethod
    def addresses(url: str) -> dict[str, str]:
        """Return where each data center is reached."""
        return {f"zoho.{center}": f"{url}/zoho/{center}" for center in LOCATIONS}

    def put(self, module: str, record_id: str | None = None, **fields: Any) -> str:
        """Make a record, or change one; return its id."""
        now = self.now.isoformat(timespec="seconds")
        if record_id is not None:
            self.change(module, record_id, **fields, Modified_Time=now)
            return record_id
        made = f"554023{int(self.new_number()):012}"
        owner = {"name": "The Baker", "id": "554023000000000002", "email": "baker@bakery.example"}
        times = {"Created_Time": now, "Modified_Time": now}
        full = " ".join(str(fields[part]) for part in ("First_Name", "Last_Name") if fields.get(part))
        self.write(module, made, **{"Owner": owner, "Full_Name": full or None, **times, **fields, "id": made})
        return made

    def remove(self, module: str, record_id: str) -> None:
        """Delete a record: it lies in the recycle bin from now on."""
        self.change(module, record_id, deleted_time=self.now.isoformat(timespec="seconds"))

    async def _organisation(self, request: web.Request) -> web.Response:
        self._enter(request, "ZohoCRM.org.READ")
        return web.json_response({"org": [self.organisation]})

    async def _list(self, request: web.Request) -> web.Response:
        module = self._module(request)
        fields = [name for name in request.query.get("fields", "").split(",") if name]
        if not fields:
            raise problem(
                400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name="fields"
            )
        if len(fields) > MOST_FIELDS:
            raise problem(400, "LIMIT_EXCEEDED", "field limit exceeded", limit=str(MOST_FIELDS))
        size, start = self._size(request), self._start(request)
        since = _since(request)
        rows = sorted(
            (row for row in self.rows(module).values() if "deleted_time" not in row), key=lambda row: str(row["id"])
        )
        found = [row for row in rows if since is None or datetime.fromisoformat(row["Modified_Time"]) > since]
        shown = found[start : start + size]
        if not shown:
            return web.Response(status=204 if since is None else 304)
        more = start + size < len(found)
        info: Row = {"per_page": size, "count": len(shown), "sort_by": "id", "sort_order": "asc", "more_records": more}
        info |= {"page": start // size + 1, "next_page_token": None, "page_token_expiry": None}
        if more:
            token, until = secrets.token_hex(32), (self.now + TOKEN_LIFETIME).isoformat()
            self.write("pages", token, start=start + size, until=until, asked=_asked(request))
            info |= {"next_page_token": token, "page_token_expiry": until}
        data = [{name: row.get(name) for name in (*fields, "id")} | {"$approved": True} for row in shown]
        return web.json_response({"data": data, "info": info})

    async def _deleted(self, request: web.Request) -> web.Response:
        module = self._module(request)
        size, page = self._size(request), int(request.query.get("page", "1"))
        since = _since(request)
        rows = [row for row in self.rows(module).values() if "deleted_time" in row]
        found = [row for row in rows if since is None or datetime.fromisoformat(row["deleted_time"]) > since]
        shown = found[(page - 1) * size : page * size]
        if not shown:
            return web.Response(status=204 if since is None else 304)
        told = [
            {
                "id": row["id"],
                "display_name": row.get("Full_Name"),
                "type": "recycle",
                "deleted_time": row["deleted_time"],
            }
            for row in shown
        ]
        info = {"per_page": size, "count": len(shown), "page": page, "more_records": page * size < len(found)}
        return web.json_response({"data": told, "info": info})

    def _start(self, request: web.Request) -> int:
        """Return how many records come before the page that is asked for."""
        token = request.query.get("page_token")
        if token is None:
            start = (int(request.query.get("page", "1")) - 1) * self._size(request)
            if start >= MOST_BY_PAGE:
                raise problem(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "Use page_token for records beyond 2000")
            return start
        row = self.rows("pages").get(token)
        if row is None or row["asked"] != _asked(request):
            raise problem(400, "INVALID_DATA", "the page_token is invalid", param_name="page_token")
        if datetime.fromisoformat(row["until"]) <= self.now:
            raise problem(400, "EXPIRED_VALUE", "the page_token has expired", param_name="page_token")
        return int(row["start"])

    def _size(self, request: web.Request) -> int:
        size = request.query.get("per_page", str(MOST))
        if not size.isdecimal() or not 0 < int(size) <= MOST:
            raise problem(400, "INVALID_DATA", "invalid data", param_name="per_page")
        return int(size)

    def _module(self, request: web.Request) -> str:
        module = request.match_info["module"]
        if module not in MODULES:
            self._enter(request)
            raise problem(400, "INVALID_MODULE", "the module name given seems to be invalid")
        self._enter(request, f"ZohoCRM.modules.{module.lower()}.READ")
        return module

    def _enter(self, request: web.Request, scope: str = "") -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        granted = self.login.grants(token, request.match_info["center"]) if scheme == "Zoho-oauthtoken" else None
        if granted is None:
            raise problem(401, "INVALID_TOKEN", "invalid oauth token")
        if scope and scope not in str(granted["scope"]).split(","):
            raise problem(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL", client=CLIENT_ID)

    async def _control_records(self, request: web.Request) -> web.Response:
        wanted = RecordControl.model_validate_json(await request.read())
        if wanted.delete and wanted.id:
            self.remove(wanted.module, wanted.id)
            return web.json_response({"id": wanted.id})
        return web.json_response({"id": self.put(wanted.module, wanted.id, **wanted.fields)})


def _since(request: web.Request) -> datetime | None:
    told = request.headers.get("If-Modified-Since")
    if told is None:
        return None
    try:
        return datetime.fromisoformat(told)
    except ValueError:
        raise problem(400, "INVALID_DATA", "invalid data", header="If-Modified-Since") from None


def _asked(request: web.Request) -> Row:
    """Return what has to stay the same from page to page."""
    kept = {name: value for name, value in request.query.items() if name not in {"page", "page_token"}}
    return {**kept, "since": request.headers.get("If-Modified-Since"), "path": request.path}
