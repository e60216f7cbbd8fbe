"""Approvals: the run stops for a person, the first decision wins, and the run goes on, also after a restart."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from agents.turns.feed import Frame
from core.clock import ManualClock, SystemClock
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.audit_log import AUDIT_LOG
from db.client import Database
from db.content_library import CONTENT_LIBRARY
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from sandbox.model_server import Call, ModelServer, Say
from tests.agents.turns.conftest import Team, build_team

DRAFT = ("save_draft", json.dumps({"platform": "facebook", "content_type": "social_post", "text": "We open soon"}))
WRITE_IT = "writer: draft a friendly launch post"
POST_IT = "publisher: schedule the post for Monday 9am"


async def asked(team: Team, model: ModelServer) -> tuple[str, dict[str, Any], list[Frame]]:
    """Bring a conversation to the point where the publisher has asked."""
    conversation = await team.conversation()
    model.add(Call((DRAFT,)), Say("Drafted."))
    await team.say(conversation, WRITE_IT)
    (draft,) = await Repository(team.house.database, CONTENT_LIBRARY, team.scope).find({})
    model.add(Call((("schedule_posts", json.dumps({"items": [{"content_id": draft.content_id}]})),)))
    frames = await team.say(conversation, POST_IT)
    finished = frames[-1].wire
    assert finished["outcome"]["type"] == "interrupt"
    (interrupt,) = finished["outcome"]["interrupts"]
    return conversation, interrupt, frames


async def following(team: Team, conversation: str, after: int, run_id: str) -> list[Frame]:
    """Return the frames of a run to its end."""
    frames: list[Frame] = []
    async for some in team.turns.follow(team.scope, conversation, after, run_id=run_id):
        frames += some
    return frames


async def posts(team: Team) -> list[str]:
    """Return the text of every stored post."""
    stored = await Repository(team.house.database, SOCIAL_POSTS, team.scope).find({})
    return [post.content.message for post in stored]


async def test_nothing_is_stored_before_the_decision(team: Team, model: ModelServer) -> None:
    _, interrupt, frames = await asked(team, model)
    assert await posts(team) == []
    request = await Repository(team.house.database, APPROVAL_REQUESTS, team.scope).get(str(interrupt["id"]))
    assert request.status == "pending"
    assert request.content == interrupt["metadata"]["payload"]
    assert "Nothing goes out until you approve it" in frames[-3].wire["metadata"]["content"]


async def test_approval_schedules_exactly_what_was_approved(team: Team, model: ModelServer) -> None:
    conversation, interrupt, _ = await asked(team, model)
    model.add(Say("It is on the calendar."))
    decided, run = await team.decisions.decide(team.scope, str(interrupt["id"]), "approve", via="test")
    assert run is not None
    frames = await following(team, conversation, run.after, run.run_id)
    assert frames[-1].wire["outcome"]["type"] == "success"
    assert frames[0].wire["parentRunId"] == decided.run_id
    assert await posts(team) == ["We open soon"]
    tool = model.requests[-1]["messages"][-1]
    assert tool["role"] == "tool"
    assert "scheduled" in tool["content"]
    (entry,) = await Repository(team.house.database, AUDIT_LOG, team.scope).find({"action": "approval_approved"})
    assert entry.resource_id == interrupt["id"]


async def test_rejection_hands_its_reason_to_the_agent(team: Team, model: ModelServer) -> None:
    conversation, interrupt, _ = await asked(team, model)
    model.add(Say("Now it is warmer."), Say("I ask again."))
    _, run = await team.decisions.decide(team.scope, str(interrupt["id"]), "reject", notes="too cold", via="test")
    assert run is not None
    frames = await following(team, conversation, run.after, run.run_id)
    assert await posts(team) == []
    writer, publisher = model.requests[-2:]
    assert "too cold" in writer["messages"][-1]["content"]
    assert publisher["messages"][-1]["content"] == "Now it is warmer."
    said = [frame.wire["stepName"] for frame in frames if frame.wire["type"] == "STEP_STARTED"]
    assert said == ["writer", "publisher"]


async def test_rejected_time_is_left_to_the_publisher(team: Team, model: ModelServer) -> None:
    conversation, interrupt, _ = await asked(team, model)
    model.add(Say("Which time, then?"))
    _, run = await team.decisions.decide(team.scope, str(interrupt["id"]), "reject", notes="not on Monday", via="test")
    assert run is not None
    frames = await following(team, conversation, run.after, run.run_id)
    said = [frame.wire["stepName"] for frame in frames if frame.wire["type"] == "STEP_STARTED"]
    assert said == ["publisher"]


async def test_edits_are_what_gets_scheduled(team: Team, model: ModelServer) -> None:
    conversation, interrupt, _ = await asked(team, model)
    model.add(Say("Done."))
    (post,) = interrupt["metadata"]["payload"]["posts"]
    edits: dict[str, Any] = {"posts": [post | {"text": "We open on Thursday"}]}
    decided, run = await team.decisions.decide(team.scope, str(interrupt["id"]), "approve", edits=edits, via="test")
    assert decided.payload_hash != interrupt["metadata"]["payload_hash"]
    assert run is not None
    await following(team, conversation, run.after, run.run_id)
    assert await posts(team) == ["We open on Thursday"]


async def test_first_of_many_decisions_wins(team: Team, model: ModelServer) -> None:
    _, interrupt, _ = await asked(team, model)
    model.add(Say("Done."))
    outcomes = await asyncio.gather(
        *[
            team.decisions.decide(team.scope, str(interrupt["id"]), "approve" if n % 2 else "reject", via=f"v{n}")
            for n in range(40)
        ],
        return_exceptions=True,
    )
    won = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert (len(won), len(lost)) == (1, 39)
    assert all(conflict.details["decided_by"] == team.scope.actor_id for conflict in lost)


async def test_decision_on_something_else_than_shown_is_refused(team: Team, model: ModelServer) -> None:
    _, interrupt, _ = await asked(team, model)
    with pytest.raises(Conflict, match="not what you were shown"):
        await team.decisions.decide(team.scope, str(interrupt["id"]), "approve", payload_hash="0" * 64, via="test")


async def test_expired_request_can_not_be_approved(
    database: Database, scope: Scope, model: ModelServer, clock: ManualClock
) -> None:
    team = build_team(database, scope, model.url, clock)
    _, interrupt, _ = await asked(team, model)
    clock.advance(timedelta(days=8))
    with pytest.raises(Conflict, match="expired"):
        await team.decisions.decide(scope, str(interrupt["id"]), "approve", via="test")
    assert await posts(team) == []
    await team.turns.stop()
    await team.house.models.close()


async def test_others_may_not_decide(team: Team, model: ModelServer, other_scope: Scope) -> None:
    _, interrupt, _ = await asked(team, model)
    with pytest.raises(NotFound):
        await team.decisions.decide(other_scope, str(interrupt["id"]), "approve", via="test")
    viewer = Scope(team.scope.user_id, "usr_viewer", "viewer")
    with pytest.raises(Forbidden):
        await team.decisions.decide(viewer, str(interrupt["id"]), "approve", via="test")
    with pytest.raises(InvalidInput):
        await team.decisions.decide(team.scope, str(interrupt["id"]), "reject", edits={"posts": []}, via="test")


async def test_decision_made_before_a_crash_is_acted_on_after_it(
    team: Team, model: ModelServer, database: Database, scope: Scope
) -> None:
    conversation, interrupt, _ = await asked(team, model)
    requests = Repository(database, APPROVAL_REQUESTS, scope)
    decided = {"status": "approved", "approved_by": scope.actor_id, "resolved_at": team.house.clock.now()}
    await requests.update(str(interrupt["id"]), decided)
    await team.turns.stop()
    model.add(Say("It is on the calendar."))
    other = build_team(database, scope, model.url, SystemClock())
    await other.recovery.sweep()
    await other.at_rest(conversation)
    assert await posts(other) == ["We open soon"]
    assert await other.recovery.sweep() == 0
    assert await posts(other) == ["We open soon"]
    await other.house.models.close()
