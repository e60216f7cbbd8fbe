"""What the widget's edges work with, put together once."""

from dataclasses import dataclass

from server.widget.allowance import Allowance
from server.widget.guests import Guests
from server.widget.sites import SiteDesk


@dataclass(frozen=True, slots=True)
class WidgetParts:
    """Sites in their owner's hands, who talks through them, and how much."""

    sites: SiteDesk
    guests: Guests
    allowance: Allowance
