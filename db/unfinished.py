"""Work across all tenants that a killed process left behind: for recovery alone."""

from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError

from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.conversations import CONVERSATIONS
from db.failures import translated
from db.messages import MESSAGES
from db.notices import NOTICES
from db.stored import to_document

log = structlog.get_logger(__name__)

AT_MOST = 500


class UnfinishedWork:
    """Finds, over all tenants, what somebody has to go on with. Every method is bounded and reads by an index."""

    def __init__(self, database: Database, at_most: int = AT_MOST) -> None:
        self._database = database
        self._at_most = at_most

    async def abandoned(self, owner: str, boot: str, now: datetime) -> list[dict[str, Any]]:
        """Return the conversations whose lease has run out, or is from before ``owner`` has started as ``boot``.

        Those that have waited longest come first: ids, tenant and lease.
        """
        over = {"run.until": {"$lt": now}}
        earlier = {"run.until": {"$gte": now}, "run.owner": owner, "run.boot": {"$ne": boot}}
        shown = {"_id": 0, "conversation_id": 1, "user_id": 1, "run": 1}
        found: list[dict[str, Any]] = []
        conversations = self._database.raw(CONVERSATIONS)
        with translated():
            for which in (over, earlier):
                where = which | {"deleted_at": None}
                found += await conversations.find(where, shown, sort=[("run.until", 1)], limit=self._at_most).to_list()
        return found

    async def lines(self) -> list[tuple[str, str]]:
        """Return the conversations, each with its tenant, where a message or a notice waits, longest first."""
        found: list[dict[str, Any]] = []
        shown = {"_id": 0, "user_id": 1, "conversation_id": 1, "created_at": 1}
        with translated():
            for collection in (MESSAGES, NOTICES):
                waiting = self._database.raw(collection).find({"status": "pending"}, shown, limit=self._at_most)
                found += await waiting.sort([("created_at", 1)]).to_list()
        found.sort(key=lambda one: one["created_at"])
        return list(dict.fromkeys((str(one["user_id"]), str(one["conversation_id"])) for one in found))

    async def decisions_not_acted_on(self) -> list[ApprovalRequest]:
        """Return the decided approvals whose run has not been told."""
        query = {"status": {"$in": ["approved", "rejected"]}, "resumed_at": None}
        with translated():
            cursor = self._database.raw(APPROVAL_REQUESTS).find(query, {"_id": 0}, limit=self._at_most)
            found = await cursor.to_list()
        return [request for stored in found if (request := _readable(stored))]


def _readable(stored: dict[str, Any]) -> ApprovalRequest | None:
    try:
        return to_document(APPROVAL_REQUESTS, stored)
    except ValidationError as error:  # one that does not read holds up no other
        log.warning("request does not read", request_id=stored.get("request_id"), problems=error.error_count())
        return None
