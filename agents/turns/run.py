"""Runs one turn whose lease we hold, from the start or from where another process left it, and gives the lease back."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from copy import deepcopy
from datetime import timedelta
from typing import Any, Literal

import structlog

from agents.graph import task_of
from agents.recalling import Brought
from agents.turn import Answer, Turn, TurnState
from agents.turns.approved import ApprovedCall
from agents.turns.feed import Frame
from agents.turns.given_up import unforeseen
from agents.turns.house import House
from agents.turns.progress import Progress
from agents.turns.run_log import RunLog
from agents.turns.window import history, moved_on, situation
from core.errors import AppError, Unavailable
from core.events import (
    ContextChanged,
    Event,
    Routed,
    RunFailed,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    TextEnded,
    UserMessageAccepted,
)
from core.ids import new_id
from core.json_text import inner_object
from core.scope import Scope
from core.timezones import first_zone
from db.leases import LeaseLost, Release
from db.turn_store import Begun, NumberedEvent, opening_of

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=20)
HEARTBEAT_SECONDS = 5.0
INSIST_SECONDS = 0.1
# What memory finds within this time is stored with the run's first events; what takes longer costs no write either.
RECALL_SECONDS = 0.01
# A turn waits no longer than this for memory; it goes on without.
LONGEST_RECALL_SECONDS = 2.0
Stored = dict[str, Any]
Status = Literal["done", "failed", "cancelled"]


class Run:
    """One run of one turn. ``head`` is the conversation with our lease in it, ``message`` what is answered."""

    def __init__(self, house: House, scope: Scope, head: Stored, message: Stored) -> None:
        self.house = house
        self.scope = scope
        self.head = head
        self.message = message
        self.run_id: str = head["run"]["run_id"]
        self.conversation_id: str = head["conversation_id"]
        self.token: str = head["run"]["token"]
        self.first_seq: int = head["run"]["first_seq"]
        self.cancelled = bool(head["run"].get("cancel"))
        self._stoppable = False
        self.from_line = False
        self.over = False
        self._failed = False
        self.log = RunLog(
            house.store,
            house.feed,
            house.clock,
            user_id=scope.user_id,
            conversation_id=self.conversation_id,
            run_id=self.run_id,
            next_seq=self.first_seq,
            since=message["timestamp"],
        )
        self.turn = self._turn()
        self.approved = ApprovedCall.of(message) if message["kind"] == "decision" else None
        self._progress: Progress | None = None
        self._recall: asyncio.Task[Brought] | None = None
        self._recalls = house.memory is not None and self.approved is None and not scope.is_visitor

    async def begin(self, new: Stored | None = None, *, early: bool = False) -> Begun:
        """Take the lease with the run's first events, and store the message with it, all in 1 round trip.

        ``new`` is the conversation where that is to be stored as well. ``early`` asks the model meanwhile: only where
        nothing speaks for this being a message that was sent before. Says what came of it, and raises, as the store's
        ``begin`` does.
        """
        opening = await self._opening()
        frames = self.log.numbered(opening)
        lease = self.head["run"] | {"opening": [frame.wire for frame in frames]}
        message = self.message | self._taken_up()
        if early:
            self._start_early(opening)
        try:
            begun = await self.house.store.begin(message, lease, self.first_seq - 1, new)
        except BaseException:
            await self._drop_early()
            raise
        if begun == "begun":
            self.message = message
            self._opened(opening, frames)
        else:
            await self._drop_early()
        return begun

    def _start_early(self, opening: Sequence[Event]) -> None:
        """Ask the model while the message is being stored, where it is known already who answers, and with what."""
        route = next((event for event in opening if isinstance(event, Routed)), None)
        if route and not self._recalls:
            self.house.workers[route.agents[0]].start(self.turn, task_of(route, 0))

    async def _drop_early(self) -> None:
        started, self.turn.started = self.turn.started, None
        if started:
            await started.drop()

    async def open(self) -> None:
        """Note that the run of a stored message has begun, with its first events; we hold the lease. 1 round trip."""
        opening = await self._opening()
        frames = self.log.numbered(opening)
        self.from_line = True
        taken_up = self._taken_up()
        await self.house.store.take_up(self.message, self.token, taken_up, [frame.wire for frame in frames])
        self.message |= taken_up
        self._opened(opening, frames)

    def _taken_up(self) -> Stored:
        """Return what is noted in a message when its turn begins: what it is if all goes well."""
        return {"run_id": self.run_id, "first_seq": self.first_seq} | self._noted("done")

    def _noted(self, status: Status) -> Stored:
        """Return what a message says of a turn that ends like this."""
        remembered = self.house.memory and not self.scope.is_visitor and status != "failed"
        return {"status": status, "memory": "pending" if remembered else None}

    def _opened(self, opening: list[Event], frames: list[Frame]) -> None:
        self.log.opened(opening, frames)
        self._progress = Progress.of(frame.wire for frame in frames)

    async def _opening(self) -> list[Event]:
        parent = self.message["metadata"].get("parent_run_id")
        events: list[Event] = [RunStarted(self.conversation_id, self.run_id, parent)]
        if self.approved:
            return [*events, *self.approved.opening()]
        client_message_id = self.message.get("client_message_id") or ""
        events.append(UserMessageAccepted(self.message["message_id"], client_message_id, self.message["content"]))
        events += await self._recalled(RECALL_SECONDS)
        if route := self.house.supervisor.read(self.turn.text, self.turn.situation):
            events += [route, StepStarted(route.agents[0])]
        return events

    async def _recalled(self, patience: float) -> list[Event]:
        """Take what was recalled into the turn once it is there; return the event that tells of it, the first time."""
        memory = self.house.memory
        if memory is None or not self._recalls:
            return []
        self._recall = self._recall or asyncio.create_task(
            memory.recaller.bring(self.scope, self.head, self.turn.text), name=f"recall {self.run_id}"
        )
        try:
            done, _ = await asyncio.wait({self._recall}, timeout=patience)
        except asyncio.CancelledError:
            self._recall.cancel()
            raise
        if not done:
            return []
        self._recalls = False
        self.turn.memory = self._recall.result()
        return [self.turn.memory.event] if self.turn.memory.event else []

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Stop at the next point where that leaves things whole; a run that is ending goes on to its end.

        Insists, as a single cancellation can get lost inside the database driver.
        """
        self.cancelled = True
        while self._stoppable and not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=INSIST_SECONDS)

    async def perform(self) -> None:
        """Run to the end: answer, ask a person, fail in words, or stop when cancelled. Then give the lease back.

        Raises LeaseLost when another process has taken over, Unavailable when the database stays away.
        """
        heartbeat = asyncio.create_task(self._keep_lease(asyncio.current_task()))
        try:
            await self._work()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self.cancelled or task is None:
                raise
            self._stoppable = False
            while task.uncancel():
                pass
            await self._close_cancelled()
        except (LeaseLost, Unavailable):
            raise
        except AppError as error:
            await self._close_failed(error)
        except Exception:  # the person is told, with an id that finds the log
            trouble = new_id("err")
            log.exception("turn failed", error_id=trouble, run_id=self.run_id)
            await self._close_failed(unforeseen(trouble))
        finally:
            heartbeat.cancel()
            with suppress(asyncio.CancelledError):
                await heartbeat
            if self._recall:
                self._recall.cancel()
            await self._drop_early()
            await self.log.close()

    async def release(self) -> bool:
        """Give the lease back if the run's last write did not; True if another message waits."""
        waiting = False
        if not self.over:
            answers = self.log.answered or await self._stored_answers()
            release = self._release(answers, self.log.next_seq - 1)
            waiting = await self.house.store.release(release)
            if not waiting:
                self._given_back(release)
        if self.house.memory and not self._failed:
            self.house.memory.remembering.nudge(self.message["message_id"])
        return waiting

    def _release(self, answers: Sequence[Stored], last_seq: int) -> Release:
        known = {entry["message_id"] for entry in self.head.get("messages", [])}
        new = [entry for entry in (self.message, *answers) if entry["message_id"] not in known]
        changes = moved_on(self.head, new) | {
            "context": self.turn.context,
            "last_seq": last_seq,
            "timezone": self.turn.timezone,
            "pending_approvals": self.turn.pending_approvals,
        }
        if self.turn.campaign_id:
            changes["campaign_id"] = self.turn.campaign_id
        return Release(self.scope.user_id, self.conversation_id, self.token, changes, len(new))

    def _given_back(self, release: Release) -> None:
        self.over = True
        head = {**self.head, **release.changes, "run": None, "queued": 0}
        self.house.heads.put(head, self.message.get("client_message_id"))

    async def _work(self) -> None:
        progress = self._progress or await self._stored_progress()
        if progress.outcome is not None:
            self._settle(progress)
            return
        if not progress.started:
            await self.open()
            progress = self._progress or progress
        if self.cancelled:
            await self._close_cancelled()
            return
        self.scope.require_talk()
        self._stoppable = True
        self._tell_context(progress)
        recalled = await self._recalled(LONGEST_RECALL_SECONDS)
        if not progress.recalled:
            self.log.put(*recalled)
        for call in progress.calls_made:
            self.turn.calls_made[call] += 1
        messages = progress.messages()
        if self.approved:
            messages = [*await self.approved.carried_out(self.turn, progress), *messages]
        if progress.route is None or progress.position < len(progress.route.agents):
            state = TurnState(route=progress.route, position=progress.position, messages=messages)
            graph: Any = self.house.graph
            await graph.ainvoke(state, context=self.turn)
        await self._close_done()

    def _tell_context(self, progress: Progress) -> None:
        """Tell the context when a run is gone on with: a change may be stored that nobody has been told of."""
        context = self.turn.context
        if self._progress is None and context != progress.context and any(context.values()):
            self.log.record_soon(ContextChanged(deepcopy(context)))

    def _settle(self, progress: Progress) -> None:
        """Take over what a run that had ended, and not given its lease back, leaves in the conversation."""
        if self.approved:
            self.turn.pending_approvals = self.approved.others(self.turn)
        self.turn.pending_approvals += progress.approvals

    async def _stored_progress(self) -> Progress:
        events: list[NumberedEvent] = []
        after = self.first_seq - 1
        while page := await self.house.store.entries_after(self.scope.user_id, self.conversation_id, after):
            events += page
            after = page[-1].seq
        mine = [event for event in events if event.run_id == self.run_id]
        opening = [] if mine else opening_of(self.head)
        self.log.go_on(events, opening)
        return Progress.of(event.wire for event in [*mine, *opening])

    async def _close_done(self) -> None:
        waiting = self.turn.interrupts
        self.turn.pending_approvals += [{"approval_id": item.approval_id, "summary": item.message} for item in waiting]
        finished = RunFinished(
            self.conversation_id,
            self.run_id,
            "interrupt" if waiting else "success",
            tuple(waiting),
            tuple(self.turn.usage.values()),
        )
        await self._close("done", finished)

    async def _close_failed(self, error: AppError) -> None:
        self.log.drop_held()
        failed = RunFailed(self.run_id, error.message, error.code, error.retry_after)
        await self._close("failed", failed)

    async def _close_cancelled(self) -> None:
        events: list[Event] = []
        text = self.log.open_text
        if text is not None:
            content = text.text
            answer = Answer(text.message_id, text.agent, content, self.turn.models.careful_name, "")
            self.log.keep(self.log.answer_document(answer, "cancelled"))
            events.append(TextEnded(text.message_id, text.agent, content))
        if self.log.step_open:
            events.append(StepFinished(self.log.step_open))
        events.append(RunFinished(self.conversation_id, self.run_id, "cancelled", (), tuple(self.turn.usage.values())))
        await self._close("cancelled", *events)

    async def _close(self, status: Status, *events: Event) -> None:
        self._stoppable = False
        self._failed = status == "failed"
        self.log.put(*events)
        released: list[Release] = []

        def release(answers: Sequence[Stored], last_seq: int) -> Release:
            released.append(self._release(answers, last_seq))
            return released[-1]

        await self.log.finish(self._outcome(status), release, lambda: self._given_back(released[-1]))

    def _outcome(self, status: Status) -> dict[str, Stored]:
        """Return the change of the message where its turn ends otherwise than was noted when it began."""
        noted = self._noted(status)
        if all(self.message.get(field) == value for field, value in noted.items()):
            return {}
        return {self.message["message_id"]: noted | {"updated_at": self.house.clock.now()}}

    async def _stored_answers(self) -> list[Stored]:
        found = await self.house.store.messages_of_run(self.scope.user_id, self.conversation_id, self.run_id)
        return [message for message in found if message["role"] == "assistant"]

    async def _keep_lease(self, task: asyncio.Task[None] | None) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            with suppress(Unavailable):
                lease = await self.house.store.renew(self.conversation_id, self.token, self.house.clock.now() + LEASE)
                if task and lease and lease.get("cancel"):
                    await self.stop(task)

    def _turn(self) -> Turn:
        head = self.head
        return Turn(
            scope=self.scope,
            database=self.house.database,
            clock=self.house.clock,
            models=self.house.models,
            runner=self.house.runner,
            output=self.log,
            conversation_id=self.conversation_id,
            run_id=self.run_id,
            turn_id=self.message["message_id"],
            text=self.message["content"],
            timezone=first_zone(inner_object(self.message.get("metadata")).get("timezone"), head.get("timezone")),
            context=head["context"],
            situation=situation(head),
            own_words=self.message["kind"] == "message",
            campaign_id=head.get("campaign_id"),
            summary=head.get("summary", ""),
            history=history(head),
            pending_approvals=list(head.get("pending_approvals", [])),
            desk=self.house.memory.desk if self.house.memory else None,
        )
