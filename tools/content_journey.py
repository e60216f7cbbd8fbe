"""A content's place in its reader's journey: what it leads to, what it is there for, where its call to action leads."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from core.content_journey import ConversionGoal, placed, require_goal, require_next
from core.errors import InvalidInput, NotFound, ToolInputError
from db.content_library import CONTENT_LIBRARY, Content
from tools.arguments import Arguments, ContentId, Link, chosen
from tools.tool import Effect, Tool, ToolContext, tool


@dataclass(frozen=True, slots=True)
class Step:
    """The whole of what can be said of a content's place; None: nothing."""

    next_content_id: str | None = None
    conversion_goal: ConversionGoal | None = None
    cta_url: str | None = None


class SetJourney(Arguments):
    """What changes; what is not given stays."""

    content_id: ContentId = Field(description="The draft, cnt_…")
    next_content_id: ContentId | None = Field(
        default=None,
        description="The draft its readers are led to next, cnt_…: from a social post a blog post or content upgrade, "
        "from a blog post a content upgrade or email, from a content upgrade an email, from an email a blog post or "
        "content upgrade.",
    )
    conversion_goal: Annotated[ConversionGoal, chosen] | None = Field(
        default=None,
        description="What it is there for. Of a social post: website_visit, lead_magnet or sale; of a blog post: "
        "lead_magnet, sale or share; of a content upgrade: email_signup, sale or share; of an email: sale, referral or "
        "testimonial.",
    )
    cta_url: Link | None = Field(
        default=None, description="Where its call to action leads, only an address the person has given."
    )
    ends_here: bool = Field(default=False, description="True: it leads to no other draft any more.")


@tool(Effect.WRITE)
async def set_journey(ctx: ToolContext, params: SetJourney) -> dict[str, Any]:
    """Say what a draft leads its readers to next, and what it is there for. The texts themselves stay as they are."""
    content = await ctx.repository(CONTENT_LIBRARY).get(params.content_id)
    now = content.journey
    if params.cta_url and ctx.in_turn and params.cta_url not in ctx.said:
        raise ToolInputError("Let a call to action lead only where the person has said. Ask for the address.")
    step = Step(
        params.next_content_id or (None if params.ends_here else now.next_action_id),
        params.conversion_goal or now.conversion_goal,
        params.cta_url or now.cta_url,
    )
    try:
        stored = await lead_on(ctx, content, step)
    except InvalidInput as error:
        raise ToolInputError(error.message) from None
    return {"content_id": stored.content_id, **stored.journey.model_dump(exclude_none=True)}


async def lead_on(ctx: ToolContext, content: Content, step: Step) -> Content:
    """Put a content at its place, whole, and note with what it leads to where readers come from.

    InvalidInput names what is allowed; nothing is stored then. NotFound if there is nothing to lead to. Repeats are
    harmless.
    """
    kind, contents = placed(content.content_type), ctx.repository(CONTENT_LIBRARY)
    changes: dict[str, Any] = {
        "journey.conversion_goal": step.conversion_goal,
        "journey.cta_url": step.cta_url,
        "journey.next_action_type": None,
        "journey.next_action_id": step.next_content_id,
    }
    if step.conversion_goal:
        require_goal(kind, step.conversion_goal)
    if step.next_content_id:
        target = placed((await contents.get(step.next_content_id)).content_type)
        require_next(kind, target)
        changes["journey.next_action_type"] = target
    stored = await contents.update(content.content_id, changes)
    before = content.journey.next_action_id
    if before and before != step.next_content_id:
        await _leave(ctx, before, content.content_id)
    if step.next_content_id:
        came_from = {"journey.previous_action_type": kind, "journey.previous_action_id": content.content_id}
        await contents.change(step.next_content_id, came_from)
    return stored


async def _leave(ctx: ToolContext, target_id: str, content_id: str) -> None:
    """Take a content out of where readers of another one come from, if it still stands there."""
    nowhere = {"journey.previous_action_type": None, "journey.previous_action_id": None}
    contents = ctx.repository(CONTENT_LIBRARY)
    try:
        target = await contents.get(target_id)
    except NotFound:
        return
    if target.journey.previous_action_id == content_id:
        await contents.change(target_id, nowhere)


TOOLS: tuple[Tool, ...] = (set_journey,)
