"""Notices that wait for their turn in a conversation. Every method names the tenant and costs 1 round trip."""

from core.scope import Scope
from db.client import Database
from db.failures import translated
from db.notices import NOTICES, StoredNotice
from db.repository import Repository
from db.stored import to_document


class NoticeStore:
    """Keeps notices until they are told, and a while longer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._notices = database.raw(NOTICES)

    async def put(self, scope: Scope, notice: StoredNotice) -> None:
        """Store a notice, once."""
        await Repository(self._database, NOTICES, scope).insert_once(notice)

    async def waiting(self, user_id: str, conversation_id: str) -> list[StoredNotice]:
        """Return the notices that wait in a conversation, oldest first."""
        with translated():
            found = await self._notices.find(
                {"user_id": user_id, "conversation_id": conversation_id, "status": "pending"},
                sort=[("created_at", 1), ("_id", 1)],
            ).to_list()
        return [to_document(NOTICES, stored) for stored in found]

    async def notice(self, user_id: str, notice_id: str) -> StoredNotice | None:
        """Return one notice, told or not."""
        with translated():
            found = await self._notices.find_one({"notice_id": notice_id, "user_id": user_id})
        return to_document(NOTICES, found) if found else None
