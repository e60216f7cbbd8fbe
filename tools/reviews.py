"""Texts approved as texts, before anybody decides when and where they go out. Nothing leaves the house by it."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from core.errors import NotFound, ToolFailed, ToolInputError
from db.content_library import CONTENT_LIBRARY, Content
from tools.approval.payload import ApprovedPayload
from tools.approval.planned_acts import act_of_planned
from tools.approval.rules import rules_in_force
from tools.approval.verdict import forbidden
from tools.arguments import Arguments, ContentId, Line, items
from tools.channels import platform_of
from tools.content import put_revised
from tools.platforms.catalogue import BY_NAME
from tools.publishing import PlannedMedia, media_of, text_problems
from tools.renewal import refused_about
from tools.scheduling import contents_by_id, reviewed
from tools.tool import ApprovalDraft, Tool, ToolContext, publish_tool

REVIEWABLE = frozenset({"draft", "review", "approved"})
FIXED_IN_EDITS = ("version", "platform", "media")
EDITED = "Changed while approving"


class ReviewedText(BaseModel):
    """One text exactly as it stands. ``subject`` is the subject of an email, or the title where there is one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    content_id: str
    version: int
    platform: str
    text: str
    subject: str | None
    media: list[PlannedMedia]
    link: str | None
    hashtags: list[str]


class TextsPayload(ApprovedPayload):
    """What a person approves: texts. When and where they go out is asked for by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    posts: list[ReviewedText] = Field(min_length=1, max_length=50)

    def problems_of_edit(self, original: BaseModel) -> list[str]:
        """Return what a person may not change while approving, and what the edited texts lack."""
        before = {text.content_id: text for text in original.posts} if isinstance(original, TextsPayload) else {}
        found: list[str] = []
        for text in self.posts:
            earlier = before.pop(text.content_id, None)
            if earlier is None:
                found.append(f"{text.content_id} was not among what was asked, or is there twice.")
            elif any(getattr(text, name) != getattr(earlier, name) for name in FIXED_IN_EDITS):
                found.append(f"Of {text.content_id} {', '.join(FIXED_IN_EDITS)} stay as they are. Reject it instead.")
        return found


class ReviewDrafts(Arguments):
    """Which texts."""

    content_ids: Annotated[list[ContentId], items, Field(min_length=1, max_length=20)] = Field(
        description="The drafts, each once, all that belong together in one call."
    )
    note: Line | None = Field(default=None, description="A short note for the person who decides.")


async def accept_texts(ctx: ToolContext, payload: TextsPayload) -> dict[str, Any]:
    """Note the texts as approved; what was edited while approving is what they say from now on."""
    found = await contents_by_id(ctx, [text.content_id for text in payload.posts])
    for text in payload.posts:
        content = found.get(text.content_id)
        if content is None or not _is_still(content, text):
            raise ToolFailed("A text was changed or removed since it was asked for. Ask for it as it is now.")
    review = await reviewed(ctx)
    for text in payload.posts:
        content = found[text.content_id]
        edited = _edited(content, text)
        if edited != content:
            await put_revised(ctx, content, edited, EDITED)
        await ctx.repository(CONTENT_LIBRARY).update(text.content_id, {"status": "approved", **review})
    return {"reviewed": [text.content_id for text in payload.posts], "count": len(payload.posts)}


async def finished_texts(ctx: ToolContext, edited: TextsPayload, _: TextsPayload) -> TextsPayload:
    """Return edited texts as they are approved; ToolInputError where one breaks a rule no approval can lift."""
    rules = await rules_in_force(ctx.database, ctx.scope, ctx.campaign_id)
    for text in edited.posts:
        act = act_of_planned(text.model_dump(mode="json"), ctx.campaign_id, text.content_id)
        if never := forbidden(rules, act):
            raise ToolInputError(f"{text.content_id} can't go out: {' '.join(never)}")
    return edited


@publish_tool("content", accept_texts, finished_texts)
async def review_drafts(ctx: ToolContext, params: ReviewDrafts) -> ApprovalDraft[TextsPayload]:
    """Ask a person to approve texts as texts. They go out only once schedule_posts was approved as well.

    For those who want to see the texts before times are settled. Texts that were rejected are asked for anew here once
    they are revised, with the difference.
    """
    if len(set(params.content_ids)) < len(params.content_ids):
        raise ToolInputError("A draft is in the list twice. Pass each draft once.")
    found = await contents_by_id(ctx, params.content_ids)
    if unknown := [content_id for content_id in params.content_ids if content_id not in found]:
        raise NotFound(f"There is no draft {', '.join(unknown)}. list_drafts gives the ids.")
    contents = [found[content_id] for content_id in params.content_ids]
    for content in contents:
        if content.status not in REVIEWABLE:
            raise ToolInputError(f"{content.content_id} is {content.status}, so there is nothing to approve.")
        if problems := text_problems(content):
            raise ToolInputError(f"{content.content_id}: {' '.join(problems)} Revise the draft first.")
    texts = [_reviewed(content, await media_of(ctx, content)) for content in contents]
    refused = await refused_about(ctx, params.content_ids, "content")
    return ApprovalDraft(
        TextsPayload(posts=texts),
        _summary(texts, params.note),
        about=tuple(params.content_ids),
        replaces=(refused,) if refused else (),
        campaign_id=contents[0].campaign_id,
    )


TOOLS: tuple[Tool, ...] = (review_drafts,)


def _reviewed(content: Content, media: list[PlannedMedia]) -> ReviewedText:
    return ReviewedText(
        content_id=content.content_id,
        version=content.version,
        platform=content.platform,
        text=content.content.text,
        subject=content.subject if platform_of(content).subject else content.title,
        media=media,
        link=content.content.link,
        hashtags=content.hashtags,
    )


def _is_still(content: Content, text: ReviewedText) -> bool:
    """Whether a content is the one that was asked for, or says already what was approved of it."""
    if content.version == text.version:
        return True
    return content.version == text.version + 1 and _edited(content, text) == content


def _edited(content: Content, text: ReviewedText) -> Content:
    heading = {"subject" if platform_of(content).subject else "title": text.subject}
    body = content.content.model_copy(update={"text": text.text, "link": text.link})
    return content.model_copy(update={**heading, "content": body, "hashtags": text.hashtags})


def _summary(texts: Sequence[ReviewedText], note: str | None) -> str:
    labels = list(dict.fromkeys(BY_NAME[text.platform].label for text in texts))
    count = "one text" if len(texts) == 1 else f"{len(texts)} texts"
    return f"Approve {count} for {', '.join(labels)}.{f' Note: {note}' if note else ''}"
