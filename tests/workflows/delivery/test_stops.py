"""What is stopped, paused or withdrawn while it goes out goes no further, and later goes on where it stood."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import pytest

from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS, Campaign
from db.deliveries import DELIVERIES, Delivery
from db.email_campaigns import EMAIL_CAMPAIGNS, EmailCampaign, EmailContent, EmailSchedule, Recipients
from db.repository import Repository
from db.settings import SETTINGS, AccountSettings
from db.social_accounts import SOCIAL_ACCOUNTS, Credentials, SocialAccount
from sandbox.faults import Fault
from sandbox.mail_server import PASSWORD, USERNAME
from sandbox.server import JPEG_START, Sandbox
from tests.workflows.delivery.conftest import HOUR, DeliveryHouse
from tools.approval.act import iso_utc
from tools.approval.authority import Authority
from tools.approval.payload import effect_id, payload_hash
from tools.approval.permit import Permit
from tools.approval.requests import ApprovalRequests
from tools.campaign_control import CampaignControl
from workflows.delivery.parts import DeliveryParts

PEOPLE = [f"person{number}@example.com" for number in range(5)]
SENDER = "hello@bakery.example"
TIGHTER: dict[str, dict[str, Any]] = {
    "tighten": {"mode": "semi_auto"},
    "name approvers": {"steps": [{"name": "Legal"}]},
    "forbid": {"guardrails": {"words": ["Thursday"]}},
}
BUSY = Fault(method="GET", path=r"/v[\d.]+/\d+", times=1000, status=200, body='{"status_code": "IN_PROGRESS"}')


class Interrupted(Authority):
    """Permits as ever; before it is asked whether the third effect may still happen, somebody does something."""

    def __init__(self, house: DeliveryHouse, doing: str) -> None:
        super().__init__(house.database)
        self._house = house
        self._doing = doing
        self.asked = 0

    async def require_still(self, scope: Scope, permit: Permit) -> None:
        self.asked += 1
        if self.asked == 3:
            await interrupt(self._house, self._doing, permit.request_id or "")
        await super().require_still(scope, permit)


async def interrupt(house: DeliveryHouse, doing: str, request_id: str = "") -> None:
    """Do what a person does who wants it to go no further."""
    if doing == "stop":
        await CampaignControl(house.database, house.scope).stop_everything("Wait")
    elif doing == "withdraw":
        await ApprovalRequests(house.database).void(house.scope, request_id, "Its text was changed.")
    elif doing in TIGHTER:
        rules = {"settings_id": new_id("set"), "approval": TIGHTER[doing]}
        await Repository(house.database, SETTINGS, house.scope).insert(AccountSettings.model_validate(rules))
    else:
        await Repository(house.database, CAMPAIGNS, house.scope).change("cmp_1", {"status": doing})


async def mailing(house: DeliveryHouse, sandbox: Sandbox, *, by_policy: bool = False) -> EmailCampaign:
    """Store an approved email of a campaign that is due, and the account it goes out by."""
    await Repository(house.database, CAMPAIGNS, house.scope).insert(
        Campaign(campaign_id="cmp_1", name="Bread", status="active", mode="full_auto")
    )
    account = SocialAccount(
        social_account_id=new_id("acc"),
        platform="email",
        account_id=SENDER,
        credentials=Credentials(username=USERNAME, password=PASSWORD),
        config={"host": "127.0.0.1", "port": sandbox.mail.port, "security": "none", "sender": SENDER},
    )
    await Repository(house.database, SOCIAL_ACCOUNTS, house.scope).insert(account)
    at = (house.clock.now() + HOUR).replace(microsecond=0)
    planned: dict[str, Any] = {
        "content_id": "cnt_1",
        "version": 1,
        "platform": "email",
        "account_id": SENDER,
        "text": "We open on Thursday.",
        "subject": "We open",
        "media": [],
        "link": None,
        "hashtags": [],
        "publish_at": iso_utc(at),
        "recipients": PEOPLE,
    }
    payload: dict[str, Any] = {"posts": [planned], "audience": "neighbours", "budget": None}
    request = ApprovalRequest(
        request_id=new_id("apr"),
        campaign_id="cmp_1",
        request_type="publish",
        tool="schedule_posts",
        call_id="call_1",
        run_id="run_1",
        content=payload,
        payload_hash=payload_hash(payload),
        status="approved",
        requested_by="publisher",
        approved_by=house.scope.actor_id,
        decided_via="policy" if by_policy else "rest",
        expires_at=at + timedelta(days=7),
    )
    plan = {"campaign_id": "cmp_1", "mode": "full_auto"}
    of_plan: dict[str, Any] = {"request_id": new_id("apr"), "request_type": "campaign_plan", "decided_via": "rest"}
    of_plan |= {"tool": "launch_campaign", "content": plan, "payload_hash": payload_hash(plan)}
    for each in (request, request.model_copy(update=of_plan)):
        await Repository(house.database, APPROVAL_REQUESTS, house.scope).insert(each)
    email = EmailCampaign(
        campaign_id=effect_id("eml", request.request_id, 0),
        marketing_campaign_id="cmp_1",
        content_id="cnt_1",
        request_id=request.request_id,
        name="We open",
        status="scheduled",
        account_id=SENDER,
        recipients=Recipients(addresses=PEOPLE, count=len(PEOPLE)),
        content=EmailContent(subject="We open", text_content="We open on Thursday."),
        schedule=EmailSchedule(scheduled=True, send_at=at),
    )
    house.clock.advance(HOUR)
    return await Repository(house.database, EMAIL_CAMPAIGNS, house.scope).insert(email)


async def worked_on(house: DeliveryHouse, worker: DeliveryParts, email: EmailCampaign) -> Delivery:
    """Look once at the delivery of an email; return how it stands."""
    (made,) = await worker.deliverer.schedule(house.scope, [email.campaign_id])
    await worker.deliverer.deliver(house.scope, made.delivery_id)
    return await Repository(house.database, DELIVERIES, house.scope).get(made.delivery_id)


@pytest.mark.parametrize("doing", ["stop", "paused"])
async def test_a_mailing_that_is_stopped_in_the_middle_goes_on_with_those_left(
    house: DeliveryHouse, sandbox: Sandbox, doing: str
) -> None:
    email = await mailing(house, sandbox)
    held = await worked_on(house, house.worker(authority=Interrupted(house, doing)), email)
    assert [row["to"] for row in sandbox.mail.published()] == [[one] for one in PEOPLE[:2]]
    assert (held.state, held.waits_for, held.intent_at) == ("scheduled", "campaign", None)

    house.clock.advance(timedelta(minutes=1))
    assert (await worked_on(house, house.worker(), email)).waits_for == "campaign"
    assert len(sandbox.mail.published()) == 2
    await CampaignControl(house.database, house.scope).go_on()
    await interrupt(house, "active")
    house.clock.advance(timedelta(minutes=1))
    assert (await worked_on(house, house.worker(), email)).state == "published"
    assert [row["to"] for row in sandbox.mail.published()] == [[one] for one in PEOPLE]


@pytest.mark.parametrize(("doing", "state"), [("cancelled", "cancelled"), ("withdraw", "failed")])
async def test_a_mailing_that_is_called_off_in_the_middle_ends_and_says_how_far_it_came(
    house: DeliveryHouse, sandbox: Sandbox, doing: str, state: str
) -> None:
    email = await mailing(house, sandbox)
    over = await worked_on(house, house.worker(authority=Interrupted(house, doing)), email)
    assert (over.state, over.next_attempt_at) == (state, None)
    assert "2 of its 5 recipients had it" in (over.reason or "")
    assert len(sandbox.mail.published()) == 2


@pytest.mark.parametrize(
    ("doing", "by_policy", "sent"),
    [
        ("tighten", True, 2),
        ("name approvers", True, 2),
        ("forbid", True, 2),
        ("forbid", False, 2),
        ("tighten", False, 5),
        ("name approvers", False, 5),
    ],
)
async def test_rules_that_are_tightened_in_the_middle_hold_what_no_person_has_approved(
    house: DeliveryHouse, sandbox: Sandbox, doing: str, by_policy: bool, sent: int
) -> None:
    email = await mailing(house, sandbox, by_policy=by_policy)
    await worked_on(house, house.worker(authority=Interrupted(house, doing)), email)
    house.clock.advance(timedelta(minutes=1))
    over = await worked_on(house, house.worker(), email)
    assert over.state == ("published" if sent == len(PEOPLE) else "failed")
    assert [row["to"] for row in sandbox.mail.published()] == [[one] for one in PEOPLE[:sent]]
    if sent < len(PEOPLE):
        assert f"{sent} of its 5 recipients had it" in (over.reason or "")


async def test_what_is_stopped_while_instagram_works_on_its_picture_is_not_published(
    house: DeliveryHouse, sandbox: Sandbox
) -> None:
    await house.connect("instagram")
    url, digest = f"{sandbox.url}/pictures/bread.jpg", hashlib.sha256(JPEG_START + b"bread.jpg").hexdigest()
    media = [{"url": url, "content_type": "image/jpeg", "sha256": digest}]
    (post,) = await house.approved("instagram", "Fresh bread", media=media)
    house.clock.advance(HOUR)
    twin = house.kits["instagram"].twin
    twin.faults.add(BUSY)
    worker = house.worker()
    going = asyncio.create_task(house.deliver(worker, post))
    while not (found := await house.find_delivery(post.post_id)) or not found.notes:
        assert not going.done()
        await asyncio.sleep(0.02)
    await interrupt(house, "stop")
    twin.faults.clear()

    await going
    assert house.published("instagram") == []
    assert (await house.delivery(post)).waits_for == "campaign"
    await CampaignControl(house.database, house.scope).go_on()
    house.clock.advance(timedelta(minutes=1))
    await house.deliver(worker, post)
    assert len(house.published("instagram")) == 1
