"""The ledger: every amount that was charged to a campaign's budget, for what, and on whose permission."""

from typing import Literal

from db.collection import Collection, Index, OwnedDocument


class SpendEntry(OwnedDocument):
    """One charge. Those of a campaign add up to what its budget says is used."""

    entry_id: str
    campaign_id: str
    amount_minor: int
    currency: str
    item: str
    quantity: int = 1
    subject_id: str | None = None
    request_id: str | None = None
    allowed_by: Literal["approval", "policy"]
    why: str = ""


SPEND_ENTRIES = Collection(
    name="spend_entries",
    model=SpendEntry,
    id_field="entry_id",
    id_prefix="spe",
    indexes=(Index(("campaign_id",)), Index(("user_id", "-created_at", "-entry_id"))),
)
