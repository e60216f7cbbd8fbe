"""Figures by day: social, email, CRM, search and advertising."""

from typing import Any

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime


class SocialMetrics(Part):
    """What posts did; ``by_platform`` has the same figures by platform."""

    posts_published: int = 0
    total_reach: int = 0
    total_engagement: int = 0
    total_impressions: int = 0
    by_platform: dict[str, dict[str, Any]] = Field(default_factory=dict[str, dict[str, Any]])


class EmailMetrics(Part):
    """What emails did; rates are shares of 1."""

    campaigns_sent: int = 0
    emails_delivered: int = 0
    open_rate: float | None = None
    click_rate: float | None = None
    conversions: int = 0


class CrmMetrics(Part):
    """What sales did; revenue in minor units of ``currency``."""

    new_leads: int = 0
    new_contacts: int = 0
    deals_closed: int = 0
    revenue_minor: int = 0
    currency: str | None = None


class SeoMetrics(Part):
    """How people found the site; ``keyword_rankings`` is keyword to place."""

    organic_traffic: int = 0
    keyword_rankings: dict[str, Any] = Field(default_factory=dict[str, Any])
    backlinks: int = 0


class PpcMetrics(Part):
    """What advertising did; spend and revenue in minor units of ``currency``, ``roas`` is revenue by spend."""

    ad_spend_minor: int = 0
    currency: str | None = None
    clicks: int = 0
    conversions: int = 0
    revenue_minor: int = 0
    roas: float | None = None


class Metrics(Part):
    """The figures of one day; a part that was not measured is absent."""

    social: SocialMetrics | None = None
    email: EmailMetrics | None = None
    crm: CrmMetrics | None = None
    seo: SeoMetrics | None = None
    ppc: PpcMetrics | None = None


class AnalyticsData(OwnedDocument):
    """The figures of one day: of a post on one platform, of a campaign or of the whole account.

    ``date`` is the start of the day, ``day`` the day itself as the account's ``timezone`` has it. The rows of a post
    (``post_id``) hold by how much its figures changed on the day, so that they add up to what the post has now; where a
    platform takes something back, that is negative. They were right at ``synced_at``. ``reported`` rows add up what was
    reported as conversions.
    """

    analytics_id: str
    campaign_id: str | None = None
    post_id: str | None = None
    platform: str | None = None
    day: str | None = None
    timezone: str | None = None
    date: UtcTime
    synced_at: UtcTime | None = None
    reported: bool = False
    metrics: Metrics = Field(default_factory=Metrics)


ANALYTICS_DATA = Collection(
    name="analytics_data",
    model=AnalyticsData,
    id_field="analytics_id",
    id_prefix="ana",
    indexes=(Index(("user_id", "-date")), Index(("campaign_id",)), Index(("-date",))),
)
