"""The next turn of a conversation of 10,000 messages costs what it cost at 20."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import orjson

from agents.turns.window import MESSAGES_KEPT, moved_on
from bench.talker import Talker
from core.events import Event, RunFinished, RunStarted, StepFinished, StepStarted, TextEnded, UserMessageAccepted
from core.ids import new_id
from core.scope import Scope
from db.agent_events import AGENT_EVENTS
from db.client import Database
from db.collection import Collection
from db.conversations import CONVERSATIONS
from db.messages import MESSAGES
from sandbox.planning_model import CHAT, answer
from tests.robustness.conftest import Live

LONG, SHORT = 10_000, 20
EVENTS_PER_TURN = 6
BATCH = 1000
LARGEST_DOCUMENT = 64 * 1024
PROMPT_MARGIN = 0.05
TURNS = 10
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

Stored = dict[str, Any]
T = TypeVar("T")


def turn_of(number: int, conversation_id: str, scope: Scope) -> tuple[list[Stored], list[Stored]]:
    """The messages and the entries of events that one turn leaves."""
    run_id, asked, answered = new_id("run"), new_id("msg"), new_id("msg")
    at = START + timedelta(minutes=number)
    common: Stored = {"conversation_id": conversation_id, "user_id": scope.user_id, "timestamp": at}
    dated: Stored = common | {"created_at": at, "updated_at": at, "kind": "message", "run_id": run_id, "metadata": {}}
    said = {"message_id": asked, "role": "user", "content": CHAT, "status": "done", "agent": None}
    reply = {"message_id": answered, "role": "assistant", "content": answer(CHAT), "status": "done", "agent": "writer"}
    seq = number * EVENTS_PER_TURN + 1
    opening: list[Event] = [
        RunStarted(conversation_id, run_id),
        UserMessageAccepted(asked, f"cli-{number}", CHAT),
        StepStarted("writer"),
    ]
    closing: list[Event] = [
        TextEnded(answered, "writer", answer(CHAT)),
        StepFinished("writer"),
        RunFinished(conversation_id, run_id),
    ]
    entries = [
        common
        | {"event_id": new_id("evt"), "run_id": run_id, "agent_name": "writer", "event_type": kind, "seq": first}
        | {"data": {"events": [event.wire() for event in events]}}
        for first, kind, events in ((seq, "task_started", opening), (seq + 3, "task_completed", closing))
    ]
    return [dated | said | {"client_message_id": f"cli-{number}", "first_seq": seq}, dated | reply], entries


async def with_history(database: Database, scope: Scope, conversation_id: str, messages: int) -> None:
    """Leave a conversation as the product would have after so many messages."""
    head: Stored = {"messages": [], "summary": "", "title": ""}
    all_messages: list[Stored] = []
    all_entries: list[Stored] = []
    for number in range(messages // 2):
        said, entries = turn_of(number, conversation_id, scope)
        head |= moved_on(head, said)
        all_messages += said
        all_entries += entries
    for collection, documents in ((MESSAGES, all_messages), (AGENT_EVENTS, all_entries)):
        for batch in batches(iter(documents)):
            await raw(database, collection).insert_many(batch)
    changes = head | {"message_count": messages, "last_seq": messages // 2 * EVENTS_PER_TURN}
    await raw(database, CONVERSATIONS).update_one({"conversation_id": conversation_id}, {"$set": changes})


def batches(items: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(items, BATCH)):
        yield batch


def raw(database: Database, collection: Collection[Any]) -> Any:
    return database.raw(collection)  # lint: allow raw-collection: leaves history no turn of this test has made


async def cost(live: Live, talker: Talker, conversation_id: str) -> tuple[int, int, float]:
    """Round trips, size of the prompt and seconds of the next turn; the last is the least of several."""
    round_trips = live.services.database.round_trips
    seconds: list[float] = []
    trips: list[int] = []
    for _ in range(TURNS):
        before, started = round_trips.count(), time.perf_counter()
        async for _ in live.services.turns.say(live.scope, conversation_id, CHAT, new_id("cli")):
            pass
        seconds.append(time.perf_counter() - started)
        while live.services.turns.runs_here(conversation_id):
            await talker.call("GET", "/healthz")
        trips.append(round_trips.count() - before)
    return max(trips), len(orjson.dumps(live.model.requests[-1])), min(seconds)


async def largest(database: Database, collection: Collection[Any], where: Stored) -> int:
    documents = await raw(database, collection).find(where, {"_id": 0}).to_list()
    return max(len(orjson.dumps(document, default=str)) for document in documents)


async def test_next_turn_of_a_long_conversation_costs_what_a_short_one_does(live: Live) -> None:
    talker, database = live.new_talker(), live.services.database
    short, long = await talker.conversation(), await talker.conversation()
    await with_history(database, live.scope, short, SHORT)
    await with_history(database, live.scope, long, LONG)
    for conversation_id in (short, long):
        live.services.turns.house.heads.forget(conversation_id)
    await cost(live, talker, await talker.conversation())  # what an account reads once
    short_trips, short_prompt, short_seconds = await cost(live, talker, short)
    long_trips, long_prompt, long_seconds = await cost(live, talker, long)
    ratio = long_seconds / short_seconds
    print(f"\n{LONG} messages: {long_trips} round trips, prompt {long_prompt} bytes, time ×{ratio:.2f}")
    print(f"{SHORT} messages: {short_trips} round trips, prompt {short_prompt} bytes")
    assert long_trips == short_trips
    assert abs(long_prompt - short_prompt) <= PROMPT_MARGIN * short_prompt
    for collection in (CONVERSATIONS, MESSAGES, AGENT_EVENTS):
        assert await largest(database, collection, {"conversation_id": long}) < LARGEST_DOCUMENT
    await check_reading(talker, long, LONG + 2 * TURNS)


async def check_reading(talker: Talker, conversation_id: str, messages: int) -> None:
    """A new client gets every event; the newest page of messages ends with the newest."""
    place = await talker.replayed(conversation_id, LONG // 2 * EVENTS_PER_TURN)
    assert place.problems == []
    conversation = await talker.call("GET", f"/api/v1/conversations/{conversation_id}")
    assert conversation["message_count"] == messages
    newest = await talker.call("GET", f"/api/v1/conversations/{conversation_id}/messages?limit={MESSAGES_KEPT}")
    assert newest["items"][0]["content"] == answer(CHAT)
    assert newest["next_cursor"] is not None
