"""The event of a campaign that runs by itself; part of the union in ``core.events``."""

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class CampaignProgress:
    """Something has happened in a campaign. ``kind`` is for programs, ``message`` for people."""

    durable: ClassVar[bool] = True
    campaign_id: str
    kind: str
    message: str
    details: dict[str, Any] = field(default_factory=dict[str, Any])

    def wire(self) -> dict[str, Any]:
        """Return it as a custom event of AG-UI."""
        told = {
            "campaign_id": self.campaign_id,
            "kind": self.kind,
            "message": self.message,
            "details": self.details,
        }
        return {"type": "CUSTOM", "name": "campaign_progress", "value": told}
