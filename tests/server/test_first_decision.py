"""Five hundred decisions on one request at once, from every surface, over the wire: one counts, all learn whose."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from core.scope import Scope
from db.audit_log import AUDIT_LOG
from server.services import Services
from tests.server.conftest import Person
from tests.server.test_approval_links import asked, form, link_to, state
from tests.server.test_sockets import address, bearer

__all__ = ["asked"]
SOCKETS = 5
OF_EACH = 125
PATIENCE = 240.0


def choice(number: int) -> str:
    return "approve" if number % 2 else "reject"


async def refusals(socket: ClientConnection, heard: list[dict[str, Any]]) -> None:
    async for told in socket:
        event = json.loads(told)["event"]
        if event.get("code") == "conflict":
            heard.append(event)


async def test_one_of_five_hundred_decisions_from_all_surfaces_counts(
    person: Person, member: Person, asked: dict[str, str], services: Services, live: str
) -> None:
    path = f"/api/v1/approvals/{asked['approval_id']}/decision"
    console = f"/console/approvals/{asked['approval_id']}"
    links = [await link_to(person, asked, f"client{number}@shop.example") for number in range(OF_EACH)]
    bodies = [{"decision": choice(number), "payload_hash": asked["payload_hash"]} for number in range(OF_EACH)]
    frames = [
        json.dumps({"type": "decision", "approval_id": asked["approval_id"], **bodies[number]})
        for number in range(OF_EACH)
    ]
    people = [bearer(person), bearer(member)]
    heard: list[dict[str, Any]] = []
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://{live}", timeout=PATIENCE))
        where = address(live, str(asked["conversation_id"]))
        sockets = [
            await stack.enter_async_context(connect(where, additional_headers=people[number % 2]))
            for number in range(SOCKETS)
        ]
        listening = [asyncio.create_task(refusals(socket, heard)) for socket in sockets]
        over_rest = [client.post(path, json=bodies[n], headers=people[n % 2]) for n in range(OF_EACH)]
        by_link = [client.post(link, data=form(asked, choice(n))) for n, link in enumerate(links)]
        on_page = [
            client.post(f"{console}/{choice(n)}", data={"payload_hash": asked["payload_hash"]}, headers=people[n % 2])
            for n in range(OF_EACH)
        ]
        by_frame = [sockets[n % SOCKETS].send(frame) for n, frame in enumerate(frames)]
        mixed = [call for each in zip(over_rest, by_link, on_page, strict=True) for call in each]
        answers, _ = await asyncio.gather(asyncio.gather(*mixed), asyncio.gather(*by_frame))
        rest, link, page = answers[::3], answers[1::3], answers[2::3]
        won = [
            *(one for one in rest if one.status_code == 200),
            *(one for one in link if one.status_code == 200),
            *(one for one in page if "success%3A" in one.headers["set-cookie"]),
        ]
        async with asyncio.timeout(PATIENCE):
            while len(heard) < OF_EACH - (not won):
                await asyncio.sleep(0.05)
        for task in listening:
            task.cancel()

    decided = await state(person, asked)
    who, when = str(decided["decided_by"]), str(decided["decided_at"])
    assert len(won) + OF_EACH - len(heard) == 1
    lost = [one for one in rest if one.status_code != 200]
    assert {(one.status_code, one.json()["decided_by"]) for one in lost} == {(409, who)}
    assert {one.json()["decided_at"][:19] for one in lost} == {when[:19]}
    assert all(who in one.text for one in link if one.status_code == 409)
    assert {one.status_code for one in link} <= {200, 409}
    assert all(who in event["message"] for event in heard)
    assert {one.status_code for one in page} == {303}
    entries = await services.repository(AUDIT_LOG, Scope(person.user_id, person.user_id, "user")).find({}, limit=500)
    counted = [one for one in entries if one.resource_id == asked["approval_id"] and one.action != "approval_link_made"]
    assert [(one.actor_id, one.action) for one in counted] == [(who, f"approval_{decided['status']}")]
