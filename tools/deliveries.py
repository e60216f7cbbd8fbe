"""What a person may do about a delivery: call it off, have a failed one tried again, say what became of a lost one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from core.errors import Conflict, InvalidInput, NotFound
from core.ids import derived_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.audit_log import AUDIT_LOG, AuditEntry
from db.client import Database
from db.deliveries import DELIVERIES, Delivery, DeliveryState
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS

Verdict: TypeAlias = Literal["published", "not_published", "leave"]
EMAIL: Final = "email"
UNDECIDED: Final = {"request_type": "publish", "status": "pending"}


@dataclass(frozen=True, slots=True)
class Account:
    """Which of a post's accounts is meant. Nothing given: the only one there is."""

    platform: str | None = None
    account_id: str | None = None

    def fits(self, delivery: Delivery) -> bool:
        """Whether a delivery goes to this account."""
        return self.platform in {None, delivery.platform} and self.account_id in {None, delivery.account_id}


class DeliveryDesk:
    """Works on deliveries nobody is at. What follows in posts, contents and audit log, the worker writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def call_off(self, scope: Scope, post_id: str) -> bool:
        """Call off what has not gone out; False if there is nothing of it yet. Conflict when it is too late."""
        scope.require_write()
        found = await self._repository(scope).find({"post_id": post_id})
        for delivery in found:
            if delivery.state == "sending":
                raise Conflict("It is going out just now, so it can't be called off. Look at it again in a minute.")
            if delivery.state == "scheduled":
                await self._change(scope, delivery, _ended(delivery, "cancelled", None, self._now()))
        states = {delivery.state for delivery in found}
        if states and not states & {"scheduled", "cancelled"}:
            raise Conflict(f"{post_id} is {', '.join(sorted(states))} and can't be cancelled.")
        return bool(states)

    async def try_again(self, scope: Scope, post_id: str, account: Account) -> Delivery:
        """Have a failed delivery tried again. It goes out only if its approval still covers it.

        Conflict where its time has passed by too much, or where its text waits or goes out under another approval.
        """
        scope.require_write()
        delivery = await self._one(scope, post_id, account, "failed")
        if other := await self._asked_anew(scope, delivery):
            raise Conflict(
                f"Its text was asked for again as {other}, so the old post is not tried again. Decide on that one."
            )
        if delivery.late or delivery.not_after < self._now():
            raise Conflict(
                "The time it was approved for passed too long ago, so it can't be tried again. Schedule its draft for "
                "a new time and approve that."
            )
        return await self._again(scope, delivery, "delivery_retried")

    async def settle(
        self, scope: Scope, post_id: str, account: Account, verdict: Verdict, url: str | None = None
    ) -> Delivery:
        """Say what became of a delivery whose last word was lost: it is there (at ``url``), it is not and goes out
        again, or it is left as it is.
        """
        scope.require_write()
        delivery = await self._one(scope, post_id, account, "unknown")
        match verdict:
            case "published":
                if not url:
                    raise InvalidInput("Give the address of the post, so that everybody finds it.", field="url")
                changes = _ended(delivery, "published", None, self._now()) | {"result": {"url": url}, "intent_at": None}
                await self._audit(scope, delivery, "delivery_found", {"url": url})
                return await self._change(scope, delivery, changes)
            case "not_published":
                return await self._again(scope, delivery, "delivery_not_found")
            case "leave":
                await self._audit(scope, delivery, "delivery_left", {})
                return delivery

    async def _again(self, scope: Scope, delivery: Delivery, action: str) -> Delivery:
        await self._audit(scope, delivery, action, {})
        await self._show_scheduled(scope, delivery)
        now = self._now()
        changes = {
            "state": "scheduled",
            "reason": None,
            "waits_for": None,
            "intent_at": None,
            "failures": 0,
            "looks": 0,
            "next_attempt_at": now,
        }
        return await self._change(scope, delivery, changes)

    async def _asked_anew(self, scope: Scope, delivery: Delivery) -> str | None:
        """Return the id of a request or post through which the text of a delivery may go out besides it."""
        content_id = await self._content_of(scope, delivery)
        if content_id is None:
            return None
        waiting = {"about": content_id, **UNDECIDED, "expires_at": {"$gt": self._now()}}
        request = await Repository(self._database, APPROVAL_REQUESTS, scope).find_one(waiting)
        if request is not None:
            return request.request_id
        if delivery.platform == EMAIL:
            where = {"content_id": content_id, "campaign_id": {"$ne": delivery.post_id}}
            emails = Repository(self._database, EMAIL_CAMPAIGNS, scope)
            email = await emails.find_one({**where, "status": {"$in": ["scheduled", "sent", "unknown"]}})
            return email.campaign_id if email else None
        posts = Repository(self._database, SOCIAL_POSTS, scope)
        where = {"content_id": content_id, "post_id": {"$ne": delivery.post_id}}
        post = await posts.find_one({**where, "platforms.status": {"$in": ["scheduled", "published", "unknown"]}})
        return post.post_id if post else None

    async def _content_of(self, scope: Scope, delivery: Delivery) -> str | None:
        if delivery.platform == EMAIL:
            email = await Repository(self._database, EMAIL_CAMPAIGNS, scope).find_one({"campaign_id": delivery.post_id})
            return email.content_id if email else None
        post = await Repository(self._database, SOCIAL_POSTS, scope).find_one({"post_id": delivery.post_id})
        return post.content_id if post else None

    async def _show_scheduled(self, scope: Scope, delivery: Delivery) -> None:
        if delivery.platform == EMAIL:
            changes: Mapping[str, Any] = {"status": "scheduled", "error": None}
            await Repository(self._database, EMAIL_CAMPAIGNS, scope).change(delivery.post_id, changes)
        else:
            place = f"platforms.{delivery.place}"
            changes = {f"{place}.status": "scheduled", f"{place}.error": None}
            await Repository(self._database, SOCIAL_POSTS, scope).change(delivery.post_id, changes)

    async def _one(self, scope: Scope, post_id: str, account: Account, state: DeliveryState) -> Delivery:
        """Return the one delivery that is meant; Conflict if it is in another state."""
        found = [one for one in await self._repository(scope).find({"post_id": post_id}) if account.fits(one)]
        if not found:
            raise NotFound(f"There is no delivery of {post_id} to that account.")
        fitting = [one for one in found if one.state == state and one.next_attempt_at is None]
        if len(fitting) > 1:
            raise InvalidInput("It went to several accounts. Name the platform and the account.", field="platform")
        if not fitting:
            states = ", ".join(sorted({one.state for one in found}))
            raise Conflict(f"This is possible for one that is {state}; it is {states}.")
        return fitting[0]

    async def _change(self, scope: Scope, delivery: Delivery, changes: Mapping[str, Any]) -> Delivery:
        """Change a delivery if nobody has begun to work on it since it was read."""
        seen = {"state": delivery.state, "lease": None, "settled": delivery.settled}
        try:
            return await self._repository(scope).update(delivery.delivery_id, changes, where=seen)
        except Conflict:
            raise Conflict("Somebody works on it just now. Look at it again in a minute.") from None

    async def _audit(self, scope: Scope, delivery: Delivery, action: str, details: Mapping[str, Any]) -> None:
        entry = AuditEntry(
            audit_id=derived_id(AUDIT_LOG.id_prefix, delivery.delivery_id, str(delivery.settled), action),
            actor_id=scope.actor_id,
            action=action,
            resource_type="delivery",
            resource_id=delivery.delivery_id,
            details={"post_id": delivery.post_id, "platform": delivery.platform, "via": scope.channel, **details},
        )
        await Repository(self._database, AUDIT_LOG, scope).insert_once(entry)

    def _now(self) -> datetime:
        return self._database.clock.now()

    def _repository(self, scope: Scope) -> Repository[Delivery]:
        return Repository(self._database, DELIVERIES, scope)


def _ended(delivery: Delivery, state: DeliveryState, reason: str | None, now: datetime) -> dict[str, Any]:
    """Return the changes that end a delivery; the worker does what follows, at once."""
    return {"state": state, "reason": reason, "settled": delivery.settled + 1, "next_attempt_at": now}
