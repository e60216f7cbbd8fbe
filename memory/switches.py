"""Whether memory is on for a person and in a conversation. Kept with the account's settings, and here for a moment."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.errors import Conflict
from core.ids import derived_id
from core.scope import Scope
from db.client import Database
from db.memory_store import MemoryStore
from db.repository import Repository
from db.settings import SETTINGS, AccountSettings, MemorySwitches

FRESH_SECONDS: Final = 10.0
ACCOUNTS_KEPT: Final = 5_000
MOST_CONVERSATIONS: Final = 2_000
ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Known:
    """Switches as they were read, when, and the least that the log of changes said then of how often they changed."""

    switches: MemorySwitches
    ticks: float
    switched: int | None


class Switches:
    """The memory switches of every account. ``alone`` says that no other process changes them.

    Another process learns of a change at once where it knows how often there was one, which the log of changes tells
    with every recall, and within ``FRESH_SECONDS`` elsewhere.
    """

    def __init__(self, database: Database, ticks: Callable[[], float] = time.monotonic, *, alone: bool = False) -> None:
        self._database = database
        self._store = MemoryStore(database)
        self._ticks = ticks
        self._alone = alone
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def is_on(
        self, scope: Scope, conversation_id: str | None = None, *, fresh: bool = False, switched: int | None = None
    ) -> bool:
        """Whether to remember and recall for this person, in this conversation, as ``read`` has it."""
        return _on(await self.read(scope, fresh=fresh, switched=switched), scope, conversation_id)

    def known_off(self, scope: Scope, conversation_id: str) -> bool:
        """Whether they were off when they were read last. It may have changed."""
        known = self._known.get(scope.user_id)
        return known is not None and not _on(known.switches, scope, conversation_id)

    async def read(self, scope: Scope, *, fresh: bool = False, switched: int | None = None) -> MemorySwitches:
        """Return the account's switches; at most one read, none where they changed as often as ``switched`` says.

        ``fresh`` asks the database.
        """
        known = self._known.get(scope.user_id)
        if known and not fresh and self._holds(known, switched):
            return known.switches
        stored = await self._settings(scope).find_one({})
        switches = stored.memory if stored else MemorySwitches()
        self._keep(scope.user_id, switches, switched)
        return switches

    def _holds(self, known: Known, switched: int | None) -> bool:
        if self._alone or (switched is not None and known.switched == switched):
            return True
        return switched is None and self._ticks() - known.ticks < FRESH_SECONDS

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
            await self._store.note_switched(scope.user_id)
            self._keep(scope.user_id, updated.memory, None)
            return updated.memory
        raise Conflict("Somebody else changes these settings right now. Try again.")

    def _settings(self, scope: Scope) -> Repository[AccountSettings]:
        return Repository(self._database, SETTINGS, scope)

    def _keep(self, user_id: str, switches: MemorySwitches, switched: int | None) -> None:
        self._known[user_id] = Known(switches, self._ticks(), switched)
        self._known.move_to_end(user_id)
        if len(self._known) > ACCOUNTS_KEPT:
            self._known.popitem(last=False)


def _on(switches: MemorySwitches, scope: Scope, conversation_id: str | None) -> bool:
    return scope.actor_id not in switches.off_for and conversation_id not in switches.off_in
