"""The publisher on real tools: asks for approval with the right times, reports decisions, keeps the calendar."""

from datetime import date

import pytest

from agents.models.offline.publisher import PASSED
from agents.models.offline.timing import read_times
from db.content_library import CONTENT_LIBRARY
from db.repository import Repository
from tests.agents.models.offline.desk import Desk, Reply
from tests.agents.models.offline.prompting import BAKERY, BAKERY_INFO

TODAY = date(2026, 11, 20)


@pytest.fixture
async def drafted(desk: Desk) -> Desk:
    """A conversation with an Instagram and an email draft."""
    desk.context = {"campaign_brief": dict(BAKERY), "collected_info": dict(BAKERY_INFO), "ready_to_plan": True}
    await desk.say("write the posts", "writer")
    return desk


async def _publish(desk: Desk, text: str) -> Reply:
    return (await desk.say(text, "publisher"))[0]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("tomorrow at 9", "2026-11-21T09:00"), ("send it tomorrow at 9.", "2026-11-21T09:00"),
        ("tomorrow at 6pm", "2026-11-21T18:00"),
        ("on Monday", "2026-11-23T10:00"), ("on 30 November at 18:30", "2026-11-30T18:30"),
        ("Monday morning", "2026-11-23T09:00"), ("at noon", "2026-11-21T12:00"), ("tonight", "2026-11-20T19:00"),
        ("schedule them", None), ("3 Dec at 7.45am", "2026-12-03T07:45"),
    ],
)  # fmt: skip
def test_time_is_read(text: str, time: str | None) -> None:
    assert read_times(text, TODAY).of("email") == time


def test_each_channel_gets_its_own_time() -> None:
    times = read_times("email on Tuesday at 8am and instagram on 30 November at 6pm", TODAY)
    assert times.of("email") == "2026-11-24T08:00"
    assert times.of("instagram") == "2026-11-30T18:00"


def test_what_stands_first_and_a_channel_behind_and_have_a_time_each() -> None:
    times = read_times("schedule it for 20 jan 10am and the email for the 19th at 8", TODAY)
    assert times.of("instagram") == "2027-01-20T10:00"
    assert times.of("email") == "2027-01-19T08:00"


async def test_a_number_means_the_list_it_was_shown_in_also_after_one_was_revised(desk: Desk) -> None:
    desk.context = {"campaign_brief": dict(BAKERY), "collected_info": dict(BAKERY_INFO), "ready_to_plan": True}
    first, second, email = (await desk.say("write 2 instagram captions and one email", "writer"))[0].results
    await desk.say("make the first caption funnier", "writer")
    reply = await _publish(desk, "the second one is good. schedule it for Friday 10am and the email on Thursday at 8am")
    items = {item["content_id"]: item["publish_at"] for item in reply.arguments("schedule_posts")["items"]}
    assert items == {second["content_id"]: "2026-11-27T10:00", email["content_id"]: "2026-11-26T08:00"}
    assert first["content_id"] not in items


async def test_scheduling_stops_for_approval_with_all_drafts(drafted: Desk) -> None:
    reply = await _publish(drafted, "schedule them for Monday at 9am")
    items = reply.arguments("schedule_posts")["items"]
    assert [item["publish_at"] for item in items] == ["2026-11-23T09:00"] * 2
    assert len(reply.interrupts) == 1
    assert reply.text == "", "the house says what waits, the model claims nothing"


async def test_approval_is_reported_in_local_time(drafted: Desk) -> None:
    drafted.timezone = "America/New_York"
    asked = await _publish(drafted, "schedule the email for Monday at 9am")
    reply = await drafted.decide(asked.interrupts[0], approve=True)
    assert "**Email:** Monday 23 November 2026, 09:00" in reply.text
    assert "New York" in reply.text


async def test_rejection_hands_the_reason_on(drafted: Desk) -> None:
    asked = await _publish(drafted, "schedule them")
    reply = await drafted.decide(asked.interrupts[0], approve=False, notes="too salesy")
    assert "“too salesy”" in reply.text
    assert "Nothing was scheduled" in reply.text
    assert "writer" in reply.text


async def test_rejected_time_asks_for_another(drafted: Desk) -> None:
    asked = await _publish(drafted, "schedule them")
    reply = await drafted.decide(asked.interrupts[0], approve=False, notes="wrong day")
    assert "Tell me the time" in reply.text
    again = await _publish(drafted, "Friday at 10am then")
    assert again.arguments("schedule_posts")["items"][0]["publish_at"] == "2026-11-27T10:00"


async def test_time_in_the_past_is_moved_once(drafted: Desk) -> None:
    reply = await _publish(drafted, "post it today at 8am")
    assert reply.names() == ["list_drafts", "schedule_posts", "schedule_posts"]
    assert reply.calls[-1][1]["items"][0]["publish_at"] == "2026-11-20T18:00"
    assert reply.text == PASSED
    assert reply.interrupts


async def test_waiting_request_is_not_asked_twice(drafted: Desk) -> None:
    first = await _publish(drafted, "schedule them")
    reply = await _publish(drafted, "schedule them")
    assert reply.interrupts == first.interrupts


async def test_nothing_to_publish_offers_the_writer(desk: Desk) -> None:
    assert "Shall the writer draft something?" in (await _publish(desk, "publish it")).text


async def test_several_variants_are_not_guessed(drafted: Desk) -> None:
    await drafted.say("give me 3 options for a tweet", "writer")
    reply = await _publish(drafted, "schedule the tweet for Monday")
    assert reply.interrupts == []
    assert "3 drafts for X" in reply.text
    second = await _publish(drafted, "the second one, on Monday")
    assert len(second.arguments("schedule_posts")["items"]) == 1
    assert second.interrupts


async def test_adverts_are_not_posted(drafted: Desk) -> None:
    await drafted.say("write google ads", "writer")
    assert "booked as adverts" in (await _publish(drafted, "publish the google ads")).text


async def test_calendar_and_cancelling(drafted: Desk) -> None:
    asked = await _publish(drafted, "schedule them for Monday at 9am")
    await drafted.decide(asked.interrupts[0], approve=True)
    calendar = await _publish(drafted, "what's on the calendar?")
    assert calendar.text.count("| Monday 23 November 2026, 09:00") == 2
    assert "2 posts are scheduled" in calendar.text
    unclear = await _publish(drafted, "cancel it")
    assert "Which one: the first, the second" in unclear.text
    done = await _publish(drafted, "cancel the email")
    assert done.results[-1]["status"] == "cancelled"
    assert "Email" in done.text or "email" in done.text


async def test_empty_calendar_is_said(desk: Desk) -> None:
    assert (await _publish(desk, "what is scheduled?")).text == "Nothing is on the calendar yet."


@pytest.mark.parametrize("text", ["approved", "I approve it", "reject it"])
async def test_the_agent_itself_decides_nothing(drafted: Desk, text: str) -> None:
    await _publish(drafted, "schedule them")
    reply = await _publish(drafted, text)
    assert reply.names() == ["list_approvals"]
    assert "Did you mean to decide that?" in reply.text


async def test_all_drafts_are_scheduled_after_only_one_was_revised(drafted: Desk) -> None:
    await drafted.say("make the email shorter", "writer")
    reply = await _publish(drafted, "schedule them for Monday at 9am")
    stored = await Repository(drafted.database, CONTENT_LIBRARY, drafted.scope).find({})
    chosen = {item["content_id"] for item in reply.arguments("schedule_posts")["items"]}
    assert chosen == {draft.content_id for draft in stored}


async def test_the_newest_text_of_each_channel_is_meant_by_them(drafted: Desk) -> None:
    newer = (await drafted.say("write both posts once more, cheeky", "writer"))[0]
    if newer.names() != ["save_draft", "save_draft"]:
        newer = (await drafted.say("write a new instagram post and a new email, bold", "writer"))[0]
    reply = await _publish(drafted, "shedule them tmrw mornign")
    items = reply.arguments("schedule_posts")["items"]
    assert {item["content_id"] for item in items} == {result["content_id"] for result in newer.results}
    assert {item["publish_at"] for item in items} == {"2026-11-21T09:00"}


@pytest.mark.parametrize("text", ["change it", "add a link https://example.org/donate", "what next then", "hm"])
async def test_nothing_is_prepared_that_was_not_asked_for(drafted: Desk, text: str) -> None:
    await drafted.say("schedule the email", "publisher")
    reply = await _publish(drafted, text)
    assert "schedule_posts" not in reply.names()


async def test_what_is_scheduled_is_not_scheduled_again(drafted: Desk) -> None:
    asked = await _publish(drafted, "schedule the email for Monday at 9am")
    await drafted.decide(asked.interrupts[0], approve=True)
    rest = await _publish(drafted, "schedule them")
    assert len(rest.arguments("schedule_posts")["items"]) == 1
    await drafted.decide(rest.interrupts[0], approve=True)
    assert "on the calendar already" in (await _publish(drafted, "schedule them")).text


async def test_a_post_is_moved_with_a_new_approval(drafted: Desk) -> None:
    asked = await _publish(drafted, "schedule them for Monday at 9am")
    await drafted.decide(asked.interrupts[0], approve=True)
    moved = await _publish(drafted, "move the email to Wednesday at 2pm")
    assert moved.names() == ["list_posts", "cancel_post", "schedule_posts"]
    assert "off the calendar until you approve" in moved.text
    done = await drafted.decide(moved.interrupts[0], approve=True)
    assert "Wednesday 25 November 2026, 14:00" in done.text


async def test_a_reason_to_wait_is_not_handed_to_the_writer(drafted: Desk) -> None:
    asked = await _publish(drafted, "schedule them")
    reply = await drafted.decide(asked.interrupts[0], approve=False, notes="changed my mind, leave it for now")
    assert "The drafts are kept" in reply.text
    assert "writer" not in reply.text


@pytest.mark.parametrize("text", ["Schedule it for 2 December at noon", "schedule the Threads post for 2 December"])
async def test_it_is_the_text_just_written_here_not_its_like_elsewhere(desk: Desk, text: str) -> None:
    order = "Write a post for Threads about our new bakery in Leeds, local families."
    written: list[str] = []
    for talk in (desk, await Desk.open(desk.database, desk.scope)):
        drafted = (await talk.say(order, "writer"))[0]
        written.append(str(drafted.results[0]["content_id"]))
        asked = await _publish(talk, text)
        assert [item["content_id"] for item in asked.arguments("schedule_posts")["items"]] == written[-1:]
    assert written[0] != written[1]
