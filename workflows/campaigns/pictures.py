"""Texts that waited for a picture: once somebody has attached one they are paid for and put on the calendar."""

from typing import Final

from core.errors import ToolInputError
from core.ids import derived_id
from db.agent_tasks import AgentTask
from db.campaigns import Campaign
from db.content_library import CONTENT_LIBRARY, Content
from db.repository import Repository
from tools.publishing import media_of
from workflows.campaigns.chronicle import Entry
from workflows.campaigns.course import Course, Ground, Plain
from workflows.campaigns.layout import Layout, Piece, read_layout
from workflows.campaigns.posting import Item, Posting
from workflows.campaigns.tasks import Tasks, bare_of
from workflows.campaigns.writing import Writing, has_media

# A text is asked for and its post is, and both may be sent back.
ROUNDS: Final = 4


class Pictures:
    """Takes up what was supplied while the campaign runs. Harmless when repeated."""

    def __init__(self, ground: Ground, tasks: Tasks, posting: Posting) -> None:
        self._ground = ground
        self._parts = ground.parts
        self._tasks = tasks
        self._posting = posting
        self._writing = Writing(ground)

    async def supply(self, course: Course, plain: Plain) -> Plain:
        """Pay for what has got its picture, ask for it where its mode asks, and carry out what is approved."""
        layout = read_layout(plain)
        pieces = {piece.piece_id: piece for work in layout.tasks for piece in work.pieces}
        campaign = await self._ground.campaign(course)
        for task in await self._tasks.of_launch(course):
            await self._take_up(course, campaign, task, pieces)
        for _ in range(ROUNDS):
            items = await self._supplied(course, layout)
            if not items:
                break
            requests, _problems = await self._posting.prepare(course, campaign, items, _turn(items))
            answer = await self._posting.settle(course, requests)
            if answer["waiting"] or not answer["again"]:
                break
        return {"state": "go"}

    async def _take_up(self, course: Course, campaign: Campaign, task: AgentTask, pieces: dict[str, Piece]) -> None:
        for piece_id, content_id in bare_of(task).items():
            content = await self._contents(course).find_one({"content_id": content_id})
            if content is None or not has_media(content) or content.used_in:
                continue
            if await self._can_go_out(course, campaign, content) and await self._writing.paid(
                course, campaign, pieces[piece_id]
            ):
                task = await self._tasks.supplied(course, task, pieces[piece_id], content_id)
                await self._tasks.recount(course)

    async def _can_go_out(self, course: Course, campaign: Campaign, content: Content) -> bool:
        """Whether its channel takes the attached file; what stands against it is told before anything is paid."""
        errand = self._ground.errand(campaign, content.content_id, "publisher", "", {})
        try:
            await media_of(self._parts.headless.tool_context(course.scope, errand, content.content_id), content)
        except ToolInputError as error:
            told = Entry(
                f"picture {content.content_id} {content.version}", "post_left_out", error.message, text=error.message
            )
            await self._parts.chronicle.tell(course.scope, campaign, told)
            return False
        return True

    async def _supplied(self, course: Course, layout: Layout) -> list[Item]:
        """Return what was supplied and is neither on the calendar yet nor turned down."""
        names = {
            piece_id
            for task in await self._tasks.of_launch(course)
            for piece_id in (task.result or {}).get("supplied", [])
        }
        if not names:
            return []
        found = await self._posting.open(course, layout)
        return [(piece, one) for piece, one in found if piece.piece_id in names and one.status != "rejected"]

    def _contents(self, course: Course) -> Repository[Content]:
        return Repository(self._parts.database, CONTENT_LIBRARY, course.scope)


def _turn(items: list[Item]) -> str:
    """Name these texts as they are: the same ones are asked for once."""
    return derived_id("pic", *(f"{one.content_id} {one.version} {one.status}" for _, one in items))
