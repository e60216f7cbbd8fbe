"""A person asks what it is going to cost, before and after there is a plan, with the offline model."""

from core.scope import Scope
from db.client import Database
from tests.agents.talk import Talk
from tests.agents.test_campaign_talk import BRIEF


async def test_the_cost_of_a_planned_campaign_adds_up(database: Database, scope: Scope) -> None:
    talk = await Talk.begin(database, scope)
    await talk.say("Our second bakery opens in Leeds on 3 December, for local families.")
    assert "That follows from the plan" in (await talk.say("how much will that cost?")).text
    await talk.say(BRIEF)
    told = (await talk.say("what would it cost us all in?")).text
    assert told.startswith("Making the posts comes to about £")
    total, *parts = [round(float(words.split("£")[1].split(" ")[0].strip(":")) * 100) for words in _sums(told)]
    assert parts
    assert sum(parts) == total
    assert "at most the budget of £1,500" in told


def _sums(told: str) -> list[str]:
    return [line for line in told.splitlines() if line.startswith(("Making", "- "))]


async def test_what_is_forbidden_is_noted_and_written_nowhere(database: Database, scope: Scope) -> None:
    talk = await Talk.begin(database, scope)
    await talk.say("Our second bakery opens in Leeds on 3 December, for local families.")
    heard = await talk.say("no discounts and never say 'free'")
    assert heard.agents == ["strategist"]
    assert "no discounts and never say 'free'" in heard.text
    draft = (await talk.say("write a facebook post")).text
    assert "Facebook" in draft
    assert "discount" not in draft
    assert "free" not in draft
