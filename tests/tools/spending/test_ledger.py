"""The cap holds against a hundred who spend at once, to the penny, and a repeat charges nothing."""

import asyncio
from datetime import timedelta

import pytest

from core.clock import ManualClock
from core.errors import ApprovalRequired, BudgetExceeded, Forbidden, Halted, InvalidInput
from core.ids import new_id
from core.money import Money
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS, Budget, Campaign
from db.client import Database
from db.repository import Repository
from db.spend_entries import SPEND_ENTRIES
from tests.tools.conftest import Desk
from tools.approval.act import Act
from tools.approval.authority import Authority
from tools.approval.payload import payload_hash
from tools.approval.requests import ApprovalRequests
from tools.budgets import request_budget
from tools.runner import ToolRunner
from tools.spending.ledger import Ledger

CAP = 10_000


class Spender:
    """A campaign with an approved budget, and somebody who spends from it."""

    def __init__(self, database: Database, scope: Scope, clock: ManualClock) -> None:
        self.database = database
        self.scope = scope
        self.campaigns = Repository(database, CAMPAIGNS, scope)
        self.authority = Authority(database)
        self.ledger = Ledger(database)
        self.clock = clock
        self.campaign_id = new_id("cmp")
        self.request_id = new_id("apr")

    async def begin(self) -> "Spender":
        budget = Budget(allocated_minor=CAP, remaining_minor=CAP, currency="GBP")
        made = Campaign(campaign_id=self.campaign_id, name="Opening", status="generating", budget=budget)
        await self.campaigns.insert(made)
        content = {"campaign_id": self.campaign_id, "budget": {"amount_minor": CAP, "currency": "GBP"}}
        await Repository(self.database, APPROVAL_REQUESTS, self.scope).insert(
            ApprovalRequest(
                request_id=self.request_id,
                campaign_id=self.campaign_id,
                request_type="campaign_plan",
                tool="launch_campaign",
                call_id=new_id("call"),
                run_id="",
                content=content,
                payload_hash=payload_hash(content),
                status="approved",
                requested_by="strategist",
                approved_by=self.scope.user_id,
                expires_at=self.clock.now() + timedelta(days=7),
            )
        )
        return self

    async def spend(self, minor: int, key: str) -> bool:
        amount = Money(minor, "GBP")
        act = Act("spend", campaign_id=self.campaign_id, request_id=self.request_id, amount=amount)
        try:
            permit = await self.authority.permit(self.scope, act)
            await self.ledger.commit(self.scope, self.campaign_id, amount, permit, key=key, item="social_post")
        except BudgetExceeded:
            return False
        return True

    async def book(self) -> tuple[int, int, int]:
        """What is used, what remains, and what the ledger adds up to."""
        budget = (await self.campaigns.get(self.campaign_id)).budget
        entries = await Repository(self.database, SPEND_ENTRIES, self.scope).find({}, limit=1000)
        return budget.used_minor, budget.remaining_minor, sum(entry.amount_minor for entry in entries)


@pytest.fixture
async def spender(database: Database, scope: Scope, clock: ManualClock) -> Spender:
    return await Spender(database, scope, clock).begin()


async def test_a_hundred_at_once_do_not_pass_the_cap_by_a_penny(spender: Spender) -> None:
    done = await asyncio.gather(*(spender.spend(333, f"piece {n}") for n in range(100)))

    assert sum(done) == CAP // 333
    assert await spender.book() == (9_990, 10, 9_990)
    assert [await spender.spend(11, "large"), await spender.spend(10, "small")] == [False, True]
    assert await spender.book() == (CAP, 0, CAP)


async def test_what_is_done_again_is_charged_once(spender: Spender) -> None:
    assert all(await asyncio.gather(*(spender.spend(400, "the same") for _ in range(20))))
    assert await spender.book() == (400, CAP - 400, 400)


async def test_repeat_after_the_budget_is_used_up_is_still_the_first_charge(spender: Spender) -> None:
    assert await spender.spend(CAP, "all of it")
    assert await spender.spend(CAP, "all of it")
    assert not await spender.spend(1, "one more")


async def test_nothing_is_spent_while_the_campaign_stands_still(spender: Spender) -> None:
    await spender.campaigns.update(spender.campaign_id, {"status": "paused"})
    with pytest.raises(Halted):
        await spender.spend(100, "a")
    assert await spender.book() == (0, CAP, 0)


async def test_more_than_was_approved_and_another_amount_than_permitted_are_refused(spender: Spender) -> None:
    with pytest.raises(ApprovalRequired):
        await spender.spend(CAP + 1, "a")
    act = Act("spend", spender.campaign_id, spender.request_id, amount=Money(5, "GBP"))
    permit = await spender.authority.permit(spender.scope, act)
    for campaign_id, minor in ((spender.campaign_id, 6), (new_id("cmp"), 5)):
        with pytest.raises(Forbidden):
            await spender.ledger.commit(
                spender.scope, campaign_id, Money(minor, "GBP"), permit, key="k", item="social_post"
            )
    assert await spender.book() == (0, CAP, 0)


async def test_a_budget_is_raised_once_by_what_was_approved_while_others_spend(spender: Spender, scope: Scope) -> None:
    runner = ToolRunner([request_budget])
    requests = ApprovalRequests(spender.database, runner.payload_model, finish_edit=runner.finish_edit)
    desk = Desk(spender.database, scope, spender.clock, campaign_id=spender.campaign_id)
    arguments = {"amount": "£50", "reason": "A second flyer"}

    async def ask() -> str:
        outcome = await runner.call("request_budget", arguments, desk.call_context())
        assert outcome.interrupt is not None, outcome.content
        return outcome.interrupt.approval_id

    await ask()
    asked = await ask()
    waiting = await Repository(spender.database, APPROVAL_REQUESTS, scope).find({"status": "pending"})
    assert [request.request_id for request in waiting] == [asked]
    for more in ({"amount_minor": 5_001}, {"currency": "EUR"}, {"amount_minor": 0}):
        with pytest.raises(InvalidInput):
            await requests.decide(scope, asked, "approve", edits={"budget": more}, via="web")
    approved = await requests.decide(scope, asked, "approve", edits={"budget": {"amount_minor": 3_000}}, via="web")

    spending = [spender.spend(333, f"piece {n}") for n in range(100)]
    raising = [runner.execute(approved, desk.call_context()) for _ in range(10)]
    _, raised = await asyncio.gather(asyncio.gather(*spending), asyncio.gather(*raising))
    assert all(outcome.ok for outcome in raised)
    for n in range(100):
        await spender.spend(333, f"piece {n}")
    used, remaining, entries = await spender.book()
    assert (used, remaining, entries) == (39 * 333, 13_000 - 39 * 333, 39 * 333)
    assert (await spender.campaigns.get(spender.campaign_id)).budget.allocated_minor == 13_000
    assert (await spender.campaigns.get(spender.campaign_id)).status == "generating"


async def test_no_budget_is_raised_without_an_approval_of_it_or_of_a_campaign_that_is_over(
    spender: Spender, scope: Scope
) -> None:
    runner = ToolRunner([request_budget])
    requests = ApprovalRequests(spender.database)
    desk = Desk(spender.database, scope, spender.clock, campaign_id=spender.campaign_id)
    for wrong in ("€50", "none", "more"):
        refused = await runner.call("request_budget", {"amount": wrong, "reason": "x"}, desk.call_context())
        assert not refused.ok
    outcome = await runner.call("request_budget", {"amount": "£50", "reason": "x"}, desk.call_context())
    assert outcome.interrupt is not None
    pending = await Repository(spender.database, APPROVAL_REQUESTS, scope).get(outcome.interrupt.approval_id)
    with pytest.raises(Forbidden):
        await runner.execute(pending, desk.call_context())
    permit = await spender.authority.permit(
        scope, Act("spend", spender.campaign_id, spender.request_id, amount=Money(1, "GBP"))
    )
    with pytest.raises(Forbidden):
        await spender.ledger.raise_cap(scope, spender.campaign_id, Money(2, "GBP"), permit)
    approved = await requests.decide(scope, pending.request_id, "approve", via="web")
    await spender.campaigns.change(spender.campaign_id, {"status": "completed"})
    assert not (await runner.execute(approved, desk.call_context())).ok
    assert (await spender.campaigns.get(spender.campaign_id)).budget.allocated_minor == CAP


async def test_a_charge_above_the_first_budget_is_covered_once_it_was_raised(spender: Spender, scope: Scope) -> None:
    runner = ToolRunner([request_budget])
    desk = Desk(spender.database, scope, spender.clock, campaign_id=spender.campaign_id)
    with pytest.raises(ApprovalRequired):
        await spender.spend(CAP + 1, "large")
    outcome = await runner.call("request_budget", {"amount": "£1", "reason": "x"}, desk.call_context())
    assert outcome.interrupt is not None
    approved = await ApprovalRequests(spender.database).decide(
        scope, outcome.interrupt.approval_id, "approve", via="web"
    )
    assert (await runner.execute(approved, desk.call_context())).ok
    assert await spender.spend(CAP + 1, "large")


async def test_a_day_has_its_own_cap_and_the_next_begins_anew(spender: Spender, clock: ManualClock) -> None:
    brief = {"brief.additional_context": "No more than £50 a day."}
    await spender.campaigns.change(spender.campaign_id, brief)
    done = await asyncio.gather(*(spender.spend(600, f"piece {n}") for n in range(20)))
    assert (sum(done), await spender.book()) == (8, (4_800, CAP - 4_800, 4_800))
    assert await spender.spend(600, "piece 0") == done[0], "a repeat is what it was"
    with pytest.raises(Forbidden, match="at once"):
        await spender.spend(5_001, "large")
    clock.advance(timedelta(days=1))
    assert await spender.spend(600, "tomorrow")
    assert await spender.book() == (5_400, CAP - 5_400, 5_400)
