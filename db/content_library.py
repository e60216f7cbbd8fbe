"""Drafts and what became of them."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime


class ContentMetadata(Part):
    """How the content came about."""

    prompt: str | None = None
    model_used: str | None = None
    generation_params: dict[str, Any] = Field(default_factory=dict[str, Any])


class ContentBody(Part):
    """The content itself, by medium."""

    text: str = ""
    image_url: str | None = None
    image_base64: str | None = None
    video_url: str | None = None
    video_base64: str | None = None
    audio_url: str | None = None
    link: str | None = None
    metadata: ContentMetadata = Field(default_factory=ContentMetadata)


class Content(OwnedDocument):
    """A piece of content in its newest version; earlier ones are in content_versions. ``subject`` is for emails."""

    content_id: str
    campaign_id: str | None = None
    conversation_id: str | None = None
    parent_id: str | None = None
    type: Literal["text", "image", "video", "audio"] = "text"
    content_type: str
    title: str | None = None
    subject: str | None = None
    content: ContentBody = Field(default_factory=ContentBody)
    hashtags: list[str] = Field(default_factory=list[str])
    voice: str | None = None
    call_to_action: str | None = None
    platform: str
    status: Literal["draft", "review", "approved", "rejected", "published", "archived"] = "draft"
    version: int = 1
    tags: list[str] = Field(default_factory=list[str])
    created_by: str = "ai"
    used_in: list[str] = Field(default_factory=list[str])
    deleted_at: UtcTime | None = None


CONTENT_LIBRARY = Collection(
    name="content_library",
    model=Content,
    id_field="content_id",
    id_prefix="cnt",
    indexes=(
        Index(("user_id",)),
        Index(("campaign_id",)),
        Index(("type",)),
        Index(("-created_at",)),
        Index(("user_id", "deleted_at", "-created_at", "-content_id")),
    ),
    soft_delete=True,
)
