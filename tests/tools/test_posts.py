"""Posts: prepared exactly, carried out once, cancelled before they go out."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from core.errors import Conflict, NotFound, ToolFailed, ToolInputError
from core.ids import new_id
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.content_library import CONTENT_LIBRARY
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.managed_urls import MANAGED_URLS
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from db.social_posts import SOCIAL_POSTS
from tests.tools.conftest import PLAN, Desk, read_back
from tools.approval.payload import payload_hash
from tools.approvals import list_approvals
from tools.campaigns import create_campaign_plan
from tools.content import get_content, revise_draft, save_draft
from tools.outside.http import Outside
from tools.outside.links import ManagedLinks
from tools.posts import cancel_post, list_posts, schedule_posts
from tools.publishing import PostsPayload
from tools.scheduling import carry_out

AT = "2026-12-01T18:00"


async def draft(desk: Desk, platform: str = "instagram", **more: Any) -> str:
    if platform == "email":
        more = {"subject": "We open"} | more
    saved = await desk.call(save_draft, platform=platform, text=f"Bread for {platform}.", **more)
    return str(saved["content_id"])


async def prepared(desk: Desk, *items: str | dict[str, str], call_id: str = "") -> dict[str, Any]:
    listed = [{"content_id": item, "publish_at": AT} if isinstance(item, str) else item for item in items]
    return await desk.call(schedule_posts, call_id, items=listed)


async def carried_out(desk: Desk, payload: dict[str, Any], call_id: str = "run", **context: Any) -> dict[str, Any]:
    return await carry_out(desk.call_context(call_id, **context), PostsPayload.model_validate(payload))


async def asked(desk: Desk, payload: dict[str, Any], **fields: Any) -> str:
    request = ApprovalRequest(
        request_id=new_id("apr"),
        request_type="publish",
        tool="schedule_posts",
        call_id=fields.pop("call_id", "call_ask"),
        run_id="run_1",
        content=payload,
        payload_hash=payload_hash(payload),
        requested_by="publisher",
        expires_at=desk.clock.now() + timedelta(days=7),
        summary="Schedule one post.",
        conversation_id=desk.conversation_id,
        **fields,
    )
    return (await Repository(desk.database, APPROVAL_REQUESTS, desk.scope).insert(request)).request_id


async def test_the_payload_holds_exactly_what_would_go_out(ready: Desk) -> None:
    post = await draft(ready, hashtags="#Leeds", link="https://example.com/menu")
    mail = await draft(ready, "email")
    told = await prepared(ready, post, {"content_id": mail, "publish_at": "2026-12-02T09:30:00+01:00"})
    assert told["payload"] == {
        "posts": [
            {
                "content_id": post,
                "version": 1,
                "platform": "instagram",
                "account_id": None,
                "text": "Bread for instagram.",
                "subject": None,
                "media": [],
                "link": "https://example.com/menu",
                "hashtags": ["#Leeds"],
                "publish_at": "2026-12-01T18:00:00Z",
                "recipients": [],
            },
            {
                "content_id": mail,
                "version": 1,
                "platform": "email",
                "account_id": None,
                "text": "Bread for email.",
                "subject": "We open",
                "media": [],
                "link": None,
                "hashtags": [],
                "publish_at": "2026-12-02T08:30:00Z",
                "recipients": [],
            },
        ],
        "audience": "local families",
        "budget": None,
    }
    assert told["summary"].startswith(
        "Schedule 2 posts: Instagram on Tue 1 Dec 2026 at 18:00, Email on Wed 2 Dec 2026 at 08:30."
    )
    assert payload_hash(told["payload"]) == payload_hash(
        (await prepared(ready, post, {"content_id": mail, "publish_at": "2026-12-02T08:30:00Z"}))["payload"]
    )


async def test_preparing_writes_nothing(ready: Desk) -> None:
    post = await draft(ready)
    before = await ready.everything()
    await prepared(ready, post)
    assert await ready.everything() == before


async def test_local_time_follows_the_person_s_timezone(ready: Desk) -> None:
    ready.timezone = "America/New_York"
    told = await prepared(ready, await draft(ready))
    assert told["payload"]["posts"][0]["publish_at"] == "2026-12-01T23:00:00Z"


async def test_without_times_posts_spread_over_the_campaign_from_tomorrow(ready: Desk) -> None:
    await ready.call(create_campaign_plan, **PLAN)
    ids = [await draft(ready), await draft(ready), await draft(ready, "threads")]
    told = await prepared(ready, *({"content_id": content_id} for content_id in ids))
    times = [post["publish_at"] for post in told["payload"]["posts"]]
    assert times == ["2026-11-21T10:00:00Z", "2026-11-22T10:00:00Z", "2026-11-21T10:00:00Z"]


async def test_the_connected_account_is_part_of_what_is_approved(ready: Desk) -> None:
    for platform in ("threads", "instagram"):
        account = SocialAccount(social_account_id=new_id("acc"), platform=platform, account_id="1789")
        await Repository(ready.database, SOCIAL_ACCOUNTS, ready.scope).insert(account)
    told = await prepared(ready, await draft(ready, "threads"))
    assert told["payload"]["posts"][0]["account_id"] == "1789"
    with pytest.raises(ToolInputError, match="needs an image or video"):
        await prepared(ready, await draft(ready))


@pytest.mark.parametrize(
    ("publish_at", "words"), [("2026-11-20T09:00", "in the past"), ("2028-01-01", "more than a year")]
)
async def test_times_have_to_make_sense(ready: Desk, publish_at: str, words: str) -> None:
    with pytest.raises(ToolInputError, match=words):
        await prepared(ready, {"content_id": await draft(ready), "publish_at": publish_at})


async def test_adverts_and_finished_content_are_not_posted(ready: Desk) -> None:
    advert = await draft(ready, "google_ads", title="Bread")
    with pytest.raises(ToolInputError, match="booked as adverts"):
        await prepared(ready, advert)
    post = await draft(ready)
    await Repository(ready.database, CONTENT_LIBRARY, ready.scope).update(post, {"status": "rejected"})
    with pytest.raises(ToolInputError, match="rejected"):
        await prepared(ready, post)


async def test_limits_are_checked_again(ready: Desk) -> None:
    post = await draft(ready, "threads")
    await Repository(ready.database, CONTENT_LIBRARY, ready.scope).update(post, {"content.text": "a" * 501})
    with pytest.raises(ToolInputError, match="501"):
        await prepared(ready, post)


async def test_no_draft_goes_out_twice(ready: Desk) -> None:
    post = await draft(ready)
    with pytest.raises(ToolInputError, match="twice"):
        await prepared(ready, post, post)
    payload = (await prepared(ready, post))["payload"]
    scheduled = await carried_out(ready, payload)
    with pytest.raises(ToolInputError, match=scheduled["scheduled"][0]["post_id"]):
        await prepared(ready, post)


async def test_what_waits_for_a_decision_keeps_its_time_and_what_was_asked_with_it(ready: Desk) -> None:
    post, other = await draft(ready), await draft(ready, "threads")
    payload = (await prepared(ready, post, other))["payload"]
    await asked(ready, payload, about=[post, other])
    again = await prepared(ready, {"content_id": post})
    assert again["payload"] == payload
    moved = await prepared(ready, {"content_id": post, "publish_at": "2026-12-04T18:00"})
    assert [item["publish_at"][:10] for item in moved["payload"]["posts"]] == ["2026-12-04", "2026-12-01"]


async def test_what_was_approved_is_scheduled_once(ready: Desk) -> None:
    await ready.call(create_campaign_plan, **PLAN)
    post, mail = await draft(ready, hashtags="#Leeds"), await draft(ready, "email")
    payload = (await prepared(ready, post, mail))["payload"]
    done = await carried_out(ready, payload, approval_id="apr_1")
    assert done["count"] == 2
    ids = [item["post_id"] for item in done["scheduled"]]
    stored = await Repository(ready.database, SOCIAL_POSTS, ready.scope).get(ids[0])
    assert (stored.content.message, stored.content.hashtags) == ("Bread for instagram.", ["#Leeds"])
    assert stored.platforms[0].status == "scheduled"
    assert stored.schedule.scheduled is True
    assert stored.campaign_id == ready.campaign_id
    assert stored.request_id == "apr_1"
    email = await Repository(ready.database, EMAIL_CAMPAIGNS, ready.scope).get(ids[1])
    assert (email.status, email.content.subject, email.content.text_content) == (
        "scheduled",
        "We open",
        "Bread for email.",
    )
    content = await ready.call(get_content, content_id=post)
    assert (content["status"], content["used_in"]) == ("approved", [ids[0]])
    before = await ready.everything()
    ready.clock.advance(timedelta(hours=1))
    assert await carried_out(ready, payload, approval_id="apr_1") == done
    assert await ready.everything() == before


async def test_repeating_is_harmless_even_after_the_time_has_passed_or_the_draft_has_changed(ready: Desk) -> None:
    post = await draft(ready)
    payload = (await prepared(ready, post))["payload"]
    done = await carried_out(ready, payload)
    await ready.call(revise_draft, content_id=post, text="Something else.")
    ready.clock.advance(timedelta(days=30))
    before = await ready.everything()
    assert await carried_out(ready, payload) == done
    assert await ready.everything() == before


async def test_a_draft_that_changed_since_is_not_scheduled(ready: Desk) -> None:
    post = await draft(ready)
    payload = (await prepared(ready, post))["payload"]
    await ready.call(revise_draft, content_id=post, text="Something else.")
    with pytest.raises(ToolFailed, match="changed or removed"):
        await carried_out(ready, payload)
    await Repository(ready.database, CONTENT_LIBRARY, ready.scope).delete(post)
    with pytest.raises(ToolFailed, match="changed or removed"):
        await carried_out(ready, payload)
    assert (await ready.call(list_posts))["posts"] == []


async def test_a_text_changed_without_a_version_is_not_scheduled(ready: Desk) -> None:
    post = await draft(ready)
    payload = (await prepared(ready, post))["payload"]
    await Repository(ready.database, CONTENT_LIBRARY, ready.scope).update(post, {"content.text": "Something else."})
    with pytest.raises(ToolFailed, match="changed or removed"):
        await carried_out(ready, payload)


async def test_what_the_approver_edited_goes_out_as_edited_within_limits(ready: Desk) -> None:
    post = await draft(ready, "threads")
    payload = (await prepared(ready, post))["payload"]
    payload["posts"][0]["text"] = "Better bread."
    approval_id = await asked(ready, payload, status="approved", edits={"posts": payload["posts"]})
    done = await carried_out(ready, payload, approval_id=approval_id)
    stored = await Repository(ready.database, SOCIAL_POSTS, ready.scope).get(done["scheduled"][0]["post_id"])
    assert stored.content.message == "Better bread."
    payload["posts"][0]["text"] = "a" * 501
    with pytest.raises(ToolFailed, match="501"):
        await carried_out(ready, payload, "other", approval_id=approval_id)


async def test_an_approval_after_its_time_schedules_nothing(ready: Desk) -> None:
    payload = (await prepared(ready, await draft(ready)))["payload"]
    ready.clock.advance(timedelta(days=12))
    with pytest.raises(ToolFailed, match="came after the time"):
        await carried_out(ready, payload)
    assert (await ready.call(list_posts))["posts"] == []


@pytest.mark.parametrize("change", [{"budget": 5}, {"posts": []}, {"extra": 1}])
def test_a_payload_holds_nothing_else(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PostsPayload.model_validate({"posts": [], "audience": None, "budget": None} | change)


async def test_the_calendar_has_posts_and_emails_in_order(ready: Desk) -> None:
    post, mail, later = await draft(ready), await draft(ready, "email"), await draft(ready, "threads")
    payload = (
        await prepared(
            ready,
            {"content_id": post, "publish_at": "2026-12-02T10:00"},
            {"content_id": mail, "publish_at": "2026-12-01T10:00"},
            {"content_id": later, "publish_at": "2026-12-05T10:00"},
        )
    )["payload"]
    await carried_out(ready, payload)
    listed = await ready.call(list_posts)
    assert [line["content_id"] for line in listed["posts"]] == [mail, post, later]
    days = await ready.call(list_posts, since="2026-12-02", until="2026-12-02", status="scheduled")
    assert [line["content_id"] for line in days["posts"]] == [post]
    first = await ready.call(list_posts, since="2026-11-20", limit=1)
    assert ([line["content_id"] for line in first["posts"]], first["more"]) == ([mail], True)
    newest = await ready.call(list_posts, limit=1)
    assert ([line["content_id"] for line in newest["posts"]], newest["more"]) == ([later], True)
    assert (await ready.call(list_posts, status="published"))["posts"] == []


async def test_a_cancelled_post_frees_its_draft(ready: Desk) -> None:
    post, mail = await draft(ready), await draft(ready, "email")
    done = await carried_out(ready, (await prepared(ready, post, mail))["payload"])
    for item in done["scheduled"]:
        cancelled = await ready.call(cancel_post, "call_c", post_id=item["post_id"])
        assert cancelled["status"] == "cancelled"
        before = await ready.everything()
        assert await ready.call(cancel_post, "call_c", post_id=item["post_id"]) == cancelled
        assert await ready.everything() == before
    listed = await ready.call(list_posts, status="cancelled")
    assert len(listed["posts"]) == 2
    again = await prepared(ready, post, mail)
    assert len(again["payload"]["posts"]) == 2


async def test_what_has_gone_out_can_not_be_cancelled(ready: Desk) -> None:
    post, mail = await draft(ready), await draft(ready, "email")
    first, second = (await carried_out(ready, (await prepared(ready, post, mail))["payload"]))["scheduled"]
    await Repository(ready.database, SOCIAL_POSTS, ready.scope).update(
        first["post_id"], {"platforms": [{"platform": "instagram", "status": "published"}]}
    )
    await Repository(ready.database, EMAIL_CAMPAIGNS, ready.scope).update(second["post_id"], {"status": "sent"})
    with pytest.raises(Conflict, match="published"):
        await ready.call(cancel_post, post_id=first["post_id"])
    with pytest.raises(Conflict, match="sent"):
        await ready.call(cancel_post, post_id=second["post_id"])


async def test_another_account_s_posts_do_not_exist(ready: Desk, stranger: Desk) -> None:
    post, mail = await draft(stranger), await draft(stranger, "email")
    done = await carried_out(stranger, (await prepared(stranger, post, mail))["payload"])
    free = await draft(stranger)
    before = await stranger.everything()
    with pytest.raises(NotFound, match=free):
        await prepared(ready, free)
    for item in done["scheduled"]:
        with pytest.raises(NotFound):
            await ready.call(cancel_post, post_id=item["post_id"])
    stolen = (await prepared(stranger, free))["payload"]
    with pytest.raises(ToolFailed):
        await carried_out(ready, stolen)
    assert (await ready.call(list_posts))["posts"] == []
    assert await stranger.everything() == before


async def test_what_waits_is_listed_and_nothing_can_be_decided(ready: Desk, stranger: Desk) -> None:
    payload = (await prepared(ready, await draft(ready)))["payload"]
    approval_id = await asked(ready, payload)
    listed = await ready.call(list_approvals)
    assert [(item["approval_id"], item["here"]) for item in listed["approvals"]] == [(approval_id, True)]
    assert (await stranger.call(list_approvals))["approvals"] == []
    assert (await ready.call(list_approvals, status="approved"))["approvals"] == []
    ready.clock.advance(timedelta(days=8))
    assert (await ready.call(list_approvals))["approvals"] == []
    expired = await ready.call(list_approvals, status="expired")
    assert [item["approval_id"] for item in expired["approvals"]] == [approval_id]


async def test_links_are_managed_before_a_person_approves(desk: Desk) -> None:
    async with Outside(desk.clock) as outside:
        links = ManagedLinks(desk.database, outside, "https://mm.example")
        text = "Bread today: https://shop.example/menu and more."
        saved = await desk.call(save_draft, platform="linkedin", text=text, link="https://shop.example/order")
        arguments = {"items": [{"content_id": saved["content_id"], "publish_at": AT}]}
        ctx = desk.call_context("call_links", links=links)
        drafted = read_back(await schedule_posts.function(ctx, schedule_posts.params.model_validate(arguments)))
        again = desk.call_context("call_links", links=links)
        assert (
            read_back(await schedule_posts.function(again, schedule_posts.params.model_validate(arguments))) == drafted
        )
    (post,) = drafted["payload"]["posts"]
    kept = {link.original_url: link for link in await Repository(desk.database, MANAGED_URLS, desk.scope).find({})}
    assert post["text"] == f"Bread today: https://mm.example/l/{kept['https://shop.example/menu'].code} and more."
    assert post["link"] == f"https://mm.example/l/{kept['https://shop.example/order'].code}"
    assert {link.utm_params.source for link in kept.values()} == {"linkedin"}
    done = await carried_out(desk, drafted["payload"])
    stored = await Repository(desk.database, SOCIAL_POSTS, desk.scope).get(done["scheduled"][0]["post_id"])
    assert stored.content.message == post["text"]


async def test_a_link_nobody_else_could_open_is_not_scheduled(desk: Desk) -> None:
    async with Outside(desk.clock) as outside:
        ctx = desk.call_context(links=ManagedLinks(desk.database, outside))
        saved = await desk.call(save_draft, platform="linkedin", text="See http://192.168.0.4/menu today.")
        arguments = {"items": [{"content_id": saved["content_id"], "publish_at": AT}]}
        with pytest.raises(ToolInputError, match="private network"):
            await schedule_posts.function(ctx, schedule_posts.params.model_validate(arguments))
