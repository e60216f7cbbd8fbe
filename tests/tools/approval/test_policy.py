"""Policies: the table of each mode, guardrails that no approval lifts, and what a policy would have sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import ManualClock
from core.errors import ApprovalRequired, Forbidden
from core.ids import new_id
from core.money import Money
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalStep
from db.approval_rules import ApprovalMode, ApprovalRules, Guardrails, PolicyRow
from db.campaigns import CAMPAIGNS, Campaign, CampaignBrief
from db.client import Database
from db.repository import Repository
from db.settings import SETTINGS, AccountSettings
from tests.tools.approval.test_authority import POST, approved, planned
from tools.approval.act import Act
from tools.approval.authority import Authority
from tools.approval.backtest import Tried, back_test
from tools.approval.guardrails import breaches
from tools.approval.payload import effect_id
from tools.approval.policy import MODES, compiled, decide, in_words
from tools.outside.contract import Post

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
PLAIN = Post(key="dlv_1", text="Fresh bread from the new oven.")


def act(**more: Any) -> Act:
    given: dict[str, Any] = {
        "effect": "publish",
        "platform": "instagram",
        "account_id": "1789",
        "publish_at": NOON,
        "post": PLAIN,
    }
    return Act(**(given | more))


@pytest.mark.parametrize(
    ("mode", "what", "ruling"),
    [
        ("semi_auto", act(), "ask"),
        ("hybrid", act(), "allow"),
        ("hybrid", act(publish_at=NOON.replace(hour=23)), "ask"),
        ("hybrid", act(post=replace(PLAIN, text="Only £2 today")), "ask"),
        ("hybrid", act(post=replace(PLAIN, text="We gu\u200barantee it")), "ask"),
        ("hybrid", act(effect="send", platform="email"), "ask"),
        ("full_auto", act(publish_at=NOON.replace(hour=23)), "allow"),
        ("full_auto", act(effect="send", platform="email"), "allow"),
        ("full_auto", Act("launch"), "ask"),
        ("full_auto", Act("spend", amount=Money(1, "GBP")), "ask"),
    ],
)
def test_each_mode_rules_as_its_table_says(mode: ApprovalMode, what: Act, ruling: str) -> None:
    assert decide(compiled(mode), what).ruling == ruling


@pytest.mark.parametrize("mode", list(MODES))
def test_no_mode_launches_or_spends_without_a_person(mode: ApprovalMode) -> None:
    for what in (Act("launch"), Act("spend", amount=Money(1, "GBP"))):
        assert decide(compiled(mode), what).ruling == "ask"
    assert all(in_words(row) for row in MODES[mode])


def test_the_first_row_that_fits_rules_and_none_means_asking() -> None:
    rows = (
        PolicyRow(effect="publish", channel="instagram", from_hour=22, to_hour=6, ruling="allow"),
        PolicyRow(effect="publish", channel="facebook", from_hour=9, to_hour=10, up_to_minor=1_000, ruling="allow"),
    )
    at = {hour: decide(rows, act(publish_at=NOON.replace(hour=hour))).ruling for hour in range(24)}
    assert {hour for hour, ruling in at.items() if ruling == "allow"} == {22, 23, 0, 1, 2, 3, 4, 5}
    assert decide(rows, act(platform="facebook", publish_at=NOON.replace(hour=23))).ruling == "ask"
    assert decide(rows, act(platform="facebook", publish_at=NOON.replace(hour=9))).ruling == "ask"
    assert decide((), act()).ruling == "ask"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (PolicyRow(effect="spend", ruling="allow"), "money: has no effect, a person is asked"),
        (PolicyRow(effect="launch", ruling="allow"), "launching a campaign: has no effect, a person is asked"),
        (PolicyRow(effect="spend", up_to_minor=500, ruling="ask"), "money: has no effect, a person is asked"),
        (PolicyRow(ruling="allow"), "posts and emails: goes out without asking"),
        (PolicyRow(effect="spend", ruling="ask"), "money: a person is asked"),
    ],
)
def test_a_row_reads_as_it_rules(row: PolicyRow, says: str) -> None:
    assert in_words(row) == says


RULES = ApprovalRules(
    guardrails=Guardrails(
        words=["cheap"],
        claims=["cures colds"],
        audiences=["rival.example", "ada@example.com"],
        quiet_from=20,
        quiet_to=8,
        quiet_days=[6],
        most_minor=10_000,
    )
)


@pytest.mark.parametrize(
    ("what", "rule"),
    [
        (act(post=replace(PLAIN, text="So CHEAP!")), "words"),
        (act(post=replace(PLAIN, text="So ch\u00adeap")), "words"),
        (act(post=replace(PLAIN, text="So сhеар")), "words"),
        (act(post=replace(PLAIN, hashtags=("#cheap",))), "words"),
        (act(post=replace(PLAIN, title="Cheap bread")), "words"),
        (act(post=replace(PLAIN, text="Our bread cures\n  colds.")), "claims"),
        (act(post=replace(PLAIN, text="Bread against a cold: cured, colds cured. It has cured colds.")), "claims"),
        (act(post=replace(PLAIN, text="Curing cold after cold")), "claims"),
        (act(post=replace(PLAIN, recipients=("bo@rival.example",))), "audiences"),
        (act(post=replace(PLAIN, recipients=("bo@mail.rival.example",))), "audiences"),
        (act(post=replace(PLAIN, recipients=("Ada@Example.com",))), "audiences"),
        (act(publish_at=NOON.replace(hour=21)), "hours"),
        (act(publish_at=NOON.replace(hour=7)), "hours"),
        (act(publish_at=datetime(2026, 12, 6, 12, tzinfo=UTC)), "hours"),
        (Act("spend", amount=Money(10_001, "GBP")), "spend"),
    ],
)
def test_a_broken_rule_is_found_however_it_is_written(what: Act, rule: str) -> None:
    assert [breach.rule for breach in breaches([RULES], what, "UTC")] == [rule]


@pytest.mark.parametrize(
    "what",
    [
        act(),
        act(post=replace(PLAIN, text="Cheapside bakery")),
        act(
            post=replace(PLAIN, text="Cured ham. Colds are going round; a cure for coldness is a curate's colder egg.")
        ),
        act(post=replace(PLAIN, recipients=("bo@notrival.example",))),
        Act("spend", amount=Money(10_000, "GBP")),
    ],
)
def test_what_breaks_no_rule_passes(what: Act) -> None:
    assert breaches([RULES], what, "UTC") == ()


@pytest.mark.parametrize(
    ("forbidden", "text", "found"),
    [
        ("guarantee", "Success guaranteed", True),
        ("guaranteed", "We guarantee success, with guarantees", True),
        ("guarantee", "Guaranteeing nothing", True),
        ("stop", "It stopped", True),
        ("city", "Two cities", True),
        ("free delivery", "Free deliveries", True),
        ("100% safe", "It is 100% safe.", True),
        ("organic", "Our organisation plays the organ, by organization", False),
        ("the best", "The good bread, better than before", False),
        ("price", "A prize, priceless", False),
        ("new", "The news", False),
        ("use", "Us", False),
        ("free delivery", "Free. Delivery costs extra", False),
    ],
)
def test_a_word_is_forbidden_in_all_its_inflections_and_no_other_word_with_it(
    forbidden: str, text: str, found: bool
) -> None:
    rules = ApprovalRules(guardrails=Guardrails(claims=[forbidden]))
    assert bool(breaches([rules], act(post=replace(PLAIN, text=text)), "UTC")) == found


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_forbidden_word_is_found_wherever_it_stands(before: str, after: str) -> None:
    rules = ApprovalRules(guardrails=Guardrails(words=["bargain"]))
    found = breaches([rules], act(post=replace(PLAIN, text=f"{before} bargain {after}")), "UTC")
    assert [breach.rule for breach in found] == ["words"]


async def campaign_of(database: Database, scope: Scope, mode: str, plan_mode: str | None, **more: Any) -> Campaign:
    campaign = Campaign.model_validate({"campaign_id": new_id("cmp"), "name": "Opening", "mode": mode} | more)
    await Repository(database, CAMPAIGNS, scope).insert(campaign)
    if plan_mode:
        content = {"campaign_id": campaign.campaign_id, "mode": plan_mode}
        await approved(database, scope, content, request_type="campaign_plan", campaign_id=campaign.campaign_id)
    return campaign


async def test_a_policy_allows_only_with_the_plan_and_its_mode_approved(
    database: Database, scope: Scope, other_scope: Scope
) -> None:
    authority = Authority(database)
    past = {"publish_at": database.clock.now()}
    allowed = await campaign_of(database, scope, "full_auto", "full_auto")
    permit = await authority.permit(scope, act(campaign_id=allowed.campaign_id, **past))
    assert (permit.by, permit.request_id) == ("policy", None)
    switched = await campaign_of(database, scope, "full_auto", "semi_auto")
    unplanned = await campaign_of(database, scope, "full_auto", None)
    for campaign_id in (switched.campaign_id, unplanned.campaign_id, None):
        with pytest.raises(ApprovalRequired):
            await authority.permit(scope, act(campaign_id=campaign_id, **past))
    with pytest.raises(Forbidden):
        await authority.permit(other_scope, act(campaign_id=allowed.campaign_id, **past))
    plan = await Repository(database, APPROVAL_REQUESTS, scope).find({"campaign_id": allowed.campaign_id})
    await Repository(database, APPROVAL_REQUESTS, scope).update(plan[0].request_id, {"status": "cancelled"})
    with pytest.raises(ApprovalRequired):
        await authority.permit(scope, act(campaign_id=allowed.campaign_id, **past))


async def test_no_approval_and_no_mode_lifts_a_guardrail_but_an_approval_lifts_the_hours(
    database: Database, scope: Scope, clock: ManualClock
) -> None:
    brief = CampaignBrief(additional_context='Never say "bread".')
    campaign = await campaign_of(database, scope, "full_auto", "full_auto", brief=brief.model_dump())
    content = {"posts": [planned(clock)], "audience": None, "budget": None}
    request_id = await approved(database, scope, content)
    asked = act(campaign_id=campaign.campaign_id, publish_at=clock.now())
    for what in (asked, replace(asked, request_id=request_id, post=POST)):
        with pytest.raises(Forbidden, match="forbid the word"):
            await Authority(database).permit(scope, what)
    quiet = AccountSettings(
        settings_id=new_id("set"), approval=ApprovalRules(guardrails=Guardrails(quiet_from=0, quiet_to=23))
    )
    await Repository(database, SETTINGS, scope).insert(quiet)
    free = await campaign_of(database, scope, "full_auto", "full_auto")
    with pytest.raises(ApprovalRequired, match="quiet hours"):
        await Authority(database).permit(scope, replace(asked, campaign_id=free.campaign_id))


async def test_a_back_test_rules_as_the_authority_would(database: Database, scope: Scope, clock: ManualClock) -> None:
    campaign = await campaign_of(database, scope, "semi_auto", "semi_auto")
    unplanned = await campaign_of(database, scope, "full_auto", None)
    quiet = ApprovalRules(guardrails=Guardrails(quiet_from=9, quiet_to=12), timezone="America/New_York")
    late = await campaign_of(database, scope, "full_auto", "full_auto", approval=quiet.model_dump())
    at = {"publish_at": "2026-12-01T15:00:00Z", "link": None}
    ordinary = planned(clock) | at
    priced = planned(clock) | at | {"text": "Only £2"}
    text_message = planned(clock) | at | {"platform": "sms"}
    content = {"posts": [ordinary, priced, text_message], "audience": None, "budget": None}
    mine = {"campaign_id": campaign.campaign_id}
    await approved(database, scope, content, **mine)
    clock.advance(timedelta(days=40))
    await approved(database, scope, content, **mine)
    rejected = await approved(database, scope, {"posts": [ordinary]}, status="rejected", **mine)
    # What the authority always asks for: of no campaign, of no account, of no approved plan, in its campaign's hours.
    await approved(database, scope, {"posts": [ordinary]})
    await approved(database, scope, {"posts": [ordinary | {"account_id": None}]}, **mine)
    await approved(database, scope, {"posts": [ordinary]}, campaign_id=unplanned.campaign_id)
    await approved(database, scope, {"posts": [ordinary]}, campaign_id=late.campaign_id)

    done = await back_test(database, scope, Tried("hybrid"))
    assert (done.posts, done.would_ask, len(done.unasked), done.truncated) == (8, 6, 2, False)
    assert [one.approval_id for one in done.against] == [rejected]
    assert (await back_test(database, scope, Tried("semi_auto"))).unasked == ()
    assert len((await back_test(database, scope, Tried("full_auto"))).unasked) == 4
    rows = (PolicyRow(effect="send", ruling="allow"),)
    assert [one.platform for one in (await back_test(database, scope, Tried("semi_auto", rows))).unasked] == ["sms"]
    assert len((await back_test(database, scope, Tried("full_auto"), campaign_id=late.campaign_id)).unasked) == 0
    part = await back_test(database, scope, Tried("hybrid"), most=2)
    assert (part.posts < done.posts, part.truncated) == (True, True)
    steps = ApprovalRules(steps=[ApprovalStep(name="client")])
    await Repository(database, SETTINGS, scope).insert(AccountSettings(settings_id=new_id("set"), approval=steps))
    assert (await back_test(database, scope, Tried("full_auto"))).unasked == ()


@pytest.mark.parametrize(
    "tightened",
    [
        {"mode": "semi_auto"},
        {"mode": "hybrid", "guardrails": {"quiet_from": 0, "quiet_to": 24}},
        {"rows": [{"effect": "publish", "ruling": "ask"}]},
        {"steps": [{"name": "client"}]},
    ],
)
async def test_what_a_policy_had_approved_is_permitted_while_it_still_would(
    database: Database, scope: Scope, clock: ManualClock, tightened: dict[str, Any]
) -> None:
    campaign = await campaign_of(database, scope, "full_auto", "full_auto")
    content = {"posts": [planned(clock)], "audience": None, "budget": None}
    by_policy = {"decided_via": "policy", "approved_by": "policy:full_auto", "campaign_id": campaign.campaign_id}
    request_id = await approved(database, scope, content, **by_policy)
    by_person = await approved(database, scope, content, campaign_id=campaign.campaign_id)
    it = act(campaign_id=campaign.campaign_id, publish_at=clock.now(), post=POST)
    by_policy_act = replace(it, request_id=request_id, subject_id=effect_id("pst", request_id, 0))
    by_person_act = replace(it, request_id=by_person, subject_id=effect_id("pst", by_person, 0))
    authority = Authority(database)
    permit = await authority.permit(scope, by_policy_act)
    assert (permit.by, permit.request_id) == ("policy", request_id)
    settings = AccountSettings.model_validate({"settings_id": new_id("set"), "approval": tightened})
    await Repository(database, SETTINGS, scope).insert(settings)
    with pytest.raises(ApprovalRequired) as error:
        await authority.permit(scope, by_policy_act)
    assert error.value.details["asked_anew"]
    assert (await authority.permit(scope, by_person_act)).by == "approval"
