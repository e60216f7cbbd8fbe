"""A policy that is tightened in mid-campaign holds up what it had let pass, and people are asked for it."""

from datetime import timedelta

from db.accounts import Accounts
from db.campaigns import Campaign
from db.settings import SETTINGS, AccountSettings
from db.social_posts import SOCIAL_POSTS
from db.users import User
from server.rest.approval_rules import RulesChange, put_campaign_rules
from tests.workflows.campaigns.conftest import TIMEZONE, CampaignHouse

MONTH = timedelta(days=45)
STRIDE = timedelta(hours=6)


async def half_way(house: CampaignHouse) -> tuple[Campaign, int]:
    """A campaign that runs by itself, with one post out or more, and how many those are."""
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=12)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    assert await house.decide() == 1
    await house.live(planned, house.clock.now() + timedelta(days=5), STRIDE)
    out = len(house.kits["linkedin"].published())
    assert out > 0
    return planned, out


async def states(house: CampaignHouse, planned: Campaign) -> list[str]:
    posts = await house.all(SOCIAL_POSTS, campaign_id=planned.campaign_id)
    return [str(post.platforms[0].status) for post in posts]


async def test_nothing_more_goes_out_by_a_mode_that_holds_no_longer(house: CampaignHouse) -> None:
    planned, out = await half_way(house)
    # Written past the page, as another process would: the authority has to see it by itself.
    settings = AccountSettings.model_validate({"settings_id": "set_tight", "approval": {"mode": "semi_auto"}})
    await house.repository(SETTINGS).insert(settings)
    await house.live(planned, house.clock.now() + timedelta(days=4), STRIDE)
    assert len(house.kits["linkedin"].published()) == out
    assert "failed" in await states(house, planned)
    waiting = await house.waiting()
    assert {request.request_type for request in waiting} == {"publish"}
    assert {request.conversation_id for request in waiting} == {planned.conversation_id}


async def test_what_is_still_to_come_is_asked_at_once_and_goes_out_once_approved(house: CampaignHouse) -> None:
    planned, out = await half_way(house)
    await Accounts(house.services.database).add(
        User(user_id=house.scope.user_id, email="ada@example.com", name="Ada", password_hash="-")
    )

    async def care() -> None:
        await house.services.care.look()

    house.ticks.append(care)
    coming = (await states(house, planned)).count("scheduled")
    assert coming > 0
    await put_campaign_rules(planned.campaign_id, RulesChange(mode="semi_auto"), house.scope, house.services)
    waiting = await house.waiting()
    assert sum(len(request.content["posts"]) for request in waiting) == coming
    assert (await states(house, planned)).count("scheduled") == 0

    await house.decide()
    over = await house.live(planned, house.clock.now() + MONTH, STRIDE)
    assert over.status == "completed"
    assert len(house.kits["linkedin"].published()) == out + coming
