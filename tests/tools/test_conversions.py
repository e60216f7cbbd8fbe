"""Reported conversions: each once, kept by day, and what CPA, ROAS and conversion rate are worked out from."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from core.ids import new_id
from db.analytics_data import ANALYTICS_DATA
from db.campaigns import CAMPAIGNS, Campaign
from db.repository import Repository
from tests.tools.conftest import Desk
from tests.tools.test_analytics import post
from tools.analytics import query_metrics
from tools.conversions import ConversionBook, Report


async def campaign(desk: Desk) -> str:
    made = Campaign(campaign_id=new_id("cmp"), name="Opening")
    return (await Repository(desk.database, CAMPAIGNS, desk.scope).insert(made)).campaign_id


async def value(desk: Desk, metric: str) -> object:
    told = await desk.call(query_metrics, metrics=[metric], since="2026-11-01", until="2026-11-30")
    return told["rows"][0]["values"][metric] if told["rows"] else None


async def test_report_that_is_repeated_counts_once_and_another_under_its_id_is_refused(ready: Desk) -> None:
    book, campaign_id = ConversionBook(ready.database, ready.scope), await campaign(ready)
    report = Report("order-1", campaign_id=campaign_id, revenue_minor=4_000, currency="GBP")
    first, *_ = await asyncio.gather(*[book.take(report) for _ in range(5)])
    assert (await book.take(report)).conversion_id == first.conversion_id
    with pytest.raises(Conflict, match="order-1"):
        await book.take(replace(report, revenue_minor=5_000))
    (row,) = await Repository(ready.database, ANALYTICS_DATA, ready.scope).find({})
    assert row.metrics.ppc
    assert (row.metrics.ppc.conversions, row.metrics.ppc.revenue_minor) == (1, 4_000)


async def test_reports_at_the_same_time_are_all_in_the_row_of_the_day(ready: Desk) -> None:
    book, campaign_id = ConversionBook(ready.database, ready.scope), await campaign(ready)
    reports = [Report(f"order-{n}", campaign_id=campaign_id, spend_minor=10, currency="GBP") for n in range(6)]
    await asyncio.gather(*[book.take(report) for report in reports])
    (row,) = await Repository(ready.database, ANALYTICS_DATA, ready.scope).find({})
    assert row.metrics.ppc
    assert (row.metrics.ppc.conversions, row.metrics.ppc.ad_spend_minor) == (6, 60)


async def test_cpa_cpc_and_roas_follow_from_what_was_reported(ready: Desk) -> None:
    book, campaign_id = ConversionBook(ready.database, ready.scope), await campaign(ready)
    ads = Report("day-1", campaign_id=campaign_id, conversions=0, clicks=50, spend_minor=2_000, currency="GBP")
    await book.take(replace(ads, platform="meta_ads"))
    for number in range(4):
        sale = Report(f"sale-{number}", campaign_id=campaign_id, revenue_minor=1_500, currency="GBP")
        await book.take(replace(sale, platform="meta_ads"))
    assert await value(ready, "cpc") == 0.4
    assert await value(ready, "cpa") == 5
    assert await value(ready, "roas") == 3


async def test_conversions_of_a_post_make_its_rate_whether_it_is_counted_to_date_or_by_day(ready: Desk) -> None:
    book = ConversionBook(ready.database, ready.scope)
    post_id = await post(ready, clicks=40)
    await book.take(Report("signup-1", post_id=post_id, conversions=10))
    assert await value(ready, "conversions") == 10
    assert await value(ready, "conversion_rate") == 0.25
    daily = await ready.call(
        query_metrics, metrics=["conversions"], since="2026-11-20", until="2026-11-20", group_by="day"
    )
    assert [row["values"]["conversions"] for row in daily["rows"]] == [10]


async def test_what_can_not_be_counted_is_refused_with_what_to_do(ready: Desk) -> None:
    book = ConversionBook(ready.database, ready.scope)
    with pytest.raises(InvalidInput, match="exactly one"):
        await book.take(Report("x"))
    with pytest.raises(InvalidInput, match="currency"):
        await book.take(Report("x", campaign_id="cmp_1", revenue_minor=1))
    with pytest.raises(NotFound):
        await book.take(Report("x", campaign_id=new_id("cmp")))
