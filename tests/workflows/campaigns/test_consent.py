"""The approval of plan and budget a campaign starts with: who has to give it, and of which plan."""

from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalStep
from db.campaigns import CAMPAIGNS
from db.settings import SETTINGS, AccountSettings
from server.rest.campaign_control import Launch, launch
from tests.workflows.campaigns.conftest import TIMEZONE, CampaignHouse
from tools.tool import ToolContext
from workflows.campaigns.consent import CHANGED

CLIENT = "client@shop.example"
STEPS = [ApprovalStep(name="internal"), ApprovalStep(name="client", approvers=[CLIENT])]


async def ask_in_steps(house: CampaignHouse) -> None:
    settings = AccountSettings(settings_id="set_steps")
    settings.approval.steps.extend(STEPS)
    await house.repository(SETTINGS).insert(settings)


def context(house: CampaignHouse) -> ToolContext:
    return ToolContext(
        scope=house.scope,
        database=house.services.database,
        clock=house.clock,
        conversation_id="",
        run_id=new_id("run"),
        call_id=new_id("call"),
        agent="strategist",
        timezone=TIMEZONE,
        context={},
    )


async def test_plan_and_budget_take_every_step_the_rules_name(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    await ask_in_steps(house)
    planned = await house.planned("full_auto", ["linkedin"], days=5)
    # In the chat: the tool asks, and the workflow takes its approval over.
    runner = house.services.turns.house.runner
    outcome = await runner.call("launch_campaign", {"campaign_id": planned.campaign_id}, context(house))
    assert outcome.interrupt is not None, outcome.content
    in_chat = await house.repository(APPROVAL_REQUESTS).get(outcome.interrupt.approval_id)
    assert (in_chat.steps, in_chat.campaign_id) == (STEPS, planned.campaign_id)
    await house.services.decisions.requests.void(house.scope, in_chat.request_id, "Asked over REST.")

    # Over REST, and in the console, which calls the same: the workflow asks.
    await launch(planned.campaign_id, house.scope, house.services, Launch(timezone=TIMEZONE))
    await house.settle()
    (asked,) = await house.waiting()
    assert asked.steps == STEPS

    await house.decide()
    await house.settle()
    assert (await house.campaign(planned)).status == "review"
    await house.services.decisions.decide(
        Scope(house.scope.user_id, CLIENT, "user"), asked.request_id, "approve", via="link"
    )
    await house.settle()
    assert (await house.campaign(planned)).status == "publishing"


async def test_no_policy_signs_a_step_in_a_persons_place(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    await ask_in_steps(house)
    planned = await house.planned("full_auto", ["linkedin"], days=5)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    client = Scope(house.scope.user_id, CLIENT, "user")
    for _ in range(2):
        await house.settle()
        (asked,) = await house.waiting()
        assert (asked.step, asked.signatures) == (0, [])
        await house.decide()
        await house.settle()
        assert len(await house.waiting()) == 1
        await house.services.decisions.decide(client, asked.request_id, "approve", via="link")
    await house.settle()
    assert (await house.campaign(planned)).status == "active"


async def test_a_plan_that_has_changed_since_it_was_approved_is_not_begun(house: CampaignHouse) -> None:
    planned = await house.planned("full_auto", ["linkedin"], days=5)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    # Past every tool, which would have withdrawn the request: what begins is compared with what was approved.
    more = {"budget.allocated_minor": 90_000, "budget.remaining_minor": 90_000}
    await house.repository(CAMPAIGNS).change(planned.campaign_id, more)
    assert await house.decide() == 1
    await house.settle()
    back = await house.campaign(planned)
    assert (back.status, back.execution.reason) == ("planning", CHANGED)

    # Asked for once more, it says what has changed since, in the chat as over REST.
    await house.repository(CAMPAIGNS).change(planned.campaign_id, {"status": "review", "execution.launch": 0})
    outcome = await house.services.turns.house.runner.call(
        "launch_campaign", {"campaign_id": planned.campaign_id}, context(house)
    )
    assert outcome.interrupt is not None, outcome.content
    assert "Changed: budget amount." in outcome.interrupt.message
    (change,) = outcome.interrupt.difference
    assert (change["before"], change["after"]) == ("50000", "90000")
