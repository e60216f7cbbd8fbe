"""Follows what happens in all accounts and tells subscribers, from where it was left off after a stop.

A subscriber is told again of what it may know, under the same event ids: the last minutes are always read again, for
documents whose time lies before the moment they became visible. Several processes may follow at once.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from core.ids import derived_id
from db.client import Database
from db.repository import Repository
from db.system_config import SYSTEM_CONFIG, SystemConfig
from workflows.happenings.happening import Happening
from workflows.happenings.sources import SOURCES, Stretch
from workflows.jobs.desk import HOUSE

KEY: Final = "happenings_followed"
CONFIG_ID: Final = derived_id(SYSTEM_CONFIG.id_prefix, KEY)
OVERLAP: Final = timedelta(minutes=2)
STRETCH: Final = timedelta(hours=1)
NOTED_EVERY: Final = timedelta(seconds=30)
MOST_KNOWN: Final = 20_000
Subscriber: TypeAlias = Callable[[Sequence[Happening]], Awaitable[None]]


class Follower:
    """Reads what is new and hands it to each subscriber, which has stored it when it returns."""

    def __init__(self, database: Database, subscribers: Sequence[Subscriber]) -> None:
        self._database = database
        self._subscribers = tuple(subscribers)
        self._config = Repository(database, SYSTEM_CONFIG, HOUSE)
        self._followed: datetime | None = None
        self._noted: datetime | None = None
        self._known: OrderedDict[str, None] = OrderedDict()

    async def look(self) -> int:
        """Tell what is new up to now; return how much that was. A long absence is made up for in stretches."""
        now = self._database.clock.now()
        told = 0
        followed = self._followed or await self._left_off(now)
        untold = followed - OVERLAP
        while True:
            until = min(now, followed + STRETCH)
            told += await self._tell(Stretch(followed - OVERLAP, until, untold))
            self._followed = followed = until
            await self._note(until)
            if until >= now:
                return told

    async def _tell(self, stretch: Stretch) -> int:
        found = [happening for source in SOURCES for happening in await source(self._database, stretch)]
        new = sorted((one for one in found if one.event_id not in self._known), key=lambda one: one.at)
        if new:
            for subscriber in self._subscribers:
                await subscriber(new)
            self._known.update(dict.fromkeys(one.event_id for one in new))
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return len(new)

    async def _left_off(self, now: datetime) -> datetime:
        first = SystemConfig(
            config_id=CONFIG_ID,
            config_key=KEY,
            value={"until": now.isoformat()},
            description="Up to when webhooks and mails have been told what happened.",
        )
        stored = await self._config.insert_once(first)
        self._noted = datetime.fromisoformat(stored.value["until"])
        return min(self._noted, now)

    async def _note(self, until: datetime) -> None:
        """Keep how far it has come, now and then: what comes after is only read again."""
        if self._noted is None or abs(until - self._noted) >= NOTED_EVERY:
            await self._config.change(CONFIG_ID, {"value.until": until.isoformat()})
            self._noted = until
