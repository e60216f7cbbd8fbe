"""The content library's pages: finding, how a text will look, live limits, versions, hostile words."""

import re

import pytest

from db.content_library import CONTENT_LIBRARY, Content, ContentBody
from db.content_versions import CONTENT_VERSIONS
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from server.console.previews import Shown, previewed
from tests.server.conftest import Person
from tests.server.console.conftest import HERE
from tests.server.console.house import HOSTILE, House
from tools.platforms.catalogue import CATALOGUE


@pytest.mark.parametrize("platform", CATALOGUE, ids=lambda platform: platform.name)
def test_every_platform_has_a_preview_that_counts_as_it_does(platform: object) -> None:
    name = str(getattr(platform, "name"))  # noqa: B009 - the catalogue's entries have one type at run time
    text = "Fresh 🥖 bread at https://leeds.example/a-long-path #Leeds @baker " * 40
    found = previewed(Shown(name, text, "A heading", ["#Bakery"], "https://leeds.example"))
    measure = next(one for one in CATALOGUE if one.name == name).measure(text, ["#Bakery"], "https://leeds.example")
    assert (found.limits[0].used, found.limits[0].most) == (measure.characters, measure.limit)
    assert found.html or "".join(piece.text for piece in [*found.first, *found.rest]).startswith("Fresh 🥖 bread")


def test_a_preview_marks_what_platforms_mark_and_cuts_where_they_cut() -> None:
    text = "See https://leeds.example/x, #Leeds. " + "word " * 60
    found = previewed(Shown("instagram", text))
    assert [(one.kind, one.text) for one in found.first[:4]] == [
        ("text", "See "),
        ("link", "https://leeds.example/x"),
        ("text", ", "),
        ("tag", "#Leeds"),
    ]
    assert sum(len(one.text) for one in found.first) <= 125 < len(text)
    assert previewed(Shown("twitter", text)).rest == []
    email = previewed(Shown("email", f"**Bread** {HOSTILE} [x](javascript:alert(1)) ![x](https://evil.example/x.png)"))
    assert email.html is not None
    assert "<strong>Bread</strong>" in email.html
    assert not re.search(r"<\w+ [^>]*src=|<b>|href=.javascript", email.html)


async def test_texts_are_found_by_words_channel_status_and_campaign(
    house: House, person: Person, viewer: Person, stranger: Person
) -> None:
    contents = house.repository(CONTENT_LIBRARY)
    made = [
        Content(content_id=f"cnt_{n:032x}", content_type="social_post", platform="twitter", content=ContentBody(text=t))
        for n, t in enumerate([f"Loaf {number}" for number in range(40)] + [HOSTILE, "100% (rye)"])
    ]
    await contents.put_each(made)
    await house.draft("Dear friend", "email", subject="Rye for everybody")
    for one in (person, viewer):
        page = (await one.client.get("/console/library")).text
        assert page.count('<td class="title">') == 30
        older = re.search(r'href="(/console/library\?cursor=[^"]+)"', page)
        assert older
        assert (await one.client.get(older[1])).text.count('<td class="title">') == 13
        assert "<img src=x" not in page
    for query, count in [
        ("q=rye", 2), ("q=100%25 (", 1), ("q=.*", 0), ("q=<img", 1), ("platform=email", 1), ("status=approved", 0),
        ("q=loaf 3", 11), ("campaign=cmp_x", 0),
    ]:  # fmt: skip
        page = (await person.client.get(f"/console/library?{query}")).text
        assert (query, page.count('<td class="title">')) == (query, count)
        assert ("No text fits" in page) == (count == 0)
    assert "No texts yet" in (await stranger.client.get("/console/library")).text
    assert (await person.client.get("/console/library?status=lost")).status_code == 422


async def test_a_text_is_shown_as_it_will_look_with_all_that_belongs_to_it(
    house: House, person: Person, viewer: Person, stranger: Person
) -> None:
    account = SocialAccount(
        social_account_id="acc_" + "0" * 32, platform="twitter", account_id="1",
        account_name=HOSTILE, account_username="b",
    )  # fmt: skip
    await house.repository(SOCIAL_ACCOUNTS).insert(account)
    content_id = await house.draft(HOSTILE, "twitter")
    await house.scheduled("2026-11-25T18:00", content_id)
    child = Content(
        content_id="cnt_" + "c" * 32, parent_id=content_id, content_type="social_post", platform="linkedin",
        title=HOSTILE, content=ContentBody(text=HOSTILE),
    )  # fmt: skip
    await house.repository(CONTENT_LIBRARY).insert(child)
    for one in (person, viewer):
        page = (await one.client.get(f"/console/library/{content_id}")).text
        assert ("made from this" in page, "Scheduled" in page) == (True, True)
        assert f"{content_id}/edit" in page if one is person else f"{content_id}/edit" not in page
        assert not re.search(r"<img src=x|<b>bold|54439", page)
    assert "what it was made from" in (await person.client.get(f"/console/library/{child.content_id}")).text
    for path in ("", "/edit"):
        assert (await stranger.client.get(f"/console/library/{content_id}{path}")).status_code == 404
    assert (await viewer.client.get(f"/console/library/{content_id}/edit")).status_code == 403


async def test_limits_are_counted_while_one_writes_and_nothing_is_stored(
    house: House, person: Person, stranger: Person
) -> None:
    content_id = await house.draft("Bread", "twitter")
    path = f"/console/library/{content_id}/measure"
    form = {"text": f"https://leeds.example/{'x' * 300} 🥖 {HOSTILE}", "hashtags": "Leeds, #Bakery", "link": ""}
    live = (await person.client.post(path, data=form, headers=HERE)).text
    measure = next(one for one in CATALOGUE if one.name == "twitter").measure(form["text"], ["#Leeds", "#Bakery"])
    assert f"<b>{measure.characters}<small> / 280</small></b>" in live
    assert not re.search(r"<img|<script|<html", live)
    long = (await person.client.post(path, data={"text": "word " * 100}, headers=HERE)).text
    assert "weighted characters too many" in long
    assert 'role="alert"' in long
    assert (await stranger.client.post(path, data=form, headers=HERE)).status_code == 404
    assert (await house.repository(CONTENT_LIBRARY).get(content_id)).content.text == "Bread"


async def test_an_edit_of_something_approved_says_what_follows_and_is_asked_anew(
    house: House, person: Person, viewer: Person
) -> None:
    content_id = await house.draft("Bread #Leeds", "twitter", hashtags=["#Leeds"], link="https://leeds.example")
    await house.scheduled("2026-11-25T18:00", content_id)
    path = f"/console/library/{content_id}"
    assert "A change withdraws that approval" in (await person.client.get(f"{path}/edit")).text
    form = {"version": "1", "text": "Fresh bread\r\nat eight", "hashtags": "", "link": ""}
    assert (await viewer.client.post(path, data=form, headers=HERE)).status_code == 403
    saved = await person.client.post(path, data=form, headers=HERE)
    said = (await person.client.get(saved.headers["location"])).text
    assert "Saved as version 2. What was asked or approved before is withdrawn; 1 request" in said
    now = await house.repository(CONTENT_LIBRARY).get(content_id)
    assert (now.content.text, now.hashtags, now.content.link) == ("Fresh bread\nat eight", [], None)
    (asked,) = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"]
    assert asked["content"]["posts"][0]["text"] == "Fresh bread\nat eight"
    stale = await person.client.post(path, data=form | {"text": "Mine"}, headers=HERE)
    assert (stale.status_code, "Somebody has changed it meanwhile" in stale.text, ">\nMine<" in stale.text) == (
        422,
        True,
        True,
    )
    long = await person.client.post(path, data=form | {"version": "2", "text": "word " * 99}, headers=HERE)
    assert (long.status_code, "at most 280" in long.text) == (422, True)


async def test_versions_differ_word_by_word_and_one_is_put_back(
    house: House, person: Person, viewer: Person, stranger: Person
) -> None:
    content_id = await house.draft(f"We open at nine. {HOSTILE}", "twitter")
    path = f"/console/library/{content_id}"
    form = {"version": "1", "text": f"We open at eight. {HOSTILE}"}
    await person.client.post(path, data=form, headers=HERE)
    (kept,) = await house.repository(CONTENT_VERSIONS).find({"content_id": content_id})
    shown = (await person.client.get(f"{path}/versions/{kept.version_id}")).text
    assert "We open at <del>nine</del><ins>eight</ins>" in shown
    assert not re.search(r"<img src=x|<b>bold|54439", shown)
    restoring = f"{path}/versions/{kept.version_id}/restore"
    assert "Put this version back" not in (await viewer.client.get(f"{path}/versions/{kept.version_id}")).text
    assert (await viewer.client.post(restoring, headers=HERE)).status_code == 403
    assert (await stranger.client.post(restoring, headers=HERE)).status_code == 404
    back = await person.client.post(restoring, headers=HERE)
    assert "The earlier text is back, as version 3." in (await person.client.get(back.headers["location"])).text
    assert "at nine" in (await house.repository(CONTENT_LIBRARY).get(content_id)).content.text
    again = await person.client.post(restoring, headers=HERE)
    assert "already" in (await person.client.get(again.headers["location"])).text
