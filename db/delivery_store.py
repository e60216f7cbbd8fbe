"""What delivering reads and writes, over all tenants: the lease of a delivery, the turn at an account, what follows.

Every write is conditional and harmless when repeated: the token of a lease tells its holder from everybody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from core.errors import Conflict
from core.ids import derived_id
from db.client import Database
from db.collection import Collection
from db.deliveries import DELIVERIES, Delivery, DeliveryLease
from db.failures import translated
from db.query import of_one
from db.rate_limits import RATE_LIMITS, AccountLimit
from db.stored import to_document, to_stored
from db.writes import Update, Write

Raw: TypeAlias = dict[str, Any]

NO_ID = {"_id": 0}
AT_ONCE = 500
KNOWN_AT_MOST = 300


class DeliveryLost(Conflict):
    """Somebody else works on this delivery now."""

    code = "delivery_lost"


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether it is our turn at an account; if not, when to ask again."""

    ours: bool
    ask_at: datetime | None = None


class DeliveryStore:
    """The hot path of delivering. Every method states its round trips."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = database.clock
        self._deliveries = database.raw(DELIVERIES)
        self._limits = database.raw(RATE_LIMITS)
        self._space = database.namespace(DELIVERIES)

    async def get(self, delivery_id: str) -> Delivery | None:
        """Return a delivery. 1 round trip."""
        with translated():
            stored = await self._deliveries.find_one({"delivery_id": delivery_id}, NO_ID)
        return to_document(DELIVERIES, stored) if stored else None

    async def of_post(self, user_id: str, post_id: str) -> list[Delivery]:
        """Return the deliveries of a post or email, in the order of its platforms. 1 round trip."""
        with translated():
            cursor = self._deliveries.find({"post_id": post_id, "user_id": user_id}, NO_ID)
            found = [to_document(DELIVERIES, stored) for stored in await cursor.to_list()]
        return sorted(found, key=lambda one: one.place)

    async def due(self, now: datetime, without: Sequence[str] = ()) -> list[Delivery]:
        """Return deliveries somebody has to look at now, besides those on some accounts. 1 round trip.

        Those under way come first: what is uncertain holds its account up.
        """
        where: Raw = {"next_attempt_at": {"$lte": now}}
        if without:
            where["account"] = {"$nin": list(without)}
        with translated():
            cursor = self._deliveries.find(where, NO_ID, limit=AT_ONCE)
            found = [to_document(DELIVERIES, stored) for stored in await cursor.to_list()]
        return sorted(found, key=urgency)

    async def held_by(self, owner: str) -> list[Delivery]:
        """Return the deliveries an owner holds leases of, from this start or an earlier one. 1 round trip."""
        with translated():
            cursor = self._deliveries.find({"lease.owner": owner}, NO_ID, limit=AT_ONCE)
            return [to_document(DELIVERIES, stored) for stored in await cursor.to_list()]

    async def insert_missing(self, user_id: str, deliveries: Sequence[Delivery]) -> None:
        """Store deliveries that are not there yet. 1 round trip."""
        now, cipher = self._clock.now(), self._database.cipher
        writes = [
            Update(
                self._space,
                {"delivery_id": one.delivery_id},
                {"$setOnInsert": to_stored(DELIVERIES, one, tenant=user_id, now=now, cipher=cipher)},
                upsert=True,
            )
            for one in deliveries
        ]
        if writes:
            await self._database.write(*writes)

    async def take(self, seen: Delivery, lease: DeliveryLease) -> Delivery | None:
        """Take the lease of a delivery as it was seen; None if something has become of it meanwhile. 1 round trip."""
        token = seen.lease.token if seen.lease else None
        condition = of_one("delivery_id", {"delivery_id": seen.delivery_id, "state": seen.state, "lease.token": token})
        change = {"lease": lease.model_dump(), "next_attempt_at": lease.until, "updated_at": self._now()}
        with translated():
            done = await self._deliveries.update_one(condition, {"$set": change})
        if done.matched_count:
            return seen.model_copy(update={"lease": lease, "next_attempt_at": lease.until})
        held = await self.get(seen.delivery_id)
        return held if held and held.lease and held.lease.token == lease.token else None

    async def change(self, held: Delivery, changes: Mapping[str, Any]) -> Delivery:
        """Change fields of a delivery whose lease is ours. 1 round trip. DeliveryLost if it is not."""
        done = {**changes, "updated_at": self._now()}
        with translated():
            found = await self._deliveries.update_one(_held(held), {"$set": done})
        if not found.matched_count:
            raise DeliveryLost
        return held.model_copy(update={name: value for name, value in changes.items() if "." not in name})

    async def renew(self, held: Delivery, until: datetime) -> None:
        """Keep the lease and the turn at the account until later. 2 round trips. DeliveryLost if it is not ours."""
        await self.change(held, {"lease.until": until, "next_attempt_at": until})
        limit_id = derived_id(RATE_LIMITS.id_prefix, held.account)
        with translated():
            await self._limits.update_one(
                {"limit_id": limit_id, "holder": held.delivery_id}, {"$set": {"held_until": until}}
            )

    async def write(self, *writes: Write) -> None:
        """Do what follows from an end, in order, in 1 round trip."""
        await self._database.write(*writes)

    def given_back(self, held: Delivery, changes: Mapping[str, Any]) -> Update:
        """Return the write that changes a delivery and gives its lease back."""
        return Update(self._space, _held(held), {"$set": {**changes, "lease": None, "updated_at": self._now()}})

    def space(self, collection: Collection[Any]) -> str:
        """Return the full name of a collection, for writes."""
        return self._database.namespace(collection)

    async def postpone(self, account: str, until: datetime) -> None:
        """Let everything that is due on an account wait until a moment. 1 round trip."""
        due = {"account": account, "state": "scheduled", "lease": None, "next_attempt_at": {"$lt": until}}
        with translated():
            await self._deliveries.update_many(due, {"$set": {"next_attempt_at": until}})

    async def wake(self, account: str, user_id: str) -> None:
        """Let what waits for an account go on now. 1 round trip."""
        waiting = {"account": account, "user_id": user_id, "waits_for": "account", "lease": None}
        with translated():
            await self._deliveries.update_many(waiting, {"$set": {"next_attempt_at": self._now()}})

    async def known_on(self, account: str, since: datetime) -> frozenset[str]:
        """Return the platform's ids of what is known to have gone out on an account lately. 1 round trip."""
        with translated():
            cursor = self._deliveries.find(
                {"account": account, "state": "published"}, {"_id": 0, "result": 1, "updated_at": 1}
            )
            found = await cursor.sort([("created_at", -1)]).limit(KNOWN_AT_MOST).to_list()
        return frozenset(str(one["result"].get("platform_post_id")) for one in found if one["updated_at"] >= since)

    async def take_turn(self, platform: str, account: str, holder: str, until: datetime) -> Turn:
        """Take the turn at an account if nobody has it and the platform takes calls. 2 round trips, 1 when not."""
        limit_id = derived_id(RATE_LIMITS.id_prefix, account)
        now = self._now()
        seen = await self._limit(limit_id)
        if seen is None:
            fresh = AccountLimit(limit_id=limit_id, platform=platform, used_at=now)
            stored = to_stored(RATE_LIMITS, fresh, tenant=None, now=now, cipher=self._database.cipher)
            with translated():
                await self._limits.update_one({"limit_id": limit_id}, {"$setOnInsert": stored}, upsert=True)
            seen = fresh
        if seen.not_before and seen.not_before > now:
            return Turn(ours=False, ask_at=seen.not_before)
        if seen.holder not in {None, holder} and seen.held_until and seen.held_until > now:
            return Turn(ours=False)
        condition = {"limit_id": limit_id, "holder": seen.holder, "held_until": seen.held_until}
        change = {"holder": holder, "held_until": until, "used_at": now, "updated_at": now}
        with translated():
            done = await self._limits.update_one(condition, {"$set": change})
        if not done.matched_count:
            again = await self._limit(limit_id)
            return Turn(ours=again is not None and again.holder == holder and again.held_until == until)
        return Turn(ours=True)

    async def pass_turn(self, account: str, holder: str, changes: Mapping[str, Any]) -> None:
        """Give the turn at an account back, or keep it until ``held_until`` in the changes. 1 round trip."""
        limit_id = derived_id(RATE_LIMITS.id_prefix, account)
        change = {"holder": None, "held_until": None, **changes, "updated_at": self._now()}
        with translated():
            await self._limits.update_one({"limit_id": limit_id, "holder": holder}, {"$set": change})

    async def _limit(self, limit_id: str) -> AccountLimit | None:
        with translated():
            stored = await self._limits.find_one({"limit_id": limit_id}, NO_ID)
        return to_document(RATE_LIMITS, stored) if stored else None

    def _now(self) -> datetime:
        return self._clock.now()


def urgency(delivery: Delivery) -> tuple[bool, datetime, str]:
    """Return what deliveries are sorted by: those that may have gone out already, then those that wait longest."""
    return delivery.intent_at is None, delivery.publish_at, delivery.delivery_id


def _held(held: Delivery) -> Raw:
    token = held.lease.token if held.lease else ""
    return of_one("delivery_id", {"delivery_id": held.delivery_id, "lease.token": token})
