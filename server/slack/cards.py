"""Approval requests in Slack threads: posted once, and changed in place when anybody decides them anywhere."""

from collections import defaultdict
from typing import Final

import structlog

from core.errors import AppError, Conflict, NotFound
from core.ids import derived_id
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.slack_cards import SLACK_CARDS, SlackCard
from db.slack_installations import SlackInstallation
from db.social_accounts import SOCIAL_ACCOUNTS
from server.slack.card_blocks import closed_card, open_card, shown_of
from server.slack.client import SlackRefused
from server.slack.ground import SlackGround
from server.slack.markdown import SlackText
from server.slack.people import People
from server.slack.telling import Changes, Step, Teller
from tools.account_names import account_names

log = structlog.get_logger(__name__)

NOT_THERE: Final = frozenset({"message_not_found", "channel_not_found", "is_inactive", "cant_update_message"})


class Cards:
    """The messages with buttons."""

    def __init__(self, ground: SlackGround, people: People) -> None:
        self._ground = ground
        self._people = people

    def showing(self, teller: Teller, approval_id: str) -> Step:
        """Return the step of putting a request into a thread, unless it stands there already."""
        card_id = derived_id(SLACK_CARDS.id_prefix, teller.thread.thread_id, approval_id)

        async def take(then: Changes) -> None:
            scope = self._ground.of_tenant(teller.thread.user_id)
            cards = self._ground.repository(SLACK_CARDS, scope)
            request = await self._request(teller.thread.user_id, approval_id)
            if request is None or await cards.find_one({"card_id": card_id}) is not None:
                await teller.keep(**then)
                return
            said = await self._said(teller.installation, request)

            async def sent(ts: str) -> None:
                await cards.insert_once(_card(card_id, teller, ts, request))

            await teller.once(
                f"card {card_id}", lambda: teller.post(f"card {card_id}", said.text, said.blocks), then, sent
            )

        return Step(f"card {card_id}", take)

    async def decided(self, installation: SlackInstallation, approval_id: str) -> None:
        """Bring every message about a request in step with it now."""
        scope = self._ground.of_tenant(installation.user_id)
        request = await self._request(installation.user_id, approval_id)
        for card in await self._ground.repository(SLACK_CARDS, scope).find({"approval_id": approval_id, "open": True}):
            if request is not None and card.shown != shown_of(request):
                await self._bring_in_step(installation, card, request)

    async def look(self) -> int:
        """Bring all messages in step whose request was decided, changed or closed anywhere; return how many."""
        by_tenant: dict[str, list[SlackCard]] = defaultdict(list)
        for card in await self._ground.store.open_cards():
            by_tenant[card.user_id].append(card)
        done = 0
        for user_id, cards in by_tenant.items():
            requests = self._ground.repository(APPROVAL_REQUESTS, self._ground.of_tenant(user_id))
            ids = list({card.approval_id for card in cards})
            found = {one.request_id: one for one in await requests.find({"request_id": {"$in": ids}}, limit=len(ids))}
            for card in cards:
                request = found.get(card.approval_id)
                if request is not None and card.shown != shown_of(request):
                    done += await self._quietly(card, request)
        return done

    async def _quietly(self, card: SlackCard, request: ApprovalRequest) -> bool:
        installation = await self._ground.store.installation(card.team_id)
        if installation is None or installation.broken or installation.user_id != card.user_id:
            return False
        try:
            await self._bring_in_step(installation, card, request)
        except AppError as error:
            log.info("slack card not changed yet", approval_id=card.approval_id, reason=error.message)
            return False
        return True

    async def _bring_in_step(self, installation: SlackInstallation, card: SlackCard, request: ApprovalRequest) -> None:
        said = await self._said(installation, request)
        api = self._ground.api(installation.bot_token)
        arguments = {"channel": card.channel_id, "ts": card.ts, "text": said.text, "blocks": said.blocks}
        try:
            await api.call("chat.update", arguments)
        except SlackRefused as refusal:
            if refusal.reason not in NOT_THERE:
                raise
        cards = self._ground.repository(SLACK_CARDS, self._ground.of_tenant(installation.user_id))
        changes = {"shown": shown_of(request), "open": request.status == "pending"}
        try:
            await cards.update(card.card_id, changes, where={"shown": card.shown})
        except (Conflict, NotFound):
            log.debug("slack card was changed by another process", card_id=card.card_id)

    async def _said(self, installation: SlackInstallation, request: ApprovalRequest) -> SlackText:
        if request.status == "pending":
            scope = self._ground.of_tenant(installation.user_id)
            return open_card(request, await account_names(self._ground.repository(SOCIAL_ACCOUNTS, scope), [request]))
        return closed_card(request, await self._people.called(installation, request.approved_by))

    async def _request(self, user_id: str, approval_id: str) -> ApprovalRequest | None:
        requests = self._ground.repository(APPROVAL_REQUESTS, self._ground.of_tenant(user_id))
        return await requests.find_one({"request_id": approval_id})


def _card(card_id: str, teller: Teller, ts: str, request: ApprovalRequest) -> SlackCard:
    thread = teller.thread
    return SlackCard(
        card_id=card_id,
        team_id=thread.team_id,
        thread_id=thread.thread_id,
        channel_id=thread.channel_id,
        ts=ts,
        approval_id=request.request_id,
        shown=shown_of(request),
        open=request.status == "pending",
    )
