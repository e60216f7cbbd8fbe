"""Changes by hand over REST: another time, an earlier version, and what the conversation is told of them."""

from datetime import timedelta
from typing import Any

import pytest

from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.content_library import CONTENT_LIBRARY, Content
from db.conversations import CONVERSATIONS, RunLease
from db.repository import Repository
from server.services import Services
from tests.server.conftest import Person

WHEN = "2026-12-03T08:30:00Z"


@pytest.fixture
async def waiting(person: Person) -> tuple[str, dict[str, Any]]:
    """A conversation in which a post waits for an approval."""
    conversation_id = await person.conversation()
    await person.say(conversation_id, "Write a post for Threads about our new bakery in Leeds, local families.")
    await person.say(conversation_id, "Schedule it for 2 December at noon.")
    return conversation_id, await pending(person)


async def pending(person: Person) -> dict[str, Any]:
    (found,) = (await person.client.get("/api/v1/approvals", params={"status": "pending"})).json()["items"]
    return dict(found)


async def post_of(person: Person) -> dict[str, Any]:
    found = (await person.client.get("/api/v1/posts", params={"status": "scheduled"})).json()["items"]
    return dict(found[0])


async def test_an_approved_post_is_moved_and_its_conversation_shows_what_waits_now(
    person: Person, stranger: Person, viewer: Person, waiting: tuple[str, dict[str, Any]]
) -> None:
    conversation_id, asked = waiting
    await person.client.post(f"/api/v1/approvals/{asked['approval_id']}/decision", json={"decision": "approve"})
    await person.say(conversation_id, "Thank you")
    path = f"/api/v1/posts/{(await post_of(person))['post_id']}/reschedule"
    assert (await stranger.client.post(path, json={"publish_at": WHEN})).status_code == 404
    assert (await viewer.client.post(path, json={"publish_at": WHEN})).status_code == 403
    for wrong in ("2026-11-01T08:00:00Z", "2026-12-03T08:30:00", "soon"):
        assert (await person.client.post(path, json={"publish_at": wrong})).status_code == 422
    moved = (await person.client.post(path, json={"publish_at": WHEN})).json()
    assert (moved["approval_status"], moved["asked_anew"], moved["posts"]) == ("pending", True, 1)
    now = await pending(person)
    assert now["approval_id"] == moved["approval_id"]
    assert [(change["field"], change["after"]) for change in now["difference"]] == [("publish_at", WHEN)]
    shown = (await person.client.get(f"/api/v1/conversations/{conversation_id}")).json()
    assert [one["approval_id"] for one in shown["pending_approvals"]] == [moved["approval_id"]]
    assert (await person.client.get("/api/v1/posts", params={"status": "scheduled"})).json()["items"] == []
    assert (await person.client.post(path, json={"publish_at": WHEN})).status_code == 409
    decided = f"/api/v1/approvals/{moved['approval_id']}/decision"
    await person.client.post(decided, json={"decision": "approve"})
    await person.say(conversation_id, "Thank you")
    again = await post_of(person)
    assert (again["post_id"], again["schedule"]["publish_at"]) == (moved["post_id"], WHEN)


async def test_content_says_who_approved_it_and_when_it_goes_out(
    person: Person, waiting: tuple[str, dict[str, Any]]
) -> None:
    conversation_id, asked = waiting
    path = f"/api/v1/content/{asked['content']['posts'][0]['content_id']}"
    decision = {"decision": "approve", "notes": "Good."}
    await person.client.post(f"/api/v1/approvals/{asked['approval_id']}/decision", json=decision)
    await person.say(conversation_id, "Thank you")

    content = (await person.client.get(path)).json()

    assert content["status"] == "approved"
    assert (content["review"]["reviewed_by"], content["review"]["review_notes"]) == (person.user_id, "Good.")
    assert content["review"]["approved_at"]
    assert content["scheduled_for"] == asked["content"]["posts"][0]["publish_at"]
    assert content["reading_time_minutes"] == 1
    await person.client.patch(path, json={"text": "Fresh bread."})
    again = (await person.client.get(path)).json()
    assert (again["status"], again["review"]["reviewed_by"], again["scheduled_for"]) == ("draft", None, None)


async def test_content_is_put_at_its_place_in_a_journey(
    person: Person, stranger: Person, viewer: Person, database: Database
) -> None:
    contents = Repository(database, CONTENT_LIBRARY, Scope(person.user_id, person.user_id, "user"))
    ids: dict[str, str] = {}
    for kind, platform in (("social_post", "instagram"), ("blog", "blog"), ("email", "email")):
        made = Content(content_id=new_id("cnt"), content_type=kind, platform=platform)
        ids[kind] = (await contents.insert(made)).content_id
    path = f"/api/v1/content/{ids['social_post']}/journey"
    step = {"next_content_id": ids["blog"], "conversion_goal": "sale", "cta_url": "https://bakery.example/leeds"}
    assert (await stranger.client.patch(path, json=step)).status_code == 404
    assert (await viewer.client.patch(path, json=step)).status_code == 403
    refused = await person.client.patch(path, json={"next_content_id": ids["email"]})
    assert (refused.status_code, "a blog post or a content upgrade" in refused.text) == (422, True)
    refused = await person.client.patch(path, json={"conversion_goal": "referral"})
    assert (refused.status_code, "website_visit, lead_magnet or sale" in refused.text) == (422, True)

    put = (await person.client.patch(path, json=step)).json()

    assert (put["journey"]["next_action_type"], put["journey"]["cta_url"]) == ("blog_post", step["cta_url"])
    blog = (await person.client.get(f"/api/v1/content/{ids['blog']}")).json()
    assert blog["journey"]["previous_action_type"] == "social_post"
    ended = (await person.client.patch(path, json={"ends_here": True})).json()["journey"]
    assert (ended["next_action_type"], ended["next_action_id"], ended["conversion_goal"]) == (None, None, "sale")
    blog = (await person.client.get(f"/api/v1/content/{ids['blog']}")).json()
    assert blog["journey"]["previous_action_id"] is None


async def test_a_version_is_put_back_and_asked_anew(
    person: Person, stranger: Person, waiting: tuple[str, dict[str, Any]]
) -> None:
    conversation_id, asked = waiting
    before = asked["content"]["posts"][0]
    path = f"/api/v1/content/{before['content_id']}"
    await person.client.patch(path, json={"text": "Fresh bread."})
    assert (await pending(person))["content"]["posts"][0]["text"] == "Fresh bread."
    (kept,) = (await person.client.get(f"{path}/versions")).json()["items"]
    restoring = f"{path}/versions/{kept['version_id']}/restore"
    assert (await stranger.client.post(restoring)).status_code == 404
    back = (await person.client.post(restoring)).json()
    assert (back["content"]["text"], back["version"]) == (before["text"], 3)
    now = await pending(person)
    assert now["content"]["posts"][0]["text"] == before["text"]
    shown = (await person.client.get(f"/api/v1/conversations/{conversation_id}")).json()
    assert [one["approval_id"] for one in shown["pending_approvals"]] == [now["approval_id"]]


async def test_a_brief_is_left_alone_while_a_turn_works_with_it(person: Person, services: Services) -> None:
    conversation_id = await person.conversation()
    conversations = services.repository(CONVERSATIONS, Scope(person.user_id, person.user_id, "user"))
    now = services.clock.now()
    path = f"/api/v1/conversations/{conversation_id}/brief"
    for until, status in ((now + timedelta(minutes=1), 409), (now, 200)):
        lease = RunLease(run_id="run_1", message_id="msg_1", owner="ins_1", boot="1", until=until)
        await conversations.change(conversation_id, {"run": lease.model_dump()})
        answer = await person.client.patch(path, json={"product": "A second bakery"})
        assert answer.status_code == status
    assert answer.json()["brief"]["product"] == "A second bakery"
    assert "objective" in answer.json()["missing"]
