"""Posts: scheduled, published or failed, platform by platform."""

from typing import Literal, TypeAlias

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime
from db.content_parts import AbTest, Journey

PostType: TypeAlias = Literal["single", "carousel", "video"]
PostStatus: TypeAlias = Literal["scheduled", "published", "failed", "unknown", "cancelled"]


class Counters(Part):
    """What a platform counts of a post. None: it does not tell."""

    impressions: int | None = None
    reach: int | None = None
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    clicks: int | None = None
    conversions: int | None = None


class ResultAnalytics(Counters):
    """The figures of a post on one platform since it was published, and what the row of a day follows from.

    ``day`` is the account's day on which they last changed, ``opening`` what they were when it began. ``gone_at`` says
    since when the platform has not known the post any more.
    """

    day: str
    opening: Counters = Field(default_factory=Counters)
    performance_score: int | None = Field(default=None, ge=0, le=100)
    virality_score: int | None = Field(default=None, ge=0, le=100)
    synced_at: UtcTime
    changed_at: UtcTime
    gone_at: UtcTime | None = None


class PlatformResult(Part):
    """What became of the post on one platform. ``unknown``: the last word was lost, and a person has to look there.

    ``conversions`` are those reported of it here, which no platform tells.
    """

    platform: str
    account_id: str | None = None
    platform_post_id: str | None = None
    status: PostStatus = "scheduled"
    published_at: UtcTime | None = None
    url: str | None = None
    error: str | None = None
    domain: str | None = None
    analytics: ResultAnalytics | None = None
    conversions: int | None = None


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


class PostAnalytics(Counters):
    """Figures as the platforms last told them, added up. ``learnt`` says that memory has counted them.

    ``engagement_rate`` is in per cent of the views, ``conversion_rate`` a share of 1 of the clicks. The scores compare
    with the account's own usual post, which has 50. ``last_synced`` is as of when all of it is known,
    ``metrics_updated_at`` when something last changed.
    """

    engagement: int | None = None
    engagement_rate: float | None = None
    conversion_rate: float | None = None
    performance_score: int | None = Field(default=None, ge=0, le=100)
    virality_score: int | None = Field(default=None, ge=0, le=100)
    last_synced: UtcTime | None = None
    metrics_updated_at: UtcTime | None = None
    learnt: bool = False


class SocialPost(OwnedDocument):
    """A post, the content it came from and the approval it was scheduled by.

    ``media_prompts`` are what its pictures and videos were made from. ``journey`` is that of its content when it was
    scheduled.
    ``delivery`` is ``wanted`` until a delivery is there for each of its platforms.
    """

    post_id: str
    campaign_id: str | None = None
    conversation_id: str | None = None
    content_id: str | None = None
    request_id: str | None = None
    platforms: list[PlatformResult] = Field(default_factory=list[PlatformResult])
    content: PostContent = Field(default_factory=PostContent)
    post_type: PostType | None = None
    media_prompts: list[str] = Field(default_factory=list[str])
    call_to_action: str | None = None
    journey: Journey = Field(default_factory=Journey)
    ab_test: AbTest | None = None
    schedule: PostSchedule = Field(default_factory=PostSchedule)
    analytics: PostAnalytics = Field(default_factory=PostAnalytics)
    delivery: Literal["wanted", "made"] = "wanted"


SOCIAL_POSTS = Collection(
    name="social_posts",
    model=SocialPost,
    id_field="post_id",
    id_prefix="pst",
    indexes=(
        Index(("user_id",)),
        Index(("campaign_id",)),
        Index(("schedule.publish_at",)),
        Index(("user_id", "schedule.publish_at")),
        Index(("delivery",)),
        Index(("analytics.learnt",), partial={"analytics.learnt": False}),
        Index(("-created_at",)),
        Index(("user_id", "-created_at", "-post_id")),
    ),
)
