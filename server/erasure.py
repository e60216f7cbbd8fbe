"""Erasing an account: its logins stop, its turns end, then everything it has is removed."""

import asyncio
import hashlib
from typing import Final

import structlog

from core.ids import new_id
from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from db.conversations import CONVERSATIONS
from db.erasure import erase, erase_visitors
from db.repository import Repository
from db.visitors import visitors_of
from server.auth.accounts import Origin
from server.services import Services

log = structlog.get_logger(__name__)

HOUSE: Final = Scope(user_id="system", actor_id="system", role="admin")
PAUSE_SECONDS: Final = 0.05
PATIENCE_SECONDS: Final = 10.0
RUNNING: Final = {"run.run_id": {"$exists": True}}


async def erase_account(parts: Services, scope: Scope, origin: Origin) -> None:
    """Erase the person who acts: an owner with the whole account and its members, a member alone.

    What remains is one entry of the audit log that names neither the person nor the address.
    """
    await parts.desk.disable(scope.actor_id)
    await parts.api_keys.remove_of(scope.actor_id)
    parts.callers.forget(scope.actor_id)
    if scope.actor_id == scope.user_id:
        await _end_turns(parts, scope)
        for visitor_id in await visitors_of(parts.database, scope.user_id):
            await parts.turns.forget_account(visitor_id)
    await parts.turns.forget_account(scope.user_id)
    async with parts.memory.remembering.idle():
        removed = await erase(parts.database, scope.actor_id)
        await parts.memory.forget_account(scope.actor_id)
    parts.callers.forget(scope.actor_id)
    pseudonym = hashlib.sha256(scope.actor_id.encode()).hexdigest()
    entry = AuditEntry(
        audit_id=new_id("aud"),
        action="account.erased",
        resource_type="user",
        resource_id=pseudonym,
        details={"documents": removed, "way": scope.channel},
    )
    await Repository(parts.database, AUDIT_LOG, HOUSE).insert(entry)
    log.info("account_erased", account=pseudonym, documents=removed, user_agent=origin.user_agent[:80])


async def erase_site_visitors(parts: Services, scope: Scope, site_id: str) -> None:
    """Erase everything the visitors of a site have said and were told."""
    for visitor_id in await visitors_of(parts.database, scope.user_id, site_id):
        await erase_visitor(parts, visitor_id)


async def erase_visitor(parts: Services, visitor_id: str) -> None:
    """Erase what one visitor has said and was told, and who they were. The caller has checked whose visitor it is."""
    await parts.turns.forget_account(visitor_id)
    await erase_visitors(parts.database, [visitor_id])


async def _end_turns(parts: Services, scope: Scope) -> None:
    """Stop the turns that run, so that none of them writes after the erasure."""
    conversations = Repository(parts.database, CONVERSATIONS, scope)
    waited = 0.0
    while running := await conversations.find(RUNNING):
        for conversation in running:
            await parts.turns.cancel(scope, conversation.conversation_id)
        if waited >= PATIENCE_SECONDS:
            log.warning("turns_still_running_at_erasure", count=len(running))
            return
        await asyncio.sleep(PAUSE_SECONDS)
        waited += PAUSE_SECONDS
