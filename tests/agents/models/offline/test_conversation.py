"""The whole conversation of a marketer, on the real tools: from the first word to the calendar and the figures."""

from db.campaigns import CAMPAIGNS
from db.content_library import CONTENT_LIBRARY
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from tests.agents.models.offline.desk import Desk


async def _strategy(desk: Desk) -> None:
    for text in (
        "hello",
        "we're opening a second bakery in Leeds on 3 December",
        "200 visitors on the opening weekend",
    ):
        await desk.say(text, "strategist")
    await desk.say("local families", "strategist")
    assert desk.context["ready_to_plan"] is False
    await desk.say("£1,500", "strategist")
    last = (await desk.say("Instagram and email", "strategist"))[0]
    assert "Shall I draw up the plan?" in last.text


async def test_bakery_from_start_to_end(desk: Desk) -> None:
    await _strategy(desk)
    brief = desk.context["campaign_brief"]
    assert brief["product"] == "second bakery"
    assert brief["target_audience"] == "local families"
    assert brief["budget"] == "£1,500"
    assert brief["channels"] == ["instagram", "email"]
    assert desk.context["collected_info"]["event_date"] == "2026-12-03"
    assert desk.context["collected_info"]["goal_value"] == 200
    assert desk.context["ready_to_plan"] is True

    planned = (await desk.say("yes please", "strategist"))[0]
    assert planned.names() == ["create_campaign_plan"]
    assert desk.campaign_id is not None
    campaign = await Repository(desk.database, CAMPAIGNS, desk.scope).get(desk.campaign_id)
    assert campaign.plan.timeline is not None
    assert campaign.plan.timeline.end == "2026-12-03"
    assert campaign.budget.allocated_minor == 150_000

    written = (await desk.say("write the posts, warm and playful", "writer"))[0]
    assert written.names() == ["save_draft", "save_draft"]
    drafts = await Repository(desk.database, CONTENT_LIBRARY, desk.scope).find({})
    assert {(draft.platform, draft.campaign_id) for draft in drafts} == {
        ("instagram", desk.campaign_id),
        ("email", desk.campaign_id),
    }

    scheduled = (await desk.say("schedule the email for Tuesday at 8am and instagram for Monday at 6pm", "publisher"))[
        0
    ]
    reply = await desk.decide(scheduled.interrupts[0], approve=True)
    assert "Monday 23 November 2026, 18:00" in reply.text
    assert len(await Repository(desk.database, SOCIAL_POSTS, desk.scope).find({})) == 1
    assert len(await Repository(desk.database, EMAIL_CAMPAIGNS, desk.scope).find({})) == 1

    figures = (await desk.say("how did it go?", "analyst"))[0]
    assert "guess" in figures.text


async def test_every_answer_asks_at_most_one_question_and_shouts_never(desk: Desk) -> None:
    await _strategy(desk)
    await desk.say("make the plan", "strategist")
    await desk.say("write the posts", "writer")
    for reply in desk.replies:
        own = "\n".join(line for line in reply.text.splitlines() if not line.startswith((">", "Subject", "Title")))
        assert own.count("?") <= 2, own
        assert "!" not in own


async def test_nothing_known_is_asked_again(desk: Desk) -> None:
    text = "a second bakery opens in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email"
    reply = (await desk.say(text, "strategist"))[0]
    assert desk.context["ready_to_plan"] is True
    assert reply.text.count("?") == 1
    assert "Shall I draw up the plan?" in reply.text


async def test_plan_and_posts_in_one_message(desk: Desk) -> None:
    await _strategy(desk)
    plan, posts = await desk.say("plan it and write the posts, cheeky please", "strategist", "writer")
    assert "create_campaign_plan" in plan.names()
    assert posts.names() == ["save_draft", "save_draft"]
    assert posts.arguments("save_draft")["voice"] == "cheeky"
