"""A change after asking: the request is withdrawn, what it scheduled is cancelled, and the new thing is asked."""

from datetime import timedelta

from core.ids import new_id
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from tests.tools.conftest import Desk
from tools.catalogue import CATALOGUE
from tools.content import revise_draft, save_draft
from tools.runner import ToolRunner

RUNNER = ToolRunner(CATALOGUE)


async def two_asked(desk: Desk) -> tuple[list[str], ApprovalRequest]:
    ids = [str((await desk.call(save_draft, platform="threads", text=f"Bread {n}."))["content_id"]) for n in range(2)]
    items = [{"content_id": one, "publish_at": "2026-12-01T18:00"} for one in ids]
    outcome = await RUNNER.call("schedule_posts", {"items": items}, desk.call_context(new_id("call")))
    assert outcome.interrupt is not None
    return ids, await requests(desk).get(outcome.interrupt.approval_id)


def requests(desk: Desk) -> Repository[ApprovalRequest]:
    return Repository(desk.database, APPROVAL_REQUESTS, desk.scope)


async def test_changing_a_draft_that_waits_asks_for_all_of_it_anew_with_the_difference(ready: Desk) -> None:
    (first, second), asked = await two_asked(ready)
    revised = await ready.call(revise_draft, content_id=first, text="Fresh bread.")
    (renewed,) = [await requests(ready).get(one) for one in revised["asked_anew"]]
    assert (await requests(ready).get(asked.request_id)).status == "cancelled"
    assert renewed.status == "pending"
    assert [(post["content_id"], post["text"], post["version"]) for post in renewed.content["posts"]] == [
        (first, "Fresh bread.", 2),
        (second, "Bread 1.", 1),
    ]
    assert [(change.field, change.before, change.after) for change in renewed.difference] == [
        ("text", "Bread 0.", "Fresh bread.")
    ]
    assert renewed.supersedes == asked.request_id
    assert renewed.call_id == asked.call_id


async def test_changing_what_is_scheduled_takes_it_off_and_asks_again(ready: Desk) -> None:
    (first, _), asked = await two_asked(ready)
    approved = await requests(ready).update(asked.request_id, {"status": "approved"})
    await RUNNER.execute(approved, ready.call_context())
    revised = await ready.call(revise_draft, content_id=first, text="Fresh bread.")
    posts = await Repository(ready.database, SOCIAL_POSTS, ready.scope).find({})
    assert [post.platforms[0].status for post in posts] == ["cancelled", "cancelled"]
    renewed = await requests(ready).get(revised["asked_anew"][0])
    again = await RUNNER.execute(
        await requests(ready).update(renewed.request_id, {"status": "approved"}), ready.call_context()
    )
    assert again.ok
    posts = await Repository(ready.database, SOCIAL_POSTS, ready.scope).find({"platforms.status": "scheduled"})
    assert sorted(post.content.message for post in posts) == ["Bread 1.", "Fresh bread."]


async def test_what_is_out_already_is_left_alone(ready: Desk) -> None:
    (first, second), asked = await two_asked(ready)
    approved = await requests(ready).update(asked.request_id, {"status": "approved"})
    await RUNNER.execute(approved, ready.call_context())
    posts = Repository(ready.database, SOCIAL_POSTS, ready.scope)
    out = next(post for post in await posts.find({}) if post.content_id == second)
    gone = [result.model_copy(update={"status": "published"}).model_dump() for result in out.platforms]
    await posts.update(out.post_id, {"platforms": gone})
    revised = await ready.call(revise_draft, content_id=first, text="Fresh bread.")
    renewed = await requests(ready).get(revised["asked_anew"][0])
    assert [post["content_id"] for post in renewed.content["posts"]] == [first]
    assert (await posts.get(out.post_id)).platforms[0].status == "published"


async def test_after_its_time_a_changed_request_is_withdrawn_only(ready: Desk) -> None:
    (first, _), asked = await two_asked(ready)
    ready.clock.advance(timedelta(days=14))
    revised = await ready.call(revise_draft, content_id=first, text="Fresh bread.")
    assert "asked_anew" not in revised
    assert "Schedule it again" in revised["note"]
    assert (await requests(ready).get(asked.request_id)).status == "cancelled"


async def test_a_new_time_withdraws_what_waits_and_keeps_the_rest_of_it(ready: Desk) -> None:
    (first, second), asked = await two_asked(ready)
    arguments = {"items": [{"content_id": first, "publish_at": "2026-12-04T09:00"}]}
    context = ready.call_context(new_id("call"))
    outcome = await RUNNER.call("schedule_posts", arguments, context)
    assert context.withdrawn == [asked.request_id]
    assert outcome.interrupt is not None
    assert [post["content_id"] for post in outcome.interrupt.payload["posts"]] == [first, second]
    assert [change["field"] for change in outcome.interrupt.difference] == ["publish_at"]
    assert "Changed: Threads time" in outcome.interrupt.message


async def test_asking_for_the_same_again_shows_the_same_request(ready: Desk) -> None:
    (first, second), asked = await two_asked(ready)
    items = [{"content_id": one} for one in (first, second)]
    outcome = await RUNNER.call("schedule_posts", {"items": items}, ready.call_context(new_id("call")))
    assert outcome.interrupt is not None
    assert outcome.interrupt.approval_id == asked.request_id


async def test_after_a_rejection_the_new_request_tells_what_is_different(ready: Desk) -> None:
    (first, second), asked = await two_asked(ready)
    await requests(ready).update(asked.request_id, {"status": "rejected", "rejection_reason": "Too short."})
    revised = await ready.call(revise_draft, content_id=first, text="Fresh bread, warm from the oven.")
    assert "asked_anew" not in revised
    items = [{"content_id": one, "publish_at": "2026-12-01T18:00"} for one in (first, second)]
    outcome = await RUNNER.call("schedule_posts", {"items": items}, ready.call_context(new_id("call")))
    assert outcome.interrupt is not None
    assert [change["field"] for change in outcome.interrupt.difference] == ["text"]
    assert (await requests(ready).get(outcome.interrupt.approval_id)).supersedes == asked.request_id
