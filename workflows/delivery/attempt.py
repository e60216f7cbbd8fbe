"""One look at one delivery whose lease and whose account's turn are ours."""

import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

import structlog

from core.clock import Clock
from core.errors import (
    AppError,
    ApprovalRequired,
    Forbidden,
    Halted,
    NotFound,
    OutcomeUnknown,
    ReconnectNeeded,
    Rejected,
    Retryable,
    Unavailable,
)
from core.scope import Scope
from db.deliveries import Delivery, DeliveryResult, DeliveryState
from db.delivery_store import DeliveryLost, DeliveryStore
from tools.approval.authority import Authority
from tools.outside.contract import Access, Adapter, Published, Search
from tools.outside.fence import behind
from tools.outside.http import Outside
from tools.outside.media import fetch_all
from tools.outside.open_accounts import OpenAccounts
from tools.platforms.catalogue import BY_NAME
from tools.platforms.email import left_of
from workflows.delivery.fence import LeaseFence, PermitFence
from workflows.delivery.notes import DurableNotes
from workflows.delivery.pace import Pace
from workflows.delivery.posts import Outgoing

log = structlog.get_logger(__name__)

WaitsFor: TypeAlias = Literal["account", "campaign"]
SKEW = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Ended:
    """The delivery has come to an end: what is to be written into it.

    ``late``: its time has passed by too much, or a policy that had let it pass no longer does; a person is asked anew.
    """

    state: DeliveryState
    reason: str | None = None
    result: DeliveryResult | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """It has to be looked at again ``wait`` later. ``uncertain``: something may have happened, so nothing else goes
    out on the account meanwhile. ``busy_until`` is when the platform takes calls again.
    """

    wait: timedelta
    reason: str | None
    uncertain: bool = False
    waits_for: WaitsFor | None = None
    busy_until: datetime | None = None
    changes: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Means:
    """What attempts work with."""

    store: DeliveryStore
    outside: Outside
    accounts: OpenAccounts
    authority: Authority
    clock: Clock
    pace: Pace
    chance: random.Random = field(default_factory=random.Random)


class Attempt:
    """Looks up what may have happened, and publishes what certainly has not."""

    def __init__(self, means: Means, scope: Scope, held: Delivery, out: Outgoing, fence: LeaseFence) -> None:
        self._means = means
        self._fence = fence
        self._scope = scope
        self._held = held
        self._out = out
        self._notes = DurableNotes(means.store, held)

    async def make(self) -> Ended | Again:
        """Bring the delivery one step on. Unavailable when the database is away, DeliveryLost when taken over."""
        try:
            if self._held.intent_at is not None:
                step = await self._look_up()
                if step is not None:
                    return step
            if self._held.not_after < self._now():
                return self._too_late()
            return await self._publish()
        except Halted as error:
            if error.details.get("status") == "cancelled":
                return Ended("cancelled", f"{error.message}{self._so_far()}")
            return self._wait(self._means.pace.campaign_wait, error, waits_for="campaign")
        except (ApprovalRequired, Forbidden, Rejected) as error:
            late = bool(error.details.get("asked_anew"))
            return Ended("failed", f"{error.message}{self._so_far()}", late=late)
        except (ReconnectNeeded, NotFound) as error:
            return self._wait(self._means.pace.account_wait, error, waits_for="account")
        except (Unavailable, DeliveryLost):
            raise
        except AppError as error:
            return self._later(error)

    async def _look_up(self) -> Ended | Again | None:
        """Look for what an earlier attempt may have put out; None if it is certain that it is not there."""
        held, pace = self._held, self._means.pace
        since = held.tried_since or held.intent_at or self._now()
        try:
            found = await self._found(since)
        except (OutcomeUnknown, Rejected) as error:
            if held.looks + 1 >= pace.looks or not self._adapter().look_ups:
                return Ended("unknown", error.message)
            return self._uncertain(error, looks=held.looks + 1)
        except (ReconnectNeeded, NotFound) as error:
            return Again(pace.account_wait, error.message, uncertain=True, waits_for="account")
        except (Unavailable, DeliveryLost):
            raise
        except AppError as error:
            return self._uncertain(error)
        if found is not None:
            return _published(found)
        settled_at = (held.intent_at or since) + pace.settling
        if settled_at > self._now():
            return self._uncertain(None, wait=settled_at - self._now())
        return None

    async def _found(self, since: datetime) -> Published | None:
        held = self._held
        async with self._account() as (adapter, access):
            known = await self._means.store.known_on(held.account, since - 2 * SKEW)
            span = (since - SKEW, self._now() + SKEW)
            return await adapter.look_up(access, Search(self._out.sought, *span, known, self._notes))

    async def _publish(self) -> Ended | Again:
        async with self._account() as (adapter, access):
            urls, digests = [item.url for item in self._out.media], [item.sha256 for item in self._out.media]
            files = await fetch_all(self._means.outside, urls, digests)
            permit = await self._means.authority.permit(self._scope, self._out.act(files))
            self._held = await self._means.store.change(self._held, self._intent())
            try:
                with behind(PermitFence(self._fence, self._means.authority, self._scope, permit)):
                    return _published(await adapter.publish(access, permit, self._notes))
            except OutcomeUnknown as error:
                return self._uncertain(error)
            except Rejected as error:
                return await self._refused(error)
            except (Unavailable, DeliveryLost, Retryable, ReconnectNeeded, Halted, ApprovalRequired):
                raise
            except AppError as error:
                return self._later(error)
            except Exception:  # a fault of ours: what has happened is not known
                log.exception("publishing failed", delivery_id=self._held.delivery_id)
                return self._uncertain(None)

    def _intent(self) -> dict[str, Any]:
        now = self._now()
        return {
            "state": "sending",
            "intent_at": now,
            "tried_since": self._held.tried_since or now,
            "attempts": self._held.attempts + 1,
            "looks": 0,
            "waits_for": None,
        }

    async def _refused(self, error: Rejected) -> Ended | Again:
        """A refusal for good. One because the post is there already means that an earlier attempt has worked."""
        if error.details.get("duplicate"):
            try:
                found = await self._found(self._held.tried_since or self._now())
            except AppError as trouble:
                return self._uncertain(trouble)
            if found is not None:
                return _published(found)
        return Ended("failed", error.message)

    @asynccontextmanager
    async def _account(self) -> AsyncGenerator[tuple[Adapter, Access]]:
        held, means = self._held, self._means
        adapter = self._adapter()
        if held.account_id is None:
            label = BY_NAME[held.platform].label
            raise Rejected(
                f"No {label} account was connected when this was approved. Connect one and schedule it again."
            )
        account_id = await means.accounts.find(self._scope, held.platform, held.account_id)
        async with means.accounts.opened(self._scope, account_id) as access:
            yield adapter, access

    def _adapter(self) -> Adapter:
        platform = BY_NAME[self._held.platform]
        if platform.adapter is None:
            raise Rejected(f"Nothing can be published on {platform.label} from here. Post it there by hand.")
        return platform.adapter(self._means.outside)

    def _later(self, error: AppError) -> Again:
        """Nothing has happened; try again, when the platform says or with growing waits."""
        failures = self._held.failures + 1
        wait, busy_until = self._means.pace.after(failures, self._means.chance), None
        if error.retry_after is not None:
            busy_until = self._now() + timedelta(seconds=error.retry_after)
            wait = max(timedelta(seconds=error.retry_after), wait if error.retry_after < 1 else timedelta())
        changes = {"state": "scheduled", "intent_at": None, "failures": failures}
        return Again(wait, error.message, busy_until=busy_until, changes=changes)

    def _wait(self, wait: timedelta, error: AppError, *, waits_for: WaitsFor) -> Again:
        """Nothing has happened; a person has to do something before it can."""
        changes = {"state": "scheduled", "intent_at": None}
        return Again(wait, error.message, waits_for=waits_for, changes=changes)

    def _uncertain(self, error: AppError | None, *, wait: timedelta | None = None, **changes: Any) -> Again:
        """Something may have happened: look for it soon."""
        reason = error.message if error else self._held.reason
        pause = wait if wait is not None else self._means.pace.after(self._held.looks + 1, self._means.chance)
        if error is not None and error.retry_after is not None:
            pause = max(pause, timedelta(seconds=error.retry_after))
        return Again(pause, reason, uncertain=True, changes=changes)

    def _too_late(self) -> Ended:
        hours = self._means.pace.latest // timedelta(hours=1)
        why = f" What it waited for: {self._held.reason}" if self._held.reason else ""
        return Ended(
            "failed",
            f"Its time passed more than {hours} hours ago, so it was not sent. Approve it again with a new time."
            f"{self._so_far()}{why}",
            late=True,
        )

    def _so_far(self) -> str:
        """Say how many of an email's recipients have got it, where it ends in the middle."""
        recipients = self._out.sought.recipients
        done = len(recipients) - len(left_of(recipients, self._notes))
        return f" {done} of its {len(recipients)} recipients had it before." if done else ""

    def _now(self) -> datetime:
        return self._means.clock.now()


def _published(found: Published) -> Ended:
    result = DeliveryResult(
        platform_post_id=found.platform_post_id,
        url=found.url,
        published_at=found.published_at,
        refused=len(found.refused),
    )
    reason = f"It was not taken for {len(found.refused)} of the recipients." if found.refused else None
    return Ended("published", reason, result)
