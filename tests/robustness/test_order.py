"""Turns of one conversation run in order, others side by side; a repeat is the same turn; cancelling loses nothing."""

import asyncio
import random
from typing import Any

import orjson
import pytest

from bench.talker import Place, Talker
from core.ids import new_id
from sandbox.planning_model import BRIEF, CHAT, WRITE, answer
from tests.robustness.conftest import Live

MESSAGES = 20
CONNECTIONS = 4
REPEATS = 20
CANCELS = 60
PATIENCE_SECONDS = 15.0
SEED = 7

Wire = dict[str, Any]


def message(content: str, client_id: str) -> Wire:
    return {"type": "message", "content": content, "client_message_id": client_id}


def custom(event: Wire, name: str) -> bool:
    return bool(event["type"] == "CUSTOM" and event["name"] == name)


def runs(events: list[Wire]) -> list[str]:
    """The client's ids of the turns in the order they ran, after checking that none ran inside another."""
    order: list[str] = []
    under_way = False
    for event in events:
        if event["type"] == "RUN_STARTED":
            assert not under_way, "a turn began inside another"
            under_way = True
        elif custom(event, "user_message"):
            order.append(event["value"]["client_message_id"])
        elif event["type"] in {"RUN_FINISHED", "RUN_ERROR"}:
            assert under_way, "a turn ended twice"
            under_way = False
    return order


async def send_all(talker: Talker, conversation_id: str, client_ids: list[str]) -> None:
    """Send messages over a connection of one's own, without waiting for any answer."""
    async with talker.socket(conversation_id, 0) as socket:
        for client_id in client_ids:
            await socket.send(orjson.dumps(message(CHAT, client_id)).decode())
        # A client that leaves at once may leave before it was heard.
        await socket.ping()
        heard: set[str] = set()
        while not heard.issuperset(client_ids):
            wire = orjson.loads(await socket.recv())["event"]
            if custom(wire, "user_message"):
                heard.add(wire["value"]["client_message_id"])


async def test_messages_thrown_in_at_once_run_one_after_the_other(live: Live) -> None:
    talker, place = live.new_talker(), Place()
    conversation_id = await talker.conversation()
    shares = [[f"{number}-{index}" for index in range(MESSAGES // CONNECTIONS)] for number in range(CONNECTIONS)]
    everything = sorted(client_id for share in shares for client_id in share)
    sending = [asyncio.create_task(send_all(talker, conversation_id, share)) for share in shares]
    async with asyncio.timeout(PATIENCE_SECONDS * 4):
        await talker.follow(conversation_id, place, lambda: len(place.over) == MESSAGES)
        await asyncio.gather(*sending)
    assert place.problems == []
    order = runs(place.events)
    assert sorted(order) == everything
    for share in shares:
        assert [client_id for client_id in order if client_id in share] == share
    assert [event["type"] for event in place.over.values()] == ["RUN_FINISHED"] * MESSAGES
    stored = await talker.everything(f"/api/v1/conversations/{conversation_id}/messages")
    assert len(stored) == 2 * MESSAGES
    conversation = await talker.call("GET", f"/api/v1/conversations/{conversation_id}")
    assert conversation["message_count"] == 2 * MESSAGES
    assert len(live.model.requests) == MESSAGES


async def test_calls_thrown_in_at_once_each_get_their_own_answer(live: Live) -> None:
    talker = live.new_talker()
    conversation_id = await talker.conversation()
    bodies = [{"content": CHAT, "client_message_id": f"call-{index}"} for index in range(MESSAGES)]
    path = f"/api/v1/conversations/{conversation_id}/messages"
    async with asyncio.timeout(PATIENCE_SECONDS * 4):
        answers = await asyncio.gather(*(talker.call("POST", path, body) for body in bodies))
    assert {turn["status"] for turn in answers} == {"success"}
    assert len({turn["run_id"] for turn in answers}) == MESSAGES
    assert all([said["content"] for said in turn["messages"]] == [answer(CHAT)] for turn in answers)
    assert len(live.model.requests) == MESSAGES


async def test_conversations_run_side_by_side(live: Live) -> None:
    talker = live.new_talker()
    places = [Place() for _ in range(10)]
    conversations = [await talker.conversation() for _ in places]
    spans: list[tuple[float, float]] = []
    loop = asyncio.get_running_loop()

    async def talk(conversation_id: str, place: Place) -> None:
        said = message(CHAT, "one")
        await talker.follow(conversation_id, place, lambda: bool(place.first_pieces), said)
        begun = loop.time()
        await talker.follow(conversation_id, place, lambda: bool(place.over))
        spans.append((begun, loop.time()))

    await asyncio.gather(*map(talk, conversations, places))
    assert max(begun for begun, _ in spans) < min(over for _, over in spans), "all were speaking at one moment"
    assert all(place.problems == [] for place in places)


@pytest.mark.parametrize(("content", "model_calls"), [(CHAT, 1), (WRITE, 3)])
async def test_same_message_sent_twenty_times_at_once_is_one_turn(live: Live, content: str, model_calls: int) -> None:
    talker = live.new_talker()
    conversation_id, client_id = await talker.conversation(), new_id("cli")
    body = {"content": content, "client_message_id": client_id}
    path = f"/api/v1/conversations/{conversation_id}/messages"
    places = [Place() for _ in range(REPEATS // 2)]

    async def listen(place: Place) -> None:
        said = message(content, client_id)
        await talker.follow(conversation_id, place, lambda: client_id in place.over, said)

    async with asyncio.timeout(PATIENCE_SECONDS):
        calls = asyncio.gather(*(talker.call("POST", path, body) for _ in range(REPEATS // 2)))
        await asyncio.gather(*map(listen, places))
        answers = await calls
    assert len({turn["run_id"] for turn in answers}) == 1
    assert {turn["status"] for turn in answers} == {"success"}
    assert all(place.problems == [] for place in places)
    assert all(place.events == places[0].events for place in places)
    assert runs(places[0].events) == [client_id]
    again = await talker.call("POST", path, body)
    assert again["run_id"] == answers[0]["run_id"]
    assert len(live.model.requests) == model_calls
    assert len(await talker.everything("/api/v1/content")) == (2 if content == WRITE else 0)


async def test_cancel_at_random_points(live: Live) -> None:
    rolled = random.Random(SEED)
    talker, place = live.new_talker(), Place()
    conversation_id = await talker.conversation()
    outcomes: list[str] = []
    for round_number in range(CANCELS):
        content = rolled.choice((CHAT, BRIEF, WRITE))
        client_id = f"cancel-{round_number}"
        await cancelled(talker, conversation_id, place, message(content, client_id), rolled.randint(0, 25))
        outcomes.append(place.over[client_id]["outcome"]["type"])
        await check_said(talker, conversation_id, place, client_id, content)
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, last = await talker.turn(conversation_id, place, CHAT)
        assert last["outcome"]["type"] == "success"
    assert place.problems == []
    again = await talker.replayed(conversation_id, place.seq)
    assert again.events == place.events
    assert again.problems == []
    assert len(runs(place.events)) == 2 * CANCELS
    print(f"\n{outcomes.count('cancelled')} of {CANCELS} were cancelled before their end")
    assert outcomes.count("cancelled") > CANCELS // 2


async def cancelled(talker: Talker, conversation_id: str, place: Place, said: Wire, frames: int) -> None:
    """Say something, cancel after so many frames, and wait for the end."""
    client_id = said["client_message_id"]
    async with asyncio.timeout(PATIENCE_SECONDS), talker.socket(conversation_id, place.seq) as socket:
        await socket.send(orjson.dumps(said).decode())
        for _ in range(frames):
            place.take(orjson.loads(await socket.recv()))
            if client_id in place.over:
                return
        asked = 0
        while client_id not in place.over:
            # Before the message has begun there is nothing to cancel, so it is asked for again.
            if asked == 0 or not place.heard(client_id):
                await socket.send('{"type":"cancel"}')
                asked += 1
            place.take(orjson.loads(await socket.recv()))


async def check_said(talker: Talker, conversation_id: str, place: Place, client_id: str, content: str) -> None:
    """Compare the stored messages of a turn with its outcome and with what was seen of it."""
    outcome = place.over[client_id]["outcome"]["type"]
    page = await talker.call("GET", f"/api/v1/conversations/{conversation_id}/messages?limit=10")
    asked = next(item for item in page["items"] if item["client_message_id"] == client_id)
    answers = [item for item in page["items"] if item["run_id"] == asked["run_id"] and item["role"] == "assistant"]
    if outcome == "success":
        assert [item["content"] for item in answers] == [answer(content)]
        return
    assert asked["status"] == "cancelled"
    for item in answers:
        assert item["status"] == "cancelled"
        assert answer(content).startswith(item["content"])
        assert place.ended[item["message_id"]] == item["content"]


@pytest.mark.parametrize("content", [CHAT, WRITE])
async def test_cancel_before_the_first_event_comes_back(live: Live, content: str) -> None:
    talker, place = live.new_talker(), Place()
    conversation_id = await talker.conversation()
    for number in range(10):
        client_id = f"early-{number}"
        async with asyncio.timeout(PATIENCE_SECONDS), talker.socket(conversation_id, place.seq) as socket:
            await socket.send(orjson.dumps(message(content, client_id)).decode())
            await asyncio.sleep(number / 1000)
            await socket.send('{"type":"cancel"}')
            while client_id not in place.over:
                place.take(orjson.loads(await socket.recv()))
        await check_said(talker, conversation_id, place, client_id, content)
    async with asyncio.timeout(PATIENCE_SECONDS):
        _, last = await talker.turn(conversation_id, place, CHAT)
    assert last["outcome"]["type"] == "success"
    assert place.problems == []
