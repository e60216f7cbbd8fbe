"""What comes to /slack/events is believed only with a signature made just now; a repeat does nothing twice."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import orjson
import pytest
import yaml

from core.clock import ManualClock
from sandbox.slack.workspaces import BOT_SCOPES
from server.slack.installs import SCOPES
from tests.server.conftest import Person
from tests.server.slack.conftest import Workspace, browser, install
from tests.server.slack.test_conversing import BRIEF, conversations

FORM = "application/x-www-form-urlencoded"


async def test_only_what_slack_has_signed_just_now_is_taken(workspace: Workspace, person: Person) -> None:
    delivery, url = workspace.twin.delivery, workspace.twin.delivery.request_url
    told = await workspace.mention(BRIEF)
    await workspace.quiet()
    body = told.body.replace(b"Leeds", b"Paris").replace(told.payload["event"]["ts"].encode(), b"1999999999.000100")
    now = workspace.services.clock.now().timestamp()
    good = delivery.signed(body)
    timestamp, signature = good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
    forged = {
        "of another secret": delivery.signed(body, secret="guessed"),
        "of another body": delivery.signed(told.body),
        "too old": delivery.signed(body, at=now - 301),
        "of the future": delivery.signed(body, at=now + 301),
        "without a signature": {"X-Slack-Request-Timestamp": timestamp},
        "without a time": {"X-Slack-Signature": signature},
        "a strange time": good | {"X-Slack-Request-Timestamp": "now"},
        "a strange signature": good | {"X-Slack-Signature": "v0=\u00e9".encode("latin-1").decode("latin-1")},
        "of another version": good | {"X-Slack-Signature": signature.replace("v0=", "v1=")},
        "nothing": {},
    }
    async with httpx.AsyncClient() as client:
        for what, headers in forged.items():
            raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            answer = await client.post(url, content=body, headers=[(b"Content-Type", b"application/json"), *raw])
            assert (answer.status_code, answer.json()) == (401, {"error": "invalid request"}), what
        broken = b"{nothing"
        answer = await client.post(url, content=broken, headers=delivery.signed(broken))
        assert answer.status_code == 400
    await workspace.quiet()
    assert [one["message_count"] for one in await conversations(person)] == [2]


async def test_repeats_and_retries_have_no_second_effect(
    workspace: Workspace, person: Person, clock: ManualClock
) -> None:
    told = await workspace.mention(BRIEF)
    command = await workspace.twin.people.command(workspace.general["id"], workspace.ada["id"], "help")
    await workspace.quiet()
    said, private = len(workspace.ours()), len(workspace.privately(workspace.ada))
    assert (said, private) == (1, 1)

    # Word for word, as somebody who has overheard it would, and as Slack does when an answer was late.
    assert [await workspace.twin.delivery.again(one) for one in (told, command)] == [200, 200]
    message = workspace.twin.spaces.message(workspace.general["id"], told.payload["event"]["ts"])
    assert message
    assert (await workspace.twin.people.told_of(message)).statuses == [200], "as another event about the same message"
    await workspace.quiet()
    assert len(workspace.ours()) == said
    assert len(workspace.privately(workspace.ada)) == private
    assert [one["message_count"] for one in await conversations(person)] == [2]

    clock.advance(timedelta(minutes=6))
    assert await workspace.twin.delivery.again(told) == 401, "stale by now"


async def test_slack_retries_until_it_is_acknowledged(workspace: Workspace, person: Person) -> None:
    url = workspace.twin.delivery.request_url
    workspace.twin.delivery.request_url = url.replace("/slack/events", "/slack/nowhere")
    sent = workspace.mention(BRIEF)
    told = await sent
    assert told.statuses == [404] * 4
    workspace.twin.delivery.request_url = url
    message = workspace.twin.spaces.message(workspace.general["id"], told.payload["event"]["ts"])
    assert message
    await workspace.twin.people.told_of(message)
    await workspace.until(workspace.ours)
    await workspace.quiet()
    assert [one["message_count"] for one in await conversations(person)] == [2]


async def test_slack_may_ask_whether_the_address_is_ours(workspace: Workspace) -> None:
    delivery = workspace.twin.delivery
    async with httpx.AsyncClient() as client:
        asked = orjson.dumps({"type": "url_verification", "challenge": "abc", "token": "t"})
        headers = {"Content-Type": "application/json", **delivery.signed(asked)}
        answer = await client.post(delivery.request_url, content=asked, headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"challenge": "abc"})
        looked = urlencode({"ssl_check": "1", "token": "t"}).encode()
        answer = await client.post(
            delivery.request_url, content=looked, headers={"Content-Type": FORM, **delivery.signed(looked)}
        )
        assert answer.status_code == 200


async def test_an_installation_belongs_to_whoever_began_it(
    workspace: Workspace, person: Person, stranger: Person, viewer: Person
) -> None:
    app, twin = workspace.app, workspace.twin
    services = workspace.services
    found = await services.slack.ground.store.installation(workspace.team["id"])
    assert found is not None
    assert found.bot_token.startswith("xoxb-")
    database = services.database
    stored = await database.driver["slack_installations"].find_one({"team_id": workspace.team["id"]})
    assert stored is not None
    assert found.bot_token not in repr(stored)
    listed = await person.client.get("/api/v1/slack/workspaces")
    assert [one["team_name"] for one in listed.json()["items"]] == ["Bakery"]
    assert "xoxb" not in listed.text
    links = (await person.client.get("/api/v1/slack/links?mine=true")).json()["items"]
    assert [one["slack_user_id"] for one in links] == [workspace.ada["id"]]

    # The workspace works for this account; another one can't take it over, a viewer can't install.
    assert (await install(app, stranger)).status_code == 409
    async with browser(app, viewer) as client:
        assert (await client.get("/slack/install")).status_code == 403
    # A state is bound to the person, and works once; without agreeing nothing happens.
    async with browser(app, person) as client, browser(app, stranger) as other, httpx.AsyncClient() as outside:
        sent = (await client.get("/slack/install")).headers["location"]
        back = httpx.URL((await outside.get(sent)).headers["location"])
        assert (await other.get(back.raw_path.decode())).status_code == 409
        assert (await client.get(back.raw_path.decode())).status_code == 200
        assert (await client.get(back.raw_path.decode())).status_code == 409
        twin.consents = None
        sent = (await client.get("/slack/install")).headers["location"]
        back = httpx.URL((await outside.get(sent)).headers["location"])
        assert (await client.get(back.raw_path.decode())).status_code == 403
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.test") as nobody:
        assert "Sign in first" in (await nobody.get("/slack/install")).text
        assert (await nobody.get("/slack/oauth_redirect?state=x&code=y")).status_code == 401


@pytest.mark.parametrize("way", ["in Slack", "here"])
async def test_uninstalling_forgets_everything_about_a_workspace(
    workspace: Workspace, person: Person, clock: ManualClock, way: str
) -> None:
    await workspace.mention(BRIEF)
    await workspace.until(workspace.ours)
    await workspace.quiet()
    store = workspace.services.slack.ground.store
    clock.advance(timedelta(seconds=5))
    if way == "in Slack":
        await workspace.twin.people.uninstall(workspace.team["id"])
    else:
        listed = (await person.client.get("/api/v1/slack/workspaces")).json()["items"]
        gone = await person.client.delete(f"/api/v1/slack/workspaces/{listed[0]['installation_id']}")
        assert gone.status_code == 204
        assert workspace.twin.spaces.bot_of(workspace.team["id"]) is None
    for _ in range(100):
        if await store.installation(workspace.team["id"]) is None:
            break
        await workspace.quiet()
    await workspace.quiet()
    database = workspace.services.database
    for name in ("installations", "links", "codes", "threads", "cards"):
        left = await database.driver[f"slack_{name}"].count_documents({"team_id": workspace.team["id"]})
        assert left == 0, name
    assert len(await conversations(person)) == 1, "what was talked about stays"

    # Installed again; Slack telling late of the end of the first installation takes nothing away.
    clock.advance(timedelta(seconds=5))
    assert (await install(workspace.app, person)).status_code == 200
    late = [one for one in workspace.twin.delivery.log if one.payload.get("event", {}).get("type") == "app_uninstalled"]
    for told in late:
        await workspace.twin.people.event(workspace.team["id"], told.payload["event"] | {"event_ts": "1.0"})
    await workspace.quiet()
    assert await store.installation(workspace.team["id"]) is not None


def test_the_manifest_asks_for_what_the_app_asks_for() -> None:
    text = (Path(__file__).parents[3] / "docs" / "integrating.md").read_text("utf-8")
    manifest = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    assert tuple(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES
    assert ",".join(SCOPES) == BOT_SCOPES
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {"app_mention", "message.im", "assistant_thread_started", "app_uninstalled", "tokens_revoked"} == set(events)
