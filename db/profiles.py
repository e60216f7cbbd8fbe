"""Profiles: the business that is marketed, how it speaks and looks, and what all its posts have come to."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime


class ProfileAudience(Part):
    """Who is to be reached."""

    summary: str = ""
    demographics: str = ""
    psychographics: str = ""
    pains: list[str] = Field(default_factory=list[str])
    outcomes: list[str] = Field(default_factory=list[str])


class Look(Part):
    """How it looks: colours as hex values, fonts by their names."""

    palette: list[str] = Field(default_factory=list[str])
    typography: list[str] = Field(default_factory=list[str])
    logo_url: str | None = None


class ProfileTotals(Part):
    """What all published posts have come to; ``figures`` are those of ``tools/figures/rollups.py``."""

    total_published: int = 0
    avg_performance: float | None = None
    figures: dict[str, Any] = Field(default_factory=dict[str, Any])
    as_of: UtcTime | None = None


class Profile(OwnedDocument):
    """A business. The budget is in minor units a month; ``publishing_frequency`` is posts a week by channel.

    ``landscape_analysis``, ``strategy_plan`` and ``repurposing_rules`` are generated.
    """

    profile_id: str
    name: str = ""
    status: Literal["draft", "active", "paused", "archived"] = "draft"
    industry: str = ""
    description: str = ""
    value_proposition: str = ""
    website_url: str | None = None
    geographic_focus: str = ""
    audience: ProfileAudience = Field(default_factory=ProfileAudience)
    goals: list[str] = Field(default_factory=list[str])
    monthly_budget_minor: int | None = None
    currency: str | None = None
    voice: str = ""
    guidelines: str = ""
    look: Look = Field(default_factory=Look)
    competitors: list[str] = Field(default_factory=list[str])
    compliance: list[str] = Field(default_factory=list[str])
    publishing_frequency: dict[str, int] = Field(default_factory=dict[str, int])
    landscape_analysis: dict[str, Any] | None = None
    strategy_plan: dict[str, Any] | None = None
    repurposing_rules: dict[str, Any] | None = None
    totals: ProfileTotals = Field(default_factory=ProfileTotals)
    deleted_at: UtcTime | None = None


PROFILES = Collection(
    name="profiles",
    model=Profile,
    id_field="profile_id",
    id_prefix="prf",
    indexes=(Index(("user_id",)), Index(("user_id", "deleted_at", "-created_at", "-profile_id"))),
    soft_delete=True,
)
