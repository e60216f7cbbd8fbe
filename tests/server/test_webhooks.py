"""Webhooks: signed, told what happened, tried again for a day, sent again, and never to private addresses."""

import asyncio
import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from core.settings import Settings
from db.all_tenants import AllTenants
from db.outgoing import Attempt
from db.repository import Repository
from db.webhook_deliveries import WEBHOOK_DELIVERIES, WebhookDelivery
from db.webhooks import WEBHOOKS
from server.services import Services
from tests.server.conftest import Person
from tools.outside.http import Call, Outside
from workflows.happenings.happening import EVENT_TYPES
from workflows.outbox import DAY_OF_WAITS, OF_ONE_ACCOUNT, READ, Outbox, Outcome
from workflows.telling import build_telling
from workflows.webhooks.desk import MOST_TESTS

WRITE = "Write a post for Threads about our new bakery in Leeds, local families."


@dataclass
class Receiver:
    """Somebody's server: what it got, and what it answers next."""

    url: str
    got: list[tuple[dict[str, str], str]] = field(default_factory=list[tuple[dict[str, str], str]])
    answers: list[web.Response] = field(default_factory=list[web.Response])

    def types(self) -> list[str]:
        return [orjson.loads(body)["type"] for _, body in self.got]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "openai_api_key": "", "port": 0}
    more = {"allow_private_addresses": True, "access_token_minutes": 10_000}
    return Settings.model_validate({**given, **more})


@pytest.fixture
def clock() -> ManualClock:
    """Receivers refuse what was signed long ago, so this one shows the real time."""
    return ManualClock(datetime.now(UTC))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver("")

    async def take(request: web.Request) -> web.Response:
        made.got.append((dict(request.headers), (await request.read()).decode()))
        return made.answers.pop(0) if made.answers else web.Response(status=204)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def told(services: Services) -> None:
    await services.telling.loop.look()
    await services.telling.loop.settle()


async def hook(person: Person, receiver: Receiver, **more: Any) -> dict[str, Any]:
    answer = await person.client.post("/api/v1/webhooks", json={"name": "Shop", "url": receiver.url, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def asked(person: Person) -> dict[str, Any]:
    conversation = await person.conversation()
    await person.say(conversation, WRITE)
    await person.say(conversation, "Schedule it for tomorrow at noon.")
    (found,) = (await person.client.get("/api/v1/approvals", params={"status": "pending"})).json()["items"]
    return dict(found)


async def scheduled(person: Person) -> bool:
    return bool((await person.client.get("/api/v1/posts")).json()["items"])


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await true():
            await asyncio.sleep(0.05)


async def sent(person: Person, hook_id: str) -> list[dict[str, Any]]:
    return list((await person.client.get(f"/api/v1/webhooks/{hook_id}/deliveries")).json()["items"])


async def test_what_happens_is_told_once_with_a_signature_that_verifies(
    person: Person, services: Services, receiver: Receiver
) -> None:
    await told(services)
    made = await hook(person, receiver, events=["approval.requested", "approval.approved", "post.scheduled"])
    request = await asked(person)
    await told(services)
    body = {"decision": "approve", "payload_hash": request["payload_hash"]}
    await person.client.post(f"/api/v1/approvals/{request['approval_id']}/decision", json=body)
    await until(lambda: scheduled(person))
    for _ in range(3):
        await told(services)
    assert receiver.types() == ["approval.requested", "approval.approved", "post.scheduled"]
    for headers, text in receiver.got:
        lower = {name.lower(): value for name, value in headers.items()}
        assert Webhook(made["secret"]).verify(text, lower)
        with pytest.raises(WebhookVerificationError):
            Webhook(made["secret"]).verify(text.replace("approval", "approvaI").replace("post", "p0st"), lower)
        key = base64.b64decode(made["secret"].removeprefix("whsec_"))
        signed = f"{lower['webhook-id']}.{lower['webhook-timestamp']}.{text}".encode()
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert lower["webhook-signature"] == f"v1,{expected}"
    data = orjson.loads(receiver.got[1][1])["data"]
    assert (data["approval_id"], data["decided_by"]) == (request["approval_id"], person.user_id)
    assert all(one["state"] == "sent" for one in await sent(person, made["webhook_id"]))
    assert "whsec_" not in str((await person.client.get("/api/v1/webhooks")).json())


async def test_a_stop_between_what_happened_and_its_telling_loses_nothing(
    person: Person, services: Services, receiver: Receiver, clock: ManualClock
) -> None:
    await told(services)
    await hook(person, receiver, events=["approval.requested", "approval.approved"])
    request = await asked(person)
    clock.advance(timedelta(hours=3))
    body = {"decision": "approve", "payload_hash": request["payload_hash"]}
    assert (await person.client.post(f"/api/v1/approvals/{request['approval_id']}/decision", json=body)).is_success
    clock.advance(timedelta(hours=4))
    after = build_telling(services.database, services.outside, services.signed_links, "k" * 40, None).loop
    for loop in (services.telling.loop, after, after):
        await loop.look()
        await loop.settle()
    assert receiver.types() == ["approval.requested", "approval.approved"]


async def test_a_failure_is_tried_again_for_a_day_and_then_waits_for_a_person(
    person: Person, services: Services, receiver: Receiver, clock: ManualClock
) -> None:
    made = await hook(person, receiver)
    began = clock.now()
    receiver.answers = [web.Response(status=500, text="<b>oops</b>") for _ in range(50)]
    test = (await person.client.post(f"/api/v1/webhooks/{made['webhook_id']}/test")).json()
    where = f"/api/v1/webhooks/{made['webhook_id']}/deliveries/{test['delivery_id']}"
    state: dict[str, Any] = {}
    for _ in range(80):
        await told(services)
        state = (await person.client.get(where)).json()
        if state["state"] != "pending":
            break
        clock.advance(timedelta(minutes=30))
    assert state["state"] == "failed"
    assert state["attempts"] == len(DAY_OF_WAITS) + 1 == len(receiver.got)
    assert timedelta(hours=20) < clock.now() - began < timedelta(hours=30)
    assert state["latest"][-1]["status"] == 500
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    receiver.answers = []
    again = await person.client.post(f"{where}/replay")
    assert again.status_code == 202
    await told(services)
    shown = (await person.client.get(f"/api/v1/webhooks/{made['webhook_id']}")).json()
    assert shown["failing_since"] is None
    states = {one["delivery_id"]: one["state"] for one in await sent(person, made["webhook_id"])}
    assert states == {test["delivery_id"]: "failed", again.json()["delivery_id"]: "sent"}


async def test_retry_after_is_obeyed_and_gone_ends_it(
    person: Person, services: Services, receiver: Receiver, clock: ManualClock
) -> None:
    made = await hook(person, receiver)
    receiver.answers = [web.Response(status=429, headers={"Retry-After": "7200"}), web.Response(status=410)]
    await person.client.post(f"/api/v1/webhooks/{made['webhook_id']}/test")
    await told(services)
    clock.advance(timedelta(minutes=90))
    await told(services)
    assert len(receiver.got) == 1
    clock.advance(timedelta(minutes=31))
    await told(services)
    assert len(receiver.got) == 2
    shown = (await person.client.get(f"/api/v1/webhooks/{made['webhook_id']}")).json()
    assert not shown["active"]
    assert "410" in shown["paused_because"]
    body = {"active": True}
    shown = (await person.client.patch(f"/api/v1/webhooks/{made['webhook_id']}", json=body)).json()
    assert (shown["active"], shown["paused_because"]) == (True, None)


async def test_a_rotated_secret_signs_beside_the_old_one_for_a_while(
    person: Person, services: Services, receiver: Receiver, clock: ManualClock
) -> None:
    made = await hook(person, receiver)
    where = f"/api/v1/webhooks/{made['webhook_id']}"
    new = (await person.client.post(f"{where}/rotate", json={"grace_seconds": 3600})).json()["secret"]
    await person.client.post(f"{where}/test")
    await told(services)
    clock.advance(timedelta(hours=2))
    await person.client.post(f"{where}/test")
    await told(services)
    (first, text), (second, later) = receiver.got
    assert (signs(made["secret"], first, text), signs(new, first, text)) == (True, True)
    assert (signs(made["secret"], second, later), signs(new, second, later)) == (False, True)


def signs(secret: str, headers: dict[str, str], text: str) -> bool:
    moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    return Webhook(secret).sign(headers["webhook-id"], moment, text) in headers["webhook-signature"].split()


async def test_who_may_do_what(
    person: Person, viewer: Person, stranger: Person, services: Services, receiver: Receiver
) -> None:
    made = await hook(person, receiver)
    where = f"/api/v1/webhooks/{made['webhook_id']}"
    assert (await viewer.client.get(where)).status_code == 200
    for method, path in (("POST", f"{where}/test"), ("POST", f"{where}/rotate"), ("DELETE", where)):
        assert (await viewer.client.request(method, path)).status_code == 403
        assert (await stranger.client.request(method, path)).status_code == 404
    other = await hook(stranger, receiver)
    test = (await person.client.post(f"{where}/test")).json()
    theirs = f"/api/v1/webhooks/{other['webhook_id']}/deliveries/{test['delivery_id']}"
    assert (await stranger.client.get(theirs)).status_code == 404
    assert (await person.client.delete(where)).status_code == 204
    await told(services)
    assert receiver.got == []


@pytest.mark.parametrize("events", [["post.explode"], ["webhook.test"]])
async def test_unknown_events_are_refused_with_the_way_to_the_list(
    person: Person, receiver: Receiver, events: list[str]
) -> None:
    body = {"name": "Shop", "url": receiver.url, "events": events}
    answer = await person.client.post("/api/v1/webhooks", json=body)
    assert answer.status_code == 422
    assert "/api/v1/webhooks/events" in answer.json()["detail"]
    listed = (await person.client.get("/api/v1/webhooks/events")).json()["items"]
    assert [one["event_type"] for one in listed] == list(EVENT_TYPES)


class TestPrivateAddresses:
    """With the settings of a server that faces customers."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "port": 0}
        addresses = {"twitter": "http://127.0.0.1:1/twitter"}
        return Settings.model_validate({**given, "openai_api_key": "", "platform_addresses": addresses})

    @pytest.mark.parametrize(
        "url",
        [
            "http://shop.example/hook",
            "https://localhost/hook",
            "https://localhost./hook",
            "https://127.0.0.1/hook",
            "https://10.1.2.3/hook",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/hook",
            "https://[::ffff:10.0.0.1]/hook",
            "https://user:pass@shop.example/hook",
            "ftp://shop.example/hook",
        ],
    )
    async def test_they_are_refused_at_once(self, person: Person, url: str) -> None:
        answer = await person.client.post("/api/v1/webhooks", json={"name": "Shop", "url": url})
        assert answer.status_code == 422, answer.text

    async def test_a_name_that_comes_to_lead_inside_is_refused_when_connecting(
        self, person: Person, services: Services, receiver: Receiver
    ) -> None:
        """The name was public when the webhook was made; what counts is where it leads at the moment of sending."""
        body = {"name": "Shop", "url": "https://shop.example/hook"}
        made = (await person.client.post("/api/v1/webhooks", json=body)).json()
        inside = receiver.url.replace("127.0.0.1", "localhost")
        await AllTenants(services.database, WEBHOOKS).update_many({"webhook_id": made["webhook_id"]}, {"url": inside})
        deliveries = AllTenants(services.database, WEBHOOK_DELIVERIES)
        test = (await person.client.post(f"/api/v1/webhooks/{made['webhook_id']}/test")).json()
        await told(services)
        assert receiver.got == []
        (delivery,) = await deliveries.find({"delivery_id": test["delivery_id"]})
        assert delivery.attempts == 1
        assert "private network" in str(delivery.latest[0].error)

    async def test_an_address_of_the_operators_is_not_a_way_in(self, services: Services, receiver: Receiver) -> None:
        base = receiver.url.rpartition("/")[0]
        async with Outside(services.clock, addresses={"twitter": base}) as outside:
            assert (await outside.send(Call("X", "POST", receiver.url))).status == 204
            with pytest.raises(Exception, match="private network"):
                await outside.send(Call("X", "POST", receiver.url, of_customer=True))


async def test_a_customer_whose_addresses_hang_holds_up_nobody_else(services: Services, clock: ManualClock) -> None:
    hang = asyncio.Event()
    sent: list[str] = []
    at_once: Counter[str] = Counter()
    most: Counter[str] = Counter()

    async def send(scope: Scope, delivery: WebhookDelivery) -> Outcome:
        at_once[scope.user_id] += 1
        most[scope.user_id] = max(most[scope.user_id], at_once[scope.user_id])
        if scope.user_id == "usr_slow":
            await hang.wait()
        at_once[scope.user_id] -= 1
        sent.append(delivery.webhook_id)
        return Outcome("sent", Attempt(at=clock.now()))

    slow, quick = (Scope(name, name, "user") for name in ("usr_slow", "usr_quick"))
    await due(services, slow, [f"whk_slow{number % 40}" for number in range(READ + 10)])
    clock.advance(timedelta(seconds=1))
    await due(services, quick, ["whk_quick"] * 3)
    outbox = Outbox(services.database, WEBHOOK_DELIVERIES, "webhook_id", send)
    await outbox.look()
    await until(lambda: arrived(sent, 3))
    assert sent == ["whk_quick"] * 3
    assert most["usr_slow"] <= OF_ONE_ACCOUNT
    hang.set()
    await outbox.settle()
    while await outbox.look():
        await outbox.settle()
    assert len(sent) == READ + 10 + 3


async def arrived(sent: list[str], number: int) -> bool:
    return len(sent) >= number


async def due(services: Services, scope: Scope, hooks: list[str]) -> None:
    deliveries = [
        WebhookDelivery(
            delivery_id=new_id(WEBHOOK_DELIVERIES.id_prefix),
            webhook_id=hook,
            event_id=new_id("hap"),
            event_type="webhook.test",
            body="{}",
            due_at=services.database.clock.now(),
        )
        for hook in hooks
    ]
    repository = Repository(services.database, WEBHOOK_DELIVERIES, scope)
    for delivery in deliveries:
        await repository.insert(delivery)


async def test_only_a_few_test_events_are_under_way(person: Person, receiver: Receiver) -> None:
    made = await hook(person, receiver)
    answers = [await person.client.post(f"/api/v1/webhooks/{made['webhook_id']}/test") for _ in range(MOST_TESTS + 1)]
    assert [answer.status_code for answer in answers] == [202] * MOST_TESTS + [429]
    assert "still on their way" in answers[-1].json()["detail"]
