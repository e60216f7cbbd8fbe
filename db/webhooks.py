"""Addresses of the customer's that are told about events."""

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, SecretText, UtcTime


class Webhook(OwnedDocument):
    """One address, the events it wants, and the secret that signs what is sent to it."""

    webhook_id: str
    name: str
    url: str
    events: list[str] = Field(default_factory=list[str])
    secret: SecretText = ""
    active: bool = True
    last_triggered: UtcTime | None = None


WEBHOOKS = Collection(
    name="webhooks",
    model=Webhook,
    id_field="webhook_id",
    id_prefix="whk",
    indexes=(Index(("user_id",)), Index(("active",))),
    secrets=("secret",),
)
