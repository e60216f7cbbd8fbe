"""A campaign is launched, paused, resumed and stopped by saying so, with the offline model."""

from core.scope import Scope
from db.campaigns import CAMPAIGNS
from db.client import Database
from db.repository import Repository
from db.settings import SETTINGS
from tests.agents.talk import Talk

BRIEF = (
    "Our second bakery opens in Leeds on 3 December, I'd like 200 visitors on the opening weekend from local families, "
    "£1,500, LinkedIn and email. Plan it please."
)


async def test_launch_asks_for_plan_and_budget_and_the_rest_is_done_at_once(database: Database, scope: Scope) -> None:
    talk = await Talk.begin(database, scope)
    await talk.say(BRIEF)
    (planned,) = await talk.all(CAMPAIGNS)

    assert "has not been launched, so there is nothing to pause" in (await talk.say("pause the campaign")).text
    asked = await talk.say("great, launch it")
    assert "Launch “" in asked.cards[0]
    assert "£1,500" in asked.cards[0]
    approved = await talk.decide("approve")
    assert "is launched" in approved.text

    campaigns = Repository(database, CAMPAIGNS, scope)
    launched = await campaigns.get(planned.campaign_id)
    assert (launched.status, launched.execution.launch, launched.execution.timezone) == ("review", 1, "Europe/London")
    assert launched.execution.request_id
    await campaigns.update(planned.campaign_id, {"status": "active"})
    more = await talk.say("add £500 to the budget")
    assert "£500 more for “" in more.cards[0]
    assert "Added: £500 more for" in (await talk.decide("approve")).text
    assert (await campaigns.get(planned.campaign_id)).budget.allocated_minor == 200_000
    assert "is paused" in (await talk.say("pause the campaign")).text
    assert (await campaigns.get(planned.campaign_id)).status == "paused"
    await talk.say("resume the campaign")
    assert (await campaigns.get(planned.campaign_id)).status == "active"
    assert "Everything is stopped" in (await talk.say("stop everything!")).text
    (settings,) = await talk.all(SETTINGS)
    assert settings.halt.by == scope.actor_id


async def test_rejected_launch_starts_nothing(database: Database, scope: Scope) -> None:
    talk = await Talk.begin(database, scope)
    await talk.say(BRIEF)
    await talk.say("launch it")
    heard = await talk.decide("reject", "The budget is too high")
    assert "The budget is too high" in heard.text
    (campaign,) = await talk.all(CAMPAIGNS)
    assert (campaign.status, campaign.execution.launch) == ("planning", 0)
