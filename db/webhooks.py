"""Addresses of the customer's that are told about events."""

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, SecretText, UtcTime


class Webhook(OwnedDocument):
    """One address, the events it wants, and the secret that signs what is sent to it.

    ``previous_secret`` signs as well until ``previous_until``. ``failing_since`` is the first failure since the last
    success; ``paused_because`` says why the house has switched it off.
    """

    webhook_id: str
    name: str
    url: str
    events: list[str] = Field(default_factory=list[str])
    secret: SecretText = ""
    previous_secret: SecretText = ""
    previous_until: UtcTime | None = None
    active: bool = True
    last_triggered: UtcTime | None = None
    failing_since: UtcTime | None = None
    paused_because: str | None = None


WEBHOOKS = Collection(
    name="webhooks",
    model=Webhook,
    id_field="webhook_id",
    id_prefix="whk",
    indexes=(Index(("user_id",)), Index(("active",)), Index(("user_id", "-created_at", "-webhook_id"))),
    secrets=("secret", "previous_secret"),
)
