"""What people change by hand, on a page or over REST: texts, versions, times. Conversations are told what waits now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from agents.turns.notice import Notice
from agents.turns.notices import Notices
from core.errors import Conflict
from core.events import Interrupt
from core.ids import derived_id, new_id
from core.json_text import json_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS
from db.content_library import CONTENT_LIBRARY, Content
from db.conversations import CONVERSATIONS
from db.user_memory import MemorySource
from memory.outcomes import Text as Written
from memory.outcomes import from_edit
from server.services import Services
from tools.approval.requests import CARE, CARRIED_BY
from tools.content import ReviseDraft, WholeText, revise_draft, rewrite
from tools.content_history import restore_version
from tools.reassigning import reassign, reassign_all
from tools.renewal import interrupt_of
from tools.rescheduling import Moved, Standing, reschedule, standing
from tools.runner import ToolOutcome
from tools.tightening import ask_of_people
from tools.tool import ToolContext

TELLER: Final = "publisher"
STANDS_STILL: Final = "Nothing goes out"


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

    async def reassign(self, post_id: str, connection_id: str) -> Moved:
        """Ask for a post on another connected account, in place of what was approved or asked before."""
        context = await self.context()
        moved = await reassign(context, post_id, connection_id)
        if moved.asked:
            self._services.delivery.due.nudge()
            await self._tell(context, moved.request.conversation_id)
        return moved

    async def reassign_all(self, request_id: str, connection_id: str) -> ApprovalRequest:
        """Ask for the posts of a request on another connected account, in its place."""
        context = await self.context()
        request, asked = await reassign_all(context, request_id, connection_id)
        if asked:
            await self._tell(context, request.conversation_id)
        return request

    async def request_budget(self, campaign_id: str, amount: str, reason: str) -> ApprovalRequest:
        """Ask people for more money for a campaign, as the tool does."""
        campaign = await self._services.repository(CAMPAIGNS, self._scope).get(campaign_id)
        arguments = {"campaign_id": campaign_id, "amount": amount, "reason": reason}
        return await self.ask("request_budget", arguments, campaign.conversation_id, "Nothing is added")

    async def call(self, name: str, arguments: Mapping[str, Any], conversation_id: str | None = None) -> dict[str, Any]:
        """Call a tool that asks nobody, as a turn would, and return its result. Raises what it refuses with.

        Conflict while a turn runs in the conversation: it works with what it has read of it.
        """
        context = await self._within(conversation_id, alone=True)
        outcome = await self._run(name, arguments, context)
        if conversation_id:
            self._services.turns.house.heads.forget(conversation_id)
        await self._tell(context, conversation_id)
        return json_object(outcome.content) or {}

    async def ask(
        self,
        name: str,
        arguments: Mapping[str, Any],
        conversation_id: str | None = None,
        until: str = "Nothing goes out",
    ) -> ApprovalRequest:
        """Have a tool ask people, as a turn would; what they approve is carried out from here.

        ``until``: what does not happen before they do, for the conversation it is told in. Raises what it refuses with.
        """
        context = replace(await self._within(conversation_id), run_id="")
        outcome = await self._run(name, arguments, context)
        if outcome.interrupt is None:
            raise TypeError(f"{name} asks nobody.")
        requests = self._services.repository(APPROVAL_REQUESTS, self._scope)
        request = await requests.update(outcome.interrupt.approval_id, {f"metadata.{CARRIED_BY}": CARE})
        if conversation_id:
            notice = Notice(
                derived_id("ntc", request.request_id, "by hand"),
                TELLER,
                text=f"{request.summary} {until} until you approve it.",
                interrupt=interrupt_of(request),
                settled=tuple(context.withdrawn),
            )
            await Notices(self._services.turns).tell(self._scope, conversation_id, notice)
        return request

    async def _run(self, name: str, arguments: Mapping[str, Any], context: ToolContext) -> ToolOutcome:
        outcome = await self._services.turns.house.runner.call(name, arguments, context)
        if outcome.refusal:
            raise outcome.refusal
        return outcome

    async def _within(self, conversation_id: str | None, *, alone: bool = False) -> ToolContext:
        """Return the context of a call in a conversation: what was gathered there, and the campaign it is about."""
        context = await self.context(conversation_id)
        if conversation_id is None:
            return context
        conversation = await self._services.repository(CONVERSATIONS, self._scope).find_one(
            {"conversation_id": conversation_id}
        )
        if conversation is None:
            return replace(context, conversation_id="")
        if alone and conversation.run is not None and conversation.run.until > self._services.clock.now():
            raise Conflict("The team is at work in this conversation. Wait for its answer, then send it again.")
        return replace(context, context=conversation.context.model_dump(), campaign_id=conversation.campaign_id)

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
            memory=services.memory.of_turns.desk,
            press=services.turns.house.runner.parts.press,
        )


def _text_of(content: Content) -> Written:
    return Written(content.platform, content.content.text, len(content.hashtags))
