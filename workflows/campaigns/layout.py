"""What a launched campaign has to do, worked out from its plan: which task comes when, who writes which piece. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

from agents.language.channels import mentions
from core.ids import derived_id
from db.campaigns import Campaign, PlanTask, PostingSlot
from tools.posting_calendar import end_of
from tools.spending.estimates import kind_of

Stage = Literal["prepare", "schedule", "half_way", "end"]
PUBLISHER: Final = "publisher"
WRITER: Final = "writer"


@dataclass(frozen=True, slots=True)
class Piece:
    """One text for one channel at one time. ``at`` is ISO 8601 in UTC."""

    piece_id: str
    platform: str
    kind: str
    at: str
    phase: str


@dataclass(frozen=True, slots=True)
class Work:
    """One task of the plan. ``place`` is its place there, None for one the plan forgot."""

    task_id: str
    agent: str
    description: str
    stage: Stage
    place: int | None
    after: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """All tasks, and the two moments after the posts are on the calendar."""

    tasks: tuple[Work, ...]
    half_way: str
    end: str

    def of(self, stage: Stage) -> list[Work]:
        """Return the tasks of one stage in the order of the plan."""
        return [work for work in self.tasks if work.stage == stage]

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def read_layout(plain: Mapping[str, Any]) -> Layout:
    """Read what ``plain`` made."""
    return Layout(tuple(read_work(item) for item in plain["tasks"]), plain["half_way"], plain["end"])


def read_work(plain: Mapping[str, Any]) -> Work:
    """Read one task."""
    pieces = tuple(Piece(**piece) for piece in plain["pieces"])
    fields: dict[str, Any] = {**plain, "after": tuple(plain["after"]), "pieces": pieces}
    return Work(**fields)


def lay_out(campaign: Campaign, slots: Sequence[PostingSlot], now: datetime) -> Layout:
    """Work out the tasks. Every slot gets a piece; channels no writing task names get a task of their own."""
    tasks, key = campaign.plan.tasks, f"{campaign.campaign_id} {campaign.execution.launch}"
    ids = {task.task_id: derived_id("tsk", key, task.task_id) for task in tasks}
    stages = _stages(tasks)
    pieces = _pieces(key, slots)
    claimed = _claims(tasks, sorted({piece.platform for piece in pieces}))
    made = [
        Work(
            task_id=ids[task.task_id],
            agent=task.agent_assigned,
            description=task.description,
            stage=stages[task.task_id],
            place=place,
            after=tuple(ids[other] for other in task.dependencies if other in ids),
            pieces=tuple(piece for piece in pieces if claimed.get(piece.platform) == task.task_id),
        )
        for place, task in enumerate(tasks)
    ]
    forgotten = sorted({piece.platform for piece in pieces} - set(claimed))
    made += [
        Work(
            task_id=derived_id("tsk", key, platform),
            agent=WRITER,
            description=f"Write the texts for {platform}",
            stage="prepare",
            place=None,
            pieces=tuple(piece for piece in pieces if piece.platform == platform),
        )
        for platform in forgotten
    ]
    end = end_of(campaign, campaign.execution.timezone, now)
    first = min((slot.publish_at for slot in slots), default=now)
    half = first + max(end - first, now - now) / 2
    return Layout(tuple(made), half.isoformat(), end.isoformat())


def _stages(tasks: Sequence[PlanTask]) -> dict[str, Stage]:
    """When each task is done: writing before the posts are scheduled, counting after; the last one at the end."""
    by_id = {task.task_id: task for task in tasks}
    behind = {task.task_id: _ancestors(task, by_id) for task in tasks}
    waited_for = {other for task in tasks for other in task.dependencies}
    publishers = {task.task_id for task in tasks if task.agent_assigned == PUBLISHER}
    late = {task_id for task_id in publishers if behind[task_id] & publishers}
    stages: dict[str, Stage] = {}
    for task in tasks:
        before = behind[task.task_id]
        if task.task_id in late or before & late:
            stages[task.task_id] = "end"
        elif task.task_id in publishers:
            stages[task.task_id] = "schedule"
        elif not before & publishers:
            stages[task.task_id] = "prepare"
        else:
            only = task.task_id not in waited_for and not late
            stages[task.task_id] = "end" if only and task is tasks[-1] else "half_way"
    return stages


def _ancestors(task: PlanTask, by_id: Mapping[str, PlanTask]) -> set[str]:
    found: set[str] = set()
    waiting = list(task.dependencies)
    while waiting:
        other = waiting.pop()
        if other in by_id and other not in found:
            found.add(other)
            waiting += by_id[other].dependencies
    return found


def _pieces(key: str, slots: Sequence[PostingSlot]) -> list[Piece]:
    counts: dict[str, int] = {}
    pieces: list[Piece] = []
    for slot in slots:
        counts[slot.platform] = number = counts.get(slot.platform, 0) + 1
        piece_id = derived_id("pce", key, slot.platform, str(number))
        pieces.append(Piece(piece_id, slot.platform, kind_of(slot.platform), slot.publish_at.isoformat(), slot.phase))
    return pieces


def _claims(tasks: Sequence[PlanTask], platforms: Sequence[str]) -> dict[str, str]:
    """Which writing task writes for which channel: the first that names it, or the first that names none."""
    writing = [task for task in tasks if task.agent_assigned == WRITER]
    named = {task.task_id: {found.channel for found in mentions(task.description)} for task in writing}
    open_ones = [task.task_id for task in writing if not named[task.task_id]]
    claims: dict[str, str] = {}
    for platform in platforms:
        owners = [task.task_id for task in writing if platform in named[task.task_id]] or open_ones
        if owners:
            claims[platform] = owners[0]
    return claims
