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


async def test_goal_without_a_product_is_for_the_business_itself(desk: Desk) -> None:
    await desk.say("we run a small climbing gym in Sheffield and memberships are down", "strategist")
    await desk.say("we want 60 new members", "strategist")
    assert desk.context["campaign_brief"]["product"] == "small climbing gym"


async def test_who_a_channel_reaches_does_not_replace_the_audience(desk: Desk) -> None:
    for text in ("we run a climbing gym and want 60 new members", "students and twenty somethings", "£2,500"):
        await desk.say(text, "strategist")
    await desk.say("instagram, and some email to old members", "strategist")
    assert desk.context["campaign_brief"]["target_audience"] == "students and twenty somethings"


async def test_offer_and_code_stay_in_a_text_that_is_made_funnier(desk: Desk) -> None:
    first = (await desk.say("need a post for our black friday sale, 30% off everything, facebook", "writer"))[0]
    assert "30% off everything" in first.text
    await desk.say("add the code FRIDAY30", "writer")
    funnier = (await desk.say("make it funnier", "writer"))[0]
    assert funnier.names()[-1] == "revise_draft"
    assert "30% off everything" in funnier.text
    assert "FRIDAY30" in funnier.text


async def test_corrected_date_is_brought_into_the_drafts(desk: Desk) -> None:
    for text in (
        "we're opening a second bakery in Leeds on 3 December, want 200 visitors, local families, £1,500, instagram",
        "write the instagram post",
    ):
        await desk.say(text)
    corrected = (await desk.say("the date is wrong, it's the 5th"))[0]
    assert (corrected.agent, desk.context["collected_info"]["event_date"]) == ("strategist", "2026-12-05")
    assert "Shall the writer bring them in line?" in corrected.text
    again = (await desk.say("yes"))[0]
    assert (again.agent, again.names()[-1]) == ("writer", "revise_draft")
    assert "5 December" in again.text


async def test_idea_that_is_liked_is_noted(desk: Desk) -> None:
    ideas = (await desk.say("I need some ideas for valentines day at our flower shop", "strategist"))[0]
    assert "Three ideas" in ideas.text
    await desk.say("the second one sounds nice", "strategist")
    assert desk.context["campaign_brief"]["additional_context"] == "Show the people behind it"
    assert not desk.context["campaign_brief"].get("product")


async def test_word_that_must_not_be_said_goes_and_a_new_subject_comes(desk: Desk) -> None:
    await desk.say('write a newsletter about our free parking, the subject should be "Park for nothing"', "writer")
    shown = (await desk.say("i dont like the subject", "writer"))[0]
    assert "revise_draft" in shown.names()
    renamed = (await desk.say('make it "Take the slow lane" then', "writer"))[0]
    assert "Subject: Take the slow lane" in renamed.text
    await desk.say("mention the free coffee", "writer")
    without = (await desk.say('must not say "coffee"', "writer"))[0]
    assert "coffee" not in without.text
    again = (await desk.say('must not say "cheap"', "writer"))[0]
    assert "The text doesn't say “cheap”" in again.text
