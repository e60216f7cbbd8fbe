"""Erasing people on demand: an account or a member, and what visitors of a site have said."""

import structlog

from core.errors import AppError
from core.ids import new_id
from core.scope import Scope
from db.erasure import erase_visitors
from db.visitors import visitors_of
from server.auth.accounts import Origin
from server.erasing import begin, carry_out, put_off
from server.services import Services

log = structlog.get_logger(__name__)


async def erase_account(parts: Services, scope: Scope, origin: Origin) -> bool:
    """Erase the person who acts: an owner with the whole account and its members, a member alone.

    Nobody can log in as them from the first moment. True when everything is gone; False when something stood in the
    way, and the erasure goes on by itself until it is done. What remains is one entry of the audit log that names
    neither the person nor the address; what a member has done in their account stays, under a pseudonym.
    """
    erasure = await begin(parts, scope)
    try:
        await carry_out(parts, erasure)
    except AppError as error:
        log.warning("erasure goes on later", reason=error.message, user_agent=origin.user_agent[:80])
    except Exception:  # nobody can log in to try again: the loop does
        log.exception("erasure goes on later", error_id=new_id("err"))
    else:
        return True
    await put_off(parts, erasure)
    return False


async def erase_site_visitors(parts: Services, scope: Scope, site_id: str) -> None:
    """Erase everything the visitors of a site have said and were told."""
    for visitor_id in await visitors_of(parts.database, scope.user_id, site_id):
        await erase_visitor(parts, visitor_id)


async def erase_visitor(parts: Services, visitor_id: str) -> None:
    """Erase what one visitor has said and was told, and who they were. The caller has checked whose visitor it is."""
    await parts.turns.forget_account(visitor_id)
    await erase_visitors(parts.database, [visitor_id])
