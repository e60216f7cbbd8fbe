"""Signed links: shown without an account, decided by POST alone, bound to one request, one hash and one person."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from core.clock import ManualClock
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from server.services import Services
from tests.server.conftest import Person

WRITE = "Write a post for Threads about our new bakery in Leeds, local families."


@pytest.fixture
async def asked(person: Person) -> dict[str, str]:
    """A post that waits for a decision."""
    conversation = await person.conversation()
    await person.say(conversation, WRITE)
    await person.say(conversation, "Schedule it for 2 December at noon.")
    (found,) = (await person.client.get("/api/v1/approvals", params={"status": "pending"})).json()["items"]
    return dict(found)


async def link_to(person: Person, asked: dict[str, str], approver: str = "client@shop.example") -> str:
    body = {"approver": approver}
    made = await person.client.post(f"/api/v1/approvals/{asked['approval_id']}/links", json=body)
    assert made.status_code == 201
    url: str = made.json()["url"]
    return urlsplit(url).path


async def state(person: Person, asked: dict[str, str]) -> dict[str, object]:
    return dict((await person.client.get(f"/api/v1/approvals/{asked['approval_id']}")).json())


def form(asked: dict[str, str], decision: str = "approve", **more: str) -> dict[str, str]:
    return {"decision": decision, "payload_hash": asked["payload_hash"], **more}


async def test_looking_shows_the_exact_thing_and_decides_nothing(
    person: Person, client: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    path = await link_to(person, asked)
    for method in ("GET", "HEAD", "GET"):
        answer = await client.request(method, path)
        assert answer.status_code == 200
    text = str(asked["content"]["posts"][0]["text"])  # type: ignore[index]  # a payload is JSON
    assert text.splitlines()[0].split("'")[0] in answer.text
    assert "Shall this post go out on Threads?" in answer.text
    assert "02 Dec" not in answer.text
    assert "2 Dec 2026" in answer.text
    assert "<script" not in answer.text
    assert (await state(person, asked))["status"] == "pending"


async def test_a_decision_needs_no_account_and_carries_the_persons_name(
    person: Person, client: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    path = await link_to(person, asked)
    answer = await client.post(path, data=form(asked))
    assert answer.status_code == 200
    assert "Approved by client@shop.example" in answer.text
    decided = await state(person, asked)
    assert (decided["status"], decided["decided_by"], decided["decided_via"]) == (
        "approved",
        "client@shop.example",
        "link",
    )
    again = await client.post(path, data=form(asked, "reject"))
    assert again.status_code == 409
    assert "approved already by client@shop.example" in again.text


async def test_a_rejection_carries_its_reason_and_an_edit_is_approved_as_edited(
    person: Person, client: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    path = await link_to(person, asked)
    await client.post(path, data=form(asked, text_0="Fresh bread."))
    edited = await state(person, asked)
    assert edited["status"] == "approved"
    assert edited["content"]["posts"][0]["text"] == "Fresh bread."  # type: ignore[index]  # a payload is JSON
    assert edited["payload_hash"] != asked["payload_hash"]


async def test_a_rejection_by_link_tells_the_agent_why(
    person: Person, client: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    await client.post(await link_to(person, asked), data=form(asked, "reject", notes="Too loud <b>here</b>."))
    assert (await state(person, asked))["notes"] == "Too loud <b>here</b>."
    shown = await client.get(await _path_of_decided(person, asked, client))
    assert shown.status_code == 404


async def _path_of_decided(person: Person, asked: dict[str, str], client: httpx.AsyncClient) -> str:
    made = await person.client.post(
        f"/api/v1/approvals/{asked['approval_id']}/links", json={"approver": "client@shop.example"}
    )
    assert made.status_code == 422
    return "/approve/nothing.here"


async def test_a_link_is_for_one_request_one_hash_and_no_longer_than_it_says(
    person: Person, client: httpx.AsyncClient, asked: dict[str, str], clock: ManualClock, services: Services
) -> None:
    path = await link_to(person, asked)
    token = path.removeprefix("/approve/")
    body, _, signature = token.partition(".")
    forged = [f"{body}.{signature[:-2]}AA", f"{body[:-4]}AAAA.{signature}", body, "", ".", "é.é", "x" * 900, f"{body}."]
    for one in forged:
        answer = await client.get(f"/approve/{one}")
        assert answer.status_code == 404
        assert (await client.post(f"/approve/{one}", data=form(asked))).status_code in {404, 405}
    other = await client.post(path, data=form(asked) | {"payload_hash": "0" * 64})
    assert other.status_code == 409
    clock.advance(timedelta(hours=73))
    assert (await client.get(path)).status_code == 404
    assert (await client.post(path, data=form(asked))).status_code == 404
    stored = await services.repository(APPROVAL_REQUESTS, Scope(person.user_id, person.user_id, "user")).find({})
    assert [request.status for request in stored] == ["pending"]


async def test_a_link_ends_with_what_it_showed(
    person: Person, client: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    path = await link_to(person, asked)
    content_id = asked["content"]["posts"][0]["content_id"]  # type: ignore[index]  # a payload is JSON
    await person.client.patch(f"/api/v1/content/{content_id}", json={"text": "Doors open at eight."})
    assert "Withdrawn" in (await client.get(path)).text
    assert (await client.post(path, data=form(asked))).status_code == 409
    (renewed,) = (await person.client.get("/api/v1/approvals", params={"status": "pending"})).json()["items"]
    assert renewed["supersedes"] == asked["approval_id"]
    assert [change["after"] for change in renewed["difference"]] == ["Doors open at eight."]
    page = await client.get(await link_to(person, renewed))
    assert "What changed since" in page.text


async def test_a_form_on_another_site_decides_nothing(
    person: Person, client: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    path = await link_to(person, asked)
    answer = await client.post(path, data=form(asked), headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert (await state(person, asked))["status"] == "pending"


async def test_only_those_who_may_decide_make_links_and_only_for_those_who_are_asked(
    app: FastAPI, person: Person, viewer: Person, stranger: Person, asked: dict[str, str]
) -> None:
    path = f"/api/v1/approvals/{asked['approval_id']}/links"
    body = {"approver": "client@shop.example"}
    assert (await viewer.client.post(path, json=body)).status_code == 403
    assert (await stranger.client.post(path, json=body)).status_code == 404
    assert (await person.client.post(path, json={"approver": "no address"})).status_code == 422


async def test_what_stands_in_the_payload_is_shown_as_text(person: Person, client: httpx.AsyncClient) -> None:
    conversation = await person.conversation()
    await person.say(conversation, WRITE)
    (content,) = (await person.client.get("/api/v1/content")).json()["items"]
    await person.client.patch(
        f"/api/v1/content/{content['content_id']}", json={"text": '"><img src=x onerror=alert(1)></textarea><b>'}
    )
    await person.say(conversation, "Schedule it for 2 December at noon.")
    (asked,) = (await person.client.get("/api/v1/approvals", params={"status": "pending"})).json()["items"]
    page = await client.get(await link_to(person, asked))
    assert "<img src=x" not in page.text
    assert re.findall(r"<b>", page.text) == []
