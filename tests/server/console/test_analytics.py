"""Analytics: the figures of the tools with their rows, any period, nothing and zero, hostile names as data."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from core.ids import new_id
from db.analytics_data import ANALYTICS_DATA, AnalyticsData
from db.campaigns import CAMPAIGNS, Campaign
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from db.social_posts import SOCIAL_POSTS, PlatformResult, PostContent, PostSchedule, ResultAnalytics, SocialPost
from server.console.figure_words import figure_text
from tests.server.conftest import Person
from tests.server.console.house import HOSTILE, House

PATH = "/console/analytics"


async def told(house: House, days_ago: int, views: int, *, campaign_id: str | None = None, text: str = HOSTILE) -> str:
    """Store a post with its figures, all of them on the day it went out; return the id of that day's row."""
    now = house.services.clock.now()
    moment = now - timedelta(days=days_ago)
    day = moment.date()
    counts = {"views": views, "likes": views // 10, "comments": 0, "shares": 0, "clicks": views // 20}
    known = {"day": day.isoformat(), "synced_at": now, "changed_at": now}
    figures = ResultAnalytics.model_validate(known | counts)
    result = PlatformResult(
        platform="twitter", account_id="1", status="published", published_at=moment, analytics=figures
    )
    post = SocialPost(
        post_id=new_id("pst"), campaign_id=campaign_id, platforms=[result], content=PostContent(message=text),
        schedule=PostSchedule(publish_at=moment), delivery="made",
    )  # fmt: skip
    await house.repository(SOCIAL_POSTS).insert(post)
    kept = {"twitter": {**counts, "engagement": views // 10, "posts": 1}}
    row = AnalyticsData.model_validate(
        {
            "analytics_id": new_id("ana"),
            "campaign_id": campaign_id,
            "post_id": post.post_id,
            "platform": "twitter",
            "day": day.isoformat(),
            "timezone": "Europe/London",
            "date": datetime(day.year, day.month, day.day, tzinfo=UTC),
            "synced_at": now,
            "metrics": {"social": {"posts_published": 1, "by_platform": kept}},
        }
    )
    return (await house.repository(ANALYTICS_DATA).insert(row)).analytics_id


def charts(page: httpx.Response) -> list[dict[str, Any]]:
    return [orjson.loads(html.unescape(spec)) for spec in re.findall(r'data-chart="([^"]*)"', page.text)]


def tile(page: httpx.Response, name: str) -> str:
    found = re.search(rf'<span class="name">{name}</span>(.*?)</details>', page.text, re.DOTALL)
    assert found, page.text
    return found[1]


async def test_figures_are_those_of_the_tools_each_with_its_rows(
    house: House, person: Person, viewer: Person, stranger: Person
) -> None:
    campaign = Campaign(campaign_id=new_id("cmp"), name=HOSTILE, status="active")
    await house.repository(CAMPAIGNS).insert(campaign)
    recent = [await told(house, days, 1000 * days, campaign_id=campaign.campaign_id) for days in (1, 2)]
    old = await told(house, 9, 600)
    for one in (person, viewer):
        page = await one.client.get(f"{PATH}?days=7&compare=1")
        views = tile(page, "Views")
        assert "<b>3,000</b>" in views
        assert "+400 %" in views
        assert "before 600" in views
        assert "Sum of views over 2 daily rows of 2 posts" in views
        assert all(row in views for row in recent)
        assert old not in views
        assert not re.search(r"<img src=x|<b>bold|54439", page.text)
    assert "<b>3,600</b>" in tile(await person.client.get(f"{PATH}?days=30"), "Views")
    one_day = await person.client.get(f"{PATH}?since=2026-11-18&until=2026-11-18&metric=views")
    assert "<b>2,000</b>" in tile(one_day, "Views")
    ranking = (await person.client.get(f"{PATH}?metric=clicks")).text
    assert [int(count) for count in re.findall(r'<b class="value">(\d+)</b>', ranking)] == [100, 50, 30]
    nothing = await stranger.client.get(PATH)
    assert "No figures in this period" in nothing.text
    assert charts(nothing) == []


async def test_charts_hold_words_as_data_alone_and_every_bar_has_a_table(house: House, person: Person) -> None:
    campaign = Campaign(campaign_id=new_id("cmp"), name=f"datum.y {HOSTILE}", status="active")
    await house.repository(CAMPAIGNS).insert(campaign)
    rows = [await told(house, 3, 500, campaign_id=campaign.campaign_id), await told(house, 1, 0)]
    page = await person.client.get(f"{PATH}?days=7&metric=engagement&split=1")
    specs = charts(page)
    assert [spec.get("mark", {}).get("type", "layers") for spec in specs] == ["layers", "bar", "bar"]
    for spec in specs:
        values = spec.pop("data")["values"]
        assert all(set(value) == {"x", "y", "series"} for value in values)
        assert b"datum" not in orjson.dumps(spec)
        assert b"http" not in orjson.dumps({name: part for name, part in spec.items() if name != "$schema"})
    assert [value["y"] for value in charts(page)[0]["data"]["values"]] == [None, None, None, 50, 0, 0, 0]
    assert all(row in page.text for row in rows)
    table = page.text[page.text.index("The figures and the rows behind them") :]
    assert table.count("sum of engagement over 1 daily row of 1 post") >= 4


async def test_zero_nothing_and_old_figures_are_told_apart(house: House, person: Person) -> None:
    await told(house, 1, 0)
    page = await person.client.get(f"{PATH}?days=7&compare=1")
    assert "<b>0</b>" in tile(page, "Views")
    assert "<b>–</b>" in tile(page, "Engagement rate")
    assert "views is 0" in tile(page, "Engagement rate")
    assert "nothing before" in tile(page, "Views")
    assert "Emails sent" not in page.text
    account = SocialAccount(
        social_account_id=new_id("acc"), platform="twitter", account_id="1", account_name=HOSTILE, status="expired",
        last_synced=house.services.clock.now() - timedelta(days=3),
    )  # fmt: skip
    await house.repository(SOCIAL_ACCOUNTS).insert(account)
    old = (await person.client.get(f"{PATH}?days=7")).text
    assert "has to be connected again" in old
    assert "older than a day" in old
    assert "<img src=x" not in old


@pytest.mark.parametrize(
    "query", ["days=0", "days=1000", "since=2026-11-20&until=2026-11-01", "since=2020-01-01", "metric=secrets"]
)
async def test_a_period_that_can_not_be_is_said(person: Person, query: str) -> None:
    assert (await person.client.get(f"{PATH}?{query}")).status_code == 422


async def test_the_script_is_made_once_without_an_address_and_only_for_people_here(
    person: Person, client: httpx.AsyncClient
) -> None:
    first = await person.client.get("/console/vega.js", timeout=120)
    assert "vegaEmbed" in first.text
    assert "immutable" in first.headers["cache-control"]
    again = await person.client.get("/console/vega.js", headers={"Accept-Encoding": "identity"})
    assert again.text == first.text
    assert (await client.get("/console/vega.js")).status_code == 303


@pytest.mark.parametrize(
    ("metric", "value", "currency", "words"),
    [
        ("views", 1234567.0, "", "1,234,567"),
        ("views", None, "", "–"),
        ("open_rate", 0.256, "", "25.6 %"),
        ("engagement_rate", 5.94, "", "5.9 %"),
        ("spend", 1500.5, "GBP", "GBP 1,500.50"),
        ("roas", 2.345, "", "2.35"),
    ],
)
def test_figures_read_with_their_unit(metric: str, value: float | None, currency: str, words: str) -> None:
    assert figure_text(metric, value, currency) == words
