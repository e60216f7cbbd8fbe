"""Email over a real SMTP server: secured, logged in, one message a person, and nobody gets one twice."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import OutcomeUnknown, ReconnectNeeded, Rejected, Retryable
from db.social_accounts import Credentials
from sandbox.mail_server import MailFault, MailServer
from tests.contracts.platform_kits import JPEG, MailKit, certificates, mail_kit
from tests.permits import permitted
from tools.outside.contract import PassingNotes, Post, Search
from tools.outside.http import Outside
from tools.platforms.email import Email

PEOPLE = tuple(f"person{number}@example.com" for number in range(5))


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificates(tmp_path)


@pytest.fixture
async def outside(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> AsyncIterator[Outside]:
    async with Outside(SystemClock(), timeout=20.0, allow_private=True, tls=tls[1]) as made:
        yield made


@pytest.fixture
async def kit(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> AsyncIterator[MailKit]:
    async with MailServer(tls=tls[0]) as server:
        yield mail_kit(server)


def letter(kit: MailKit) -> Post:
    return replace(kit.post, recipients=PEOPLE, media=(JPEG,))


async def test_each_person_gets_a_message_of_their_own(kit: MailKit, outside: Outside) -> None:
    published = await Email(outside).publish(kit.access, permitted("email", kit.access, letter(kit)), PassingNotes())
    messages = kit.server.messages()
    assert [message["To"] for message in messages] == list(PEOPLE)
    assert [row["to"] for row in kit.published()] == [[person] for person in PEOPLE]
    assert len({message["Message-ID"] for message in messages}) == len(PEOPLE)
    first = messages[0]
    assert first["From"] == "The Bakery <hello@bakery.example>"
    assert first["Subject"] == "Fresh bread — today"
    assert first["List-Unsubscribe"] == "<https://bakery.example/unsubscribe>"
    assert first["Message-ID"].endswith(f".{published.platform_post_id}>")
    text = first.get_body(("plain",))
    html = first.get_body(("html",))
    assert text
    assert html
    assert "Bread & butter <today>" in text.get_content()
    assert str(kit.post.link) in text.get_content()
    assert "&lt;today&gt;" in html.get_content()
    assert f'href="{str(kit.post.link).replace("&", "&amp;")}"' in html.get_content()
    (attached,) = first.iter_attachments()
    assert (attached.get_content_type(), attached.get_content()) == ("image/jpeg", JPEG.data)


async def test_who_is_refused_is_told_and_the_others_get_it(kit: MailKit, outside: Outside) -> None:
    kit.server.add(MailFault("recipient", reply="550 5.1.1 No such user"))
    published = await Email(outside).publish(kit.access, permitted("email", kit.access, letter(kit)), PassingNotes())
    assert published.refused == PEOPLE[:1]
    assert len(kit.published()) == len(PEOPLE) - 1


async def test_a_repeat_goes_on_with_those_who_have_not_got_it(kit: MailKit, outside: Outside) -> None:
    notes, adapter = PassingNotes(), Email(outside)
    kit.server.add(*[MailFault("message", reply="451 4.3.0 Later")] * 2)
    with pytest.raises(Retryable):
        await adapter.publish(kit.access, permitted("email", kit.access, letter(kit)), notes)
    assert len(kit.published()) == len(PEOPLE) - 2
    assert await adapter.look_up(kit.access, search(letter(kit), notes)) is None
    await adapter.publish(kit.access, permitted("email", kit.access, letter(kit)), notes)
    assert sorted(row["to"][0] for row in kit.published()) == sorted(PEOPLE)
    found = await adapter.look_up(kit.access, search(letter(kit), notes))
    assert found is not None


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_whose_message_is_unknown_is_not_written_to_again(kit: MailKit, outside: Outside, cut: str) -> None:
    notes, adapter = PassingNotes(), Email(outside)
    kit.server.add(MailFault("message", cut="before" if cut == "before" else "after"))
    for _ in range(3):
        with pytest.raises((OutcomeUnknown, Retryable)):
            await adapter.publish(kit.access, permitted("email", kit.access, letter(kit)), notes)
    with pytest.raises(OutcomeUnknown, match="Of 5 emails the last word on 1"):
        await adapter.publish(kit.access, permitted("email", kit.access, letter(kit)), notes)
    written = [row["to"][0] for row in kit.published()]
    assert len(written) == len(set(written)) == len(PEOPLE) - (cut == "before")


async def test_what_a_killed_process_was_trying_counts_as_unknown(kit: MailKit, outside: Outside) -> None:
    class Killed(Exception):
        pass

    class DyingNotes(PassingNotes):
        async def put(self, name: str, value: str) -> None:
            await super().put(name, value)
            if value == "sent" and list(self.all.values()).count("sent") == 2:
                self.all[name] = "trying"
                raise Killed

    notes, adapter = DyingNotes(), Email(outside)
    with pytest.raises(Killed):
        await adapter.publish(kit.access, permitted("email", kit.access, letter(kit)), notes)
    after = PassingNotes(notes.all)
    with pytest.raises(OutcomeUnknown):
        await adapter.publish(kit.access, permitted("email", kit.access, letter(kit)), after)
    written = [row["to"][0] for row in kit.published()]
    assert sorted(written) == sorted(PEOPLE)


async def test_an_address_that_is_none_is_refused_without_holding_up_the_others(kit: MailKit, outside: Outside) -> None:
    post = replace(letter(kit), recipients=("no address", "x@example.com\nBcc: y@example.com", "ada@example.com"))
    published = await Email(outside).publish(kit.access, permitted("email", kit.access, post), PassingNotes())
    assert published.refused == post.recipients[:2]
    assert [row["to"] for row in kit.published()] == [["ada@example.com"]]
    with pytest.raises(Rejected):
        await Email(outside).publish(
            kit.access, permitted("email", kit.access, replace(post, recipients=("no address",))), PassingNotes()
        )


async def test_a_certificate_that_is_not_trusted_ends_it(kit: MailKit) -> None:
    async with Outside(SystemClock(), timeout=20.0, allow_private=True) as distrustful:
        with pytest.raises(Rejected, match="certificate"):
            await Email(distrustful).publish(kit.access, permitted("email", kit.access, letter(kit)), PassingNotes())
    assert kit.published() == []


async def test_a_server_without_starttls_is_given_no_password(outside: Outside) -> None:
    async with MailServer() as plain:
        kit = mail_kit(plain)
        with pytest.raises(Rejected):
            await Email(outside).publish(kit.access, permitted("email", kit.access, letter(kit)), PassingNotes())
        assert kit.published() == []


async def test_tls_from_the_start_works_too(tls: tuple[ssl.SSLContext, ssl.SSLContext], outside: Outside) -> None:
    async with MailServer(tls=tls[0], implicit=True) as server:
        kit = mail_kit(server)
        kit.access = replace(kit.access, config={**kit.access.config, "security": "tls"})
        await Email(outside).publish(kit.access, permitted("email", kit.access, letter(kit)), PassingNotes())
        assert len(kit.published()) == len(PEOPLE)


async def test_a_wrong_password_asks_to_connect_again(kit: MailKit, outside: Outside) -> None:
    wrong = replace(kit.access, credentials=Credentials(username="bakery", password="not the password"))
    with pytest.raises(ReconnectNeeded) as error:
        await Email(outside).identify(wrong)
    assert "not the password" not in error.value.message


async def test_a_server_inside_of_a_private_network_is_not_called(kit: MailKit) -> None:
    async with Outside(SystemClock(), timeout=20.0) as strict:
        with pytest.raises(Rejected, match="private network"):
            await Email(strict).identify(kit.access)


def search(post: Post, notes: PassingNotes) -> Search:
    now = SystemClock().now()
    return Search(post, now, now, notes=notes)
