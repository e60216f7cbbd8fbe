"""The approvals inbox: what waits, what was decided, one request with everything a decision needs, and the decision."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import Form, Query, Request, Response
from pydantic import ValidationError

from core.errors import AppError, Conflict, InvalidInput
from core.json_text import inner_list, inner_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS
from db.conversations import CONVERSATIONS
from db.voice_checks import VOICE_CHECKS
from server.console.approval_card import shown
from server.console.door import inside
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.visit import Changing, Visit, Visiting
from server.problems import STATUS
from server.rest.approval_links import LinkAsked, attachment, make_link
from server.rest.text import Cursor, PathId, Text
from server.rest.voice import VoiceAsked
from server.rest.voice import start as start_voice
from server.services import Services
from tools.approval.act import iso_utc, moment_of_payload

Status = Literal["pending", "approved", "rejected", "expired", "cancelled"]
STATUSES: Final[tuple[tuple[Status, str], ...]] = (
    ("pending", "Waiting"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("expired", "Expired"),
    ("cancelled", "Withdrawn"),
)
SHOWN: Final = 25
ADDRESS_HINT: Final = "This is not an email address. Write one such as client@shop.example."
PHONE_HINT: Final = "This is not a telephone number. Write it with its country, such as +44 113 496 0000."
HOURS: Final = ((24, "1 day"), (72, "3 days"), (168, "1 week"), (336, "2 weeks"))
router: Final = console_router()
Hash = Annotated[str, Form(max_length=128)]
Notes = Annotated[Text, Form(max_length=2_000)]
Back = Annotated[str, Form(max_length=500)]


@router.get("/approvals")
async def inbox(visit: Visiting, status: Annotated[Status, Query()] = "pending", cursor: Cursor = None) -> Response:
    """List requests of one status, with how many there are of each."""
    requests = visit.repository(APPROVAL_REQUESTS)
    page, counts = await asyncio.gather(
        requests.page({"status": status}, limit=SHOWN, cursor=cursor),
        asyncio.gather(*(requests.count({"status": name}) for name, _ in STATUSES)),
    )
    known = await visit.known(page.items)
    tabs = [
        (label, f"/console/approvals?status={name}", name == status, count)
        for (name, label), count in zip(STATUSES, counts, strict=True)
    ]
    here = f"/console/approvals?status={status}"
    values = {
        "status": status,
        "tabs": tabs,
        "items": [shown(one, visit.scope, known, visit.now) for one in page.items],
        "next": f"{here}&{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else "",
        "first": here if cursor else "",
    }
    return await visit.show("approvals.html", values)


@router.get("/approvals/{approval_id}")
async def one(approval_id: PathId, visit: Visiting) -> Response:
    """Show one request."""
    return await _page(visit, await visit.repository(APPROVAL_REQUESTS).get(approval_id))


@router.post("/approvals/{approval_id}/approve")
async def approve(
    approval_id: PathId, visit: Changing, request: Request, payload_hash: Hash, notes: Notes = "", back: Back = ""
) -> Response:
    """Approve exactly what was shown, or what a person has made of it."""
    asked = await visit.repository(APPROVAL_REQUESTS).get(approval_id)
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    try:
        edits = edits_of(asked, form, visit)
        decided = await _decide(visit, approval_id, "approve", payload_hash, notes, edits)
    except InvalidInput as error:
        return await _page(visit, asked, form=form, error=error.message, status=422)
    except AppError as error:
        return visit.go(f"/console/approvals/{approval_id}", error.message, "warning")
    if decided.status == "pending":
        return visit.go(f"/console/approvals/{approval_id}", _next_step(decided))
    return await _onward(visit, decided, back, "Approved with your changes." if edits else "Approved.")


@router.post("/approvals/{approval_id}/reject")
async def reject(
    approval_id: PathId, visit: Changing, payload_hash: Hash, notes: Notes = "", back: Back = ""
) -> Response:
    """Reject, with what should change."""
    try:
        decided = await _decide(visit, approval_id, "reject", payload_hash, notes, None)
    except AppError as error:
        return visit.go(f"/console/approvals/{approval_id}", error.message, "warning")
    return await _onward(visit, decided, back, "Rejected. Whoever asked has your reason.")


@router.post("/approvals/{approval_id}/link")
async def link(
    approval_id: PathId,
    visit: Changing,
    request: Request,
    approver: Annotated[str, Form(max_length=254)] = "",
    hours: Annotated[int, Form()] = 72,
) -> Response:
    """Make a signed link for somebody without an account. It is shown once, on the page that answers."""
    asked = await visit.repository(APPROVAL_REQUESTS).get(approval_id)
    try:
        wanted = LinkAsked.model_validate({"approver": approver, "hours": hours})
        made = await make_link(approval_id, wanted, visit.scope, request, visit.parts)
    except ValidationError:
        return await _page(visit, asked, link_error=ADDRESS_HINT, link_for=approver, status=422)
    except Conflict as error:
        return visit.go(f"/console/approvals/{approval_id}", error.message, "warning")
    return await _page(visit, asked, link=made)


@router.post("/approvals/{approval_id}/call")
async def call(
    approval_id: PathId,
    visit: Changing,
    way: Annotated[Literal["call", "dial"], Form()] = "call",
    phone: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Have the telephone ask. The digits that count are shown once, on the page that answers."""
    asked = await visit.repository(APPROVAL_REQUESTS).get(approval_id)
    number = re.sub(r"[\s()./-]", "", phone)
    try:
        wanted = VoiceAsked.model_validate({"way": way, "phone": number if way == "call" else None})
        made = await start_voice(approval_id, wanted, visit.scope, visit.parts)
    except ValidationError:
        return await _page(visit, asked, call_error=PHONE_HINT, call_to=phone, status=422)
    except AppError as error:
        return await _page(visit, asked, call_error=error.message, call_to=phone, status=STATUS[error.kind])
    return await _page(visit, asked, call=made, call_to=phone)


@router.get("/approvals/{approval_id}/media/{post}/{number}")
async def picture(approval_id: PathId, post: int, number: int, visit: Visiting) -> Response:
    """Show an attachment: exactly the file that is decided about."""
    return await attachment(visit.parts, await visit.repository(APPROVAL_REQUESTS).get(approval_id), post, number)


async def waiting(parts: Services, scope: Scope) -> int:
    """Count what waits for a decision."""
    return await parts.repository(APPROVAL_REQUESTS, scope).count({"status": "pending"})


def edits_of(asked: ApprovalRequest, form: Mapping[str, str], visit: Visit) -> dict[str, Any] | None:
    """Return the posts with the texts, subjects and times of the form, where one differs; None where none does."""
    posts = [inner_object(post) for post in inner_list(asked.content.get("posts"))]
    edited = [post | _changed(post, index, form, visit) for index, post in enumerate(posts)]
    return {"posts": edited} if edited != posts else None


def _changed(post: Mapping[str, Any], index: int, form: Mapping[str, str], visit: Visit) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    text, subject = form.get(f"text_{index}"), form.get(f"subject_{index}")
    if text is not None:
        changes["text"] = _same_breaks(text, str(post.get("text", "")))
    if subject is not None and (subject or post.get("subject")):
        changes["subject"] = subject
    if told := form.get(f"at_{index}"):
        try:
            moment = datetime.fromisoformat(told).replace(tzinfo=visit.zone)
        except ValueError:
            raise InvalidInput("This is not a time. Choose a day and an hour.", field=f"at_{index}") from None
        planned = moment_of_payload(post.get("publish_at"))
        if planned is None or abs(moment - planned) >= timedelta(minutes=1):
            changes["publish_at"] = iso_utc(moment)
    return changes


def _same_breaks(text: str, before: str) -> str:
    """Undo what a form does to line breaks, so that an untouched text is the same text."""
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    return before if unix == before.replace("\r\n", "\n") else unix


async def _decide(
    visit: Visit,
    approval_id: str,
    decision: Literal["approve", "reject"],
    payload_hash: str,
    notes: str,
    edits: dict[str, Any] | None,
) -> ApprovalRequest:
    decided, _ = await visit.parts.decisions.decide(
        visit.scope, approval_id, decision, notes=notes, edits=edits, payload_hash=payload_hash, via="web"
    )
    return decided


async def _onward(visit: Visit, decided: ApprovalRequest, back: str, said: str) -> Response:
    """Go where the person came from, or to the next request that waits."""
    if back and inside(back) != "/console":
        return visit.go(back, said)
    rest = await visit.repository(APPROVAL_REQUESTS).find({"status": "pending"}, sort=[("expires_at", 1)], limit=2)
    following = next((one for one in rest if one.request_id != decided.request_id), None)
    if following is None:
        return visit.go(f"/console/approvals/{decided.request_id}", f"{said} Nothing else waits for you.")
    return visit.go(f"/console/approvals/{following.request_id}", f"{said} This one waits next.")


def _next_step(decided: ApprovalRequest) -> str:
    step = decided.steps[decided.step].name
    if not decided.signatures:
        return f"Your changes are in. As others had approved something else, it begins anew with the step “{step}”."
    return f"Your step is approved. “{step}” is next."


async def _page(visit: Visit, asked: ApprovalRequest, *, status: int = 200, **more: Any) -> Response:
    conversations, campaigns = visit.repository(CONVERSATIONS), visit.repository(CAMPAIGNS)
    known, conversation, campaign, checks, coming = await asyncio.gather(
        visit.known([asked]),
        conversations.find_one({"conversation_id": asked.conversation_id or ""}),
        campaigns.find_one({"campaign_id": asked.campaign_id or ""}),
        visit.repository(VOICE_CHECKS).find(
            {"request_id": asked.request_id, "actor_id": visit.scope.actor_id}, sort=[("created_at", -1)], limit=1
        ),
        visit.repository(APPROVAL_REQUESTS).find({"status": "pending"}, sort=[("expires_at", 1)], limit=100),
    )
    ids = [each.request_id for each in coming]
    at = ids.index(asked.request_id) if asked.request_id in ids else -1
    values: dict[str, Any] = {
        "it": shown(asked, visit.scope, known, visit.now),
        "conversation": conversation,
        "campaign": campaign,
        "position": at + 1,
        "total": len(ids),
        "earlier": ids[at - 1] if at > 0 else "",
        "later": ids[at + 1] if 0 <= at < len(ids) - 1 else "",
        "may_decide": visit.scope.may_write and visit.scope.may_decide,
        "hours": HOURS,
        "form": {},
        "error": "",
        "link": None,
        "link_error": "",
        "link_for": "",
        "line": visit.parts.voice.desk.line,
        "check": next(iter(checks), None),
        "call": None,
        "call_error": "",
        "call_to": "",
    }
    return await visit.show("approval.html", values | more, status)


PAGE: Final = ConsolePage("approvals", "Approvals", "/approvals", "approvals", "Work", router, waiting)
