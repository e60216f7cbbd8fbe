"""Drafts: kept within limits, revised with their history, never another account's."""

from datetime import timedelta
from typing import Any

import pytest

from core.errors import Conflict, NotFound, ToolInputError
from core.ids import new_id
from db.content_library import CONTENT_LIBRARY
from db.content_versions import CONTENT_VERSIONS, ContentVersion
from db.repository import Repository
from tests.tools.conftest import PLAN, Desk
from tools.campaigns import create_campaign_plan
from tools.content import get_content, list_drafts, platform_limits, put_revised, revise_draft, save_draft

POST: dict[str, Any] = {"platform": "instagram", "text": "Warm bread from 3 December.", "hashtags": ["Leeds", "#bread"]}


async def test_a_draft_is_stored_with_its_length_and_what_is_left(ready: Desk) -> None:
    saved = await ready.call(save_draft, **POST, voice="warm", call_to_action="Come by", content_type="post")
    assert saved["hashtags"] == ["#Leeds", "#bread"]
    assert saved["characters"] == len("Warm bread from 3 December.\n\n#Leeds #bread")
    assert saved["remaining"] == saved["limit"] - saved["characters"] == 2_200 - saved["characters"]
    shown = await ready.call(get_content, content_id=saved["content_id"])
    assert shown["text"] == POST["text"]
    assert (shown["voice"], shown["call_to_action"], shown["content_type"]) == ("warm", "Come by", "social_post")
    assert shown["status"] == "draft"


async def test_a_repeated_call_stores_one_draft(ready: Desk) -> None:
    first = await ready.call(save_draft, "call_1", **POST)
    before = await ready.everything()
    ready.clock.advance(timedelta(hours=1))
    assert await ready.call(save_draft, "call_1", **POST) == first
    assert await ready.everything() == before


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ({"platform": "x", "text": "a" * 281}, "281 .* at most 280"),
        ({"platform": "instagram", "text": "a" * 2_190, "hashtags": ["#bakeryleeds"]}, "cut"),
        ({"platform": "instagram", "text": "Hi", "hashtags": "#a #b #c #d #e #f"}, "at most 5"),
        ({"platform": "email", "text": "Hello"}, "subject"),
        ({"platform": "youtube", "text": "Hello"}, "title"),
        ({"platform": "sms", "text": "a" * 1_531}, "1,530"),
        ({"platform": "linkedin", "text": "Hi", "content_type": "email"}, "not email"),
    ],
)
async def test_what_the_channel_does_not_take_is_told_and_not_stored(
    ready: Desk, draft: dict[str, Any], words: str
) -> None:
    with pytest.raises(ToolInputError, match=words):
        await ready.call(save_draft, **draft)
    assert (await ready.call(list_drafts))["drafts"] == []


async def test_a_blog_takes_its_title_from_the_first_heading(ready: Desk) -> None:
    saved = await ready.call(save_draft, platform="blog", text="# Bread for Leeds\n\nWe open.")
    assert (await ready.call(get_content, content_id=saved["content_id"]))["title"] == "Bread for Leeds"


async def test_a_draft_belongs_to_the_conversation_s_campaign(ready: Desk) -> None:
    made = await ready.call(create_campaign_plan, **PLAN)
    await ready.call(save_draft, **POST)
    await ready.call(save_draft, platform="sms", text="We open on 3 December.")
    listed = await ready.call(list_drafts, campaign_id=made["campaign_id"], platform="IG")
    assert [draft["platform"] for draft in listed["drafts"]] == ["instagram"]
    assert listed["drafts"][0]["preview"] == POST["text"]


async def test_a_revision_keeps_the_earlier_version(ready: Desk) -> None:
    saved = await ready.call(save_draft, **POST)
    revised = await ready.call(
        revise_draft, content_id=saved["content_id"], text="Fresh bread.", hashtags=[], reason="shorter"
    )
    assert (revised["version"], revised["hashtags"], revised["characters"]) == (2, [], 12)
    versions = await Repository(ready.database, CONTENT_VERSIONS, ready.scope).find({"content_id": saved["content_id"]})
    assert [(kept.version, kept.reason) for kept in versions] == [(1, "shorter")]
    assert versions[0].snapshot["content"]["text"] == POST["text"]


async def test_a_repeated_revision_changes_nothing(ready: Desk) -> None:
    saved = await ready.call(save_draft, **POST)
    arguments = {"content_id": saved["content_id"], "text": "Fresh bread."}
    first = await ready.call(revise_draft, "call_2", **arguments)
    before = await ready.everything()
    ready.clock.advance(timedelta(hours=1))
    assert await ready.call(revise_draft, "call_2", **arguments) == first
    assert await ready.everything() == before


async def test_a_revision_that_was_cut_off_can_be_repeated_or_followed(ready: Desk) -> None:
    saved = await ready.call(save_draft, **POST)
    lost = ContentVersion(version_id=new_id("ver"), content_id=saved["content_id"], version=1, snapshot={"title": "x"})
    await Repository(ready.database, CONTENT_VERSIONS, ready.scope).insert(lost)
    revised = await ready.call(revise_draft, content_id=saved["content_id"], text="Fresh bread.")
    assert revised["version"] == 2


async def test_a_change_the_database_made_without_saying_so_is_the_calls_own(ready: Desk) -> None:
    saved = await ready.call(save_draft, **POST)
    contents = Repository(ready.database, CONTENT_LIBRARY, ready.scope)
    before = await contents.get(saved["content_id"])
    await ready.call(revise_draft, content_id=before.content_id, text="Fresh bread.")
    new = before.model_copy(update={"content": before.content.model_copy(update={"text": "Fresh bread."})})
    assert (await put_revised(ready.call_context(), before, new, "Shorter"))["version"] == 2
    other = new.model_copy(update={"title": "Not what is there"})
    with pytest.raises(Conflict):
        await put_revised(ready.call_context(), before, other, "Shorter")
    assert (await contents.get(before.content_id)).version == 2


async def test_a_revision_within_limits_only(ready: Desk) -> None:
    saved = await ready.call(save_draft, platform="threads", text="Bread")
    before = await ready.everything()
    with pytest.raises(ToolInputError, match="501"):
        await ready.call(revise_draft, content_id=saved["content_id"], text="a" * 501)
    with pytest.raises(ToolInputError, match="Nothing was given"):
        await ready.call(revise_draft, content_id=saved["content_id"])
    assert await ready.everything() == before


@pytest.mark.parametrize("status", ["published", "archived"])
async def test_what_is_out_can_not_be_changed(ready: Desk, status: str) -> None:
    saved = await ready.call(save_draft, **POST)
    await Repository(ready.database, CONTENT_LIBRARY, ready.scope).update(saved["content_id"], {"status": status})
    with pytest.raises(ToolInputError, match=status):
        await ready.call(revise_draft, content_id=saved["content_id"], text="New")


async def test_an_approved_draft_becomes_a_draft_again(ready: Desk) -> None:
    saved = await ready.call(save_draft, **POST)
    changes = {"status": "approved", "used_in": [new_id("pst")]}
    await Repository(ready.database, CONTENT_LIBRARY, ready.scope).update(saved["content_id"], changes)
    revised = await ready.call(revise_draft, content_id=saved["content_id"], text="New")
    assert revised["status"] == "draft"
    assert "note" not in revised


async def test_two_revisions_of_one_version_do_not_overwrite_each_other(ready: Desk) -> None:
    saved = await ready.call(save_draft, **POST)
    repository = Repository(ready.database, CONTENT_LIBRARY, ready.scope)
    await repository.update(saved["content_id"], {"version": 2})
    with pytest.raises(Conflict):
        await repository.update(saved["content_id"], {"content.text": "x"}, where={"version": 1})


async def test_drafts_are_listed_by_state_and_bounded(ready: Desk) -> None:
    for number in range(3):
        await ready.call(save_draft, platform="threads", text=f"Bread {number}")
        ready.clock.advance(timedelta(minutes=1))
    listed = await ready.call(list_drafts, limit=2)
    assert [draft["preview"] for draft in listed["drafts"]] == ["Bread 2", "Bread 1"]
    assert listed["more"] is True
    assert (await ready.call(list_drafts, status="archived"))["drafts"] == []


async def test_a_subject_is_one_line_without_control_characters(ready: Desk) -> None:
    saved = await ready.call(save_draft, platform="email", text="Hello", subject="We open\r\nBcc: all\x00")
    assert (await ready.call(get_content, content_id=saved["content_id"]))["subject"] == "We open Bcc: all"


async def test_limits_of_a_channel_are_told(ready: Desk) -> None:
    told = await ready.call(platform_limits, platform="X")
    assert told["platform"] == "twitter"
    assert told["text"] == {"limit": 280, "advised": None, "counted_in": "weighted characters", "max_lines": None}


async def test_another_account_s_drafts_do_not_exist(ready: Desk, stranger: Desk) -> None:
    campaign = await stranger.call(create_campaign_plan, **PLAN)
    saved = await stranger.call(save_draft, **POST)
    before = await stranger.everything()
    with pytest.raises(NotFound):
        await ready.call(get_content, content_id=saved["content_id"])
    with pytest.raises(NotFound):
        await ready.call(revise_draft, content_id=saved["content_id"], text="Mine now")
    with pytest.raises(NotFound):
        await ready.call(save_draft, **POST, campaign_id=campaign["campaign_id"])
    with pytest.raises(NotFound):
        await ready.call(list_drafts, campaign_id=campaign["campaign_id"])
    assert (await ready.call(list_drafts))["drafts"] == []
    assert await stranger.everything() == before
