"""The one place a tool is called from: role, arguments, approval, timing and error-to-words are applied here."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from pydantic import BaseModel, ValidationError

from core.errors import AppError, Conflict, Forbidden, InvalidInput, ToolError, ToolInputError, Unavailable
from core.events import Event, Interrupt
from core.ids import derived_id
from core.scope import Scope
from db.approval_requests import ApprovalRequest
from db.client import Database
from tools.approval.payload import payload_hash
from tools.approval.requests import ApprovalRequests, RequestDraft, RequestType
from tools.approval.rules import rules_in_force
from tools.discretion import CUT_THEMSELVES, refuse_secrets
from tools.renewal import interrupt_of
from tools.tool import ApprovalDraft, Effect, Tool, ToolContext, ToolParts
from tools.visitors import NOT_FOR_VISITORS, SAFE_FOR_VISITORS

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What came of a call: JSON text for the model, and what else the turn has to tell or wait for.

    ``refusal`` is the error the tool has refused with, which the text says too.
    """

    content: str
    ok: bool = True
    events: tuple[Event, ...] = ()
    interrupts: tuple[Interrupt, ...] = ()
    refusal: AppError | None = None

    @property
    def interrupt(self) -> Interrupt | None:
        """The one thing a person has to decide, where there is one."""
        return self.interrupts[0] if self.interrupts else None


class ToolRunner:
    """Calls tools by name for a caller. A tool the caller's role may not use is not offered, and refuses if called."""

    def __init__(self, tools: Iterable[Tool], parts: ToolParts | None = None) -> None:
        self.parts = parts or ToolParts()
        self._tools: dict[str, Tool] = {tool.name: tool for tool in tools}

    def offered(self, tools: Iterable[Tool], scope: Scope) -> tuple[Tool, ...]:
        """Return those of ``tools`` the caller may use."""
        return tuple(tool for tool in tools if _may_use(tool, scope))

    async def call(self, name: str, arguments: Mapping[str, Any] | str, ctx: ToolContext) -> ToolOutcome:
        """Run one call. Every error a tool raises on purpose becomes words for the model; Unavailable is passed on."""
        started = time.perf_counter()
        ok = True
        try:
            tool = self._allowed(name, ctx.scope)
            params = _validated(tool.params, arguments)
            if tool.effect is not Effect.READ and tool.name not in CUT_THEMSELVES:
                refuse_secrets(params.model_dump())
            result = await tool.function(ctx, params)
            if tool.request_type is not None:
                draft: ApprovalDraft[BaseModel] = result
                return await self._ask(tool, tool.request_type, ctx, arguments, draft)
            return ToolOutcome(_as_json(result), events=tuple(ctx.events), interrupts=tuple(ctx.interrupts))
        except Unavailable:
            raise
        except AppError as error:
            ok = False
            return ToolOutcome(_error_words(error), ok=False, events=tuple(ctx.events), refusal=error)
        finally:
            log.debug("tool", tool=name, ok=ok, ms=round((time.perf_counter() - started) * 1000, 2))

    def payload_model(self, name: str) -> type[BaseModel]:
        """Return the model of what a PUBLISH tool has approved."""
        tool = self._tools.get(name)
        if tool is None or tool.payload is None:
            raise Conflict(f"{name} takes no approval any more.")
        return tool.payload

    async def finish_edit(
        self, database: Database, scope: Scope, request: ApprovalRequest, edited: BaseModel
    ) -> BaseModel:
        """Return what is approved of an edited payload; InvalidInput, with what to do, where that can't be."""
        tool = self._tools.get(request.tool)
        if tool is None or tool.finish is None or tool.payload is None:
            return edited
        ctx = ToolContext(
            scope=scope,
            database=database,
            clock=database.clock,
            conversation_id=request.conversation_id or "",
            run_id=request.run_id,
            call_id=request.call_id,
            agent=request.requested_by,
            timezone="UTC",
            context={},
            campaign_id=request.campaign_id,
            links=self.parts.links,
            outside=self.parts.outside,
        )
        try:
            return await tool.finish(ctx, edited, tool.payload.model_validate(request.content))
        except ToolError as error:
            told = f"The edits don't fit: {error.message} Change that, or reject it and say what should change."
            raise InvalidInput(told, field="edits") from error

    async def execute(self, request: ApprovalRequest, ctx: ToolContext) -> ToolOutcome:
        """Carry out what was approved, if the request is approved and its payload is the one that was.

        Repeating it is harmless: the ids of the effect derive from the request.
        """
        tool = self._allowed(request.tool, ctx.scope)
        if tool.execute is None or tool.payload is None:
            raise Conflict(f"{tool.name} has nothing to carry out.")
        if request.status != "approved":
            raise Forbidden("This has not been approved, so it was not done.")
        if payload_hash(request.content) != request.payload_hash:
            raise Forbidden("This is not what was approved, so it was not done. Ask for approval again.")
        ctx.approval_id = request.request_id
        try:
            result = await tool.execute(ctx, tool.payload.model_validate(request.content))
        except Unavailable:
            raise
        except AppError as error:
            return ToolOutcome(_error_words(error), ok=False, events=tuple(ctx.events), refusal=error)
        return ToolOutcome(_as_json(result), events=tuple(ctx.events))

    def _allowed(self, name: str, scope: Scope) -> Tool:
        tool = self._tools.get(name)
        if tool is None:
            known = ", ".join(sorted(self._tools))
            raise ToolInputError(f"There is no tool {name[:80]!r}. The tools are: {known}.")
        if scope.is_visitor and not _may_use(tool, scope):
            raise Forbidden(NOT_FOR_VISITORS)
        if tool.effect is not Effect.READ and not scope.is_visitor:
            scope.require_write()
        return tool

    async def _ask(
        self,
        tool: Tool,
        request_type: RequestType,
        ctx: ToolContext,
        arguments: Mapping[str, Any] | str,
        draft: ApprovalDraft[BaseModel],
    ) -> ToolOutcome:
        payload: dict[str, Any] = draft.payload.model_dump(mode="json")
        wanted = payload_hash(payload)
        same = next((one for one in draft.replaces if one.status == "pending" and one.payload_hash == wanted), None)
        if same:
            same = await ApprovalRequests(ctx.database).show(ctx.scope, same, ctx.run_id)
        stored = same or await self._ask_anew(tool, request_type, ctx, payload, draft, _as_object(arguments))
        interrupt = interrupt_of(stored)
        words = {"status": "waiting_for_approval", "approval_id": stored.request_id, "summary": interrupt.message}
        return ToolOutcome(_as_json(words), events=tuple(ctx.events), interrupts=(interrupt,))

    async def _ask_anew(
        self,
        tool: Tool,
        request_type: RequestType,
        ctx: ToolContext,
        payload: dict[str, Any],
        draft: ApprovalDraft[BaseModel],
        arguments: dict[str, Any],
    ) -> ApprovalRequest:
        requests = ApprovalRequests(ctx.database)
        campaign_id = draft.campaign_id or ctx.campaign_id
        rules = await rules_in_force(ctx.database, ctx.scope, campaign_id)
        stored = await requests.ask(
            ctx.scope,
            RequestDraft(
                request_id=ctx.new_id("apr"),
                request_type=request_type,
                payload=payload,
                summary=draft.summary,
                requested_by=ctx.agent,
                tool=tool.name,
                call_id=ctx.call_id,
                run_id=ctx.run_id,
                conversation_id=ctx.conversation_id or None,
                campaign_id=campaign_id,
                steps=rules.steps,
                shown_in=ctx.run_id,
                about=draft.about,
                supersedes=draft.replaces[0].request_id if draft.replaces else None,
                follows=draft.follows,
                metadata={"arguments": arguments},
            ),
        )
        for earlier in draft.replaces:
            await requests.void(ctx.scope, earlier.request_id, f"Asked anew as {stored.request_id}.")
            ctx.withdrawn.append(earlier.request_id)
        return stored


def _may_use(tool: Tool, scope: Scope) -> bool:
    if scope.is_visitor:
        return tool.name in SAFE_FOR_VISITORS and tool.effect is not Effect.PUBLISH
    return tool.effect is Effect.READ or scope.may_write


def _validated(model: type[BaseModel], arguments: Mapping[str, Any] | str) -> BaseModel:
    try:
        if isinstance(arguments, str):
            return model.model_validate_json(arguments or "{}")
        return model.model_validate(arguments)
    except ValidationError as error:
        problems = "; ".join(f"{_path(item['loc'])}: {item['msg']}" for item in error.errors()[:5])
        raise ToolInputError(f"The arguments don't fit: {problems}.") from error


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "arguments"


def _as_object(arguments: Mapping[str, Any] | str) -> dict[str, Any]:
    return orjson.loads(arguments or "{}") if isinstance(arguments, str) else dict(arguments)


def _as_json(result: Any) -> str:
    if isinstance(result, BaseModel):
        return result.model_dump_json()
    return orjson.dumps(result).decode()


def _error_words(error: AppError) -> str:
    again = isinstance(error, ToolInputError) or not isinstance(error, ToolError)
    return json.dumps({"error": error.message, "code": error.code, "may_retry": again}, ensure_ascii=False)


def call_position(turn_id: str, name: str, ordinal: int) -> str:
    """Return the id of the ``ordinal``-th call of a tool in a turn; a repeated turn gives the same ids."""
    return derived_id("call", turn_id, name, str(ordinal))
