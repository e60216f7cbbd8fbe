"""What belongs to Slack, over all tenants: a request of Slack's names a workspace, and a process looks for work.

The tenant of everything found is that of the workspace's installation. Used by the Slack edge and nothing else.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

from core.errors import Conflict
from db.client import Database
from db.conversations import CONVERSATIONS
from db.failures import translated
from db.slack_cards import SLACK_CARDS, SlackCard
from db.slack_codes import SLACK_CODES
from db.slack_inbox import SLACK_INBOX, SlackArrival
from db.slack_installations import SLACK_INSTALLATIONS, SlackInstallation
from db.slack_links import SLACK_LINKS, SlackLink
from db.slack_threads import SLACK_THREADS, SlackThread
from db.stored import to_document

Raw: TypeAlias = dict[str, Any]

AT_ONCE = 500
OF_A_WORKSPACE = (SLACK_LINKS, SLACK_CODES, SLACK_CARDS, SLACK_THREADS, SLACK_INBOX)


class SlackStore:
    """Finds what Slack names. Every method is bounded and reads by an index."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._threads = database.raw(SLACK_THREADS)

    async def installation(self, team_id: str) -> SlackInstallation | None:
        """Return the installation in a workspace, with its token."""
        with translated():
            stored = await self._database.raw(SLACK_INSTALLATIONS).find_one({"team_id": team_id})
        return to_document(SLACK_INSTALLATIONS, stored, cipher=self._database.cipher) if stored else None

    async def link(self, team_id: str, slack_user_id: str) -> SlackLink | None:
        """Return whom of ours a Slack user is."""
        where = {"team_id": team_id, "slack_user_id": slack_user_id}
        with translated():
            stored = await self._database.raw(SLACK_LINKS).find_one(where)
        return to_document(SLACK_LINKS, stored) if stored else None

    async def arrivals(self) -> list[SlackArrival]:
        """Return what is not worked off yet, oldest first."""
        with translated():
            cursor = self._database.raw(SLACK_INBOX).find({"status": "pending"}, limit=AT_ONCE)
            found = [to_document(SLACK_INBOX, stored) for stored in await cursor.to_list()]
        return sorted(found, key=lambda arrival: (arrival.created_at, arrival.ts))

    async def open_cards(self) -> list[SlackCard]:
        """Return the messages that still ask for a decision."""
        with translated():
            cursor = self._database.raw(SLACK_CARDS).find({"open": True}, limit=AT_ONCE)
            return [to_document(SLACK_CARDS, stored) for stored in await cursor.to_list()]

    async def conversations_touched(self, since: datetime) -> dict[str, int]:
        """Return the conversations that changed since a moment, with the number of their last event."""
        with translated():
            cursor = self._database.raw(CONVERSATIONS).find(
                {"updated_at": {"$gte": since}}, {"_id": 0, "conversation_id": 1, "last_seq": 1}, limit=AT_ONCE * 20
            )
            return {found["conversation_id"]: found["last_seq"] async for found in cursor}

    async def last_seqs(self, conversation_ids: Iterable[str]) -> dict[str, int]:
        """Return the number of the last event of each of these conversations."""
        where = {"conversation_id": {"$in": list(conversation_ids)}}
        with translated():
            cursor = self._database.raw(CONVERSATIONS).find(where, {"_id": 0, "conversation_id": 1, "last_seq": 1})
            return {found["conversation_id"]: found["last_seq"] async for found in cursor}

    async def threads_of(self, conversation_ids: Iterable[str]) -> list[SlackThread]:
        """Return where these conversations are held in Slack."""
        where = {"conversation_id": {"$in": list(conversation_ids)}}
        with translated():
            return [to_document(SLACK_THREADS, stored) async for stored in self._threads.find(where)]

    async def thread(self, thread_id: str) -> SlackThread | None:
        """Return a thread."""
        with translated():
            stored = await self._threads.find_one({"thread_id": thread_id})
        return to_document(SLACK_THREADS, stored) if stored else None

    async def threads(self, thread_ids: Iterable[str]) -> list[SlackThread]:
        """Return these threads."""
        wanted = list(thread_ids)
        if not wanted:
            return []
        with translated():
            cursor = self._threads.find({"thread_id": {"$in": wanted}})
            return [to_document(SLACK_THREADS, stored) async for stored in cursor]

    async def threads_after(self, thread_id: str) -> list[SlackThread]:
        """Return the next threads by their id, to go through all of them."""
        with translated():
            cursor = self._threads.find({"thread_id": {"$gt": thread_id}}, sort=[("thread_id", 1)], limit=AT_ONCE)
            return [to_document(SLACK_THREADS, stored) for stored in await cursor.to_list()]

    async def lease_thread(self, thread: SlackThread, owner: str, boot: str, until: datetime) -> SlackThread | None:
        """Take or keep the lease of a thread as it was read; None if somebody else has it now."""
        seen = {"thread_id": thread.thread_id, "owner": thread.owner, "boot": thread.boot, "until": thread.until}
        with translated():
            done = await self._threads.update_one(seen, {"$set": {"owner": owner, "boot": boot, "until": until}})
            if not done.matched_count:
                return None
            stored = await self._threads.find_one({"thread_id": thread.thread_id})
        return to_document(SLACK_THREADS, stored) if stored else None

    async def change_thread(self, thread_id: str, boot: str, changes: Raw) -> None:
        """Change a thread whose lease is ours; Conflict if it is not any more."""
        with translated():
            done = await self._threads.update_one({"thread_id": thread_id, "boot": boot}, {"$set": changes})
        if not done.matched_count:
            raise Conflict("Another process tells this Slack thread what is new.")

    async def claim_arrival(self, arrival: SlackArrival, owner: str, boot: str, until: datetime) -> bool:
        """Take an arrival to work it off, as it was read; False if somebody else has it."""
        seen = {
            "arrival_id": arrival.arrival_id,
            "status": "pending",
            "owner": arrival.owner,
            "boot": arrival.boot,
            "until": arrival.until,
        }
        change = {"$set": {"owner": owner, "boot": boot, "until": until}, "$inc": {"attempts": 1}}
        with translated():
            return (await self._database.raw(SLACK_INBOX).update_one(seen, change)).matched_count == 1

    async def forget_workspace(self, team_id: str, installed_before: datetime) -> bool:
        """Remove an installation made before a moment, and all that is kept of its workspace. False: there is none."""
        where = {"team_id": team_id, "installed_at": {"$lt": installed_before}}
        with translated():
            gone = await self._database.raw(SLACK_INSTALLATIONS).delete_one(where)
            if not gone.deleted_count:
                return False
            for collection in OF_A_WORKSPACE:
                kept = {"status": {"$ne": "pending"}} if collection is SLACK_INBOX else {}
                await self._database.raw(collection).delete_many({"team_id": team_id, **kept})
        return True
