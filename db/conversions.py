"""Conversions, as programs of the account report them: who bought or signed up, what it brought and what it cost."""

from db.collection import Collection, Index, OwnedDocument, UtcTime


class Conversion(OwnedDocument):
    """One report under the id of whoever reports. Money is in minor units of ``currency``.

    ``day`` is the day of ``at`` in the account's timezone. ``post_id``, ``url_id`` or ``campaign_id`` is what it came
    from, as it was told; ``platform``, ``email_id`` (an email campaign) and the other ids follow from that.
    """

    conversion_id: str
    external_id: str
    at: UtcTime
    day: str
    timezone: str
    post_id: str | None = None
    url_id: str | None = None
    email_id: str | None = None
    campaign_id: str | None = None
    platform: str
    conversions: int = 0
    clicks: int = 0
    revenue_minor: int = 0
    spend_minor: int = 0
    currency: str | None = None


CONVERSIONS = Collection(
    name="conversions",
    model=Conversion,
    id_field="conversion_id",
    id_prefix="cvs",
    indexes=(
        Index(("user_id", "-created_at", "-conversion_id")),
        Index(("user_id", "day", "platform", "campaign_id", "post_id")),
        Index(("user_id", "post_id")),
        Index(("user_id", "email_id")),
    ),
)
