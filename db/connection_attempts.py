"""Connections somebody has begun: the person was sent to a platform and has not come back yet."""

from datetime import timedelta

from db.collection import Collection, Index, OwnedDocument, Retention, SecretText, UtcTime


class ConnectionAttempt(OwnedDocument):
    """One way to a platform and back. Its id is derived from the state the platform hands back; it works once."""

    attempt_id: str
    actor_id: str
    platform: str
    verifier: SecretText = ""
    redirect_uri: str
    return_to: str = ""
    expires_at: UtcTime
    used_at: UtcTime | None = None


CONNECTION_ATTEMPTS = Collection(
    name="connection_attempts",
    model=ConnectionAttempt,
    id_field="attempt_id",
    id_prefix="cna",
    indexes=(Index(("user_id",)),),
    retention=Retention("expires_at", timedelta(days=1)),
    secrets=("verifier",),
)
