"""Figures come from stored rows of this account, name them, and say how old they are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from core.errors import NotFound, ToolInputError
from core.ids import new_id
from db.analytics_data import ANALYTICS_DATA, AnalyticsData
from db.email_campaigns import EMAIL_CAMPAIGNS, EmailCampaign
from db.managed_urls import MANAGED_URLS, ManagedUrl
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS, SocialPost
from db.spend_entries import SPEND_ENTRIES, SpendEntry
from tests.tools.conftest import PLAN, Desk
from tools.analytics import query_metrics
from tools.campaigns import create_campaign_plan
from tools.figures.answer import MOST_SOURCES

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
FRESH = NOW - timedelta(minutes=20)


async def post(desk: Desk, day: str = "2026-11-10T12:00:00Z", platform: str = "instagram", **figures: Any) -> str:
    campaign_id = figures.pop("campaign_id", None)
    analytics = {"last_synced": FRESH} | figures if figures else {}
    document = {
        "post_id": new_id("pst"),
        "campaign_id": campaign_id,
        "platforms": [{"platform": platform, "status": "published", "published_at": day}],
        "analytics": analytics,
    }
    return (
        await Repository(desk.database, SOCIAL_POSTS, desk.scope).insert(SocialPost.model_validate(document))
    ).post_id


async def email(desk: Desk, **figures: Any) -> str:
    document = {
        "campaign_id": new_id("eml"),
        "name": "News",
        "status": "sent",
        "sent_at": "2026-11-11T08:00:00Z",
        "analytics": {"last_synced": FRESH} | figures,
    }
    stored = await Repository(desk.database, EMAIL_CAMPAIGNS, desk.scope).insert(EmailCampaign.model_validate(document))
    return stored.campaign_id


async def day(desk: Desk, metrics: dict[str, Any], date: str = "2026-11-12T00:00:00Z", **fields: Any) -> str:
    document = {"analytics_id": new_id("ana"), "date": date, "metrics": metrics} | fields
    stored = await Repository(desk.database, ANALYTICS_DATA, desk.scope).insert(AnalyticsData.model_validate(document))
    return stored.analytics_id


async def test_without_data_there_is_no_figure_and_it_says_so(ready: Desk) -> None:
    told = await ready.call(query_metrics, metrics=["engagement_rate", "ctr"])
    assert told["rows"] == []
    assert "Nothing is stored for engagement_rate, ctr" in told["note"]
    assert told["stale"] is False
    assert told["as_of"] is None
    assert set(told["definitions"]) == {"engagement_rate", "ctr"}


async def test_each_figure_names_its_rows_and_how_it_was_worked_out(ready: Desk) -> None:
    first = await post(ready, likes=30, comments=5, shares=5, views=1_000, clicks=12, impressions=2_400)
    second = await post(ready, likes=10, comments=0, shares=0, views=1_000, clicks=0, impressions=600)
    mail = await email(ready, sent=100, delivered=80, opened=20, clicked=4)
    told = await ready.call(query_metrics, metrics="engagement rate, CTR, open_rate, likes")
    (row,) = told["rows"]
    assert row["key"] == "total"
    assert row["values"] == {"engagement_rate": 2.5, "ctr": 0.004, "open_rate": 0.25, "likes": 40}
    assert set(row["sources"]) == {first, second, mail}
    assert set(row["sources_by_metric"]["ctr"]) == {first, second}
    assert row["sources_by_metric"]["open_rate"] == [mail]
    assert row["aggregation"]["likes"] == "sum of likes over 2 posts"
    assert told["as_of"] == FRESH.isoformat()
    assert told["stale"] is False
    assert told["period"] == {"since": "2026-11-10", "until": "2026-11-20"}


async def test_figures_older_than_a_day_are_called_stale(ready: Desk) -> None:
    await post(ready, likes=1)
    await post(ready, likes=1, last_synced=NOW - timedelta(days=2))
    told = await ready.call(query_metrics, metrics=["likes"])
    assert told["stale"] is True
    assert told["as_of"] == (NOW - timedelta(days=2)).isoformat()
    assert "older than a day" in told["note"]


async def test_posts_without_figures_are_counted_but_not_measured(ready: Desk) -> None:
    measured = await post(ready, likes=4, views=100)
    bare = await post(ready)
    told = await ready.call(query_metrics, metrics=["posts", "likes", "engagement_rate"])
    (row,) = told["rows"]
    assert row["values"] == {"posts": 2, "likes": 4, "engagement_rate": 4}
    assert row["sources_by_metric"]["likes"] == [measured]
    assert set(row["sources"]) == {measured, bare}


async def test_figures_by_platform_campaign_post_and_day(ready: Desk) -> None:
    campaign = (await ready.call(create_campaign_plan, **PLAN))["campaign_id"]
    first = await post(ready, likes=5, campaign_id=campaign)
    second = await post(ready, "2026-11-12T23:30:00Z", "linkedin", likes=9)
    by_platform = await ready.call(query_metrics, metrics=["likes"], group_by="channel")
    assert [(row["key"], row["values"]["likes"]) for row in by_platform["rows"]] == [("linkedin", 9), ("instagram", 5)]
    by_campaign = await ready.call(query_metrics, metrics=["likes"], group_by="campaign")
    assert {row["key"]: row.get("label") for row in by_campaign["rows"]} == {
        campaign: "Leeds opening",
        "no campaign": None,
    }
    by_post = await ready.call(query_metrics, metrics=["likes"], group_by="post")
    assert [row["sources"] for row in by_post["rows"]] == [[second], [first]]
    ready.timezone = "Europe/Berlin"
    by_day = await ready.call(query_metrics, metrics=["likes"], group_by="day")
    assert [row["key"] for row in by_day["rows"]] == ["2026-11-10", "2026-11-13"]
    only = await ready.call(query_metrics, metrics=["likes"], campaign_id=campaign)
    assert only["rows"][0]["sources"] == [first]


async def test_the_period_is_inclusive_in_the_person_s_days(ready: Desk) -> None:
    await post(ready, "2026-11-09T23:59:59Z", likes=1)
    inside = await post(ready, "2026-11-10T00:00:00Z", likes=2)
    await post(ready, "2026-11-11T00:00:00Z", likes=4)
    told = await ready.call(query_metrics, metrics=["likes"], since="2026-11-10", until="2026-11-10")
    assert told["rows"][0]["sources"] == [inside]


async def test_advertising_figures_come_from_daily_rows(ready: Desk) -> None:
    one = await day(
        ready, {"ppc": {"ad_spend_minor": 10_000, "currency": "GBP", "clicks": 50, "conversions": 4, "roas": 3}}
    )
    two = await day(
        ready,
        {"ppc": {"ad_spend_minor": 30_000, "currency": "GBP", "clicks": 150, "conversions": 0, "roas": 1}},
        "2026-11-13T00:00:00Z",
    )
    told = await ready.call(query_metrics, metrics=["cpc", "cpa", "roas", "ad_spend"])
    (row,) = told["rows"]
    assert row["values"] == {"cpc": 2, "cpa": 100, "roas": 1.5, "ad_spend": 400}
    assert row["currency"] == "GBP"
    assert set(row["sources"]) == {one, two}


async def test_daily_totals_stand_in_only_where_posts_have_no_figures(ready: Desk) -> None:
    total = await day(ready, {"social": {"total_reach": 900, "posts_published": 3}})
    told = await ready.call(query_metrics, metrics=["reach"])
    assert (told["rows"][0]["values"], told["rows"][0]["sources"]) == ({"reach": 900}, [total])
    measured = await post(ready, reach=40)
    told = await ready.call(query_metrics, metrics=["reach"])
    assert (told["rows"][0]["values"], told["rows"][0]["sources"]) == ({"reach": 40}, [measured])


async def test_a_campaign_s_daily_rows_are_not_added_to_the_account_s(ready: Desk) -> None:
    campaign = (await ready.call(create_campaign_plan, **PLAN))["campaign_id"]
    ads = {"currency": "GBP", "clicks": 10}
    whole = await day(ready, {"ppc": ads | {"ad_spend_minor": 500}})
    part = await day(ready, {"ppc": ads | {"ad_spend_minor": 200}}, campaign_id=campaign)
    told = await ready.call(query_metrics, metrics=["ad_spend"])
    assert (told["rows"][0]["values"]["ad_spend"], told["rows"][0]["sources"]) == (5, [whole])
    told = await ready.call(query_metrics, metrics=["ad_spend"], campaign_id=campaign)
    assert (told["rows"][0]["values"]["ad_spend"], told["rows"][0]["sources"]) == (2, [part])


async def test_daily_social_figures_by_platform(ready: Desk) -> None:
    platforms = {"instagram": {"reach": 600}, "facebook": {"total_reach": 300}}
    await day(ready, {"social": {"total_reach": 900, "by_platform": platforms}})
    told = await ready.call(query_metrics, metrics=["reach"], group_by="platform")
    assert {row["key"]: row["values"]["reach"] for row in told["rows"]} == {"instagram": 600, "facebook": 300}


async def test_visitors_of_links_by_channel_and_day(ready: Desk) -> None:
    links = Repository(ready.database, MANAGED_URLS, ready.scope)
    for platform, by_day in (("instagram", {"2026-11-10": 4, "2026-11-18": 3}), ("email", {"2026-11-18": 9})):
        url = {"url_id": new_id("url"), "code": new_id("cod"), "source_type": "social_post", "source_id": "cnt_1"}
        shared = {"original_url": "https://shop.example", "url": "https://shop.example", "platform": platform}
        await links.insert(ManagedUrl.model_validate(url | shared | {"clicks_by_day": by_day}))
    told = await ready.call(query_metrics, metrics=["link_clicks"], group_by="platform", period="last 7 days")
    assert [(row["key"], row["values"]["link_clicks"]) for row in told["rows"]] == [("email", 9), ("instagram", 3)]
    assert told["rows"][0]["aggregation"]["link_clicks"] == "sum of link_clicks over 1 link"


async def test_charges_count_for_the_channel_they_were_for(ready: Desk) -> None:
    first = await post(ready, platform="instagram", clicks=40)
    second = await post(ready, platform="facebook", clicks=30)
    charges = Repository(ready.database, SPEND_ENTRIES, ready.scope)
    for subject, minor in ((first, 2_000), (second, 1_000)):
        charge = SpendEntry(
            entry_id=new_id("spe"), campaign_id="cmp_1", amount_minor=minor, currency="GBP", item="boost",
            subject_id=subject, allowed_by="policy",
        )  # fmt: skip
        await charges.insert(charge)
    told = await ready.call(query_metrics, metrics=["clicks_per_spend", "spend"], group_by="platform")
    values = [(row["key"], row["values"]["clicks_per_spend"], row["values"]["spend"]) for row in told["rows"]]
    assert values == [("facebook", 3, 10), ("instagram", 2, 20)]
    assert first in told["rows"][1]["sources"]


async def test_periods_in_words_are_compared(ready: Desk) -> None:
    await post(ready, "2026-10-12T12:00:00Z", likes=10)
    await post(ready, "2026-11-12T12:00:00Z", likes=15)
    told = await ready.call(query_metrics, metrics=["likes"], period="November", compare_with="October")
    (row,) = told["rows"]
    assert (row["values"]["likes"], row["before"]["values"]["likes"], row["change_percent"]["likes"]) == (15, 10, 50)
    assert row["before"]["sources"] != row["sources"]
    assert told["compared_with"] == {"since": "2026-10-01", "until": "2026-10-31"}
    with pytest.raises(ToolInputError, match="last 30 days"):
        await ready.call(query_metrics, metrics=["likes"], period="when the moon is full")


async def test_long_lists_of_rows_and_sources_are_cut_and_counted(ready: Desk) -> None:
    for number in range(MOST_SOURCES + 5):
        await post(ready, likes=number)
    (row,) = (await ready.call(query_metrics, metrics=["likes"]))["rows"]
    assert (len(row["sources"]), row["more_sources"]) == (MOST_SOURCES, 5)
    told = await ready.call(query_metrics, metrics=["likes"], group_by="post")
    assert len(told["rows"]) == 50
    assert "5 more rows are not shown" in told["note"]


async def test_reading_changes_nothing(ready: Desk) -> None:
    await post(ready, likes=3)
    before = await ready.everything()
    await ready.call(query_metrics, metrics=["likes"], group_by="day")
    assert await ready.everything() == before


async def test_another_account_s_figures_do_not_exist(ready: Desk, stranger: Desk) -> None:
    campaign = (await stranger.call(create_campaign_plan, **PLAN))["campaign_id"]
    await post(stranger, likes=99, campaign_id=campaign)
    await email(stranger, sent=10, delivered=10)
    await day(stranger, {"ppc": {"ad_spend_minor": 5, "currency": "GBP"}})
    assert (await ready.call(query_metrics, metrics=["likes", "delivered", "ad_spend"]))["rows"] == []
    with pytest.raises(NotFound):
        await ready.call(query_metrics, metrics=["likes"], campaign_id=campaign)


@pytest.mark.parametrize("metrics", [[], ["happiness"], "", {"$ne": 1}, ["likes"] * 17])
async def test_unknown_figures_are_refused_with_the_known_ones(ready: Desk, metrics: Any) -> None:
    with pytest.raises(ValidationError):
        await ready.call(query_metrics, metrics=metrics)
