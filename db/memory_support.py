"""How many accounts have shown the same: keyed hashes of candidates and accounts that tell nobody who or what."""

from db.collection import Collection, Index, SharedDocument


class MemorySupport(SharedDocument):
    """One account's support for one candidate, both as keyed hashes; ``rate`` is how well it worked there.

    ``industry`` is a keyed hash too; empty where the account's is not known.
    """

    support_id: str
    candidate: str
    account: str
    rate: float = 0.5
    industry: str = ""


MEMORY_SUPPORT = Collection(
    name="memory_support",
    model=MemorySupport,
    id_field="support_id",
    id_prefix="sup",
    tenant=None,
    indexes=(Index(("candidate",)), Index(("account",))),
)
