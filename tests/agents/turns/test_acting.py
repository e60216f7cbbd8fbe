"""A message that waited is answered in the name of whoever wrote it, with the rights they have by then."""

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel

from agents.turns.acting import scope_of_message
from core.clock import SystemClock
from core.ids import new_id
from core.scope import Scope
from db.accounts import Accounts
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.messages import MESSAGES
from db.repository import Repository
from db.users import User
from sandbox.model_server import Call, ModelServer, Request, Say, Step
from tests.agents.turns.conftest import Team, build_team
from tools.tool import Effect, ToolContext, tool

LONG = Say("word " * 10_000, pause=0.01)
PATIENCE_SECONDS = 60.0


class Nothing(BaseModel):
    """No parameters."""


@tool(Effect.READ)
async def who_acts(ctx: ToolContext, params: Nothing) -> dict[str, Any]:
    """Say who acts."""
    scope = ctx.scope
    return {"who": [scope.actor_id, scope.role, scope.channel, scope.may_decide]}


def script(asked: Request) -> Step:
    """Talk for long to the first message; find out who acts for the others."""
    said = str(asked["messages"])
    if "strategist: first" in said and "strategist: who" not in said:
        return LONG
    return Say("Done.") if asked["messages"][-1]["role"] == "tool" else Call((("who_acts", "{}"),))


async def member(database: Database, owner: Scope, role: Any) -> str:
    user_id = new_id("usr")
    person = User(user_id=user_id, tenant_id=owner.user_id, email=f"{user_id}@shop.example", role=role)
    await Accounts(database).add(person)
    return user_id


async def finished(team: Team, conversation: str, count: int) -> list[dict[str, Any]]:
    log: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while sum(wire["type"] in {"RUN_FINISHED", "RUN_ERROR"} for wire in log) < count:
            await asyncio.sleep(0.02)
            log = await team.log(conversation)
    return log


@pytest.mark.parametrize("killed", [False, True])
async def test_each_message_in_line_is_answered_for_its_writer(database: Database, scope: Scope, killed: bool) -> None:
    async with ModelServer(script) as model:
        teams = [build_team(database, scope, model.url, SystemClock(), more=(who_acts,)) for _ in range(2)]
        first, following = teams
        conversation = await first.conversation()
        program, admin, lowered, removed = [
            await member(database, scope, role) for role in ("admin", "admin", "user", "user")
        ]
        await first.turns.accept(scope, conversation, "strategist: first", "mine-0")
        for by in (
            Scope(scope.user_id, program, "user", "api", may_decide=False),
            Scope(scope.user_id, admin, "admin", "web"),
            Scope(scope.user_id, lowered, "user", "web"),
            Scope(scope.user_id, removed, "user", "slack"),
        ):
            await first.turns.accept(by, conversation, "strategist: who", f"mine-{by.actor_id}")
        await Accounts(database).change_member(scope.user_id, lowered, {"role": "viewer"})
        await Accounts(database).remove_member(scope.user_id, removed)
        if killed:
            await first.turns.stop()
            await following.recovery.sweep()
        team = following if killed else first
        assert await team.turns.cancel(scope, conversation)
        log = await finished(team, conversation, 5)
        told = [wire["content"] for wire in log if wire["type"] == "TOOL_CALL_RESULT"]
        assert [part in content for part, content in zip((program, admin), told, strict=True)] == [True, True]
        assert '"user","api",false' in told[0].replace(" ", "")
        assert '"admin","web",true' in told[1].replace(" ", "")
        assert [wire["code"] for wire in log if wire["type"] == "RUN_ERROR"] == ["forbidden", "forbidden"]
        await team.at_rest(conversation)
        for one in teams:
            await one.turns.stop()
            await one.house.models.close()


@pytest.mark.parametrize(
    ("decided", "actor"),
    [
        ({"approved_by": "client@shop.example", "decided_via": "web"}, "client@shop.example"),
        (
            {"approved_by": "voice_approval", "spoken_by": "ada@shop.example", "decided_via": "voice"},
            "ada@shop.example",
        ),
    ],
)
async def test_decision_found_by_recovery_is_carried_out_for_whoever_made_it(
    database: Database, team: Team, scope: Scope, model: ModelServer, decided: dict[str, str], actor: str
) -> None:
    """An address from a link has no account; what it approved stays approved. A voice is that of whoever was called."""
    model.add(Say("Understood."))
    conversation = await team.conversation()
    now = team.house.clock.now()
    request = ApprovalRequest(
        request_id=new_id("apr"),
        conversation_id=conversation,
        request_type="publish",
        tool="schedule_posts",
        call_id="call_1",
        content={},
        run_id="run_1",
        payload_hash="hash",
        summary="Schedule the post.",
        requested_by="publisher",
        status="rejected",
        resolved_at=now,
        expires_at=now,
    ).model_copy(update=decided)
    await Repository(database, APPROVAL_REQUESTS, scope).insert(request)
    assert await team.recovery.sweep() == 1
    (message,) = await Repository(database, MESSAGES, scope).find({"kind": "decision"})
    expected = Scope(scope.user_id, actor, "user", "voice" if "spoken_by" in decided else "web")
    assert await scope_of_message(database, message.model_dump()) == expected
    await finished(team, conversation, 1)
