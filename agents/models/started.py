"""A model call that was begun before anybody reads it, so that storing a message and asking the model overlap."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from langchain_core.messages import BaseMessage

from agents.models.reply import ChatModel, Part


class StartedReply:
    """The first call of one agent's part of a turn. Nothing is shown of it, and no tool is run, before it is read.

    Read a second time, after a failure, it calls the model anew.
    """

    def __init__(self, agent: str, model: ChatModel, messages: list[BaseMessage]) -> None:
        self.agent = agent
        self.messages = messages
        self._model = model
        self._arrived: asyncio.Queue[Sequence[Part] | None] = asyncio.Queue()
        self._reading: asyncio.Task[None] | None = asyncio.create_task(self._read(), name=f"first words of {agent}")

    async def _read(self) -> None:
        try:
            async for parts in self._model.parts(self.messages):
                self._arrived.put_nowait(parts)
        finally:
            self._arrived.put_nowait(None)

    async def parts(self, messages: Sequence[BaseMessage]) -> AsyncIterator[Sequence[Part]]:
        """Yield what has come and what still comes. Raises what the call raised."""
        reading, self._reading = self._reading, None
        if reading is None:
            async for parts in self._model.parts(messages):
                yield parts
            return
        try:
            while (arrived := await self._arrived.get()) is not None:
                yield arrived
            await reading
        finally:
            reading.cancel()

    async def drop(self) -> None:
        """End the call if nobody has read it."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
