"""What content, posts and emails have in common: their place in a reader's journey, and in a comparison of variants."""

from pydantic import Field

from core.content_journey import ContentKind, ConversionGoal
from db.collection import Part


class Journey(Part):
    """Where readers are led next and came from, what the piece is there for, and where its call to action leads.

    Kinds and goals follow the table of ``core/content_journey.py``.
    """

    next_action_type: ContentKind | None = None
    next_action_id: str | None = None
    previous_action_type: ContentKind | None = None
    previous_action_id: str | None = None
    conversion_goal: ConversionGoal | None = None
    cta_url: str | None = None


class AbTest(Part):
    """One of several variants that are compared. ``variant_group_id`` is the same for all of them.

    ``winning_threshold`` is by how much engagement one has to be ahead, in per cent, to be the winner; ``is_winner`` is
    None until that is known.
    """

    is_variant: bool = False
    variant_group_id: str | None = None
    is_winner: bool | None = None
    winning_threshold: int | None = Field(default=None, ge=0)
