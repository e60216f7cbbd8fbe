"""One conversation: begun in the widget, continued in Slack, approved by voice, watched in the console, in one log."""

import asyncio
import json
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from core.clock import ManualClock
from core.settings import Settings
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.server import Sandbox
from sandbox.slack.delivery import SIGNING_SECRET
from sandbox.telephony import ACCOUNT, TOKEN, PickUp, Saying
from tests.server.conftest import Person
from tests.server.slack.conftest import Workspace, browser, sandbox, workspace

__all__ = ["sandbox", "workspace"]

PUBLIC = "https://minds.example"
SHOP = "https://www.shop.example"
TALKS = "/api/v1/widget/conversations"
BRIEF = "Our second bakery opens in Leeds on 3 December, 200 visitors, local families, £1,500, Instagram and email"


@pytest.fixture
def settings(tmp_path: Path, sandbox: Sandbox) -> Settings:
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "openai_api_key": "", "port": 0}
    surfaces = {
        "public_url": PUBLIC,
        "slack_client_id": CLIENT_ID,
        "slack_client_secret": CLIENT_SECRET,
        "slack_signing_secret": SIGNING_SECRET,
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": TOKEN,
        "twilio_phone_number": "+441134960000",
        "platform_addresses": sandbox.addresses(),
    }
    return Settings.model_validate(given | surfaces)


async def widget(app: FastAPI, person: Person, clock: ManualClock) -> httpx.AsyncClient:
    """The widget on a page whose server says that ``person`` is of the team."""
    body = {"name": "Shop", "origins": [SHOP], "team": True}
    site = (await person.client.post("/api/v1/sites", json=body)).json()
    claims = {"sub": "ada", "email": person.email, "team": True, "aud": site["site_key"]}
    said = jwt.encode(claims | {"exp": clock.now() + timedelta(minutes=5)}, site["identity_secret"], algorithm="HS256")
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.test", timeout=60)
    client.headers["Origin"] = SHOP
    session = await client.post("/api/v1/widget/session", json={"site_key": site["site_key"], "user_token": said})
    client.headers["Authorization"] = f"Bearer {session.json()['token']}"
    return client


async def watch(live: str, token: str, conversation_id: str, seen: list[dict[str, Any]]) -> None:
    """Follow a conversation like the console's page does, cut off now and then, going on after the last number."""
    with suppress(asyncio.CancelledError):
        while True:
            after = seen[-1]["seq"] if seen else 0
            address = f"ws://{live}/api/v1/conversations/{conversation_id}/ws?after={after}"
            async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
                with suppress(ConnectionClosed):
                    for _ in range(25):
                        frame = json.loads(await socket.recv())
                        if "seq" in frame:
                            seen.append(frame)


async def test_one_conversation_across_surfaces_is_one_log(
    workspace: Workspace, sandbox: Sandbox, app: FastAPI, person: Person, live: str, clock: ManualClock
) -> None:
    sandbox.telephone.reach = (PUBLIC, f"http://{live}")
    page = await widget(app, person, clock)
    here = str((await page.post(TALKS, json={})).json()["conversation_id"])
    seen: list[dict[str, Any]] = []
    watching = asyncio.create_task(watch(live, person.token, here, seen))

    # Begun in the widget; sent twice, as after a lost answer.
    for _ in range(2):
        taken = await page.post(f"{TALKS}/{here}/messages", json={"content": BRIEF, "client_message_id": "m-1"})
        assert taken.status_code == 202
    await workspace.until(partial(over, seen, 1))

    # Continued in Slack.
    clock.advance(timedelta(seconds=5))
    people, direct = workspace.twin.people, workspace.direct(workspace.ada)
    await people.command(workspace.general["id"], workspace.ada["id"], "continue")
    offer = await workspace.until(
        lambda: next((one for one in workspace.privately(workspace.ada) if one.get("blocks")), None)
    )
    button = next(block["accessory"] for block in offer["blocks"] if block.get("accessory", {}).get("value") == here)
    await people.pressed(workspace.general["id"], workspace.twin.spaces.new_ts(), workspace.ada["id"], button)
    root = await workspace.until(lambda: next((o for o in workspace.ours(direct) if "goes on here" in o["text"]), None))
    for number, said in enumerate(("Now plan it and write the posts", "schedule the instagram post for 1 December"), 2):
        await workspace.write(said, thread_ts=root["ts"])
        await workspace.until(partial(over, seen, number))
        clock.advance(timedelta(seconds=5))

    # Approved by voice.
    (asked,) = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"]
    assert asked["conversation_id"] == here
    wanted = {"way": "call", "phone": "+441134960123"}
    check = (await person.client.post(f"/api/v1/approvals/{asked['approval_id']}/voice-checks", json=wanted)).json()
    script = [Saying(speech="yes"), Saying(speech=f"approve {' '.join(check['challenge'])}")]
    await sandbox.telephone.pick_up(PickUp(sid=list(sandbox.telephone.calls)[-1], script=script))
    await workspace.until(partial(over, seen, 4))
    decided = (await person.client.get(f"/api/v1/approvals/{asked['approval_id']}")).json()
    assert (decided["status"], decided["decided_by"]) == ("approved", "voice_approval")
    await workspace.quiet()
    await workspace.services.slack.newsroom.look()
    await workspace.until(lambda: any("on the calendar" in one["text"] for one in workspace.ours(direct)))
    await workspace.quiet()
    watching.cancel()
    await watching

    # One ordered log, nothing lost, nothing twice, on every surface.
    assert [frame["seq"] for frame in seen] == list(range(1, len(seen) + 1))
    stored = (await person.client.get(f"/api/v1/conversations/{here}/messages?limit=100")).json()["items"]
    words = [one["content"] for one in reversed(stored) if one["role"] == "user" and one["kind"] == "message"]
    assert words == [BRIEF, "Now plan it and write the posts", "schedule the instagram post for 1 December"]
    ended = [frame["event"]["messageId"] for frame in seen if frame["event"]["type"] == "TEXT_MESSAGE_END"]
    answers = [one["message_id"] for one in reversed(stored) if one["role"] == "assistant"]
    assert ended == answers
    assert len(set(answers)) == len(answers)
    seen_in_widget = (await page.get(f"{TALKS}/{here}/messages?limit=100")).json()["items"]
    assert [one["message_id"] for one in seen_in_widget] == [one["message_id"] for one in stored]
    in_slack = [one["text"] for one in workspace.ours(direct) if one.get("thread_ts") == root["ts"]]
    assert len(in_slack) == len(set(in_slack))
    async with browser(app, person) as client:
        shown = await client.get(f"/console/conversations/{here}")
    assert shown.status_code == 200
    for text in ("Now plan it and write the posts", "schedule the instagram post for 1 December"):
        assert shown.text.count(f">{text}<") <= 1
        assert text in shown.text
    assert len((await person.client.get("/api/v1/posts")).json()["items"]) == 1
    await page.aclose()


def over(seen: list[dict[str, Any]], runs: int) -> bool:
    """Whether so many runs have ended, waiting for a decision or not."""
    return [frame["event"]["type"] for frame in seen].count("RUN_FINISHED") == runs
