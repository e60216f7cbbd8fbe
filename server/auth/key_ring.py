"""API keys at the door: looked up, limited and counted, without a write for each call."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from core.clock import Clock
from core.errors import AppError, LimitReached, NotAuthenticated
from db.accounts import Accounts
from db.api_keys import ApiKey
from db.client import Database

log = structlog.get_logger(__name__)

FRESH_FOR: Final = timedelta(seconds=2)
MOST_KEPT: Final = 10_000
SECONDS_BETWEEN_WRITES: Final = 15.0
UNKNOWN: Final = "This API key is not known here, or was revoked, or has expired. Make a new one."


@dataclass(frozen=True, slots=True)
class Seen:
    """A key as it was a moment ago."""

    key: ApiKey
    until: datetime


@dataclass(slots=True)
class Uses:
    """How often a key was used since the last write, and when it was last."""

    times: int
    last: datetime


class KeyRing:
    """Knows the keys that are in use. One that is revoked stops at once here, and within two seconds elsewhere."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._accounts = Accounts(database)
        self._clock = clock
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._uses: dict[str, Uses] = {}
        self._limiter: FixedWindowRateLimiter | None = None
        self._writer: asyncio.Task[None] | None = None

    async def admit(self, text_hash: str) -> ApiKey:
        """Return the key of a hash and count one use of it. NotAuthenticated, or LimitReached when used too often."""
        key = await self.look_up(text_hash)
        await self._limit(key)
        self._count(key)
        return key

    async def look_up(self, text_hash: str) -> ApiKey:
        """Return the key of a hash if it works now; NotAuthenticated otherwise."""
        now = self._clock.now()
        seen = self._seen.get(text_hash)
        if seen is None or seen.until <= now:
            found = await self._accounts.key_by_hash(text_hash)
            if found is None:
                self._seen.pop(text_hash, None)
                raise NotAuthenticated(UNKNOWN)
            seen = Seen(found, now + FRESH_FOR)
            self._seen[text_hash] = seen
            self._seen.move_to_end(text_hash)
            while len(self._seen) > MOST_KEPT:
                self._seen.popitem(last=False)
        if not _works(seen.key, text_hash, now):
            raise NotAuthenticated(UNKNOWN)
        return seen.key

    def forget(self, key: ApiKey) -> None:
        """Look a key up again at its next use."""
        for text_hash in (key.key_hash, key.previous_hash):
            if text_hash:
                self._seen.pop(text_hash, None)

    def forget_person(self, actor_id: str) -> None:
        """Look all keys of a person up again."""
        for text_hash in [kept for kept, seen in self._seen.items() if seen.key.actor_id == actor_id]:
            del self._seen[text_hash]

    async def stop(self) -> None:
        """Write what was counted."""
        writer, self._writer = self._writer, None
        if writer:
            writer.cancel()
            await asyncio.wait({writer})
        await self.write_uses()

    async def write_uses(self) -> None:
        """Write how often keys were used. What can't be written now is written later."""
        uses, self._uses = self._uses, {}
        for key_id, counted in uses.items():
            try:
                await self._accounts.note_key_use(key_id, counted.times, counted.last)
            except AppError as error:
                log.warning("key_use_not_written", key_id=key_id, reason=error.message)
                self._add(key_id, counted.times, counted.last)

    async def _limit(self, key: ApiKey) -> None:
        if self._limiter is None:
            self._limiter = FixedWindowRateLimiter(MemoryStorage())
        allowed = RateLimitItemPerMinute(key.rate_limit)
        if await self._limiter.hit(allowed, key.key_id):
            return
        window = await self._limiter.get_window_stats(allowed, key.key_id)
        now = time.time()  # lint: allow clock: the limiter's windows go by the machine's own clock
        wait = max(1.0, window.reset_time - now)
        raise LimitReached(
            f"This key may be used {key.rate_limit} times a minute. Wait {round(wait)} seconds.", retry_after=wait
        )

    def _count(self, key: ApiKey) -> None:
        self._add(key.key_id, 1, self._clock.now())
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_later(), name="key uses")

    def _add(self, key_id: str, times: int, last: datetime) -> None:
        counted = self._uses.setdefault(key_id, Uses(0, last))
        counted.times += times
        counted.last = max(counted.last, last)

    async def _write_later(self) -> None:
        while self._uses:
            await asyncio.sleep(SECONDS_BETWEEN_WRITES)
            await self.write_uses()


def _works(key: ApiKey, text_hash: str, now: datetime) -> bool:
    if key.revoked_at or (key.expires_at and key.expires_at <= now):
        return False
    if key.key_hash == text_hash:
        return key.text_ends is None or key.text_ends > now
    return key.previous_until is not None and key.previous_until > now
