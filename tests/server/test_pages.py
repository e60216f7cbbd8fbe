"""The page, its one-time link and its cookie session."""

import re
from datetime import timedelta

import httpx
import pytest

from core.clock import ManualClock
from server.pages import ASSETS, FOLDER
from server.services import Services
from tests.server.conftest import Person

HERE = {"Origin": "http://server.test"}


async def link(services: Services) -> str:
    owner = await services.desk.local_owner()
    return f"/login?token={await services.desk.new_login_code(owner)}"


async def test_a_link_logs_in_once(client: httpx.AsyncClient, services: Services) -> None:
    path = await link(services)
    first = await client.get(path)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await client.get("/api/v1/me")).json()["role"] == "admin"
    client.cookies.clear()
    second = await client.get(path)
    assert second.headers["location"] == "/?link=used"
    assert "set-cookie" not in second.headers
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_a_bearer_token_becomes_a_session_for_our_own_page_only(
    client: httpx.AsyncClient, person: Person
) -> None:
    headers = {"Authorization": f"Bearer {person.token}"}
    assert (await client.post("/session", headers=headers)).status_code == 401
    assert (await client.post("/session", headers=headers | {"Origin": "https://evil.example"})).status_code == 401
    assert (await client.post("/session", headers=headers | HERE)).status_code == 204
    assert (await client.get("/api/v1/me")).json()["user_id"] == person.user_id
    assert (await client.get("/page.json")).json()["signed_in"]
    await client.delete("/session")
    assert (await client.get("/api/v1/me")).status_code == 401
    assert not (await client.get("/page.json")).json()["signed_in"]


async def test_with_the_cookie_only_our_own_page_may_change_things(
    client: httpx.AsyncClient, services: Services
) -> None:
    await client.get(await link(services))
    path = "/api/v1/conversations"
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await client.post(path, json={}, headers=headers)).status_code == 403
    for headers in (HERE, {"Sec-Fetch-Site": "same-origin"}):
        assert (await client.post(path, json={}, headers=headers)).status_code == 201


async def test_whoever_is_signed_in_talks_as_themselves_in_the_chat_of_our_own_page(
    client: httpx.AsyncClient, services: Services, clock: ManualClock
) -> None:
    door, token = "/api/v1/widget/session", "/session/token"
    same = {"Sec-Fetch-Site": "same-origin"}
    assert (await client.get(token, headers=same)).status_code == 401
    assert (await client.post(door, json={"site_key": "own"}, headers=HERE)).status_code == 401
    await client.get(await link(services))
    for headers in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await client.get(token, headers=headers)).status_code == 401
    told = await client.get(token, headers=same)
    assert told.headers["cache-control"] == "no-store"
    body = {"site_key": "own", "user_token": told.text}
    client.cookies.clear()
    assert (await client.get("/api/v1/me", headers={"Authorization": f"Bearer {told.text}"})).status_code == 401
    assert (await client.post(door, json=body, headers={"Origin": "https://evil.example"})).status_code == 403
    opened = (await client.post(door, json=body, headers=HERE)).json()
    owner = await services.desk.local_owner()
    assert (opened["kind"], opened["actor_id"], opened["timezone"]) == ("member", owner.user_id, "UTC")

    # What limits visitors does not limit people of the account.
    bearer = {"Authorization": f"Bearer {opened['token']}"}
    for _ in range(12):
        assert (await client.post("/api/v1/widget/conversations", headers=HERE | bearer)).status_code == 201
    elsewhere = await client.get("/api/v1/widget/conversations", headers=bearer | {"Origin": "https://evil.example"})
    assert elsewhere.status_code == 403
    assert (await client.get("/api/v1/me", headers=bearer)).status_code == 401
    clock.advance(timedelta(minutes=1))
    assert (await client.post(door, json=body, headers=HERE)).status_code == 401


async def test_the_page_and_its_files_are_served_by_name_only(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    for name in re.findall(r"/assets/([\w.]+)", page.text):
        assert (await client.get(f"/assets/{name}")).status_code == 200
    for name in ("../app.py", "..%2fapp.py", "chat", ".", "x.js"):
        assert (await client.get(f"/assets/{name}")).status_code == 404


@pytest.mark.parametrize("name", sorted(ASSETS))
def test_nothing_on_the_page_comes_from_elsewhere_or_is_inline(name: str) -> None:
    text = (FOLDER / name).read_text()
    assert not re.search(r"""(?:src|href|url|import)\W{1,3}(?:https?:)?//""", text)
    if name.endswith(".html"):
        assert "<style" not in text
        assert not re.search(r"<script(?![^>]*src=)", text)
        assert not re.search(r"\son\w+=|\sstyle=", text)
    if name.endswith(".js"):
        assert "innerHTML" not in text
        assert "eval(" not in text
