"""The page of connections, against the sandbox: by logging in there, by credentials, expired, disconnected."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape

import httpx
import pytest

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from core.settings import Settings
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.platforms import wordpress
from sandbox.server import Sandbox
from server.services import Services
from tests.server.conftest import Person
from tests.server.console.conftest import posted, said
from tests.server.console.house import House

HERE = "/console/connections"
SITE = {"site": "https://site.example", "username": wordpress.USER, "password": wordpress.PASSWORD}


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, sandbox: Sandbox) -> Settings:
    registered = {"x_client_id": CLIENT_ID, "x_client_secret": CLIENT_SECRET}
    given = settings.model_dump() | registered | {"platform_addresses": sandbox.addresses()}
    return Settings.model_validate(given)


async def shown(person: Person, query: str = "") -> str:
    answer = await person.client.get(f"{HERE}{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_connecting_by_logging_in_there_and_back(person: Person) -> None:
    assert "X_CLIENT_ID" not in await shown(person)
    assert "LINKEDIN_CLIENT_ID" in await shown(person)
    begun = await posted(person, f"{HERE}/twitter/start")
    onward = re.search(r'href="([^"]+)"[^>]*data-follow', begun.text)
    assert onward
    async with httpx.AsyncClient() as browser:
        back = (await browser.get(unescape(onward[1]))).headers["location"]
    returned = await person.client.get(back, headers={"Accept": "text/html"})
    assert returned.headers["location"] == f"{HERE}?connected=twitter"
    page = await shown(person, "?connected=twitter")
    assert "X is connected. Posts that waited for it go out now." in page
    assert "Disconnect" in page


async def test_who_says_no_there_comes_back_to_the_page(person: Person) -> None:
    begun = await posted(person, f"{HERE}/twitter/start")
    state = re.search(r"state=([\w-]+)", unescape(begun.text))
    assert state
    path = f"/api/v1/connections/twitter/callback?state={state[1]}&error=access_denied"
    returned = await person.client.get(path, headers={"Accept": "text/html"})
    assert returned.headers["location"] == f"{HERE}?connection_error=forbidden&platform=twitter"
    assert "Nobody agreed to it there." in await shown(person, "?connection_error=forbidden&platform=twitter")
    unregistered = await posted(person, f"{HERE}/linkedin/start")
    assert "not registered at LinkedIn" in said(unregistered)
    assert (await posted(person, f"{HERE}/nowhere/start")).status_code == 404


async def test_credentials_are_tried_out_kept_secret_and_given_up(
    person: Person, stranger: Person, viewer: Person, services: Services
) -> None:
    page = await shown(person)
    assert '<input name="password" type="password"' in page
    assert "was not connected" in said(await posted(person, f"{HERE}/wordpress", **SITE | {"password": "wrong"}))
    assert "was not connected" in said(await posted(person, f"{HERE}/wordpress", site=SITE["site"]))
    assert "control characters" in said(await posted(person, f"{HERE}/wordpress", **SITE | {"site": "a\x00b"}))
    assert "is connected" in said(await posted(person, f"{HERE}/wordpress", **SITE))
    for one in (person, viewer):
        assert wordpress.PASSWORD not in await shown(one)
    scope = Scope(person.user_id, person.user_id, "user")
    accounts = services.repository(SOCIAL_ACCOUNTS, scope)
    (account,) = await accounts.find({})
    await accounts.change(account.social_account_id, {"account_name": "<b>Blog</b>", "status": "expired"})
    page = await shown(person)
    assert "WordPress has to be connected again." in page
    assert "<b>Blog</b>" not in page
    path = f"{HERE}/{account.social_account_id}/disconnect"
    assert (await posted(stranger, path)).status_code == 404
    assert (await posted(viewer, path)).status_code == 403
    assert "is disconnected" in said(await posted(person, path))
    assert "Nothing is connected yet" in await shown(person)


async def test_of_several_accounts_one_chooses_where_posts_go(
    person: Person, stranger: Person, viewer: Person, services: Services, clock: ManualClock
) -> None:
    house = House(services, person)
    accounts = house.repository(SOCIAL_ACCOUNTS)
    made: list[str] = []
    for number, name in enumerate(("Leeds", "York", "Hull")):
        account = SocialAccount(
            social_account_id=new_id("acc"), platform="twitter", account_id=str(number), account_name=name
        )
        made.append((await accounts.insert(account)).social_account_id)
        clock.advance(timedelta(seconds=1))
    page = await shown(person, "?connected=twitter")
    assert "X is connected with 3 accounts." in page
    assert "Where shall posts for X go?" in page
    assert "Where shall posts" not in await shown(viewer, "?connected=twitter")

    async def goes_to() -> str:
        request, _ = await house.asked("2026-11-25T18:00", await house.draft("Fresh bread", "twitter"))
        return str(request.content["posts"][0]["account_id"])

    assert await goes_to() == "2"
    path = f"{HERE}/twitter/choose"
    assert (await posted(viewer, path, account=made[0])).status_code == 403
    assert "not connected any more" in said(await posted(stranger, path, account=made[0]))
    assert "go out on Leeds (0) from now on" in said(await posted(person, path, account=made[0]))
    assert await goes_to() == "0"
    assert len(await accounts.find({})) == 3
    assert "go out on York" in said(await posted(person, path, account=made[1], others="disconnect"))
    assert [account.account_name for account in await accounts.find({})] == ["York"]
    assert "Post here" not in await shown(person)
