"""The course of a campaign as a durable workflow. Deterministic: it decides by what steps return, and by nothing else.

A change of the order of steps needs ``DBOS.patch``, or a new version of the engine: running campaigns replay it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, TypeAlias

import structlog

from core.errors import AppError, Halted, Unavailable
from core.ids import new_id
from workflows.campaigns.closing import Closing
from workflows.campaigns.consent import PlanConsent
from workflows.campaigns.course import Course, Ground, Plain
from workflows.campaigns.layout import Layout, Work, read_layout
from workflows.campaigns.pictures import Pictures
from workflows.campaigns.posting import Posting
from workflows.campaigns.tasks import Tasks
from workflows.runtime.engine import Steps
from workflows.runtime.timekeeper import Timekeeper

log = structlog.get_logger(__name__)

NAME: Final = "campaign"
# Texts are asked for and posts are, and both may be sent back a few times.
ROUNDS: Final = 8
AT_ONCE: Final = 4
STANDSTILLS: Final = 1000
Step: TypeAlias = Callable[..., Awaitable[Plain]]


class CampaignWorkflow:
    """Runs campaigns. One object serves all of them; what is known of one is in ``_Walk``."""

    def __init__(self, steps: Steps, time: Timekeeper, ground: Ground) -> None:
        tasks = Tasks(ground)
        self.steps = steps
        self.time = time
        self.ground = ground
        self.consent = PlanConsent(ground)
        self.tasks = tasks
        self.posting = Posting(ground, tasks)
        self.pictures = Pictures(ground, tasks, self.posting)
        self.closing = Closing(ground, tasks)

    async def run(self, user_id: str, campaign_id: str, launch: str) -> None:
        """Take one launch of a campaign from its approval to its report."""
        await _Walk(self, Course(user_id, campaign_id, launch)).run()


class _Over(Exception):
    """The campaign was cancelled, withdrawn or has failed."""


class _Walk:
    def __init__(self, workflow: CampaignWorkflow, course: Course) -> None:
        self._w = workflow
        self._course = course
        self._room = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Go through all stages; whatever ends the campaign early is tidied up after."""
        try:
            await self._consent()
            plain = await self._step("lay out", self._w.tasks.lay_out)
            layout = read_layout(plain)
            await self._do(layout.of("prepare"), needed=True)
            await self._post(plain)
            await self._step("activate", self._w.closing.activate)
            await self._do(layout.of("schedule"), needed=False, by_house=True)
            await self._reach(layout.half_way, plain)
            await self._do(layout.of("half_way"), needed=False)
            await self._reach(layout.end, plain)
            await self._settle(layout)
            await self._do(layout.of("end"), needed=False, by_house=True)
            await self._step("close", self._w.closing.close)
        except _Over:
            await self._step("tidy", self._w.closing.tidy)

    async def _consent(self) -> None:
        while (answer := await self._step("consent", self._w.consent.look))["state"] != "go":
            if answer["state"] == "over":
                raise _Over
            await self._wait(answer.get("until"))

    async def _do(self, works: Sequence[Work], *, needed: bool, by_house: bool = False) -> None:
        """Do tasks as those they depend on are done, several at once; what stood still is taken up again after."""
        left = list(works)
        while left:
            await self._gate()
            slots = {work.task_id: self._w.steps.slot() for work in left}
            done = {work.task_id: asyncio.Event() for work in left}
            answers: dict[str, Plain] = {}

            async def one(
                work: Work,
                slots: dict[str, Any] = slots,
                done: dict[str, asyncio.Event] = done,
                answers: dict[str, Plain] = answers,
            ) -> None:
                for other in work.after:
                    if other in done:
                        await done[other].wait()
                stuck = any(
                    answers[other]["state"] not in {"done", "failed"} for other in work.after if other in answers
                )
                if stuck:
                    answers[work.task_id] = {"state": "held"}
                else:
                    async with self._room:
                        answers[work.task_id] = await self._one(slots[work.task_id], work, by_house=by_house)
                done[work.task_id].set()

            await asyncio.gather(*(one(work) for work in left))
            if needed and (failed := [answer for answer in answers.values() if answer["state"] == "failed"]):
                await self._step("fail", self._w.closing.fail, str(failed[0]["reason"]))
                raise _Over
            left = [work for work in left if answers[work.task_id]["state"] in {"held", "over"}]

    async def _one(self, slot: Any, work: Work, *, by_house: bool) -> Plain:
        """Do a task: by its agent, or, where the workflow itself has done what it says, by noting that."""
        function = self._w.tasks.note if by_house and work.agent == "publisher" else self._w.tasks.do
        answer: Plain = await slot.run(f"task {work.agent}", function, self._course, _plain(work))
        return answer

    async def _post(self, layout: Plain) -> None:
        texts = 0
        for turn in range(ROUNDS):
            await self._gate()
            proposed = await self._step("propose", self._w.posting.propose, layout, turn)
            asked, texts = proposed["requests"], texts + proposed.get("texts", 1)
            if not asked or not await self._settled(asked):
                break
        if not await self._on_calendar():
            reason = "None of its posts was approved." if texts else "The budget has no room for a single text."
            await self._step("fail", self._w.closing.fail, reason)
            raise _Over

    async def _settled(self, asked: Sequence[str]) -> bool:
        """Wait until all requests are decided and carried out; whether some of it has to be prepared anew."""
        while True:
            await self._gate()
            answer = await self._step("settle", self._w.posting.settle, asked)
            if not answer["waiting"]:
                return bool(answer["again"])
            await self._wait(answer["until"])

    async def _on_calendar(self) -> bool:
        posts = await self._step("count", self._w.closing.counted)
        return bool(posts["scheduled"] or posts["published"] or posts.get("bare"))

    async def _settle(self, layout: Layout) -> None:
        while (answer := await self._step("ready", self._w.closing.ready, layout.end))["state"] != "go":
            await self._wait(answer.get("until"))
            await self._gate()

    async def _reach(self, moment: str, layout: Plain) -> None:
        """Wait for a moment, looking around whenever somebody hints: a picture may have come."""
        while not await self._passed(moment, layout):
            await self._wait(moment)
            await self._gate()

    async def _passed(self, moment: str, layout: Plain) -> bool:
        return bool((await self._w.steps.step("passed", self._passed_now, moment, layout))["passed"])

    async def _passed_now(self, moment: str, layout: Plain) -> Plain:
        answer = await _in_words(self._w.pictures.supply, self._course, layout)
        if answer.get("state") == "broken":
            log.warning("pictures not taken up", campaign_id=self._course.campaign_id, reason=answer["reason"])
        return {"passed": self._w.ground.now() >= datetime.fromisoformat(moment)}

    async def _gate(self) -> None:
        """Stand still while the campaign does; end with it."""
        while (state := await self._w.steps.step("look", self._w.ground.state, self._course)) != "go":
            if state == "over":
                raise _Over
            await self._wait(None)

    async def _step(self, name: str, function: Step, *arguments: Any) -> Plain:
        """Do a step. One that a pause has held up is done again after; one that can't be done ends the campaign."""
        for _ in range(STANDSTILLS):
            answer: Plain = await self._w.steps.step(name, _in_words, function, self._course, *arguments)
            if answer.get("state") == "broken":
                await self._w.steps.step("fail", _in_words, self._w.closing.fail, self._course, answer["reason"])
                raise _Over
            if answer.get("state") != "held":
                return answer
            await self._gate()
        await self._w.steps.step("fail", _in_words, self._w.closing.fail, self._course, f"It does not get past {name}.")
        raise _Over

    async def _wait(self, until: str | None) -> None:
        moment = datetime.fromisoformat(until) if until else None
        await self._w.time.wait_until(self._w.steps, moment)


async def _in_words(function: Step, *arguments: Any) -> Plain:
    """Do a step; what goes wrong comes back in words, so that it is stored like any other result."""
    try:
        return await function(*arguments)
    except Unavailable:
        raise
    except Halted:
        return {"state": "held"}
    except AppError as error:
        return {"state": "broken", "reason": error.message}
    except Exception:  # the campaign ends with an id that finds the log
        trouble = new_id("err")
        log.exception("step of a campaign failed", error_id=trouble)
        return {"state": "broken", "reason": f"Something went wrong here (error {trouble})."}


def _plain(work: Work) -> Plain:
    return asdict(work)
