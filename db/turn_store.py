"""What a turn reads and writes, in as few round trips as it takes: the lease of a conversation, messages and events.

Only the holder of a conversation's lease writes its events, so that their numbers have no gaps. Every write is harmless
when repeated: ids are derived, answers replace themselves, and an event that is already there is left alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from pymongo import InsertOne, ReturnDocument, UpdateOne

from core.errors import Conflict
from db.agent_events import AGENT_EVENTS
from db.client import Database, Operation
from db.conversations import CONVERSATIONS
from db.failures import translated
from db.messages import MESSAGES

Raw: TypeAlias = dict[str, Any]

EVENTS_PER_PAGE = 500
MESSAGE_FIELDS = {"_id": 0}


class LeaseLost(Conflict):
    """Another process has taken this turn over."""

    code = "lease_lost"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run a conversation's turn until ``until``. ``boot`` changes whenever the owner starts again."""

    run_id: str
    message_id: str
    owner: str
    boot: str
    until: datetime


class TurnStore:
    """The hot path of a conversation. Every method names the tenant and costs the round trips it states."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._conversations = database.raw(CONVERSATIONS)
        self._messages = database.raw(MESSAGES)
        self._events = database.raw(AGENT_EVENTS)
        self._messages_space = database.namespace(MESSAGES)
        self._events_space = database.namespace(AGENT_EVENTS)

    async def head(self, user_id: str, conversation_id: str) -> Raw | None:
        """Return the conversation document, or None if there is no such one here. 1 round trip."""
        with translated():
            return await self._conversations.find_one(_own(user_id, conversation_id), {"_id": 0})

    async def claim(self, user_id: str, conversation_id: str, lease: Lease) -> Raw | None:
        """Take the lease if it is free, else leave word that somebody waits; return the conversation. 1 round trip.

        The lease is yours if ``run.run_id`` of what comes back is your run.
        """
        busy = {"$eq": [{"$type": "$run"}, "object"]}
        taken = _literal(_lease_document(lease, attempt=1))
        taken["first_seq"] = {"$add": [{"$ifNull": ["$last_seq", 0]}, 1]}
        change = {"$set": {"queued": {"$cond": [busy, 1, 0]}, "run": {"$cond": [busy, "$run", taken]}}}
        with translated():
            return await self._conversations.find_one_and_update(
                _own(user_id, conversation_id), [change], projection={"_id": 0}, return_document=ReturnDocument.AFTER
            )

    async def take_over(self, user_id: str, conversation_id: str, abandoned: Raw, lease: Lease) -> Raw | None:
        """Take an abandoned lease, keeping its run and first number; None if somebody else was faster. 1 round trip."""
        kept = {"run_id", "message_id", "first_seq"}
        with translated():
            return await self._conversations.find_one_and_update(
                _own(user_id, conversation_id)
                | {"run.run_id": abandoned["run_id"], "run.boot": abandoned["boot"], "run.until": abandoned["until"]},
                {
                    "$set": {
                        f"run.{key}": value
                        for key, value in _lease_document(lease, attempt=abandoned["attempt"] + 1).items()
                        if key not in kept
                    }
                },
                projection={"_id": 0},
                return_document=ReturnDocument.AFTER,
            )

    async def renew(self, user_id: str, conversation_id: str, run_id: str, until: datetime) -> Raw | None:
        """Keep the lease; return the lease document, or None if it is no longer ours. 1 round trip."""
        with translated():
            found = await self._conversations.find_one_and_update(
                _own(user_id, conversation_id) | {"run.run_id": run_id},
                {"$set": {"run.until": until}},
                projection={"_id": 0, "run": 1},
                return_document=ReturnDocument.AFTER,
            )
        return found["run"] if found else None

    async def ask_to_cancel(self, user_id: str, conversation_id: str) -> bool:
        """Ask whoever holds the lease to stop; False if nothing runs. 1 round trip."""
        with translated():
            done = await self._conversations.update_one(
                _own(user_id, conversation_id) | {"run.run_id": {"$exists": True}}, {"$set": {"run.cancel": True}}
            )
        return done.matched_count == 1

    async def release(
        self, user_id: str, conversation_id: str, run_id: str, changes: Mapping[str, Any], messages_added: int
    ) -> bool:
        """Give the lease back with the conversation's new window and numbers; True if a message waits. 1 round trip."""
        now = self._database.clock.now()
        with translated():
            before = await self._conversations.find_one_and_update(
                _own(user_id, conversation_id) | {"run.run_id": run_id},
                {
                    "$set": {**changes, "run": None, "queued": 0, "updated_at": now},
                    "$inc": {"message_count": messages_added},
                },
                projection={"_id": 0, "queued": 1},
                return_document=ReturnDocument.BEFORE,
            )
        return bool(before and before.get("queued"))

    async def begin(self, message: Raw, events: Sequence[Raw]) -> None:
        """Store a new message and its run's first events. 1 round trip. Conflict if the message is there already."""
        writes: list[Operation] = [InsertOne(message, namespace=self._messages_space)]
        writes += [InsertOne(event, namespace=self._events_space) for event in events]
        try:
            await self._database.bulk(writes)
        except Conflict as conflict:
            if conflict.details.get("index") == 0 and not await self._is_same_message(message):
                raise
            await self._append_missing(events)

    async def _is_same_message(self, message: Raw) -> bool:
        """Whether a repeated write met its own first attempt, and not an earlier message of the same client id."""
        found = await self.message(message["user_id"], message["conversation_id"], message["message_id"])
        return found is not None and found.get("run_id") == message["run_id"]

    async def enqueue(self, message: Raw) -> None:
        """Store a message that has to wait for its turn. 1 round trip. Conflict if it is there already."""
        with translated():
            await self._messages.insert_one(dict(message))

    async def write(self, answers: Sequence[Raw], updates: Mapping[str, Raw], events: Sequence[Raw]) -> None:
        """Store answers, changes of messages by their id, and events, in this order. 1 round trip.

        Raises LeaseLost when somebody else has written events with these numbers.
        """
        writes: list[Operation] = [
            UpdateOne(
                {"message_id": answer["message_id"], "user_id": answer["user_id"]},
                {"$set": answer},
                upsert=True,
                namespace=self._messages_space,
            )
            for answer in answers
        ]
        writes += [
            UpdateOne({"message_id": message_id}, {"$set": changes}, namespace=self._messages_space)
            for message_id, changes in updates.items()
        ]
        writes += [InsertOne(event, namespace=self._events_space) for event in events]
        if not writes:
            return
        try:
            await self._database.bulk(writes)
        except Conflict:
            await self._append_missing(events)

    async def _append_missing(self, events: Sequence[Raw]) -> None:
        if not events:
            return
        first = events[0]
        stored = {
            event["seq"]: event["event_id"]
            for event in await self.events_after(first["user_id"], first["conversation_id"], first["seq"] - 1)
        }
        missing: list[Operation] = []
        for event in events:
            held_by = stored.get(event["seq"])
            if held_by is None:
                missing.append(InsertOne(event, namespace=self._events_space))
            elif held_by != event["event_id"]:
                raise LeaseLost
        if missing:
            await self._database.bulk(missing)

    async def events_after(self, user_id: str, conversation_id: str, seq: int) -> list[Raw]:
        """Return the next events after ``seq`` in order, at most a page of them. 1 round trip."""
        with translated():
            cursor = self._events.find(
                {
                    "conversation_id": conversation_id,
                    "user_id": user_id,
                    "seq": {"$gt": seq, "$lte": seq + EVENTS_PER_PAGE},
                },
                {"_id": 0},
            )
            events = await cursor.to_list()
        events.sort(key=lambda event: event["seq"])
        return events

    async def message(self, user_id: str, conversation_id: str, message_id: str) -> Raw | None:
        """Return one message. 1 round trip."""
        with translated():
            return await self._messages.find_one(
                {"message_id": message_id, "user_id": user_id, "conversation_id": conversation_id}, MESSAGE_FIELDS
            )

    async def message_of_client(self, user_id: str, conversation_id: str, client_message_id: str) -> Raw | None:
        """Return the message a client sent under its own id. 1 round trip."""
        with translated():
            return await self._messages.find_one(
                {"conversation_id": conversation_id, "client_message_id": client_message_id, "user_id": user_id},
                MESSAGE_FIELDS,
            )

    async def messages_of_run(self, user_id: str, conversation_id: str, run_id: str) -> list[Raw]:
        """Return a run's messages, oldest first. 1 round trip."""
        with translated():
            cursor = self._messages.find(
                {"conversation_id": conversation_id, "run_id": run_id, "user_id": user_id}, MESSAGE_FIELDS
            )
            messages = await cursor.to_list()
        messages.sort(key=lambda message: (message["timestamp"], message["role"] != "user"))
        return messages

    async def change_message(self, message_id: str, changes: Mapping[str, Any]) -> None:
        """Change fields of one message. 1 round trip."""
        with translated():
            await self._messages.update_one({"message_id": message_id}, {"$set": dict(changes)})

    async def waiting(self, user_id: str, conversation_id: str) -> list[Raw]:
        """Return the messages that wait for their turn, oldest first. 1 round trip."""
        with translated():
            cursor = self._messages.find(
                {"conversation_id": conversation_id, "user_id": user_id, "status": "pending"}, MESSAGE_FIELDS
            )
            messages = await cursor.to_list()
        messages.sort(key=lambda message: message["message_id"])
        return messages


def _own(user_id: str, conversation_id: str) -> Raw:
    return {"conversation_id": conversation_id, "user_id": user_id, "deleted_at": None}


def _lease_document(lease: Lease, *, attempt: int) -> Raw:
    return {
        "run_id": lease.run_id,
        "message_id": lease.message_id,
        "owner": lease.owner,
        "boot": lease.boot,
        "until": lease.until,
        "attempt": attempt,
        "cancel": False,
    }


def _literal(document: Raw) -> Raw:
    return {key: {"$literal": value} for key, value in document.items()}
