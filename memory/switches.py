"""Whether memory is on for a person and in a conversation. Kept with the account's settings, and here for a moment."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from core.errors import Conflict
from core.ids import derived_id
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.settings import SETTINGS, AccountSettings, MemorySwitches

FRESH_SECONDS: Final = 10.0
ACCOUNTS_KEPT: Final = 5_000
MOST_CONVERSATIONS: Final = 2_000
ATTEMPTS: Final = 5


class Switches:
    """The memory switches of every account. Another process learns of a change within ``FRESH_SECONDS``."""

    def __init__(self, database: Database, ticks: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._ticks = ticks
        self._known: OrderedDict[str, tuple[float, MemorySwitches]] = OrderedDict()

    async def is_on(self, scope: Scope, conversation_id: str | None = None, *, fresh: bool = False) -> bool:
        """Whether to remember and recall for this person, in this conversation. ``fresh`` asks the database."""
        switches = await self.read(scope, fresh=fresh)
        return scope.actor_id not in switches.off_for and conversation_id not in switches.off_in

    async def read(self, scope: Scope, *, fresh: bool = False) -> MemorySwitches:
        """Return the account's switches; at most one read."""
        known = self._known.get(scope.user_id)
        if known and not fresh and self._ticks() - known[0] < FRESH_SECONDS:
            return known[1]
        stored = await self._settings(scope).find_one({})
        switches = stored.memory if stored else MemorySwitches()
        self._keep(scope.user_id, switches)
        return switches

    async def switch_person(self, scope: Scope, *, on: bool) -> MemorySwitches:
        """Switch memory on or off for the person who acts, everywhere."""
        return await self._change(scope, "off_for", scope.actor_id, on=on)

    async def switch_conversation(self, scope: Scope, conversation_id: str, *, on: bool) -> MemorySwitches:
        """Switch memory on or off in one conversation, for everybody in it."""
        return await self._change(scope, "off_in", conversation_id, on=on)

    def forget_account(self, user_id: str) -> None:
        """Let go of what is kept here of an account."""
        self._known.pop(user_id, None)

    async def _change(self, scope: Scope, field: str, name: str, *, on: bool) -> MemorySwitches:
        settings = self._settings(scope)
        for _ in range(ATTEMPTS):
            stored = await settings.find_one({})
            if stored is None:
                made = AccountSettings(settings_id=derived_id("set", scope.user_id))
                stored = await settings.insert_once(made)
            before: list[str] = getattr(stored.memory, field)
            names = [known for known in before if known != name] if on else [*dict.fromkeys([*before, name])]
            try:
                updated = await settings.update(
                    stored.settings_id,
                    {f"memory.{field}": names[-MOST_CONVERSATIONS:]},
                    where={"updated_at": stored.updated_at},
                )
            except Conflict:
                continue
            self._keep(scope.user_id, updated.memory)
            return updated.memory
        raise Conflict("Somebody else changes these settings right now. Try again.")

    def _settings(self, scope: Scope) -> Repository[AccountSettings]:
        return Repository(self._database, SETTINGS, scope)

    def _keep(self, user_id: str, switches: MemorySwitches) -> None:
        self._known[user_id] = (self._ticks(), switches)
        self._known.move_to_end(user_id)
        if len(self._known) > ACCOUNTS_KEPT:
            self._known.popitem(last=False)
