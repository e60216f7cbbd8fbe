"""Approval care: over all accounts, each request once."""

import asyncio
from datetime import timedelta

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.repository import Repository
from tools.approval.requests import ApprovalRequests, RequestDraft
from workflows.approval_care import ApprovalCare, expire_due, remind_due


def draft(days: int) -> RequestDraft:
    return RequestDraft(new_id("apr"), "content", {"text": "x"}, "A text.", "writer", lifetime=timedelta(days=days))


async def test_requests_of_all_accounts_are_reminded_of_and_expire_once(
    database: Database, scope: Scope, other_scope: Scope, clock: ManualClock
) -> None:
    told: list[tuple[str, str]] = []

    async def listener(who: Scope, request: ApprovalRequest) -> None:
        told.append((who.user_id, request.status))

    requests = ApprovalRequests(database, on_decided=[listener])
    for who in (scope, other_scope):
        await requests.ask(who, draft(3))
    decided = await requests.ask(scope, draft(3))
    await requests.decide(scope, decided.request_id, "approve", via="web")
    told.clear()
    reminded: list[str] = []

    async def remember(_: Scope, request: ApprovalRequest) -> None:
        reminded.append(request.request_id)

    clock.advance(timedelta(days=1, minutes=1))
    assert sum(await asyncio.gather(*[remind_due(database, requests, remember) for _ in range(5)])) == 2
    assert len(reminded) == 2
    clock.advance(timedelta(days=2))
    assert sum(await asyncio.gather(*[expire_due(database, requests) for _ in range(5)])) == 2
    assert sorted(told) == sorted([(scope.user_id, "expired"), (other_scope.user_id, "expired")])
    statuses = [request.status for request in await Repository(database, APPROVAL_REQUESTS, scope).find({})]
    assert sorted(statuses) == ["approved", "expired"]
    care = await ApprovalCare(database, requests).look()
    assert (care.expired, care.reminded) == (0, 0)
