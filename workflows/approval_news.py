"""What a conversation is told of its requests by the house itself: reminders, and what was done once approved."""

from agents.headless import Errand, Headless
from agents.turns.notice import Notice
from agents.turns.notices import Notices
from core.ids import derived_id
from core.json_text import inner_list, json_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.repository import Repository
from tools.approval.payload import execution_id
from tools.renewal import interrupt_of


class Reminders:
    """Says in the conversation what still waits, once for each reminder, with its card again."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    async def remind(self, scope: Scope, request: ApprovalRequest) -> None:
        """Remind; a conversation that is gone is not missed."""
        if not request.conversation_id or request.reminded_at is None:
            return
        about = derived_id("ntc", request.request_id, "reminded", request.reminded_at.isoformat())
        until = f"{request.expires_at.day} {request.expires_at:%B at %H:%M} UTC"
        text = f"Still waiting for you: {request.summary} Without a decision it ends on {until}."
        notice = Notice(about, request.requested_by, text=text, interrupt=interrupt_of(request))
        await self._notices.tell(scope, request.conversation_id, notice)

    async def done(self, scope: Scope, request: ApprovalRequest, text: str) -> None:
        """Say what became of an approved request."""
        if request.conversation_id:
            about = derived_id("ntc", request.request_id, "done")
            notice = Notice(about, request.requested_by, text=text, settled=(request.request_id,))
            await self._notices.tell(scope, request.conversation_id, notice)


class Carrying:
    """Carries out what was approved where neither a turn nor a workflow waits for it. Harmless when repeated."""

    def __init__(self, database: Database, headless: Headless, news: Reminders) -> None:
        self._database = database
        self._headless = headless
        self._news = news

    async def __call__(self, scope: Scope, request: ApprovalRequest) -> None:
        """Do it, say so, and note that it is done."""
        call_id = execution_id(request.request_id)
        errand = Errand(
            errand_id=call_id,
            agent=request.requested_by,
            instruction="",
            context={},
            campaign_id=request.campaign_id,
            conversation_id=request.conversation_id or "",
        )
        outcome = await self._headless.house.runner.execute(
            request, self._headless.tool_context(scope, errand, call_id)
        )
        told = json_object(outcome.content) or {}
        count = len(inner_list(told.get("scheduled")))
        words = str(told.get("told") or f"On the calendar again: {count} post{'' if count == 1 else 's'}.")
        await self._news.done(scope, request, words if outcome.ok else str(told.get("error")))
        done = {"executed_at": self._database.clock.now()}
        await Repository(self._database, APPROVAL_REQUESTS, scope).change(request.request_id, done)
