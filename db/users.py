"""Accounts: who may log in, as what, and how they like things."""

from typing import Literal

from pydantic import Field

from core.scope import Role
from core.timezones import UNKNOWN, is_zone
from db.collection import Collection, Index, OwnedDocument, Part, SecretText, UtcTime


class Preferences(Part):
    """How a person likes things. ``timezone_known`` once somebody, or the machine they sit at, has said which it is."""

    language: str = "en"
    timezone: str = "UTC"
    timezone_known: bool = False
    notifications: bool = True

    @property
    def known_timezone(self) -> str | None:
        """The person's timezone; None where nobody has said which it is."""
        named = is_zone(self.timezone) and (self.timezone_known or self.timezone != UNKNOWN)
        return self.timezone if named else None


class Subscription(Part):
    """What the account pays for."""

    plan: Literal["free", "basic", "pro", "enterprise"] = "free"
    status: Literal["active", "trial", "suspended", "cancelled", "expired"] = "active"
    expires_at: UtcTime | None = None


class User(OwnedDocument):
    """An account. ``tenant_id`` is the owner's ``user_id`` for a member who works in someone else's account."""

    email: str
    name: str = ""
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    company: str | None = None
    role: Role = "user"
    status: Literal["active", "disabled"] = "active"
    tenant_id: str | None = None
    password_hash: SecretText = ""
    last_login: UtcTime | None = None
    trial_ends_at: UtcTime | None = None
    preferences: Preferences = Field(default_factory=Preferences)
    subscription: Subscription = Field(default_factory=Subscription)


USERS = Collection(
    name="users",
    model=User,
    id_field="user_id",
    id_prefix="usr",
    indexes=(
        Index(("user_id",), unique=True),
        Index(("email",), unique=True, case_insensitive=True),
        Index(("tenant_id",), sparse=True),
    ),
    secrets=("password_hash",),
)
