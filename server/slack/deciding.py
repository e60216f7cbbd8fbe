"""Decisions from Slack: buttons and windows, by people who are linked and whose role may decide."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal

import structlog

from core.errors import AppError, Conflict, Forbidden, InvalidInput, NotFound
from core.ids import is_public_id, new_id
from core.json_text import inner_object, json_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.audit_log import AUDIT_LOG, AuditEntry
from db.slack_cards import SLACK_CARDS
from db.slack_inbox import SlackArrival
from db.slack_installations import SlackInstallation
from server.slack.cards import Cards
from server.slack.conversing import Conversing
from server.slack.escaping import escaped
from server.slack.ground import SlackGround
from server.slack.modals import edit_modal, editable, edits_of, reject_modal
from server.slack.people import People
from server.slack.replies import Replies

log = structlog.get_logger(__name__)

# These open something at once, while Slack's trigger for it lasts; there is nothing to keep of them.
AT_ONCE: Final = frozenset({"reject", "edit", "page"})
PAGE_LIFETIME: Final = timedelta(hours=1)
VIA: Final = "slack"


class Deciding:
    """Works off what people press and fill in."""

    def __init__(
        self, ground: SlackGround, people: People, replies: Replies, cards: Cards, conversing: Conversing
    ) -> None:
        self._ground = ground
        self._people = people
        self._replies = replies
        self._cards = cards
        self._conversing = conversing

    async def action(self, installation: SlackInstallation, arrival: SlackArrival) -> None:
        """Do what a button says, once."""
        scope = await self._admitted(installation, arrival)
        if scope is None:
            return
        match arrival.fields.get("action"):
            case "continue":
                await self._conversing.go_on(installation, scope, arrival)
            case "approve":
                approval_id, _, payload_hash = arrival.fields.get("value", "").partition(" ")
                await self._decide(installation, scope, arrival, approval_id, "approve", payload_hash=payload_hash)
            case _:
                log.debug("slack button without meaning", action=arrival.fields.get("action"))

    async def open(self, installation: SlackInstallation, arrival: SlackArrival, trigger_id: str) -> None:
        """Open the window of a button, or hand out the page of the request. Pressed again it opens again."""
        scope = await self._admitted(installation, arrival)
        if scope is None:
            return
        approval_id, _, payload_hash = arrival.fields.get("value", "").partition(" ")
        try:
            request = await self._request(installation, scope, arrival, approval_id)
            scope.require_decide()
        except AppError as error:
            await self._replies.answer(installation, arrival, escaped(error.message))
            return
        if request.status != "pending" or request.payload_hash != payload_hash:
            await self._cards.decided(installation, approval_id)
            return
        action = arrival.fields.get("action")
        if action == "reject":
            await self._view(installation, trigger_id, reject_modal(request, arrival))
        elif action == "edit" and editable(request):
            await self._view(installation, trigger_id, edit_modal(request, arrival))
        else:
            await self._page(installation, scope, arrival, request)

    async def submission(self, installation: SlackInstallation, arrival: SlackArrival) -> None:
        """Decide as a window says."""
        scope = await self._admitted(installation, arrival)
        if scope is None:
            return
        about = inner_object(json_object(arrival.fields.get("about", "")))
        values = inner_object(json_object(arrival.fields.get("values", "")))
        approval_id, payload_hash = str(about.get("approval_id", "")), str(about.get("payload_hash", ""))
        match arrival.fields.get("view"):
            case "reject":
                reason = str(values.get("reason") or "")
                await self._decide(
                    installation, scope, arrival, approval_id, "reject", payload_hash=payload_hash, notes=reason
                )
            case "edit":
                try:
                    request = await self._request(installation, scope, arrival, approval_id)
                except AppError as error:
                    await self._replies.answer(installation, arrival, escaped(error.message))
                    return
                edits = edits_of(request, values) if request.payload_hash == payload_hash else None
                await self._decide(
                    installation, scope, arrival, approval_id, "approve", payload_hash=payload_hash, edits=edits
                )
            case _:
                log.debug("slack window without meaning", view=arrival.fields.get("view"))

    async def _decide(
        self,
        installation: SlackInstallation,
        scope: Scope,
        arrival: SlackArrival,
        approval_id: str,
        decision: Literal["approve", "reject"],
        *,
        payload_hash: str,
        notes: str = "",
        edits: Mapping[str, Any] | None = None,
    ) -> None:
        """Decide; tell whoever pressed the button if that came to nothing, and bring the messages in step."""
        try:
            request = await self._request(installation, scope, arrival, approval_id)
            if _repeated(request, scope, decision):
                await self._ground.decisions.resume(scope, request)
            else:
                await self._ground.decisions.decide(
                    scope, approval_id, decision, notes=notes, edits=edits, payload_hash=payload_hash, via=VIA
                )
        except (Conflict, Forbidden, InvalidInput, NotFound) as error:
            await self._replies.answer(installation, arrival, escaped(error.message))
        if is_public_id(approval_id):
            await self._cards.decided(installation, approval_id)

    async def _request(
        self, installation: SlackInstallation, scope: Scope, arrival: SlackArrival, approval_id: str
    ) -> ApprovalRequest:
        """Return the request of a message of ours in this workspace; NotFound for any other."""
        if not is_public_id(approval_id):
            raise NotFound
        where = {"approval_id": approval_id, "team_id": installation.team_id, "channel_id": arrival.channel_id}
        if await self._ground.repository(SLACK_CARDS, scope).find_one(where) is None:
            raise NotFound
        return await self._ground.repository(APPROVAL_REQUESTS, scope).get(approval_id)

    async def _admitted(self, installation: SlackInstallation, arrival: SlackArrival) -> Scope | None:
        """Return who presses a button; somebody who is not linked is asked to link, and nothing else happens."""
        if arrival.external:
            log.info("slack user of elsewhere left alone", team_id=installation.team_id)
            return None
        scope = await self._people.scope(installation, arrival.slack_user_id)
        if scope is None:
            await self._conversing.ask_to_link(installation, arrival)
        return scope

    async def _view(self, installation: SlackInstallation, trigger_id: str, view: dict[str, Any]) -> None:
        await self._ground.api(installation.bot_token).call("views.open", {"trigger_id": trigger_id, "view": view})

    async def _page(
        self, installation: SlackInstallation, scope: Scope, arrival: SlackArrival, request: ApprovalRequest
    ) -> None:
        """Hand the person a link to the request's page, for them alone."""
        try:
            token, grant = self._ground.signed_links.make(request, scope.actor_id, PAGE_LIFETIME)
        except InvalidInput as error:
            await self._replies.answer(installation, arrival, escaped(error.message))
            return
        entry = AuditEntry(
            audit_id=new_id("aud"),
            action="approval_link_made",
            resource_type="approval_request",
            resource_id=request.request_id,
            actor_id=scope.actor_id,
            details={"approver": scope.actor_id, "expires_at": grant.expires_at.isoformat(), "via": VIA},
        )
        await self._ground.repository(AUDIT_LOG, scope).insert(entry)
        address = f"{self._ground.home(installation)}/approve/{token}"
        words = f"<{address}|See all of it, change it, and decide>. The link is for you alone and works for an hour."
        await self._replies.answer(installation, arrival, words)


def _repeated(request: ApprovalRequest, scope: Scope, decision: str) -> bool:
    """Whether this very person has decided exactly this here before: a repeat after a kill, or a second press."""
    decided = {"approve": "approved", "reject": "rejected"}[decision]
    return (request.status, request.approved_by, request.decided_via) == (decided, scope.actor_id, VIA)
