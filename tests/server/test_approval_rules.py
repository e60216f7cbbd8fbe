"""Approval rules over REST: read, changed by people alone, tried before they are switched on."""

import pytest

from tests.server.conftest import Person


async def test_the_table_can_be_read_and_changed(person: Person, stranger: Person) -> None:
    before = (await person.client.get("/api/v1/approval-rules")).json()
    assert (before["mode"], before["written_by_hand"]) == ("semi_auto", False)
    assert before["table"][0]["in_words"] == "anything: a person is asked"
    body = {
        "mode": "hybrid",
        "guardrails": {"words": ["cheap"]},
        "steps": [{"name": "internal"}, {"name": "client", "approvers": ["client@shop.example"]}],
        "timezone": "Europe/London",
    }
    changed = await person.client.put("/api/v1/approval-rules", json=body)
    assert changed.status_code == 200
    assert changed.json()["guardrails"][0]["words"] == ["cheap"]
    assert (await person.client.get("/api/v1/approval-rules")).json() == changed.json()
    assert (await stranger.client.get("/api/v1/approval-rules")).json()["mode"] == "semi_auto"


@pytest.mark.parametrize(
    "body",
    [
        {"mode": "always"},
        {"timezone": "Nowhere/Here"},
        {"rows": [{"ruling": "perhaps"}]},
        {"rows": [{"ruling": "allow", "from_hour": 99}]},
        {"rows": [{"ruling": "allow", "effect": "spend"}]},
        {"rows": [{"ruling": "allow", "effect": "launch"}]},
        {"rows": [{"ruling": "ask", "effect": "spend", "up_to_minor": 500}]},
        {"unknown": 1},
    ],
)
async def test_rules_that_make_no_sense_are_refused(person: Person, body: dict[str, object]) -> None:
    assert (await person.client.put("/api/v1/approval-rules", json=body)).status_code == 422


async def test_a_viewer_changes_nothing(viewer: Person) -> None:
    assert (await viewer.client.put("/api/v1/approval-rules", json={"mode": "full_auto"})).status_code == 403


async def test_a_policy_is_tried_on_what_was_asked(person: Person) -> None:
    conversation = await person.conversation()
    await person.say(conversation, "Write a post for Threads about our new bakery in Leeds, local families.")
    await person.say(conversation, "Schedule it for 2 December at noon.")
    tried = await person.client.post("/api/v1/approval-rules/back-test", json={"mode": "full_auto"})
    found = tried.json()
    # It belongs to no campaign with an approved plan, so that no policy lets it out.
    assert (found["posts"], found["would_ask"], found["without_asking"], found["truncated"]) == (1, 1, [], False)
    asked = await person.client.post("/api/v1/approval-rules/back-test", json={"mode": "semi_auto"})
    assert (asked.json()["would_ask"], asked.json()["without_asking"]) == (1, [])
