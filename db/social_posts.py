"""Posts: scheduled, published or failed, platform by platform."""

from typing import Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime


class PlatformResult(Part):
    """What became of the post on one platform."""

    platform: str
    account_id: str | None = None
    platform_post_id: str | None = None
    status: Literal["scheduled", "published", "failed", "cancelled"] = "scheduled"
    published_at: UtcTime | None = None
    url: str | None = None
    error: str | None = None


class PostMedia(Part):
    """An attached file as it was approved: where it lies, what it is, and the SHA-256 of its bytes."""

    url: str
    content_type: str
    sha256: str


class PostContent(Part):
    """The exact post. ``images`` and ``videos`` are the addresses in ``media``, by kind."""

    message: str = ""
    title: str | None = None
    media: list[PostMedia] = Field(default_factory=list[PostMedia])
    images: list[str] = Field(default_factory=list[str])
    videos: list[str] = Field(default_factory=list[str])
    link: str | None = None
    hashtags: list[str] = Field(default_factory=list[str])


class PostSchedule(Part):
    """When it is to go out."""

    scheduled: bool = False
    publish_at: UtcTime | None = None


class PostAnalytics(Part):
    """Figures as the platform last told them. ``learnt`` says that memory has counted them."""

    impressions: int = 0
    reach: int = 0
    engagement: int = 0
    views: int = 0
    likes: int = 0
    comments: int = 0
    shares: int = 0
    clicks: int = 0
    conversions: int = 0
    last_synced: UtcTime | None = None
    learnt: bool = False


class SocialPost(OwnedDocument):
    """A post, the content it came from and the approval it was scheduled by."""

    post_id: str
    campaign_id: str | None = None
    conversation_id: str | None = None
    content_id: str | None = None
    request_id: str | None = None
    platforms: list[PlatformResult] = Field(default_factory=list[PlatformResult])
    content: PostContent = Field(default_factory=PostContent)
    schedule: PostSchedule = Field(default_factory=PostSchedule)
    analytics: PostAnalytics = Field(default_factory=PostAnalytics)


SOCIAL_POSTS = Collection(
    name="social_posts",
    model=SocialPost,
    id_field="post_id",
    id_prefix="pst",
    indexes=(
        Index(("user_id",)),
        Index(("campaign_id",)),
        Index(("schedule.publish_at",)),
        Index(("-created_at",)),
        Index(("user_id", "-created_at", "-post_id")),
    ),
)
