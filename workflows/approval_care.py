"""Looks after approval requests of all accounts: reminds of those that wait, closes those nobody decided in time, and
sees to it that what was approved is done where nobody else waits for it."""

from dataclasses import dataclass
from typing import Final

from core.scope import Scope
from db.all_tenants import AllTenants
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from tools.approval.requests import CARE, CARRIED_BY, ApprovalRequests, Listener
from workflows.runtime.periodic import Periodic

AT_ONCE: Final = 200
LOOK_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Care:
    """What one look did."""

    expired: int = 0
    reminded: int = 0
    carried_out: int = 0


async def expire_due(database: Database, requests: ApprovalRequests) -> int:
    """Close the requests whose time is over; return how many. Safe to run in several processes at once."""
    now = database.clock.now()
    found = await AllTenants(database, APPROVAL_REQUESTS).find(
        {"status": "pending", "expires_at": {"$lte": now}}, limit=AT_ONCE
    )
    return sum([await requests.expire(_scope(request), request) is not None for request in found])


async def remind_due(database: Database, requests: ApprovalRequests, on_reminded: Listener | None = None) -> int:
    """Remind of the requests that wait too long; return how many. Each reminder is given once."""
    now = database.clock.now()
    found = await AllTenants(database, APPROVAL_REQUESTS).find(
        {"status": "pending", "remind_at": {"$lte": now}}, limit=AT_ONCE
    )
    done = 0
    for request in found:
        reminded = await requests.remind(_scope(request), request) if request.expires_at > now else None
        if reminded is not None:
            done += 1
            if on_reminded:
                await on_reminded(_scope(request), reminded)
    return done


async def carry_out_due(database: Database, carry_out: Listener) -> int:
    """Have what was approved carried out where neither a turn nor a workflow waits for it; return how many."""
    where = {"status": "approved", "executed_at": None, f"metadata.{CARRIED_BY}": CARE}
    found = await AllTenants(database, APPROVAL_REQUESTS).find(where, limit=AT_ONCE)
    for request in found:
        await carry_out(_scope(request), request)
    return len(found)


class ApprovalCare:
    """Does all of it every half minute. ``on_reminded`` hears of each reminder, ``carry_out`` of what was approved."""

    def __init__(
        self,
        database: Database,
        requests: ApprovalRequests,
        on_reminded: Listener | None = None,
        carry_out: Listener | None = None,
    ) -> None:
        self._database = database
        self._requests = requests
        self._on_reminded = on_reminded
        self._carry_out = carry_out
        self._periodic = Periodic("approval care", self.look, LOOK_SECONDS)

    def start(self) -> None:
        """Begin to look."""
        self._periodic.start()

    async def stop(self) -> None:
        """Stop looking."""
        await self._periodic.stop()

    async def look(self) -> Care:
        """Look once."""
        carried_out = await carry_out_due(self._database, self._carry_out) if self._carry_out else 0
        expired = await expire_due(self._database, self._requests)
        return Care(expired, await remind_due(self._database, self._requests, self._on_reminded), carried_out)


def _scope(request: ApprovalRequest) -> Scope:
    return Scope(user_id=request.user_id, actor_id="system", role="user")
