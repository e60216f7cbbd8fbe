"""Registering, logging in, roles, members, invitations, export and erasure."""

import io
import json
from datetime import timedelta
from zipfile import ZipFile

import httpx
import pytest
from fastapi import FastAPI

from core.clock import ManualClock
from core.scope import Scope
from core.settings import Settings
from db.audit_log import AUDIT_LOG
from db.catalogue import OWNED
from db.client import Database
from db.repository import Repository
from server.services import Services
from tests.server.conftest import PASSWORD, Person, somebody

ADA = {"email": "Ada@Example.com", "password": PASSWORD, "name": "Ada"}


def own(person: Person) -> Scope:
    return Scope(person.user_id, person.user_id, "user")


async def log_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/api/v1/auth/token", data={"username": email, "password": password})


async def test_register_makes_an_account_that_is_logged_in(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/register", json=ADA)
    assert answer.status_code == 201
    made = answer.json()
    assert made["token_type"] == "bearer"
    assert made["expires_in"] == 12 * 60 * 60
    assert made["user"]["email"] == "ada@example.com"
    assert made["user"]["role"] == "user"
    assert "password" not in json.dumps(made)
    headers = {"Authorization": f"Bearer {made['access_token']}"}
    me = await client.get("/api/v1/me", headers=headers)
    assert me.json()["user_id"] == made["user"]["user_id"]


async def test_an_email_belongs_to_one_account_in_whatever_case(client: httpx.AsyncClient) -> None:
    await client.post("/api/v1/auth/register", json=ADA)
    again = await client.post("/api/v1/auth/register", json=ADA | {"email": "aDA@example.COM"})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert (await log_in(client, "ADA@EXAMPLE.COM")).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"email": "nobody"}, "email"),
        ({"email": {"$ne": None}}, "email"),
        ({"name": "a\x00b"}, "name"),
        ({"name": 5}, "name"),
    ],
)
async def test_register_names_the_field_that_is_wrong(
    client: httpx.AsyncClient, change: dict[str, object], field: str
) -> None:
    answer = await client.post("/api/v1/auth/register", json=ADA | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_wrong_password_and_an_unknown_account_look_the_same(client: httpx.AsyncClient) -> None:
    await client.post("/api/v1/auth/register", json=ADA)
    wrong = await log_in(client, "ada@example.com", "not the one")
    unknown = await log_in(client, "eve@example.com", "not the one")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["detail"] == unknown.json()["detail"]
    assert wrong.headers["www-authenticate"] == "Bearer"


async def test_too_many_tries_have_to_wait(client: httpx.AsyncClient, clock: ManualClock) -> None:
    await client.post("/api/v1/auth/register", json=ADA)
    for _ in range(10):
        assert (await log_in(client, "ada@example.com", "not the one")).status_code == 401
    limited = await log_in(client, "ada@example.com")
    assert limited.status_code == 429
    assert 0 < int(limited.headers["retry-after"]) <= 300
    clock.advance(timedelta(minutes=5, seconds=1))
    assert (await log_in(client, "ada@example.com")).status_code == 200


async def test_a_token_ends_with_its_time(person: Person, clock: ManualClock) -> None:
    clock.advance(timedelta(hours=11, minutes=59))
    assert (await person.client.get("/api/v1/me")).status_code == 200
    clock.advance(timedelta(minutes=1))
    assert (await person.client.get("/api/v1/me")).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ey" * 3000, "\xff"])
async def test_a_token_that_is_none_is_refused(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.get("/api/v1/me", headers=[(b"Authorization", b"Bearer " + token.encode("latin-1"))])
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


async def test_a_suspended_account_stops_working_soon(person: Person, services: Services, clock: ManualClock) -> None:
    assert (await person.client.get("/api/v1/me")).status_code == 200
    await services.desk.disable(person.user_id)
    clock.advance(timedelta(seconds=5))
    assert (await person.client.get("/api/v1/conversations")).status_code == 401


async def test_registration_by_invitation_takes_one_person_a_code(
    app: FastAPI, client: httpx.AsyncClient, services: Services
) -> None:
    owner = await services.desk.local_owner()
    services.desk.registration = "invite"
    headers = {"Authorization": f"Bearer {services.tokens.issue(owner.user_id)}"}
    assert (await client.post("/api/v1/auth/register", json=ADA)).status_code == 403
    invite = await client.post("/api/v1/invites", json={}, headers=headers)
    assert invite.status_code == 201
    body = ADA | {"invite": invite.json()["code"]}
    assert (await client.post("/api/v1/auth/register", json=body)).status_code == 201
    second = await client.post("/api/v1/auth/register", json=body | {"email": "eve@example.com"})
    assert (second.status_code, second.json()["field"]) == (403, "invite")


async def test_an_invitation_is_kept_when_the_email_is_taken(client: httpx.AsyncClient, services: Services) -> None:
    await client.post("/api/v1/auth/register", json=ADA)
    owner = await services.desk.local_owner()
    services.desk.registration = "invite"
    headers = {"Authorization": f"Bearer {services.tokens.issue(owner.user_id)}"}
    code = (await client.post("/api/v1/invites", json={}, headers=headers)).json()["code"]
    assert (await client.post("/api/v1/auth/register", json=ADA | {"invite": code})).status_code == 409
    other = ADA | {"invite": code, "email": "eve@example.com"}
    assert (await client.post("/api/v1/auth/register", json=other)).status_code == 201


async def test_closed_registration_lets_nobody_in(client: httpx.AsyncClient, services: Services) -> None:
    services.desk.registration = "closed"
    answer = await client.post("/api/v1/auth/register", json=ADA)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_only_an_administrator_invites(person: Person) -> None:
    assert (await person.client.post("/api/v1/invites", json={})).status_code == 403


async def test_registration_is_open_on_loopback_and_by_invitation_elsewhere() -> None:
    assert Settings.model_validate({"host": "127.0.0.1"}).registration_mode == "open"
    assert Settings.model_validate({"host": "0.0.0.0"}).registration_mode == "invite"


async def test_a_member_works_in_the_owners_account(person: Person, client: httpx.AsyncClient) -> None:
    body = {"email": "mel@example.com", "password": PASSWORD, "name": "Mel", "role": "user"}
    member = (await person.client.post("/api/v1/members", json=body)).json()
    assert member["member_of"] == person.user_id
    token = (await log_in(client, "mel@example.com")).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    conversation = await client.post("/api/v1/conversations", json={}, headers=headers)
    path = f"/api/v1/conversations/{conversation.json()['conversation_id']}"
    assert (await person.client.get(path)).status_code == 200
    listed = (await person.client.get("/api/v1/members")).json()["items"]
    assert [item["user_id"] for item in listed] == [member["user_id"]]
    assert (await client.post("/api/v1/members", json=body, headers=headers)).status_code == 403
    assert (await person.client.delete(f"/api/v1/members/{member['user_id']}")).status_code == 204
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401
    assert (await person.client.get(path)).status_code == 200


async def test_a_viewer_reads_and_changes_nothing(person: Person, viewer: Person) -> None:
    conversation = await person.conversation()
    path = f"/api/v1/conversations/{conversation}"
    assert (await viewer.client.get(path)).status_code == 200
    assert (await viewer.client.get("/api/v1/me/export")).status_code == 200
    for method, address, body in [
        ("POST", "/api/v1/conversations", {}),
        ("POST", f"{path}/messages", {"content": "Hello"}),
        ("POST", f"{path}/cancel", None),
        ("DELETE", path, None),
        ("DELETE", "/api/v1/me", {"password": PASSWORD}),
        ("POST", "/api/v1/invites", {}),
    ]:
        answer = await viewer.client.request(method, address, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), address


async def test_logins_and_failures_are_in_the_audit_log(
    client: httpx.AsyncClient, person: Person, database: Database
) -> None:
    await log_in(client, person.email, "not the one")
    await log_in(client, person.email)
    entries = await Repository(database, AUDIT_LOG, own(person)).find({})
    assert sorted(entry.action for entry in entries) == [
        "account.logged_in",
        "account.login_failed",
        "account.registered",
    ]
    assert all(PASSWORD not in entry.model_dump_json() for entry in entries)


async def test_the_export_has_every_collection_and_everything_in_it(person: Person) -> None:
    conversation = await person.conversation()
    await person.say(conversation, "We open a bakery in Leeds on 3 December.")
    answer = await person.client.get("/api/v1/me/export")
    assert answer.headers["content-type"] == "application/zip"
    with ZipFile(io.BytesIO(answer.content)) as archive:
        names = {f"{collection.name}.json" for collection in OWNED} | {"manifest.json"}
        assert set(archive.namelist()) == names
        held = {name: json.loads(archive.read(name)) for name in names}
    assert [item["conversation_id"] for item in held["conversations.json"]] == [conversation]
    assert {item["role"] for item in held["messages.json"]} == {"user", "assistant"}
    assert {item["conversation_id"] for item in held["agent_events.json"]} == {conversation}
    assert held["users.json"][0]["email"] == person.email
    assert "password_hash" not in held["users.json"][0]
    counts = held["manifest.json"]["documents"]
    assert all(counts[name.removesuffix(".json")] == len(held[name]) for name in names - {"manifest.json"})


async def test_erasure_needs_the_password(person: Person) -> None:
    assert (await person.client.request("DELETE", "/api/v1/me", json={})).status_code == 422
    wrong = await person.client.request("DELETE", "/api/v1/me", json={"password": "not the one"})
    assert wrong.status_code == 403
    assert (await person.client.get("/api/v1/me")).status_code == 200


async def test_erasure_leaves_nothing_behind(person: Person, stranger: Person, database: Database) -> None:
    conversation = await person.conversation()
    await person.say(conversation, "We open a bakery in Leeds on 3 December.")
    kept = await stranger.conversation()
    answer = await person.client.request("DELETE", "/api/v1/me", json={"password": PASSWORD})
    assert answer.status_code == 204
    for collection in OWNED:
        assert await Repository(database, collection, own(person)).count({}) == 0, collection.name
    assert (await person.client.get("/api/v1/me")).status_code == 401
    assert (await stranger.client.get(f"/api/v1/conversations/{kept}")).status_code == 200
    system = Scope("system", "system", "admin")
    entries = await Repository(database, AUDIT_LOG, system).find({"action": "account.erased"})
    assert person.user_id not in entries[0].model_dump_json()


async def test_an_account_without_a_password_erases_right_after_a_login(
    app: FastAPI, services: Services, clock: ManualClock
) -> None:
    owner = await services.desk.local_owner()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://server.test") as client:
        client.headers["Authorization"] = f"Bearer {services.tokens.issue(owner.user_id)}"
        clock.advance(timedelta(minutes=6))
        old = await client.request("DELETE", "/api/v1/me", json={"confirm": "erase"})
        assert old.status_code == 403
        client.headers["Authorization"] = f"Bearer {services.tokens.issue(owner.user_id)}"
        assert (await client.request("DELETE", "/api/v1/me", json={"confirm": "erase"})).status_code == 204


async def test_two_registrations_of_one_email_at_once_make_one_account(app: FastAPI) -> None:
    async with somebody(app) as one:
        again = await one.client.post("/api/v1/auth/register", json=ADA | {"email": one.email.upper()})
    assert again.status_code == 409
