"""The customer's CRM as the edges use it."""

from dataclasses import dataclass

from tools.zoho.connection import ZohoConnection
from workflows.crm.order import CrmOrder


@dataclass(frozen=True, slots=True)
class CrmParts:
    """How a CRM is connected, and how its reading is ordered."""

    connection: ZohoConnection
    order: CrmOrder
