"""DBOS as this house uses it: workflows that outlive the process, their steps run on the loop the house lives on.

It keeps its state on SQLite or PostgreSQL, runs in threads of its own, and is imported and started at the first need.
Nothing goes out over the network: no Conductor, no telemetry.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar, cast

import structlog

from core.errors import Unavailable
from workflows.runtime.ending import ended_for_certain
from workflows.runtime.history import History

if TYPE_CHECKING:
    from dbos import DBOSConfig

log = structlog.get_logger(__name__)

QUEUE: Final = "campaigns"
HINT: Final = "hint"
# Raised when a changed workflow can't go on from what an older one has stored, and DBOS.patch does not fit either.
VERSION: Final = "1"
AT_ONCE: Final = 50
STARTS_NOT_ENDED: Final = 100_000
FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 5.0
LONGEST_WAIT_SECONDS: Final = 86_400.0
ANSWER_SECONDS: Final = 3

Plain: TypeAlias = Any  # what JSON can hold; results of steps are stored
Step: TypeAlias = Callable[..., Awaitable[Plain]]
T = TypeVar("T")


class Steps(Protocol):
    """What workflow code may do besides computing: everything else makes a replay differ from the first time."""

    async def step(self, name: str, function: Step, *arguments: Plain) -> Plain:
        """Do something once; a replay gets the stored result. It may be repeated after a crash."""
        ...

    def slot(self) -> "Slot":
        """Take the place of a step that runs later, side by side with others."""
        ...

    async def wait(self, seconds: float) -> None:
        """Wait that long, or until somebody hints; through restarts."""
        ...

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that asks."""
        ...


class Slot(Protocol):
    """The place of one step among the others."""

    async def run(self, name: str, function: Step, *arguments: Plain) -> Plain:
        """Run the step here."""
        ...


Workflow: TypeAlias = Callable[..., Awaitable[None]]


class Engine:
    """Starts workflows by name, once for each id, and finishes what this or another process began."""

    def __init__(self, url: str, executor_id: str, *, look_seconds: float = 1.0) -> None:
        self.executor_id = executor_id
        self.running = 0
        self.queued: set[str] = set()
        self.on_launch: Callable[[], None] = _nothing
        self.on_hint: Callable[[str], None] = _nobody
        self._url = url
        self._look_seconds = look_seconds
        self._workflows: dict[str, Workflow] = {}
        self._decorated: dict[str, Any] = {}
        self._home: asyncio.AbstractEventLoop | None = None
        self._launching = asyncio.Lock()
        self._under_way: dict[str, set[asyncio.Task[Plain]]] = {}
        self._history = History(url)

    @property
    def launched(self) -> bool:
        """Whether it runs."""
        return self._home is not None

    def register(self, name: str, workflow: Workflow) -> None:
        """Name a workflow. All have to be named before the launch."""
        self._workflows[name] = workflow

    async def launch(self) -> None:
        """Start, unless it runs already, and take up what this executor left behind."""
        async with self._launching:
            if self._home is None:
                home = asyncio.get_running_loop()
                await asyncio.to_thread(self._launch, home)
                self.on_launch()
                log.info("workflows are run here", executor=self.executor_id)

    async def stop(self) -> None:
        """Stop. What is under way goes on after the next start, here or elsewhere."""
        async with self._launching:
            if self._home is not None:
                self._home = None
                await asyncio.to_thread(_destroy)

    async def check(self) -> None:
        """Ask the PostgreSQL that workflows are kept in for a sign of life; Unavailable if there is none."""
        if self._url.startswith("postgresql"):
            await asyncio.to_thread(_answers, self._url)

    async def start(self, name: str, workflow_id: str, *arguments: str) -> None:
        """Put a workflow in the queue. The same id is the same workflow, however often it is started."""
        await self.launch()
        self.queued.add(workflow_id)
        await asyncio.to_thread(self._enqueue, name, workflow_id, arguments)

    async def hint(self, workflow_id: str) -> None:
        """Tell a waiting workflow to look again, wherever it runs. Nothing happens if there is no such one."""
        await self.launch()
        if await asyncio.to_thread(_send, workflow_id):
            self.on_hint(workflow_id)

    async def take_over(self, executor_ids: Sequence[str]) -> int:
        """Put what dead executors were doing back in the queue; return how many workflows that are."""
        await self.launch()
        return await asyncio.to_thread(_requeue, executor_ids)

    async def forget(self, workflow_ids: Sequence[str]) -> int:
        """End workflows for good, wherever they run, and remove what is kept of them; return how many there were.

        A step under way is broken off here; another process does it to its end, after which nothing follows.
        """
        found = await self._history.forget(workflow_ids)
        under_way = [task for workflow_id in workflow_ids for task in self._under_way.get(workflow_id, ())]
        await asyncio.gather(*(ended_for_certain(task) for task in under_way))
        return found

    async def purge(self, before: datetime) -> int:
        """Remove what is kept of workflows that were over before a moment; return how many there were."""
        return await self._history.purge(before)

    async def unfinished(self) -> int:
        """Return how many workflows wait or run, anywhere."""
        await self.launch()
        return await asyncio.to_thread(_count_unfinished)

    async def step(self, name: str, function: Step, *arguments: Plain) -> Plain:
        """Do a step of the running workflow on the house's loop."""
        from dbos import DBOS

        return await DBOS.run_step_async({"name": name}, self._at_home, function, *arguments)

    def slot(self) -> Slot:
        """Take the place of a step that runs later."""
        from dbos import DBOS

        return _Reserved(self, DBOS.reserve_step())

    @property
    def workflow_id(self) -> str:
        """The id of the workflow this is asked in."""
        from dbos import DBOS

        return DBOS.workflow_id or ""

    async def wait(self, seconds: float) -> None:
        """Wait durably; a hint ends it."""
        from dbos import DBOS

        await DBOS.recv_async(HINT, timeout_seconds=min(max(seconds, 0.0), LONGEST_WAIT_SECONDS))

    async def _at_home(self, function: Step, *arguments: Plain) -> Plain:
        if self._home is None:
            raise asyncio.CancelledError
        step = self._noted(self.workflow_id, _patiently(function, arguments))
        work = asyncio.run_coroutine_threadsafe(step, self._home)
        return await asyncio.wrap_future(work)

    async def _noted(self, workflow_id: str, work: Coroutine[Any, Any, Plain]) -> Plain:
        """Do a step so that it can be found while it is under way."""
        task = asyncio.current_task()
        assert task is not None
        beside = self._under_way.setdefault(workflow_id, set())
        beside.add(task)
        try:
            return await work
        finally:
            beside.discard(task)
            if not beside:
                self._under_way.pop(workflow_id, None)

    def _launch(self, home: asyncio.AbstractEventLoop) -> None:
        from dbos import DBOS

        logger = logging.getLogger("dbos")
        if not logger.handlers:
            # It would write to the console by itself; this way it goes where all our logs go.
            logger.addHandler(logging.NullHandler())
        DBOS(config=self._config())
        self._home = home
        try:
            for name, workflow in self._workflows.items():
                self._decorated[name] = DBOS.workflow(name=name, max_recovery_attempts=STARTS_NOT_ENDED)(
                    self._counted(workflow)
                )
            DBOS.launch()
            DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=self._look_seconds)
        except BaseException:
            self._home = None
            _destroy()
            raise

    def _config(self) -> "DBOSConfig":
        return {
            "name": "marketing-minds",
            "system_database_url": self._url,
            "application_version": VERSION,
            "executor_id": self.executor_id,
            "log_level": "WARNING",
            "enable_otlp": False,
            "max_executor_threads": 16,
            "sys_db_pool_size": 8,
            "notification_listener_polling_interval_sec": self._look_seconds,
            "scheduler_polling_interval_sec": 3600.0,
        }

    def _counted(self, workflow: Workflow) -> Workflow:
        async def counted(*arguments: str) -> None:
            self.running += 1
            self.queued.discard(self.workflow_id)
            try:
                await workflow(*arguments)
            finally:
                self.running -= 1

        return counted

    def _enqueue(self, name: str, workflow_id: str, arguments: Sequence[str]) -> None:
        from dbos import DBOS, SetWorkflowID

        with SetWorkflowID(workflow_id):
            DBOS.enqueue_workflow(QUEUE, self._decorated[name], *arguments)


class _Reserved:
    def __init__(self, engine: Engine, reservation: Any) -> None:
        self._engine = engine
        self._reservation = reservation

    async def run(self, name: str, function: Step, *arguments: Plain) -> Plain:
        """Run the step at the place that was taken for it."""
        return await self._reservation.run_async({"name": name}, self._engine._at_home, function, *arguments)  # noqa: SLF001 - one thing in two classes


async def _patiently(function: Step, arguments: Sequence[Plain]) -> Plain:
    """Do a step however long the database stays away: a workflow does not fail because of a restart elsewhere."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await function(*arguments)
        except Unavailable as error:
            log.warning("step waits", reason=error.message)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _nothing() -> None:
    """Nobody waits for the launch."""


def _nobody(workflow_id: str) -> None:
    """Nobody wants to know who is hinted at."""


def _destroy() -> None:
    from dbos import DBOS

    DBOS.destroy(destroy_registry=True)


def _send(workflow_id: str) -> bool:
    """Return whether there is such a workflow."""
    from dbos import DBOS, error

    try:
        DBOS.send(workflow_id, "", HINT)
    except error.DBOSNonExistentWorkflowError:
        log.debug("hint for nobody", workflow_id=workflow_id)
        return False
    return True


def _requeue(executor_ids: Sequence[str]) -> int:
    from dbos import DBOS

    found = [
        workflow.workflow_id
        for executor_id in executor_ids
        for workflow in DBOS.list_workflows(status="PENDING", executor_id=executor_id, load_input=False)
    ]
    if found:
        DBOS.resume_workflows(found)
    return len(found)


def _count_unfinished() -> int:
    from dbos import DBOS

    return len(DBOS.list_workflows(status=["PENDING", "ENQUEUED"], load_input=False))


def _answers(url: str) -> None:
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    driver = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(driver, connect_args={"connect_timeout": ANSWER_SECONDS}, pool_size=1)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        raise Unavailable("The PostgreSQL of MM_DATABASE_URL does not answer. Campaigns wait until it does.") from None
    finally:
        engine.dispose()


def engine_url(database_url: str, data_dir: Path) -> str:
    """Return where DBOS keeps its state: the PostgreSQL named, or a file in the data folder."""
    if database_url:
        return database_url.replace("postgres://", "postgresql://", 1)
    return f"sqlite:///{data_dir / 'workflows.sqlite'}"


def mapping(value: Plain) -> Mapping[str, Any]:
    """Return a step's result that is an object."""
    return cast("Mapping[str, Any]", value)
