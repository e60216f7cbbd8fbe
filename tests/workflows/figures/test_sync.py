"""Figures of posts that are out: read over HTTP, kept once, day by day, whatever goes wrong on the way."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.errors import NotFound
from core.ids import new_id
from db.analytics_data import ANALYTICS_DATA, AnalyticsData
from db.campaigns import CAMPAIGNS, Budget, Campaign
from db.profiles import PROFILES
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS
from db.social_posts import SOCIAL_POSTS
from db.users import USERS, Preferences, User
from sandbox.faults import Fault
from tests.workflows.figures.conftest import World, count
from tools.figures.counters import Place
from workflows.figures.accounts import AccountsRead
from workflows.figures.quiet import QuietReadings
from workflows.figures.sync import FigureSync
from workflows.figures.tracking import Tracked

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
START = datetime(2026, 11, 20, tzinfo=UTC)


async def test_figures_are_read_and_kept(world: World) -> None:
    await world.connect("facebook")
    post = await world.publish("facebook")
    world.tell(post, views=200, reach=150, likes=6, comments=1, shares=1, clicks=9)
    report = await world.sync()
    assert (report.read, report.changed, report.problems) == (1, 1, ())
    kept = (await world.post(post)).analytics
    assert (kept.views, kept.likes, kept.engagement, kept.clicks) == (200, 6, 8, 9)
    assert (kept.engagement_rate, kept.performance_score) == (4.0, None)
    assert kept.last_synced == kept.metrics_updated_at == world.clock.now()
    result = (await world.post(post)).platforms[0]
    assert result.domain == "www.facebook.com"
    assert result.analytics is not None
    assert result.analytics.saves is None
    assert (await world.account("facebook")).last_synced == world.clock.now()


async def test_days_add_up_over_late_repeated_and_corrected_readings(world: World) -> None:
    await world.connect("instagram")
    post = await world.publish("instagram")
    told = ((10, 100), (10, 100), (25, 300), (22, 290), (22, 290), (40, 900))
    for pause, (likes, views) in zip((0, 1, 1, 24, 5, 24 * 9), told, strict=True):
        world.tell(post, likes=likes, views=views)
        await world.sync(HOUR * pause)
        await world.sync()
    kept, rows = (await world.post(post)).analytics, await world.days()
    assert (kept.likes, kept.views) == (40, 900)
    assert (count(rows, "likes"), count(rows, "views"), count(rows, "engagement")) == (40, 900, 40)
    assert [(row.day, count([row], "likes"), count([row], "views")) for row in rows] == [
        ("2026-11-20", 25, 300),
        ("2026-11-21", -3, 0),
        ("2026-11-30", 18, 600),
    ]
    assert [count([row], "posts_published") for row in rows] == [1, 0, 0]


async def test_days_begin_where_the_account_is(world: World) -> None:
    home = Preferences(timezone="Asia/Tokyo")
    user = User(user_id=world.scope.user_id, email="ada@example.com", preferences=home)
    await Repository(world.database, USERS, world.scope).insert(user)
    await world.connect("instagram")
    post = await world.publish("instagram")
    world.tell(post, likes=1)
    await world.sync(5 * HOUR)
    world.tell(post, likes=3)
    await world.sync(HOUR)
    rows = await world.days()
    assert [(row.day, row.timezone, count([row], "likes")) for row in rows] == [
        ("2026-11-20", "Asia/Tokyo", 1),
        ("2026-11-21", "Asia/Tokyo", 2),
    ]
    assert rows[1].date.isoformat() == "2026-11-20T15:00:00+00:00"


async def test_a_run_cut_off_before_its_rows_is_completed_by_the_next(world: World) -> None:
    await world.connect("instagram")
    post = await world.publish("instagram")
    world.tell(post, likes=5)
    await world.sync()
    for row in await world.days():
        await Repository(world.database, ANALYTICS_DATA, world.scope).delete(row.analytics_id)
    world.tell(post, likes=9)
    await world.sync(2 * DAY)
    rows = await world.days()
    assert [(row.day, count([row], "likes")) for row in rows] == [("2026-11-20", 5), ("2026-11-22", 4)]


async def test_one_platform_that_fails_holds_up_no_other(world: World) -> None:
    await world.connect("twitter", "facebook", "linkedin")
    posts = {name: await world.publish(name) for name in ("twitter", "facebook", "linkedin")}
    for post in posts.values():
        world.tell(post, likes=4)
    world.kits["twitter"].close_account()
    world.sandbox.twins["linkedin"].faults.add(Fault(method="GET", path=".*", status=500, body="no", times=9))
    report = await world.sync()
    states = {account.platform: account.state for account in report.accounts}
    assert states == {"twitter": "reconnect", "facebook": "read", "linkedin": "failed"}
    assert (await world.post(posts["facebook"])).analytics.likes == 4
    account = await world.account("twitter")
    assert (account.status, account.last_synced, account.sync_owner) == ("expired", None, None)
    assert account.error_message
    again = await world.sync(HOUR)
    assert {one.platform: one.state for one in again.accounts}["twitter"] == "reconnect"


async def test_a_platform_that_asks_to_wait_is_left_alone(world: World) -> None:
    await world.connect("twitter")
    await world.publish("twitter")
    twin = world.sandbox.twins["twitter"]
    twin.faults.add(world.kits["twitter"].busy.model_copy(update={"method": "GET", "path": "/2/tweets"}))
    (first,) = (await world.sync()).accounts
    assert first.state == "busy"
    assert first.again_at is not None
    asked = len(twin.requests)
    (second,) = (await world.sync()).accounts
    assert (second.state, len(twin.requests)) == ("busy", asked)
    (third,) = (await world.sync(HOUR)).accounts
    assert (third.state, third.read) == ("read", 1)


async def test_a_post_that_is_gone_keeps_its_last_figures(world: World) -> None:
    await world.connect("facebook")
    gone, stays = await world.publish("facebook"), await world.publish("facebook")
    world.tell(gone, likes=3)
    await world.sync()
    world.sandbox.twins["facebook"].change("posts", str(gone.platforms[0].platform_post_id), deleted=True)
    world.tell(stays, likes=8)
    report = await world.sync(HOUR)
    assert [account.gone for account in report.accounts] == [1]
    assert (await world.post(gone)).analytics.likes == 3
    assert (await world.post(stays)).analytics.likes == 8
    (kept,) = [result.analytics for result in (await world.post(gone)).platforms]
    assert kept is not None
    assert kept.gone_at == world.clock.now()
    assert count(await world.days(), "likes") == 11


async def test_one_unreadable_id_does_not_spoil_its_batch(world: World) -> None:
    await world.connect("twitter")
    good = await world.publish("twitter")
    bad = await world.publish("twitter")
    posts = Repository(world.database, SOCIAL_POSTS, world.scope)
    await posts.change(bad.post_id, {"platforms.0.platform_post_id": "not-a-number"})
    world.tell(good, likes=2)
    report = await world.sync()
    assert [(account.read, account.state) for account in report.accounts] == [(1, "read")]
    assert (await world.post(good)).analytics.likes == 2


async def test_batches_are_as_large_as_the_platform_takes(world: World) -> None:
    await world.connect("linkedin")
    for number in range(60):
        await world.publish("linkedin", text=f"Bread number {number}")
    before = len(world.sandbox.twins["linkedin"].requests)
    report = await world.sync()
    assert report.read == 60
    asked = [path for _, path in world.sandbox.twins["linkedin"].requests[before:]]
    assert len([path for path in asked if "socialMetadata" in path]) == 2


async def test_a_post_on_two_platforms_adds_them_up(world: World) -> None:
    await world.connect("twitter", "facebook")
    post = await world.publish("twitter", "facebook")
    world.tell(post, "twitter", likes=3, views=100)
    world.tell(post, "facebook", likes=5, views=100)
    await world.sync()
    kept = await world.post(post)
    assert [result.analytics and result.analytics.likes for result in kept.platforms] == [3, 5]
    assert (kept.analytics.likes, kept.analytics.engagement_rate) == (8, 4.0)
    assert count(await world.days(platform="twitter"), "likes") == 3


async def test_campaigns_add_up_their_posts(world: World) -> None:
    campaign = Campaign(campaign_id=new_id("cmp"), name="Opening")
    campaigns = Repository(world.database, CAMPAIGNS, world.scope)
    await campaigns.insert(campaign)
    await world.connect("twitter", "facebook")
    first = await world.publish("twitter", campaign_id=campaign.campaign_id)
    second = await world.publish("facebook", campaign_id=campaign.campaign_id)
    await world.publish("facebook")
    world.tell(first, likes=2, views=100)
    world.tell(second, likes=6, views=300, clicks=30)
    report = await world.sync()
    assert report.campaigns == (campaign.campaign_id,)
    told = (await campaigns.get(campaign.campaign_id)).results.analytics
    assert (told["posts"], told["total_views"], told["total_engagement"]) == (2, 400, 8)
    assert (told["engagement_rate"], told["avg_engagement_rate"]) == (2.0, 2.0)
    assert told["by_platform"]["facebook"]["ctr"] == 0.1
    assert told["as_of"] == world.clock.now()


async def test_campaign_s_return_and_the_totals_of_the_business(world: World) -> None:
    spent = Budget(allocated_minor=10_000, used_minor=4_000, remaining_minor=6_000, currency="GBP")
    campaign = Campaign(campaign_id=new_id("cmp"), name="Opening", budget=spent)
    campaigns = Repository(world.database, CAMPAIGNS, world.scope)
    await campaigns.insert(campaign)
    await world.connect("twitter", "facebook")
    both = await world.publish("twitter", "facebook", campaign_id=campaign.campaign_id)
    world.tell(both, "twitter", likes=2, views=100)
    await world.sync()
    assert (await campaigns.get(campaign.campaign_id)).results.roi is None
    sales = {"crm": {"revenue_minor": 6_000, "currency": "GBP"}}
    row = {"analytics_id": new_id("ana"), "campaign_id": campaign.campaign_id, "date": world.clock.now()}
    await Repository(world.database, ANALYTICS_DATA, world.scope).insert(
        AnalyticsData.model_validate(row | {"metrics": sales})
    )
    await world.sync(HOUR, roll=True)
    assert (await campaigns.get(campaign.campaign_id)).results.roi == 0.5
    (profile,) = await Repository(world.database, PROFILES, world.scope).find({})
    assert profile.totals.total_published == 1
    assert profile.totals.figures["by_platform"]["twitter"]["total_likes"] == 2
    assert profile.totals.as_of == world.clock.now()


async def test_posts_are_compared_with_the_account_s_own_usual(world: World) -> None:
    await world.connect("facebook")
    usual = [await world.publish("facebook", text=f"Usual {number}") for number in range(7)]
    for post in usual:
        world.tell(post, likes=4, views=100)
    world.clock.advance(DAY)
    best = await world.publish("facebook", text="Best")
    world.tell(best, likes=8, views=100)
    await world.sync()
    assert (await world.post(best)).analytics.performance_score == 67
    assert {(await world.post(post)).analytics.performance_score for post in usual} == {None, 50}


async def test_old_posts_are_read_less_often(world: World) -> None:
    await world.connect("facebook")
    await world.publish("facebook")
    await world.sync(100 * DAY)
    assert (await world.sync(HOUR)).read == 0
    assert (await world.sync(20 * HOUR)).read == 1


async def test_a_lease_keeps_a_second_process_away(world: World) -> None:
    await world.connect("facebook")
    post = await world.publish("facebook")
    world.tell(post, likes=1)
    account = await world.account("facebook")
    accounts = Repository(world.database, SOCIAL_ACCOUNTS, world.scope)
    lease = {"sync_owner": "own_other", "sync_until": world.clock.now() + HOUR}
    await accounts.change(account.social_account_id, lease)
    assert [one.state for one in (await world.sync()).accounts] == ["elsewhere"]
    assert [one.state for one in (await world.sync(HOUR * 2)).accounts] == ["read"]


async def test_two_processes_at_once_keep_the_days_right(world: World) -> None:
    await world.connect("facebook", "linkedin")
    posts = [await world.publish("facebook", "linkedin", text=f"Bread {number}") for number in range(6)]
    other = FigureSync(world.database, world.accounts, world.outside, fresh_for=timedelta(0))
    for round_ in range(1, 4):
        for post in posts:
            world.tell(post, "facebook", likes=3 * round_, views=50 * round_)
            world.tell(post, "linkedin", likes=round_, views=10 * round_)
        now = world.clock.now()
        await asyncio.gather(*(one.sync(world.scope, now) for one in (world.figures, other)))
        world.clock.advance(DAY)
    await world.sync()
    rows = await world.days()
    assert (count(rows, "likes"), count(rows, "views")) == (6 * 12, 6 * 180)
    assert count(rows, "posts_published") == 12
    assert [(await world.post(post)).analytics.likes for post in posts] == [12] * 6


async def test_a_process_that_was_overtaken_while_it_read_changes_nothing(world: World) -> None:
    await world.connect("facebook")
    posts = [await world.publish("facebook", text=f"Bread {number}") for number in range(3)]
    for post in posts:
        world.tell(post, likes=2)
    await world.sync()
    twin = world.sandbox.twins["facebook"]
    twin.faults.add(Fault(method="GET", late=2.0))
    asked = len(twin.requests)
    slow = FigureSync(world.database, world.accounts, world.outside, fresh_for=timedelta(0))
    overtaken = asyncio.create_task(slow.sync(world.scope, world.clock.now() + HOUR))
    while len(twin.requests) == asked:
        await asyncio.sleep(0.01)
    for post in posts:
        world.tell(post, likes=9)
    assert (await world.sync(DAY)).changed == 3
    await overtaken
    assert [(await world.post(post)).analytics.likes for post in posts] == [9] * 3
    assert [(row.day, count([row], "likes")) for row in await world.days() if row.post_id == posts[0].post_id] == [
        ("2026-11-20", 2),
        ("2026-11-21", 7),
    ]


async def test_quiet_readings_cost_few_round_trips_and_say_now_and_then_that_they_were(world: World) -> None:
    await world.connect("facebook", "linkedin")
    post, _ = await world.publish("facebook"), await world.publish("linkedin")
    world.tell(post, likes=2)
    await world.sync()
    await world.sync(HOUR / 2)
    confirmed, before = world.clock.now(), world.database.round_trips.count()
    for _ in range(6):
        report = await world.sync(HOUR / 2)
        assert (report.read, report.changed) == (2, 0)
    assert world.database.round_trips.count() - before == 6 * 2
    for _ in range(5):
        await world.sync(HOUR / 2)
    assert (await world.account("facebook")).last_synced == confirmed
    await world.sync(HOUR / 2)
    kept = [await world.account(platform) for platform in ("facebook", "linkedin")]
    assert [one.last_synced for one in kept] == [world.clock.now()] * 2
    assert (await world.post(post)).analytics.last_synced == world.clock.now()


async def test_an_old_post_is_read_as_seldom_as_its_age_says_though_its_quiet_readings_are_not_stored(
    world: World,
) -> None:
    await world.connect("facebook")
    post = await world.publish("facebook")
    world.tell(post, likes=2)
    await world.sync()
    await world.sync(8 * DAY)
    stored = (await world.post(post)).analytics.last_synced
    read = [(await world.sync(HOUR)).read for _ in range(5)]
    assert read == [0, 1, 0, 1, 0]
    assert (await world.post(post)).analytics.last_synced == stored
    started_anew = FigureSync(world.database, world.accounts, world.outside, fresh_for=timedelta(0))
    assert (await started_anew.sync(world.scope, world.clock.now())).read == 1


async def test_a_login_that_changed_while_other_accounts_were_read_is_read_again(world: World) -> None:
    await world.connect("facebook", "linkedin")
    accounts, stored = Repository(world.database, SOCIAL_ACCOUNTS, world.scope), await world.account("linkedin")
    key = "linkedin", stored.account_id
    just_read, read_long_ago = AccountsRead(accounts), AccountsRead(accounts, good_for_seconds=-1.0)
    for one in (just_read, read_long_ago):
        await one.read([key])
    await accounts.change(stored.social_account_id, {"credentials.access_token": "renewed"})
    access = world.kits["linkedin"].access
    assert (await just_read.get(*key)).credentials.access_token == access.credentials.access_token
    assert (await read_long_ago.get(*key)).credentials.access_token == "renewed"
    with pytest.raises(NotFound, match="Connect it first"):
        await just_read.get("linkedin", "somebody else's")


def test_quiet_readings_are_kept_for_so_many_tenants() -> None:
    quiet = QuietReadings(most_tenants=2)
    posts = {user_id: _tracked(user_id) for user_id in ("ann", "ben", "cem")}
    for user_id, post in posts.items():
        quiet.note(user_id, [post], START)
    for user_id, post in posts.items():
        quiet.tell(user_id, [post])
    assert [post.quiet_at for post in posts.values()] == [None, START, START]
    quiet.tell("ben", [])
    posts["ben"].quiet_at = None
    quiet.tell("ben", [posts["ben"]])
    assert posts["ben"].quiet_at is None


def _tracked(name: str) -> Tracked:
    place = Place(name, "facebook", "page", None, ZoneInfo("UTC"))
    return Tracked(name, 0, place, name, START, "text", None, True, None)
