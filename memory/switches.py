"""Whether memory is on for a person and in a conversation: asked of the database, and kept here for a moment."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.scope import Scope
from db.client import Database
from db.memory_store import MemoryStore
from db.memory_switches import MEMORY_SWITCHES, Kind, MemorySwitch, switch_id_of
from db.repository import Page, Repository

FRESH_SECONDS: Final = 10.0
ACCOUNTS_KEPT: Final = 5_000


@dataclass(frozen=True, slots=True)
class Off:
    """For which people, and in which conversations, nothing is remembered and nothing recalled."""

    people: frozenset[str] = frozenset()
    conversations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """Switches as they were read, when, and the least that the log of changes said then of how often they changed."""

    switches: Off
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
        if fresh:
            return await self._asked(scope, conversation_id)
        return _on(await self.read(scope, switched=switched), scope, conversation_id)

    def known_off(self, scope: Scope, conversation_id: str) -> bool:
        """Whether they were off when they were read last. It may have changed."""
        known = self._known.get(scope.user_id)
        return known is not None and not _on(known.switches, scope, conversation_id)

    async def read(self, scope: Scope, *, fresh: bool = False, switched: int | None = None) -> Off:
        """Return the account's switches; at most one read, none where they changed as often as ``switched`` says.

        ``fresh`` asks the database.
        """
        known = self._known.get(scope.user_id)
        if known and not fresh and self._holds(known, switched):
            return known.switches
        found = [switch async for switch in self._stored(scope).each({})]
        off = Off(
            frozenset(switch.name for switch in found if switch.kind == "person"),
            frozenset(switch.name for switch in found if switch.kind == "conversation"),
        )
        self._keep(scope.user_id, off, switched)
        return off

    async def _asked(self, scope: Scope, conversation_id: str | None) -> bool:
        """Ask the database about these two alone. 1 round trip."""
        named = [switch_id_of(scope.user_id, "person", scope.actor_id)]
        if conversation_id is not None:
            named.append(switch_id_of(scope.user_id, "conversation", conversation_id))
        on = await self._stored(scope).find_one({"switch_id": {"$in": named}}) is None
        known = self._known.get(scope.user_id)
        if known and _on(known.switches, scope, conversation_id) != on:
            self.forget_account(scope.user_id)
        return on

    def _holds(self, known: Known, switched: int | None) -> bool:
        if self._alone or (switched is not None and known.switched == switched):
            return True
        return switched is None and self._ticks() - known.ticks < FRESH_SECONDS

    async def page(self, scope: Scope, *, limit: int, cursor: str | None = None) -> Page[MemorySwitch]:
        """Return the next conversations in which memory is off, the one switched off last first."""
        return await self._stored(scope).page({"kind": "conversation"}, limit=limit, cursor=cursor)

    async def switch_person(self, scope: Scope, *, on: bool) -> Off:
        """Switch memory on or off for the person who acts, everywhere."""
        return await self._change(scope, "person", scope.actor_id, on=on)

    async def switch_conversation(self, scope: Scope, conversation_id: str, *, on: bool) -> Off:
        """Switch memory on or off in one conversation, for everybody in it."""
        return await self._change(scope, "conversation", conversation_id, on=on)

    def forget_account(self, user_id: str) -> None:
        """Let go of what is kept here of an account."""
        self._known.pop(user_id, None)

    async def _change(self, scope: Scope, kind: Kind, name: str, *, on: bool) -> Off:
        stored, switch_id = self._stored(scope), switch_id_of(scope.user_id, kind, name)
        if on:
            await stored.delete(switch_id)
        else:
            await stored.insert_once(MemorySwitch(switch_id=switch_id, kind=kind, name=name))
        await self._store.note_switched(scope.user_id)
        return await self.read(scope, fresh=True)

    def _stored(self, scope: Scope) -> Repository[MemorySwitch]:
        return Repository(self._database, MEMORY_SWITCHES, scope)

    def _keep(self, user_id: str, switches: Off, switched: int | None) -> None:
        self._known[user_id] = Known(switches, self._ticks(), switched)
        self._known.move_to_end(user_id)
        if len(self._known) > ACCOUNTS_KEPT:
            self._known.popitem(last=False)


def _on(switches: Off, scope: Scope, conversation_id: str | None) -> bool:
    return scope.actor_id not in switches.people and conversation_id not in switches.conversations
