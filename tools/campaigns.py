"""Campaigns: made from a ready brief with a plan, revised when the brief changes, listed and shown."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from core.campaign_states import CampaignStatus
from core.errors import Conflict, ToolInputError
from core.money import NO_CURRENCY, Money
from db.campaigns import CAMPAIGNS, Budget, Campaign, CampaignBrief, Kpi, Phase, Plan, PlanTask, Timeline
from db.conversations import CONVERSATIONS
from tools.amounts import spoken
from tools.arguments import Arguments, CampaignId, Channels, Day, Limit, Line, Prose, Recipients, chosen, items
from tools.brief import ORDER, UpdateBrief, merged, missing, normalised_context, store_context, today
from tools.campaign_control import CampaignControl, as_read
from tools.plan_rules import (
    Frame,
    PlannedKpi,
    PlannedPhase,
    PlannedTask,
    fitted,
    kpi_problems,
    plan_problems,
)
from tools.spending.estimates import kind_of
from tools.tool import Effect, Tool, ToolContext, tool

MORE = "More money for one that is under way: request_budget."
CHANGED = "{name} was launched, charged or changed meanwhile, so nothing was revised. Look at it, then call again."
REVISABLE: tuple[CampaignStatus, ...] = ("draft", "planning", "review")

Tasks = Annotated[list[PlannedTask], items, Field(max_length=40)]
Phases = Annotated[list[PlannedPhase], items, Field(max_length=12)]
Kpis = Annotated[list[PlannedKpi], items, Field(max_length=12)]


class CreateCampaignPlan(Arguments):
    """A whole plan for the conversation's brief."""

    name: Line = Field(description="Name of the campaign, as the person would call it.")
    strategy: Prose = Field(
        description="How the goal is to be reached, for whom and why these channels; 3 to 8 sentences."
    )
    tasks: Tasks = Field(description="The work, each with key, agent, description and the keys it depends on.")
    phases: Phases = Field(description="The timeline: phases between today and the event, in order.")
    kpis: Kpis = Field(description="What the campaign is measured by; each follows from the goal or the budget.")


class ReviseCampaign(Arguments):
    """What changes; what is not given stays."""

    campaign_id: CampaignId | None = Field(
        default=None, description="The campaign, cmp_…; the conversation's own if not given."
    )
    name: Line | None = Field(default=None, description="A new name.")
    strategy: Prose | None = Field(default=None, description="The whole new strategy text.")
    budget: Line | None = Field(default=None, description="The new budget with its currency, such as '£2,000'.")
    start_date: Day | None = Field(default=None, description="The new first day, as YYYY-MM-DD.")
    end_date: Day | None = Field(default=None, description="The new last day or event day, as YYYY-MM-DD.")
    channels: Channels | None = Field(default=None, description="ALL channels it is to use.")
    recipients: Recipients | None = Field(
        default=None, description="ALL addresses its emails go to, only ones the person has given."
    )
    tasks: Tasks | None = Field(
        default=None, description="The whole new list of tasks; use a task's id as its key to keep its id and status."
    )
    phases: Phases | None = Field(
        default=None, description="The whole new list of phases; without it they are moved to fit."
    )
    kpis: Kpis | None = Field(default=None, description="The whole new list of KPIs.")


class ListCampaigns(Arguments):
    """Which campaigns."""

    status: Annotated[CampaignStatus, chosen] | None = Field(default=None, description="Only campaigns in this state.")
    limit: Limit = Field(default=10, description="How many at most, up to 50.")


class GetCampaign(Arguments):
    """Which campaign."""

    campaign_id: CampaignId | None = Field(
        default=None, description="The campaign, cmp_…; the conversation's own if not given."
    )


@tool(Effect.WRITE)
async def create_campaign_plan(ctx: ToolContext, params: CreateCampaignPlan) -> dict[str, Any]:
    """Store a campaign with its plan, made from the brief of this conversation.

    Call it once the brief is ready (ready_to_plan) and the person wants the plan. Tasks may not wait for each other in
    a circle; phases lie between today and the event; KPIs follow from the goal and stay within the budget. If something
    does not fit, nothing is stored and the answer says what to correct.
    """
    context = normalised_context(ctx.context)
    if lacking := missing(context):
        raise ToolInputError(f"The brief is not complete: ask for {lacking[0]} first. Missing: {', '.join(lacking)}.")
    frame = _frame(context, today(ctx))
    _require_sound(plan_problems(frame, params.tasks, params.phases, params.kpis))
    start = min(phase.start for phase in params.phases)
    end = frame.last or max(phase.end for phase in params.phases)
    money = frame.budget or Money(0, NO_CURRENCY)
    campaign_id = ctx.new_id("cmp")
    campaign = await ctx.repository(CAMPAIGNS).insert_once(
        Campaign(
            campaign_id=campaign_id,
            conversation_id=ctx.conversation_id,
            name=params.name,
            brief=_brief(context),
            status="planning",
            plan=Plan(
                strategy=params.strategy,
                tasks=_tasks(ctx, params.tasks, ()),
                timeline=_timeline(start, end, params.phases),
                kpis=_kpis(params.kpis),
            ),
            platforms=context["campaign_brief"]["channels"],
            content_types=types_for(context["campaign_brief"]["channels"]),
            budget=Budget(allocated_minor=money.minor, remaining_minor=money.minor, currency=money.currency),
            start_date=start.isoformat(),
            end_date=end.isoformat(),
        )
    )
    await ctx.repository(CONVERSATIONS).change(ctx.conversation_id, {"campaign_id": campaign_id})
    ctx.campaign_id = campaign_id
    return shown(campaign)


@tool(Effect.WRITE)
async def revise_campaign(ctx: ToolContext, params: ReviseCampaign) -> dict[str, Any]:
    """Change a campaign that has not started: budget, dates, channels or parts of its plan. What is not given stays.

    The conversation's own campaign takes over budget, dates and channels from the brief, unless they are given here: so
    after update_brief has said that it no longer fits, call this, without arguments if nothing else changes. Phases are
    moved into the new dates unless new ones are given. If the plan would no longer be sound, nothing is stored and the
    answer says what to pass.
    """
    return await revised(ctx, await _campaign(ctx, params.campaign_id), params)


async def revised(ctx: ToolContext, campaign: Campaign, params: ReviseCampaign) -> dict[str, Any]:
    """Revise a campaign as it was read. ToolInputError, and nothing is stored, where it has changed since."""
    if campaign.status not in REVISABLE:
        states = ", ".join(REVISABLE)
        raise ToolInputError(f"{campaign.name!r} is {campaign.status}; only one in {states} can be revised. {MORE}")
    context = _revised_context(ctx, campaign, params)
    frame = _frame(context, today(ctx))
    changes = _changes(ctx, campaign, params, frame, context)
    if changes:
        if campaign.status == "review":
            changes |= {"status": "planning", "approval_status": None}
        try:
            campaign = await ctx.repository(CAMPAIGNS).update(campaign.campaign_id, changes, where=as_read(campaign))
        except Conflict:
            raise ToolInputError(CHANGED.format(name=repr(campaign.name))) from None
        ctx.withdrawn += await CampaignControl(ctx.database, ctx.scope).withdraw_plan(campaign.campaign_id)
    if campaign.campaign_id == ctx.campaign_id and context != ctx.context:
        await store_context(ctx, context)
    return shown(campaign) | {"changed": sorted({name.rpartition(".")[2] for name in changes})}


@tool(Effect.READ)
async def list_campaigns(ctx: ToolContext, params: ListCampaigns) -> dict[str, Any]:
    """List the campaigns of this account, newest first, with their state, dates, channels and budget."""
    where = {"status": params.status} if params.status else {}
    page = await ctx.repository(CAMPAIGNS).page(where, limit=params.limit)
    campaigns = [
        {
            "campaign_id": campaign.campaign_id,
            "name": campaign.name,
            "status": campaign.status,
            "objective": campaign.brief.objective[:200],
            "start": campaign.start_date,
            "end": campaign.end_date,
            "channels": campaign.platforms,
            "budget": _money(campaign),
        }
        for campaign in page.items
    ]
    return {"campaigns": campaigns, "more": page.next_cursor is not None}


@tool(Effect.READ)
async def get_campaign(ctx: ToolContext, params: GetCampaign) -> dict[str, Any]:
    """Show one campaign whole: brief, strategy, tasks, timeline, KPIs and budget."""
    campaign = await _campaign(ctx, params.campaign_id)
    return shown(campaign) | {
        "brief": campaign.brief.model_dump(exclude_defaults=True),
        "strategy": campaign.plan.strategy,
        "results": campaign.results.performance_summary or None,
    }


TOOLS: tuple[Tool, ...] = (create_campaign_plan, revise_campaign, list_campaigns, get_campaign)


def shown(campaign: Campaign) -> dict[str, Any]:
    """Return what a model needs of a campaign."""
    timeline = campaign.plan.timeline
    return {
        "campaign_id": campaign.campaign_id,
        "name": campaign.name,
        "status": campaign.status,
        "start": campaign.start_date,
        "end": campaign.end_date,
        "channels": campaign.platforms,
        "tasks": [
            {
                "task_id": task.task_id,
                "agent": task.agent_assigned,
                "description": task.description,
                "requirements": task.requirements,
                "depends_on": task.dependencies,
                "estimated_duration": task.estimated_duration,
                "status": task.status,
            }
            for task in campaign.plan.tasks
        ],
        "phases": [phase.model_dump() for phase in timeline.phases] if timeline else [],
        "kpis": [kpi.model_dump() for kpi in campaign.plan.kpis],
        "budget": _money(campaign),
    }


async def _campaign(ctx: ToolContext, campaign_id: str | None) -> Campaign:
    wanted = campaign_id or ctx.campaign_id
    if wanted is None:
        raise ToolInputError("This conversation has no campaign yet. Pass a campaign_id from list_campaigns.")
    return await ctx.repository(CAMPAIGNS).get(wanted)


def _money(campaign: Campaign) -> dict[str, Any]:
    budget = campaign.budget
    amounts = {"total": budget.allocated_minor, "used": budget.used_minor, "remaining": budget.remaining_minor}
    return {name: spoken(Money(minor, budget.currency)) for name, minor in amounts.items()} | {
        "total_minor": budget.allocated_minor,
        "currency": budget.currency,
    }


def _frame(context: dict[str, Any], now: date) -> Frame:
    info = context["collected_info"]
    days = [date.fromisoformat(info[name]) for name in ("event_date", "end_date") if info.get(name)]
    money = Money(info["budget_minor"], info["currency"]) if info.get("currency") else None
    return Frame(
        today=now,
        last=max(days, default=None),
        budget=money,
        goal_metric=info.get("goal_metric") or "",
        goal_value=info.get("goal_value"),
    )


def _require_sound(problems: Sequence[str]) -> None:
    if problems:
        raise ToolInputError("The plan was not stored. " + " ".join(problems[:6]) + " Correct this and call again.")


def types_for(channels: Sequence[str]) -> list[str]:
    """Return the types of content a campaign makes for its channels."""
    return list(dict.fromkeys(kind_of(channel) for channel in channels))


def _brief(context: dict[str, Any]) -> CampaignBrief:
    brief: dict[str, Any] = context["campaign_brief"]
    return CampaignBrief.model_validate({name: value for name, value in brief.items() if value})


def _tasks(ctx: ToolContext, planned: Sequence[PlannedTask], existing: Sequence[PlanTask]) -> list[PlanTask]:
    kept = {task.task_id: task for task in existing}
    ids = {task.key: task.key if task.key in kept else ctx.new_id("tsk") for task in planned}
    return [
        PlanTask(
            task_id=ids[task.key],
            agent_assigned=task.agent,
            description=task.description,
            requirements=task.requirements,
            dependencies=[ids[key] for key in dict.fromkeys(task.depends_on)],
            status=kept[task.key].status if task.key in kept else "pending",
            estimated_duration=task.estimated_duration,
        )
        for task in planned
    ]


def _timeline(start: date, end: date, phases: Sequence[PlannedPhase]) -> Timeline:
    return Timeline(
        start=start.isoformat(),
        end=end.isoformat(),
        phases=[Phase(name=p.name, start=p.start.isoformat(), end=p.end.isoformat()) for p in phases],
    )


def _kpis(planned: Sequence[PlannedKpi]) -> list[Kpi]:
    return [Kpi(name=kpi.name, target=kpi.target, unit=kpi.unit, why=kpi.why) for kpi in planned]


def _revised_context(ctx: ToolContext, campaign: Campaign, params: ReviseCampaign) -> dict[str, Any]:
    """Return the facts the campaign has to fit: the conversation's brief, or the campaign's own, with the changes."""
    before = normalised_context(ctx.context) if campaign.campaign_id == ctx.campaign_id else context_of(campaign)
    info = before["collected_info"]
    by_event = bool(info.get("event_date") and not info.get("end_date"))
    changed = UpdateBrief(
        budget=params.budget,
        start_date=params.start_date,
        event_date=params.end_date if by_event else None,
        end_date=None if by_event else params.end_date,
        channels=params.channels,
    )
    after = merged(before, changed, today(ctx))
    after["collected_info"]["asked"] = info.get("asked")
    return after


def context_of(campaign: Campaign) -> dict[str, Any]:
    """Return the facts of a campaign in the form a conversation keeps them."""
    brief = campaign.brief.model_dump(include={*ORDER, "additional_context"}) | {"channels": list(campaign.platforms)}
    info = {
        "budget_minor": campaign.budget.allocated_minor,
        "currency": campaign.budget.currency,
        "start_date": campaign.start_date,
        "end_date": campaign.end_date,
    }
    return normalised_context({"campaign_brief": brief, "collected_info": info})


def _changes(
    ctx: ToolContext, campaign: Campaign, params: ReviseCampaign, frame: Frame, context: dict[str, Any]
) -> dict[str, Any]:
    """Return the fields that differ, or say why the campaign would not be sound."""
    wanted: dict[str, Any] = {}
    _change_money(wanted, campaign, frame)
    start, end = _change_dates(wanted, campaign, params, frame, context)
    _require_sound(plan_problems(frame, params.tasks, params.phases, params.kpis))
    _require_sound([] if params.kpis is not None else kpi_problems(frame, campaign.plan.kpis))
    channels: list[str] = context["campaign_brief"].get("channels") or campaign.platforms
    wanted |= {"platforms": channels, "brief.channels": channels, "content_types": types_for(channels)}
    for field in ("budget", "timeline", "objective", "product", "target_audience"):
        wanted[f"brief.{field}"] = context["campaign_brief"].get(field) or getattr(campaign.brief, field)
    if params.name is not None:
        wanted["name"] = params.name
    if params.recipients is not None:
        wanted["recipients"] = list(dict.fromkeys(params.recipients))
    if params.strategy is not None:
        wanted["plan.strategy"] = params.strategy
    if params.tasks is not None:
        wanted["plan.tasks"] = [task.model_dump() for task in _tasks(ctx, params.tasks, campaign.plan.tasks)]
    if params.kpis is not None:
        wanted["plan.kpis"] = [kpi.model_dump() for kpi in _kpis(params.kpis)]
    if params.phases is not None:
        wanted["plan.timeline"] = _timeline(start, end, params.phases).model_dump()
    now = campaign.model_dump()
    return {name: value for name, value in wanted.items() if _at(now, name) != value}


def _change_money(wanted: dict[str, Any], campaign: Campaign, frame: Frame) -> None:
    if frame.budget is None:
        return
    used = campaign.budget.used_minor
    if frame.budget.minor < used:
        spent = Money(used, campaign.budget.currency)
        raise ToolInputError(f"{spent} is already spent; the budget can't be less than that.")
    wanted["budget"] = Budget(
        allocated_minor=frame.budget.minor,
        used_minor=used,
        remaining_minor=frame.budget.minor - used,
        currency=frame.budget.currency,
    ).model_dump()


def _change_dates(
    wanted: dict[str, Any], campaign: Campaign, params: ReviseCampaign, frame: Frame, context: dict[str, Any]
) -> tuple[date, date]:
    info = context["collected_info"]
    known_start, known_end = info.get("start_date") or campaign.start_date, campaign.end_date
    end = frame.last or (date.fromisoformat(known_end) if known_end else frame.today)
    start = min(date.fromisoformat(known_start) if known_start else frame.today, end)
    if params.phases:
        start = min(phase.start for phase in params.phases)
    wanted |= {"start_date": start.isoformat(), "end_date": end.isoformat()}
    timeline = campaign.plan.timeline
    if timeline is not None:
        days = [(date.fromisoformat(phase.start), date.fromisoformat(phase.end)) for phase in timeline.phases]
        moved = zip(timeline.phases, fitted(days, start, end), strict=True)
        phases = [Phase(name=p.name, start=a.isoformat(), end=b.isoformat()) for p, (a, b) in moved]
        wanted["plan.timeline"] = Timeline(start=start.isoformat(), end=end.isoformat(), phases=phases).model_dump()
    return start, end


def _at(document: dict[str, Any], path: str) -> Any:
    for name in path.split("."):
        document = document[name]
    return document
