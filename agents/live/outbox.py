"""What waits to be sent to other processes: pieces of a text grow together until they go."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

Item = dict[str, Any]

COALESCE_SECONDS: Final = 0.05
# While nothing can be sent, no more than this is kept: what is lost is found in the log.
MOST_WAITING: Final = 20_000


@dataclass(slots=True)
class Growing:
    """A piece of text that waits to be sent, and where it ends so far."""

    item: Item
    message_id: str
    ends: int
    pieces: list[str] = field(default_factory=list[str])


class Outbox:
    """Keeps items in order. Pieces of text go within ``COALESCE_SECONDS``, everything else at once."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._last: dict[str, Growing] = {}
        self._some = asyncio.Event()
        self._urgent = asyncio.Event()

    def put(self, item: Item) -> None:
        """Add something that has to go at once."""
        self._add(item)
        self._urgent.set()

    def say(self, conversation_id: str, message_id: str, at: int, piece: str) -> None:
        """Add a piece of an answer that begins at ``at``: to the piece before it, if that waits still."""
        last = self._last.get(conversation_id)
        if last is None or (last.message_id, last.ends) != (message_id, at):
            item = {"kind": "text", "conversation": conversation_id, "message": message_id, "at": at}
            self._add(item)
            last = self._last[conversation_id] = Growing(item, message_id, at)
        last.pieces.append(piece)
        last.ends += len(piece)

    async def take(self) -> list[Item]:
        """Wait until something has to go, and take all there is."""
        await self._some.wait()
        if not self._urgent.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(COALESCE_SECONDS):
                    await self._urgent.wait()
        for conversation_id in list(self._last):
            self._settle(conversation_id)
        items, self._items = self._items, []
        self._some.clear()
        self._urgent.clear()
        return items

    def _add(self, item: Item) -> None:
        if len(self._items) >= MOST_WAITING:
            self._items.clear()
            self._last.clear()
        self._items.append(item)
        self._some.set()
        self._settle(item.get("conversation", ""))

    def _settle(self, conversation_id: str) -> None:
        """Let a text that grew here grow no more."""
        last = self._last.pop(conversation_id, None)
        if last is not None:
            last.item["text"] = "".join(last.pieces)
