"""Connected accounts on other platforms, with their credentials."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OptionalSecret, OwnedDocument, Part, UtcTime


class Credentials(Part):
    """What opens the account; every text here is encrypted at rest."""

    access_token: OptionalSecret = None
    refresh_token: OptionalSecret = None
    api_key: OptionalSecret = None
    api_secret: OptionalSecret = None
    username: OptionalSecret = None
    password: OptionalSecret = None


class AccountInfo(Part):
    """What the platform says about the account."""

    followers: int = 0
    following: int = 0
    posts_count: int = 0
    verified: bool = False
    business_account: bool = False


class SocialAccount(OwnedDocument):
    """A connected account. ``account_id`` is the platform's own id of it; ``social_account_id`` is ours.

    ``permissions`` are what it was granted, ``ad_account_ids`` the platform's ids of what pays for its adverts.

    ``refresh_owner`` and ``refresh_until`` are the lease of whoever refreshes its token, ``sync_owner`` and
    ``sync_until`` of whoever reads the figures of its posts, last at ``last_synced``; without an owner, until when
    the platform wants to be left alone.
    ``chosen_at``: when a person said that posts go out here, among several accounts of one platform.
    """

    social_account_id: str
    platform: str
    account_id: str
    account_name: str = ""
    account_username: str | None = None
    profile_picture: str | None = None
    auth_type: Literal["oauth", "api_token", "api_key", "credentials"] = "oauth"
    credentials: Credentials = Field(default_factory=Credentials)
    token_expires_at: UtcTime | None = None
    page_id: str | None = None
    instagram_business_id: str | None = None
    config: dict[str, Any] = Field(default_factory=dict[str, Any])
    domains: list[str] = Field(default_factory=list[str])
    permissions: list[str] = Field(default_factory=list[str])
    ad_account_ids: list[str] = Field(default_factory=list[str])
    account_info: AccountInfo = Field(default_factory=AccountInfo)
    status: Literal["active", "expired", "disconnected"] = "active"
    error_message: str | None = None
    refresh_owner: str | None = None
    refresh_until: UtcTime | None = None
    sync_owner: str | None = None
    sync_until: UtcTime | None = None
    last_synced: UtcTime | None = None
    connected_at: UtcTime | None = None
    chosen_at: UtcTime | None = None
    last_used: UtcTime | None = None
    deleted_at: UtcTime | None = None


# Sorted so, the last one is what posts go out on: the one chosen last, else the one connected last.
TAKEN_LAST = (("chosen_at", 1), ("created_at", 1))

SOCIAL_ACCOUNTS = Collection(
    name="social_accounts",
    model=SocialAccount,
    id_field="social_account_id",
    id_prefix="acc",
    indexes=(
        Index(("user_id",)),
        Index(("platform",)),
        Index(("account_id",)),
        Index(("user_id", "platform")),
    ),
    secrets=("credentials",),
    soft_delete=True,
)
