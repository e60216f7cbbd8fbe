"""Webhooks, calendar links and sites on their pages: secrets shown once, deliveries with attempts, who may what."""

import re
from datetime import timedelta

import httpx

from core.clock import ManualClock
from core.scope import Scope
from db.outgoing import Attempt
from db.webhook_deliveries import WEBHOOK_DELIVERIES
from server.services import Services
from tests.server.conftest import Person
from tests.server.console.conftest import posted, said

HERE = "/console/webhooks"
LINKS = "/console/webhooks/calendar"
SITES = "/console/sites"
HOOK: dict[str, str | list[str]] = {
    "name": "<b>Shop</b>",
    "url": "https://shop.example/hooks",
    "events": ["post.published"],
}


def once(answer: httpx.Response) -> str:
    """Return what a page shows this once."""
    assert answer.status_code == 201, answer.text
    found = re.search(r'id="once-\w+"[^>]*>([^<]+)<', answer.text)
    assert found
    return found[1]


async def page(person: Person, path: str = HERE) -> str:
    answer = await person.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def made(person: Person) -> tuple[str, str]:
    """Make a webhook; return its page and its secret."""
    secret = once(await posted(person, HERE, **HOOK))
    (hook,) = (await person.client.get("/api/v1/webhooks")).json()["items"]
    return f"{HERE}/{hook['webhook_id']}", secret


async def test_a_webhook_is_made_changed_switched_rotated_and_removed(person: Person) -> None:
    here, secret = await made(person)
    for shown in (await page(person), await page(person, here)):
        assert secret not in shown
        assert "&lt;b&gt;Shop" in shown
        assert "<b>Shop" not in shown
    assert once(await posted(person, f"{here}/rotate", grace="3600")) != secret
    assert "signs too until" in await page(person, here)
    await posted(person, here, name="Shop", url="https://shop.example/new")
    assert "Everything" in await page(person, here)
    assert "It is off" in said(await posted(person, f"{here}/switch", on=""))
    assert "It is on" in said(await posted(person, f"{here}/switch", on="on"))
    for fields in ({"url": "http://10.0.0.1/"}, {"events": "no.such"}):
        assert "danger:" in said(
            await posted(person, here, **{"name": "Shop", "url": "https://shop.example", **fields})
        )
    assert "Removed" in said(await posted(person, f"{here}/remove"))
    assert "No webhooks yet" in await page(person)
    assert "needs a name" in said(await posted(person, HERE, name="Shop"))
    assert "https address" in said(await posted(person, HERE, name="Shop", url="http://shop.example"))


async def test_a_test_event_shows_its_attempts_and_is_sent_again(
    person: Person, stranger: Person, viewer: Person, services: Services, clock: ManualClock
) -> None:
    here, _ = await made(person)
    sent = (await posted(person, f"{here}/test")).headers["location"]
    waiting = await page(person, sent)
    assert 'data-refresh="2"' in waiting
    assert "The webhook works." in waiting
    assert "Send it again" not in waiting
    assert (await posted(person, f"{sent}/replay")).status_code == 409
    deliveries = services.repository(WEBHOOK_DELIVERIES, Scope(person.user_id, person.user_id, "user"))
    refused = Attempt(at=clock.now(), status=503, milliseconds=1_812, error="The address answered 503: <i>closed</i>")
    over = {
        "state": "failed",
        "attempts": 9,
        "latest": [refused.model_dump()],
        "due_at": None,
        "finished_at": clock.now(),
    }
    await deliveries.update(sent.rpartition("/")[2], over)
    shown = await page(person, sent)
    assert "1,812 ms" in shown
    assert "&lt;i&gt;closed" in shown
    assert "Given up" in await page(person, f"{here}?state=failed")
    assert "Nothing of this kind" in await page(person, f"{here}?state=sent")
    for one, status in ((viewer, 403), (stranger, 404)):
        for path in (f"{sent}/replay", f"{here}/test", f"{here}/rotate", f"{here}/remove", f"{here}/switch"):
            assert (await posted(one, path)).status_code == status, path
    assert (await stranger.client.get(here)).status_code == 404
    assert (await stranger.client.get(sent)).status_code == 404
    again = (await posted(person, f"{sent}/replay")).headers["location"]
    assert "what was sent before" in await page(person, again)


async def test_a_calendar_link_is_shown_once_works_and_ends(
    person: Person, stranger: Person, viewer: Person, client: httpx.AsyncClient
) -> None:
    url = once(await posted(person, LINKS, name="<b>Phone</b>"))
    assert (await client.get(url)).text.startswith("BEGIN:VCALENDAR")
    shown = await page(person, LINKS)
    assert url not in shown
    assert "&lt;b&gt;Phone" in shown
    (feed,) = (await person.client.get("/api/v1/calendar/feeds")).json()["items"]
    path = f"{LINKS}/{feed['feed_id']}/remove"
    assert (await posted(stranger, path)).status_code == 404
    assert (await posted(viewer, path)).status_code == 403
    assert "Remove</button>" not in await page(viewer, LINKS)
    assert "no longer works" in said(await posted(person, path))
    assert (await client.get(url)).status_code == 404
    assert "needs a name" in said(await posted(person, LINKS))


async def test_a_site_shows_its_code_and_its_secret_once(
    person: Person, stranger: Person, viewer: Person, clock: ManualClock
) -> None:
    secret = once(
        await posted(person, SITES, name="<b>Shop</b>", origins="https://www.shop.example\nhttps://shop.example")
    )
    (site,) = (await person.client.get("/api/v1/sites")).json()["items"]
    shown = await page(person, SITES)
    assert secret not in shown
    assert f"data-site-key=&#34;{site['site_key']}&#34;" in shown
    assert "&lt;script src=&#34;http://server.test/widget.js" in shown
    assert "<b>Shop" not in shown
    here = f"{SITES}/{site['site_id']}"
    fields = {"name": "Shop", "origins": "https://shop.example", "daily_conversations": "5", "daily_messages": "50"}
    assert "Saved" in said(await posted(person, here, **fields))
    (site,) = (await person.client.get("/api/v1/sites")).json()["items"]
    assert (site["origins"], site["anonymous"], site["daily_messages"]) == (["https://shop.example"], False, 50)
    assert "is no origin" in said(await posted(person, here, **fields | {"origins": "shop"}))
    assert "danger:" in said(await posted(person, SITES, name="Shop", origins=""))
    assert once(await posted(person, f"{here}/rotate", grace="3600")) != secret
    assert "vouches until" in await page(person, SITES)
    clock.advance(timedelta(hours=1, minutes=1))
    assert "vouches until" not in await page(person, SITES)
    for one, status in ((viewer, 403), (stranger, 404)):
        for path, given in ((here, fields), (f"{here}/rotate", {}), (f"{here}/remove", {})):
            assert (await posted(one, path, **given)).status_code == status, path
    assert "Only the owner can add a site." not in await page(viewer, SITES)
    assert "Deleted" in said(await posted(person, f"{here}/remove"))
    assert "No sites yet" in await page(person, SITES)
