"""What people change by hand, on a page or over REST: texts, versions, times. Conversations are told what waits now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from agents.turns.notice import Notice
from agents.turns.notices import Notices
from core.errors import Conflict, InvalidInput
from core.events import Interrupt
from core.ids import derived_id, new_id
from core.json_text import json_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS
from db.content_library import CONTENT_LIBRARY, Content
from db.user_memory import MemorySource
from memory.outcomes import Text as Written
from memory.outcomes import from_edit
from server.services import Services
from tools.approval.requests import CARE, CARRIED_BY
from tools.content import ReviseDraft, WholeText, revise_draft, rewrite
from tools.content_history import restore_version
from tools.renewal import interrupt_of
from tools.rescheduling import Moved, Standing, reschedule, standing
from tools.tightening import ask_of_people
from tools.tool import ToolContext

TELLER: Final = "publisher"


@dataclass(frozen=True, slots=True)
class Changed:
    """A content as it is now, the requests that now wait for a decision, and those that were withdrawn."""

    content: Content
    asked: Sequence[str]
    withdrawn: Sequence[str]


class HandWork:
    """Changes what somebody has changed by hand, the way the tools do it."""

    def __init__(self, services: Services, scope: Scope) -> None:
        self._services = services
        self._scope = scope
        self._contents = services.repository(CONTENT_LIBRARY, scope)

    async def revise(self, content_id: str, given: Mapping[str, Any]) -> Changed:
        """Change a content within its platform's limits; the earlier version is kept."""
        content = await self._contents.get(content_id)
        context = await self.context(content.conversation_id)
        asked = ReviseDraft.model_validate({"content_id": content_id, "reason": "Edited by hand", **given})
        await revise_draft.function(context, asked)
        return await self._changed(content, context)

    async def rewrite(self, content_id: str, version: int, whole: WholeText) -> Changed:
        """Put what somebody has written in place of ``version``; Conflict if that is not the newest any more."""
        content = await self._contents.get(content_id)
        if content.version != version:
            raise Conflict("Somebody has changed it meanwhile. Your text is still here: compare it, then save again.")
        context = await self.context(content.conversation_id)
        await rewrite(context, content, whole, "Edited by hand")
        return await self._changed(content, context)

    async def restore(self, content_id: str, version_id: str) -> Changed:
        """Make a content say what it said in an earlier version."""
        content = await self._contents.get(content_id)
        context = await self.context(content.conversation_id)
        await restore_version(context, content_id, version_id)
        return await self._changed(content, context)

    async def standing(self, post_id: str) -> Standing:
        """Return how a post stands that can be moved; NotFound and Conflict as for moving it."""
        return await standing(await self.context(), post_id)

    async def reschedule(self, post_id: str, publish_at: datetime) -> Moved:
        """Ask for a post at another time, in place of what was approved or asked before."""
        context = await self.context()
        moved = await reschedule(context, post_id, publish_at)
        if moved.asked:
            self._services.delivery.due.nudge()
            await self._tell(context, moved.request.conversation_id)
        return moved

    async def request_budget(self, campaign_id: str, amount: str, reason: str) -> ApprovalRequest:
        """Ask people for more money for a campaign, as the tool does; what they approve is carried out from here."""
        campaign = await self._services.repository(CAMPAIGNS, self._scope).get(campaign_id)
        context = replace(await self.context(campaign.conversation_id), run_id="")
        arguments = {"campaign_id": campaign_id, "amount": amount, "reason": reason}
        outcome = await self._services.turns.house.runner.call("request_budget", arguments, context)
        if outcome.interrupt is None:
            raise InvalidInput(str((json_object(outcome.content) or {}).get("error")), field="amount")
        requests = self._services.repository(APPROVAL_REQUESTS, self._scope)
        changes = {f"metadata.{CARRIED_BY}": CARE}
        request = await requests.update(outcome.interrupt.approval_id, changes)
        if campaign.conversation_id:
            notice = Notice(
                derived_id("ntc", request.request_id, "by hand"),
                TELLER,
                text=f"{request.summary} Nothing is added until you approve it.",
                interrupt=interrupt_of(request),
                settled=tuple(context.withdrawn),
            )
            await Notices(self._services.turns).tell(self._scope, campaign.conversation_id, notice)
        return request

    async def tightened(self, campaign_id: str | None = None) -> int:
        """Ask people for what a policy had let pass and the rules do not any more; return how many requests."""
        context = await self.context()
        asked = await ask_of_people(context, campaign_id)
        for request in asked:
            if request.conversation_id:
                gone = (request.supersedes,) if request.supersedes else ()
                told = f"The rules have changed. {request.summary} Nothing of it goes out until you approve it."
                notice = Notice(
                    derived_id("ntc", request.request_id, "by hand"),
                    TELLER,
                    text=told,
                    interrupt=interrupt_of(request),
                    settled=gone,
                )
                await Notices(self._services.turns).tell(self._scope, request.conversation_id, notice)
        if asked:
            self._services.delivery.due.nudge()
        return len(asked)

    async def _changed(self, before: Content, context: ToolContext) -> Changed:
        changed = await self._contents.get(before.content_id)
        if await self._services.memory.desk.switches.is_on(self._scope, before.conversation_id):
            lessons = from_edit(_text_of(before), _text_of(changed))
            source = MemorySource(kind="document", id=before.content_id)
            edit = f"{changed.content_id} {changed.version}"
            await self._services.memory.learnings.count(self._scope, "writer", lessons, source, outcome=edit)
        await self._tell(context, before.conversation_id)
        asked = [interrupt.approval_id for interrupt in context.interrupts]
        return Changed(changed, asked, list(context.withdrawn))

    async def _tell(self, context: ToolContext, conversation_id: str | None) -> None:
        """Show in the conversation what waits now instead of what was withdrawn."""
        if conversation_id is None or not context.withdrawn:
            return
        notices = Notices(self._services.turns)
        gone = tuple(context.withdrawn)
        asked: list[Interrupt | None] = [*context.interrupts]
        for interrupt in asked or [None]:
            about = interrupt.approval_id if interrupt else gone[0]
            notice = Notice(derived_id("ntc", about, "by hand"), TELLER, interrupt=interrupt, settled=gone)
            await notices.tell(self._scope, conversation_id, notice)

    async def context(self, conversation_id: str | None = None) -> ToolContext:
        """Return the context a tool is called with for this person."""
        services = self._services
        person = await services.desk.person(self._scope.actor_id)
        return ToolContext(
            scope=self._scope,
            database=services.database,
            clock=services.clock,
            conversation_id=conversation_id or "",
            run_id=new_id("edt"),
            call_id=new_id("edt"),
            agent=self._scope.actor_id,
            timezone=person.preferences.timezone,
            context={},
            links=services.links,
            outside=services.outside,
        )


def _text_of(content: Content) -> Written:
    return Written(content.platform, content.content.text, len(content.hashtags))
