"""Whole conversations of very different people, through the real graph, turns, tools and database."""

import re
from collections.abc import AsyncIterator

import pytest

from core.scope import Scope
from db.analytics_data import ANALYTICS_DATA
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import CAMPAIGNS
from db.client import Database
from db.content_library import CONTENT_LIBRARY
from db.content_versions import CONTENT_VERSIONS
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.social_posts import SOCIAL_POSTS
from tests.agents.talk import Talk
from tools.platforms.catalogue import BY_NAME

BAKERY = (
    "hi there",
    "We're opening a second bakery in Leeds on 3 December",
    "we want 200 visitors on the opening weekend",
    "local families",
    "£1,500",
    "instagram and email",
)


@pytest.fixture
async def talk(database: Database, scope: Scope) -> AsyncIterator[Talk]:
    """A conversation that has just been opened."""
    begun = await Talk.begin(database, scope)
    yield begun
    await begun.turns.stop()


async def _told(talk: Talk, *texts: str) -> str:
    last = ""
    for text in texts:
        last = (await talk.say(text)).text
    return last


async def _within_limits(talk: Talk) -> None:
    for draft in await talk.all(CONTENT_LIBRARY):
        problems = BY_NAME[draft.platform].problems(
            draft.content.text,
            title=draft.title,
            subject=draft.subject,
            hashtags=draft.hashtags,
            link=draft.content.link,
        )
        assert problems == []


async def test_the_brief_grows_over_messages_with_one_question_at_a_time(talk: Talk) -> None:
    for number, text in enumerate(BAKERY, 1):
        heard = await talk.say(text)
        assert heard.agents == ["strategist"]
        assert heard.text.count("?") == 1
        assert (await talk.context()).context.ready_to_plan is (number == len(BAKERY))
    context = (await talk.context()).context
    assert context.campaign_brief["target_audience"] == "local families"
    assert context.campaign_brief["channels"] == ["instagram", "email"]
    assert context.collected_info["event_date"] == "2026-12-03"
    assert context.collected_info["goal_value"] == 200
    assert (context.collected_info["budget_minor"], context.collected_info["currency"]) == (150_000, "GBP")
    assert context.collected_info["location"] == "Leeds"


async def test_corrections_are_confirmed_and_both_halves_answered(talk: Talk) -> None:
    await _told(talk, *BAKERY)
    date = await talk.say("no, the 5th")
    assert "Saturday 5 December 2026" in date.text
    both = await talk.say("make it £2,000, and what can you do?")
    assert "£2,000" in both.text
    assert "The **writer** drafts" in both.text
    info = (await talk.context()).context.collected_info
    assert (info["event_date"], info["budget_minor"]) == ("2026-12-05", 200_000)


async def test_the_bakery_from_the_first_word_to_the_calendar(talk: Talk) -> None:
    await _told(talk, *BAKERY)
    both = await talk.say("plan it and write the posts, warm and a bit playful")
    assert both.agents == ["strategist", "writer"]
    assert both.text.count("?") <= 1 + sum(draft.content.text.count("?") for draft in await talk.all(CONTENT_LIBRARY))
    (campaign,) = await talk.all(CAMPAIGNS)
    await _sound_plan(talk)
    drafts = await talk.all(CONTENT_LIBRARY)
    assert {(draft.platform, draft.campaign_id) for draft in drafts} == {
        ("instagram", campaign.campaign_id),
        ("email", campaign.campaign_id),
    }
    assert {draft.voice for draft in drafts} == {"warm and playful"}

    await talk.say("make the email shorter and mention free coffee for the first 50")
    (kept,) = await talk.all(CONTENT_VERSIONS)
    email = next(draft for draft in await talk.all(CONTENT_LIBRARY) if draft.platform == "email")
    assert kept.content_id == email.content_id
    assert "free coffee for the first 50" in email.content.text

    asked = await talk.say("schedule them")
    assert "Schedule 2 posts: Email on Sat 21 Nov 2026 at 10:00, Instagram on Sat 21 Nov 2026 at 10:00." in asked.text
    assert await talk.all(SOCIAL_POSTS) == []
    (request,) = await talk.waiting()
    assert {post["text"] for post in request.content["posts"]} == {
        draft.content.text for draft in await talk.all(CONTENT_LIBRARY)
    }

    await talk.restart()
    before = next(draft for draft in await talk.all(CONTENT_LIBRARY) if draft.platform == "instagram")
    revised = await talk.decide("reject", "the instagram one is too long, make it shorter")
    assert revised.agents == ["writer", "publisher"]
    assert await talk.all(SOCIAL_POSTS) == []
    (again,) = await talk.waiting()
    assert [change.field for change in again.difference] == ["text"]
    assert [post["publish_at"] for post in again.content["posts"]] == ["2026-11-21T10:00:00Z"] * 2
    after = next(draft for draft in await talk.all(CONTENT_LIBRARY) if draft.platform == "instagram")
    assert len(after.content.text) < len(before.content.text)

    await talk.say("schedule them for Monday at 9am")
    await talk.restart()
    done = await talk.decide("approve")
    assert done.text.count("Monday 23 November 2026, 09:00") == 2
    (post,) = await talk.all(SOCIAL_POSTS)
    (mail,) = await talk.all(EMAIL_CAMPAIGNS)
    assert post.content.message == after.content.text
    assert [item.status for item in post.platforms] == ["scheduled"]
    assert mail.content.text_content == email.content.text
    assert {item.status for item in await talk.all(APPROVAL_REQUESTS)} == {"rejected", "cancelled", "approved"}
    await _within_limits(talk)
    assert "2 posts are scheduled" in (await talk.say("what's on the calendar?")).text
    assert "won't guess" in (await talk.say("how did it go?")).text


async def _sound_plan(talk: Talk) -> None:
    (campaign,) = await talk.all(CAMPAIGNS)
    assert campaign.plan.timeline is not None
    assert (campaign.plan.timeline.start, campaign.plan.timeline.end) == ("2026-11-20", "2026-12-03")
    assert 5 <= len(campaign.plan.tasks) <= 9
    ids = {task.task_id for task in campaign.plan.tasks}
    assert all(set(task.dependencies) <= ids and task.estimated_duration for task in campaign.plan.tasks)
    assert {task.agent_assigned for task in campaign.plan.tasks} == {"strategist", "writer", "publisher", "analyst"}
    figures = {kpi.name: kpi.target for kpi in campaign.plan.kpis}
    assert figures["Visitors"] == 200
    assert figures["Cost per visitor"] == 7.5
    assert campaign.budget.allocated_minor == 150_000


async def test_everything_in_one_message_is_done_in_one_turn(talk: Talk) -> None:
    heard = await talk.say(
        "We launch our oat milk in Berlin on 1 December, 500 orders, for vegans, budget €4,000, channels Instagram and "
        "LinkedIn. Plan it, write the posts in a cheeky voice and schedule them for 1 December at 10am"
    )
    assert heard.agents == ["strategist", "writer", "publisher"]
    (campaign,) = await talk.all(CAMPAIGNS)
    assert (campaign.budget.allocated_minor, campaign.budget.currency) == (400_000, "EUR")
    (request,) = await talk.waiting()
    assert {post["publish_at"] for post in request.content["posts"]} == {"2026-12-01T10:00:00Z"}
    assert heard.cards


async def test_an_agency_junior_with_typos_gets_there(talk: Talk) -> None:
    await _told(talk, "launch of a mobile dog grooming van in bristol on 20 december", "40 bookings", "dog owners",
                "£900", "instagram and facebook")  # fmt: skip
    assert (await talk.context()).context.ready_to_plan is True
    await talk.say("plna pls")
    assert len(await talk.all(CAMPAIGNS)) == 1
    await talk.say("wirte teh posts funny")
    drafts = await talk.all(CONTENT_LIBRARY)
    assert {draft.voice for draft in drafts} == {"playful"}
    await talk.say("shedule them tomorrow morning")
    (request,) = await talk.waiting()
    assert [post["publish_at"] for post in request.content["posts"]] == ["2026-11-21T09:00:00Z"] * 2


async def test_times_are_the_persons_own(database: Database, scope: Scope) -> None:
    talk = await Talk.begin(database, scope, "Asia/Kolkata")
    await _told(talk, "a bridal collection for our jewellery shop in Jaipur, launching 12 December", "150 store visits",
                "brides", "₹250,000", "Instagram and WhatsApp", "plan it and write the posts, elegant")  # fmt: skip
    (campaign,) = await talk.all(CAMPAIGNS)
    assert campaign.budget.currency == "INR"
    await talk.say("schedule whatsapp on 10 December at 6pm and instagram on 11 December at noon")
    done = await talk.decide("approve")
    assert "**WhatsApp:** Thursday 10 December 2026, 18:00" in done.text
    times = {post.platforms[0].platform: post.schedule.publish_at for post in await talk.all(SOCIAL_POSTS)}
    assert {name: at.isoformat() for name, at in times.items() if at} == {
        "whatsapp": "2026-12-10T12:30:00+00:00",
        "instagram": "2026-12-11T06:30:00+00:00",
    }
    await talk.turns.stop()


BLOG = """Can you turn this into posts for LinkedIn and X?

How we cut food waste in our kitchen by 40%

Last year we threw away 12 kilos of food every day. It hurt to watch. So in March we began to weigh everything that \
went into the bin, every evening, and wrote it on a board by the door.

The first thing we learnt: half of the waste was bread. We now bake in smaller batches, twice a day, and turn what is \
left into crumbs. After six months we are down to 7 kilos a day. That saves us about £900 a month.

Read more at https://example.com/waste"""


async def test_a_pasted_article_becomes_posts_in_its_own_words(talk: Talk) -> None:
    heard = await talk.say(BLOG)
    assert "writer" in heard.agents
    drafts = {draft.platform: draft for draft in await talk.all(CONTENT_LIBRARY)}
    assert drafts.keys() == {"linkedin", "twitter"}
    for draft in drafts.values():
        assert "How we cut food waste" in draft.content.text
        assert "https://example.com/waste" in draft.content.text
        own = re.sub(r"Read more: \S+|\s+", " ", draft.content.text)
        assert all(part.strip(" .") in re.sub(r"\s+", " ", BLOG) for part in re.split(r"(?<=[.!?])\s", own))
    assert "£900" not in str((await talk.context()).context.campaign_brief.get("budget"))
    await _within_limits(talk)


async def test_changes_of_mind_end_where_the_person_ends(talk: Talk) -> None:
    await _told(talk, *BAKERY, "drop email", "add facebook", "plan please", "change the budget to £1,000")
    context = (await talk.context()).context
    assert context.campaign_brief["channels"] == ["instagram", "facebook"]
    (campaign,) = await talk.all(CAMPAIGNS)
    assert campaign.budget.allocated_minor == 100_000
    await talk.say("write the posts")
    first = {draft.platform: draft.content.text for draft in await talk.all(CONTENT_LIBRARY)}
    await talk.say("make them elegant")
    await talk.say("go back to the first version of the instagram one")
    now = {draft.platform: draft.content.text for draft in await talk.all(CONTENT_LIBRARY)}
    assert now["instagram"] == first["instagram"]
    assert now["facebook"] != first["facebook"]
    await talk.say("schedule them")
    refused = await talk.decide("reject", "changed my mind, leave it for now")
    assert "The drafts are kept" in refused.text
    await talk.say("ok schedule them after all")
    await talk.decide("approve")
    await talk.say("cancel them all")
    assert {item.status for post in await talk.all(SOCIAL_POSTS) for item in post.platforms} == {"cancelled"}


async def test_each_draft_changes_as_it_was_asked_to(talk: Talk) -> None:
    await _told(talk, *BAKERY, "write the posts, friendly")
    before = {draft.platform: draft for draft in await talk.all(CONTENT_LIBRARY)}
    await talk.say("shorten the email, and make the instagram post more professional")
    after = {draft.platform: draft for draft in await talk.all(CONTENT_LIBRARY)}
    assert len(after["email"].content.text) < len(before["email"].content.text)
    assert (after["email"].voice, after["instagram"].voice) == ("friendly", "professional")


async def test_a_text_changed_after_the_card_is_not_sent_unseen(talk: Talk) -> None:
    await _told(talk, *BAKERY, "write an instagram post", "schedule it", "make it shorter")
    assert sorted(request.status for request in await talk.all(APPROVAL_REQUESTS)) == ["cancelled", "pending"]
    (asked,) = await talk.waiting()
    assert [change.field for change in asked.difference] == ["text"]
    await talk.decide("approve")
    (post,) = await talk.all(SOCIAL_POSTS)
    assert post.content.message == (await talk.all(CONTENT_LIBRARY))[0].content.text


async def test_rudeness_and_other_languages_leave_no_facts_behind(talk: Talk) -> None:
    heard = await talk.say("are you another useless bot?")
    assert "I'm an AI assistant" in heard.text
    await _told(talk, "just give me a bloody plan", "this sucks as hell")
    assert (await talk.context()).context.campaign_brief.get("product") in (None, "")
    told = await talk.say("Hallo, wir eröffnen am 3. Dezember eine Bäckerei und wollen bitte einen Plan")
    assert "only answer and write in English" in told.text


async def test_no_figures_are_made_up(talk: Talk) -> None:
    for text in ("how are we doing?", "which post did best last month?", "how many followers did we gain?"):
        heard = await talk.say(text)
        assert "won't guess" in heard.text
    assert not re.search(r"\d+ (?:views|clicks|followers)", heard.text)
    assert await talk.all(ANALYTICS_DATA) == []
