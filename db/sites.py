"""Sites that carry the widget: their public key, the origins it works from, and what visitors may do there."""

from pydantic import Field

from db.collection import Collection, Index, OptionalSecret, OwnedDocument, Part, UtcTime


class DailyUse(Part):
    """What visitors have used on one day, an ISO calendar date in UTC."""

    day: str = ""
    conversations: int = 0
    messages: int = 0


class Site(OwnedDocument):
    """One site. ``previous_secret`` still vouches for people until ``previous_until``, after a rotation.

    ``team`` lets the site's server name a person of the account, who then acts with their own rights.
    """

    site_id: str
    site_key: str
    name: str
    origins: list[str]
    anonymous: bool = True
    team: bool = False
    greeting: str = ""
    daily_conversations: int
    daily_messages: int
    identity_secret: OptionalSecret = None
    previous_secret: OptionalSecret = None
    previous_until: UtcTime | None = None
    last_used_at: UtcTime | None = None
    use: DailyUse = Field(default_factory=DailyUse)


SITES = Collection(
    name="sites",
    model=Site,
    id_field="site_id",
    id_prefix="ste",
    indexes=(Index(("site_key",), unique=True), Index(("user_id", "-created_at", "-site_id"))),
    secrets=("identity_secret", "previous_secret"),
)
