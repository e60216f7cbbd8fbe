"""The live feed between processes: the same cases over every transport. One process runs a turn, another watches."""

import asyncio
from collections.abc import Awaitable, Callable

import orjson

from core.ids import new_id
from sandbox.model_server import ModelServer, Say
from tests.agents.live.conftest import PATIENCE_SECONDS, Place, Seen

Start = Callable[[str], Awaitable[Place]]
ASK = "strategist: make a campaign plan"
WORDS = 60
ANSWER = " ".join(f"word{number}" for number in range(WORDS))


async def two(process: Start) -> tuple[Place, Place, str]:
    """Return who watches, who runs, and a conversation that both know is watched."""
    here, there = await process("here"), await process("there")
    return here, there, await here.team.conversation()


async def known(place: Place) -> None:
    """Wait until a process knows that somebody listens elsewhere."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not place.relay.heard_elsewhere:
            await asyncio.sleep(0.005)


async def say(place: Place, conversation: str) -> str:
    return (await place.team.turns.accept(place.team.scope, conversation, ASK, new_id("msg"))).run_id


def half_way(seen: Seen) -> bool:
    return len(seen.text) > len(ANSWER) // 3


def deltas(packets: list[bytes]) -> int:
    return sum(item["kind"] == "text" for packet in packets for item in orjson.loads(packet)["items"])


async def test_a_turn_is_seen_live_in_another_process_in_order(process: Start, model: ModelServer) -> None:
    here, there, conversation = await two(process)
    seen = here.follow(conversation)
    await known(there)
    model.add(Say(ANSWER, pause=0.01))

    await say(there, conversation)

    await seen.until(half_way)
    assert "TEXT_MESSAGE_END" not in seen.kinds
    await seen.until(lambda one: one.over)
    assert seen.text == ANSWER
    assert seen.numbers == list(range(1, len(seen.numbers) + 1))
    assert [frame.wire for frame in seen.frames if frame.seq] == await here.team.log(conversation)
    assert 1 < deltas(there.road.sent) <= WORDS / 2, "pieces are sent together, and more than once"
    await seen.leave()


async def test_who_joins_in_the_middle_gets_the_text_so_far_and_the_rest(process: Start, model: ModelServer) -> None:
    here, there, conversation = await two(process)
    model.add(Say(ANSWER, pause=0.02))
    run = await say(there, conversation)
    first = there.follow(conversation)
    await first.until(half_way)

    late = here.follow(conversation, run_id=run)

    await late.until(half_way)
    assert "TEXT_MESSAGE_END" not in late.kinds
    later_still = here.follow(conversation, run_id=run)
    for seen in (late, later_still, first):
        await seen.until(lambda one: one.over)
        assert seen.text == ANSWER
        assert seen.kinds.count("TEXT_MESSAGE_START") == 1
        assert seen.numbers == list(range(1, len(seen.numbers) + 1))
        await seen.leave()


async def test_a_turn_is_stopped_from_another_process_at_once(process: Start, model: ModelServer) -> None:
    here, there, conversation = await two(process)
    seen = here.follow(conversation)
    await known(there)
    model.add(Say(" ".join([ANSWER] * 50), pause=0.05))
    await say(there, conversation)
    await seen.until(half_way)

    assert await here.team.turns.cancel(here.team.scope, conversation)

    await seen.until(lambda one: one.over)
    assert seen.frames[-1].wire["outcome"]["type"] == "cancelled"
    told = [item["kind"] for packet in here.road.sent for item in orjson.loads(packet)["items"]]
    assert told.count("cancel") == 1
    await seen.leave()


async def test_what_gets_lost_on_the_way_is_found_in_the_log(process: Start, model: ModelServer) -> None:
    here, there, conversation = await two(process)
    seen = here.follow(conversation)
    await known(there)
    there.road.loses = lambda _: len(there.road.sent) % 3 == 0 or b"RUN_FINISHED" in there.road.sent[-1]
    for _ in range(3):
        model.add(Say(ANSWER, pause=0.005))
        done = seen.kinds.count("RUN_FINISHED")

        await say(there, conversation)

        await seen.until(lambda one, done=done: one.kinds.count("RUN_FINISHED") > done)  # type: ignore[misc]
        assert seen.text == ANSWER
    assert seen.numbers == list(range(1, len(seen.numbers) + 1))
    await seen.leave()


async def test_after_a_break_everything_is_there_again(process: Start, model: ModelServer) -> None:
    here, there, conversation = await two(process)
    seen = here.follow(conversation)
    await known(there)
    model.add(Say(ANSWER), Say("Once more."))
    there.road.closed = True
    await say(there, conversation)
    await seen.until(lambda one: one.over)
    there.road.closed = False
    await there.team.at_rest(conversation)

    await say(there, conversation)

    await seen.until(lambda one: one.kinds.count("RUN_FINISHED") == 2)
    assert seen.text == "Once more."
    assert seen.numbers == list(range(1, len(seen.numbers) + 1))
    await seen.leave()


async def test_a_turn_taken_over_goes_on_for_who_watches(process: Start, model: ModelServer) -> None:
    here, there, conversation = await two(process)
    seen = here.follow(conversation)
    await known(there)
    model.add(Say(ANSWER, pause=0.05), Say("Another answer altogether."))
    await say(there, conversation)
    await seen.until(half_way)
    await there.team.turns.stop()
    again = await process("there")

    assert await again.team.recovery.sweep() == 1

    await seen.until(lambda one: one.over)
    assert seen.text == "Another answer altogether."
    assert seen.numbers == list(range(1, len(seen.numbers) + 1))
    assert [frame.wire for frame in seen.frames if frame.seq] == await here.team.log(conversation)
    await seen.leave()


async def test_nothing_is_sent_while_nobody_listens_elsewhere(process: Start, model: ModelServer) -> None:
    here, there, conversation = await two(process)
    model.add(*[Say(ANSWER)] * 2)
    await there.team.say(conversation, ASK)
    sent = [item["kind"] for packet in there.road.sent for item in orjson.loads(packet)["items"]]
    assert sent == ["who"]

    seen = here.follow(conversation)
    await seen.until(lambda one: one.over)
    await known(there)
    await there.team.say(conversation, ASK)
    await seen.until(lambda one: one.kinds.count("RUN_FINISHED") == 2)

    assert deltas(there.road.sent) > 0
    await seen.leave()
