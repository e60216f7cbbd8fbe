"""Reading the figures of one account's posts at its platform, in batches, within what the platform allows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from core.clock import Clock
from core.errors import AppError, NotFound, PlatformError, ReconnectNeeded, Rejected, Retryable
from tools.outside.contract import Access, Adapter, Figures
from tools.outside.http import Outside
from workflows.figures.tracking import Tracked

State: TypeAlias = Literal["read", "fresh", "busy", "reconnect", "failed", "not connected", "elsewhere"]
MOST_FAILURES: Final = 3
MOST_REFUSALS: Final = 10
PATIENCE: Final = timedelta(minutes=10)


@dataclass(slots=True)
class Reading:
    """What one account told. ``figures`` are by platform post id; what was ``asked`` for and is missing is gone there.

    ``again_at`` is when the platform may be asked for the rest.
    """

    figures: dict[str, Figures] = field(default_factory=dict[str, Figures])
    asked: set[str] = field(default_factory=set[str])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    state: State = "read"
    problem: str | None = None
    again_at: datetime | None = None
    failures: int = 0

    def stop(self, state: State, problem: str, again_at: datetime | None = None) -> None:
        """Note why no more is read."""
        self.state, self.problem, self.again_at = state, problem, again_at


class AccountReader:
    """Reads posts of one account through its adapter. ``patience`` ends a reading that takes too long; the rest follows
    with the next one."""

    def __init__(self, adapter: Adapter, outside: Outside, clock: Clock, platform: str) -> None:
        self._adapter = adapter
        self._outside = outside
        self._clock = clock
        self._platform = platform

    async def read(self, access: Access, posts: Sequence[Tracked]) -> Reading:
        """Read what the platform tells of these posts.

        A batch that fails does not hold up the others. ReconnectNeeded is raised: no other call would work.
        """
        reading, began = Reading(), self._clock.now()
        size = self._adapter.metrics_at_once
        for start in range(0, len(posts), size):
            if self._must_wait(access, reading, began):
                break
            await self._batch(access, [post.platform_post_id for post in posts[start : start + size]], reading)
            if reading.state != "read":
                break
        if reading.state == "read" and reading.failures:
            reading.stop("failed", reading.problem or "Some figures could not be read.")
        return reading

    async def _batch(self, access: Access, ids: Sequence[str], reading: Reading) -> None:
        try:
            reading.figures |= await self._adapter.metrics(access, ids)
            reading.asked.update(ids)
        except ReconnectNeeded:
            raise
        except Retryable as error:
            self._passing(error, reading)
        except (Rejected, NotFound) as error:
            await self._refused(access, ids, reading, error)
        except PlatformError as error:
            self._passing(error, reading)

    def _passing(self, error: PlatformError, reading: Reading) -> None:
        reading.failures += 1
        reading.problem = error.message
        if error.retry_after is not None:
            reading.stop("busy", error.message, self._clock.now() + timedelta(seconds=error.retry_after))
        elif reading.failures >= MOST_FAILURES:
            reading.stop("failed", error.message)

    async def _refused(self, access: Access, ids: Sequence[str], reading: Reading, error: AppError) -> None:
        """Ask for less at a time, since one post may spoil a common request; give up where all is refused."""
        if len(ids) > 1 and not error.details.get("permission"):
            middle = len(ids) // 2
            for part in (ids[:middle], ids[middle:]):
                if reading.state == "read":
                    await self._batch(access, part, reading)
            return
        reading.refused |= dict.fromkeys(ids, error.message)
        if error.details.get("permission") or len(reading.refused) >= MOST_REFUSALS:
            reading.stop("failed", error.message)

    def _must_wait(self, access: Access, reading: Reading, began: datetime) -> bool:
        now = self._clock.now()
        limit = self._outside.rate_limit(self._platform, access.account_id)
        if limit and limit.remaining <= 0 and limit.resets_at and limit.resets_at > now:
            reading.stop("busy", "The platform takes no more calls for this account just now.", limit.resets_at)
        elif now - began > PATIENCE:
            reading.stop("busy", "Reading took too long; the rest follows with the next reading.", now)
        return reading.state != "read"
