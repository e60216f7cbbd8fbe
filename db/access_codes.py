"""One-time codes, stored only as their hash: an invitation to register or to join, or a link that logs someone in."""

from datetime import timedelta
from typing import Literal

from core.scope import Role
from db.collection import Collection, Index, OwnedDocument, Retention, UtcTime


class AccessCode(OwnedDocument):
    """A code that works once, until ``expires_at``. ``user_id`` is the account it logs in, or that invites.

    ``name`` is what the inviting person calls whom they invite.
    """

    code_id: str
    code_hash: str
    purpose: Literal["invite", "login", "join"]
    role: Role = "user"
    name: str = ""
    expires_at: UtcTime
    used_at: UtcTime | None = None
    used_by: str | None = None


ACCESS_CODES = Collection(
    name="access_codes",
    model=AccessCode,
    id_field="code_id",
    id_prefix="cod",
    indexes=(Index(("code_hash",), unique=True), Index(("user_id",))),
    retention=Retention("expires_at", timedelta(days=30)),
)
