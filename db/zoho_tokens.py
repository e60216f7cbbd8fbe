"""The OAuth tokens of an account's Zoho connection: one per account."""

from typing import Literal

from db.collection import Collection, Index, OwnedDocument, SecretText, UtcTime


class ZohoToken(OwnedDocument):
    """Zoho's tokens; ``expires_in`` is seconds from when they were given."""

    zoho_token_id: str
    access_token: SecretText = ""
    refresh_token: SecretText = ""
    token_type: str = "Bearer"  # noqa: S105 - the kind of token, not a token
    expires_in: int
    expires_at: UtcTime
    scope: str = ""
    data_center: Literal["com", "in", "eu", "com.au"] = "com"


ZOHO_TOKENS = Collection(
    name="zoho_tokens",
    model=ZohoToken,
    id_field="zoho_token_id",
    id_prefix="zot",
    indexes=(Index(("user_id",), unique=True), Index(("expires_at",))),
    secrets=("access_token", "refresh_token"),
)
