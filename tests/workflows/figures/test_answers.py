"""From a post at the platform to an answer in the chat: figures move over days, and every number adds up."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.ids import new_id
from db.analytics_data import ANALYTICS_DATA, AnalyticsData
from db.campaigns import CAMPAIGNS, Campaign
from db.charts import CHARTS
from db.repository import Repository
from tests.agents.talk import Talk
from tests.workflows.figures.conftest import World, count

DAY = timedelta(days=1)
ID = re.compile(r"`((?:pst|ana)_[0-9a-f]{32})`")


@pytest.fixture
async def spring(world: World) -> Campaign:
    """Two weeks of two campaigns on two channels: from Friday 20 November to Friday 4 December."""
    campaigns = Repository(world.database, CAMPAIGNS, world.scope)
    made = [Campaign(campaign_id=new_id("cmp"), name=name) for name in ("Opening", "Winter sale")]
    for campaign in made:
        await campaigns.insert(campaign)
    await world.connect("facebook", "linkedin")
    posts = [
        await world.publish("facebook", campaign_id=made[0].campaign_id, text="Doors open on Saturday"),
        await world.publish("linkedin", campaign_id=made[1].campaign_id, text="We hire two bakers"),
    ]
    for day in range(15):
        for factor, post in enumerate(posts, 1):
            world.tell(post, views=100 * factor * (day + 1), likes=2 * factor * (day + 1), clicks=5 * factor * day)
        await world.sync(timedelta(0) if day == 0 else DAY)
    return made[0]


def ids(text: str) -> Iterator[str]:
    return (found[1] for found in ID.finditer(text))


async def talk(world: World) -> Talk:
    return await Talk.begin(world.database, world.scope)


async def test_last_week_of_one_channel_is_what_its_days_added(world: World, spring: Campaign) -> None:
    heard = await (await talk(world)).say("how many clicks did Facebook get last week?")
    assert heard.agents == ["analyst"]
    # Monday 23 to Sunday 29 November: 5 clicks a day.
    assert "Clicks 35" in heard.text
    assert "from 23 November 2026 to 29 November 2026" in heard.text
    assert "sum of clicks over 7 daily rows of 1 post" in heard.text
    rows = [row for row in await world.days(platform="facebook") if row.analytics_id in set(ids(heard.text))]
    assert (len(rows), count(rows, "clicks")) == (7, 35)


async def test_all_of_it_is_the_posts_figures_to_date(world: World, spring: Campaign) -> None:
    heard = await (await talk(world)).say("likes per channel")
    assert "Highest likes: LinkedIn with 60" in heard.text
    assert "| Facebook | 30 |" in heard.text
    named = [await world.post_of(one) for one in ids(heard.text)]
    assert sum(post.analytics.likes or 0 for post in named) == 90
    assert "As of Friday 4 December 2026, 09:30" in heard.text


async def test_campaigns_and_months_are_compared(world: World, spring: Campaign) -> None:
    conversation = await talk(world)
    heard = await conversation.say("compare the two campaigns by views")
    assert "Highest views: Winter sale with 3,000" in heard.text
    assert "| Opening | 1,500 |" in heard.text
    heard = await conversation.say("likes in November vs December")
    # 11 days of November with 6 likes each, and 4 of December.
    assert "| Likes | 24 | 66 | -63.6 % |" in heard.text
    behind = await Repository(world.database, ANALYTICS_DATA, world.scope).find({}, limit=500)
    assert sum(count([row], "likes") for row in behind) == 90


async def test_clicks_per_pound_need_money_by_channel(world: World, spring: Campaign) -> None:
    conversation = await talk(world)
    heard = await conversation.say("which channel brought the most clicks per pound?")
    assert "can't be told" in heard.text
    assert "Highest clicks: LinkedIn with 140" in heard.text
    for platform, minor in (("facebook", 1_000), ("linkedin", 7_000)):
        spent = {"ppc": {"ad_spend_minor": minor, "currency": "GBP"}}
        row = {"analytics_id": new_id("ana"), "date": world.clock.now(), "platform": platform, "metrics": spent}
        await Repository(world.database, ANALYTICS_DATA, world.scope).insert(AnalyticsData.model_validate(row))
    heard = await conversation.say("which channel brought the most clicks per pound?")
    assert "Highest clicks per unit of money: Facebook with 7" in heard.text
    assert "| LinkedIn | 2 | 140 | £70 |" in heard.text


async def test_a_chart_is_drawn_and_shown_with_its_table(world: World, spring: Campaign) -> None:
    heard = await (await talk(world)).say("draw me a chart of clicks by day for last week")
    (chart,) = await Repository(world.database, CHARTS, world.scope).find({})
    assert f"![Clicks by day](/api/v1/charts/{chart.chart_id}.svg)" in heard.text
    assert [point.value for point in chart.points] == [15.0] * 7
    assert "| 23 November 2026 | 15 |" in heard.text
    rows = await world.days()
    by_id = {row.analytics_id: row for row in rows}
    assert all(count([by_id[one] for one in point.sources], "clicks") == 15 for point in chart.points)


async def test_best_and_worst_posts_and_the_trend(world: World, spring: Campaign) -> None:
    conversation = await talk(world)
    heard = await conversation.say("which post got the most clicks?")
    assert "Highest clicks: We hire two bakers with 140" in heard.text
    heard = await conversation.say("and the worst post?")
    assert "Lowest clicks: Doors open on Saturday with 70" in heard.text
    heard = await conversation.say("how did likes develop over time?")
    assert "Trend: likes" in heard.text


async def test_old_figures_and_a_closed_account_are_said(world: World, spring: Campaign) -> None:
    world.kits["facebook"].close_account()
    await world.sync(2 * DAY)
    heard = await (await talk(world)).say("how many likes did Facebook get since the launch?")
    assert "Likes 30" in heard.text
    assert "older than a day" in heard.text
    assert "Facebook account “The Bakery on facebook” has to be connected again" in heard.text
