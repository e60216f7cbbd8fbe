"""The worker that remembers: whatever cuts it off, each turn is remembered once; what was deleted meanwhile is not."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from agents.learning import Learner
from agents.memory_extraction import RuleExtractor
from agents.remembering import ATTEMPTS, Remembering
from core.clock import ManualClock
from core.errors import Unavailable
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.conversations import CONVERSATIONS, Conversation
from db.leases import Lease, lease_document
from db.messages import MESSAGES
from db.repository import Repository
from db.unremembered import Unremembered
from db.user_memory import UserMemory
from memory.findings import Finding
from tests.agents.test_memory import Firm


class CutOff(Unremembered):
    """Loses the database before a turn is ticked off, as often as told."""

    failures = 0

    async def done(self, message_id: str) -> None:
        if self.failures:
            self.failures -= 1
            raise Unavailable
        await super().done(message_id)


class Faint(RuleExtractor):
    """Fails the first time it is asked."""

    failed = False

    async def findings(self, text: str, known: Sequence[UserMemory]) -> list[Finding]:
        if not self.failed:
            self.failed = True
            raise Unavailable
        return await super().findings(text, known)


@pytest.fixture
async def firm(database: Database, scope: Scope) -> AsyncIterator[Firm]:
    made = Firm(database, scope)
    yield made
    for talk in made.talks:
        await talk.turns.stop()


def worker(firm: Firm, work: Unremembered) -> Remembering:
    return Remembering(work, firm.desk, firm.rules, firm.learner, firm.database.clock)


async def stored(firm: Firm) -> list[tuple[str, str]]:
    found = await firm.desk.memories.all(firm.scope, include_history=True)
    return sorted((memory.memory_type, memory.content) for memory in found)


async def test_turn_that_was_cut_off_before_it_was_ticked_off_is_remembered_once(firm: Firm) -> None:
    talk = await firm.conversation()
    await talk.say("Our delivery fee is £3.")
    work = CutOff(firm.database)
    work.failures = 2
    for _ in range(2):
        with pytest.raises(Unavailable):
            await worker(firm, work).sweep(everything=True)
    before = await stored(firm)

    assert await worker(firm, work).sweep(everything=True) == 1

    assert await stored(firm) == before
    assert [kind for kind, _ in before].count("insight") == 1
    (fact,) = await firm.desk.known(firm.scope)
    assert fact.metadata.mentions == 1


async def test_turn_that_is_under_way_is_left_until_it_is_over(firm: Firm, database: Database) -> None:
    talk = await firm.conversation()
    await talk.say("Our delivery fee is £3.")
    (message,) = await Unremembered(database).waiting()
    conversations = Repository(database, CONVERSATIONS, firm.scope)
    now = database.clock.now()
    lease = lease_document(Lease("lse_1", message["run_id"], message["message_id"], "test", "boot", until=now))
    await conversations.update(message["conversation_id"], {"run": lease})
    assert await firm.memory.remembering.sweep(everything=True) == 0
    await conversations.update(message["conversation_id"], {"run": None})
    assert await firm.memory.remembering.sweep(everything=True) == 1


async def test_turns_of_another_process_are_left_to_it_for_a_while(firm: Firm) -> None:
    talk = await firm.conversation()
    await talk.say("Our delivery fee is £3.")

    assert await worker(firm, Unremembered(firm.database)).sweep() == 0
    assert await firm.memory.remembering.sweep() == 1


async def test_conversation_deleted_before_its_turn_was_remembered_leaves_nothing(firm: Firm) -> None:
    talk = await firm.conversation()
    await talk.say("Our delivery fee is £3.")
    await Repository(firm.database, CONVERSATIONS, firm.scope).delete(talk.conversation_id)

    await firm.memory.remembering.sweep(everything=True)

    assert await stored(firm) == []
    assert await Unremembered(firm.database).waiting() == []


async def test_message_that_can_not_be_remembered_does_not_hold_up_the_others(firm: Firm, database: Database) -> None:
    broken = Conversation(conversation_id=new_id("cnv"))
    await Repository(database, CONVERSATIONS, firm.scope).insert(broken)
    talk = await firm.conversation()
    await talk.say("Our delivery fee is £3.")
    message = (await Unremembered(database).waiting())[0]
    bad = {**message, "message_id": "msg_0", "conversation_id": broken.conversation_id, "client_message_id": "x"}
    bad["kind"], bad["metadata"] = "decision", {"decision": {"approval_id": "apr_unknown"}}
    await firm.store.enqueue(bad)

    await firm.memory.remembering.sweep(everything=True)

    assert await firm.facts() == {"Our delivery fee is £3."}
    assert await Unremembered(database).waiting() == []


async def test_malformed_message_is_set_aside_and_holds_up_nobody(
    firm: Firm, database: Database, clock: ManualClock
) -> None:
    talk = await firm.conversation()
    await talk.say("Our delivery fee is £3.")
    message = (await Unremembered(database).waiting())[0]
    raw = database.raw(MESSAGES)  # lint: allow raw-collection: stores what no version of ours would
    for number in range(2):
        malformed = {**message, "message_id": f"msg_{number}", "client_message_id": f"x{number}"}
        malformed["metadata"], malformed["updated_at"] = None, "yesterday"
        await raw.insert_one(malformed, bypass_document_validation=True)

    await worker(firm, Unremembered(database)).sweep(everything=True)

    assert await firm.facts() == {"Our delivery fee is £3."}
    assert await Unremembered(database).waiting() == []
    for _ in range(ATTEMPTS - 1):
        clock.advance(timedelta(hours=4))
        assert len(await Unremembered(database).waiting()) == 2
        await worker(firm, Unremembered(database)).sweep()
    clock.advance(timedelta(days=30))
    assert await Unremembered(database).waiting() == []
    stored = [row async for row in raw.find({"memory": "failed"})]
    assert [row["memory_failures"] for row in stored] == [ATTEMPTS] * 2
    # A start, perhaps of a version that can read them, gives each one more attempt.
    mended: dict[str, Any] = {"metadata": {}, "updated_at": clock.now(), "content": "Our opening hours are 9 to 5."}
    await raw.update_one({"message_id": "msg_0"}, {"$set": mended})
    assert await Unremembered(database).one_more_attempt() == 2
    await worker(firm, Unremembered(database)).sweep(everything=True)
    assert await firm.facts() == {"Our delivery fee is £3.", "Our opening hours are 9 to 5."}
    assert await raw.count_documents({"memory": "failed"}) == 1


async def test_decision_with_a_reason_teaches_the_writer(firm: Firm) -> None:
    talk = await firm.conversation()
    await talk.say(
        "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email."
    )
    await talk.say("Yes, plan it and write the posts.")
    await talk.say("Schedule the Instagram post for 2 December at 9am.")
    await firm.memory.remembering.sweep(everything=True)
    await talk.decide("reject", "Too long. Never say “cheap”.")
    faint = Learner(firm.database, firm.desk, firm.learnings, Faint())
    cut_off = Remembering(Unremembered(firm.database), firm.desk, firm.rules, faint, firm.database.clock)
    with pytest.raises(Unavailable):
        await cut_off.sweep(everything=True)
    for _ in range(2):
        await cut_off.sweep(everything=True)

    learnt = {learning.content: learning.metadata for learning in await firm.learnings.all(firm.scope)}

    too_long = learnt["On instagram, texts were too long: this was rejected."]
    assert (too_long.use_count, too_long.success_count) == (1, 1)
    assert all(about.success_count == 0 for words, about in learnt.items() if "approved" in words)
    assert "Never say “cheap”." in await firm.facts()


async def test_approval_counts_for_the_form_of_what_was_approved(firm: Firm) -> None:
    talk = await firm.conversation()
    await talk.say(
        "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email."
    )
    await talk.say("Yes, plan it and write the posts.")
    await talk.say("Schedule the Instagram post for 2 December at 9am.")
    await talk.decide("approve")
    await firm.memory.remembering.sweep(everything=True)

    learnt = await firm.learnings.all(firm.scope)

    assert learnt
    assert all(learning.metadata.success_count == learning.metadata.use_count == 1 for learning in learnt)
    assert all((learning.metadata.success_rate or 0) > 0.5 for learning in learnt)
