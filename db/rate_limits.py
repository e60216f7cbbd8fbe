"""How often each outside account may be called, and whose turn it is there: shared by all workers and processes."""

from datetime import timedelta

from db.collection import Collection, Index, Retention, SharedDocument, UtcTime


class AccountLimit(SharedDocument):
    """One account at one platform, by a hash of its name. ``holder`` is the delivery whose turn it is.

    ``not_before`` is when the platform takes calls again; ``remaining`` and ``resets_at`` are what it last told.
    """

    limit_id: str
    platform: str
    holder: str | None = None
    held_until: UtcTime | None = None
    not_before: UtcTime | None = None
    remaining: int | None = None
    resets_at: UtcTime | None = None
    used_at: UtcTime


RATE_LIMITS = Collection(
    name="rate_limits",
    model=AccountLimit,
    id_field="limit_id",
    id_prefix="lim",
    tenant=None,
    indexes=(Index(("platform",)),),
    retention=Retention("used_at", timedelta(days=30)),
)
