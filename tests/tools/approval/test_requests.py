"""Approval requests: one winner among all surfaces, steps, edits, expiry, reminders, and who is told."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from core.clock import ManualClock
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest, ApprovalStep
from db.audit_log import AUDIT_LOG
from db.client import Database
from db.repository import Repository
from tools.approval.payload import payload_hash
from tools.approval.requests import ApprovalRequests, RequestDraft

STEPS = (ApprovalStep(name="internal"), ApprovalStep(name="client", approvers=["client@shop.example"]))


class Note(BaseModel):
    """A payload of one text."""

    text: str


@pytest.fixture
def told() -> list[ApprovalRequest]:
    return []


@pytest.fixture
def requests(database: Database, told: list[ApprovalRequest]) -> ApprovalRequests:
    async def listener(scope: Scope, request: ApprovalRequest) -> None:
        assert scope.user_id == request.user_id
        told.append(request)

    return ApprovalRequests(database, lambda _: Note, [listener])


def draft(**more: Any) -> RequestDraft:
    given: dict[str, Any] = {
        "request_id": new_id("apr"),
        "request_type": "content",
        "payload": {"text": "Bread today"},
        "summary": "A text.",
        "requested_by": "writer",
        "tool": "note",
    }
    return RequestDraft(**(given | more))


def client(scope: Scope) -> Scope:
    return Scope(scope.user_id, "client@shop.example", "user")


SURFACES = ("web", "api", "slack", "voice", "link", "console", "ag_ui")


async def test_five_hundred_decisions_at_once_have_one_winner_and_the_others_learn_who_and_when(
    requests: ApprovalRequests, scope: Scope, told: list[ApprovalRequest]
) -> None:
    asked = await requests.ask(scope, draft(workflow_id="wf_1"))

    async def decide(number: int) -> ApprovalRequest | Conflict:
        person = Scope(scope.user_id, f"usr_{number}", "user")
        try:
            return await requests.decide(
                person, asked.request_id, "approve" if number % 2 else "reject", via=SURFACES[number % len(SURFACES)]
            )
        except Conflict as conflict:
            return conflict

    outcomes = await asyncio.gather(*[decide(number) for number in range(500)])
    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, ApprovalRequest)]
    losers = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert {loser.details["decided_by"] for loser in losers} == {winner.approved_by}
    assert (winner.approved_by == "voice_approval") == (winner.decided_via == "voice") == bool(winner.spoken_by)
    assert winner.resolved_at is not None
    assert {loser.details["decided_at"] for loser in losers} == {winner.resolved_at.isoformat()}
    assert [request.request_id for request in told] == [asked.request_id]


async def test_asking_again_finds_the_first_request(requests: ApprovalRequests, scope: Scope) -> None:
    wanted = draft()
    first = await requests.ask(scope, wanted)
    assert await requests.ask(scope, wanted) == first


async def test_what_is_asked_in_place_of_another_withdraws_it_and_tells_the_difference(
    requests: ApprovalRequests, scope: Scope, database: Database
) -> None:
    first = await requests.ask(scope, draft())
    await requests.decide(scope, first.request_id, "approve", via="web")
    second = await requests.ask(scope, draft(payload={"text": "Cake today"}, supersedes=first.request_id))
    assert [(change.field, change.before, change.after) for change in second.difference] == [
        ("text", "Bread today", "Cake today")
    ]
    earlier = await Repository(database, APPROVAL_REQUESTS, scope).get(first.request_id)
    assert (earlier.status, earlier.superseded_by) == ("cancelled", second.request_id)
    with pytest.raises(Conflict, match="withdrawn") as error:
        await requests.decide(scope, first.request_id, "approve", via="web")
    assert error.value.details["superseded_by"] == second.request_id


async def test_steps_are_passed_in_turn_each_by_its_people(
    requests: ApprovalRequests, scope: Scope, told: list[ApprovalRequest]
) -> None:
    asked = await requests.ask(scope, draft(steps=STEPS))
    waiting = await requests.decide(scope, asked.request_id, "approve", notes="Good.", via="web")
    assert (waiting.status, waiting.step, told) == ("pending", 1, [])
    with pytest.raises(Forbidden):
        await requests.decide(scope, asked.request_id, "approve", via="web")
    done = await requests.decide(client(scope), asked.request_id, "approve", via="link")
    assert (done.status, done.approved_by, done.decided_via) == ("approved", "client@shop.example", "link")
    assert [(one.step, one.by, one.payload_hash) for one in done.signatures] == [
        ("internal", scope.actor_id, asked.payload_hash),
        ("client", "client@shop.example", asked.payload_hash),
    ]
    assert len(told) == 1


async def test_of_many_at_one_step_one_counts_and_none_counts_for_the_next(
    requests: ApprovalRequests, scope: Scope
) -> None:
    asked = await requests.ask(scope, draft(steps=(ApprovalStep(name="first"), ApprovalStep(name="second"))))
    people = [Scope(scope.user_id, f"usr_{number}", "user") for number in range(30)]
    outcomes = await asyncio.gather(
        *[
            requests.decide(one, asked.request_id, "approve", payload_hash=asked.payload_hash, via="web")
            for one in people
        ],
        return_exceptions=True,
    )
    passed = [outcome for outcome in outcomes if isinstance(outcome, ApprovalRequest)]
    assert 1 <= len(passed) <= 2
    assert all(isinstance(outcome, ApprovalRequest | Conflict) for outcome in outcomes)


async def test_a_rejection_at_any_step_ends_it(requests: ApprovalRequests, scope: Scope) -> None:
    asked = await requests.ask(scope, draft(steps=STEPS))
    await requests.decide(scope, asked.request_id, "approve", via="web")
    done = await requests.decide(client(scope), asked.request_id, "reject", notes="Too loud.", via="link")
    assert (done.status, done.rejection_reason) == ("rejected", "Too loud.")


async def test_an_edit_at_a_later_step_goes_back_to_those_who_signed_before(
    requests: ApprovalRequests, scope: Scope
) -> None:
    asked = await requests.ask(scope, draft(steps=STEPS))
    await requests.decide(scope, asked.request_id, "approve", via="web")
    edited = await requests.decide(
        client(scope), asked.request_id, "approve", edits={"text": "Bread tomorrow"}, via="link"
    )
    assert (edited.status, edited.step, edited.signatures) == ("pending", 0, [])
    assert edited.payload_hash == payload_hash({"text": "Bread tomorrow"}) != asked.payload_hash
    assert [change.after for change in edited.difference] == ["Bread tomorrow"]
    with pytest.raises(Conflict, match="not what you were shown"):
        await requests.decide(scope, asked.request_id, "approve", payload_hash=asked.payload_hash, via="web")


async def test_edits_that_do_not_fit_change_nothing(requests: ApprovalRequests, scope: Scope) -> None:
    asked = await requests.ask(scope, draft())
    for edits in ({"text": None}, {"text": ["a"]}):
        with pytest.raises(InvalidInput):
            await requests.decide(scope, asked.request_id, "approve", edits=edits, via="web")
    with pytest.raises(InvalidInput):
        await requests.decide(scope, asked.request_id, "reject", edits={"text": "x"}, via="web")
    assert (await requests.decide(scope, asked.request_id, "approve", via="web")).content == {"text": "Bread today"}


async def test_what_nobody_decided_expires_and_whoever_waits_is_told(
    requests: ApprovalRequests, scope: Scope, clock: ManualClock, told: list[ApprovalRequest]
) -> None:
    asked = await requests.ask(scope, draft(lifetime=timedelta(hours=1)))
    clock.advance(timedelta(hours=2))
    expired = await requests.expire(scope, asked)
    assert expired is not None
    assert expired.status == "expired"
    assert [request.status for request in told] == ["expired"]
    assert await requests.expire(scope, asked) is None
    with pytest.raises(Conflict, match="expired"):
        await requests.decide(scope, asked.request_id, "approve", via="web")


async def test_reminders_come_once_each_and_stop_with_the_decision(
    requests: ApprovalRequests, scope: Scope, clock: ManualClock
) -> None:
    asked = await requests.ask(scope, draft())
    assert asked.remind_at == clock.now() + timedelta(days=1)
    first = await requests.remind(scope, asked)
    assert first is not None
    assert (first.reminded_at, first.remind_at) == (clock.now(), asked.expires_at - timedelta(days=1))
    assert await requests.remind(scope, asked) is None
    decided = await requests.decide(scope, asked.request_id, "approve", via="web")
    assert decided.remind_at is None
    assert await requests.remind(scope, first) is None


async def test_another_account_can_neither_see_decide_nor_replace(
    requests: ApprovalRequests, scope: Scope, other_scope: Scope
) -> None:
    asked = await requests.ask(scope, draft())
    with pytest.raises(NotFound):
        await requests.decide(other_scope, asked.request_id, "approve", via="web")
    with pytest.raises(NotFound):
        await requests.ask(other_scope, draft(supersedes=asked.request_id))
    with pytest.raises(Forbidden):
        await requests.decide(Scope(scope.user_id, "usr_v", "viewer"), asked.request_id, "approve", via="web")


async def test_each_act_is_in_the_audit_log_once(requests: ApprovalRequests, scope: Scope, database: Database) -> None:
    asked = await requests.ask(scope, draft(steps=(ApprovalStep(name="first"), ApprovalStep(name="second"))))
    await requests.decide(scope, asked.request_id, "approve", via="web")
    await requests.decide(scope, asked.request_id, "approve", via="web")
    await requests.void(scope, asked.request_id, "Changed.")
    entries = await Repository(database, AUDIT_LOG, scope).find({"resource_id": asked.request_id})
    assert sorted(entry.action for entry in entries) == ["approval_approved", "approval_cancelled", "approval_pending"]


async def test_each_step_takes_another_person_where_there_is_one(database: Database, scope: Scope) -> None:
    people = {scope.actor_id: "ada@example.com"}

    async def signers(_: Scope) -> dict[str, str]:
        return people

    requests = ApprovalRequests(database, lambda _: Note, signers=signers)
    two = (ApprovalStep(name="first"), ApprovalStep(name="second"))
    alone = await requests.ask(scope, draft(steps=two))
    await requests.decide(scope, alone.request_id, "approve", via="web")
    assert (await requests.decide(scope, alone.request_id, "approve", via="web")).status == "approved"

    people["usr_lea"] = "Lea@Example.com"
    asked = await requests.ask(scope, draft(steps=two))
    await requests.decide(scope, asked.request_id, "approve", via="web")
    by_link = Scope(scope.user_id, "ada@example.com", "user")
    for same in (scope, by_link):
        with pytest.raises(Forbidden, match=r"signed the step “first” already.*Lea@Example\.com"):
            await requests.decide(same, asked.request_id, "approve", via="web")
    lea = Scope(scope.user_id, "usr_lea", "user")
    assert (await requests.decide(lea, asked.request_id, "approve", via="web")).status == "approved"

    named = await requests.ask(scope, draft(steps=(ApprovalStep(name="lea", approvers=["lea@example.com"]),)))
    with pytest.raises(Forbidden, match="for others"):
        await requests.decide(scope, named.request_id, "approve", via="web")
    assert (await requests.decide(lea, named.request_id, "approve", via="web")).status == "approved"
    # Whoever is named alone for every step may sign them all.
    own = ApprovalStep(name="own", approvers=[scope.actor_id])
    both = await requests.ask(scope, draft(steps=(own, ApprovalStep(name="again", approvers=[scope.actor_id]))))
    await requests.decide(scope, both.request_id, "approve", via="web")
    assert (await requests.decide(scope, both.request_id, "approve", via="web")).status == "approved"
