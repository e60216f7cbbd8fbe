"""Posts on their way, over REST: how far they have come, calling them off, and what the conversation is told."""

from datetime import timedelta

import pytest

from core.clock import ManualClock
from core.scope import Scope
from db.deliveries import DELIVERIES
from db.social_posts import SOCIAL_POSTS, PlatformResult, PostContent, PostSchedule, SocialPost
from server.services import Services
from tests.server.conftest import Person

HOUR = timedelta(hours=1)
POST = "pst_" + "0" * 32


@pytest.fixture
async def scheduled(person: Person, services: Services, clock: ManualClock) -> str:
    """A conversation with a post for an account that is not connected."""
    conversation_id = await person.conversation()
    scope = Scope(person.user_id, person.user_id, "user")
    await services.repository(SOCIAL_POSTS, scope).insert(
        SocialPost(
            post_id=POST,
            conversation_id=conversation_id,
            platforms=[PlatformResult(platform="twitter")],
            content=PostContent(message="Fresh bread"),
            schedule=PostSchedule(scheduled=True, publish_at=clock.now() + HOUR),
        )
    )
    await services.delivery.due.look()
    return conversation_id


async def test_how_far_a_post_has_come_is_shown(person: Person, scheduled: str) -> None:
    assert scheduled
    shown = (await person.client.get(f"/api/v1/posts/{POST}/deliveries")).json()["items"]
    assert [(one["platform"], one["state"], one["attempts"]) for one in shown] == [("twitter", "scheduled", 0)]
    assert "account" in shown[0]["reason"]


async def test_a_post_is_called_off_once_and_not_when_it_is_too_late(
    person: Person, scheduled: str, services: Services
) -> None:
    assert scheduled
    answer = await person.client.post(f"/api/v1/posts/{POST}/cancel")
    assert answer.json()["items"][0]["state"] == "cancelled"
    await services.delivery.due.look()
    await services.delivery.due.settle()
    post = (await person.client.get(f"/api/v1/posts/{POST}")).json()
    assert post["platforms"][0]["status"] == "cancelled"
    assert (await person.client.post(f"/api/v1/posts/{POST}/retry", json={})).status_code == 409


async def test_what_did_not_go_out_is_told_in_its_conversation_and_may_be_tried_again(
    person: Person, scheduled: str, services: Services, clock: ManualClock
) -> None:
    clock.advance(HOUR)
    await services.delivery.due.look()
    await services.delivery.due.settle()
    post = (await person.client.get(f"/api/v1/posts/{POST}")).json()
    assert post["platforms"][0]["status"] == "failed"
    assert post["platforms"][0]["error"]
    messages = (await person.client.get(f"/api/v1/conversations/{scheduled}/messages")).json()["items"]
    assert [message["content"] for message in messages if "did not go out" in message["content"]] != []
    answer = await person.client.post(f"/api/v1/posts/{POST}/retry", json={"platform": "twitter"})
    assert (answer.status_code, answer.json()["state"]) == (200, "scheduled")


async def test_a_lost_one_is_settled_with_an_address_alone(
    person: Person, scheduled: str, services: Services, stranger: Person
) -> None:
    assert scheduled
    scope = Scope(person.user_id, person.user_id, "user")
    deliveries = services.repository(DELIVERIES, scope)
    (delivery,) = await deliveries.find({})
    await deliveries.change(delivery.delivery_id, {"state": "unknown", "next_attempt_at": None})
    place = f"/api/v1/posts/{POST}/resolve"
    wrong = await person.client.post(place, json={"outcome": "published", "url": "javascript:alert(1)"})
    assert wrong.status_code == 422
    body = {"outcome": "published", "url": "https://x.com/i/web/status/1"}
    assert (await stranger.client.post(place, json=body)).status_code == 404
    assert (await person.client.post(place, json=body)).json()["state"] == "published"
    await services.delivery.due.look()
    await services.delivery.due.settle()
    post = (await person.client.get(f"/api/v1/posts/{POST}")).json()
    assert post["platforms"][0]["url"] == body["url"]
