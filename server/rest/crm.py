"""The customer's CRM: connecting it by logging in there, what was read of it, and ending it."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from core.errors import AppError, NotFound
from core.scope import Scope
from db.zoho_crm_records import ZOHO_CRM_RECORDS, ZohoCrmRecord
from db.zoho_tokens import DataCenter, ZohoToken
from server.auth.caller import Caller, Writer
from server.problems import responses
from server.rest.connections import PREFIX, Start, StartView, callback_of, sent_back
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, PathId
from server.services import Parts, Services
from tools.zoho.centers import APP, LABEL
from tools.zoho.client import MODULES

router = APIRouter(prefix="/api/v1", tags=["CRM"])
START: Final = f"{PREFIX}/{APP}/start"
Word = Annotated[str, Query(max_length=200)]


class CrmView(BaseModel):
    """The connected CRM. ``ready`` is false where the operator has not registered this server at Zoho; ``records`` are
    counted by module; ``connect_again`` is where to go when the login has ended."""

    label: str = LABEL
    ready: bool
    status: Literal["not_connected", "active", "expired"] = "not_connected"
    account_id: str | None = None
    account_name: str | None = None
    data_center: DataCenter | None = None
    error_message: str | None = None
    connect_again: str | None = None
    connected_at: datetime | None = None
    last_synced: datetime | None = None
    sync_error: str | None = None
    records: dict[str, int] = Field(default_factory=dict)


class CrmRecordView(BaseModel):
    """A record as it was last read. What stands in ``data`` was written by others, as the CRM has it."""

    crm_record_id: str
    module: str
    record_id: str
    name: str
    data: dict[str, Any]
    added_at: datetime | None
    changed_at: datetime | None
    synced_at: datetime

    @classmethod
    def of(cls, record: ZohoCrmRecord) -> "CrmRecordView":
        """Show a record."""
        return cls(**record.model_dump(include=set(cls.model_fields)))


@router.get("/crm", operation_id="get_crm", responses=responses(), summary="Which CRM is connected")
async def get(scope: Caller, parts: Parts) -> CrmView:
    """Return the connected CRM, how many records were read, and when they were last in step with it."""
    return await crm_view(parts, scope)


@router.get("/crm/records", operation_id="list_crm_records", responses=responses(), summary="List its records")
async def records(
    scope: Caller,
    parts: Parts,
    module: Annotated[Literal["Leads", "Contacts", "Accounts", "Deals"] | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[CrmRecordView]:
    """Return records as they were last read, those first seen last first."""
    where = {"module": module} if module else {}
    page = await parts.repository(ZOHO_CRM_RECORDS, scope).page(where, limit=limit, cursor=cursor)
    return page_view(page, CrmRecordView.of)


@router.get(
    "/crm/records/{crm_record_id}", operation_id="get_crm_record", responses=responses(404), summary="Read a record"
)
async def record(crm_record_id: PathId, scope: Caller, parts: Parts) -> CrmRecordView:
    """Return one record as it was last read."""
    return CrmRecordView.of(await parts.repository(ZOHO_CRM_RECORDS, scope).get(crm_record_id))


@router.post(
    f"/connections/{APP}/start", operation_id="start_crm", responses=responses(503), summary="Begin to connect a CRM"
)
async def start(body: Start, request: Request, scope: Writer, parts: Parts) -> StartView:
    """Return where to send the person. They come back to the callback in the browser they are logged in with."""
    departure = await parts.crm.connection.start(scope, callback_of(request, parts, APP), body.return_to)
    return StartView(authorise_url=departure.authorise_url, expires_at=departure.expires_at)


@router.get(
    f"/connections/{APP}/callback",
    operation_id="finish_crm",
    responses=responses(409, 502, 503)
    | {303: {"description": "A browser is sent back to where the person came from."}},
    response_model=CrmView,
    summary="Come back from logging in at the CRM",
)
async def callback(
    request: Request,
    scope: Writer,
    parts: Parts,
    state: Annotated[str, Query(min_length=1, max_length=200)],
    code: Annotated[str, Query(max_length=4000)] = "",
    location: Annotated[str, Query(max_length=20)] = "",
    error: Word = "",
) -> Response:
    """Store what was connected, at the data center the person came from, and have its records read."""
    browser = "text/html" in request.headers.get("accept", "")
    connection = parts.crm.connection
    try:
        arrival = await connection.finish(scope, state, code, location=location, refusal=error)
        await parts.crm.order.connected(scope)
    except AppError as failed:
        if browser:
            back = await connection.attempts.came_from(scope, state)
            return sent_back(back or "/", connection_error=failed.code, platform=APP)
        raise
    if browser:
        return sent_back(arrival.return_to or "/", connected=APP)
    return Response((await crm_view(parts, scope)).model_dump_json(), media_type="application/json")


@router.delete(
    f"/connections/{APP}", operation_id="disconnect_crm", status_code=204, responses=responses(404), summary="End it"
)
async def disconnect(scope: Writer, parts: Parts) -> Response:
    """Give the login back to Zoho, and forget it and every record that was read."""
    if not await parts.crm.connection.disconnect(scope):
        raise NotFound(f"{LABEL} is not connected.")
    return Response(status_code=204)


async def crm_view(parts: Services, scope: Scope) -> CrmView:
    """Show what is connected."""
    access = parts.crm.connection.access
    token: ZohoToken | None = await access.stored(scope)
    if token is None:
        return CrmView(ready=access.configured)
    kept = parts.repository(ZOHO_CRM_RECORDS, scope)
    shown = {"account_id", "account_name", "data_center", "error_message", "connected_at", "last_synced", "sync_error"}
    return CrmView(
        ready=access.configured,
        status=token.status,
        connect_again=START if token.status == "expired" else None,
        records={module: await kept.count({"module": module}) for module in MODULES},
        **token.model_dump(include=shown),
    )
