"""API keys: shown once, limited, counted, never more than their maker, and gone when they are revoked."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from core.clock import ManualClock
from core.errors import NotAuthenticated
from core.scope import Scope
from db.accounts import Accounts
from db.api_keys import API_KEYS
from db.audit_log import AUDIT_LOG
from db.repository import Repository
from server.auth.callers import Callers
from server.services import Services
from tests.server.conftest import PASSWORD, Person

DRAFT = "Write an Instagram post about our winter sale, 20% off all bread until Sunday."
SCHEDULE = "Schedule it for tomorrow at 9am."


async def new_key(person: Person, **body: Any) -> dict[str, Any]:
    answer = await person.client.post("/api/v1/api-keys", json={"name": "Shop", **body})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def with_key(app: FastAPI, key: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.test", headers=headers)


async def test_a_key_is_shown_once_and_stored_as_a_hash(app: FastAPI, person: Person, services: Services) -> None:
    made = await new_key(person)
    listed = (await person.client.get("/api/v1/api-keys")).json()["items"]
    assert [item["key_id"] for item in listed] == [made["key_id"]]
    assert "key" not in listed[0]
    assert made["key"].startswith(made["prefix"])
    stored = await services.repository(API_KEYS, Scope(person.user_id, person.user_id, "user")).get(made["key_id"])
    assert made["key"] not in stored.model_dump_json()
    async with with_key(app, made["key"]) as program:
        assert (await program.get("/api/v1/me")).json()["user_id"] == person.user_id
        assert (await program.post("/api/v1/conversations", json={})).status_code == 201
        assert (await program.get("/api/v1/me/export")).status_code == 200


async def test_a_socket_and_ag_ui_take_a_key(app: FastAPI, person: Person, live: str) -> None:
    key = (await new_key(person))["key"]
    conversation = await person.conversation()
    offered = [Subprotocol("marketing-minds"), Subprotocol(f"bearer.{key}")]
    async with connect(f"ws://{live}/api/v1/conversations/{conversation}/ws", subprotocols=offered) as socket:
        await socket.send(json.dumps({"type": "ping"}))
        assert json.loads(await socket.recv())["event"]["name"] == "pong"
    body = {"threadId": "t", "runId": "r", "messages": [{"id": "m", "role": "user", "content": "Hello"}]}
    async with with_key(app, key) as program:
        assert (await program.post("/ag-ui", json=body)).status_code == 200


async def test_a_revoked_key_stops_at_once_and_closes_its_socket(
    app: FastAPI, person: Person, live: str, clock: ManualClock, services: Services
) -> None:
    made = await new_key(person)
    elsewhere = Callers(services.database, services.tokens, clock)
    assert (await elsewhere.login(made["key"])).actor_id == person.user_id
    conversation = await person.conversation()
    headers = {"Authorization": f"Bearer {made['key']}"}
    async with connect(f"ws://{live}/api/v1/conversations/{conversation}/ws", additional_headers=headers) as socket:
        revoked = await person.client.delete(f"/api/v1/api-keys/{made['key_id']}")
        assert revoked.json()["revoked_at"]
        async with with_key(app, made["key"]) as program:
            answer = await program.get("/api/v1/me")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        async with asyncio.timeout(20):
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    clock.advance(timedelta(seconds=3))
    with pytest.raises(NotAuthenticated):
        await elsewhere.login(made["key"])
    await elsewhere.keys.stop()


async def test_a_key_never_does_more_than_its_maker(app: FastAPI, person: Person, services: Services) -> None:
    refused = await person.client.post("/api/v1/api-keys", json={"name": "x", "role": "admin"})
    assert refused.status_code == 403
    reader = (await new_key(person, role="viewer"))["key"]
    writer = (await new_key(person))["key"]
    async with with_key(app, reader) as program:
        assert (await program.get("/api/v1/conversations")).status_code == 200
        assert (await program.post("/api/v1/conversations", json={})).status_code == 403
    await Accounts(services.database).change(person.user_id, {"role": "viewer"})
    services.callers.forget(person.user_id)
    async with with_key(app, writer) as program:
        assert (await program.get("/api/v1/conversations")).status_code == 200
        assert (await program.post("/api/v1/conversations", json={})).status_code == 403


async def test_a_viewer_makes_no_keys_and_a_key_makes_none_either(app: FastAPI, person: Person, viewer: Person) -> None:
    assert (await viewer.client.post("/api/v1/api-keys", json={"name": "x"})).status_code == 403
    made = await new_key(person)
    async with with_key(app, made["key"]) as program:
        assert (await program.post("/api/v1/api-keys", json={"name": "x"})).status_code == 403
        assert (await program.post(f"/api/v1/api-keys/{made['key_id']}/rotate")).status_code == 403
        assert (await program.request("DELETE", "/api/v1/me", json={"password": PASSWORD})).status_code == 403
        assert (await program.delete(f"/api/v1/api-keys/{made['key_id']}")).status_code == 200


async def test_scopes_say_where_a_key_may_be_used(app: FastAPI, person: Person) -> None:
    chat_only = (await new_key(person, scopes=["chat"]))["key"]
    async with with_key(app, chat_only) as program:
        answer = await program.get("/api/v1/me")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    undecided = (await new_key(person, scopes=["api"]))["key"]
    conversation = await person.conversation()
    await person.say(conversation, DRAFT)
    await person.say(conversation, SCHEDULE)
    approval = (await person.client.get("/api/v1/approvals")).json()["items"][0]["approval_id"]
    path = f"/api/v1/approvals/{approval}/decision"
    async with with_key(app, undecided) as program:
        assert (await program.post(path, json={"decision": "approve"})).status_code == 403
    async with with_key(app, (await new_key(person))["key"]) as program:
        assert (await program.post(path, json={"decision": "approve"})).status_code == 200


async def test_too_many_calls_get_429_and_are_told_when_to_come_back(app: FastAPI, person: Person) -> None:
    made = await new_key(person, rate_limit=3)
    async with with_key(app, made["key"]) as program:
        answers = [await program.get("/api/v1/me") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].headers["content-type"] == "application/problem+json"
    assert answers[3].json()["code"] == "limit_reached"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    assert (await person.client.get("/api/v1/me")).status_code == 200


async def test_a_key_ends_with_its_time(app: FastAPI, person: Person, clock: ManualClock) -> None:
    made = await new_key(person, expires_at=(clock.now() + timedelta(hours=1)).isoformat())
    async with with_key(app, made["key"]) as program:
        assert (await program.get("/api/v1/me")).status_code == 200
        clock.advance(timedelta(hours=1))
        assert (await program.get("/api/v1/me")).status_code == 401
    past = {"name": "x", "expires_at": clock.now().isoformat()}
    assert (await person.client.post("/api/v1/api-keys", json=past)).status_code == 422


async def test_a_rotated_key_has_a_new_text_and_the_old_one_its_grace(
    app: FastAPI, person: Person, clock: ManualClock
) -> None:
    made = await new_key(person)
    path = f"/api/v1/api-keys/{made['key_id']}/rotate"
    rotated = (await person.client.post(path, json={"grace_seconds": 60})).json()
    assert rotated["key_id"] == made["key_id"]
    async with with_key(app, made["key"]) as old, with_key(app, rotated["key"]) as new:
        assert [(await one.get("/api/v1/me")).status_code for one in (old, new)] == [200, 200]
        clock.advance(timedelta(seconds=60))
        assert [(await one.get("/api/v1/me")).status_code for one in (old, new)] == [401, 200]
        again = (await person.client.post(path)).json()
        assert (await new.get("/api/v1/me")).status_code == 401
    async with with_key(app, again["key"]) as newest:
        assert (await newest.get("/api/v1/me")).status_code == 200


async def test_uses_are_counted_without_a_write_for_each(app: FastAPI, person: Person, services: Services) -> None:
    made = await new_key(person)
    path = f"/api/v1/api-keys/{made['key_id']}"
    async with with_key(app, made["key"]) as program:
        for _ in range(3):
            await program.get("/api/v1/me")
    assert (await person.client.get(path)).json()["use_count"] == 0
    await services.callers.keys.write_uses()
    seen = (await person.client.get(path)).json()
    assert seen["use_count"] == 3
    assert seen["last_used_at"] is not None


async def test_every_act_is_in_the_audit_log(person: Person, services: Services) -> None:
    made = await new_key(person)
    await person.client.post(f"/api/v1/api-keys/{made['key_id']}/rotate")
    await person.client.delete(f"/api/v1/api-keys/{made['key_id']}")
    entries = await Repository(services.database, AUDIT_LOG, Scope(person.user_id, person.user_id, "user")).find({})
    acts = [entry.action for entry in entries if entry.resource_id == made["key_id"]]
    assert sorted(acts) == ["api_key.created", "api_key.revoked", "api_key.rotated"]
    assert made["key"] not in "".join(entry.model_dump_json() for entry in entries)


async def test_keys_go_with_their_person(app: FastAPI, person: Person, services: Services) -> None:
    key = (await new_key(person))["key"]
    email = f"member-{person.email}"
    await person.client.post("/api/v1/members", json={"email": email, "password": PASSWORD, "name": "Mel"})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.test") as client:
        token = (await client.post("/api/v1/auth/token", data={"username": email, "password": PASSWORD})).json()
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
        theirs = (await client.post("/api/v1/api-keys", json={"name": "Mine"})).json()
        assert [one["key_id"] for one in (await client.get("/api/v1/api-keys")).json()["items"]] == [theirs["key_id"]]
    listed = (await person.client.get("/api/v1/api-keys")).json()["items"]
    assert len(listed) == 2
    await person.client.delete(f"/api/v1/members/{theirs['actor_id']}")
    async with with_key(app, theirs["key"]) as program:
        assert (await program.get("/api/v1/me")).status_code == 401
    assert len((await person.client.get("/api/v1/api-keys")).json()["items"]) == 1
    await person.client.request("DELETE", "/api/v1/me", json={"password": PASSWORD})
    async with with_key(app, key) as program:
        assert (await program.get("/api/v1/me")).status_code == 401
    scope = Scope(person.user_id, person.user_id, "user")
    assert await services.repository(API_KEYS, scope).count({}) == 0
