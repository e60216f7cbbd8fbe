"""Where a post goes is said by name wherever somebody decides: console, signed link, Slack, mail, telephone, widget."""

import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from core.clock import ManualClock
from core.ids import new_id
from db.approval_requests import APPROVAL_REQUESTS, Change
from db.notification_mails import NotificationMail
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from server.services import Services
from server.slack.card_blocks import open_card
from tests.server.conftest import Person
from tests.server.console.house import House
from tests.server.console.samples import HOSTILE, ask, post, scope_of
from tools.account_names import account_names
from tools.renewal import coming_id, planned_in
from tools.voice.read_back import read_back
from workflows.mails.writing import Writing

OURS, THEIRS, GONE = "2244994945", "783214", "17874387"
NAMES = ("The Bakery (@thebakery)", "The Bakery (@bakeryleeds)")
LOST = f"{GONE} (not connected any more)"
NONE = "no account connected yet"


@pytest.fixture
async def accounts(services: Services, person: Person, clock: ManualClock) -> Sequence[SocialAccount]:
    """Two accounts of one name on one platform, the other one connected last, and one that has gone."""
    repository = services.repository(SOCIAL_ACCOUNTS, scope_of(person))
    made = [
        SocialAccount(
            social_account_id=new_id("acc"), platform="twitter", account_id=account_id, account_name="The Bakery",
            account_username=username,
        )
        for account_id, username in ((OURS, "thebakery"), (THEIRS, "bakeryleeds"), (GONE, "old"))
    ]  # fmt: skip
    for one in made:
        await repository.insert(one)
        clock.advance(timedelta(seconds=1))
    await repository.delete(made[2].social_account_id)
    return made


async def test_every_surface_says_by_name_where_each_post_goes(
    services: Services, person: Person, client: httpx.AsyncClient, accounts: Sequence[SocialAccount]
) -> None:
    assert len(accounts) == 3
    posts = [
        post("One", account_id=OURS), post("Two", account_id=THEIRS), post("Three", account_id=GONE),
        post("Four", account_id=None),
    ]  # fmt: skip
    moved = Change(where="X", field="account_id", before=OURS, after=THEIRS)
    request = await ask(services, person, *posts, difference=[moved])
    names = await account_names(services.repository(SOCIAL_ACCOUNTS, scope_of(person)), [request])

    console = (await person.client.get(f"/console/approvals/{request.request_id}")).text
    body = {"approver": "client@shop.example"}
    made = await person.client.post(f"/api/v1/approvals/{request.request_id}/links", json=body)
    link = (await client.get(urlsplit(str(made.json()["url"])).path)).text
    slack = "\n".join(str(block) for block in open_card(request, names).blocks or ())
    mail = NotificationMail(
        mail_id=new_id("nml"), event_id=new_id("evt"), event_type="approval.requested", topic="approvals",
        address=person.email, about=request.request_id,
    )  # fmt: skip
    writing = Writing(services.database, services.signed_links, "http://minds.example")
    letter = await writing.letter(scope_of(person), mail)
    assert letter is not None
    for surface in (console, link, slack, "\n".join(card.label for card in letter.cards)):
        for told in (*NAMES, LOST, NONE):
            assert told in surface
        assert not re.search(rf"\b(?:{OURS}|{THEIRS})\b", surface)
    for surface in (console, link):
        assert re.search(rf"<del[^>]*>{re.escape(NAMES[0])}</del>\s*<ins[^>]*>{re.escape(NAMES[1])}</ins>", surface)
    rest = (await person.client.get(f"/api/v1/approvals/{request.request_id}")).json()
    (listed,) = (await person.client.get("/api/v1/approvals")).json()["items"]
    assert rest["accounts"] == listed["accounts"] == {OURS: NAMES[0], THEIRS: NAMES[1], GONE: LOST}
    assert rest["places"] == {"twitter": "X"}
    heard = read_back(request, "Europe/London", names)
    assert "Account: The Bakery ( thebakery)." in heard[1]
    assert "Account: The Bakery ( bakeryleeds)." in heard[2]


async def test_the_inbox_reads_names_once_however_long_it_is(services: Services, person: Person) -> None:
    trips: list[int] = []
    for _ in range(2):
        for _ in range(6):
            await ask(services, person, post("One", account_id=new_id("acc")))
        before = services.database.round_trips.count()
        assert "not connected any more" in (await person.client.get("/console/approvals")).text
        trips.append(services.database.round_trips.count() - before)
    assert trips[1] <= trips[0]


async def test_what_goes_out_as_html_is_shown_as_html_and_is_harmless(
    services: Services, person: Person, client: httpx.AsyncClient
) -> None:
    words = f"# Opening\n\n**Bread** [map](https://leeds.example) [x](javascript:alert(1)) {HOSTILE}"
    request = await ask(services, person, post(words, "email", subject="We open"), post(words, "twitter"))
    made = await person.client.post(
        f"/api/v1/approvals/{request.request_id}/links", json={"approver": "client@shop.example"}
    )
    console = (await person.client.get(f"/console/approvals/{request.request_id}")).text
    link = (await client.get(urlsplit(str(made.json()["url"])).path)).text
    for page in (console, link):
        assert page.count("<strong>Bread</strong>") == 1
        assert "**Bread**" in page
        assert '<a href="https://leeds.example"' in page
        assert not re.search(r"<script>document|<img src=x|href=.javascript", page)


async def test_previews_stand_under_the_account_the_post_goes_to(
    services: Services, person: Person, accounts: Sequence[SocialAccount]
) -> None:
    assert len(accounts) == 3
    house = House(services, person)
    content_id = await house.draft("Fresh bread", "twitter")
    shown = (await person.client.get(f"/console/library/{content_id}")).text
    assert "@bakeryleeds" in shown
    request, (post_id,) = await house.asked("2026-11-25T18:00", content_id)
    (planned,) = request.content["posts"]
    assert planned["account_id"] == THEIRS
    await house.repository(APPROVAL_REQUESTS).update(
        request.request_id, {"content": {"posts": [planned | {"account_id": OURS}], "audience": None, "budget": None}}
    )
    for path in (f"library/{content_id}", f"library/{content_id}/edit", f"calendar/{post_id}"):
        page = (await person.client.get(f"/console/{path}")).text
        assert "@thebakery" in page, path
        assert "@bakeryleeds" not in page, path


async def test_the_account_of_what_waits_is_chosen_over_rest(
    services: Services, person: Person, viewer: Person, stranger: Person, accounts: Sequence[SocialAccount]
) -> None:
    house = House(services, person)
    first, second, other = [
        await house.draft(text, place) for text, place in (("One", "twitter"), ("Two", "twitter"), ("Three", "threads"))
    ]
    request, (_, post_id, _) = await house.asked("2026-11-25T18:00", first, second, other)
    place = f"/api/v1/approvals/{request.request_id}/account"
    ours, theirs = ({"connection_id": one.social_account_id} for one in accounts[:2])
    for one, status in ((viewer, 403), (stranger, 404)):
        assert (await one.client.post(place, json=ours)).status_code == status
    same = (await person.client.post(place, json=theirs)).json()
    assert same["approval_id"] == request.request_id
    chosen = (await person.client.post(place, json=ours)).json()
    assert [one["account_id"] for one in chosen["content"]["posts"]] == [OURS, OURS, None]
    assert (chosen["supersedes"], chosen["status"]) == (request.request_id, "pending")
    assert {name: chosen["accounts"][name] for name in (OURS, THEIRS)} == dict(zip((OURS, THEIRS), NAMES, strict=True))
    late = await person.client.post(place, json=ours)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")

    waiting = await house.repository(APPROVAL_REQUESTS).get(chosen["approval_id"])
    coming = [coming_id(waiting, number, one) for number, one in enumerate(planned_in(waiting))]
    wrong = await person.client.post(f"/api/v1/posts/{coming[2]}/account", json=ours)
    assert wrong.status_code == 422
    assert "and this goes to Threads" in wrong.json()["detail"]
    assert (await person.client.post(f"/api/v1/posts/{post_id}/account", json=ours)).status_code == 404
    one = (await person.client.post(f"/api/v1/posts/{coming[1]}/account", json=theirs)).json()
    assert (one["asked_anew"], one["posts"]) == (True, 3)
    now = (await person.client.get(f"/api/v1/approvals/{one['approval_id']}")).json()
    assert [each["account_id"] for each in now["content"]["posts"]] == [OURS, THEIRS, None]


async def test_the_account_of_what_is_scheduled_and_of_what_comes_is_chosen_over_rest(
    services: Services, person: Person, accounts: Sequence[SocialAccount]
) -> None:
    house = House(services, person)
    ours = accounts[0].social_account_id
    (post_id,) = await house.scheduled("2026-11-25T18:00", await house.draft("One", "twitter"))
    moved = (await person.client.post(f"/api/v1/posts/{post_id}/account", json={"connection_id": ours})).json()
    assert (moved["asked_anew"], moved["approval_status"]) == (True, "pending")
    (result,) = (await person.client.get(f"/api/v1/posts/{post_id}")).json()["platforms"]
    assert (result["account_id"], result["status"]) == (THEIRS, "cancelled")
    approval = (await person.client.get(f"/api/v1/approvals/{moved['approval_id']}")).json()
    assert approval["content"]["posts"][0]["account_id"] == OURS

    chosen = await person.client.post(f"/api/v1/connections/{ours}/choose")
    assert chosen.json()["chosen_at"]
    request, _ = await house.asked("2026-11-26T18:00", await house.draft("Next", "twitter"))
    assert request.content["posts"][0]["account_id"] == OURS
    gone = accounts[2].social_account_id
    assert (await person.client.post(f"/api/v1/connections/{gone}/choose")).status_code == 404
    expired = {"status": "expired"}
    await services.repository(SOCIAL_ACCOUNTS, scope_of(person)).update(ours, expired)
    assert (await person.client.post(f"/api/v1/connections/{ours}/choose")).status_code == 409
