"""What a turn reads and writes, in as few round trips as it takes: the lease of a conversation, messages and events.

Only the holder of a conversation's lease writes its events, so that their numbers have no gaps; a run's first ones are
in the lease until more are stored. Every write is harmless when repeated: ids are derived, answers replace themselves,
and an event that is already there is left alone.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from core.errors import Conflict, InvalidInput
from core.json_text import inner_object
from db.agent_events import AGENT_EVENTS
from db.client import Database
from db.conversations import CONVERSATIONS, Conversation
from db.failures import translated
from db.leases import Lease, LeaseLost, Release, held, lease_document, own
from db.messages import MESSAGES
from db.notices import NOTICES
from db.stored import to_stored
from db.writes import Insert, Update, Write

Raw: TypeAlias = dict[str, Any]
Begun: TypeAlias = Literal["begun", "known", "busy", "gone"]

EVENTS_PER_PAGE = 500
EVENTS_PER_ENTRY = 50
MESSAGE_FIELDS = {"_id": 0}


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """A stored event: its number in the conversation, its run and its wire form."""

    seq: int
    run_id: str
    wire: Raw


class TurnStore:
    """The hot path of a conversation. Every method names the tenant and costs the round trips it states."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._conversations = database.raw(CONVERSATIONS)
        self._messages = database.raw(MESSAGES)
        self._events = database.raw(AGENT_EVENTS)
        self._notices = database.raw(NOTICES)
        self._conversations_space = database.namespace(CONVERSATIONS)
        self._messages_space = database.namespace(MESSAGES)
        self._events_space = database.namespace(AGENT_EVENTS)
        self._notices_space = database.namespace(NOTICES)

    async def head(self, user_id: str, conversation_id: str) -> Raw | None:
        """Return the conversation document, or None if there is no such one here. 1 round trip."""
        with translated():
            found = await self._conversations.find_one({"conversation_id": conversation_id}, {"_id": 0})
        # One field finds it by its index on any MongoDB; the embedded one plans longer for each further field.
        return found if found and found["user_id"] == user_id and found.get("deleted_at") is None else None

    async def claim(self, user_id: str, conversation_id: str, lease: Lease) -> Raw | None:
        """Take the lease if it is free, else leave word that somebody waits; return the conversation. 2 round trips.

        The lease is yours if ``run.token`` of what comes back is your token.
        """
        busy = {"$eq": [{"$type": "$run"}, "object"]}
        taken = _literal(lease_document(lease)) | {"first_seq": {"$add": ["$last_seq", 1]}}
        change = {"$set": {"queued": {"$cond": [busy, 1, 0]}, "run": {"$cond": [busy, "$run", taken]}}}
        with translated():
            await self._conversations.update_one(own(user_id, conversation_id), [change])
        return await self.head(user_id, conversation_id)

    async def take_over(self, user_id: str, conversation_id: str, abandoned: Raw, lease: Lease) -> Raw | None:
        """Take an abandoned lease, keeping its run and numbers; None if somebody was faster. 2 round trips."""
        seen = {f"run.{key}": abandoned[key] for key in ("token", "until")}
        renewed = {
            "token": lease.token,
            "owner": lease.owner,
            "boot": lease.boot,
            "until": lease.until,
            "attempt": abandoned["attempt"] + 1,
        }
        with translated():
            taken = await self._conversations.update_one(
                own(user_id, conversation_id) | seen, {"$set": {f"run.{key}": new for key, new in renewed.items()}}
            )
        return await self.head(user_id, conversation_id) if taken.matched_count else None

    async def renew(self, conversation_id: str, token: str, until: datetime) -> Raw | None:
        """Keep the lease; return the lease document, or None if it is no longer ours. 2 round trips."""
        ours = held(conversation_id, token)
        with translated():
            await self._conversations.update_one(ours, {"$set": {"run.until": until}})
            found = await self._conversations.find_one(ours, {"_id": 0, "run": 1})
        return found["run"] if found else None

    async def ask_to_cancel(self, user_id: str, conversation_id: str) -> bool:
        """Ask whoever holds the lease to stop; False if nothing runs. 1 round trip."""
        with translated():
            done = await self._conversations.update_one(
                own(user_id, conversation_id) | {"run.run_id": {"$exists": True}}, {"$set": {"run.cancel": True}}
            )
        return done.matched_count == 1

    async def release(self, lease: Release) -> bool:
        """Give a lease back; True if something waits. 1 round trip, 2 when something does, 1 more after a notice."""
        change = self._given_back(lease)
        if lease.notice_id:
            await self._database.write(self._told(lease.notice_id))
        with translated():
            if (await self._conversations.update_one(lease.held | {"queued": 0}, change)).matched_count:
                return False
            return (await self._conversations.update_one(lease.held, change)).matched_count == 1

    def _given_back(self, lease: Release) -> Raw:
        now = self._database.clock.now()
        return {
            "$set": {**lease.changes, "run": None, "queued": 0, "updated_at": now},
            "$inc": {"message_count": lease.messages_added},
        }

    def _told(self, notice_id: str) -> Update:
        """Return the write that notes, while we hold the lease, that a notice is told: it is not begun again."""
        change = {"status": "told", "told_at": self._database.clock.now()}
        return Update(self._notices_space, {"notice_id": notice_id}, {"$set": change})

    def new_conversation(self, user_id: str, conversation: Conversation) -> Raw:
        """Return a conversation as ``begin`` stores it together with its first message."""
        now, cipher = self._database.clock.now(), self._database.cipher
        return to_stored(CONVERSATIONS, conversation, tenant=user_id, now=now, cipher=cipher)

    async def begin(self, message: Raw, lease: Raw, last_seq: int, new: Raw | None = None) -> Begun:
        """Take the lease, which brings the run's first events, and store the message. 1 round trip.

        With ``new`` the conversation itself is stored with its lease; Conflict if there is one with its external id.

        The conversation is the lock: nothing is stored unless it is as its head said, free and at ``last_seq``. On
        ``known`` the lease is ours, and to be given back.
        """
        take = self._new(new, lease) if new else self._taking(message["conversation_id"], lease, last_seq)
        try:
            await self._database.write(take, Insert(self._messages_space, message))
        except (Conflict, InvalidInput) as refusal:
            head = await self.head(message["user_id"], message["conversation_id"])
            if head is not None and inner_object(head.get("run")).get("token") == lease["token"]:
                return await self._begin_again(message)
            if new:
                raise
            if refusal.details.get("index") == 0:
                return "gone" if head is None else "busy"
            raise
        return "begun"

    def _new(self, conversation: Raw, lease: Raw) -> Write:
        return Insert(self._conversations_space, conversation | {"run": lease})

    def _taking(self, conversation_id: str, lease: Raw, last_seq: int) -> Write:
        """Return the write that takes the lease of a conversation as we know it, and fails if it is otherwise.

        What does not match would be stored anew, and that is refused: the id is taken, and an owner is missing.
        """
        known = held(conversation_id, None) | {"queued": 0, "last_seq": last_seq}
        return Update(self._conversations_space, known, {"$set": {"run": lease}}, upsert=True)

    async def _begin_again(self, message: Raw) -> Begun:
        """Go on with a beginning of ours whose message may be missing, or was refused as one that is known."""
        with suppress(Conflict):
            await self._database.write(Insert(self._messages_space, message))
        found = await self.message(message["user_id"], message["conversation_id"], message["message_id"])
        return "known" if found is None else "begun"

    async def take_up(self, message: Raw, token: str, taken_up: Raw, opening: Sequence[Raw]) -> None:
        """Note in a stored message, and in our lease with the run's first events, that its run has begun. 1 round trip.

        Raises LeaseLost when the lease is not ours any more.
        """
        ours = held(message["conversation_id"], token)
        changes = [
            Update(self._messages_space, {"message_id": message["message_id"]}, {"$set": taken_up}),
            Update(self._conversations_space, ours, {"$set": {"run.opening": opening}}),
        ]
        if await self._database.write(*changes) < len(changes):
            raise LeaseLost

    async def _holder(self, entry: Mapping[str, Any]) -> str | None:
        """Return the id of the entry that has this entry's number."""
        place = {key: entry[key] for key in ("user_id", "conversation_id", "seq")}
        with translated():
            there = await self._events.find_one(place, {"_id": 0, "event_id": 1})
        return str(there["event_id"]) if there else None

    async def enqueue(self, message: Raw) -> None:
        """Store a message that has to wait for its turn. 1 round trip. Conflict if it is there already."""
        with translated():
            await self._messages.insert_one(dict(message))

    async def write(
        self,
        answers: Sequence[Raw],
        updates: Mapping[str, Raw],
        entries: Sequence[Raw],
        release: Release | None = None,
    ) -> bool:
        """Store answers, changes of messages by their id, and entries of events, in this order. 1 round trip.

        Gives the lease back with it unless a message waits; True if that is certain. Raises LeaseLost when somebody
        else has written events with these numbers.
        """
        writes: list[Write] = [Insert(self._messages_space, answer) for answer in answers]
        writes += self._changes(updates)
        writes += [Insert(self._events_space, entry) for entry in entries]
        if release:
            free = release.held | {"queued": 0}
            writes += [self._told(release.notice_id)] if release.notice_id else []
            writes.append(Update(self._conversations_space, free, self._given_back(release)))
        if not writes:
            return False
        try:
            matched = await self._database.write(*writes)
        except Conflict:
            await self._write_again(answers, updates, entries)
            return False
        return release is not None and matched > len(updates) + bool(release.notice_id)

    async def _write_again(self, answers: Sequence[Raw], updates: Mapping[str, Raw], entries: Sequence[Raw]) -> None:
        """Do what a first attempt left undone: an answer replaces what that attempt had stored under its id."""
        changes = [
            Update(self._messages_space, {"message_id": answer["message_id"]}, {"$set": answer}, upsert=True)
            for answer in answers
        ]
        if writes := [*changes, *self._changes(updates)]:
            await self._database.write(*writes)
        await self._append_missing(entries)

    def _changes(self, updates: Mapping[str, Raw]) -> list[Update]:
        return [
            Update(self._messages_space, {"message_id": key}, {"$set": changes}) for key, changes in updates.items()
        ]

    async def _append_missing(self, entries: Sequence[Mapping[str, Any]]) -> None:
        for entry in entries:
            holder = await self._holder(entry)
            if holder is None:
                with translated():
                    await self._events.insert_one(dict(entry))
            elif holder != entry["event_id"]:
                raise LeaseLost

    async def events_after(self, user_id: str, conversation_id: str, seq: int) -> list[NumberedEvent]:
        """Return the next events after ``seq`` in order; none means that there are no more. 2 round trips, 3 at most.

        A run's first events are in its lease until an entry holds them, and count once its message is stored.
        """
        head = await self.head(user_id, conversation_id)
        # In this order: a run that ends meanwhile has stored its entries before it gave its lease back.
        events = await self.entries_after(user_id, conversation_id, seq)
        here = events[-1].seq if events else seq
        opening = [event for event in opening_of(head) if event.seq > here]
        if not head or not opening or head["run"]["first_seq"] > here + 1:
            return events
        stored = await self.message(user_id, conversation_id, head["run"]["message_id"])
        return events + opening if stored else events

    async def entries_after(self, user_id: str, conversation_id: str, seq: int) -> list[NumberedEvent]:
        """Return the next events after ``seq`` that entries hold, in order. 1 round trip."""
        first, last = seq - EVENTS_PER_ENTRY + 1, seq + EVENTS_PER_PAGE
        with translated():
            cursor = self._events.find(
                {"user_id": user_id, "conversation_id": conversation_id, "seq": {"$gt": first, "$lte": last}},
                {"_id": 0, "seq": 1, "run_id": 1, "data": 1},
            )
            entries = await cursor.to_list()
        entries.sort(key=lambda entry: entry["seq"])
        return [
            NumberedEvent(number, entry.get("run_id") or "", wire)
            for entry in entries
            for number, wire in enumerate(entry["data"]["events"], entry["seq"])
            if number > seq
        ]

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

    async def close_line(self, user_id: str, conversation_id: str) -> None:
        """Let nothing wait any more in a conversation that is gone. 2 round trips."""
        where = {"conversation_id": conversation_id, "user_id": user_id, "status": "pending"}
        now = self._database.clock.now()
        with translated():
            await self._messages.update_many(where, {"$set": {"status": "cancelled", "updated_at": now}})
            await self._notices.delete_many(where)

    async def change_message(self, message_id: str, changes: Mapping[str, Any]) -> None:
        """Change fields of one message. 1 round trip."""
        with translated():
            await self._messages.update_one({"message_id": message_id}, {"$set": dict(changes)})

    async def try_again(self, message_id: str, run_id: str) -> bool:
        """Let a message whose turn has failed wait for another; False if it does already. 1 round trip."""
        with translated():
            done = await self._messages.update_one(
                {"message_id": message_id, "status": "failed"}, {"$set": {"status": "pending", "run_id": run_id}}
            )
        return done.matched_count == 1

    async def waiting(self, user_id: str, conversation_id: str) -> list[Raw]:
        """Return the messages that wait for their turn, oldest first. 1 round trip.

        Ids do not tell which that is: those of decisions are derived.
        """
        with translated():
            cursor = self._messages.find(
                {"conversation_id": conversation_id, "user_id": user_id, "status": "pending"}, MESSAGE_FIELDS
            )
            messages = await cursor.to_list()
        messages.sort(key=lambda message: (message["created_at"], message["message_id"]))
        return messages


def opening_of(head: Raw | None) -> list[NumberedEvent]:
    """Return the first events of the run under way, as a conversation's lease holds them."""
    run = head.get("run") if head else None
    if not run:
        return []
    return [
        NumberedEvent(seq, run["run_id"], wire) for seq, wire in enumerate(run.get("opening", ()), run["first_seq"])
    ]


def _literal(document: Raw) -> Raw:
    return {key: {"$literal": value} for key, value in document.items()}
