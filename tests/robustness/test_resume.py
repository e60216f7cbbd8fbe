"""A client whose connection breaks again and again ends up with every event once, and with the text that is stored."""

import asyncio
import random

from bench.talker import Place, Talker
from sandbox.planning_model import BRIEF, CHAT, answer
from tests.robustness.conftest import Live

CONVERSATIONS = 8
TURNS = 32
SEED = 20
LONGEST_PIECE = 30
PATIENCE_SECONDS = 20


async def test_hundreds_of_turns_over_broken_connections(live: Live) -> None:
    rolled = random.Random(SEED)
    talkers = [live.new_talker() for _ in range(CONVERSATIONS)]

    async def converse(talker: Talker) -> tuple[str, Place, Place]:
        conversation_id, spoken, watched = await talker.conversation(), Place(), Place()

        def piece() -> int:
            return rolled.randint(1, LONGEST_PIECE)

        async def watch() -> None:
            while True:
                await talker.follow(conversation_id, watched, lambda: False, None, piece())

        watching = asyncio.create_task(watch())
        for _ in range(TURNS):
            _, last = await talker.turn(conversation_id, spoken, rolled.choice((CHAT, BRIEF)), piece)
            assert last["type"] == "RUN_FINISHED", last
        async with asyncio.timeout(PATIENCE_SECONDS):
            while watched.seq < spoken.seq:
                await asyncio.sleep(0.01)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return conversation_id, spoken, watched

    ended = await asyncio.gather(*map(converse, talkers))
    for talker, (conversation_id, spoken, watched) in zip(talkers, ended, strict=True):
        assert spoken.problems == []
        assert watched.problems == []
        assert watched.events[: len(spoken.events)] == spoken.events
        assert watched.texts == spoken.texts
        stored = await talker.everything(f"/api/v1/conversations/{conversation_id}/messages")
        answers = {message["message_id"]: message["content"] for message in stored if message["role"] == "assistant"}
        assert spoken.texts == answers
        assert len(answers) == TURNS
        assert set(answers.values()) <= {answer(CHAT), answer(BRIEF)}
    cuts = sum(talker.connections for talker in talkers)
    print(f"\n{CONVERSATIONS * TURNS} turns, {cuts} connections")
    assert cuts > 2 * CONVERSATIONS * TURNS


async def test_client_that_joins_in_the_middle_gets_the_text_so_far(live: Live) -> None:
    talker = live.new_talker()
    conversation_id, first = await talker.conversation(), Place()
    late: list[tuple[str, Place]] = []
    joined: list[asyncio.Task[None]] = []

    def over(place: Place) -> bool:
        return bool(place.over)

    def join_now_and_then() -> bool:
        said = next(iter(first.texts.values()), "")
        if len(said.split()) > 8 * (len(joined) + 1) and not over(first):
            place = Place()
            late.append((said, place))
            joined.append(asyncio.create_task(talker.follow(conversation_id, place, lambda: over(place))))
        return over(first)

    say = {"type": "message", "content": CHAT, "client_message_id": "one"}
    await talker.follow(conversation_id, first, join_now_and_then, say)
    await asyncio.gather(*joined)
    assert len(late) >= 3
    for said, place in late:
        assert place.problems == []
        assert place.events == first.events
        assert list(place.texts.values()) == [answer(CHAT)]
        assert place.first_pieces, "a text that had begun comes to the client at once"
        assert place.first_pieces[0].startswith(said)


async def test_client_that_knows_the_events_gets_only_the_text_so_far(live: Live) -> None:
    talker = live.new_talker()
    conversation_id, place = await talker.conversation(), Place()
    say = {"type": "message", "content": CHAT, "client_message_id": "one"}
    await talker.follow(conversation_id, place, lambda: len("".join(place.texts.values())) > 50, say)
    known = len(place.events)
    await talker.follow(conversation_id, place, lambda: bool(place.over))
    assert place.problems == []
    assert list(place.texts.values()) == [answer(CHAT)]
    assert len(place.events) > known
