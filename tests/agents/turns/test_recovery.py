"""Recovery finds what has waited longest, leaves alone what lives, and looks for nothing for ever."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from agents.turns.notice import Notice
from core.clock import Clock
from core.ids import derived_id, new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.conversations import CONVERSATIONS, Conversation
from db.leases import Lease, lease_document
from db.messages import MESSAGES, Message
from db.repository import Repository
from db.unfinished import UnfinishedWork
from tests.agents.turns.conftest import Team

MINUTE = timedelta(minutes=1)


async def waits(database: Database, scope: Scope, conversation: str, **more: Any) -> None:
    """Store a message that waits."""
    now = database.clock.now()
    ids = {"message_id": new_id("msg"), "run_id": new_id("run"), "conversation_id": conversation}
    message = {**ids, "role": "user", "content": "Hello", "status": "pending", "timestamp": now, **more}
    await Repository(database, MESSAGES, scope).insert(Message.model_validate(message))


def request_about(conversation: str, now: datetime) -> ApprovalRequest:
    return ApprovalRequest(
        request_id=new_id("apr"),
        conversation_id=conversation,
        request_type="publish",
        run_id="run_1",
        content={},
        payload_hash="hash",
        summary="Schedule the post.",
        requested_by="publisher",
        expires_at=now + MINUTE,
    )


async def statuses(database: Database, scope: Scope) -> list[str]:
    return [message.status for message in await Repository(database, MESSAGES, scope).find({})]


async def left_behind(database: Database, scope: Scope, conversation: str, **more: Any) -> None:
    """Store a message whose turn a process that is gone had begun."""
    await waits(database, scope, conversation, **more)
    (message,) = await Repository(database, MESSAGES, scope).find({"conversation_id": conversation})
    until = database.clock.now() - MINUTE
    lease = Lease(new_id("lse"), str(message.run_id), message.message_id, "other", "b1", until)
    await Repository(database, CONVERSATIONS, scope).change(conversation, {"run": lease_document(lease)})


@pytest.mark.parametrize("left", [left_behind, waits])
async def test_turn_that_nobody_can_read_ends_as_failed_and_holds_up_no_other(
    offline_team: Team, database: Database, scope: Scope, left: Callable[..., Awaitable[None]]
) -> None:
    team = offline_team
    broken, whole = await team.conversation(), await team.conversation()
    await left(database, scope, broken, kind="decision")
    await waits(database, scope, broken)
    await left(database, scope, whole)

    await team.recovery.sweep()
    for conversation in (broken, whole):
        await team.at_rest(conversation)

    found = await Repository(database, MESSAGES, scope).find({"role": "user"})
    ended = {(message.conversation_id, message.kind): message.status for message in found}
    assert ended == {
        (broken, "decision"): "failed",
        (broken, "message"): "done",
        (whole, "message"): "done",
    }
    events = await team.log(broken)
    assert [event["type"] for event in events[:3]] == ["RUN_STARTED", "RUN_ERROR", "RUN_STARTED"]
    assert "(error err_" in events[1]["message"]
    assert await UnfinishedWork(database).abandoned(team.turns.owner, "later", database.clock.now()) == []
    assert await UnfinishedWork(database).lines() == []


async def test_decision_that_breaks_holds_up_no_other(offline_team: Team, database: Database, scope: Scope) -> None:
    team, now = offline_team, database.clock.now()
    requests = Repository(database, APPROVAL_REQUESTS, scope)
    conversations = [await team.conversation() for _ in range(3)]
    for conversation in conversations:
        decided = request_about(conversation, now).model_copy(update={"status": "rejected", "rejection_reason": "No."})
        await requests.insert(decided)
    raw = database.raw(APPROVAL_REQUESTS)  # lint: allow raw-collection: stores what no version of ours would
    nonsense = {"$set": {"steps": "nonsense"}}
    await raw.update_one({"conversation_id": conversations[0]}, nonsense, bypass_document_validation=True)

    await team.recovery.sweep()
    for conversation in conversations:
        await team.at_rest(conversation)

    messages = await Repository(database, MESSAGES, scope).find({"kind": "decision"})
    assert {message.conversation_id for message in messages} == set(conversations[1:])


async def test_message_that_waits_longest_is_first_whatever_its_id(
    team: Team, database: Database, scope: Scope
) -> None:
    conversation = await team.conversation()
    ids = sorted((derived_id("msg", str(number)) for number in range(3)), reverse=True)
    raw = database.raw(MESSAGES)  # lint: allow raw-collection: the database layer sets the time itself
    for later, message_id in enumerate(ids):
        await waits(database, scope, conversation, message_id=message_id)
        at = {"created_at": database.clock.now() + later * MINUTE}
        await raw.update_one({"message_id": message_id}, {"$set": at})
    waiting = await team.house.store.waiting(scope.user_id, conversation)
    assert [message["message_id"] for message in waiting] == ids


async def test_what_waits_in_a_removed_conversation_is_closed_the_first_time(
    team: Team, database: Database, scope: Scope
) -> None:
    conversation = await team.conversation()
    for _ in range(2):
        await waits(database, scope, conversation)
    await team.house.notices.put(scope, Notice(new_id("ntc"), "publisher", text="Out.").stored(conversation))
    await Repository(database, CONVERSATIONS, scope).delete(conversation)
    assert await team.recovery.sweep() == 0
    assert await UnfinishedWork(database).lines() == []
    assert await statuses(database, scope) == ["cancelled"] * 2


async def test_decision_about_a_removed_conversation_leaves_nothing_waiting(
    team: Team, database: Database, scope: Scope
) -> None:
    conversation, now = await team.conversation(), team.house.clock.now()
    await Repository(database, CONVERSATIONS, scope).delete(conversation)
    request = request_about(conversation, now)
    await Repository(database, APPROVAL_REQUESTS, scope).insert(request)
    _, follows = await team.decisions.decide(scope, request.request_id, "approve", via="web")
    assert follows is None
    assert await statuses(database, scope) == ["cancelled"]
    assert await UnfinishedWork(database).lines() == []
    assert await team.recovery.sweep() == 0


async def test_of_more_than_is_read_at_once_the_oldest_comes_first(database: Database, scope: Scope) -> None:
    names = [derived_id("cnv", str(number)) for number in range(3)]
    for late, name in enumerate(reversed(names)):
        await waits(database, scope, name)
        at = database.clock.now() - late * MINUTE
        raw = database.raw(MESSAGES)  # lint: allow raw-collection: the database layer sets the time itself
        await raw.update_one({"conversation_id": name}, {"$set": {"created_at": at}})
    found = await UnfinishedWork(database, at_most=2).lines()
    assert found == [(scope.user_id, name) for name in names[:2]]


async def test_leases_of_living_turns_are_not_read(database: Database, scope: Scope, clock: Clock) -> None:
    now = clock.now()
    held = {
        "elsewhere": ("other", "b1", now + MINUTE),
        "here": ("me", "now", now + MINUTE),
        "earlier": ("me", "before", now + MINUTE),
        "over": ("other", "b1", now - MINUTE),
        "long over": ("other", "b1", now - 2 * MINUTE),
    }
    conversations = Repository(database, CONVERSATIONS, scope)
    for name, (owner, boot, until) in held.items():
        made = Conversation(conversation_id=new_id("cnv"), title=name)
        await conversations.insert(made)
        run = lease_document(Lease(name, "run_1", "msg_1", owner, boot, until))
        await conversations.change(made.conversation_id, {"run": run})
    for most, expected in ((500, ["long over", "over", "earlier"]), (1, ["long over", "earlier"])):
        found = await UnfinishedWork(database, at_most=most).abandoned("me", "now", now)
        assert [one["run"]["token"] for one in found] == expected
