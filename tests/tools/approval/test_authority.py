"""The authority: a permit for exactly what was approved, and for nothing else, whoever asks in whatever way."""

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.clock import ManualClock
from core.errors import ApprovalRequired, Forbidden, Halted
from core.ids import new_id
from core.money import Money
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.repository import Repository
from db.settings import SETTINGS, AccountSettings, Halt
from db.social_accounts import Credentials
from tools.approval.act import Act, iso_utc
from tools.approval.authority import Authority
from tools.approval.payload import effect_id, payload_hash
from tools.approval.permit import MINT, Permit
from tools.outside.contract import Access, Media, Post

PICTURE = Media("https://pictures.example/bread.jpg", "image/jpeg", b"\xff\xd8\xffbread")
POST = Post(key="dlv_1", text="Bread today.", link="https://shop.example/menu", hashtags=("#Bread",), media=(PICTURE,))


async def approved(database: Database, scope: Scope, content: dict[str, Any], **fields: Any) -> str:
    request = ApprovalRequest.model_validate(
        {
            "request_id": new_id("apr"),
            "request_type": "publish",
            "tool": "schedule_posts",
            "call_id": "call_1",
            "run_id": "run_1",
            "content": content,
            "payload_hash": payload_hash(content),
            "status": "approved",
            "approved_by": scope.actor_id,
            "requested_by": "publisher",
            "expires_at": database.clock.now() + timedelta(days=7),
        }
        | fields
    )
    return (await Repository(database, APPROVAL_REQUESTS, scope).insert(request)).request_id


def planned(clock: ManualClock) -> dict[str, Any]:
    return {
        "content_id": "cnt_1",
        "version": 1,
        "platform": "instagram",
        "account_id": "1789",
        "text": POST.text,
        "subject": None,
        "media": [{"url": PICTURE.url, "sha256": PICTURE.digest, "content_type": "image/jpeg"}],
        "link": POST.link,
        "hashtags": ["#Bread"],
        "publish_at": iso_utc(clock.now()),
        "recipients": [],
    }


@pytest.fixture
async def act(database: Database, scope: Scope, clock: ManualClock) -> Act:
    """Something that was approved, as the executor has it."""
    request_id = await approved(database, scope, {"posts": [planned(clock)], "audience": None, "budget": None})
    return Act(
        effect="publish",
        request_id=request_id,
        subject_id=effect_id("pst", request_id, 0),
        platform="instagram",
        account_id="1789",
        publish_at=clock.now(),
        post=POST,
    )


async def test_exactly_what_was_approved_is_permitted_on_its_account_alone(
    database: Database, scope: Scope, act: Act
) -> None:
    permit = await Authority(database).permit(scope, act)
    assert permit.post_on("instagram", Access("1789", _nothing())) is POST
    for platform, account in (("instagram", "1790"), ("facebook", "1789")):
        with pytest.raises(Forbidden):
            permit.post_on(platform, Access(account, _nothing()))


@pytest.mark.parametrize(
    "change",
    [
        {"post": replace(POST, text="Bread today!")},
        {"post": replace(POST, title="A title")},
        {"post": replace(POST, link="https://shop.example/other")},
        {"post": replace(POST, link=None)},
        {"post": replace(POST, hashtags=("#Bread", "#Cake"))},
        {"post": replace(POST, media=())},
        {"post": replace(POST, media=(replace(PICTURE, data=PICTURE.data + b"."),))},
        {"post": replace(POST, media=(replace(PICTURE, url="https://pictures.example/other.jpg"),))},
        {"post": replace(POST, recipients=("ada@example.com",))},
        {"post": None},
        {"platform": "facebook"},
        {"account_id": "1790"},
        {"account_id": None},
        {"effect": "launch"},
        {"effect": "take_down", "platform_post_id": "42"},
        {"effect": "spend", "amount": Money(1, "GBP")},
        {"subject_id": "pst_" + "0" * 32},
        {"subject_id": None},
        {"request_id": None},
        {"request_id": "apr_" + "0" * 32},
    ],
    ids=repr,
)
async def test_anything_else_is_not(database: Database, scope: Scope, act: Act, change: dict[str, Any]) -> None:
    with pytest.raises(ApprovalRequired):
        await Authority(database).permit(scope, replace(act, **change))


async def test_a_post_is_taken_down_by_an_approval_that_names_it_alone(database: Database, scope: Scope) -> None:
    authority = Authority(database)
    named = {"platform": "facebook", "account_id": "1789", "platform_post_id": "42"}
    request_id = await approved(database, scope, {"take_down": [named]})
    act = Act("take_down", request_id=request_id, platform="facebook", account_id="1789", platform_post_id="42")
    permit = await authority.permit(scope, act)
    assert permit.removal_on("facebook", Access("1789", _nothing())) == "42"
    with pytest.raises(Forbidden):
        permit.removal_on("facebook", Access("1790", _nothing()))
    with pytest.raises(Forbidden):
        permit.post_on("facebook", Access("1789", _nothing()))
    for change in ({"platform_post_id": "43"}, {"platform_post_id": None}, {"account_id": "1790"}):
        with pytest.raises(ApprovalRequired):
            await authority.permit(scope, replace(act, **change))


async def test_another_time_another_tenant_and_another_place_in_the_payload_are_not(
    database: Database, scope: Scope, other_scope: Scope, act: Act, clock: ManualClock
) -> None:
    authority = Authority(database)
    with pytest.raises(ApprovalRequired):
        await authority.permit(scope, replace(act, publish_at=clock.now() - timedelta(minutes=1)))
    with pytest.raises(ApprovalRequired):
        await authority.permit(other_scope, act)
    with pytest.raises(ApprovalRequired):
        await authority.permit(scope, replace(act, subject_id=effect_id("pst", str(act.request_id), 1)))


@pytest.mark.parametrize("status", ["pending", "rejected", "expired", "cancelled"])
async def test_a_request_that_is_not_approved_permits_nothing(
    database: Database, scope: Scope, act: Act, status: str
) -> None:
    await Repository(database, APPROVAL_REQUESTS, scope).update(str(act.request_id), {"status": status})
    with pytest.raises(ApprovalRequired):
        await Authority(database).permit(scope, act)


async def test_a_request_whose_content_was_changed_afterwards_permits_nothing(
    database: Database, scope: Scope, act: Act
) -> None:
    requests = Repository(database, APPROVAL_REQUESTS, scope)
    content = copy.deepcopy((await requests.get(str(act.request_id))).content)
    content["posts"][0]["text"] = "Something else."
    await requests.update(str(act.request_id), {"content": content})
    with pytest.raises(ApprovalRequired):
        await Authority(database).permit(scope, replace(act, post=replace(POST, text="Something else.")))


async def test_nothing_goes_out_before_its_time(database: Database, scope: Scope, clock: ManualClock) -> None:
    later = clock.now() + timedelta(hours=1)
    content = {"posts": [planned(clock) | {"publish_at": iso_utc(later)}], "audience": None, "budget": None}
    request_id = await approved(database, scope, content)
    act = Act(
        effect="publish",
        request_id=request_id,
        subject_id=effect_id("pst", request_id, 0),
        platform="instagram",
        account_id="1789",
        publish_at=later,
        post=POST,
    )
    with pytest.raises(Forbidden):
        await Authority(database).permit(scope, act)
    clock.advance(timedelta(hours=1))
    assert (await Authority(database).permit(scope, act)).by == "approval"


@pytest.mark.parametrize("status", ["paused", "cancelled", "failed"])
async def test_a_campaign_that_stands_still_holds_what_was_approved(
    database: Database, scope: Scope, act: Act, status: str
) -> None:
    campaign = Campaign.model_validate({"campaign_id": new_id("cmp"), "name": "Opening", "status": status})
    await Repository(database, CAMPAIGNS, scope).insert(campaign)
    with pytest.raises(Halted):
        await Authority(database).permit(scope, replace(act, campaign_id=campaign.campaign_id))


async def test_the_stop_switch_holds_everything_of_the_account_and_of_no_other(
    database: Database, scope: Scope, other_scope: Scope, act: Act
) -> None:
    stopped = AccountSettings(settings_id=new_id("set"), halt=Halt(since=database.clock.now(), by="Ada"))
    await Repository(database, SETTINGS, other_scope).insert(stopped)
    await Authority(database).permit(scope, act)
    await Repository(database, SETTINGS, scope).insert(stopped.model_copy(update={"settings_id": new_id("set")}))
    with pytest.raises(Halted):
        await Authority(database).permit(scope, act)


async def test_money_is_permitted_up_to_what_was_approved_for_this_campaign(database: Database, scope: Scope) -> None:
    campaign = Campaign(campaign_id=new_id("cmp"), name="Opening")
    await Repository(database, CAMPAIGNS, scope).insert(campaign)
    content = {"budget": {"amount_minor": 50_000, "currency": "GBP"}}
    request_id = await approved(
        database, scope, content, request_type="budget", campaign_id=campaign.campaign_id, tool="approve_budget"
    )
    act = Act("spend", campaign.campaign_id, request_id, amount=Money(50_000, "GBP"))
    assert (await Authority(database).permit(scope, act)).act.amount == Money(50_000, "GBP")
    for amount in (Money(50_001, "GBP"), Money(100, "EUR"), Money(0, "GBP"), Money(-5, "GBP"), None):
        with pytest.raises(ApprovalRequired):
            await Authority(database).permit(scope, replace(act, amount=amount))
    with pytest.raises(ApprovalRequired):
        await Authority(database).permit(scope, replace(act, campaign_id=None))


async def test_a_launch_is_of_the_plan_that_was_approved(database: Database, scope: Scope) -> None:
    plan = {"campaign_id": "cmp_1", "tasks": ["write", "post"], "budget": {"amount_minor": 5, "currency": "GBP"}}
    request_id = await approved(database, scope, plan, request_type="campaign_plan")
    act = Act("launch", None, request_id, plan=plan)
    await Authority(database).permit(scope, act)
    with pytest.raises(ApprovalRequired):
        await Authority(database).permit(scope, replace(act, plan=plan | {"tasks": ["write", "post", "spend"]}))


def test_a_permit_is_made_by_the_authority_and_never_changed(clock: ManualClock) -> None:
    act = Act("publish", post=POST)
    with pytest.raises(TypeError):
        Permit(act, "approval", "", clock.now(), None, mint=object())
    permit = Permit(act, "approval", "", clock.now(), None, mint=MINT)
    with pytest.raises(ValueError, match="mint"):
        replace(permit, act=replace(act, post=POST))  # type: ignore[call-arg]  # what it refuses
    with pytest.raises(Forbidden):
        _ = Permit(Act("spend"), "approval", "", clock.now(), None, mint=MINT).post


def _nothing() -> Credentials:

    return Credentials()
