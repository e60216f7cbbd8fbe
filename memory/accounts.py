"""The accounts this process holds: loaded when first asked for, kept in step with the database, bounded in memory."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import structlog

from core.errors import AppError
from db.memory_shelves import HOUSE_ID, shelf_of
from db.memory_store import Log, MemoryStore, State
from db.user_memory import MemoryType
from db.vector import unpack
from memory.account import Account, read_row
from memory.indexes.exact import ExactIndex
from memory.indexes.index import MemoryIndex
from memory.lexicon import Lexicon
from memory.stopping import stopped

logger = structlog.get_logger(__name__)

Raw: TypeAlias = dict[str, Any]

# What all held accounts together may take, vectors included.
BUDGET_BYTES: Final = 256 * 2**20
# More rows than this are indexed in a thread, so that nobody else has to wait.
IN_A_THREAD: Final = 300
# An account with more changes than this is loaded in the background, and read meanwhile.
LARGE: Final = 5_000
LASTING: Final[tuple[MemoryType, ...]] = ("preference", "insight")
EPISODES: Final[tuple[MemoryType, ...]] = ("user_message", "agent_response")
# So many rows are put in between two looks at what else there is to do.
PORTION: Final = 100


@dataclass(slots=True)
class Held:
    """One account with the state of the database it shows. The lock lets one task at a time change it.

    While somebody waits for the lock (``busy``) the account is not let go of. A large one is shown while it is still
    ``loading``: ``touched`` are the memories that were written meanwhile, which loading has to leave alone,
    ``expected`` is how many changes there were, which is about how many memories it will have.
    """

    account: Account | None = None
    state: State = field(default_factory=State)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    held_bytes: int = 0
    busy: int = 0
    loading: "asyncio.Task[None] | None" = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    touched: set[str] = field(default_factory=set[str])
    expected: int = 0

    @property
    def waiting(self) -> int:
        """About how many memories are still to be loaded."""
        if self.loading is None or self.account is None:
            return 0
        return max(self.expected - len(self.account), 1)

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[None]:
        """Change the account while nobody else does."""
        self.busy += 1
        try:
            async with self.lock:
                yield
        finally:
            self.busy -= 1


@dataclass(frozen=True, slots=True)
class Opened:
    """An account to read, about how many of its memories are still being loaded, and the state of its switches."""

    account: Account
    waiting: int = 0
    switched: int = 0


class Accounts:
    """Opens accounts. ``alone`` says that no other process writes to the database: what is held is always in step."""

    def __init__(
        self,
        store: MemoryStore,
        lexicon: Lexicon,
        index: MemoryIndex,
        *,
        model: str,
        alone: bool,
        budget: int = BUDGET_BYTES,
        large: int = LARGE,
    ) -> None:
        self._large = large
        self._store = store
        self._lexicon = lexicon
        self._index = index
        # What outcomes have taught is little, and searched here whatever the index of people's own memories is.
        self.learnt_index: MemoryIndex = ExactIndex()
        self._model = model
        self._alone = alone
        self._budget = budget
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._held_bytes = 0

    @property
    def held_bytes(self) -> int:
        """About how much memory all held accounts take."""
        return self._held_bytes

    def __len__(self) -> int:
        return sum(held.account is not None for held in self._held.values())

    async def open(self, user_id: str) -> Account:
        """Return the account as the database has it now. A warm one costs one short read, or none when alone."""
        (opened,) = await self.open_all(user_id)
        return opened.account

    async def open_all(self, *user_ids: str, whole: bool = True) -> list[Opened]:
        """Return several accounts as the database has them now. Warm ones cost one short read together.

        Unless they have to be ``whole``, a large account may still be loading: then it holds its wishes and facts and
        its newest memories, and more from moment to moment.
        """
        held = {user_id: self._touch(user_id) for user_id in user_ids}
        warm = {user_id: one.account for user_id, one in held.items() if one.account is not None}
        current = warm if self._alone or not warm else await self._unchanged(held, warm)
        opened: list[Opened] = []
        for user_id, one in held.items():
            account = current.get(user_id)
            if account is None:
                async with one.alone():
                    account = await self._follow(user_id, one)
            if one.loading is not None:
                account = await self._waited(user_id, one, whole=whole)
            opened.append(Opened(account, one.waiting, one.state.switched))
        return opened

    async def _unchanged(self, held: Mapping[str, Held], warm: Mapping[str, Account]) -> dict[str, Account]:
        """Return those accounts held here that nobody else has changed. 1 round trip."""
        states = dict(zip(warm, await self._store.states(tuple(warm)), strict=True))
        for user_id, state in states.items():
            if held[user_id].state == state:
                held[user_id].state = state
        return {user_id: account for user_id, account in warm.items() if held[user_id].state is states[user_id]}

    async def close(self) -> None:
        """Stop what is still being loaded."""
        for task in [held.loading for held in self._held.values() if held.loading is not None]:
            await stopped(task)

    async def write(
        self, user_id: str, memory_ids: Sequence[str], writing: Callable[[], Awaitable[list[Raw] | None]]
    ) -> list[Raw] | None:
        """Run a write that changes these memories, and show them here at once if the account is held.

        ``writing`` returns the memories as they are stored now; None says that they have to be read.
        """
        held = self._touch(user_id)
        async with held.alone():
            if held.loading is not None:
                held.touched.update(memory_ids)
            rows = await writing()
            if held.account is None:
                await self._index_only(user_id, memory_ids, rows)
            elif self._alone or await self._nobody_else_wrote(user_id, held, len(memory_ids)):
                await self._show(user_id, held, memory_ids, rows)
            else:
                await self._follow(user_id, held)
        return rows

    async def forget(self, user_id: str) -> None:
        """Let go of an account, here and in the index."""
        held = self._held.pop(user_id, None)
        if held is not None:
            self._held_bytes -= held.held_bytes
            if held.loading is not None:
                await stopped(held.loading)
        await self._index.forget(user_id)
        await self.learnt_index.forget(user_id)

    async def _waited(self, user_id: str, held: Held, *, whole: bool) -> Account:
        """Wait for an account that is being loaded: for all of it, or for what everybody needs of it."""
        if whole:
            if held.loading is not None:
                await asyncio.wait({held.loading})
        else:
            await held.begun.wait()
        if held.account is not None:
            return held.account
        # Loading broke off, which whoever asks anew is told.
        async with held.alone():
            return await self._load(user_id, held, at_once=True)

    def _touch(self, user_id: str) -> Held:
        held = self._held.get(user_id)
        if held is None:
            held = self._held[user_id] = Held()
        else:
            self._held.move_to_end(user_id)
        return held

    async def _nobody_else_wrote(self, user_id: str, held: Held, count: int) -> bool:
        state = await self._store.state(user_id)
        begun = held.state.count == 0 or held.state.epoch == state.epoch
        if begun and state.count - held.state.count == count:
            held.state = state
            return True
        return False

    async def _follow(self, user_id: str, held: Held) -> Account:
        """Load the account, or apply what changed since. Holds the lock."""
        if held.account is None:
            return await self._load(user_id, held)
        if self._alone:
            return held.account
        log = await self._store.log(user_id)
        changed = log.since(held.state)
        if changed is None:
            return await self._load(user_id, held)
        if changed:
            await self._show(user_id, held, changed, None)
        held.state = log.state
        return held.account

    async def _load(self, user_id: str, held: Held, *, at_once: bool = False) -> Account:
        """Load an account; a large one in the background, while it is read already. Holds the lock."""
        if held.loading is not None:
            await stopped(held.loading)
        if held.account is not None:
            held.account = None
            self._release(user_id)
        log = await self._store.log(user_id)
        account = Account(self._lexicon)
        if log.state.count > self._large and user_id != HOUSE_ID and not at_once:
            held.account, held.state, held.expected = account, log.state, log.state.count
            held.begun.clear()
            held.touched.clear()
            held.loading = asyncio.create_task(self._load_large(user_id, held, account, log), name=f"load {user_id}")
            return account
        learnings = asyncio.create_task(self._store.learnings(user_id))
        try:
            if user_id != HOUSE_ID:
                async for rows in _read_ahead(self._store.all(user_id, vectors=not self._index.persistent)):
                    await self._fill(user_id, held, account, rows)
            await self._fill(user_id, held, account, await learnings)
        finally:
            await stopped(learnings)
        held.account, held.state = account, log.state
        return account

    async def _load_large(self, user_id: str, held: Held, account: Account, log: Log) -> None:
        """Load an account that is read and written meanwhile: what everybody needs, then the rest, newest first."""
        held.busy += 1
        try:
            await self._load_page(user_id, held, account, await self._store.learnings(user_id))
            for types in (LASTING, EPISODES):
                pages = self._store.newest_first(user_id, types, log, vectors=not self._index.persistent)
                async for rows in _read_ahead(pages):
                    await self._load_page(user_id, held, account, rows)
                    if types == EPISODES or len(account) > self._large:
                        held.begun.set()
            async with held.lock:
                held.loading = None
                await self._show(user_id, held, tuple(held.touched), None)
        except AppError as error:
            logger.warning("memories_not_loaded", reason=error.message)
            self._give_up(user_id, held)
        except BaseException:
            self._give_up(user_id, held)
            raise
        finally:
            held.busy -= 1
            held.begun.set()

    async def _load_page(self, user_id: str, held: Held, account: Account, rows: Sequence[Raw]) -> None:
        read = await asyncio.to_thread(lambda: [read_row(row, self._lexicon) for row in rows])
        await asyncio.to_thread(self._lexicon.prepare)
        async with held.lock:
            left = [one for one in read if one.memory_id not in held.touched]
            for start in range(0, len(left), PORTION):
                account.take(left[start : start + PORTION])
                await asyncio.sleep(0)
            await self._index_rows(user_id, [one.row for one in left], loading=True)
        self._weigh(user_id, held, account)

    def _give_up(self, user_id: str, held: Held) -> None:
        """Let go of an account that could not be loaded to its end."""
        held.loading, held.account = None, None
        self._release(user_id)

    async def _show(self, user_id: str, held: Held, memory_ids: Sequence[str], rows: list[Raw] | None) -> None:
        """Bring these memories up to date in a held account."""
        account = held.account
        if account is None:
            return
        if held.loading is not None:
            held.touched.update(memory_ids)
        if rows is None:
            rows = await self._store.some(user_id, list(dict.fromkeys(memory_ids)))
        there = {str(row["memory_id"]) for row in rows}
        gone = [memory_id for memory_id in memory_ids if memory_id not in there]
        account.remove(gone)
        await self._index.remove(user_id, gone)
        await self.learnt_index.remove(user_id, gone)
        await self._put(account, rows)
        await self._index_rows(user_id, rows)
        self._weigh(user_id, held, account)

    async def _index_only(self, user_id: str, memory_ids: Sequence[str], rows: list[Raw] | None) -> None:
        """Keep an index that outlives the process in step with an account that nobody has asked for yet."""
        if not self._index.persistent:
            return
        if rows is None:
            rows = await self._store.some(user_id, memory_ids)
        there = {str(row["memory_id"]) for row in rows}
        await self._index.remove(user_id, [memory_id for memory_id in memory_ids if memory_id not in there])
        await self._index_rows(user_id, rows)

    async def _fill(self, user_id: str, held: Held, account: Account, rows: Sequence[Raw]) -> None:
        """Put rows into an account that nobody sees yet."""
        if not rows:
            return
        if len(rows) > IN_A_THREAD:
            await asyncio.to_thread(account.put, rows)
            await asyncio.to_thread(self._lexicon.prepare)
        else:
            account.put(rows)
        await self._index_rows(user_id, rows, loading=True)
        self._weigh(user_id, held, account)

    async def _put(self, account: Account, rows: Sequence[Raw]) -> None:
        """Put rows into an account that others read meanwhile: in portions, and never in another thread."""
        for start in range(0, len(rows), PORTION):
            account.put(rows[start : start + PORTION])
            if len(rows) > PORTION:
                await asyncio.sleep(0)

    async def _index_rows(self, user_id: str, rows: Sequence[Raw], *, loading: bool = False) -> None:
        """Index those rows that have a vector of the model in use; others are found by their words meanwhile.

        What is only being loaded is in an index that outlives the process already.
        """
        usable = [row for row in rows if row.get("embedding_model") == self._model]
        learnt = [row for row in usable if shelf_of(row["memory_id"]) != "user"]
        own = usable if not learnt else [row for row in usable if shelf_of(row["memory_id"]) == "user"]
        for index, chosen in ((self._index, own), (self.learnt_index, learnt)):
            if chosen and not (loading and index.persistent):
                vectors = np.stack([unpack(row["embedding"]) for row in chosen])
                await index.put(user_id, self._model, [str(row["memory_id"]) for row in chosen], vectors)

    def _release(self, user_id: str) -> None:
        """Give back what the indexes hold of an account in this process."""
        self._index.release(user_id)
        self.learnt_index.release(user_id)

    def _weigh(self, user_id: str, held: Held, account: Account) -> None:
        """Count what the account takes now, and let go of those asked for longest ago if all take too much."""
        if self._held.get(user_id) is not held:
            return
        weight = account.held_bytes + self._index.held_bytes(user_id) + self.learnt_index.held_bytes(user_id)
        self._held_bytes += weight - held.held_bytes
        held.held_bytes = weight
        for oldest in list(self._held):
            if self._held_bytes <= self._budget or oldest == user_id:
                break
            if not self._held[oldest].busy:
                self._held_bytes -= self._held.pop(oldest).held_bytes
                self._release(oldest)


async def _read_ahead(pages: AsyncIterator[list[Raw]]) -> AsyncIterator[list[Raw]]:
    """Read the next page while this one is worked on."""
    following = asyncio.ensure_future(anext(pages, None))
    try:
        while (page := await following) is not None:
            following = asyncio.ensure_future(anext(pages, None))
            yield page
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
