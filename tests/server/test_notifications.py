"""Notification mails over a real SMTP server: to whom it concerns, with a link that decides, and a way to stop them."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from core.settings import Settings
from db.audit_log import AUDIT_LOG, AuditEntry
from db.notification_mails import NOTIFICATION_MAILS
from sandbox.mail_server import PASSWORD, USERNAME, MailFault, MailServer
from server.services import Services
from tests.server.conftest import Person
from workflows.approval_care import remind_due


@pytest.fixture
async def post_office() -> AsyncIterator[MailServer]:
    async with MailServer() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, post_office: MailServer) -> Settings:
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "openai_api_key": "", "port": 0}
    mail = {
        "smtp_url": f"smtp+plain://{USERNAME}:{PASSWORD}@127.0.0.1:{post_office.port}",
        "mail_from": "Marketing Minds <team@minds.example>",
        "public_url": "https://minds.example",
        "access_token_minutes": 10_000,
    }
    return Settings.model_validate({**given, **mail})


async def told(services: Services) -> None:
    await services.telling.loop.look()
    await services.telling.loop.settle()


async def ask(person: Person, channel: str = "Threads") -> dict[str, str]:
    conversation = await person.conversation()
    await person.say(conversation, f"Write a post for {channel} about our new bakery in Leeds, local families.")
    await person.say(conversation, f"Schedule the {channel} post for 2 December at noon.")
    found = (await person.client.get("/api/v1/approvals", params={"status": "pending"})).json()["items"]
    return dict(found[0])


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(mail: EmailMessage) -> str:
    found = re.search(r"https://minds\.example(/approve/\S+)", text_of(mail))
    assert found is not None
    return found[1]


def stop_link(mail: EmailMessage) -> str:
    return urlsplit(str(mail["List-Unsubscribe"]).strip("<>")).path


async def test_who_may_decide_gets_the_thing_itself_and_a_link_that_decides(
    person: Person,
    member: Person,
    viewer: Person,
    stranger: Person,
    services: Services,
    client: httpx.AsyncClient,
    post_office: MailServer,
) -> None:
    await told(services)
    request = await ask(person)
    for _ in range(3):
        await told(services)
    mails = {str(mail["To"]): mail for mail in post_office.messages()}
    assert len(post_office.messages()) == 2
    assert not any(viewer.email in to or stranger.email in to for to in mails)
    mail = next(mail for to, mail in mails.items() if member.email in to)
    assert mail["From"] == "Marketing Minds <team@minds.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    words = text_of(mail)
    assert str(request["content"]["posts"][0]["text"]).split("\n")[0] in words  # type: ignore[index]
    assert "Threads, Wednesday 2 December 2026, 12:00" in words
    shown = await client.get(link_in(mail))
    assert shown.status_code == 200
    form = {"decision": "approve", "payload_hash": request["payload_hash"]}
    assert f"Approved by {member.email}" in (await client.post(link_in(mail), data=form)).text
    stored = await services.repository(NOTIFICATION_MAILS, Scope(person.user_id, person.user_id, "user")).find({})
    assert "/approve/" not in str(stored)


async def test_one_click_stops_them_for_one_person_and_one_topic(
    person: Person, member: Person, services: Services, client: httpx.AsyncClient, post_office: MailServer
) -> None:
    await told(services)
    await ask(person)
    await told(services)
    mail = next(mail for mail in post_office.messages() if member.email in str(mail["To"]))
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = stop_link(mail)
    looked = await client.get(path)
    assert "Get no more of these mails?" in looked.text
    choices = (await member.client.get("/api/v1/me/notifications")).json()
    assert [one["wanted"] for one in choices["items"]] == [True, True, True]
    stopped = await client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert stopped.status_code == 200
    choices = (await member.client.get("/api/v1/me/notifications")).json()
    assert {one["topic"]: one["wanted"] for one in choices["items"]}["approvals"] is False
    await ask(person, "Facebook")
    await told(services)
    assert [member.email in str(mail["To"]) for mail in post_office.messages()].count(True) == 1
    assert [person.email in str(mail["To"]) for mail in post_office.messages()].count(True) == 2
    wanted = {"topics": ["approvals", "posts", "campaigns"]}
    assert (await member.client.put("/api/v1/me/notifications", json=wanted)).status_code == 200
    await ask(person, "LinkedIn")
    await told(services)
    assert [member.email in str(mail["To"]) for mail in post_office.messages()].count(True) == 2
    for forged in (path[:-2], path[:-2] + "AA", "/unsubscribe/x"):
        assert (await client.post(forged)).status_code == 404


async def test_a_reminder_is_mailed_and_what_was_decided_meanwhile_is_not(
    person: Person, services: Services, clock: ManualClock, post_office: MailServer
) -> None:
    await told(services)
    await ask(person)
    await told(services)
    clock.advance(timedelta(days=1, minutes=1))
    await remind_due(services.database, services.decisions.requests)
    await told(services)
    assert "still waits" in str(post_office.messages()[-1]["Subject"])
    post_office.add(MailFault("recipient", reply="451 4.3.0 Later"))
    await ask(person, "Facebook")
    await told(services)
    sent = len(post_office.messages())
    assert sent == 2
    for waiting in (await person.client.get("/api/v1/approvals", params={"status": "pending"})).json()["items"]:
        body = {"decision": "reject", "payload_hash": waiting["payload_hash"], "notes": "not now"}
        await person.client.post(f"/api/v1/approvals/{waiting['approval_id']}/decision", json=body)
    clock.advance(timedelta(minutes=1))
    await told(services)
    assert len(post_office.messages()) == sent


async def test_a_post_that_failed_is_told_and_nothing_in_it_becomes_a_header(
    person: Person, services: Services, post_office: MailServer
) -> None:
    await told(services)
    reason = "The text is too long.\r\nBcc: everybody@example.com"
    entry = AuditEntry(
        audit_id=new_id("aud"),
        action="post_failed",
        resource_type="delivery",
        resource_id=new_id("dlv"),
        details={"platform": "twitter", "reason": reason},
    )
    await services.repository(AUDIT_LOG, Scope(person.user_id, person.user_id, "user")).insert(entry)
    await told(services)
    (mail,) = post_office.messages()
    assert mail["Subject"] == "A post for X did not go out"
    assert mail["Bcc"] is None
    assert "The text is too long." in text_of(mail)
    assert [row["to"] for row in post_office.published()] == [[person.email]]
