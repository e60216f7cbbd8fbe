"""A person schedules, changes their mind and asks what waits and who decided, with the offline model."""

from core.scope import Scope
from db.client import Database
from tests.agents.talk import Talk

BRIEF = "We open a bakery in Leeds on 3 December."


async def test_another_day_alone_leaves_the_time_of_day(database: Database, scope: Scope) -> None:
    talk = await Talk.begin(database, scope)
    await talk.say(BRIEF)
    draft = await talk.say("write a facebook post for it, don't use emojis")
    assert not any(ord(letter) > 0x2FFF for letter in draft.text)
    assert "on Sat 21 Nov 2026 at 09:00" in (await talk.say("post it tomorrow at 9")).cards[0]
    assert "on Mon 23 Nov 2026 at 09:00" in (await talk.say("actually monday")).cards[0]
    await talk.decide("approve")
    assert "on Tue 24 Nov 2026 at 09:00" in (await talk.say("move it to tuesday")).cards[0]
    assert "on Wed 25 Nov 2026 at 15:00" in (await talk.say("no, wednesday at 3pm")).cards[0]


async def test_what_waits_and_who_approved_it_are_told(database: Database, scope: Scope) -> None:
    talk = await Talk.begin(database, scope)
    await talk.say(BRIEF)
    await talk.say("write a facebook post for it")
    assert "Nothing was approved so far." in (await talk.say("who approved it?")).text
    await talk.say("post it tomorrow at 9")
    for question in ("what's waiting for me?", "what's on the calendar?", "who approved it?"):
        told = (await talk.say(question)).text
        assert "Schedule one post: Facebook on Sat 21 Nov 2026 at 09:00." in told, question
        assert "Shall I schedule" not in told, question
    assert "Nobody has yet." in told
    await talk.decide("approve")
    told = (await talk.say("who approved it?")).text
    assert "Approved on Friday 20 November 2026" in told
    assert "audit log" in told


async def test_both_means_two_and_nothing_goes_out_twice(database: Database, scope: Scope) -> None:
    talk = await Talk.begin(database, scope)
    await talk.say(BRIEF)
    await talk.say("write a facebook post for it")
    alone = await talk.say("schedule both")
    assert alone.cards == []
    assert "only one draft here, for Facebook" in alone.text
    await talk.say("write a linkedin post and an email too")
    assert "Schedule 2 posts: LinkedIn" in (await talk.say("schedule both tomorrow at 9")).cards[0]
    await talk.decide("reject", "not yet")
    await talk.say("write one for X as well")
    asked = await talk.say("schedule both")
    assert asked.cards == []
    assert "Which two do you mean, or all of them?" in asked.text


async def test_a_draft_that_is_not_wanted_just_stays(database: Database, scope: Scope) -> None:
    talk = await Talk.begin(database, scope)
    await talk.say(BRIEF)
    await talk.say("write a facebook post and an email for it")
    assert "stays in the library" in (await talk.say("delete the email one")).text
    assert "Schedule one post: Facebook" in (await talk.say("schedule the facebook one")).cards[0]
