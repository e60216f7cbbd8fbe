"""The WebSocket of a conversation, under the server it runs under in earnest."""

import asyncio
import json
import socket as sockets
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import Any

import orjson
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State
from websockets.typing import Subprotocol

from agents.turns.feed import Frame
from core.clock import ManualClock
from core.events import TextDelta
from core.ids import new_id
from server.services import Services
from tests.server.conftest import Person, listening

BRIEF = "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email."
MISSING = "cnv_" + "0" * 32
Wire = dict[str, Any]


def address(live: str, conversation: str, after: object = 0) -> str:
    return f"ws://{live}/api/v1/conversations/{conversation}/ws?after={after}"


def bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"}


async def received(socket: ClientConnection) -> Wire:
    async with asyncio.timeout(20):
        return dict(orjson.loads(await socket.recv()))


async def until(socket: ClientConnection, kind: str) -> list[Wire]:
    frames = [await received(socket)]
    while frames[-1]["event"]["type"] != kind:
        frames.append(await received(socket))
    return frames


async def close_code(socket: ClientConnection) -> int:
    with suppress(ConnectionClosed):
        async with asyncio.timeout(20):
            async for _ in socket:
                pass
    return socket.close_code or 0


def text_of(frames: Sequence[Wire]) -> str:
    events = [frame["event"] for frame in frames]
    return "".join(event["delta"] for event in events if event["type"] == "TEXT_MESSAGE_CONTENT")


async def say(socket: ClientConnection, content: object, **more: object) -> None:
    await socket.send(json.dumps({"type": "message", "content": content, **more}))


async def test_a_turn_over_the_socket_is_numbered_without_gaps(person: Person, live: str) -> None:
    conversation = await person.conversation()
    async with connect(address(live, conversation), additional_headers=bearer(person)) as socket:
        await say(socket, BRIEF, client_message_id="mine-1")
        frames = await until(socket, "RUN_FINISHED")
    numbers = [frame["seq"] for frame in frames if "seq" in frame]
    assert numbers == list(range(1, len(numbers) + 1))
    assert frames[0]["event"]["type"] == "RUN_STARTED"
    said = next(frame["event"]["value"] for frame in frames if frame["event"].get("name") == "user_message")
    assert said["client_message_id"] == "mine-1"
    stored = (await person.client.get(f"/api/v1/conversations/{conversation}/messages")).json()["items"]
    assert text_of(frames) == stored[0]["content"]


async def test_under_another_websocket_protocol_the_frames_are_the_same(
    person: Person, app: FastAPI, services: Services
) -> None:
    conversation = await person.conversation()
    config = uvicorn.Config(app, ws="websockets-sansio", lifespan="off", log_config=None, timeout_graceful_shutdown=5)
    async with (
        listening(services, config) as place,
        connect(address(place, conversation), additional_headers=bearer(person)) as socket,
    ):
        await say(socket, BRIEF)
        frames = await until(socket, "RUN_FINISHED")
    stored = (await person.client.get(f"/api/v1/conversations/{conversation}/messages")).json()["items"]
    assert text_of(frames) == stored[0]["content"]


async def test_the_subprotocol_pair_and_the_first_frame_log_in_too(person: Person, live: str) -> None:
    conversation = await person.conversation()
    offered = [Subprotocol("marketing-minds"), Subprotocol(f"bearer.{person.token}")]
    async with connect(address(live, conversation), subprotocols=offered) as socket:
        assert socket.subprotocol == "marketing-minds"
        await socket.send('{"type": "ping"}')
        assert (await received(socket))["event"]["name"] == "pong"
    async with connect(address(live, conversation)) as socket:
        await socket.send(json.dumps({"type": "auth", "token": person.token}))
        await socket.send('{"type": "ping"}')
        assert (await received(socket))["event"]["name"] == "pong"


@pytest.mark.parametrize("frame", ['{"type": "auth", "token": "x"}', '{"type": "ping"}', "{", b"\x00\xff", "[]"])
async def test_without_a_login_the_socket_is_closed(person: Person, live: str, frame: str | bytes) -> None:
    conversation = await person.conversation()
    async with connect(address(live, conversation)) as socket:
        await socket.send(frame)
        assert await close_code(socket) == 4401


async def test_what_does_not_exist_is_closed_with_4404(person: Person, live: str) -> None:
    for conversation in (MISSING, "nonsense", "%00"):
        async with connect(address(live, conversation), additional_headers=bearer(person)) as socket:
            assert await close_code(socket) == 4404


async def test_a_page_of_another_site_is_closed_with_4403(person: Person, live: str) -> None:
    conversation = await person.conversation()
    for origin, allowed in ((f"http://{live}", True), ("https://evil.example", False), ("null", False)):
        headers = bearer(person) | {"Origin": origin}
        async with connect(address(live, conversation), additional_headers=headers) as socket:
            if allowed:
                await socket.send('{"type": "ping"}')
                assert (await received(socket))["event"]["name"] == "pong"
            else:
                assert await close_code(socket) == 4403


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "null",
        "[]",
        "5",
        '"text"',
        "{}",
        '{"type": "dance"}',
        '{"type": {"$ne": null}}',
        '{"type": "message"}',
        '{"type": "message", "content": null}',
        '{"type": "message", "content": {"$ne": null}}',
        '{"type": "message", "content": ""}',
        '{"type": "message", "content": "   "}',
        '{"type": "message", "content": "a\\u0000b"}',
        '{"type": "message", "content": "\\ud800"}',
        '{"type": "message", "content": "' + "x" * 40_000 + '"}',
        '{"type": "message", "content": "' + "x" * 300_000 + '"}',
        '{"type": "message", "content": "ok", "client_message_id": 7}',
        '{"type": "decision", "approval_id": "apr_1", "decision": "approve"}',
        '{"type": "decision", "approval_id": "apr_00000000000000000000000000000000", "decision": "approve"}',
        '{"type": "decision", "approval_id": {"$ne": null}, "decision": "approve"}',
        '{"type": "auth", "token": "again"}',
        "[" * 100_000,
        b"\x00\xff",
    ],
)
async def test_a_frame_that_can_not_be_used_is_answered_and_the_socket_stays_open(
    person: Person, live: str, frame: str | bytes
) -> None:
    conversation = await person.conversation()
    async with connect(address(live, conversation), additional_headers=bearer(person)) as socket:
        await socket.send(frame)
        answer = await received(socket)
        assert answer["event"]["type"] == "RUN_ERROR"
        assert answer["event"]["code"] in {"invalid_input", "not_found"}
        assert "seq" not in answer
        await socket.send('{"type": "ping"}')
        assert (await received(socket))["event"]["name"] == "pong"


@pytest.mark.parametrize("after", ["-1", "x", "9" * 40, "1.5", "%00", ""])
async def test_an_absurd_place_to_start_is_told_and_everything_is_sent(person: Person, live: str, after: str) -> None:
    conversation = await person.conversation()
    await person.say(conversation, "Hello")
    async with connect(address(live, conversation, after), additional_headers=bearer(person)) as socket:
        assert (await received(socket))["event"]["code"] == "invalid_input"
        assert (await received(socket))["seq"] == 1


async def test_a_client_that_comes_back_gets_exactly_the_rest(person: Person, live: str) -> None:
    conversation = await person.conversation()
    await person.say(conversation, BRIEF)
    async with connect(address(live, conversation), additional_headers=bearer(person)) as socket:
        everything = [frame for frame in await until(socket, "RUN_FINISHED") if "seq" in frame]
    for after in range(len(everything)):
        async with connect(address(live, conversation, after), additional_headers=bearer(person)) as socket:
            rest = [frame for frame in await until(socket, "RUN_FINISHED") if "seq" in frame]
        assert rest == everything[after:]


async def test_two_clients_of_a_conversation_see_the_same(person: Person, live: str) -> None:
    conversation = await person.conversation()
    place = address(live, conversation)
    async with (
        connect(place, additional_headers=bearer(person)) as one,
        connect(place, additional_headers=bearer(person)) as two,
    ):
        await two.send('{"type": "ping"}')
        await received(two)
        await say(one, BRIEF)
        seen = await asyncio.gather(until(one, "RUN_FINISHED"), until(two, "RUN_FINISHED"))
    durable = [[frame for frame in frames if "seq" in frame] for frames in seen]
    assert durable[0] == durable[1]
    assert text_of(seen[0]) == text_of(seen[1]) != ""


async def test_a_viewer_follows_and_is_refused_when_speaking(person: Person, viewer: Person, live: str) -> None:
    conversation = await person.conversation()
    async with connect(address(live, conversation), additional_headers=bearer(viewer)) as socket:
        for frame in ({"type": "message", "content": "Hello"}, {"type": "cancel"}):
            await socket.send(json.dumps(frame))
            assert (await received(socket))["event"]["code"] == "forbidden"
        await person.say(conversation, "Hello")
        assert (await until(socket, "RUN_FINISHED"))[0]["event"]["type"] == "RUN_STARTED"


async def test_a_decision_over_the_socket_resumes_the_run(person: Person, live: str) -> None:
    conversation = await person.conversation()
    await person.say(conversation, BRIEF)
    await person.say(conversation, "Yes, plan it and write the posts.")
    about = (await person.client.get(f"/api/v1/conversations/{conversation}")).json()
    place = address(live, conversation, about["last_seq"])
    async with connect(place, additional_headers=bearer(person)) as socket:
        await say(socket, "Schedule the Instagram post for 2 December at 9am.")
        asked = (await until(socket, "RUN_FINISHED"))[-1]["event"]["outcome"]["interrupts"][0]
        facts = asked["metadata"]
        decision = {"type": "decision", "approval_id": facts["approval_id"], "decision": "approve"}
        await socket.send(json.dumps(decision | {"payload_hash": facts["payload_hash"], "notes": "Good."}))
        frames = await until(socket, "RUN_FINISHED")
        decided = [frame["event"] for frame in frames if frame["event"].get("name") == "approval_decided"]
        assert decided[0]["value"]["decided_by"] == person.user_id
        await socket.send(json.dumps(decision))
        assert (await received(socket))["event"]["code"] == "conflict"
    posts = (await person.client.get("/api/v1/posts")).json()["items"]
    assert [post["approval_id"] for post in posts] == [facts["approval_id"]]


async def test_an_erased_account_loses_its_sockets_at_the_next_frame(person: Person, live: str) -> None:
    conversation = await person.conversation()
    async with connect(address(live, conversation), additional_headers=bearer(person)) as socket:
        await socket.send('{"type": "ping"}')
        await received(socket)
        await person.client.request("DELETE", "/api/v1/me", json={"password": "correct horse"})
        await socket.send('{"type": "ping"}')
        assert await close_code(socket) == 4401


async def test_who_only_listens_is_cut_off_with_their_login(
    person: Person, member: Person, services: Services, clock: ManualClock, live: str
) -> None:
    """A removed member and an expired token are told nothing more, though they never say anything."""
    conversation = await person.conversation()
    short = services.tokens.issue(person.user_id, lifetime=timedelta(seconds=30))
    async with AsyncExitStack() as stack:

        async def listens(token: str) -> ClientConnection:
            login = {"Authorization": f"Bearer {token}"}
            return await stack.enter_async_context(connect(address(live, conversation), additional_headers=login))

        removed, expired, stays = [await listens(token) for token in (member.token, short, person.token)]
        assert (await person.client.delete(f"/api/v1/members/{member.user_id}")).status_code == 204
        assert await close_code(removed) == 4401
        assert expired.state is State.OPEN
        clock.advance(timedelta(seconds=31))
        assert await close_code(expired) == 4401
        await person.say(conversation, "Hello")
        await until(stays, "RUN_FINISHED")


async def test_too_many_sockets_are_closed_with_4429(person: Person, services: Services, live: str) -> None:
    services.sockets.most = 1
    conversation = await person.conversation()
    async with connect(address(live, conversation), additional_headers=bearer(person)) as first:
        await first.send('{"type": "ping"}')
        await received(first)
        async with connect(address(live, conversation), additional_headers=bearer(person)) as second:
            assert await close_code(second) == 4429


async def test_a_server_that_stops_says_so(person: Person, services: Services, live: str) -> None:
    conversation = await person.conversation()
    async with connect(address(live, conversation), additional_headers=bearer(person)) as socket:
        await socket.send('{"type": "ping"}')
        await received(socket)
        services.stopping.set()
        assert await close_code(socket) == 1012


async def test_a_slow_reader_is_cut_off_and_others_are_not(person: Person, services: Services, live: str) -> None:
    services.sockets.patience_seconds = 0.2
    conversation = await person.conversation()
    host, port = live.split(":")
    lazy = sockets.create_connection((host, int(port)))
    lazy.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 65_536)
    place = address(live, conversation)
    async with (
        connect(place, additional_headers=bearer(person)) as brisk,
        connect(place, additional_headers=bearer(person), sock=lazy, max_queue=1) as slow,
    ):
        for socket in (brisk, slow):
            await socket.send('{"type": "ping"}')
            await received(socket)
        channel = services.turns.house.feed.channel(conversation)
        async with asyncio.timeout(20):
            while len(channel.listeners) < 2:
                await asyncio.sleep(0.01)
        sent = [Frame(None, TextDelta(new_id("msg"), "x" * 50_000).wire(), "run") for _ in range(300)]
        for number, frame in enumerate(sent):
            channel.publish([frame])
            if number % 10 == 0:
                await asyncio.sleep(0)
        for _ in sent:
            assert (await received(brisk))["event"]["type"] == "TEXT_MESSAGE_CONTENT"
        async with asyncio.timeout(20):
            while not services.metrics.registry.get_sample_value("mm_sockets_cut_off_total"):
                await asyncio.sleep(0.01)
        assert await close_code(slow) == 4408
    async with connect(place, additional_headers=bearer(person)) as again:
        await again.send('{"type": "ping"}')
        assert (await received(again))["event"]["name"] == "pong"
