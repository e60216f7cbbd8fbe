"""The calendar: what it shows, and its private link, read by another library than the one that writes it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import vobject

from core.ids import new_id
from core.scope import Scope
from db.campaigns import CAMPAIGNS, Campaign
from db.email_campaigns import EMAIL_CAMPAIGNS, EmailCampaign, EmailContent, EmailSchedule
from db.social_posts import SOCIAL_POSTS, PlatformResult, PostContent, PostSchedule, SocialPost
from server.services import Services
from tests.server.conftest import Person

WRITE = "Write a post for Threads about our new bakery in Leeds, local families."
PUBLISHED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
NASTY = "Half price; today, only\nBEGIN:VEVENT\r\nSUMMARY:forged\r\nEND:VEVENT"


async def fill(services: Services, person: Person) -> None:
    scope = Scope(person.user_id, person.user_id, "user")
    result = PlatformResult(
        platform="twitter", status="published", published_at=PUBLISHED, url="https://x.com/bakery/status/1"
    )
    await services.repository(SOCIAL_POSTS, scope).insert(
        SocialPost(
            post_id=new_id("pst"),
            platforms=[result, PlatformResult(platform="linkedin", status="cancelled")],
            content=PostContent(message=NASTY),
            schedule=PostSchedule(scheduled=True, publish_at=PUBLISHED),
        )
    )
    await services.repository(EMAIL_CAMPAIGNS, scope).insert(
        EmailCampaign(
            campaign_id=new_id("eml"),
            name="News",
            status="scheduled",
            content=EmailContent(subject="Grüße aus der Bäckerei", text_content="Come by."),
            schedule=EmailSchedule(scheduled=True, send_at=PUBLISHED + timedelta(days=2)),
        )
    )
    await services.repository(CAMPAIGNS, scope).insert(
        Campaign(campaign_id=new_id("cmp"), name="Opening", start_date="2026-11-20", end_date="2026-12-03")
    )


async def wait_for_approval(person: Person) -> None:
    conversation = await person.conversation()
    await person.say(conversation, WRITE)
    await person.say(conversation, "Schedule it for 2 December at noon.")


async def link(person: Person) -> tuple[str, str]:
    made = await person.client.post("/api/v1/calendar/feeds", json={"name": "Phone"})
    assert made.status_code == 201
    told: dict[str, str] = made.json()
    return told["feed_id"], urlsplit(told["url"]).path


def events(text: str) -> dict[str, Any]:
    library: Any = vobject
    (calendar,) = library.readComponents(text)
    return {str(event.summary.value): event for event in calendar.vevent_list}


async def test_a_calendar_program_reads_what_waits_as_tentative_and_what_is_out_as_confirmed(
    person: Person, client: httpx.AsyncClient, services: Services
) -> None:
    await fill(services, person)
    await wait_for_approval(person)
    _, path = await link(person)
    answer = await client.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = events(answer.text)
    states = {
        name.partition(":")[0]: str(event.status.value) for name, event in found.items() if hasattr(event, "status")
    }
    assert states == {"X": "CONFIRMED", "Threads": "TENTATIVE", "Email": "CONFIRMED"}
    post = found["X: Half price; today, only"]
    assert post.dtstart.value == PUBLISHED
    assert post.url.value == "https://x.com/bakery/status/1"
    assert "SUMMARY:forged" in post.description.value.replace("\\n", "\n")
    assert found["Email: Grüße aus der Bäckerei"].dtstart.value == PUBLISHED + timedelta(days=2)
    campaign = found["Campaign: Opening"]
    assert (str(campaign.dtstart.value), str(campaign.dtend.value)) == ("2026-11-20", "2026-12-04")


async def test_an_entry_keeps_its_uid_from_the_request_to_the_post(
    person: Person, client: httpx.AsyncClient, services: Services
) -> None:
    await wait_for_approval(person)
    _, path = await link(person)
    ((_, waiting),) = events((await client.get(path)).text).items()
    (request,) = (await person.client.get("/api/v1/approvals", params={"status": "pending"})).json()["items"]
    conversation = request["conversation_id"]
    body = {"decision": "approve", "payload_hash": request["payload_hash"]}
    await person.client.post(f"/api/v1/approvals/{request['approval_id']}/decision", json=body)
    await person.say(conversation, "Thanks!")
    ((_, scheduled),) = events((await client.get(path)).text).items()
    assert scheduled.uid.value == waiting.uid.value
    assert (waiting.status.value, scheduled.status.value) == ("TENTATIVE", "CONFIRMED")


async def test_a_link_ends_with_its_removal_and_with_its_persons_access(
    person: Person, member: Person, stranger: Person, client: httpx.AsyncClient
) -> None:
    feed_id, path = await link(person)
    _, theirs = await link(member)
    assert (await stranger.client.delete(f"/api/v1/calendar/feeds/{feed_id}")).status_code == 404
    assert (await member.client.delete(f"/api/v1/calendar/feeds/{feed_id}")).status_code == 403
    listed = (await person.client.get("/api/v1/calendar/feeds")).json()["items"]
    assert feed_id in {one["feed_id"] for one in listed}
    assert path.rpartition("/")[2].removesuffix(".ics") not in str(listed)
    assert (await person.client.delete(f"/api/v1/calendar/feeds/{feed_id}")).status_code == 204
    assert (await client.get(theirs)).status_code == 200
    assert (await person.client.delete(f"/api/v1/members/{member.user_id}")).status_code == 204
    for gone in (await client.get(path), await client.get(theirs)):
        assert gone.status_code == 404


async def test_the_calendar_over_rest_knows_one_account_and_bounded_stretches(
    person: Person, stranger: Person, services: Services
) -> None:
    await fill(services, person)
    await wait_for_approval(person)
    stretch = {"since": "2026-11-20T00:00:00Z", "until": "2026-12-20T00:00:00Z"}
    shown = (await person.client.get("/api/v1/calendar", params=stretch)).json()
    assert [(one["label"], one["state"]) for one in shown["items"]] == [
        ("X", "published"),
        ("Email", "scheduled"),
        ("Threads", "waiting"),
    ]
    assert [one["name"] for one in shown["campaigns"]] == ["Opening"]
    assert (await stranger.client.get("/api/v1/calendar", params=stretch)).json() == {"items": [], "campaigns": []}
    for since, until in (
        ("2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z"),
        ("2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ):
        answer = await person.client.get("/api/v1/calendar", params={"since": since, "until": until})
        assert answer.status_code == 422
