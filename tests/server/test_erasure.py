"""Erasure goes to its end whatever is in the way, and takes nobody else's work along."""

import zipfile
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher

from agents.models.factory import build_models
from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from core.settings import Settings
from db.audit_log import AUDIT_LOG
from db.catalogue import OWNED
from db.client import Database
from db.conversations import CONVERSATIONS
from db.erasures import ERASURES
from db.leases import Lease, lease_document
from db.memory_support import MEMORY_SUPPORT
from db.messages import MESSAGES, Message
from db.repository import Repository
from db.slack_links import SLACK_LINKS, SlackLink
from db.user_memory import USER_MEMORY
from db.users import USERS
from server.app import create_app
from server.auth.passwords import Passwords
from server.erasing import HOUSE, SWEEP_AFTER, TAKEN_UP_AFTER, go_on
from server.services import Services
from server.wiring import assemble
from tests.memory.test_promotion import learnt
from tests.server.conftest import PASSWORD, Person, somebody

NOBODY_LISTENS = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=1"


def own(person: Person) -> Scope:
    return Scope(person.user_id, person.user_id, "user")


async def stored_texts(database: Database, but: str = "") -> str:
    """Return all that is stored, as one text."""
    found: list[str] = []
    for name in await database.driver.list_collection_names():
        if name != but:
            found += [str(row) for row in await database.collection(name).find({}).to_list()]
    return "\n".join(found)


async def erase(person: Person) -> int:
    answer = await person.client.request("DELETE", "/api/v1/me", json={"password": PASSWORD}, timeout=60)
    return answer.status_code


async def test_member_who_erases_themself_goes_without_a_trace_and_disturbs_nobody(
    person: Person, member: Person, services: Services, database: Database, clock: ManualClock
) -> None:
    scope = own(person)
    theirs, mine = await member.conversation(), await person.conversation()
    await member.say(theirs, "Our delivery fee is £3.")
    await services.memory.remembering.sweep(everything=True)
    await member.client.patch("/api/v1/memory/settings", json={"enabled": False, "conversation_id": theirs})
    await member.client.patch("/api/v1/memory/settings", json={"enabled": False})
    link = SlackLink(
        link_id=new_id("slk"), team_id="T1", slack_user_id="U1", actor_id=member.user_id, linked_at=clock.now()
    )
    await Repository(database, SLACK_LINKS, scope).insert(link)
    running = await run_elsewhere(database, scope, mine, person.user_id)

    assert await erase(member) == 204

    assert (await Repository(database, CONVERSATIONS, scope).get(mine)).run == running
    assert member.user_id not in await stored_texts(database, but=ERASURES.name)
    assert member.email not in await stored_texts(database)
    entries = await Repository(database, AUDIT_LOG, scope).find({"actor_id": {"$regex": "^erased_"}})
    assert entries
    assert {(entry.ip_address, entry.user_agent) for entry in entries} == {(None, None)}
    said = await Repository(database, MESSAGES, scope).find({"conversation_id": theirs, "role": "user"})
    assert [message.content for message in said] == ["Our delivery fee is £3."]
    facts = await Repository(database, USER_MEMORY, scope).find({"memory_type": "insight"})
    assert [str(fact.metadata.speaker)[:7] for fact in facts] == ["erased_"]
    assert (await services.memory.desk.known(scope))[0].metadata.speaker == facts[0].metadata.speaker
    off = await services.memory.desk.switches.read(scope, fresh=True)
    assert (off.people, off.conversations) == (frozenset(), frozenset({theirs}))
    assert (await person.client.get("/api/v1/me")).status_code == 200
    assert (await member.client.get("/api/v1/me")).status_code == 401

    late = Message(
        message_id=new_id("msg"),
        conversation_id=theirs,
        role="user",
        content="Late.",
        timestamp=clock.now(),
        metadata={"actor_id": member.user_id},
    )
    await Repository(database, MESSAGES, scope).insert(late)
    for _ in range(2):
        clock.advance(SWEEP_AFTER)
        assert await go_on(services) == 1
    assert await go_on(services) == 0
    assert member.user_id not in await stored_texts(database)


async def run_elsewhere(database: Database, scope: Scope, conversation_id: str, actor_id: str) -> Any:
    """Let another process run a turn of a conversation; return its lease."""
    message = Message(
        message_id=new_id("msg"),
        conversation_id=conversation_id,
        role="user",
        content="Go on.",
        timestamp=database.clock.now(),
        metadata={"actor_id": actor_id},
    )
    await Repository(database, MESSAGES, scope).insert(message)
    until = database.clock.now() + timedelta(hours=1)
    lease = Lease("lse_1", new_id("run"), message.message_id, "elsewhere", "boot", until)
    stored = await Repository(database, CONVERSATIONS, scope).update(conversation_id, {"run": lease_document(lease)})
    return stored.run


async def test_what_is_written_elsewhere_after_an_erasure_is_swept(
    person: Person, stranger: Person, services: Services, database: Database, clock: ManualClock
) -> None:
    kept = await stranger.conversation()
    assert await erase(person) == 204
    assert person.user_id not in await stored_texts(database, but=ERASURES.name)
    await Repository(database, MESSAGES, own(person)).insert(
        Message(message_id=new_id("msg"), conversation_id="cnv_1", role="user", content="Late.", timestamp=clock.now())
    )
    assert await go_on(services) == 0

    for _ in range(2):
        clock.advance(SWEEP_AFTER)
        assert await go_on(services) == 1

    assert person.user_id not in await stored_texts(database)
    assert (await stranger.client.get(f"/api/v1/conversations/{kept}")).status_code == 200


@pytest.fixture
async def without_index(settings: Settings, database: Database, clock: ManualClock) -> AsyncGenerator[Services]:
    """The product over the same documents with an index that can't be reached."""
    given = settings.model_dump(exclude={"secret_key", "openai_api_key"})
    away = Settings.model_validate(
        {**given, "secret_key": "k" * 40, "openai_api_key": "", "memory_index": "pgvector",
         "postgres_uri": NOBODY_LISTENS}
    )  # fmt: skip
    hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    models = build_models(away)
    made, _ = assemble(away, clock, database, models, "ins_away", Passwords(hasher))
    yield made
    await made.turns.stop()
    await made.callers.keys.stop()
    await made.memory.engine.close()
    await made.outside.close()
    await models.close()


async def test_erasure_that_can_not_reach_an_index_goes_on_later_and_leaves_no_orphans(
    without_index: Services, services: Services, database: Database, clock: ManualClock
) -> None:
    app: FastAPI = create_app(without_index)
    async with somebody(app) as person:
        conversation_id = await person.conversation()
        assert await services.memory.promotion.contribute(own(person), [learnt()]) == 1

        assert await erase(person) == 202

        assert (await person.client.get("/api/v1/me")).status_code == 401
        assert await Repository(database, USERS, own(person)).count({}) == 1
        assert await Repository(database, CONVERSATIONS, own(person)).count({}) == 1
    assert await go_on(services) == 0
    clock.advance(TAKEN_UP_AFTER * 2)

    assert await go_on(services) == 1

    assert conversation_id not in await stored_texts(database)
    for collection in OWNED:
        assert await Repository(database, collection, own(person)).count({}) == 0, collection.name
    assert await Repository(database, MEMORY_SUPPORT, HOUSE).count({}) == 0
    entries = await Repository(database, AUDIT_LOG, HOUSE).find({"action": "account.erased"})
    assert len(entries) == 1
    assert person.user_id not in entries[0].model_dump_json()


async def test_archive_of_an_owner_holds_the_members_and_that_of_a_member_what_they_wrote(
    person: Person, member: Person, services: Services, tmp_path: Path
) -> None:
    theirs, mine = await member.conversation(), await person.conversation()
    await member.say(theirs, "Our delivery fee is £3.")
    await person.say(mine, "Our opening hours are 9 to 5.")
    await services.memory.remembering.sweep(everything=True)

    whole, part = await archive(person, tmp_path), await archive(member, tmp_path)

    assert {user["user_id"] for user in whole["users"]} == {person.user_id, member.user_id}
    assert [user["email"] for user in part["users"]] == [member.email]
    assert [message["content"] for message in part["messages"]] == ["Our delivery fee is £3."]
    assert {memory["metadata"]["speaker"] for memory in part["user_memory"]} == {member.user_id}
    assert {entry["actor_id"] for entry in part["audit_log"]} == {member.user_id}
    assert "password_hash" not in orjson.dumps([whole, part]).decode()


async def archive(person: Person, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return what a person's archive holds, by collection."""
    answer: httpx.Response = await person.client.get("/api/v1/me/export")
    file = folder / f"{person.user_id}.zip"
    file.write_bytes(answer.content)
    with zipfile.ZipFile(file) as opened:
        return {name.removesuffix(".json"): orjson.loads(opened.read(name)) for name in opened.namelist()}
