"""Records of the customer's Zoho CRM, as last fetched."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, UtcTime

Module = Literal["Contacts", "Leads", "Deals", "Accounts", "Campaigns"]


class ZohoCrmRecord(OwnedDocument):
    """A record; ``record_id`` is Zoho's id of it, ``data`` what Zoho sent.

    ``name`` is what people call it; ``added_at`` and ``changed_at`` are when it was made and last changed at Zoho.
    """

    crm_record_id: str
    module: Module
    record_id: str
    name: str = ""
    data: dict[str, Any] = Field(default_factory=dict[str, Any])
    added_at: UtcTime | None = None
    changed_at: UtcTime | None = None
    synced_at: UtcTime


ZOHO_CRM_RECORDS = Collection(
    name="zoho_crm_records",
    model=ZohoCrmRecord,
    id_field="crm_record_id",
    id_prefix="crm",
    indexes=(
        Index(("user_id", "module")),
        Index(("record_id",)),
        Index(("-synced_at",)),
        Index(("user_id", "module", "-added_at")),
    ),
)
