"""The clock a person goes by: times they are shown and times they name are read in it."""

from dataclasses import replace
from typing import Any

from pydantic import Field

from core.errors import NotFound, ToolFailed, ToolInputError
from core.timezones import is_zone
from db.audit_log import AUDIT_LOG, AuditEntry
from db.conversations import CONVERSATIONS
from db.repository import Repository
from db.users import USERS
from tools.arguments import Arguments, ShortLine
from tools.tool import Effect, Tool, ToolContext, tool


class SetTimezone(Arguments):
    """Which clock."""

    timezone: ShortLine = Field(description="The official name of the timezone, such as Europe/Berlin.")


@tool(Effect.WRITE)
async def set_timezone(ctx: ToolContext, params: SetTimezone) -> dict[str, Any]:
    """Set the timezone of the person who asks: in every conversation, on the pages and in mails times are theirs.

    Call it only when the person says which timezone is theirs, or by which time they want to go. What is on the
    calendar stays at its moment; a campaign that runs keeps the timezone it was launched in.
    """
    if not is_zone(params.timezone):
        raise ToolInputError(
            f"There is no timezone {params.timezone!r}. Pass an official name such as Europe/Berlin; ask for a large "
            "city nearby where you don't know it."
        )
    fields = {"preferences.timezone": params.timezone, "preferences.timezone_known": True}
    # A person's own account lies under their own id, whoever's data they work on.
    own = Repository(ctx.database, USERS, replace(ctx.scope, user_id=ctx.scope.actor_id))
    try:
        await own.change(ctx.scope.actor_id, fields)
    except NotFound:
        raise ToolFailed("Only a person with an account of their own has a timezone here.") from None
    ctx.timezone = params.timezone
    if ctx.conversation_id:
        await ctx.repository(CONVERSATIONS).change(ctx.conversation_id, {"timezone": params.timezone})
    entry = AuditEntry(
        audit_id=ctx.new_id(AUDIT_LOG.id_prefix),
        actor_id=ctx.scope.actor_id,
        action="account.changed",
        resource_type="user",
        resource_id=ctx.scope.actor_id,
        details={"timezone": params.timezone, "via": ctx.scope.channel},
    )
    await ctx.repository(AUDIT_LOG).insert_once(entry)
    return {"timezone": params.timezone}


TOOLS: tuple[Tool, ...] = (set_timezone,)
