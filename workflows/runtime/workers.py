"""Signs of life of the processes that run workflows, and the one of them that takes over from a dead one."""

from datetime import timedelta
from typing import Final

import structlog

from core.clock import Clock
from core.errors import Conflict
from db.client import Database
from db.repository import Repository
from db.workers import WORKERS, Worker
from workflows.jobs.desk import HOUSE
from workflows.runtime.engine import Engine
from workflows.runtime.periodic import Periodic

log = structlog.get_logger(__name__)

BEAT_SECONDS: Final = 2.0
DEAD_AFTER: Final = timedelta(seconds=12)
MOST_WORKERS: Final = 1000


class Workers:
    """This process among the others that share its database."""

    def __init__(self, database: Database, engine: Engine, clock: Clock) -> None:
        self._workers = Repository(database, WORKERS, HOUSE)
        self._engine = engine
        self._clock = clock
        self._periodic = Periodic("signs of life", self._look, BEAT_SECONDS)

    def start(self) -> None:
        """Begin to give signs of life, and to look for others'."""
        self._periodic.start()

    async def stop(self) -> None:
        """Say no more; what is left undone here is taken over after a while."""
        await self._periodic.stop()

    async def beat(self) -> None:
        """Give a sign of life."""
        now, mine = self._clock.now(), self._engine.executor_id
        made = await self._workers.insert_once(Worker(worker_id=mine, alive_at=now))
        if made.alive_at != now or made.heir:
            await self._workers.change(mine, {"alive_at": now, "heir": None})

    async def reap(self) -> int:
        """Take over from the dead who have no living heir; return how many workflows that were.

        Nobody takes over from themselves: who was frozen since the last sign of life is alive all the same.
        """
        me = self._engine.executor_id
        known = [one for one in await self._workers.find({}, limit=MOST_WORKERS) if one.worker_id != me]
        living = {me} | {worker.worker_id for worker in known if worker.alive_at > self._clock.now() - DEAD_AFTER}
        dead = [worker for worker in known if worker.worker_id not in living]
        mine = [worker.worker_id for worker in dead if worker.heir not in living and await self._inherits(worker)]
        mine += [worker.worker_id for worker in dead if worker.heir == me]
        taken = await self._engine.take_over(mine) if mine else 0
        if taken:
            log.info("workflows taken over", workflows=taken)
        return taken

    async def _inherits(self, worker: Worker) -> bool:
        seen = {"alive_at": worker.alive_at, "heir": worker.heir}
        try:
            await self._workers.update(worker.worker_id, {"heir": self._engine.executor_id}, where=seen)
        except Conflict:
            return False
        return True

    async def _look(self) -> None:
        await self.beat()
        await self.reap()
