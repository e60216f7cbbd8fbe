"""Keys with which programs call in a person's name. A key is shown once when it is made and stored as its hash."""

from datetime import datetime
from typing import Literal, TypeAlias

from core.scope import Role
from db.collection import Collection, Index, OwnedDocument, Part, UtcTime

KeyScope: TypeAlias = Literal["api", "chat", "mcp", "approve"]


class PendingGrant(Part):
    """What was agreed for a program that has not fetched its key yet."""

    client_hash: str
    redirect_uri: str
    challenge: str


class Renewal(Part):
    """How a program renews its key. ``access_until``: when the key's text of now ends, which a renewal replaces.

    ``family_hash`` is of what all its refresh tokens have in common, ``refresh_hash`` of the newest one, whole: one
    that has the first and not the second was used already.
    """

    family_hash: str
    refresh_hash: str
    access_until: UtcTime


class ApiKey(OwnedDocument):
    """One key. ``actor_id`` is the person it acts for; ``prefix`` is what people recognise it by.

    After a rotation the old text, by ``previous_hash``, goes on working until ``previous_until``. ``use_count`` and
    ``last_used_at`` are written now and then, not at each call. ``grant`` is there while a program may still fetch the
    key with the code whose hash is ``grant_hash``, which stays so that a second use is noticed; ``client_hash`` is of
    the program that has fetched it, ``renewal`` how it gets a new text, where it does, until ``expires_at``.
    """

    key_id: str
    actor_id: str
    name: str
    prefix: str
    key_hash: str
    previous_hash: str | None = None
    previous_until: UtcTime | None = None
    role: Role = "user"
    scopes: list[KeyScope]
    rate_limit: int
    expires_at: UtcTime | None = None
    revoked_at: UtcTime | None = None
    last_used_at: UtcTime | None = None
    use_count: int = 0
    grant_hash: str | None = None
    grant: PendingGrant | None = None
    client_hash: str | None = None
    renewal: Renewal | None = None

    @property
    def text_ends(self) -> datetime | None:
        """When the key's text of now stops working by itself; None for never."""
        return self.renewal.access_until if self.renewal else self.expires_at


API_KEYS = Collection(
    name="api_keys",
    model=ApiKey,
    id_field="key_id",
    id_prefix="key",
    indexes=(
        Index(("key_hash",), unique=True),
        Index(("previous_hash",), sparse=True),
        Index(("grant_hash",), sparse=True),
        Index(("renewal.family_hash",), sparse=True),
        Index(("actor_id",)),
        Index(("user_id", "-created_at", "-key_id")),
    ),
)
