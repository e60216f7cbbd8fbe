"""Conversations over REST: making, listing, talking, streaming, stopping."""

import json
from typing import Any

import httpx

from core.ids import new_id
from core.scope import Scope
from db.messages import MESSAGES, Message
from server.services import Services
from tests.server.conftest import Person

BRIEF = "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email."


def events_of(answer: httpx.Response) -> list[dict[str, object]]:
    return [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line.startswith("data: ")]


async def test_a_new_conversation_is_empty_and_listed(person: Person) -> None:
    made = await person.client.post("/api/v1/conversations", json={"title": "Bakery"})
    assert made.status_code == 201
    conversation = made.json()
    assert conversation["title"] == "Bakery"
    assert conversation["channel"] == "api"
    assert conversation["context"] == {"campaign_brief": {}, "collected_info": {}, "ready_to_plan": False}
    assert not conversation["running"]
    listed = (await person.client.get("/api/v1/conversations")).json()
    assert [item["conversation_id"] for item in listed["items"]] == [conversation["conversation_id"]]
    assert listed["next_cursor"] is None


async def test_a_conversation_needs_no_body(person: Person) -> None:
    assert (await person.client.post("/api/v1/conversations")).status_code == 201


async def test_lists_go_on_where_the_cursor_says(person: Person) -> None:
    made = [await person.conversation() for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await person.client.get("/api/v1/conversations", params=params)).json()
        seen += [item["conversation_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]
    assert cursor is None


async def test_a_deleted_conversation_is_gone(person: Person, services: Services) -> None:
    conversation = await person.conversation()
    path = f"/api/v1/conversations/{conversation}"
    messages = services.repository(MESSAGES, Scope(person.user_id, person.user_id, "user"))
    said: dict[str, Any] = {"role": "user", "content": "Hello", "status": "pending", "timestamp": services.clock.now()}
    waits = await messages.insert(Message(message_id=new_id("msg"), conversation_id=conversation, **said))
    assert (await person.client.delete(path)).status_code == 204
    assert (await person.client.get(path)).status_code == 404
    assert (await person.client.get(f"{path}/messages")).status_code == 404
    assert (await person.say(conversation, "Hello")).status_code == 404
    assert (await person.client.delete(path)).status_code == 404
    assert (await messages.get(waits.message_id)).status == "cancelled", "nobody looks for its turn"


async def test_a_body_does_not_say_by_which_channel_it_came(person: Person) -> None:
    for claimed in ("slack", "voice"):
        made = await person.client.post("/api/v1/conversations", json={"channel": claimed})
        assert made.json()["channel"] == "api"


async def test_a_turn_answers_and_is_stored(person: Person) -> None:
    conversation = await person.conversation()
    answer = await person.say(conversation, BRIEF)
    assert answer.status_code == 200
    turn = answer.json()
    assert turn["status"] == "success"
    assert turn["error"] is None
    assert turn["messages"][0]["agent"] == "strategist"
    assert turn["messages"][0]["html"].startswith("<p>")
    stored = (await person.client.get(f"/api/v1/conversations/{conversation}/messages")).json()["items"]
    assert [message["role"] for message in stored] == ["assistant", "user"]
    assert stored[0]["content"] == turn["messages"][0]["content"]
    assert stored[1]["content"] == BRIEF
    now = (await person.client.get(f"/api/v1/conversations/{conversation}")).json()
    assert now["context"]["campaign_brief"]["budget"] == "£1,500"
    assert now["title"]


async def test_the_same_client_message_id_is_the_same_turn(person: Person) -> None:
    conversation = await person.conversation()
    first = (await person.say(conversation, BRIEF, "mine-1")).json()
    again = (await person.say(conversation, BRIEF, "mine-1")).json()
    assert again["run_id"] == first["run_id"]
    assert again["messages"] == first["messages"]
    stored = (await person.client.get(f"/api/v1/conversations/{conversation}/messages")).json()["items"]
    assert len(stored) == 2


async def test_with_accept_event_stream_the_run_comes_as_events(person: Person) -> None:
    conversation = await person.conversation()
    answer = await person.client.post(
        f"/api/v1/conversations/{conversation}/messages",
        json={"content": BRIEF},
        headers={"Accept": "text/event-stream"},
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer)
    assert events[0]["type"] == "RUN_STARTED"
    assert events[-1]["type"] == "RUN_FINISHED"
    numbers = [int(line.removeprefix("id: ")) for line in answer.text.splitlines() if line.startswith("id: ")]
    assert numbers == list(range(1, len(numbers) + 1))
    text = "".join(str(event["delta"]) for event in events if event["type"] == "TEXT_MESSAGE_CONTENT")
    stored = (await person.client.get(f"/api/v1/conversations/{conversation}/messages")).json()["items"]
    assert text == stored[0]["content"]


async def test_cancelling_says_whether_anything_ran(person: Person) -> None:
    conversation = await person.conversation()
    answer = await person.client.post(f"/api/v1/conversations/{conversation}/cancel")
    assert answer.json() == {"cancelled": False}


async def test_html_of_answers_is_harmless(person: Person) -> None:
    conversation = await person.conversation()
    answer = await person.say(conversation, "Write a post about <script>alert(1)</script> [x](javascript:alert(1))")
    for message in answer.json()["messages"]:
        assert "<script" not in message["html"]
        assert 'href="javascript' not in message["html"]
