"""A post at another time: what was asked or approved is withdrawn, and all of it is asked anew."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict, Forbidden, NotFound, ToolInputError
from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.deliveries import DELIVERIES, Delivery
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS, SocialPost
from tests.tools.conftest import Desk
from tools.catalogue import CATALOGUE
from tools.content import save_draft
from tools.renewal import coming_id, planned_in
from tools.rescheduling import reschedule
from tools.runner import ToolRunner

RUNNER = ToolRunner(CATALOGUE)
OLD, NEW = "2026-12-01T18:00:00Z", "2026-12-03T08:30:00Z"
MOMENT = datetime(2026, 12, 3, 8, 30, tzinfo=UTC)


def requests(desk: Desk) -> Repository[ApprovalRequest]:
    return Repository(desk.database, APPROVAL_REQUESTS, desk.scope)


def posts(desk: Desk) -> Repository[SocialPost]:
    return Repository(desk.database, SOCIAL_POSTS, desk.scope)


async def asked(desk: Desk, *platforms: str) -> tuple[ApprovalRequest, list[str]]:
    """A request for a post on each platform, and the ids the posts will have."""
    items: list[dict[str, str]] = []
    for name in platforms:
        subject = {"subject": "Bread"} if name == "email" else {}
        draft = await desk.call(save_draft, platform=name, text="Fresh bread.", **subject)
        items.append({"content_id": draft["content_id"], "publish_at": OLD})
    outcome = await RUNNER.call("schedule_posts", {"items": items}, desk.call_context(new_id("call")))
    assert outcome.interrupt is not None
    request = await requests(desk).get(outcome.interrupt.approval_id)
    return request, [coming_id(request, place, one) for place, one in enumerate(planned_in(request))]


async def approved(desk: Desk, *platforms: str) -> tuple[ApprovalRequest, list[str]]:
    request, ids = await asked(desk, *platforms)
    request = await requests(desk).update(request.request_id, {"status": "approved"})
    assert (await RUNNER.execute(request, desk.call_context())).ok
    return request, ids


def times(request: ApprovalRequest) -> list[str]:
    return [post.publish_at for post in planned_in(request)]


@pytest.mark.parametrize("channel", ["threads", "email"])
async def test_what_is_scheduled_is_taken_off_and_all_of_its_approval_is_asked_anew(ready: Desk, channel: str) -> None:
    earlier, (post_id, _) = await approved(ready, channel, "threads")
    moved = await reschedule(ready.call_context(), post_id, MOMENT)
    assert moved.asked
    assert (moved.posts, times(moved.request)) == (2, [NEW, OLD])
    assert (await requests(ready).get(earlier.request_id)).status == "cancelled"
    assert [(change.field, change.before, change.after) for change in moved.request.difference] == [
        ("publish_at", OLD, NEW)
    ]
    assert {result.status for post in await posts(ready).find({}) for result in post.platforms} == {"cancelled"}
    with pytest.raises(Conflict, match="moved already"):
        await reschedule(ready.call_context(), post_id, MOMENT)
    again = await requests(ready).update(moved.request.request_id, {"status": "approved"})
    assert (await RUNNER.execute(again, ready.call_context())).ok
    further = await reschedule(ready.call_context(), moved.post_id, MOMENT + timedelta(days=1))
    assert times(further.request) == ["2026-12-04T08:30:00Z", OLD]


async def test_what_waits_is_asked_at_the_new_time_and_the_same_time_changes_nothing(ready: Desk) -> None:
    earlier, (first, second) = await asked(ready, "threads", "threads")
    same = await reschedule(ready.call_context(), first, datetime(2026, 12, 1, 18, tzinfo=UTC))
    assert (same.asked, same.request.request_id) == (False, earlier.request_id)
    moved = await reschedule(ready.call_context(), second, MOMENT)
    assert times(moved.request) == [OLD, NEW]
    assert moved.request.supersedes == earlier.request_id
    assert (await requests(ready).get(earlier.request_id)).superseded_by == moved.request.request_id
    with pytest.raises(NotFound):
        await reschedule(ready.call_context(), second, MOMENT)


async def test_a_time_that_cannot_be_changes_nothing(ready: Desk) -> None:
    earlier, (post_id,) = await approved(ready, "threads")
    for moment in (ready.clock.now() - timedelta(hours=1), ready.clock.now() + timedelta(days=400)):
        with pytest.raises(ToolInputError):
            await reschedule(ready.call_context(), post_id, moment)
    assert (await requests(ready).get(earlier.request_id)).status == "approved"


@pytest.mark.parametrize("state", ["published", "failed", "unknown", "cancelled"])
async def test_what_has_become_of_a_post_is_said_instead(ready: Desk, state: str) -> None:
    _, (post_id,) = await approved(ready, "threads")
    await posts(ready).change(post_id, {"platforms": [{"platform": "threads", "status": state}]})
    with pytest.raises(Conflict):
        await reschedule(ready.call_context(), post_id, MOMENT)


async def test_what_is_going_out_just_now_is_left_alone(ready: Desk) -> None:
    earlier, (first, second) = await approved(ready, "threads", "threads")
    moment = ready.clock.now()
    going = Delivery(
        delivery_id=new_id("dlv"), post_id=second, platform="threads", account="threads:1", publish_at=moment,
        not_after=moment, state="sending",
    )  # fmt: skip
    await Repository(ready.database, DELIVERIES, ready.scope).insert(going)
    with pytest.raises(Conflict, match="going out just now"):
        await reschedule(ready.call_context(), first, MOMENT)
    assert (await requests(ready).get(earlier.request_id)).status == "approved"


async def test_strangers_and_readers_move_nothing(ready: Desk, stranger: Desk) -> None:
    earlier, (post_id,) = await asked(ready, "threads")
    with pytest.raises(NotFound):
        await reschedule(stranger.call_context(), post_id, MOMENT)
    reader = Scope(ready.scope.user_id, new_id("usr"), "viewer")
    with pytest.raises(Forbidden):
        await reschedule(ready.call_context(scope=reader), post_id, MOMENT)
    assert (await requests(ready).get(earlier.request_id)).status == "pending"
