"""Campaigns: the brief, the plan with its tasks, the budget and what came of it."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime

CampaignStatus = Literal[
    "draft",
    "planning",
    "review",
    "executing",
    "generating",
    "publishing",
    "active",
    "paused",
    "completed",
    "failed",
    "cancelled",
]
TaskStatus = Literal["pending", "in_progress", "completed", "failed"]


class CampaignBrief(Part):
    """What the person asked for, in their words."""

    product: str = ""
    target_audience: str = ""
    objective: str = ""
    budget: str = ""
    timeline: str = ""
    channels: list[str] = Field(default_factory=list[str])
    additional_context: str = ""


class PlanTask(Part):
    """One piece of work; ``dependencies`` are the ``task_id``s that have to be done first."""

    task_id: str
    agent_assigned: str
    description: str
    requirements: list[str] = Field(default_factory=list[str])
    dependencies: list[str] = Field(default_factory=list[str])
    status: TaskStatus = "pending"
    estimated_duration: str = ""


class Phase(Part):
    """A stretch of the campaign; ISO dates, both included."""

    name: str
    start: str
    end: str


class Timeline(Part):
    """From when to when, and in which phases; ISO dates, both included."""

    start: str
    end: str
    phases: list[Phase] = Field(default_factory=list[Phase])


class Kpi(Part):
    """A figure to reach, and why it follows from the goal."""

    name: str
    target: float
    unit: str = ""
    why: str = ""


class Plan(Part):
    """How the campaign is to reach its goal."""

    strategy: str = ""
    tasks: list[PlanTask] = Field(default_factory=list[PlanTask])
    timeline: Timeline | None = None
    kpis: list[Kpi] = Field(default_factory=list[Kpi])


class Budget(Part):
    """Money in minor units of one currency."""

    allocated_minor: int = 0
    used_minor: int = 0
    remaining_minor: int = 0
    currency: str = "GBP"


class Results(Part):
    """What came of it."""

    task_results: dict[str, Any] = Field(default_factory=dict[str, Any])
    analytics: dict[str, Any] = Field(default_factory=dict[str, Any])
    roi: float | None = None
    performance_summary: str = ""


class Campaign(OwnedDocument):
    """A campaign. ``start_date`` and ``end_date`` are ISO calendar dates."""

    campaign_id: str
    conversation_id: str | None = None
    name: str
    brief: CampaignBrief = Field(default_factory=CampaignBrief)
    status: CampaignStatus = "draft"
    mode: Literal["full_auto", "semi_auto", "hybrid"] = "semi_auto"
    plan: Plan = Field(default_factory=Plan)
    platforms: list[str] = Field(default_factory=list[str])
    budget: Budget = Field(default_factory=Budget)
    start_date: str | None = None
    end_date: str | None = None
    results: Results = Field(default_factory=Results)
    completed_at: UtcTime | None = None
    deleted_at: UtcTime | None = None


CAMPAIGNS = Collection(
    name="campaigns",
    model=Campaign,
    id_field="campaign_id",
    id_prefix="cmp",
    indexes=(
        Index(("user_id",)),
        Index(("status",)),
        Index(("-created_at",)),
        Index(("user_id", "deleted_at", "-created_at", "-campaign_id")),
    ),
    soft_delete=True,
)
