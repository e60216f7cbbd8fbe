"""Recovery finds what has waited longest, leaves alone what lives, and looks for nothing for ever."""

from datetime import timedelta
from typing import Any

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
    message = Message(
        message_id=new_id("msg"),
        conversation_id=conversation,
        role="user",
        content="Hello",
        status="pending",
        run_id=new_id("run"),
        timestamp=now,
        **more,
    )
    await Repository(database, MESSAGES, scope).insert(message)


async def statuses(database: Database, scope: Scope) -> list[str]:
    return [message.status for message in await Repository(database, MESSAGES, scope).find({})]


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
    request = ApprovalRequest(
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
