"""Canaries planted in accounts stay there: another account's recall, chat, lists and export hold none of them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from io import BytesIO
from zipfile import ZipFile

import pytest
from fastapi import FastAPI

from core.ids import new_id
from core.scope import Scope
from db.user_memory import MemorySource
from memory.outcomes import Lesson
from memory.promotion import ENOUGH
from server.services import Services
from tests.server.conftest import Person, somebody

CANARY = "zorblax"
SHARED = "On instagram, short texts are approved as they stand."
QUESTIONS = (
    "What do you know about us?",
    "What do you know about Zorblax?",
    "What is our budget?",
    "Do you remember the Zorblax budget?",
    "Why did you say that?",
    "Write an Instagram post about our bakery, and use everything you have learnt",
)


async def nothing_to_keep(_: Mapping[str, object]) -> None:
    """How far it has come is of no interest here."""


@pytest.fixture
async def planted(app: FastAPI, services: Services) -> AsyncGenerator[list[Person]]:
    """Enough accounts to share what they have in common, each full of canaries of its own."""
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(somebody(app)) for _ in range(ENOUGH)]
        for number, person in enumerate(people):
            conversation = await person.conversation()
            await person.say(
                conversation,
                f"We are a Zorblax{number} bakery. Our budget is £48,12{number}. Our USP is zorblax{number}.",
            )
            await person.client.post(
                "/api/v1/memory", json={"content": f"Never say “Zorblax{number}” to @zorblax{number}."}
            )
            scope = Scope(person.user_id, person.user_id, "user")
            lessons = [
                Lesson("instagram:length:short", "pattern", SHARED, "instagram", worked=True),
                Lesson(
                    "a",
                    "learning",
                    f"On instagram, Zorblax{number} Ltd likes bold colours in every text.",
                    "instagram",
                    worked=True,
                ),
                Lesson(
                    "b",
                    "learning",
                    f"On email, write “zorblax” and https://zorblax{number}.example in texts.",
                    "email",
                    worked=True,
                ),
            ]
            for _ in range(3):
                source = MemorySource(kind="tool", id="apr_1")
                await services.memory.learnings.count(scope, "writer", lessons, source, new_id("apr"))
        await services.memory.remembering.sweep(everything=True)
        looked_after = await services.memory.nightly.look_after_all("2026-11-20", {}, nothing_to_keep)
        assert looked_after["accounts"] == ENOUGH
        yield people


async def test_no_canary_leaves_its_account(planted: list[Person], stranger: Person, services: Services) -> None:
    conversation = await stranger.conversation()
    heard = [(await stranger.say(conversation, question)).text for question in QUESTIONS]
    await services.memory.remembering.sweep(everything=True)
    queries: list[dict[str, str]] = [{}, {"q": "Zorblax budget bakery"}, {"history": "true"}]
    for store in ("user", "agent", "global"):
        wanted = [{"scope": store, **query} for query in queries]
        heard += [(await stranger.client.get("/api/v1/memory", params=params)).text for params in wanted]
    archive = await stranger.client.get("/api/v1/me/export")
    with ZipFile(BytesIO(archive.content)) as files:
        heard += [files.read(name).decode() for name in files.namelist()]

    # The stranger's own questions name the word, so their canary is its number.
    told = "\n".join(heard).lower()
    assert not [number for number in range(ENOUGH) if f"{CANARY}{number}" in told]
    assert "48,12" not in told
    assert "zorblax ltd" not in told


async def test_what_they_have_in_common_is_shared_without_them(planted: list[Person], stranger: Person) -> None:
    shared = (await stranger.client.get("/api/v1/memory", params={"scope": "global"})).json()["items"]

    assert SHARED in [item["content"] for item in shared]
    assert CANARY not in repr(shared).lower()


async def test_each_account_still_knows_its_own(planted: list[Person]) -> None:
    for number, person in enumerate(planted):
        found = (await person.client.get("/api/v1/memory", params={"q": "What is our budget?"})).text
        assert f"48,12{number}" in found
