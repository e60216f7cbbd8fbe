"""A model call begun before it is read."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from langchain_core.messages import BaseMessage, HumanMessage

from agents.models.reply import Part
from agents.models.started import StartedReply
from core.errors import ModelError

WORDS: list[BaseMessage] = [HumanMessage("Hello")]


class Answers:
    """Gives its answers one call after another; remembers which calls were ended before their time."""

    def __init__(self, *answers: str | ModelError, waits: bool = False) -> None:
        self.answers = list(answers)
        self.waits = waits
        self.calls = 0
        self.ended = 0

    async def parts(self, messages: Sequence[BaseMessage]) -> AsyncIterator[Sequence[Part]]:
        assert messages == WORDS
        self.calls += 1
        answer = self.answers.pop(0)
        try:
            if self.waits:
                await asyncio.Event().wait()
            if isinstance(answer, ModelError):
                raise answer
            for word in answer.split():
                await asyncio.sleep(0)
                yield [word]
        except asyncio.CancelledError:
            self.ended += 1
            raise


async def read(reply: StartedReply) -> list[Part]:
    return [part async for parts in reply.parts(WORDS) for part in parts]


async def test_it_is_read_from_its_beginning_however_late() -> None:
    model = Answers("one two three")
    reply = StartedReply("writer", model, WORDS)
    await asyncio.sleep(0.01)
    assert model.calls == 1
    assert await read(reply) == ["one", "two", "three"]


async def test_a_failure_comes_when_it_is_read_and_the_next_reading_is_a_call_of_its_own() -> None:
    model = Answers(ModelError("busy"), "now it works")
    reply = StartedReply("writer", model, WORDS)
    await asyncio.sleep(0.01)
    with pytest.raises(ModelError, match="busy"):
        await read(reply)
    assert await read(reply) == ["now", "it", "works"]
    assert model.calls == 2


async def test_what_nobody_reads_is_ended() -> None:
    model = Answers("never", waits=True)
    reply = StartedReply("writer", model, WORDS)
    await asyncio.sleep(0.01)
    await reply.drop()
    await reply.drop()
    assert (model.calls, model.ended) == (1, 1)


async def test_a_reader_that_stops_ends_it() -> None:
    model = Answers("never", waits=True)
    reply = StartedReply("writer", model, WORDS)
    reading = asyncio.create_task(read(reply))
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await asyncio.sleep(0.01)
    assert model.ended == 1
