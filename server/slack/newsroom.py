"""Sees to it that every Slack thread is told what is new in its conversation, also what the house says by itself.

Each thread is told by one process at a time, which holds its lease. A look every second finds threads that are behind,
whoever was to tell them: the thread's own number says from where.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from core.errors import AppError, Conflict, ReconnectNeeded, Unavailable
from db.slack_installations import SLACK_INSTALLATIONS, SlackInstallation
from db.slack_threads import SlackThread
from server.live.tasks import end
from server.slack.cards import Cards
from server.slack.follower import Follower
from server.slack.ground import SlackGround
from server.slack.inbox import Inbox
from server.slack.pacing import Pacing
from server.slack.pictures import Pictures
from server.slack.telling import Teller

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0
LEASE: Final = timedelta(seconds=45)
RENEW_SECONDS: Final = 15.0
# What was changed this long ago is looked at again: clocks differ, and a look may fail.
OVERLAP: Final = timedelta(seconds=30)
LONGEST_REST: Final = 600.0


class Newsroom:
    """Tells the threads of all workspaces."""

    def __init__(self, ground: SlackGround, cards: Cards, pacing: Pacing | None = None) -> None:
        self._ground = ground
        self._cards = cards
        self._pictures = Pictures(ground)
        self._pacing = pacing or Pacing()
        self._telling: dict[str, asyncio.Task[None]] = {}
        self._since: datetime | None = None
        self._behind: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self, inbox: Inbox) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._keep_looking(inbox), name="slack")

    async def stop(self) -> None:
        """Stop; what was not told yet is told after the next start."""
        tasks = [*self._telling.values(), *([self._task] if self._task else [])]
        await end(tasks)
        self._task = None

    def attend(self, thread: SlackThread) -> None:
        """Tell a thread what is new, from now until nothing is."""
        if thread.thread_id not in self._telling:
            task = asyncio.create_task(self._tell(thread), name=f"slack thread {thread.thread_id}")
            self._telling[thread.thread_id] = task
            task.add_done_callback(lambda _: self._telling.pop(thread.thread_id, None))

    @property
    def busy(self) -> bool:
        """Whether a thread is being told something."""
        return bool(self._telling)

    async def look(self) -> int:
        """Look once, at all threads the first time, then at those where something has changed; return how many wait."""
        now = self._ground.clock.now()
        if self._since is None:
            behind = await self._all_behind()
        else:
            touched = await self._ground.store.conversations_touched(self._since - OVERLAP)
            threads = await self._ground.store.threads_of(touched)
            behind = [one for one in threads if touched[one.conversation_id] > one.last_seq]
            known = {one.thread_id for one in behind}
            earlier = await self._ground.store.threads(self._behind - known)
            newest = await self._ground.store.last_seqs({one.conversation_id for one in earlier})
            behind += [one for one in earlier if newest.get(one.conversation_id, 0) > one.last_seq or one.sending]
        self._since = now
        self._behind = {one.thread_id for one in behind}
        for thread in behind:
            if thread.rest_until is None or thread.rest_until <= now:
                self.attend(thread)
        return len(behind)

    async def _all_behind(self) -> list[SlackThread]:
        behind: list[SlackThread] = []
        last = ""
        while page := await self._ground.store.threads_after(last):
            last = page[-1].thread_id
            newest = await self._ground.store.last_seqs({one.conversation_id for one in page})
            behind += [one for one in page if newest.get(one.conversation_id, 0) > one.last_seq or one.sending]
        return behind

    async def _tell(self, thread: SlackThread) -> None:
        """Tell a thread what is new, if nobody else does."""
        try:
            installation = await self._ground.store.installation(thread.team_id)
            if installation is None or installation.broken or installation.user_id != thread.user_id:
                return
            held = await self._leased(thread)
            if held is not None:
                await self._hold(installation, held)
        except Unavailable as error:
            log.warning("slack thread waits for the database", reason=error.message)
        except Conflict:
            log.info("slack thread is told by another process", thread_id=thread.thread_id)
        except Exception:  # other threads go on, and this one is looked at again
            log.exception("telling a slack thread failed", thread_id=thread.thread_id)

    async def _leased(self, thread: SlackThread) -> SlackThread | None:
        turns, now = self._ground.turns, self._ground.clock.now()
        current = await self._ground.store.thread(thread.thread_id)
        if current is None:
            return None
        mine = current.owner == turns.owner
        if current.owner is not None and not mine and current.until is not None and current.until > now:
            return None
        return await self._ground.store.lease_thread(current, turns.owner, turns.boot, now + LEASE)

    async def _hold(self, installation: SlackInstallation, thread: SlackThread) -> None:
        boot = self._ground.turns.boot
        teller = Teller(self._ground, installation, thread, boot)
        renewing = asyncio.create_task(self._renew(thread.thread_id, asyncio.current_task()))
        try:
            await Follower(teller, self._cards, self._pictures, self._pacing).run()
            await teller.keep(owner=None, boot=None, until=None, failures=0, rest_until=None)
        except (Conflict, Unavailable):
            raise
        except ReconnectNeeded as error:
            await self._broken(installation, error.message)
        except AppError as error:
            wait = min(error.retry_after or 2.0 ** min(thread.failures, 9), LONGEST_REST)
            rest = {"failures": thread.failures + 1, "rest_until": self._ground.clock.now() + timedelta(seconds=wait)}
            log.warning("slack thread told later", thread_id=thread.thread_id, reason=error.message, seconds=wait)
            await teller.keep(owner=None, boot=None, until=None, **rest)
        finally:
            await end([renewing])

    async def _renew(self, thread_id: str, holder: asyncio.Task[None] | None) -> None:
        """Keep the lease; end the telling of a thread that is somebody else's now."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            until = self._ground.clock.now() + LEASE
            try:
                await self._ground.store.change_thread(thread_id, self._ground.turns.boot, {"until": until})
            except Conflict:
                if holder:
                    holder.cancel()
                return
            except Unavailable:
                continue

    async def _broken(self, installation: SlackInstallation, reason: str) -> None:
        """Note that a workspace's token works no longer; installing the app again mends it."""
        log.warning("slack installation works no longer", team_id=installation.team_id, reason=reason)
        scope = self._ground.of_tenant(installation.user_id)
        installations = self._ground.repository(SLACK_INSTALLATIONS, scope)
        await installations.change(installation.installation_id, {"broken": reason})

    async def _keep_looking(self, inbox: Inbox) -> None:
        looks: Sequence[Callable[[], Awaitable[int]]] = (inbox.look, self.look, self._cards.look)
        while True:
            for look in looks:
                try:
                    await look()
                except Unavailable:
                    log.warning("database away, looking at slack again soon")
                except Exception:  # the next look comes all the same
                    log.exception("looking at slack failed, trying again soon")
            await asyncio.sleep(LOOK_SECONDS)
