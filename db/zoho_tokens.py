"""The OAuth tokens of an account's Zoho connection: one per account."""

from typing import Literal

from db.collection import Collection, Index, OwnedDocument, SecretText, UtcTime

DataCenter = Literal["com", "in", "eu", "com.au"]


class ZohoToken(OwnedDocument):
    """Zoho's tokens; ``expires_in`` is seconds from when they were given.

    ``account_id`` and ``account_name`` are the organisation's at Zoho. ``refresh_owner`` and ``refresh_until`` are the
    lease of whoever refreshes. ``last_synced``: when all records were last in step; ``sync_error``: what hindered that
    since.
    """

    zoho_token_id: str
    access_token: SecretText = ""
    refresh_token: SecretText = ""
    token_type: str = "Bearer"  # noqa: S105 - the kind of token, not a token
    expires_in: int
    expires_at: UtcTime
    scope: str = ""
    data_center: DataCenter = "com"
    account_id: str = ""
    account_name: str = ""
    status: Literal["active", "expired"] = "active"
    error_message: str | None = None
    connected_at: UtcTime | None = None
    refresh_owner: str | None = None
    refresh_until: UtcTime | None = None
    last_synced: UtcTime | None = None
    sync_error: str | None = None


ZOHO_TOKENS = Collection(
    name="zoho_tokens",
    model=ZohoToken,
    id_field="zoho_token_id",
    id_prefix="zot",
    indexes=(Index(("user_id",), unique=True), Index(("expires_at",))),
    secrets=("access_token", "refresh_token"),
)
