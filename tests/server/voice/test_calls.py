"""Approvals on the phone: read back, challenged, and failing closed whatever the other end does."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from core.clock import ManualClock
from core.settings import Settings
from sandbox.server import Sandbox
from sandbox.telephony import ACCOUNT, TOKEN, PickUp, Saying, TwilioTwin
from server.cli.serve import uvicorn_config
from server.services import Services
from tests.server.conftest import Person, listening

PUBLIC = "https://minds.example"
PHONE = "+441134960123"


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, sandbox: Sandbox) -> Settings:
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "openai_api_key": "", "port": 0}
    more = {
        "public_url": PUBLIC,
        "platform_addresses": sandbox.addresses(),
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": TOKEN,
        "twilio_phone_number": "+441134960000",
    }
    return Settings.model_validate({**given, **more})


@pytest.fixture
async def line(app: FastAPI, services: Services, sandbox: Sandbox) -> AsyncIterator[TwilioTwin]:
    async with listening(services, uvicorn_config(app, services.settings)) as address:
        sandbox.telephone.reach = (PUBLIC, f"http://{address}")
        yield sandbox.telephone


async def ask(person: Person) -> dict[str, Any]:
    conversation = await person.conversation()
    await person.say(conversation, "Write a post for Threads about our new bakery in Leeds, local families.")
    await person.say(conversation, "Schedule it for 2 December at noon.")
    (found,) = (await person.client.get("/api/v1/approvals", params={"status": "pending"})).json()["items"]
    return dict(found)


async def start(person: Person, request: dict[str, Any], way: str = "call") -> dict[str, Any]:
    body = {"way": way} | ({"phone": PHONE} if way == "call" else {})
    answer = await person.client.post(f"/api/v1/approvals/{request['approval_id']}/voice-checks", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def outcome(person: Person, request: dict[str, Any], check: dict[str, Any]) -> tuple[str, str]:
    where = f"/api/v1/approvals/{request['approval_id']}"
    seen = (await person.client.get(f"{where}/voice-checks/{check['check_id']}")).json()
    return (await person.client.get(where)).json()["status"], seen["state"]


def call_of(line: TwilioTwin) -> str:
    return list(line.calls)[-1]


async def test_what_is_read_back_and_approved_with_the_digits_goes_ahead(person: Person, line: TwilioTwin) -> None:
    request = await ask(person)
    check = await start(person, request)
    script = [Saying(speech=f"Approve, {' '.join(check['challenge'])}.")]
    call = await line.pick_up(PickUp(sid=call_of(line), script=script))
    heard = " ".join(call.said)
    first = str(request["content"]["posts"][0]["text"]).splitlines()[0].split("'")[0].rstrip(" .👋🎉")
    assert first.split(",")[0][:20] in heard
    assert "Threads on Wednesday 2 December at 12:00" in heard
    assert check["challenge"] not in heard.replace(" ", "")
    assert "Approved. It goes ahead exactly as I read it." in heard
    assert await outcome(person, request, check) == ("approved", "approved")
    decided = (await person.client.get(f"/api/v1/approvals/{request['approval_id']}")).json()
    assert (decided["decided_by"], decided["decided_via"]) == ("voice_approval", "voice")
    assert check["check_id"] in decided["notes"]
    await person.say(request["conversation_id"], "Thanks")
    assert len((await person.client.get("/api/v1/posts")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("script", "by"),
    [
        ([], "human"),
        ([Saying(), Saying(), Saying()], "human"),
        ([Saying(speech="yes"), Saying(speech="yes please"), Saying(speech="YES")], "human"),
        ([Saying(speech="approve 0 0 0 0")] * 3, "human"),
        ([Saying(keys="1")] * 3, "human"),
        ([Saying(speech="approve {digits}", confidence=0.3)] * 3, "human"),
        ([Saying(speech="approve {digits}", confidence=None)] * 3, "human"),
        ([Saying(speech="do not approve {digits}")] * 3, "human"),
        ([Saying(speech="yes")] * 3 + [Saying(speech="approve {digits}")], "human"),
        ([Saying(speech="approve {digits}")], "machine_start"),
        ([Saying(keys="{digits}")], "fax"),
    ],
    ids=["hangs-up", "silence", "yes", "wrong", "key", "unsure", "no-confidence", "not", "fourth", "voicemail", "fax"],
)
async def test_it_fails_closed(person: Person, line: TwilioTwin, script: list[Saying], by: Any) -> None:
    request = await ask(person)
    check = await start(person, request)
    digits = check["challenge"]
    spoken = [
        one.model_copy(
            update={"speech": one.speech.replace("{digits}", digits), "keys": one.keys.replace("{digits}", digits)}
        )
        for one in script
    ]
    call = await line.pick_up(PickUp(sid=call_of(line), answered_by=by, script=spoken))
    assert await outcome(person, request, check) == ("pending", "failed")
    if by != "human":
        assert call.said == []
    again = await line.post(f"{PUBLIC}/voice/calls/{check['check_id']}/4", {"CallSid": call.sid, "Digits": digits})
    assert again[0] == 200
    assert "Nothing more is decided" in again[1]
    assert await outcome(person, request, check) == ("pending", "failed")


async def test_keys_reject_and_the_transcript_is_kept(person: Person, line: TwilioTwin) -> None:
    request = await ask(person)
    check = await start(person, request)
    script = [Saying(speech="what was that"), Saying(keys=f"0{check['challenge']}")]
    await line.pick_up(PickUp(sid=call_of(line), script=script))
    assert await outcome(person, request, check) == ("rejected", "rejected")
    where = f"/api/v1/approvals/{request['approval_id']}/voice-checks/{check['check_id']}"
    seen = (await person.client.get(where)).json()
    assert [one["understood"] for one in seen["heard"]][1] == "reject"
    assert seen["heard"][0]["speech"] == "what was that"
    assert "challenge" not in seen


async def test_a_person_dials_in_with_the_code_from_whatever_number(person: Person, line: TwilioTwin) -> None:
    request = await ask(person)
    check = await start(person, request, "dial")
    assert check["number"] == "+441134960000"
    wrong = await line.dial(f"{PUBLIC}/voice/dialled", [Saying(keys="11111111")] * 3)
    assert wrong.said[-1] == "Goodbye."
    assert await outcome(person, request, check) == ("pending", "waiting")
    script = [Saying(keys=check["code"]), Saying(keys=check["challenge"])]
    call = await line.dial(f"{PUBLIC}/voice/dialled", script)
    assert any("It goes ahead" in said for said in call.said)
    assert await outcome(person, request, check) == ("approved", "approved")
    late = await line.dial(f"{PUBLIC}/voice/dialled", [Saying(keys=check["code"])] * 3)
    assert "No call is expected under these digits." in late.said


async def test_what_changed_or_was_decided_elsewhere_is_told_and_not_decided_again(
    person: Person, line: TwilioTwin
) -> None:
    request = await ask(person)
    check = await start(person, request)
    where = f"/api/v1/approvals/{request['approval_id']}"
    await person.client.post(f"{where}/decision", json={"decision": "reject", "notes": "not yet"})
    call = await line.pick_up(PickUp(sid=call_of(line), script=[Saying(speech=f"approve {check['challenge']}")]))
    assert any("rejected already" in said for said in call.said)
    assert await outcome(person, request, check) == ("rejected", "failed")


async def test_digits_end_after_ten_minutes_and_busy_lines_end_the_check(
    person: Person, line: TwilioTwin, clock: ManualClock
) -> None:
    request = await ask(person)
    busy = await start(person, request)
    await line.not_taken(call_of(line), "busy")
    assert await outcome(person, request, busy) == ("pending", "failed")
    check = await start(person, request)
    clock.advance(timedelta(minutes=11))
    call = await line.pick_up(PickUp(sid=call_of(line), script=[Saying(speech=f"approve {check['challenge']}")]))
    assert await outcome(person, request, check) == ("pending", "failed")
    assert not any("It goes ahead" in said for said in call.said)


async def test_requests_without_the_providers_signature_are_refused(person: Person, line: TwilioTwin) -> None:
    request = await ask(person)
    check = await start(person, request)
    form = {"CallSid": "CA1", "CallStatus": "in-progress", "Digits": check["challenge"]}
    for path in (f"calls/{check['check_id']}", f"calls/{check['check_id']}/1", f"over/{check['check_id']}", "dialled"):
        status, _ = await line.post(f"{PUBLIC}/voice/{path}", form, token="another")
        assert status == 403
    assert await outcome(person, request, check) == ("pending", "waiting")


async def test_who_may_ask_for_a_call(person: Person, viewer: Person, stranger: Person, line: TwilioTwin) -> None:
    request = await ask(person)
    where = f"/api/v1/approvals/{request['approval_id']}/voice-checks"
    body = {"way": "call", "phone": PHONE}
    assert (await viewer.client.post(where, json=body)).status_code == 403
    assert (await stranger.client.post(where, json=body)).status_code == 404
    for wrong in ({"way": "call"}, {"way": "dial", "phone": PHONE}, {"way": "call", "phone": "0113 496"}):
        assert (await person.client.post(where, json=wrong)).status_code == 422
    assert line.calls == {}
    answers = [(await person.client.post(where, json={"way": "dial"})).status_code for _ in range(11)]
    assert answers == [201] * 10 + [429]


async def test_the_console_has_the_telephone_ask(person: Person, line: TwilioTwin) -> None:
    request = await ask(person)
    place = f"/console/approvals/{request['approval_id']}"
    here = {"Origin": "http://server.test"}
    assert "Decide by phone" in (await person.client.get(place)).text
    for wrong in ("", "0113 496", "me"):
        answer = await person.client.post(f"{place}/call", data={"phone": wrong}, headers=here)
        assert answer.status_code == 422
        assert "not a telephone number" in answer.text
    begun = await person.client.post(f"{place}/call", data={"phone": "+44 113 496-0123"}, headers=here)
    digits = re.search(r'class="said"[^>]*><b>approve ((?:\w+ ?){4})</b>', begun.text)
    assert digits, begun.text
    waiting = (await person.client.get(place)).text
    assert "The call has not been taken yet." in waiting
    assert digits[1] not in waiting
    await line.pick_up(PickUp(sid=call_of(line), script=[Saying(speech=f"Approve, {digits[1]}.")]))
    decided = (await person.client.get(place)).text
    assert "a voice call" in decided
    assert 'id="heard" role="status" data-decided' in decided
    assert "Decide by phone" not in decided
