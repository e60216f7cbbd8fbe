"""Campaigns, content, posts and approvals as a person meets them: from the brief to the scheduled post."""

from typing import Any

import pytest

from tests.server.conftest import Person

BRIEF = "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email."


@pytest.fixture
async def conversation(person: Person) -> str:
    """A conversation with a plan, drafts, and a post that waits for approval."""
    made = await person.conversation()
    await person.say(made, BRIEF)
    await person.say(made, "Yes, plan it and write the posts.")
    asked = await person.say(made, "Schedule the Instagram post for 2 December at 9am.")
    assert asked.json()["status"] == "interrupt"
    return made


async def pending(person: Person) -> dict[str, object]:
    listed = (await person.client.get("/api/v1/approvals", params={"status": "pending"})).json()["items"]
    assert len(listed) == 1
    return dict(listed[0])


async def test_the_plan_and_the_drafts_can_be_read(person: Person, conversation: str) -> None:
    campaigns = (await person.client.get("/api/v1/campaigns")).json()["items"]
    assert [campaign["conversation_id"] for campaign in campaigns] == [conversation]
    one = await person.client.get(f"/api/v1/campaigns/{campaigns[0]['campaign_id']}")
    assert one.json()["budget"]["allocated_minor"] == 150_000
    assert one.json()["plan"]["tasks"]
    content = (await person.client.get("/api/v1/content")).json()["items"]
    assert {item["platform"] for item in content} == {"instagram", "email"}


async def test_a_conversation_names_what_waits_for_a_decision(person: Person, conversation: str) -> None:
    asked = await pending(person)
    about = (await person.client.get(f"/api/v1/conversations/{conversation}")).json()
    listed = (await person.client.get("/api/v1/conversations")).json()["items"][0]
    assert about["pending_approvals"] == listed["pending_approvals"]
    assert [item["approval_id"] for item in about["pending_approvals"]] in ([asked["approval_id"]], [])


async def test_an_approved_post_is_scheduled_and_the_run_goes_on(person: Person, conversation: str) -> None:
    asked = await pending(person)
    body = {"decision": "approve", "payload_hash": asked["payload_hash"]}
    answer = await person.client.post(f"/api/v1/approvals/{asked['approval_id']}/decision", json=body)
    assert answer.status_code == 200
    assert answer.json()["status"] == "approved"
    assert answer.json()["decided_by"] == person.user_id
    await person.say(conversation, "Thanks")
    posts = (await person.client.get("/api/v1/posts", params={"status": "scheduled"})).json()["items"]
    assert [post["approval_id"] for post in posts] == [asked["approval_id"]]
    one = await person.client.get(f"/api/v1/posts/{posts[0]['post_id']}")
    assert one.json()["schedule"]["publish_at"].startswith("2026-12-02T09:00")


async def test_the_second_decision_is_told_who_was_first(person: Person, conversation: str) -> None:
    asked = await pending(person)
    path = f"/api/v1/approvals/{asked['approval_id']}/decision"
    await person.client.post(path, json={"decision": "reject", "notes": "Not yet."})
    second = await person.client.post(path, json={"decision": "approve"})
    assert second.status_code == 409
    problem = second.json()
    assert problem["decided_by"] == person.user_id
    assert problem["decided_at"]
    assert problem["status"] == 409
    assert (await person.client.get("/api/v1/posts")).json()["items"] == []


async def test_a_decision_about_another_payload_does_not_count(person: Person, conversation: str) -> None:
    asked = await pending(person)
    body = {"decision": "approve", "payload_hash": "0" * 64}
    answer = await person.client.post(f"/api/v1/approvals/{asked['approval_id']}/decision", json=body)
    assert answer.status_code == 409
    assert (await pending(person))["status"] == "pending"


@pytest.mark.parametrize(
    "body",
    [{}, {"decision": "maybe"}, {"decision": {"$ne": None}}, {"decision": "approve", "edits": {"posts": "none"}}],
)
async def test_a_decision_that_is_none_is_refused(person: Person, conversation: str, body: dict[str, object]) -> None:
    asked = await pending(person)
    answer = await person.client.post(f"/api/v1/approvals/{asked['approval_id']}/decision", json=body)
    assert answer.status_code == 422


async def test_a_viewer_sees_approvals_and_decides_none(person: Person, viewer: Person, conversation: str) -> None:
    asked = await pending(viewer)
    answer = await viewer.client.post(
        f"/api/v1/approvals/{asked['approval_id']}/decision", json={"decision": "approve"}
    )
    assert answer.status_code == 403


async def test_a_change_by_hand_is_a_new_version(person: Person, conversation: str) -> None:
    content = (await person.client.get("/api/v1/content")).json()["items"][0]
    path = f"/api/v1/content/{content['content_id']}"
    changed = await person.client.patch(path, json={"text": "Doors open at eight."})
    assert changed.status_code == 200
    assert changed.json()["version"] == content["version"] + 1
    assert changed.json()["content"]["text"] == "Doors open at eight."
    versions = (await person.client.get(f"{path}/versions")).json()["items"]
    assert [version["snapshot"]["content"]["text"] for version in versions] == [content["content"]["text"]]


@pytest.mark.parametrize(
    "body", [{}, {"text": "x" * 100_001}, {"text": ""}, {"status": "approved"}, {"text": {"$set": 1}}]
)
async def test_a_change_that_does_not_fit_is_refused(
    person: Person, conversation: str, body: dict[str, object]
) -> None:
    content = (await person.client.get("/api/v1/content")).json()["items"][0]
    answer = await person.client.patch(f"/api/v1/content/{content['content_id']}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    versions = await person.client.get(f"/api/v1/content/{content['content_id']}/versions")
    assert versions.json()["items"] == []


async def test_a_text_beyond_the_platforms_limit_is_refused_with_the_numbers(person: Person, conversation: str) -> None:
    listed = (await person.client.get("/api/v1/content")).json()["items"]
    post = next(item for item in listed if item["platform"] == "instagram")
    answer = await person.client.patch(f"/api/v1/content/{post['content_id']}", json={"text": "x" * 2500})
    assert answer.status_code == 422
    assert "2,200" in answer.json()["detail"]


async def test_an_edit_made_while_approving_keeps_the_rules_and_gets_managed_links(
    person: Person, conversation: str
) -> None:
    asked = await pending(person)
    content: Any = asked["content"]
    (post,) = content["posts"]
    path = f"/api/v1/approvals/{asked['approval_id']}/decision"
    await person.client.put("/api/v1/approval-rules", json={"guardrails": {"words": ["cheap"]}})
    for change, says in (
        ({"text": "Cheap bread in Leeds"}, "forbid the word"),
        ({"text": "Look: http://10.0.0.1/menu"}, "private network"),
        ({"publish_at": "2020-12-02T09:00:00Z"}, "in the past"),
        ({"publish_at": "soon"}, "not a time"),
    ):
        refused = await person.client.post(path, json={"decision": "approve", "edits": {"posts": [post | change]}})
        assert (refused.status_code, says in refused.json()["detail"]) == (422, True), refused.text
    assert (await pending(person))["payload_hash"] == asked["payload_hash"]

    edited = post | {"text": "The menu: https://bakery.example/menu", "link": "https://bakery.example/opening"}
    answer = await person.client.post(path, json={"decision": "approve", "edits": {"posts": [edited]}})
    assert answer.status_code == 200, answer.text
    approved = answer.json()
    (now,) = approved["content"]["posts"]
    assert "https://bakery.example/menu?utm_source=instagram" in now["text"]
    assert now["link"].startswith("https://bakery.example/opening?utm_source=instagram")
    assert approved["payload_hash"] != asked["payload_hash"]
    await person.say(conversation, "Thanks")
    (scheduled,) = (await person.client.get("/api/v1/posts", params={"status": "scheduled"})).json()["items"]
    assert scheduled["content"]["message"] == now["text"]
