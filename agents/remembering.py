"""Remembers what was said, after the answer: a worker that finds the turns not remembered yet, of whichever process.

A message is marked when its turn begins; the mark is taken off when the turn is over and everything of it is stored.
Whatever happens in between is done again, and doing it again changes nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from agents.brief_facts import brief_findings
from agents.language.memory_requests import memory_request
from agents.learning import Learner
from agents.memory_extraction import Extractor
from core.clock import Clock
from core.errors import AppError, Unavailable
from core.ids import new_id
from core.scope import Scope, scope_of_stored
from db.unremembered import Unremembered
from memory.campaign_facts import BOUND, scoped
from memory.context import is_standing
from memory.desk import MemoryDesk
from memory.findings import Finding
from memory.gate import Exchange, Said, grounded

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 5.0
OTHERS_AFTER: Final = timedelta(seconds=30)
ATTEMPTS: Final = 5
FIRST_WAIT: Final = timedelta(seconds=10)
GROWTH: Final = 6
PAUSE_SECONDS: Final = 1.0
RETELLING: Final = frozenset({"recall_memory", "explain_answer"})
Stored = dict[str, Any]


class Remembering:
    """The worker of one process. Several may run: what two of them do to one turn comes out the same."""

    def __init__(
        self, work: Unremembered, desk: MemoryDesk, extractor: Extractor, learner: Learner, clock: Clock
    ) -> None:
        self._work = work
        self._desk = desk
        self._extractor = extractor
        self._learner = learner
        self._clock = clock
        self._mine: set[str] = set()
        self._awake = asyncio.Event()
        self._busy = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to work: first on what was left behind, then on what comes."""
        self._task = asyncio.create_task(self._keep_working(), name="remembering")

    async def stop(self) -> None:
        """Stop. What is not remembered yet waits for the next start."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def nudge(self, message_id: str) -> None:
        """Say that a turn of this process is over. Returns at once."""
        self._mine.add(message_id)
        self._awake.set()

    def idle(self) -> asyncio.Lock:
        """Return what to hold while nothing may be remembered: the worker waits, in this process."""
        return self._busy

    async def sweep(self, *, everything: bool = False) -> int:
        """Remember what waits; return how many turns that were.

        Turns of other processes are left to them for a while, unless ``everything`` is wanted.
        """
        async with self._busy:
            done = 0
            for message in await self._work.waiting():
                if everything or self._is_ours(message):
                    done += await self._one(message)
            return done

    def _is_ours(self, message: Stored) -> bool:
        if message["message_id"] in self._mine:
            return True
        changed = message.get("updated_at")
        return not isinstance(changed, datetime) or self._clock.now() - changed >= OTHERS_AFTER

    async def _one(self, message: Stored) -> int:
        message_id = message["message_id"]
        try:
            state = await self._work.state(message)
            if state == "under way":
                return 0
            await self._remember(message, gone=state == "gone")
        except Unavailable:
            raise
        except AppError as error:
            log.warning("turn not remembered", message_id=message_id, reason=error.message)
            await self._put_off(message)
            return 0
        except Exception:  # one turn that breaks something holds up nobody else's
            log.exception("turn not remembered", message_id=message_id, error_id=new_id("err"))
            await self._put_off(message)
            return 0
        self._mine.discard(message_id)
        return 1

    async def _put_off(self, message: Stored) -> None:
        """Try again ever later, by whichever process; after the last attempt it is set aside until a start."""
        message_id, failures = message["message_id"], int(message.get("memory_failures") or 0) + 1
        self._mine.discard(message_id)
        if failures < ATTEMPTS:
            again_at = self._clock.now() + FIRST_WAIT * GROWTH ** (failures - 1)
            await self._work.failed(message_id, failures, again_at)
            return
        log.error("turn set aside: it could not be remembered", message_id=message_id, attempts=failures)
        await self._work.failed(message_id, failures, None)

    async def _remember(self, message: Stored, *, gone: bool) -> None:
        """Remember one turn and tick it off."""
        scope = scope_of(message)
        conversation_id = message["conversation_id"]
        if not gone and await self._desk.switches.is_on(scope, conversation_id, fresh=True):
            await self._keep(scope, message)
            if await self._work.state(message) == "gone":
                await self._desk.forget_conversation(scope, conversation_id)
        await self._work.done(message["message_id"])

    async def _keep(self, scope: Scope, message: Stored) -> None:
        answers = [answer for answer in await self._work.answers(message) if answer["status"] == "done"]
        wires = await self._work.events(message)
        recalled = recalled_ids(wires)
        if forgot(wires):
            return
        if message["kind"] == "decision":
            await self._learner.learn(scope, message)
            await self._desk.memories.note_recall(scope, recalled)
            return
        known = await self._desk.known(scope)
        heard = [] if retold(wires) else answers
        exchange = exchange_of(message, heard, await self._texts(scope, recalled))
        found = await self._extractor.findings(exchange.text, [memory for memory in known if is_standing(memory)])
        briefed = [] if memory_request(exchange.text) else brief_findings(wires, exchange.text)
        findings = _once(found, briefed)
        if any(finding.subject in BOUND for finding in findings):
            campaign = await self._work.campaign(message)
            findings = [scoped(finding, campaign) for finding in findings]
        await self._desk.keeper.exchange(scope, exchange, findings)
        await self._desk.memories.note_recall(scope, recalled)

    async def _texts(self, scope: Scope, memory_ids: Sequence[str]) -> tuple[str, ...]:
        """What memory brought into the turn, as far as it is still there."""
        return tuple(memory.content for memory in await self._desk.memories.those(scope, memory_ids))

    async def _keep_working(self) -> None:
        everything = True
        while True:
            try:
                if everything:
                    await self._work.one_more_attempt()
                await self.sweep(everything=everything)
                everything = False
            except Unavailable:
                log.warning("database away, remembering soon")
                await asyncio.sleep(PAUSE_SECONDS)
            except Exception:  # the worker has to outlive what one turn breaks; the turn stays marked
                log.exception("remembering failed, trying again soon")
                await asyncio.sleep(PAUSE_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), EVERY_SECONDS)
            self._awake.clear()


def forgot(wires: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the person had something forgotten in this turn: then its words, which name it, are not kept either."""
    calls = {wire["toolCallId"]: wire["toolCallName"] for wire in wires if wire["type"] == "TOOL_CALL_START"}
    return any(
        calls.get(wire["toolCallId"]) == "forget_memory"
        for wire in wires
        if wire["type"] == "TOOL_CALL_RESULT" and wire["metadata"]["ok"]
    )


def retold(wires: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the answer told back what is remembered: kept, it would be an echo of it."""
    return any(wire["type"] == "TOOL_CALL_START" and wire["toolCallName"] in RETELLING for wire in wires)


def scope_of(message: Mapping[str, Any]) -> Scope:
    """Return the scope of the person who wrote a stored message."""
    user_id = message["user_id"]
    return scope_of_stored(user_id, message["metadata"].get("actor_id"))


def exchange_of(message: Stored, answers: Sequence[Stored], recalled: tuple[str, ...]) -> Exchange:
    """Return a stored turn as the gate takes it."""
    said = tuple(
        Said(answer["message_id"], answer["agent"] or "assistant", answer["content"], answer["timestamp"])
        for answer in answers
    )
    speaker = message["metadata"].get("actor_id", message["user_id"])
    return Exchange(
        message["conversation_id"],
        message["message_id"],
        message["content"],
        message["timestamp"],
        speaker,
        said,
        recalled,
    )


def recalled_ids(wires: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the memories that were brought into a turn."""
    return [
        str(item["memory_id"])
        for wire in wires
        if wire["type"] == "CUSTOM" and wire["name"] == "memory_recalled"
        for item in wire["value"]["items"]
    ]


def _once(found: Sequence[Finding], briefed: Sequence[Finding]) -> list[Finding]:
    """What was found in the words, and from the brief what the words did not give, under the same name or another.

    A brief may take "our delivery fee is £3" for its budget; who said it knows better.
    """
    subjects = {finding.subject for finding in found if finding.subject}
    left = [finding for finding in briefed if finding.subject not in subjects]
    return [*found, *(new for new in left if not any(grounded(new.value, old.text, share=1.0) for old in found))]
