"""An erasure from its order to its last sweep: every step can be repeated, and a kill in between only delays the rest.

The account itself goes last, so that what stands in the way (an index that is down, a kill) leaves no orphans.
"""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any, Final

import structlog

from core.errors import AppError
from core.ids import derived_id, new_id
from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from db.conversations import CONVERSATIONS
from db.erasure import erase, erase_documents, erase_people, stand_still
from db.erasures import ERASURES, Erasure
from db.member_traces import remove_traces
from db.messages import MESSAGES
from db.repository import Repository
from db.visitors import visitors_of
from server.services import Services
from workflows.runtime.periodic import Periodic

log = structlog.get_logger(__name__)

HOUSE: Final = Scope(user_id="system", actor_id="system", role="admin")
PAUSE_SECONDS: Final = 0.05
PATIENCE_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 30.0
AT_ONCE: Final = 20
TAKEN_UP_AFTER: Final = timedelta(minutes=2)
LONGEST_PAUSE: Final = timedelta(hours=1)
# Longer than anything that was under way in another process goes on: a model call, a job's lease, a turn.
SWEEP_AFTER: Final = timedelta(minutes=15)
RUNNING: Final = {"run.run_id": {"$exists": True}}


async def begin(parts: Services, scope: Scope) -> Erasure:
    """Note that the person who acts is to be erased, and stop their logins. From here on it happens, kill or not."""
    order = Erasure(
        erasure_id=derived_id(ERASURES.id_prefix, scope.actor_id),
        tenant_id=scope.user_id,
        actor_id=scope.actor_id,
        pseudonym=new_id("erased"),
        way=scope.channel,
        due_at=parts.clock.now() + TAKEN_UP_AFTER,
    )
    erasure = await _orders(parts).insert_once(order)
    await _stop_logins(parts, erasure)
    return erasure


async def carry_out(parts: Services, erasure: Erasure) -> None:
    """Do what is left of an erasure but its sweeps. Raises what stood in the way."""
    await _stop_logins(parts, erasure)
    removed = await (_member(parts, erasure) if _is_member(erasure) else _account(parts, erasure))
    documents = erasure.documents + removed
    pseudonym = hashlib.sha256(erasure.actor_id.encode()).hexdigest()
    entry = AuditEntry(
        audit_id=derived_id("aud", "erased", erasure.erasure_id),
        action="account.erased",
        resource_type="user",
        resource_id=pseudonym,
        details={"documents": documents, "way": erasure.way},
    )
    await Repository(parts.database, AUDIT_LOG, HOUSE).insert_once(entry)
    swept_at = parts.clock.now() + SWEEP_AFTER
    await _orders(parts).change(erasure.erasure_id, {"stage": "sweeping", "due_at": swept_at, "attempts": 0})
    log.info("account_erased", account=pseudonym, documents=documents)


async def put_off(parts: Services, erasure: Erasure) -> None:
    """Have the rest of an erasure tried again, ever later."""
    pause = min(TAKEN_UP_AFTER * 2 ** min(erasure.attempts, 10), LONGEST_PAUSE)
    again = {"attempts": erasure.attempts + 1, "due_at": parts.clock.now() + pause}
    await _orders(parts).change(erasure.erasure_id, again)


def pending_erasures(parts: Services) -> Periodic:
    """Return the loop that goes on with erasures, until each is done."""

    async def look() -> None:
        await go_on(parts)

    return Periodic("erasures", look, LOOK_SECONDS)


async def go_on(parts: Services) -> int:
    """Go on with the erasures that are due; return how many came a step further. One that fails holds up no other."""
    due = {"due_at": {"$lte": parts.clock.now()}}
    done = 0
    for erasure in await _orders(parts).find(due, limit=AT_ONCE):
        try:
            await (_sweep(parts, erasure) if erasure.stage == "sweeping" else carry_out(parts, erasure))
            done += 1
        except AppError as error:
            log.warning("erasure goes on later", reason=error.message)
            await put_off(parts, erasure)
        except Exception:  # the others go on, and this one is tried again
            log.exception("erasure goes on later", error_id=new_id("err"))
            await put_off(parts, erasure)
    return done


async def _account(parts: Services, erasure: Erasure) -> int:
    """Stop everything the account does, then remove what it has: what lies outside the documents first."""
    user_id, database = erasure.tenant_id, parts.database
    workflow_ids = list(dict.fromkeys([*erasure.workflow_ids, *await stand_still(database, user_id)]))
    await _orders(parts).change(erasure.erasure_id, {"workflow_ids": workflow_ids})
    await parts.work.engine.forget(workflow_ids)
    await _end_turns(parts, erasure)
    for visitor_id in await visitors_of(database, user_id):
        await parts.turns.forget_account(visitor_id)
    await parts.turns.forget_account(user_id)
    async with parts.memory.remembering.idle():
        await parts.memory.forget_account(user_id)
        removed = await erase_documents(database, user_id)
        # What came while the documents went: it found them still there.
        await parts.memory.forget_account(user_id)
        removed += await erase_documents(database, user_id)
    return removed + await erase_people(database, user_id)


async def _member(parts: Services, erasure: Erasure) -> int:
    """Take a member out of what their account keeps, and then remove them. Everybody else's work goes on."""
    await _end_turns(parts, erasure)
    touched = await _take_out(parts, erasure)
    return touched + await erase_people(parts.database, erasure.actor_id)


async def _take_out(parts: Services, erasure: Erasure) -> int:
    async with parts.memory.remembering.idle():
        await parts.memory.forget_account(erasure.actor_id)
        removed = await erase_documents(parts.database, erasure.actor_id)
        touched, memories = await remove_traces(parts.database, erasure.tenant_id, erasure.actor_id, erasure.pseudonym)
        parts.turns.forget_heads(erasure.tenant_id)
        await parts.memory.memories.written(erasure.tenant_id, memories)
    return removed + touched


async def _sweep(parts: Services, erasure: Erasure) -> None:
    """Remove what something that was under way elsewhere has written since; the order goes once nothing has."""
    if _is_member(erasure):
        found = await _take_out(parts, erasure) + await erase_people(parts.database, erasure.actor_id)
    else:
        found = await parts.work.engine.forget(erasure.workflow_ids)
        await parts.memory.forget_account(erasure.tenant_id)
        found += await erase(parts.database, erasure.tenant_id)
    if found:
        log.info("erasure_swept", documents=found)
        await _orders(parts).change(erasure.erasure_id, {"due_at": parts.clock.now() + SWEEP_AFTER})
        return
    await _orders(parts).delete(erasure.erasure_id)


async def _stop_logins(parts: Services, erasure: Erasure) -> None:
    """Stop the person's logins and keys from working; an owner's account stands for its members' too."""
    await parts.desk.disable(erasure.actor_id)
    await parts.api_keys.remove_of(erasure.actor_id)
    parts.callers.forget(erasure.actor_id)
    if not _is_member(erasure):
        for member in await parts.desk.members(Scope(erasure.tenant_id, erasure.tenant_id, "user")):
            parts.callers.forget(member.user_id)


async def _end_turns(parts: Services, erasure: Erasure) -> None:
    """Stop the account's turns, or the member's own among them, and wait a while until they have ended.

    What one in another process writes after that is found by the sweep.
    """
    scope = Scope(erasure.tenant_id, erasure.tenant_id, "user")
    waited = 0.0
    while running := await _running(parts, scope, erasure):
        for conversation_id in running:
            await parts.turns.cancel(scope, conversation_id)
        if waited >= PATIENCE_SECONDS:
            log.warning("turns_still_running_at_erasure", count=len(running))
            return
        await asyncio.sleep(PAUSE_SECONDS)
        waited += PAUSE_SECONDS


async def _running(parts: Services, scope: Scope, erasure: Erasure) -> list[str]:
    """Return the conversations in which a turn to be ended runs. Reads no more of them, whatever else is in them."""
    shown: dict[str, Any] = {"conversation_id": 1, "message_id": "$run.message_id"}
    found = await parts.repository(CONVERSATIONS, scope).aggregate([{"$match": RUNNING}, {"$project": shown}])
    if _is_member(erasure):
        theirs = {"message_id": {"$in": [each["message_id"] for each in found]}, "metadata.actor_id": erasure.actor_id}
        said = await parts.repository(MESSAGES, scope).aggregate([{"$match": theirs}, {"$project": {"message_id": 1}}])
        mine = {each["message_id"] for each in said}
        found = [each for each in found if each["message_id"] in mine]
    return [str(each["conversation_id"]) for each in found]


def _is_member(erasure: Erasure) -> bool:
    return erasure.actor_id != erasure.tenant_id


def _orders(parts: Services) -> Repository[Erasure]:
    return Repository(parts.database, ERASURES, HOUSE)
