"""Records of the customer's Zoho CRM, as last fetched."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, UtcTime


class ZohoCrmRecord(OwnedDocument):
    """A record; ``record_id`` is Zoho's id of it, ``data`` the whole of what Zoho sent."""

    crm_record_id: str
    module: Literal["Contacts", "Leads", "Deals", "Accounts", "Campaigns"]
    record_id: str
    data: dict[str, Any] = Field(default_factory=dict[str, Any])
    synced_at: UtcTime


ZOHO_CRM_RECORDS = Collection(
    name="zoho_crm_records",
    model=ZohoCrmRecord,
    id_field="crm_record_id",
    id_prefix="crm",
    indexes=(Index(("user_id", "module")), Index(("record_id",)), Index(("-synced_at",))),
)
