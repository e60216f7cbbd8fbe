"""The person's own clock, wherever they talk, launch or call a tool: nine o'clock is nine where they are."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from db.conversations import CONVERSATIONS
from db.repository import Repository
from server.auth.accounts import OWNER_EMAIL
from server.services import Services
from tests.server.conftest import PASSWORD, Person, somebody
from tests.server.test_campaign_control import planned

DRAFT = "Write a LinkedIn post about our winter sale, 20% off all bread until Sunday."
AT_NINE = "schedule it tomorrow at 9am"
NINE_IN_SYDNEY = "2026-11-20T22:00:00Z"
NINE_IN_LONDON = "2026-11-21T09:00:00Z"
HERE = {"Origin": "http://server.test"}


async def lives_in(person: Person, timezone: str) -> None:
    changed = await person.client.patch("/api/v1/me", json={"timezone": timezone})
    assert changed.json()["preferences"]["timezone"] == timezone


async def asked_for(person: Person, conversation: str) -> str:
    """Have a post scheduled for nine and return the time the request waits with."""
    turn = (await person.say(conversation, AT_NINE)).json()
    assert turn["status"] == "interrupt", turn
    request = await person.client.get(f"/api/v1/approvals/{turn['approvals'][0]['id']}")
    return str(request.json()["content"]["posts"][0]["publish_at"])


async def test_nine_is_nine_where_the_person_is_and_follows_them(services: Services, person: Person) -> None:
    await lives_in(person, "Australia/Sydney")
    conversation = await person.conversation()
    await person.say(conversation, DRAFT)
    assert await asked_for(person, conversation) == NINE_IN_SYDNEY
    stored = await Repository(services.database, CONVERSATIONS, await services.callers.scope(person.token)).get(
        conversation
    )
    assert stored.timezone == "Australia/Sydney"

    await lives_in(person, "Europe/London")
    assert await asked_for(person, conversation) == NINE_IN_LONDON, "the same conversation, after a move"


async def test_colleagues_talk_each_on_their_own_clock(person: Person, member: Person) -> None:
    await lives_in(person, "Australia/Sydney")
    await lives_in(member, "Europe/London")
    conversation = await person.conversation()
    await member.say(conversation, DRAFT)
    assert await asked_for(member, conversation) == NINE_IN_LONDON
    assert await asked_for(person, conversation) == NINE_IN_SYDNEY


async def test_a_campaign_is_launched_on_the_persons_clock(services: Services, person: Person) -> None:
    await lives_in(person, "Australia/Sydney")
    own = await person.client.post(f"/api/v1/campaigns/{await planned(services, person)}/launch")
    assert own.json()["execution"]["timezone"] == "Australia/Sydney"
    assert own.json()["publishing_schedule"]["slots"][0]["publish_at"].endswith("T22:00:00Z")
    given = await person.client.post(
        f"/api/v1/campaigns/{await planned(services, person)}/launch", json={"timezone": "UTC"}
    )
    assert given.json()["execution"]["timezone"] == "UTC", "what is said counts"
    refused = await person.client.post(
        f"/api/v1/campaigns/{await planned(services, person)}/launch", json={"timezone": "Mars/Olympus"}
    )
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "timezone")


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/ag-ui", "/console/conversations"])
async def test_every_way_in_begins_on_the_persons_clock(
    services: Services, person: Person, app: FastAPI, path: str
) -> None:
    await lives_in(person, "Australia/Sydney")
    said = [{"role": "user", "content": "Hello", "id": "m-1"}]
    bodies: dict[str, dict[str, Any]] = {
        "/v1/chat/completions": {"model": "marketing-minds", "messages": [{"role": "user", "content": "Hello"}]},
        "/ag-ui": {
            "threadId": "thread-1",
            "runId": "run-1",
            "state": {},
            "messages": said,
            "tools": [],
            "context": [],
            "forwardedProps": {},
        },
    }
    cookies = {"mm_session": person.token}
    if path in bodies:
        answer = await person.client.post(path, json=bodies[path], timeout=30)
    else:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://server.test", cookies=cookies, headers=HERE
        ) as browser:
            answer = await browser.post(path)
    assert answer.status_code in {200, 303}, answer.text
    conversations = Repository(services.database, CONVERSATIONS, await services.callers.scope(person.token))
    assert [one.timezone for one in (await conversations.page({}, limit=5)).items] == ["Australia/Sydney"]


async def test_a_browser_says_once_where_a_person_is(client: httpx.AsyncClient, app: FastAPI) -> None:
    body = {"email": "sydney@example.com", "password": PASSWORD, "timezone": "Australia/Sydney"}
    made = await client.post("/api/v1/auth/register", json=body)
    assert made.json()["user"]["preferences"]["timezone"] == "Australia/Sydney"
    wrong = await client.post("/api/v1/auth/register", json=body | {"email": "b@example.com", "timezone": "Nowhere"})
    assert wrong.status_code == 422
    async with somebody(app) as person:
        page = {"Authorization": f"Bearer {person.token}", **HERE}
        for said, holds in (
            ("Mars/Olympus", "UTC"),
            ("Asia/Kolkata", "Asia/Kolkata"),
            ("Europe/Berlin", "Asia/Kolkata"),
        ):
            assert (await client.post("/session", json={"timezone": said}, headers=page)).status_code == 204
            assert (await person.client.get("/api/v1/me")).json()["preferences"]["timezone"] == holds
        await lives_in(person, "UTC")
        await client.post("/session", json={"timezone": "Europe/Berlin"}, headers=page)
        assert (await person.client.get("/api/v1/me")).json()["preferences"]["timezone"] == "UTC", "they chose it"


async def test_the_owner_of_this_machine_begins_on_its_clock(services: Services) -> None:
    first = await services.desk.local_owner("Asia/Tokyo")
    assert (first.email, first.preferences.timezone) == (OWNER_EMAIL, "Asia/Tokyo")
    assert (await services.desk.local_owner("Europe/Paris")).preferences.timezone == "Asia/Tokyo"
