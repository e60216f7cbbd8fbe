"""Approvals in Slack: shown exactly, decided by linked people with the right, and changed in place wherever decided."""

import re
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from agents.turns.notice import Notice
from agents.turns.notices import Notices
from core.events import Interrupt
from core.ids import new_id
from sandbox.journal import Row
from sandbox.slack.people import buttons_of
from tests.server.conftest import PASSWORD, Person
from tests.server.slack.conftest import Workspace
from tools.approval.requests import RequestDraft

ASK = "schedule the instagram post for 1 December at 9am"


async def card(workspace: Workspace) -> Row:
    """Have a post written and scheduled, and return the message that asks for approval."""
    told = await workspace.mention(
        "our second bakery opens in Leeds on 3 December, 200 visitors, local families, £1,500, Instagram and email"
    )
    root = told.payload["event"]["ts"]
    await workspace.until(workspace.ours)
    await workspace.mention("Now plan it and write the posts, warm and a bit playful", thread_ts=root)
    await workspace.until(lambda: any("Saved as drafts" in one["text"] for one in workspace.ours()))
    await workspace.mention(ASK, thread_ts=root)
    found: Row = await workspace.until(lambda: next(iter(cards(workspace)), None))
    return found


def cards(workspace: Workspace) -> list[Row]:
    return [one for one in workspace.ours() if buttons(one)]


def buttons(message: Row) -> dict[str, Any]:
    return {str(one["action_id"]): one for one in buttons_of(message)}


def words(message: Row) -> str:
    return "\n".join(block["text"]["text"] for block in message["blocks"] if block["type"] == "section")


async def test_a_press_approves_once_and_the_team_goes_on(workspace: Workspace, person: Person) -> None:
    message = await card(workspace)
    assert set(buttons(message)) == {"approve", "reject", "edit"}
    (asked,) = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"]
    text = asked["content"]["posts"][0]["text"]
    assert all(line in words(message) for line in text.split("\n") if line)
    assert "*Instagram*" in words(message)

    place, people = workspace.general["id"], workspace.twin.people
    await people.press(place, message["ts"], workspace.bob["id"], "approve")
    shown = await workspace.until(lambda: workspace.privately(workspace.bob))
    assert "I don't know you yet" in shown[0]["text"]
    assert len(cards(workspace)) == 1

    told = await people.press(place, message["ts"], workspace.ada["id"], "approve")
    second = await workspace.twin.people.pressed(place, message["ts"], workspace.ada["id"], buttons(message)["approve"])
    assert (told.statuses, second.statuses) == ([200], [200])
    await workspace.until(lambda: not cards(workspace))
    closed = workspace.twin.spaces.message(place, message["ts"])
    assert closed
    assert f"*Approved* by <@{workspace.ada['id']}> in Slack" in words(closed)
    await workspace.until(lambda: any("Thank you" in one["text"] for one in workspace.ours()))
    await workspace.quiet()
    assert len([one for one in workspace.ours() if "Thank you" in one["text"]]) == 1
    (decided,) = (await person.client.get("/api/v1/approvals")).json()["items"]
    assert (decided["status"], decided["decided_via"]) == ("approved", "slack")
    assert decided["decided_by"] == person.user_id


async def test_a_decision_elsewhere_changes_the_message_in_place(
    workspace: Workspace, person: Person, client: httpx.AsyncClient
) -> None:
    message = await card(workspace)
    (asked,) = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"]
    body = {"decision": "reject", "notes": "Not <@U1> before noon & please", "payload_hash": asked["payload_hash"]}
    mel = {"email": f"mel-{person.email}", "password": PASSWORD, "name": "Mel <!everyone>", "role": "user"}
    assert (await person.client.post("/api/v1/members", json=mel)).status_code == 201
    login = {"username": mel["email"], "password": PASSWORD}
    token = (await client.post("/api/v1/auth/token", data=login)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    said = await client.post(f"/api/v1/approvals/{asked['approval_id']}/decision", json=body, headers=headers)
    assert said.status_code == 200
    await workspace.until(lambda: not cards(workspace))
    closed = workspace.twin.spaces.message(workspace.general["id"], message["ts"])
    assert closed
    assert "*Rejected* by Mel &lt;!everyone&gt; in the app on <!date^" in words(closed)
    assert "> Not &lt;@U1&gt; before noon &amp; please" in words(closed)

    # The buttons of a message as it was: pressed too late it changes nothing, and says who decided.
    await workspace.quiet()
    place = workspace.general["id"]
    await workspace.twin.people.pressed(place, message["ts"], workspace.ada["id"], buttons(message)["approve"])
    told = await workspace.until(lambda: workspace.privately(workspace.ada))
    assert "This was rejected already by" in told[-1]["text"]
    assert (await person.client.get(f"/api/v1/approvals/{asked['approval_id']}")).json()["status"] == "rejected"


@pytest.mark.parametrize("way", ["reject", "edit"])
async def test_a_window_rejects_with_a_reason_or_approves_with_changes(
    workspace: Workspace, person: Person, way: str
) -> None:
    message = await card(workspace)
    place, people = workspace.general["id"], workspace.twin.people
    told = await people.press(place, message["ts"], workspace.ada["id"], way)
    assert told.statuses == [200]
    views = workspace.twin.spaces.rows("views")
    view = await workspace.until(lambda: next(iter(views.values()), None))
    changed = "Our second bakery opens in Leeds on Thursday 3 December. Come by & say hello!"
    values = {"reason": "Make it shorter"} if way == "reject" else {"text_0": changed}
    assert (await people.submit(view["id"], values)).statuses == [200]
    await workspace.until(lambda: message["ts"] not in {one["ts"] for one in cards(workspace)})
    await workspace.quiet()
    found = (await person.client.get("/api/v1/approvals")).json()["items"]
    decided = next(one for one in found if one["status"] != "pending")
    if way == "reject":
        assert (decided["status"], decided["notes"]) == ("rejected", "Make it shorter")
    else:
        assert decided["status"] == "approved"
        assert decided["content"]["posts"][0]["text"] == changed
    closed = workspace.twin.spaces.message(place, message["ts"])
    assert closed
    assert f"by <@{workspace.ada['id']}> in Slack" in words(closed)


async def test_a_viewer_and_a_stranger_to_the_message_decide_nothing(
    workspace: Workspace, person: Person, viewer: Person
) -> None:
    message = await card(workspace)
    place, people, bob = workspace.general["id"], workspace.twin.people, workspace.bob
    await workspace.mention("hello", bob)
    await workspace.until(lambda: workspace.privately(bob))
    assert (await workspace.link(bob, viewer)).status_code == 200
    await people.press(place, message["ts"], bob["id"], "approve")
    told = await workspace.until(lambda: len(workspace.privately(bob)) == 2 and workspace.privately(bob))
    assert "may read but not change" in told[-1]["text"]
    await people.press(place, message["ts"], bob["id"], "edit")
    await workspace.until(lambda: len(workspace.privately(bob)) == 3)
    assert workspace.twin.spaces.rows("views") == {}

    # A button that was made up, or stands in a channel where the request was never shown.
    other = workspace.twin.spaces.add_channel(
        workspace.team["id"], "other", members=[workspace.ada["id"], workspace.bot]
    )
    before = len(workspace.privately(workspace.ada))
    button = buttons(message)["approve"]
    await people.pressed(other["id"], "1.0", workspace.ada["id"], button)
    await people.pressed(place, "1.0", workspace.ada["id"], button | {"value": "apr_nothing hash"})
    await workspace.until(lambda: len(workspace.privately(workspace.ada)) == before + 2)
    await workspace.quiet()
    (asked,) = (await person.client.get("/api/v1/approvals")).json()["items"]
    assert asked["status"] == "pending"
    assert len(cards(workspace)) == 1


async def test_what_a_campaign_asks_by_itself_is_decided_on_its_page_and_withdrawn_in_place(
    workspace: Workspace, person: Person, client: httpx.AsyncClient
) -> None:
    services, place = workspace.services, workspace.general["id"]
    await workspace.mention("Hi, our second bakery opens in Leeds on 3 December")
    await workspace.until(workspace.ours)
    await workspace.quiet()
    (conversation,) = (await person.client.get("/api/v1/conversations")).json()["items"]
    here, scope = conversation["conversation_id"], services.slack.ground.of_tenant(person.user_id)
    budget = {"amount_minor": 150_000, "currency": "GBP"}
    draft = RequestDraft(
        request_id=new_id("apr"),
        request_type="campaign_plan",
        payload={"name": "Bakery & <friends>", "mode": "semi_auto", "audience": "families", "budget": budget},
        summary="Launch “Bakery & <friends>”: 4 posts.",
        requested_by="strategist",
        conversation_id=here,
    )
    asked = await services.decisions.requests.ask(scope, draft)
    waits = Interrupt(
        asked.request_id, "", "campaign_plan", asked.summary, asked.content, asked.payload_hash, str(asked.expires_at)
    )
    notice = Notice("ntc_plan", "strategist", text="Nothing starts until you approve it.", interrupt=waits)
    assert await Notices(services.turns).tell(scope, here, notice)
    message = await workspace.until(lambda: next(iter(cards(workspace)), None))
    assert "*Cost:* £1,500" in words(message)
    assert "*Name:* Bakery &amp; &lt;friends&gt;" in words(message)

    await workspace.twin.people.press(place, message["ts"], workspace.ada["id"], "edit")
    told = await workspace.until(lambda: workspace.privately(workspace.ada))
    found = re.search(r"<(http[^|]+/approve/[^|]+)[|]", told[-1]["text"])
    assert found
    page = await client.get(urlsplit(found[1]).path)
    assert (page.status_code, "Bakery &amp; &lt;friends&gt;" in page.text) == (200, True)

    await services.decisions.requests.void(scope, asked.request_id, "The plan was changed.")
    await workspace.until(lambda: not cards(workspace))
    closed = workspace.twin.spaces.message(place, message["ts"])
    assert closed
    assert "*Withdrawn.* The plan was changed." in words(closed)
