"""Email campaigns: what is sent to which list or people, when, and how it went."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime
from db.content_parts import AbTest
from db.social_posts import PostMedia


class Recipients(Part):
    """Who gets it; ``addresses`` are those that were approved."""

    list_key: str | None = None
    segment: dict[str, Any] = Field(default_factory=dict[str, Any])
    count: int = 0
    addresses: list[str] = Field(default_factory=list[str], repr=False)


class EmailContent(Part):
    """The exact email."""

    subject: str = ""
    from_email: str | None = None
    from_name: str | None = None
    reply_to: str | None = None
    html_content: str | None = None
    text_content: str = ""
    link: str | None = None
    hashtags: list[str] = Field(default_factory=list[str])
    attachments: list[str] = Field(default_factory=list[str])
    media: list[PostMedia] = Field(default_factory=list[PostMedia])


class EmailSchedule(Part):
    """When it is to go out."""

    scheduled: bool = False
    send_at: UtcTime | None = None


class EmailAnalytics(Part):
    """Figures as the email service last told them; rates are shares of 1, None without a denominator. ``conversions``
    are those reported of it here."""

    sent: int = 0
    delivered: int = 0
    opened: int = 0
    clicked: int = 0
    bounced: int = 0
    unsubscribed: int = 0
    open_rate: float | None = None
    click_rate: float | None = None
    conversions: int | None = None
    last_synced: UtcTime | None = None


class EmailCampaign(OwnedDocument):
    """An email campaign; ``marketing_campaign_id`` is the campaign it belongs to,
    ``account_id`` the mail account it is sent from.

    In a sequence ``sequence_position`` counts from 1, and ``delay_days`` are those after the email before it.
    ``delivery`` is ``wanted`` until there is one for it; ``error`` is why it did not go out, or not for certain.
    """

    campaign_id: str
    marketing_campaign_id: str | None = None
    conversation_id: str | None = None
    content_id: str | None = None
    request_id: str | None = None
    account_id: str | None = None
    name: str
    type: Literal["one_time", "drip", "automated"] = "one_time"
    status: Literal["draft", "scheduled", "sent", "failed", "unknown", "cancelled"] = "draft"
    recipients: Recipients = Field(default_factory=Recipients)
    content: EmailContent = Field(default_factory=EmailContent)
    schedule: EmailSchedule = Field(default_factory=EmailSchedule)
    sequence_position: int | None = Field(default=None, ge=1)
    delay_days: int | None = Field(default=None, ge=0)
    ab_test: AbTest | None = None
    zoho_campaign_key: str | None = None
    analytics: EmailAnalytics = Field(default_factory=EmailAnalytics)
    sent_at: UtcTime | None = None
    error: str | None = None
    delivery: Literal["wanted", "made"] = "wanted"


EMAIL_CAMPAIGNS = Collection(
    name="email_campaigns",
    model=EmailCampaign,
    id_field="campaign_id",
    id_prefix="eml",
    indexes=(
        Index(("user_id",)),
        Index(("status",)),
        Index(("schedule.send_at",)),
        Index(("user_id", "schedule.send_at")),
        Index(("delivery",)),
        Index(("user_id", "-created_at", "-campaign_id")),
    ),
)
