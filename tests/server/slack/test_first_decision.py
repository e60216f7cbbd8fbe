"""Decisions on one request at once in Slack, on the telephone and over REST: one counts, the others learn whose."""

import asyncio
from pathlib import Path

import pytest

from core.scope import Scope
from core.settings import Settings
from db.audit_log import AUDIT_LOG
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.server import Sandbox
from sandbox.slack.delivery import SIGNING_SECRET
from sandbox.telephony import ACCOUNT, TOKEN, PickUp, Saying
from tests.server.conftest import Person
from tests.server.slack.conftest import Workspace
from tests.server.slack.test_approvals import buttons, card
from tests.server.voice.test_calls import PUBLIC, start

OF_EACH = 8


@pytest.fixture
def settings(tmp_path: Path, sandbox: Sandbox) -> Settings:
    """Slack and a telephone, both set up."""
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "openai_api_key": "", "port": 0}
    slack = {
        "slack_client_id": CLIENT_ID,
        "slack_client_secret": CLIENT_SECRET,
        "slack_signing_secret": SIGNING_SECRET,
        "platform_addresses": sandbox.addresses(),
    }
    phone = {
        "public_url": PUBLIC,
        "allowed_origins": ["http://server.test"],
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": TOKEN,
        "twilio_phone_number": "+441134960000",
    }
    return Settings.model_validate({**given, **slack, **phone})


async def test_one_of_many_decisions_in_slack_by_telephone_and_over_rest_counts(
    workspace: Workspace, sandbox: Sandbox, person: Person
) -> None:
    message = await card(workspace)
    (asked,) = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"]
    path = f"/api/v1/approvals/{asked['approval_id']}"
    line = sandbox.telephone
    line.reach = (PUBLIC, f"http://{workspace.url}")
    checks = [await start(person, asked) for _ in range(OF_EACH)]
    assert len(line.calls) == OF_EACH
    talks = [
        PickUp(sid=sid, script=[Saying(speech=f"Approve, {' '.join(check['challenge'])}.")])
        for sid, check in zip(line.calls, checks, strict=True)
    ]
    body = {"decision": "reject", "notes": "Not like that.", "payload_hash": asked["payload_hash"]}
    place, button, people = workspace.general["id"], buttons(message)["approve"], workspace.twin.people
    calls, _, answers = await asyncio.gather(
        asyncio.gather(*[line.pick_up(talk) for talk in talks]),
        asyncio.gather(*[people.pressed(place, message["ts"], workspace.ada["id"], button) for _ in range(OF_EACH)]),
        asyncio.gather(*[person.client.post(f"{path}/decision", json=body) for _ in range(OF_EACH)]),
    )
    await workspace.quiet()

    decided = (await person.client.get(path)).json()
    via, who = decided["decided_via"], decided["decided_by"]
    by_phone = [call for call in calls if any("Approved." in said for said in call.said)]
    over_rest = [answer for answer in answers if answer.status_code == 200]
    assert (len(by_phone), len(over_rest)) == (int(via == "voice"), int(via == "api"))
    assert via in {"voice", "api", "slack"}
    lost = [answer for answer in answers if answer.status_code != 200]
    assert {(one.status_code, one.json()["decided_by"]) for one in lost} == {(409, who)}
    for call in calls:
        assert call in by_phone or any(who in said for said in call.said)
    if via != "slack":
        told = [one["text"] for one in workspace.privately(workspace.ada) if who in one["text"]]
        assert len(told) == OF_EACH
    states = [(await person.client.get(f"{path}/voice-checks/{check['check_id']}")).json()["state"] for check in checks]
    assert sorted(states) == sorted(["failed"] * (OF_EACH - len(by_phone)) + ["approved"] * len(by_phone))
    scope = Scope(person.user_id, person.user_id, "user")
    entries = await workspace.services.repository(AUDIT_LOG, scope).find({}, limit=500)
    counted = [one for one in entries if one.resource_id == asked["approval_id"]]
    assert [(one.action, one.details["via"]) for one in counted] == [(f"approval_{decided['status']}", via)]
