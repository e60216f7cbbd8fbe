"""Who waits for which run: a run nobody waits for any more is stopped, unless its client comes back soon."""

import asyncio
from collections import Counter
from typing import Final

import structlog

from agents.turns.service import Turns
from core.errors import AppError
from core.scope import Scope
from db.client import Database
from db.conversations import CONVERSATIONS
from db.messages import MESSAGES
from db.repository import Repository
from server.completions.threads import Begun
from server.live.tasks import end

log = structlog.get_logger(__name__)

GRACE_SECONDS: Final = 5.0


class CompletionDesk:
    """Counts who waits. A client whose connection broke has ``grace_seconds`` to ask again and get the same turn.

    What a person has approved is carried out to its end, whoever waits.
    """

    def __init__(self, database: Database, turns: Turns, grace_seconds: float = GRACE_SECONDS) -> None:
        self.grace_seconds = grace_seconds
        self._database = database
        self._turns = turns
        self._waiting: Counter[str] = Counter()
        self._leaving: set[asyncio.Task[None]] = set()

    def enter(self, begun: Begun) -> None:
        """Somebody waits for a run."""
        self._waiting[begun.accepted.run_id] += 1

    def leave(self, scope: Scope, begun: Begun, *, over: bool) -> None:
        """Somebody waits no longer; ``over`` if the run has ended."""
        run_id = begun.accepted.run_id
        self._waiting[run_id] -= 1
        if self._waiting[run_id] > 0:
            return
        del self._waiting[run_id]
        if not over:
            task = asyncio.create_task(self._stop_unless_back(scope, begun), name=f"grace of {run_id}")
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def stop(self) -> None:
        """Forget who left: the server is ending, and their turns go on after its next start."""
        await end(list(self._leaving))

    async def _stop_unless_back(self, scope: Scope, begun: Begun) -> None:
        await asyncio.sleep(self.grace_seconds)
        run_id = begun.accepted.run_id
        if self._waiting[run_id] > 0:
            return
        try:
            found = await Repository(self._database, CONVERSATIONS, scope).get(begun.conversation_id)
            if found.run is None or found.run.run_id != run_id:
                return
            messages = Repository(self._database, MESSAGES, scope)
            message = await messages.find_one({"message_id": found.run.message_id})
            if message is None or message.kind == "message":
                await self._turns.cancel(scope, begun.conversation_id)
        except AppError as error:
            log.info("left_run_not_stopped", run_id=run_id, reason=error.message)
