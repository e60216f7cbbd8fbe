"""Work across all tenants that a killed process left behind: for recovery alone."""

from typing import Any

from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.conversations import CONVERSATIONS
from db.failures import translated
from db.messages import MESSAGES
from db.stored import to_document

AT_MOST = 500


class UnfinishedWork:
    """Finds, over all tenants, what somebody has to go on with. Every method is bounded and reads by an index."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def leases(self) -> list[dict[str, Any]]:
        """Return the conversations with a turn running, alive or not: ids, tenant and lease."""
        with translated():
            cursor = self._database.raw(CONVERSATIONS).find(
                {"run.until": {"$exists": True}, "deleted_at": None},
                {"_id": 0, "conversation_id": 1, "user_id": 1, "run": 1},
                limit=AT_MOST,
            )
            return await cursor.to_list()

    async def waiting_messages(self) -> list[dict[str, Any]]:
        """Return the messages that wait for their turn, oldest first."""
        with translated():
            cursor = self._database.raw(MESSAGES).find({"status": "pending"}, {"_id": 0}, limit=AT_MOST)
            messages = await cursor.to_list()
        return sorted(messages, key=lambda message: str(message["message_id"]))

    async def decisions_not_acted_on(self) -> list[ApprovalRequest]:
        """Return the decided approvals whose run has not been told."""
        query = {"status": {"$in": ["approved", "rejected"]}, "resumed_at": None}
        with translated():
            cursor = self._database.raw(APPROVAL_REQUESTS).find(query, {"_id": 0}, limit=AT_MOST)
            found = await cursor.to_list()
        return [to_document(APPROVAL_REQUESTS, stored) for stored in found]
