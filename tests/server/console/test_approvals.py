"""The approvals inbox: every status, every role, the decision with and without changes, and who was first."""

import re
from datetime import timedelta
from typing import Any

import httpx

from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from server.services import Services
from tests.server.conftest import Person
from tests.server.console.samples import ARABIC, GERMAN, HOSTILE, ask, post, scope_of

WORDS = "We open on 3 December.\nCome early."
TOLD = {
    "pending": "Your decision",
    "approved": "by Ada",
    "rejected": "The price is wrong.",
    "expired": "Nobody decided",
    "cancelled": "The draft was changed.",
}


async def stored(services: Services, person: Person, request: ApprovalRequest) -> ApprovalRequest:
    return await services.repository(APPROVAL_REQUESTS, scope_of(person)).get(request.request_id)


async def send(person: Person, request: ApprovalRequest, act: str, **form: Any) -> httpx.Response:
    path = f"/console/approvals/{request.request_id}/{act}"
    return await person.client.post(path, data={"payload_hash": request.payload_hash} | form)


async def said(person: Person, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    page = await person.client.get(answer.headers["location"])
    toast = re.search(r'class="toast \w+"><span>(.*?)</span>', page.text)
    assert toast
    return toast[1]


async def test_what_waits_is_shown_exactly_and_counted(services: Services, person: Person, viewer: Person) -> None:
    request = await ask(
        services,
        person,
        post(f"{HOSTILE} {GERMAN}", account_id=HOSTILE, hashtags=[HOSTILE]),
        post(ARABIC, "email", subject=HOSTILE, recipients=["a@example.com"], account_id="us@example.com"),
        summary=HOSTILE,
        difference=[{"where": "X", "field": "text", "before": "Old words", "after": HOSTILE}],
    )
    listed = await person.client.get("/console/approvals")
    assert "Waiting <b>1</b>" in listed.text
    assert '<b class="count" data-waiting="approvals">1</b>' in listed.text
    assert (await person.client.get("/console/waiting.json")).json()["approvals"] == 1
    for one in (person, viewer):
        page = await one.client.get(f"/console/approvals/{request.request_id}")
        for words in (ARABIC, GERMAN, "Nothing is spent", "Publisher", "To 1 person", "Old words", "280 characters"):
            assert words in page.text
        assert ("Approve exactly this" in page.text) == (one is person)
        for text in (page.text, listed.text):
            assert "<script>document" not in text
            assert "<img src=x" not in text
    assert "Ask the account&#39;s owner" in page.text


async def test_every_status_has_its_list_and_its_page(services: Services, person: Person) -> None:
    for status, words in TOLD.items():
        empty = await person.client.get(f"/console/approvals?status={status}")
        assert 'class="empty"' in empty.text
        request = await ask(
            services,
            person,
            post(WORDS),
            status=status,
            approved_by=person.user_id,
            decided_via="web",
            resolved_at=services.clock.now(),
            rejection_reason="The price is wrong.",
            void_reason="The draft was changed.",
        )
        full = await person.client.get(f"/console/approvals?status={status}")
        assert request.request_id in full.text
        page = await person.client.get(f"/console/approvals/{request.request_id}")
        assert words in page.text
        assert ("Approve exactly this" in page.text) == (status == "pending")


async def test_a_long_inbox_comes_in_pages(services: Services, person: Person) -> None:
    for _ in range(26):
        await ask(services, person, post(WORDS))
    first = await person.client.get("/console/approvals")
    following = re.search(r'href="(/console/approvals\?status=pending&amp;cursor=[^"]+)"', first.text)
    assert following
    second = await person.client.get(following[1].replace("&amp;", "&"))
    ids = [re.findall(r"/console/approvals/(apr_\w+)", page.text) for page in (first, second)]
    assert [len(found) for found in ids] == [25, 1]
    assert len({*ids[0], *ids[1]}) == 26


async def test_an_untouched_form_approves_exactly_what_was_shown(services: Services, person: Person) -> None:
    request = await ask(services, person, post(WORDS))
    after = await ask(services, person, post("Another"))
    answer = await send(
        person, request, "approve", text_0=WORDS.replace("\n", "\r\n"), at_0="2026-12-02T09:00", notes="Lovely."
    )
    assert answer.headers["location"] == f"/console/approvals/{after.request_id}"
    assert await said(person, answer) == "Approved. This one waits next."
    decided = await stored(services, person, request)
    assert (decided.status, decided.edits, decided.payload_hash) == ("approved", None, request.payload_hash)
    assert (decided.decided_via, decided.approval_notes) == ("web", "Lovely.")


async def test_what_a_person_changed_is_what_is_approved(services: Services, person: Person) -> None:
    request = await ask(services, person, post(WORDS))
    answer = await send(person, request, "approve", text_0="Come at noon.", at_0="2026-12-03T12:30")
    assert await said(person, answer) == "Approved with your changes. Nothing else waits for you."
    decided = await stored(services, person, request)
    changed = decided.content["posts"][0]
    assert (changed["text"], changed["publish_at"]) == ("Come at noon.", "2026-12-03T12:30:00Z")
    page = await person.client.get(f"/console/approvals/{request.request_id}")
    assert "with changes" in page.text
    assert "We open on 3 December." in page.text


async def test_a_change_that_can_not_go_out_is_said_and_kept(services: Services, person: Person) -> None:
    request = await ask(services, person, post(WORDS))
    for form in ({"text_0": "x" * 400}, {"text_0": ""}, {"at_0": "soon"}):
        answer = await send(person, request, "approve", **form)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert all(value in answer.text for value in form.values())
    assert (await stored(services, person, request)).status == "pending"


async def test_a_rejection_carries_its_reason_and_the_first_decision_wins(services: Services, person: Person) -> None:
    request = await ask(services, person, post(WORDS))
    assert "Rejected" in await said(person, await send(person, request, "reject", notes="Too early."))
    assert (await stored(services, person, request)).rejection_reason == "Too early."
    assert "This was rejected already by" in await said(person, await send(person, request, "approve"))
    other = await ask(services, person, post(WORDS))
    stale = await send(person, other, "approve", payload_hash="0" * 64)
    assert "it has changed since" in await said(person, stale)
    assert (await stored(services, person, other)).status == "pending"


async def test_several_approvers_take_their_turns(services: Services, person: Person) -> None:
    steps = [{"name": "Marketing"}, {"name": "Legal", "approvers": ["usr_" + "0" * 32]}]
    request = await ask(services, person, post(WORDS), steps=steps)
    assert await said(person, await send(person, request, "approve")) == "Your step is approved. “Legal” is next."
    page = await person.client.get(f"/console/approvals/{request.request_id}")
    assert "approved by Ada" in page.text
    assert "The step “Legal” is for" in page.text
    assert "Approve exactly this" not in page.text
    assert "is for others to decide" in await said(person, await send(person, request, "approve"))


async def test_what_is_past_its_time_can_not_be_decided(services: Services, person: Person) -> None:
    request = await ask(services, person, post(WORDS), expires_at=services.clock.now() - timedelta(minutes=1))
    page = await person.client.get(f"/console/approvals/{request.request_id}")
    assert "Nobody decided" in page.text
    assert "Approve exactly this" not in page.text


async def test_a_link_for_somebody_else_is_shown_once(services: Services, person: Person) -> None:
    request = await ask(services, person, post(WORDS))
    wrong = await send(person, request, "link", approver="nobody", hours=24)
    assert wrong.status_code == 422
    assert "This is not an email address" in wrong.text
    made = await send(person, request, "link", approver="client@shop.example", hours=24)
    link = re.search(r'value="http://server\.test(/approve/[^"]+)"', made.text)
    assert link
    assert WORDS.split("\n", maxsplit=1)[0] in (await person.client.get(link[1])).text
    assert link[1] not in (await person.client.get(f"/console/approvals/{request.request_id}")).text


async def test_readers_and_strangers_decide_nothing(
    services: Services, person: Person, viewer: Person, stranger: Person
) -> None:
    request = await ask(services, person, post(WORDS))
    for act in ("approve", "reject", "link"):
        assert (await send(viewer, request, act, approver="a@example.com")).status_code == 403
        assert (await send(stranger, request, act, approver="a@example.com")).status_code in {303, 404}
    for path in ("", "/media/0/0"):
        answer = await stranger.client.get(f"/console/approvals/{request.request_id}{path}")
        assert answer.status_code == 404
        assert WORDS not in answer.text
    assert (await person.client.get("/console/approvals/nonsense")).status_code == 404
    assert (await stored(services, person, request)).status == "pending"
