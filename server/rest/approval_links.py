"""Signed links to decide one request without an account: made by people who may decide, used on a page of their own."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.errors import AppError, Conflict, Forbidden, InvalidInput, NotFound
from core.ids import new_id
from core.json_text import inner_list, inner_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.audit_log import AUDIT_LOG, AuditEntry
from db.settings import SETTINGS
from db.social_accounts import SOCIAL_ACCOUNTS
from server.approval_page import notice, page_of
from server.auth.caller import InPerson
from server.origins import origin_allowed
from server.problems import responses
from server.rest.text import PathId, Text
from server.services import Parts, Services
from tools.account_names import account_names
from tools.approval.requests import already_decided
from tools.approval.signed_links import LinkGrant
from tools.approval.timezones import zone_of_request
from tools.arguments import Address
from tools.outside.contract import Media
from tools.outside.media import fetch

router = APIRouter(prefix="/api/v1/approvals", tags=["Approvals"])
public = APIRouter(include_in_schema=False)
# Without a referrer at all a browser would not say either that the form comes from here.
HEADERS: Final = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
Token = Annotated[str, StringConstraints(max_length=1_000)]


class LinkAsked(BaseModel):
    """Whom the link is for, and how long it is to work."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"approver": "client@shop.example"}]})

    approver: Address
    hours: Annotated[int, Field(ge=1, le=336)] = 72


class LinkMade(BaseModel):
    """The link. It is shown once and kept nowhere: whoever has it can decide this one request."""

    url: str
    approver: str
    expires_at: datetime


@router.post(
    "/{approval_id}/links",
    operation_id="make_approval_link",
    responses=responses(404, 409),
    status_code=201,
    summary="Make a link to decide without an account",
)
async def make_link(approval_id: PathId, body: LinkAsked, scope: InPerson, request: Request, parts: Parts) -> LinkMade:
    """Return a signed link for one person. It ends when the request does, and when what it shows is changed."""
    scope.require_decide()
    asked = await parts.repository(APPROVAL_REQUESTS, scope).get(approval_id)
    token, grant = parts.signed_links.make(asked, body.approver, timedelta(hours=body.hours))
    entry = AuditEntry(
        audit_id=new_id("aud"),
        action="approval_link_made",
        resource_type="approval_request",
        resource_id=approval_id,
        actor_id=scope.actor_id,
        details={"approver": body.approver, "expires_at": grant.expires_at.isoformat()},
    )
    await parts.repository(AUDIT_LOG, scope).insert(entry)
    base = parts.settings.public_url or str(request.base_url).rstrip("/")
    return LinkMade(url=f"{base}/approve/{token}", approver=body.approver, expires_at=grant.expires_at)


@public.api_route("/approve/{token}", methods=["GET", "HEAD"])
async def show(token: Token, parts: Parts) -> Response:
    """Show what waits, as it will appear. Looking decides nothing, however often and by whomever it is done."""
    try:
        grant = parts.signed_links.read(token)
        request = await _request(parts, grant)
    except NotFound as error:
        return _answer(notice("This link does not work", error.message), 404)
    if past := _past(grant, request):
        return _answer(notice("Nothing left to decide here", past.message), 409)
    return await _page(parts, grant, request, token)


@public.post("/approve/{token}")
async def decide(
    token: Token,
    http: Request,
    parts: Parts,
    decision: Annotated[Literal["approve", "reject"], Form()],
    payload_hash: Annotated[str, Form(max_length=64)],
    notes: Annotated[Text, Form(max_length=2_000)] = "",
) -> Response:
    """Decide. The link alone gives the right to, no cookie does; a form on another site is refused."""
    if not origin_allowed(http, parts.settings):
        raise Forbidden("This decision did not come from the page of the link. Open the link and decide there.")
    try:
        grant = parts.signed_links.read(token)
        request = await _request(parts, grant)
    except NotFound as error:
        return _answer(notice("This link does not work", error.message), 404)
    if past := _past(grant, request):
        return _answer(notice("Nothing left to decide here", past.message), 409)
    try:
        edits = _edits(request, await http.form()) if decision == "approve" else None
        decided, _ = await parts.decisions.decide(
            grant.scope,
            grant.request_id,
            decision,
            notes=notes,
            edits=edits,
            payload_hash=payload_hash if payload_hash == grant.payload_hash else "changed",
            via="link",
        )
    except (Conflict, InvalidInput) as error:
        return await _page(parts, grant, await _request(parts, grant), token, error)
    return await _page(parts, grant, decided, token)


@public.get("/approve/{token}/media/{post}/{number}")
async def picture(token: Token, post: int, number: int, parts: Parts) -> Response:
    """Show an attachment: exactly the file that is decided about, fetched by this server."""
    return await attachment(parts, await _request(parts, parts.signed_links.read(token)), post, number)


async def attachment(parts: Services, request: ApprovalRequest, post: int, number: int) -> Response:
    """Return a picture of a request, fetched by this server; NotFound for what is none."""
    posts = inner_list(request.content.get("posts"))
    files = inner_list(inner_object(posts[post]).get("media")) if 0 <= post < len(posts) else []
    if not 0 <= number < len(files):
        raise NotFound("There is no such attachment.")
    item = inner_object(files[number])
    media = await fetch(parts.outside, str(item.get("url")), digest=str(item.get("sha256")))
    return handed_over(media)


def handed_over(media: Media) -> Response:
    """Return a picture that was fetched; NotFound for a video."""
    if media.kind == "video":
        raise NotFound("A video is not shown here.")
    return Response(media.data, media_type=media.content_type, headers=HEADERS)


def _past(grant: LinkGrant, request: ApprovalRequest) -> Conflict | None:
    """Return why a pending request is no longer what the link was made for; None while it is."""
    if request.status != "pending" or grant.is_for(request):
        return None
    if request.step > grant.step:
        return already_decided(request)
    return Conflict("It was changed after this link was made. Ask for a new link.")


async def _request(parts: Services, grant: LinkGrant) -> ApprovalRequest:
    return await parts.repository(APPROVAL_REQUESTS, grant.scope).get(grant.request_id)


async def _page(
    parts: Services, grant: LinkGrant, request: ApprovalRequest, token: str, error: AppError | None = None
) -> Response:
    account, timezone = await _about(parts, grant.scope, request)
    words = error.message if error else ""
    status = 200 if error is None else 409 if isinstance(error, Conflict) else 422
    accounts = await account_names(parts.repository(SOCIAL_ACCOUNTS, grant.scope), [request])
    return _answer(page_of(request, token, account, timezone, accounts, error=words), status)


async def _about(parts: Services, scope: Scope, request: ApprovalRequest) -> tuple[str, str]:
    """Return how the account calls itself, and the timezone times are shown in."""
    settings = await parts.repository(SETTINGS, scope).find_one({})
    name = (settings.branding.company_name if settings else None) or "this account"
    return name, await zone_of_request(parts.database, scope, request)


def _edits(request: ApprovalRequest, form: Any) -> dict[str, Any] | None:
    """Return the posts with the texts of the form, where one differs."""
    posts = [inner_object(post) for post in inner_list(request.content.get("posts"))]
    given = [form.get(f"text_{index}") for index in range(len(posts))]
    texts = [
        text.replace("\r\n", "\n") if isinstance(text, str) else post.get("text")
        for text, post in zip(given, posts, strict=True)
    ]
    if all(text == post.get("text") for text, post in zip(texts, posts, strict=True)):
        return None
    return {"posts": [post | {"text": text} for text, post in zip(texts, posts, strict=True)]}


def _answer(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status, HEADERS)
