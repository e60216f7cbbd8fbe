"""Turns across all tenants that have begun and are not remembered yet: for the worker that remembers, alone."""

from datetime import datetime
from typing import Any, Literal, TypeAlias

from core.json_text import inner_object
from db.agent_events import AGENT_EVENTS
from db.client import Database
from db.conversations import CONVERSATIONS
from db.failures import translated
from db.messages import MESSAGES

Raw: TypeAlias = dict[str, Any]
State: TypeAlias = Literal["under way", "over", "gone"]

AT_ONCE = 200
EVENTS_READ = 500
TICKED_OFF = {"memory": "", "memory_failures": "", "memory_after": ""}


class Unremembered:
    """Finds turns to remember and ticks them off. Every method is bounded and reads by an index."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._messages = database.raw(MESSAGES)
        self._events = database.raw(AGENT_EVENTS)
        self._conversations = database.raw(CONVERSATIONS)

    async def waiting(self) -> list[Raw]:
        """Return people's messages whose turns are to be remembered once they are over, oldest first. 1 round trip.

        Those that failed before are left out until their next attempt is due, so that they crowd nobody out.
        """
        due = {"memory": "pending", "role": "user", "memory_after": {"$not": {"$gt": self._database.clock.now()}}}
        with translated():
            found = await self._messages.find(due, {"_id": 0}, limit=AT_ONCE).to_list()
        return sorted(found, key=lambda message: str(message["message_id"]))

    async def answers(self, message: Raw) -> list[Raw]:
        """Return what was answered in the message's turn, oldest first. 1 round trip."""
        where = {"conversation_id": message["conversation_id"], "run_id": message["run_id"]}
        with translated():
            found = await self._messages.find(where | {"user_id": message["user_id"]}, {"_id": 0}).to_list()
        answers = [answer for answer in found if answer["role"] == "assistant"]
        return sorted(answers, key=lambda answer: (answer["timestamp"], answer["message_id"]))

    async def events(self, message: Raw) -> list[Raw]:
        """Return the wire forms of what the turn told its clients, in order. 1 round trip."""
        first = message.get("first_seq") or 1
        with translated():
            entries = await self._events.find(
                {
                    "user_id": message["user_id"],
                    "conversation_id": message["conversation_id"],
                    "seq": {"$gte": first, "$lt": first + EVENTS_READ},
                },
                {"_id": 0, "seq": 1, "run_id": 1, "data": 1},
            ).to_list()
        entries.sort(key=lambda entry: int(entry["seq"]))
        return [wire for entry in entries if entry["run_id"] == message["run_id"] for wire in entry["data"]["events"]]

    async def done(self, message_id: str) -> None:
        """Tick a turn off. 1 round trip."""
        with translated():
            # Also a document that fits no validator must leave the line.
            await self._messages.update_one(
                {"message_id": message_id}, {"$unset": TICKED_OFF}, bypass_document_validation=True
            )

    async def failed(self, message_id: str, failures: int, again_at: datetime | None) -> None:
        """Note how often a turn was not remembered, and when it is tried again; None sets it aside. 1 round trip."""
        what_now: Raw = {"memory": "failed"} if again_at is None else {"memory_after": again_at}
        noted: Raw = {"memory_failures": failures} | what_now
        with translated():
            await self._messages.update_one(
                {"message_id": message_id, "memory": "pending"}, {"$set": noted}, bypass_document_validation=True
            )

    async def one_more_attempt(self) -> int:
        """Put what was set aside back in line: the next failure sets it aside again. 1 round trip."""
        back: Raw = {"$set": {"memory": "pending"}, "$unset": {"memory_after": ""}}
        with translated():
            done = await self._messages.update_many({"memory": "failed"}, back, bypass_document_validation=True)
        return done.matched_count

    async def state(self, message: Raw) -> State:
        """Whether the message's turn is over, as one to remember; gone with its conversation. 2 round trips."""
        with translated():
            found = await self._conversations.find_one(
                {"conversation_id": message["conversation_id"], "deleted_at": None},
                {"_id": 0, "user_id": 1, "run.message_id": 1},
            )
        if found is None or found["user_id"] != message["user_id"]:
            return "gone"
        if inner_object(found.get("run")).get("message_id") == message["message_id"]:
            return "under way"
        # Read again: it may have failed meanwhile, and wait for another turn.
        marked = {"message_id": message["message_id"], "run_id": message["run_id"], "memory": "pending"}
        with translated():
            return "over" if await self._messages.find_one(marked, {"_id": 1}) else "under way"

    async def campaign(self, message: Raw) -> str:
        """Return what the campaign of the message's conversation is about; nothing where it has none. 1 round trip."""
        where = {"conversation_id": message["conversation_id"], "user_id": message["user_id"]}
        with translated():
            found = await self._conversations.find_one(where, {"_id": 0, "context.campaign_brief": 1})
        brief = inner_object(inner_object((found or {}).get("context")).get("campaign_brief"))
        return str(brief.get("product") or "")

    async def let_go(self, user_id: str, conversation_id: str) -> None:
        """Take what waits of a conversation out of the line: it is being deleted. 1 round trip."""
        waits = {"$in": ["pending", "failed"]}
        where = {"conversation_id": conversation_id, "user_id": user_id, "memory": waits}
        with translated():
            await self._messages.update_many(where, {"$unset": TICKED_OFF}, bypass_document_validation=True)
