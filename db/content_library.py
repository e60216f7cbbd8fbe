"""Drafts and what became of them."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime
from db.content_parts import Journey


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


class SeoMetadata(Part):
    """What search engines are told of an article. The title shows in full, so does the description."""

    keywords: list[str] = Field(default_factory=list[str])
    meta_title: str | None = None
    meta_description: str | None = None


class Scores(Part):
    """How good it is, 0 to 100 each; None where nobody has said, or nothing can be said of such a text.

    ``readability`` and ``seo`` are those of ``tools/text_gauge.py``.
    """

    quality: int | None = Field(default=None, ge=0, le=100)
    readability: int | None = Field(default=None, ge=0, le=100)
    seo: int | None = Field(default=None, ge=0, le=100)


class Review(Part):
    """Who has approved it as it stands, with which words, and when."""

    reviewed_by: str | None = None
    review_notes: str | None = None
    approved_at: UtcTime | None = None


class Content(OwnedDocument):
    """A piece of content in its newest version; earlier ones are in content_versions. ``subject`` is for emails.

    One without ``parent_id`` is a master; those that were made of it, for other channels, name it as their parent.
    ``source_type`` and ``source_id`` say what it was made from. ``scheduled_for`` is when its newest post goes out.
    """

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
    journey: Journey = Field(default_factory=Journey)
    seo: SeoMetadata = Field(default_factory=SeoMetadata)
    scores: Scores = Field(default_factory=Scores)
    reading_time_minutes: int | None = Field(default=None, ge=0)
    source_type: Literal["trend", "keyword", "manual"] | None = None
    source_id: str | None = None
    platform: str
    status: Literal["draft", "review", "approved", "rejected", "published", "archived"] = "draft"
    version: int = 1
    review: Review = Field(default_factory=Review)
    scheduled_for: UtcTime | None = None
    published_at: UtcTime | None = None
    tags: list[str] = Field(default_factory=list[str])
    created_by: str = "ai"
    used_in: list[str] = Field(default_factory=list[str])
    deleted_at: UtcTime | None = None


# What a content that is a draft again is not any more.
UNAPPROVED: Final[Mapping[str, Any]] = {"review": {}, "scheduled_for": None}

CONTENT_LIBRARY = Collection(
    name="content_library",
    model=Content,
    id_field="content_id",
    id_prefix="cnt",
    indexes=(
        Index(("user_id",)),
        Index(("campaign_id",)),
        Index(("type",)),
        Index(("parent_id",), sparse=True),
        Index(("-created_at",)),
        Index(("user_id", "deleted_at", "-created_at", "-content_id")),
    ),
    soft_delete=True,
)
