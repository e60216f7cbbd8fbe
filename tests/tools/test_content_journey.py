"""Content is put at its place in a reader's journey: both ends know of it, and what is not allowed is not stored."""

from typing import Any

import pytest

from core.content_journey import KINDS
from core.errors import NotFound, ToolInputError
from core.scope import Scope
from db.content_library import CONTENT_LIBRARY
from db.content_parts import Journey
from db.repository import Repository
from tests.tools.conftest import Desk
from tools.content import save_draft
from tools.content_journey import set_journey
from tools.platforms.catalogue import CATALOGUE

TEXTS: dict[str, dict[str, Any]] = {
    "post": {"platform": "instagram", "text": "Warm bread from 3 December."},
    "article": {"platform": "blog", "text": "# Bread for Leeds\n\nWe open."},
    "checklist": {"platform": "blog", "content_type": "lead magnet", "title": "Your first loaf", "text": "Flour."},
    "email": {"platform": "email", "subject": "We open", "text": "Come by."},
    "advert": {"platform": "meta_ads", "title": "Bread", "text": "Warm bread."},
}


@pytest.fixture
async def drafts(ready: Desk) -> dict[str, str]:
    """A draft of each kind."""
    return {name: (await ready.call(save_draft, **text))["content_id"] for name, text in TEXTS.items()}


def test_every_type_the_house_writes_has_its_place_but_adverts() -> None:
    types = {name for platform in CATALOGUE for name in platform.content_types}
    assert types ^ KINDS.keys() == {"ad_copy"}


async def journey(desk: Desk, content_id: str) -> Journey:
    return (await Repository(desk.database, CONTENT_LIBRARY, desk.scope).get(content_id)).journey


async def test_both_ends_know_of_a_step_and_forget_it_when_it_leads_elsewhere(
    ready: Desk, drafts: dict[str, str]
) -> None:
    post, article, checklist = drafts["post"], drafts["article"], drafts["checklist"]
    assert (await journey(ready, post)).conversion_goal == "website_visit"

    told = await ready.call(set_journey, "call_1", content_id=post, next_content_id=article)
    assert await ready.call(set_journey, "call_1", content_id=post, next_content_id=article) == told
    assert told["next_action_type"] == "blog_post"
    assert await journey(ready, article) == Journey(
        previous_action_type="social_post", previous_action_id=post, conversion_goal="lead_magnet"
    )

    await ready.call(set_journey, content_id=post, next_content_id=checklist, conversion_goal="lead magnet")
    assert await journey(ready, post) == Journey(
        next_action_type="content_upgrade", next_action_id=checklist, conversion_goal="lead_magnet"
    )
    assert (await journey(ready, article)).previous_action_id is None
    assert (await journey(ready, checklist)).previous_action_id == post

    await ready.call(set_journey, content_id=article, next_content_id=checklist)
    await ready.call(set_journey, content_id=post, next_content_id=article)
    assert (await journey(ready, checklist)).previous_action_id == article, "somebody else's step stays"


@pytest.mark.parametrize(
    ("name", "step", "words"),
    [
        ("post", {"next": "email"}, "may lead to a blog post or a content upgrade"),
        ("article", {"next": "post"}, "may lead to a content upgrade or an email sequence"),
        ("checklist", {"next": "article"}, "may lead to an email sequence"),
        ("email", {"next": "email"}, "may lead to a blog post or a content upgrade"),
        ("advert", {"next": "article"}, "has no place"),
        ("post", {"next": "advert"}, "has no place"),
        ("email", {"conversion_goal": "website_visit"}, "may be sale, referral or testimonial"),
    ],
)
async def test_what_the_table_does_not_allow_is_told_and_not_stored(
    ready: Desk, drafts: dict[str, str], name: str, step: dict[str, str], words: str
) -> None:
    if target := step.pop("next", None):
        step["next_content_id"] = drafts[target]
    before = await ready.everything()
    with pytest.raises(ToolInputError, match=words):
        await ready.call(set_journey, content_id=drafts[name], **step)
    assert await ready.everything() == before


async def test_nothing_leads_to_what_is_another_accounts(
    ready: Desk, drafts: dict[str, str], other_scope: Scope
) -> None:
    theirs = await Desk(ready.database, other_scope, ready.clock).open()
    article = (await theirs.call(save_draft, **TEXTS["article"]))["content_id"]
    with pytest.raises(NotFound):
        await ready.call(set_journey, content_id=drafts["post"], next_content_id=article)
    assert (await journey(theirs, article)).previous_action_id is None
