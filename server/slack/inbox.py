"""Works off what Slack has told us: stored before it is acknowledged, so that a kill after that loses nothing.

What belongs together is worked off in order; what failed for a passing reason is tried again.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, TypeAlias

import structlog

from core.errors import AppError, Conflict, NotFound, ReconnectNeeded, Unavailable
from db.repository import Repository
from db.slack_inbox import SLACK_INBOX, SlackArrival
from db.slack_installations import SlackInstallation
from server.live.tasks import end
from server.slack.ground import SlackGround

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=3)
MOST_ATTEMPTS: Final = 60
MOST_AT_ONCE: Final = 50
Handler: TypeAlias = Callable[[SlackInstallation, SlackArrival], Awaitable[None]]


class Inbox:
    """The arrivals of all workspaces."""

    def __init__(self, ground: SlackGround, handle: Handler, refused: Handler) -> None:
        self._ground = ground
        self._handle = handle
        self._refused = refused
        self._lines: defaultdict[tuple[str, str], deque[SlackArrival]] = defaultdict(deque)
        self._in_hand: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    async def keep(self, arrival: SlackArrival) -> None:
        """Store an arrival, once. Stored when this returns; it is worked off by itself."""
        installation = await self._ground.store.installation(arrival.team_id)
        if installation is None:
            log.info("slack workspace not known", team_id=arrival.team_id)
            return
        stored = await self._inbox(installation.user_id).insert_once(arrival)
        if stored.status == "pending":
            self.take(stored)

    def take(self, arrival: SlackArrival) -> None:
        """Work an arrival off behind those of its place."""
        if arrival.arrival_id in self._in_hand:
            return
        self._in_hand.add(arrival.arrival_id)
        place = (arrival.team_id, arrival.place)
        self._lines[place].append(arrival)
        if len(self._lines[place]) == 1:
            task = asyncio.create_task(self._work_off(place), name=f"slack {arrival.place}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def look(self) -> int:
        """Take up what was left behind, by this process before it was killed or by another one; return how much."""
        now, found = self._ground.clock.now(), 0
        for arrival in await self._ground.store.arrivals():
            ours = arrival.owner == self._ground.turns.owner
            if arrival.arrival_id not in self._in_hand and (ours or arrival.until is None or arrival.until <= now):
                found += 1
                self.take(arrival)
        return found

    async def stop(self) -> None:
        """Stop; what is not worked off is taken up after the next start."""
        await end(list(self._tasks))

    async def _work_off(self, place: tuple[str, str]) -> None:
        line = self._lines[place]
        try:
            while line:
                async with self._room:
                    await self._work(line[0])
                self._in_hand.discard(line.popleft().arrival_id)
        finally:
            self._in_hand.difference_update(arrival.arrival_id for arrival in line)
            self._lines.pop(place, None)

    async def _work(self, arrival: SlackArrival) -> None:
        turns, now = self._ground.turns, self._ground.clock.now()
        try:
            claimed = await self._ground.store.claim_arrival(arrival, turns.owner, turns.boot, now + LEASE)
            installation = await self._ground.store.installation(arrival.team_id) if claimed else None
            if not claimed:
                return
            if installation is not None and installation.user_id == arrival.user_id:
                await self._handle(installation, arrival)
            await self._close(arrival, "done")
        except Unavailable as error:
            log.warning("slack arrival waits for the database", reason=error.message)
        except ReconnectNeeded as error:
            log.warning("slack installation works no longer", team_id=arrival.team_id, reason=error.message)
            await self._close_quietly(arrival)
        except AppError as error:
            await self._again(arrival, error)
        except Exception:  # what nobody foresaw must not stop what comes after it
            log.exception("slack arrival failed", arrival_id=arrival.arrival_id)
            await self._close_quietly(arrival)

    async def _again(self, arrival: SlackArrival, error: AppError) -> None:
        """Leave an arrival for a later look if its trouble may pass; else say so to the person."""
        passing = error.kind in {"platform", "unavailable"} and error.code != "platform_rejected"
        log.info("slack arrival not worked off", arrival_id=arrival.arrival_id, reason=error.message, again=passing)
        try:
            if passing and arrival.attempts + 1 < MOST_ATTEMPTS:
                wait = timedelta(seconds=error.retry_after or 2.0 ** min(arrival.attempts, 5))
                later = self._ground.clock.now() + wait
                changes = {"owner": None, "boot": None, "until": later}
                await self._inbox(arrival.user_id).update(arrival.arrival_id, changes)
                return
            installation = await self._ground.store.installation(arrival.team_id)
            if installation is not None and not passing:
                await self._refused(installation, arrival.model_copy(update={"text": error.message}))
        except AppError as second:
            log.info("slack person not told of an error", reason=second.message)
        await self._close_quietly(arrival)

    async def _close_quietly(self, arrival: SlackArrival) -> None:
        try:
            await self._close(arrival, "failed")
        except AppError as error:
            log.warning("slack arrival not closed", arrival_id=arrival.arrival_id, reason=error.message)

    async def _close(self, arrival: SlackArrival, status: str) -> None:
        """Note that an arrival is worked off; what was said is kept in its conversation alone."""
        changes: dict[str, Any] = {"status": status, "text": "", "fields": {}, "response_url": None, "until": None}
        try:
            await self._inbox(arrival.user_id).change(arrival.arrival_id, changes)
        except (NotFound, Conflict):
            log.debug("slack arrival is gone", arrival_id=arrival.arrival_id)

    def _inbox(self, user_id: str) -> Repository[SlackArrival]:
        return self._ground.repository(SLACK_INBOX, self._ground.of_tenant(user_id))
