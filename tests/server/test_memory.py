"""Memory over HTTP: what turns leave behind, search with reasons, correcting, deleting, switching off."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import orjson
import pytest

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from memory.recollection import NewMemory, Query
from server.services import Services
from tests.server.conftest import PASSWORD, Person


async def remembered(services: Services) -> int:
    """Do what the worker does after turns."""
    return await services.memory.remembering.sweep(everything=True)


async def known(person: Person, **params: Any) -> list[dict[str, Any]]:
    answer = await person.client.get("/api/v1/memory", params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def facts(person: Person, **params: Any) -> list[str]:
    return sorted(item["content"] for item in await known(person, type="insight", **params))


async def test_turn_is_remembered_with_its_source(person: Person, services: Services) -> None:
    conversation_id = await person.conversation()
    await person.say(conversation_id, "Our opening hours are 9 to 5 and we never use emojis.")

    assert await remembered(services) == 1

    (fact,) = await known(person, type="insight")
    assert fact["content"] == "Our opening hours are 9 to 5."
    assert fact["subject"] == "opening hours"
    assert fact["provenance"]["conversation_id"] == conversation_id
    assert fact["provenance"]["source"]["kind"] == "message"
    assert [wish["content"] for wish in await known(person, type="preference")] == ["We never use emojis."]
    assert await remembered(services) == 0


async def test_next_conversation_recalls_and_says_what_and_why(person: Person, services: Services) -> None:
    await person.say(await person.conversation(), "Our opening hours are 9 to 5 and we never use emojis.")
    await remembered(services)
    conversation_id = await person.conversation()
    await person.say(conversation_id, "Write an Instagram post about our opening hours")

    events = (await services.turns.house.store.events_after(person.user_id, conversation_id, 0)) or []
    (recalled,) = [event.wire["value"] for event in events if event.wire.get("name") == "memory_recalled"]
    ids = {item["memory_id"] for item in await known(person) if item["memory_type"] in {"insight", "preference"}}
    assert {item["memory_id"] for item in recalled["items"]} >= ids
    assert all(item["why"] for item in recalled["items"])


async def test_search_says_how_well_and_why(person: Person, services: Services) -> None:
    await person.client.post("/api/v1/memory", json={"content": "Our delivery fee is £3."})

    (found, *_) = await known(person, q="What do we charge for delivery?")

    assert found["content"] == "Our delivery fee is £3."
    assert found["match"]["score"] > 0
    assert found["match"]["why"]


async def test_correction_keeps_the_old_value_as_history(person: Person) -> None:
    made = await person.client.post("/api/v1/memory", json={"content": "Our budget is £5,000."})
    memory_id = made.json()["memories"][0]["memory_id"]

    changed = await person.client.patch(f"/api/v1/memory/{memory_id}", json={"content": "Our budget is £8,000."})

    assert changed.json()["content"] == "Our budget is £8,000."
    assert await facts(person) == ["Our budget is £8,000."]
    assert await facts(person, history=True) == ["Our budget is £5,000.", "Our budget is £8,000."]


async def test_deleted_memory_is_found_no_more(person: Person) -> None:
    made = await person.client.post("/api/v1/memory", json={"content": "Our delivery fee is £3."})
    memory_id = made.json()["memories"][0]["memory_id"]

    assert (await person.client.delete(f"/api/v1/memory/{memory_id}")).status_code == 204

    assert await known(person, q="delivery fee", history=True) == []
    assert (await person.client.get(f"/api/v1/memory/{memory_id}")).status_code == 404


async def test_deleted_conversation_takes_its_memories_along(person: Person, services: Services) -> None:
    first, second = await person.conversation(), await person.conversation()
    await person.say(first, "Our opening hours are 9 to 5.")
    await remembered(services)
    await person.say(second, "Our delivery fee is £3.")

    await person.client.delete(f"/api/v1/conversations/{first}")
    await person.client.delete(f"/api/v1/conversations/{second}")
    await remembered(services)

    assert await known(person, history=True) == []


async def test_erased_account_leaves_nothing_behind(person: Person, services: Services) -> None:
    await person.client.post("/api/v1/memory", json={"content": "Our delivery fee is £3."})
    scope = Scope(person.user_id, person.user_id, "user")
    assert await services.memory.memories.all(scope)

    answer = await person.client.request("DELETE", "/api/v1/me", json={"password": PASSWORD})

    assert answer.status_code == 204, answer.text
    assert await services.memory.memories.all(scope, include_history=True) == []
    assert (await services.memory.memories.recall(scope, Query("delivery fee"))).items == ()


@pytest.mark.parametrize("everywhere", [True, False])
async def test_switched_off_nothing_is_remembered_nor_recalled(
    person: Person, services: Services, *, everywhere: bool
) -> None:
    await person.client.post("/api/v1/memory", json={"content": "Our delivery fee is £3."})
    conversation_id = await person.conversation()
    change = {"enabled": False} | ({} if everywhere else {"conversation_id": conversation_id})
    assert (await person.client.patch("/api/v1/memory/settings", json=change)).status_code == 200

    await person.say(conversation_id, "Our opening hours are 9 to 5. What is our delivery fee?")
    await remembered(services)

    assert await facts(person) == ["Our delivery fee is £3."]
    events = await services.turns.house.store.events_after(person.user_id, conversation_id, 0)
    assert not [event for event in events if event.wire.get("name") == "memory_recalled"]


async def test_where_memory_is_off_is_told_by_pages_and_whole_to_those_who_ask_for_none(
    person: Person, services: Services, clock: ManualClock
) -> None:
    place, off = "/api/v1/memory/settings", [new_id("cnv") for _ in range(23)]
    for conversation_id in off:
        await services.memory.desk.switches.switch_conversation(
            Scope(person.user_id, person.user_id, "user"), conversation_id, on=False
        )
        clock.advance(timedelta(seconds=1))
    whole = (await person.client.get(place)).json()
    assert whole["enabled"] is True
    assert whole["off_in"] == sorted(off)
    assert len(whole["items"]) == 20
    seen: list[str] = []
    page: dict[str, Any] = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        asked = {"limit": 10} | ({"cursor": page["next_cursor"]} if seen else {})
        page = (await person.client.get(place, params=asked)).json()
        names = [item["conversation_id"] for item in page["items"]]
        assert page["off_in"] == names
        assert len(names) <= 10
        seen += names
    assert seen == off[::-1]
    assert (await person.client.get(place, params={"limit": 0})).status_code == 422


async def test_secret_is_refused_in_words(person: Person) -> None:
    answer = await person.client.post("/api/v1/memory", json={"content": "Our wifi password is Croissant99"})

    assert answer.status_code == 422
    assert "password" in answer.json()["detail"]


async def test_one_account_cannot_touch_anothers_memory(person: Person, stranger: Person) -> None:
    made = await person.client.post("/api/v1/memory", json={"content": "Our delivery fee is £3."})
    path = f"/api/v1/memory/{made.json()['memories'][0]['memory_id']}"

    assert (await stranger.client.get(path)).status_code == 404
    assert (await stranger.client.patch(path, json={"pinned": True})).status_code == 404
    assert (await stranger.client.delete(path)).status_code == 404
    assert await known(stranger, q="delivery fee") == []


async def test_export_holds_what_is_remembered(person: Person) -> None:
    await person.client.post("/api/v1/memory", json={"content": "Our delivery fee is £3."})

    answer = await person.client.get("/api/v1/me/export")

    with ZipFile(BytesIO(answer.content)) as archive:
        (memory,) = orjson.loads(archive.read("user_memory.json"))
    assert memory["content"] == "Our delivery fee is £3."


async def test_hygiene_on_demand_reports_and_is_kept(person: Person, services: Services) -> None:
    assert (await person.client.get("/api/v1/memory/hygiene")).status_code == 404
    scope = Scope(person.user_id, person.user_id, "user")
    await services.memory.memories.remember(
        scope, [NewMemory("insight", "We sell bread.", message_id=name) for name in ("msg_1", "msg_2")]
    )

    report = await person.client.post("/api/v1/memory/hygiene")

    assert report.json()["result"]["found"]["exact duplicate"] == 1
    assert (await person.client.get("/api/v1/memory/hygiene")).json() == report.json()
    assert await facts(person) == ["We sell bread."]


async def test_search_within_a_type_other_stores_have_finds_nothing(person: Person) -> None:
    await person.client.post("/api/v1/memory", json={"content": "Our delivery fee is £3."})

    assert await known(person, q="delivery fee", type="trend") == []
    assert (await person.client.get("/api/v1/memory", params={"type": "nonsense"})).status_code == 422


async def test_edit_by_hand_teaches_the_writer_until_it_is_forgotten(person: Person, stranger: Person) -> None:
    await person.say(
        await person.conversation(), "Write an Instagram post about our bakery that opens in Leeds on 3 December"
    )
    draft = (await person.client.get("/api/v1/content")).json()["items"][0]

    await person.client.patch(f"/api/v1/content/{draft['content_id']}", json={"text": "We open in Leeds."})

    learnt = {item["content"]: item for item in await known(person, scope="agent")}
    shorter = learnt["On instagram, texts are shortened before they are approved: write them shorter."]
    assert shorter["category"] == "instagram"
    assert shorter["importance"] == 5
    assert shorter["provenance"]["source"]
    assert shorter["valid_from"] == shorter["created_at"]
    assert shorter["recall_count"] == 0
    there = f"/api/v1/memory/{shorter['memory_id']}"
    assert (await person.client.get(there)).json() == shorter
    assert (await person.client.patch(there, json={"content": "Write long texts."})).status_code == 422
    assert (await stranger.client.delete(there)).status_code == 404
    assert (await person.client.delete(there)).status_code == 204
    assert (await person.client.get(there)).status_code == 404
    assert shorter["content"] not in [item["content"] for item in await known(person, q="texts are shortened")]
