"""Talking with the team in Slack: mentions, direct messages, assistant threads and commands become turns."""

from typing import Any

import httpx

from tests.server.conftest import Person
from tests.server.slack.conftest import Workspace

BRIEF = "Hi, our second bakery opens in Leeds on 3 December, we want 200 visitors"


async def messages_of(person: Person, conversation_id: str) -> list[tuple[str, str]]:
    page = (await person.client.get(f"/api/v1/conversations/{conversation_id}/messages")).json()["items"]
    return [(one["role"], one["content"]) for one in reversed(page)]


async def conversations(person: Person) -> list[dict[str, Any]]:
    return list((await person.client.get("/api/v1/conversations")).json()["items"])


async def test_one_conversation_is_held_in_a_thread_and_in_the_app(workspace: Workspace, person: Person) -> None:
    told = await workspace.mention(BRIEF)
    assert told.statuses == [200]
    answer = await workspace.until(workspace.ours)
    asked = workspace.twin.spaces.messages(workspace.general["id"])[0]
    assert answer[0]["thread_ts"] == asked["ts"]
    assert "*Place:* Leeds" in answer[0]["text"]
    await workspace.quiet()

    (conversation,) = await conversations(person)
    assert conversation["channel"] == "slack"
    here = conversation["conversation_id"]
    assert ("user", BRIEF) in await messages_of(person, here)

    said = await person.say(here, "local families <!channel>, and there's £1,500 for it. Instagram please")
    assert said.json()["status"] == "success"
    await workspace.services.slack.newsroom.look()
    _, quoted, second = await workspace.until(lambda: len(workspace.ours()) == 3 and workspace.ours())
    assert quoted["text"].startswith("_Written in the app:_\n> local families &lt;!channel&gt;, and")
    assert "£1,500" in second["text"]

    await workspace.mention("make it £2,000", thread_ts=asked["ts"])
    await workspace.until(lambda: len(workspace.ours()) == 4)
    await workspace.quiet()
    assert len(await conversations(person)) == 1
    assert sorted(role for role, _ in await messages_of(person, here)) == ["assistant"] * 3 + ["user"] * 3
    assert len(workspace.ours()) == 4


async def test_direct_messages_are_one_conversation_and_a_thread_one_of_its_own(
    workspace: Workspace, person: Person
) -> None:
    await workspace.write(BRIEF)
    await workspace.write("and £1,500 for it")
    direct = workspace.direct(workspace.ada)
    first, second = await workspace.until(lambda: len(workspace.ours(direct)) == 2 and workspace.ours(direct))
    assert ("thread_ts" in first, "thread_ts" in second) == (False, False)
    assert "£1,500" in second["text"]
    await workspace.quiet()
    assert [one["message_count"] for one in await conversations(person)] == [4]

    root, _ = await workspace.twin.people.open_assistant(workspace.team["id"], workspace.ada["id"])
    place = f"{direct} {root['ts']}"
    shown = workspace.twin.spaces.rows("assistant")
    assert len((await workspace.until(lambda: shown.get(place)))["prompts"]) == 3
    await workspace.write("How did our posts do last week?", thread_ts=root["ts"])
    await workspace.until(lambda: len([one for one in workspace.ours(direct) if one.get("thread_ts")]) == 2)
    await workspace.quiet()
    assert shown[place]["title"] == "How did our posts do last week?"
    assert ("assistant.threads.setStatus", "is thinking…") in [
        (method, told.get("status")) for method, told in workspace.twin.api.calls
    ]
    assert len(await conversations(person)) == 2


async def test_a_command_begins_in_direct_messages_and_goes_on_with_what_the_app_began(
    workspace: Workspace, person: Person
) -> None:
    general, ada, people = workspace.general["id"], workspace.ada, workspace.twin.people
    told = await people.command(general, ada["id"], BRIEF)
    assert (told.statuses, told.answer) == ([200], "")
    direct = workspace.direct(ada)
    root, answer = await workspace.until(lambda: len(workspace.ours(direct)) == 2 and workspace.ours(direct))
    assert (root["text"], answer["thread_ts"]) == (f"> {BRIEF}", root["ts"])
    await workspace.until(lambda: "direct messages" in workspace.privately(ada)[-1]["text"])
    assert workspace.ours(general) == []

    begun = await person.conversation()
    await person.say(begun, "We open a flower shop in York on 5 May")
    await people.command(general, ada["id"], "continue")
    offer = await workspace.until(lambda: next((one for one in workspace.privately(ada) if one.get("blocks")), None))
    offered = [block["accessory"] for block in offer["blocks"] if "accessory" in block]
    button = next(one for one in offered if one["value"] == begun)
    await people.pressed(general, workspace.twin.spaces.new_ts(), ada["id"], button)
    here = await workspace.until(lambda: next((o for o in workspace.ours(direct) if "goes on here" in o["text"]), None))
    await workspace.write("for local families, £800", thread_ts=here["ts"])
    await workspace.until(lambda: len([o for o in workspace.ours(direct) if o.get("thread_ts") == here["ts"]]) == 1)
    assert sorted(role for role, _ in await messages_of(person, begun)) == ["assistant"] * 2 + ["user"] * 2

    await people.command(general, ada["id"], "help")
    await workspace.until(lambda: "/marketing continue" in workspace.privately(ada)[-1]["text"])


async def test_somebody_unknown_is_asked_to_link_and_nothing_else_happens(
    workspace: Workspace, person: Person, stranger: Person, viewer: Person
) -> None:
    bob = workspace.bob
    await workspace.mention("show me everything", bob)
    shown = await workspace.until(lambda: workspace.privately(bob))
    assert "I don't know you yet" in shown[0]["text"]
    await workspace.mention("please", bob)
    await workspace.quiet()
    assert len(workspace.privately(bob)) == 1, "a link was given a moment ago"
    assert workspace.ours() == []
    assert await conversations(person) == []

    assert (await workspace.link(bob, stranger)).status_code == 404, "for people of this account alone"
    done = await workspace.link(bob, viewer)
    assert (done.status_code, "Linked" in done.text) == (200, True)
    assert (await workspace.link(bob, viewer)).status_code == 404, "works once"

    await workspace.mention(BRIEF, bob)
    refused = await workspace.until(workspace.ours)
    assert "may read but not change" in refused[0]["text"]
    listed = (await person.client.get("/api/v1/slack/links")).json()["items"]
    by_user = {one["slack_user_id"]: one for one in listed}
    assert by_user[bob["id"]]["actor_id"] == viewer.user_id
    gone = await person.client.delete(f"/api/v1/slack/links/{by_user[bob['id']]['link_id']}")
    assert gone.status_code == 204
    await workspace.quiet()
    before = len(workspace.privately(bob))
    await workspace.mention("again", bob)
    await workspace.until(lambda: len(workspace.privately(bob)) > before)
    assert await conversations(person) == []


async def test_people_and_channels_of_other_organisations_are_left_alone(
    workspace: Workspace, person: Person, client: httpx.AsyncClient
) -> None:
    spaces, people = workspace.twin.spaces, workspace.twin.people
    partner = spaces.add_team("Partner")
    eve = spaces.add_user(partner["id"], "Eve")
    members = [workspace.ada["id"], workspace.bot, eve["id"]]
    shared = spaces.add_channel(workspace.team["id"], "shared", members=members, connected=[partner["id"]])
    spaces.change("channels", shared["id"], is_ext_shared=True)
    mention = f"<@{workspace.bot}> what do we plan?"

    assert (await people.say(shared["id"], eve["id"], mention)).statuses == [200]
    assert (await people.say(shared["id"], workspace.ada["id"], mention)).statuses == [200]
    said = await workspace.until(lambda: workspace.privately(workspace.ada))
    assert "shared with other organisations" in said[0]["text"]
    await workspace.quiet()
    assert workspace.privately(eve) == []
    assert workspace.ours(shared["id"]) == []

    # A workspace nobody has installed the app in, even with the right signature.
    told = await people.event(partner["id"], {"type": "app_mention", "user": eve["id"], "channel": "C1", "ts": "1.0"})
    assert told.statuses == [200]
    await workspace.quiet()
    assert await conversations(person) == []


async def test_nine_in_slack_is_nine_where_the_person_is(workspace: Workspace, person: Person) -> None:
    twin, bob = workspace.twin, workspace.bob
    twin.spaces.change("users", bob["id"], tz="Australia/Sydney")
    await workspace.mention(BRIEF, bob)
    await workspace.until(lambda: workspace.privately(bob))
    assert (await workspace.link(bob, person)).status_code == 200
    assert (await person.client.get("/api/v1/me")).json()["preferences"]["timezone"] == "Australia/Sydney"

    told = await workspace.mention("Write a LinkedIn post about our winter sale, 20% off until Sunday.", bob)
    await workspace.until(workspace.ours)
    await workspace.mention("schedule it tomorrow at 9am", bob, thread_ts=told.payload["event"]["ts"])
    waiting = await workspace.until(lambda: [one for one in workspace.ours() if "09:00" in repr(one)])
    await workspace.quiet()
    (request,) = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"]
    assert request["content"]["posts"][0]["publish_at"] == "2026-11-20T22:00:00Z", waiting
