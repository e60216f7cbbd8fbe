"""AG-UI, read by the protocol's own JavaScript client and by hand."""

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from ag_ui.core import Event
from pydantic import TypeAdapter

from core.clock import ManualClock
from server.live.ag_ui_order import RunOrder
from tests.server.conftest import Person

CLIENT = Path(__file__).parents[1] / "clients" / "ag_ui"
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
DRAFT = "Write an Instagram post about our winter sale, 20% off all bread until Sunday."
SCHEDULE = "Schedule it for tomorrow at 9am."
Wire = dict[str, Any]
UNUSABLE: list[Wire] = [
    {"messages": []},
    {"messages": [{"id": "m1", "role": "assistant", "content": "Hello"}]},
    {"messages": [{"id": "m1", "role": "user", "content": {"$ne": None}}]},
    {"messages": [{"id": "m1", "role": "user", "content": ""}]},
    {"messages": [{"id": "", "role": "user", "content": "Hello"}]},
    {"messages": [{"id": "m1", "role": "user", "content": "a\x00b"}]},
    {"threadId": ""},
    {"threadId": "a\x00b"},
    {"threadId": "x" * 201},
    {"threadId": {"$ne": None}},
    {"runId": ""},
    {"resume": [{"interruptId": "apr_" + "0" * 32, "status": "resolved", "payload": {}}]},
    {"resume": [{"interruptId": "nonsense", "status": "resolved", "payload": {"decision": "approve"}}]},
]


@pytest.fixture
def clock() -> ManualClock:
    """The client compares expiry times with its own clock, so that ours starts with the machine's."""
    now = datetime.now(UTC)
    return ManualClock(now.replace(microsecond=0))


def asked(thread: str, content: str, run: str = "r1", message: str = "m1") -> Wire:
    return {"threadId": thread, "runId": run, "messages": [{"id": message, "role": "user", "content": content}]}


async def run(person: Person, body: Wire) -> list[Wire]:
    answer = await person.client.post("/ag-ui", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]


async def test_the_javascript_client_reads_whole_turns(person: Person, live: str) -> None:
    node = shutil.which("node")
    assert node, "node is missing; `make test` says how to get it."
    words = (DRAFT, SCHEDULE, "approve", "How did our posts do?")
    process = await asyncio.create_subprocess_exec(
        *(node, "turn.mjs", f"http://{live}/ag-ui", person.token, *words),
        cwd=CLIENT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err.decode()
    turns = json.loads(out)["turns"]
    assert [turn["outcome"]["type"] for turn in turns] == ["success", "interrupt", "success", "success"]
    assert [turn["runId"] for turn in turns] == ["run-0", "run-1", "run-2", "run-3"]
    assert {turn["threadId"] for turn in turns} == {"a-thread-of-the-clients-own"}
    assert [turn["pending"] for turn in turns] == [0, 1, 0, 0]
    for turn in turns:
        assert turn["events"][0] == "RUN_STARTED"
        assert turn["events"][-1] == "RUN_FINISHED"
        assert turn["events"].count("RUN_FINISHED") == 1
        assert any(message["role"] == "assistant" and message.get("content") for message in turn["messages"])
    assert "TOOL_CALL_RESULT" in turns[0]["events"]
    assert "route" in turns[0]["custom"]
    assert "approval_decided" in turns[2]["custom"]
    posts = (await person.client.get("/api/v1/posts")).json()["items"]
    assert len(posts) == 1


async def test_every_event_is_one_of_the_protocol(person: Person) -> None:
    for wire in await run(person, asked("t1", DRAFT)):
        EVENT.validate_python(wire)


async def test_ids_are_those_of_the_client_and_nothing_follows_the_end(person: Person) -> None:
    events = await run(person, asked("t1", DRAFT, run="their-run"))
    assert events[0] | {"threadId": "t1", "runId": "their-run"} == events[0]
    assert events[-1] | {"threadId": "t1", "runId": "their-run"} == events[-1]
    assert [event["type"] for event in events].count("RUN_FINISHED") == 1


async def test_a_thread_is_one_conversation_and_a_message_one_turn(person: Person) -> None:
    first = await run(person, asked("t1", "Hello"))
    again = await run(person, asked("t1", "Hello"))
    assert {event["messageId"] for event in first if "messageId" in event} == {
        event["messageId"] for event in again if "messageId" in event
    }
    await run(person, asked("t1", "What can you do?", run="r2", message="m2"))
    listed = (await person.client.get("/api/v1/conversations")).json()["items"]
    assert len(listed) == 1
    path = f"/api/v1/conversations/{listed[0]['conversation_id']}/messages"
    said = [item["content"] for item in (await person.client.get(path)).json()["items"] if item["role"] == "user"]
    assert said == ["What can you do?", "Hello"]


async def test_a_conversations_own_id_is_a_thread_too(person: Person) -> None:
    conversation = await person.conversation()
    await run(person, asked(conversation, "Hello"))
    stored = await person.client.get(f"/api/v1/conversations/{conversation}/messages")
    assert len(stored.json()["items"]) == 2


async def test_an_interrupt_that_is_cancelled_is_a_rejection(person: Person) -> None:
    await run(person, asked("t1", DRAFT))
    outcome = (await run(person, asked("t1", SCHEDULE, message="m2")))[-1]["outcome"]
    resume = [{"interruptId": outcome["interrupts"][0]["id"], "status": "cancelled"}]
    events = await run(person, {"threadId": "t1", "runId": "r3", "messages": [], "resume": resume})
    assert events[-1]["outcome"]["type"] == "success"
    assert (await person.client.get("/api/v1/posts")).json()["items"] == []


@pytest.mark.parametrize("change", UNUSABLE)
async def test_input_that_can_not_be_used_is_a_problem(person: Person, change: Wire) -> None:
    answer: httpx.Response = await person.client.post("/ag-ui", json=asked("t1", "Hello") | change)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_open_at_the_end_is_closed() -> None:
    order = RunOrder("t", "r")
    order.take({"type": "RUN_STARTED", "threadId": "cnv", "runId": "run"})
    order.take({"type": "STEP_STARTED", "stepName": "writer"})
    order.take({"type": "TOOL_CALL_START", "toolCallId": "c1", "toolCallName": "x"})
    order.take({"type": "TEXT_MESSAGE_START", "messageId": "m1", "role": "assistant"})
    ended = order.take({"type": "RUN_FINISHED", "threadId": "cnv", "runId": "run", "outcome": {"type": "success"}})
    kinds = [event["type"] for event in ended]
    assert kinds == ["TEXT_MESSAGE_END", "TOOL_CALL_END", "STEP_FINISHED", "RUN_FINISHED"]
    assert order.take({"type": "STATE_SNAPSHOT", "snapshot": {}}) == []


def test_an_answer_that_starts_anew_is_a_message_of_its_own() -> None:
    order = RunOrder("t", "r")
    start = {"type": "TEXT_MESSAGE_START", "messageId": "m1", "role": "assistant"}
    piece = {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m1", "delta": "Hel"}
    seen = [*order.take(start), *order.take(piece), *order.take(start), *order.take(piece | {"delta": "Hello"})]
    seen += order.take({"type": "TEXT_MESSAGE_END", "messageId": "m1"})
    assert [(event["type"].removeprefix("TEXT_MESSAGE_"), event["messageId"]) for event in seen] == [
        ("START", "m1"),
        ("CONTENT", "m1"),
        ("END", "m1"),
        ("START", "m1-2"),
        ("CONTENT", "m1-2"),
        ("END", "m1-2"),
    ]


def test_several_resumed_runs_are_one_to_the_client() -> None:
    order = RunOrder("t", "r", runs=2)
    start = {"type": "RUN_STARTED", "threadId": "cnv", "runId": "run", "parentRunId": "before"}
    end = {"type": "RUN_FINISHED", "threadId": "cnv", "runId": "run", "outcome": {"type": "success"}}
    seen = [*order.take(start), *order.take(end), *order.take(start), *order.take(end)]
    assert [event["type"] for event in seen] == ["RUN_STARTED", "RUN_FINISHED"]
    assert "parentRunId" not in seen[0]
