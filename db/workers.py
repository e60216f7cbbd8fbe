"""The processes that run campaigns: when each last gave a sign of life, and who looks after the work of a dead one."""

from datetime import timedelta

from db.collection import Collection, Index, Retention, SharedDocument, UtcTime


class Worker(SharedDocument):
    """One process. ``heir`` has taken over its work since ``alive_at``; a sign of life takes that back."""

    worker_id: str
    alive_at: UtcTime
    heir: str | None = None


WORKERS = Collection(
    name="workers",
    model=Worker,
    id_field="worker_id",
    id_prefix="ins",
    tenant=None,
    indexes=(Index(("alive_at",)),),
    retention=Retention("alive_at", timedelta(days=30)),
)
