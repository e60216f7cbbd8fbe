"""Campaigns: the brief, the plan with its tasks, the budget and what came of it."""

from typing import Any, Literal

from pydantic import Field

from core.campaign_states import CampaignStatus
from db.approval_rules import ApprovalRules
from db.collection import Collection, Index, OwnedDocument, Part, UtcTime

CampaignMode = Literal["full_auto", "semi_auto", "hybrid"]
Purpose = Literal[
    "lead_generation", "sales", "brand_awareness", "app_installs", "event_promotion", "store_visits", "retargeting"
]
# As Meta's marketing API names them.
AdObjective = Literal[
    "OUTCOME_AWARENESS",
    "OUTCOME_TRAFFIC",
    "OUTCOME_ENGAGEMENT",
    "OUTCOME_LEADS",
    "OUTCOME_APP_PROMOTION",
    "OUTCOME_SALES",
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
    """Money in minor units of one currency. ``day_minor`` was charged on ``day``, where a rule limits the day."""

    allocated_minor: int = 0
    used_minor: int = 0
    remaining_minor: int = 0
    currency: str = "GBP"
    day: str | None = None
    day_minor: int = 0


class Targeting(Part):
    """Who adverts are for: ages in years, places, languages and interests by their names. Empty: everybody."""

    age_min: int | None = Field(default=None, ge=0)
    age_max: int | None = Field(default=None, ge=0)
    genders: list[str] = Field(default_factory=list[str])
    locations: list[str] = Field(default_factory=list[str])
    languages: list[str] = Field(default_factory=list[str])
    interests: list[str] = Field(default_factory=list[str])


class AudienceEstimate(Part):
    """How many people an advertising platform says it can reach, between which bounds, and when it said so."""

    lower: int = Field(ge=0)
    upper: int = Field(ge=0)
    estimated_at: UtcTime | None = None


class OptimizationGoals(Part):
    """What advertising is steered towards: the cost of one conversion in minor units, and revenue by spend."""

    target_cpa_minor: int | None = Field(default=None, ge=0)
    target_roas: float | None = Field(default=None, ge=0)


class CostPart(Part):
    """One line of an estimate or a bill: how many of what, at which price each, in minor units."""

    item: str
    quantity: int
    unit_minor: int
    amount_minor: int


class PostingSlot(Part):
    """A time at which a channel gets a post, and the phase it falls into."""

    platform: str
    publish_at: UtcTime
    phase: str = ""


class PublishingSchedule(Part):
    """When what goes out; the times were chosen on the clocks of ``timezone``."""

    timezone: str = "UTC"
    slots: list[PostingSlot] = Field(default_factory=list[PostingSlot])


class Made(Part):
    """What the campaign has brought forth so far."""

    generated_blogs: int = 0
    generated_videos: int = 0
    generated_social: int = 0
    generated_emails: int = 0
    published_posts: int = 0


class Execution(Part):
    """How a launched campaign is run. ``launch`` counts the launches; ``attention_at`` is when a person last changed
    something its workflow has to see; ``request_id`` is the approval of plan and budget; ``reason`` says why it stands
    where it stands."""

    launch: int = 0
    workflow_id: str | None = None
    timezone: str = "UTC"
    request_id: str | None = None
    launched_by: str | None = None
    launched_at: UtcTime | None = None
    attention_at: UtcTime | None = None
    paused_from: CampaignStatus | None = None
    reason: str | None = None


class Results(Part):
    """What came of it."""

    task_results: dict[str, Any] = Field(default_factory=dict[str, Any])
    analytics: dict[str, Any] = Field(default_factory=dict[str, Any])
    roi: float | None = None
    performance_summary: str = ""


class Campaign(OwnedDocument):
    """A campaign. ``start_date`` and ``end_date`` are ISO calendar dates.

    The total budget is ``budget.allocated_minor``; ``daily_budget_minor`` is what adverts may cost a day. ``objective``
    is what an advertising platform is told, ``brief.objective`` what the person has said. ``approval_status`` is that
    of plan and budget, None while nobody was asked. ``repurposing_rules`` say how many pieces for a channel one piece
    of a type becomes, as in ``{"blog": {"twitter": 10}}``; ``content_ids`` are of pieces assigned to it that were made
    elsewhere. ``actual_cost_minor`` is what it had cost when it was over.

    ``recipients`` are the addresses its emails go to. ``charges`` are the keys of what was charged to the budget
    and of what it was raised by, so that nothing counts twice.
    """

    campaign_id: str
    conversation_id: str | None = None
    name: str
    brief: CampaignBrief = Field(default_factory=CampaignBrief)
    status: CampaignStatus = "draft"
    mode: CampaignMode = "semi_auto"
    strategy: Literal["viral-first", "evergreen-first", "conversion-first"] | None = None
    purpose: Purpose | None = None
    objective: AdObjective | None = None
    plan: Plan = Field(default_factory=Plan)
    platforms: list[str] = Field(default_factory=list[str])
    content_types: list[str] = Field(default_factory=list[str])
    repurposing_rules: dict[str, dict[str, int]] = Field(default_factory=dict[str, dict[str, int]])
    segment_ids: list[str] = Field(default_factory=list[str])
    ndp_topic_ids: list[str] = Field(default_factory=list[str])
    pillar_ids: list[str] = Field(default_factory=list[str])
    content_ids: list[str] = Field(default_factory=list[str])
    recipients: list[str] = Field(default_factory=list[str], repr=False)
    budget: Budget = Field(default_factory=Budget)
    daily_budget_minor: int | None = Field(default=None, ge=0)
    targeting: Targeting | None = None
    audience_estimate: AudienceEstimate | None = None
    optimization_goals: OptimizationGoals | None = None
    meta_campaign_id: str | None = None
    approval_status: Literal["pending", "approved", "rejected"] | None = None
    start_date: str | None = None
    end_date: str | None = None
    estimated_cost_minor: int | None = None
    actual_cost_minor: int | None = None
    cost_breakdown: list[CostPart] = Field(default_factory=list[CostPart])
    publishing_schedule: PublishingSchedule | None = None
    made: Made = Field(default_factory=Made)
    execution: Execution = Field(default_factory=Execution)
    charges: list[str] = Field(default_factory=list[str], repr=False)
    results: Results = Field(default_factory=Results)
    approval: ApprovalRules = Field(default_factory=ApprovalRules)
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
        Index(("execution.attention_at",)),
        Index(("user_id", "deleted_at", "-created_at", "-campaign_id")),
    ),
    soft_delete=True,
)
