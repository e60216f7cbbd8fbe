"""Links the house has sent out: where they lead, with which UTM parameters, and who followed them how often."""

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime


class UtmParams(Part):
    """What tells the target's own statistics where a visitor came from."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    content: str = ""


class ManagedUrl(OwnedDocument):
    """One link of one thing that went out. ``url`` is where it leads, UTM parameters included.

    A click counts once per visitor and day; ``clicks_by_day`` are days in ``timezone``, the account's. ``is_valid`` is
    what the last check found, ``problem`` what was wrong then.
    """

    url_id: str
    code: str
    source_type: str
    source_id: str
    platform: str = ""
    campaign_id: str | None = None
    original_url: str
    url: str
    utm_params: UtmParams = Field(default_factory=UtmParams)
    timezone: str = "UTC"
    click_count: int = 0
    clicks_by_day: dict[str, int] = Field(default_factory=dict[str, int])
    last_clicked_at: UtcTime | None = None
    last_checked_at: UtcTime | None = None
    is_valid: bool = True
    problem: str | None = None


MANAGED_URLS = Collection(
    name="managed_urls",
    model=ManagedUrl,
    id_field="url_id",
    id_prefix="url",
    indexes=(
        Index(("user_id",)),
        Index(("code",), unique=True),
        Index(("source_id",)),
        Index(("campaign_id",)),
        Index(("user_id", "-created_at", "-url_id")),
    ),
)
