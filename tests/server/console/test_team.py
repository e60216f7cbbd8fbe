"""The team page: inviting by a link, joining, roles, removing; who may do that, and who may not."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
from fastapi import FastAPI

from core.clock import ManualClock
from server.auth.team import LIFETIME
from tests.server.conftest import PASSWORD, Person
from tests.server.console.conftest import HERE as BROWSER
from tests.server.console.conftest import posted, said

HERE = "/console/team"
JOIN = "/console/join"


async def invited(person: Person, name: str = "Bea", role: str = "user") -> str:
    """Invite somebody, and return the code of the link that is shown."""
    answer = await posted(person, f"{HERE}/invitations", name=name, role=role)
    assert answer.status_code == 201, answer.text
    shown = re.search(r'id="once-link"[^>]*>([^<]+)<', answer.text)
    assert shown
    return parse_qs(urlsplit(unescape(shown[1])).query)["invite"][0]


async def test_an_invitation_is_shown_once_taken_up_once_and_its_role_counts(
    app: FastAPI, person: Person, client: httpx.AsyncClient
) -> None:
    code = await invited(person, "<b>Bea</b>", "viewer")
    listed = (await person.client.get(HERE)).text
    assert code not in listed
    assert "&lt;b&gt;Bea&lt;/b&gt;" in listed
    asked = await client.get(f"{JOIN}?invite={code}")
    assert "Join <bdi>Ada</bdi>" in asked.text
    form = {"invite": code, "email": "bea.joins@example.com", "password": PASSWORD, "name": "Bea"}
    assert (await client.post(JOIN, data=form)).status_code == 403
    short = await client.post(JOIN, data=form | {"password": "short"}, headers=BROWSER)
    assert (short.status_code, "at least 8 characters" in short.text) == (422, True)
    assert "no email address" in (await client.post(JOIN, data=form | {"email": "bea"}, headers=BROWSER)).text
    taken = await client.post(JOIN, data=form | {"email": person.email}, headers=BROWSER)
    assert (taken.status_code, "Use another" in taken.text) == (409, True)
    joined = await client.post(JOIN, data=form, headers=BROWSER)
    assert (joined.status_code, joined.headers["location"]) == (303, "/console")
    assert "Viewer: reads only" in (await client.get("/console")).text
    assert (await client.post(f"{HERE}/invitations", data={}, headers=BROWSER)).status_code == 403
    for answer in (await client.get(f"{JOIN}?invite={code}"), await client.post(JOIN, data=form, headers=BROWSER)):
        assert (answer.status_code, "was used already" in answer.text) == (403, True)
    assert "bea.joins@example.com" in (await person.client.get(HERE)).text


async def test_a_role_changes_at_once_and_who_is_removed_is_out(person: Person, viewer: Person) -> None:
    assert (await posted(viewer, "/console/memory", content="Our fee is £3.")).status_code == 403
    assert "is a member from now on" in said(await posted(person, f"{HERE}/{viewer.user_id}/role", role="user"))
    assert (await posted(viewer, "/console/memory", content="Our fee is £3.")).status_code == 303
    refused = await posted(viewer, f"{HERE}/{viewer.user_id}/role", role="viewer")
    assert (refused.status_code, "Only the owner" in refused.text) == (403, True)
    assert 'data-dialog="invite"' not in (await viewer.client.get(HERE)).text
    assert (await posted(person, f"{HERE}/{viewer.user_id}/role", role="admin")).status_code == 422
    assert "Removed" in said(await posted(person, f"{HERE}/{viewer.user_id}/remove"))
    assert (await viewer.client.get(HERE)).status_code == 303
    assert (await posted(person, f"{HERE}/{viewer.user_id}/remove")).status_code == 404


async def test_other_accounts_have_no_say(person: Person, stranger: Person, viewer: Person, clock: ManualClock) -> None:
    code = await invited(person)
    waiting = (await person.client.get("/api/v1/members/invitations")).json()["items"]
    (one,) = [each["code_id"] for each in waiting]
    assert (await stranger.client.get("/api/v1/members/invitations")).json() == {"items": []}
    for path in (f"{HERE}/invitations/{one}/withdraw", f"{HERE}/{viewer.user_id}/remove"):
        assert (await posted(stranger, path)).status_code == 404
    assert (await posted(stranger, f"{HERE}/{viewer.user_id}/role", role="user")).status_code == 404
    clock.advance(LIFETIME)
    assert (await person.client.get("/api/v1/members/invitations")).status_code == 401
    late = {"invite": code, "email": "late@example.com", "password": PASSWORD}
    assert (await stranger.client.post("/api/v1/auth/join", json=late)).status_code == 403


async def test_an_invitation_over_rest_can_be_withdrawn(person: Person, client: httpx.AsyncClient) -> None:
    made = (await person.client.post("/api/v1/members/invitations", json={"name": "Cem", "role": "user"})).json()
    assert made["url"] == f"http://server.test{JOIN}?invite={made['invite']}"
    withdrawn = await person.client.delete(f"/api/v1/members/invitations/{made['code_id']}")
    assert withdrawn.status_code == 204
    body = {"invite": made["invite"], "email": "cem@example.com", "password": PASSWORD}
    assert (await client.post("/api/v1/auth/join", json=body)).status_code == 403
    again = (await person.client.post("/api/v1/members/invitations", json={"name": "Cem"})).json()
    joined = await client.post("/api/v1/auth/join", json=body | {"invite": again["invite"]})
    assert joined.status_code == 201
    assert joined.json()["user"]["member_of"] == person.user_id
    assert joined.json()["user"]["name"] == "Cem"
    headers = {"Authorization": f"Bearer {joined.json()['access_token']}"}
    refused = await client.patch(
        f"/api/v1/members/{joined.json()['user']['user_id']}", json={"role": "viewer"}, headers=headers
    )
    assert refused.status_code == 403
