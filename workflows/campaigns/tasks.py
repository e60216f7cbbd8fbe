"""The tasks of a campaign: laid out once, done by their agents, noted with input, result, error and times."""

import asyncio
from typing import Any, Final

import structlog

from core.errors import AppError, Halted, ModelError, Unavailable
from core.ids import new_id
from db.agent_tasks import AGENT_TASKS, AgentTask
from db.campaigns import Campaign
from db.repository import Repository
from tools.posting_calendar import left_out, posting_slots
from workflows.campaigns.chronicle import Entry
from workflows.campaigns.course import Course, Ground, Plain
from workflows.campaigns.layout import Piece, Work, lay_out, read_work
from workflows.campaigns.writing import Writing

log = structlog.get_logger(__name__)

ATTEMPTS: Final = 3
PAUSE_SECONDS: Final = 1.0
LONGEST_RESULT: Final = 4_000


class Tasks:
    """Does tasks, each once."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._parts = ground.parts
        self._writing = Writing(ground)

    async def lay_out(self, course: Course) -> Plain:
        """Work out what is to be done, from the times that are still ahead, and note it."""
        campaign = await self._ground.campaign(course)
        now = self._ground.now()
        slots = posting_slots(campaign, campaign.execution.timezone, now)
        layout = lay_out(campaign, slots, now)
        for work in layout.tasks:
            await self._tasks(course).insert_once(
                AgentTask(
                    task_id=work.task_id,
                    campaign_id=course.campaign_id,
                    conversation_id=campaign.conversation_id,
                    agent_name=work.agent,
                    input={
                        "description": work.description,
                        "stage": work.stage,
                        "after": list(work.after),
                        "pieces": [piece.piece_id for piece in work.pieces],
                        "launch": course.launch,
                    },
                )
            )
        if words := left_out(campaign.platforms):
            await self._parts.chronicle.tell(course.scope, campaign, Entry("left out", "channels_left_out", words))
        schedule = [slot.model_dump() for slot in slots]
        await self._ground.campaigns(course).change(course.campaign_id, {"publishing_schedule.slots": schedule})
        return layout.plain()

    async def do(self, course: Course, plain: Plain) -> Plain:
        """Do one task: ``{"state": done|held|over|failed, …}``. A repeat takes up what an earlier attempt has left."""
        work = read_work(plain)
        state = await self._ground.state(course)
        if state != "go":
            return {"state": "held" if state == "hold" else "over"}
        task = await self._tasks(course).get(work.task_id)
        if task.status == "completed":
            return {"state": "done", **(task.result or {})}
        await self._mark(course, work, {"status": "in_progress", "started_at": task.started_at or self._ground.now()})
        try:
            result = await self._attempts(course, work)
        except Halted:
            return {"state": "held"}
        except Unavailable:
            raise
        except AppError as error:
            return await self._failed(course, work, error.message)
        except Exception:  # the campaign is told; the log has the rest
            trouble = new_id("err")
            log.exception("task failed", error_id=trouble, task_id=work.task_id)
            return await self._failed(course, work, f"Something went wrong here (error {trouble}).")
        await self.finish(course, work, result)
        return {"state": "done", **result}

    async def note(self, course: Course, plain: Plain) -> Plain:
        """Note as done what the workflow itself has done: putting posts on the calendar, seeing them out."""
        work = read_work(plain)
        task = await self._tasks(course).get(work.task_id)
        if task.status != "completed":
            campaign = await self._ground.campaign(course)
            slots = campaign.publishing_schedule.slots if campaign.publishing_schedule else []
            await self.finish(course, work, {"slots": len(slots)})
        return {"state": "done"}

    async def finish(self, course: Course, work: Work, result: dict[str, Any]) -> None:
        """Note that a task is done, with what came of it."""
        task = await self._tasks(course).get(work.task_id)
        now = self._ground.now()
        started = task.started_at or now
        over = {
            "status": "completed",
            "started_at": started,
            "completed_at": now,
            "duration_ms": int((now - started).total_seconds() * 1000),
            "result": result,
            "error": None,
        }
        await self._mark(course, work, over)
        campaign = await self.recount(course)
        count = len(result.get("contents", ()))
        unpaid = len(result.get("unpaid", ()))
        pieces = f" ({count} text{'' if count == 1 else 's'})" if count else ""
        bare = len(result.get("bare", ()))
        pieces += f"; {bare} wait{'s' if bare == 1 else ''} for a picture" if bare else ""
        pieces += f"; the budget has no room for {unpaid} more" if unpaid else ""
        told = Entry(
            f"task {work.task_id}",
            "task_done",
            f"Done: {work.description}{pieces}",
            details={
                "task_id": work.task_id,
                "agent": work.agent,
                "pieces": count,
                "unpaid": unpaid,
                "of": len(campaign.plan.tasks),
            },
            agent=work.agent,
        )
        await self._parts.chronicle.tell(course.scope, campaign, told)

    async def _attempts(self, course: Course, work: Work) -> dict[str, Any]:
        """Do the work; a model that fails is asked again."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                if work.agent == "writer":
                    return await self._writing.write(course, work)
                return await self._errand(course, work)
            except ModelError:
                if attempt == ATTEMPTS:
                    raise
            await asyncio.sleep(PAUSE_SECONDS * attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _errand(self, course: Course, work: Work) -> dict[str, Any]:
        campaign = await self._ground.campaign(course)
        context = await self._ground.context(course, campaign)
        errand = self._ground.errand(campaign, work.task_id, work.agent, work.description, context)
        done = await self._parts.headless.work(course.scope, errand)
        return {"text": done.text[:LONGEST_RESULT], "tools": [name for name, _ in done.calls]}

    async def _failed(self, course: Course, work: Work, reason: str) -> Plain:
        await self._mark(course, work, {"status": "failed", "error": reason, "completed_at": self._ground.now()})
        return {"state": "failed", "reason": f"{work.description}: {reason}"}

    async def _mark(self, course: Course, work: Work, changes: dict[str, Any]) -> None:
        await self._tasks(course).change(work.task_id, changes)
        if work.place is not None:
            place = {f"plan.tasks.{work.place}.status": changes["status"]}
            await self._ground.campaigns(course).change(course.campaign_id, place)

    async def recount(self, course: Course) -> Campaign:
        """Count what was made from the tasks' results, so that a repeat counts nothing twice."""
        kinds: dict[str, int] = {}
        for task in await self.of_launch(course):
            for kind, count in (task.result or {}).get("kinds", {}).items():
                kinds[kind] = kinds.get(kind, 0) + count
        made = {
            "made.generated_blogs": kinds.get("blog", 0) + kinds.get("seo_content", 0),
            "made.generated_videos": kinds.get("video", 0),
            "made.generated_social": kinds.get("social_post", 0),
            "made.generated_emails": kinds.get("email", 0),
        }
        return await self._ground.campaigns(course).update(course.campaign_id, made)

    async def of_launch(self, course: Course) -> list[AgentTask]:
        """Return the tasks of this launch."""
        found = await self._tasks(course).find({"campaign_id": course.campaign_id}, limit=500)
        return [task for task in found if task.input.get("launch") == course.launch]

    async def supplied(self, course: Course, task: AgentTask, piece: Piece, content_id: str) -> AgentTask:
        """Note that a text has got the picture it waited for and is paid."""
        result = dict(task.result or {})
        kinds = dict(result.get("kinds", {}))
        if piece.piece_id not in result.get("contents", {}):
            kinds[piece.kind] = kinds.get(piece.kind, 0) + 1
        result |= {
            "contents": {**result.get("contents", {}), piece.piece_id: content_id},
            "bare": {name: one for name, one in bare_of(task).items() if name != piece.piece_id},
            "supplied": [*result.get("supplied", []), piece.piece_id],
            "kinds": kinds,
        }
        return await self._tasks(course).update(task.task_id, {"result": result})

    def _tasks(self, course: Course) -> Repository[AgentTask]:
        return Repository(self._parts.database, AGENT_TASKS, course.scope)


def bare_of(task: AgentTask) -> dict[str, str]:
    """Return the texts of a task that wait for a picture, by their pieces."""
    return dict((task.result or {}).get("bare", {}))
