"""The brief: what the person wants, as they said it and normalised, kept with the conversation."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import Field

from core.errors import ToolInputError
from core.events import ContextChanged
from core.money import NO_CURRENCY
from core.timezones import first_zone
from db.campaigns import CAMPAIGNS
from db.conversations import CONVERSATIONS
from tools.amounts import read_amount
from tools.approval.spoken_rules import SpokenRules, in_words, read_rules, rules_apart
from tools.arguments import Arguments, Channels, Count, Day, Line, Paragraph, ShortLine, Words, chosen
from tools.platforms.catalogue import BY_NAME, find_platform
from tools.tool import Effect, Tool, ToolContext, tool

ORDER = ("product", "objective", "target_audience", "budget", "timeline", "channels")
BRIEF_FIELDS = ("product", "target_audience", "objective", "budget", "timeline", "channels", "additional_context")
DATES = ("start_date", "event_date", "end_date")
PLAIN_INFO = ("goal_metric", "goal_value", "location", "business", "voice")
PLANNED = {
    "budget": "budget",
    "channels": "channels",
    "event_date": "dates",
    "start_date": "dates",
    "end_date": "dates",
}

BriefField: TypeAlias = Literal[
    "product",
    "objective",
    "target_audience",
    "budget",
    "timeline",
    "channels",
    "additional_context",
    "event_date",
    "start_date",
    "end_date",
    "goal_metric",
    "goal_value",
    "location",
    "business",
    "voice",
    "none",
]
LONGEST_NOTE = 2_000
AskNext: TypeAlias = Annotated[BriefField, chosen]


class UpdateBrief(Arguments):
    """What is new, corrected or withdrawn."""

    product: Line | None = Field(
        default=None, description="What is promoted, in the person's words: product, place or event."
    )
    objective: Paragraph | None = Field(
        default=None, description="What the campaign is to achieve, with its figure if given."
    )
    target_audience: Paragraph | None = Field(default=None, description="Who is to be reached.")
    budget: Line | None = Field(
        None,
        description="The budget with its currency, such as '£1,500' or '2000 EUR'; 'none' if no money is to be spent.",
    )
    currency: Annotated[str, Field(pattern=r"^[A-Za-z]{3}$")] | None = Field(
        default=None, description="ISO code of the budget's currency, only where the budget does not name it."
    )
    timeline: Line | None = Field(
        default=None, description="The time frame in words; made from the dates if not given."
    )
    channels: Channels | None = Field(
        default=None,
        description="ALL channels the campaign is to use, not only new ones, such as ['instagram', 'email'].",
    )
    additional_context: Paragraph | None = Field(
        default=None, description="Anything else that matters for the campaign; added to what is known."
    )
    event_date: Day | None = Field(default=None, description="Day of the event or launch, as YYYY-MM-DD.")
    start_date: Day | None = Field(default=None, description="First day of the campaign, as YYYY-MM-DD.")
    end_date: Day | None = Field(default=None, description="Last day of the campaign, as YYYY-MM-DD.")
    goal_metric: ShortLine | None = Field(
        default=None, description="What the goal counts, such as 'visitors' or 'sign-ups'."
    )
    goal_value: Count | None = Field(default=None, description="How many of them, as a whole number.")
    location: Line | None = Field(default=None, description="Where: town, area or country.")
    business: Line | None = Field(default=None, description="Name or kind of the business.")
    voice: Line | None = Field(default=None, description="The voice the person wants, such as 'warm and playful'.")
    clear: Words = Field(
        default_factory=list,
        description="Fields the person has withdrawn, by name; a channel's name removes that channel.",
    )
    ask_next: AskNext | None = Field(
        default=None, description="The field you will ask the person about in this answer; 'none' if you ask nothing."
    )


@tool(Effect.WRITE)
async def update_brief(ctx: ToolContext, params: UpdateBrief) -> dict[str, Any]:
    """Store what the person has said about the campaign they want: new facts, corrections and withdrawals.

    Call it before answering whenever a message holds such a fact. Pass only what changed. The result says what is
    known, which required fields are missing, in the order to ask for them, and whether a plan can be made
    (ready_to_plan). ``rules`` are those the message gave: ``held`` in code from then on; tell the person which of them
    are ``not_held``, and ask for exact words, addresses, hours or a sum instead. Where a campaign already exists and no
    longer fits the brief, the result names it; revise_campaign is then the next step.
    """
    before = normalised_context(ctx.context)
    params, rules = _with_rules(ctx.words, params)
    after = merged(before, params, today(ctx))
    changed = changes_between(before, after)
    if after != ctx.context:
        await store_context(ctx, after)
    result: dict[str, Any] = {
        "brief": after["campaign_brief"],
        "collected_info": after["collected_info"],
        "missing": missing(after),
        "ready_to_plan": after["ready_to_plan"],
        "changed": changed,
    }
    if rules.sentences or rules.unread:
        held = in_words(rules.rails, after["collected_info"].get("currency") or NO_CURRENCY)
        result["rules"] = {"held": held, "not_held": rules.unread}
    touched = sorted({PLANNED[name] for name in changed if name in PLANNED})
    if touched and ctx.campaign_id:
        campaign = await ctx.repository(CAMPAIGNS).get(ctx.campaign_id)
        result["campaign_affected"] = {
            "campaign_id": campaign.campaign_id,
            "name": campaign.name,
            "no_longer_fits": touched,
            "next": "revise_campaign",
        }
    return result


TOOLS: tuple[Tool, ...] = (update_brief,)


def _with_rules(words: str, params: UpdateBrief) -> tuple[UpdateBrief, SpokenRules]:
    """Return what is new with every rule the newest message gives, whether the caller passed it on or not."""
    given = params.additional_context or ""
    rules, _ = rules_apart(words)
    added = "\n".join([given, *(rule for rule in rules if rule not in given)]).strip()[:LONGEST_NOTE]
    told = read_rules(added, currency=params.currency)
    return (params.model_copy(update={"additional_context": added}) if added else params), told


def today(ctx: ToolContext) -> date:
    """Return the day it is for the person."""
    return ctx.clock.now().astimezone(zone(ctx.timezone)).date()


def zone(name: str) -> ZoneInfo:
    """Return the person's timezone; UTC where the name is not one."""
    return ZoneInfo(first_zone(name))


def normalised_context(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a context with all its parts, whatever was there."""
    return {
        "campaign_brief": deepcopy(dict(context.get("campaign_brief") or {})),
        "collected_info": deepcopy(dict(context.get("collected_info") or {})),
        "ready_to_plan": bool(context.get("ready_to_plan")),
    }


async def store_context(ctx: ToolContext, context: dict[str, Any]) -> None:
    """Write the context to the conversation, to the running turn and to those who watch."""
    await ctx.repository(CONVERSATIONS).change(ctx.conversation_id, {"context": context})
    ctx.context.clear()
    ctx.context.update(context)
    ctx.emit(ContextChanged(deepcopy(context)))


def missing(context: Mapping[str, Any]) -> list[str]:
    """Return the required fields that are not known yet, in the order to ask for them."""
    return [name for name in ORDER if not context["campaign_brief"].get(name)]


def merged(before: Mapping[str, Any], params: UpdateBrief, now: date) -> dict[str, Any]:
    """Return the context after the changes. Pure: the same changes give the same context."""
    after = deepcopy(dict(before))
    brief: dict[str, Any] = after["campaign_brief"]
    info: dict[str, Any] = after["collected_info"]
    _clear(brief, info, params.clear)
    _take_dates(brief, info, params, now)
    _take_budget(brief, info, params)
    _take_goal(brief, info, params)
    for name in ("product", "target_audience"):
        if (value := getattr(params, name)) is not None:
            brief[name] = value
    for name in ("location", "business", "voice"):
        if (value := getattr(params, name)) is not None:
            info[name] = value
    if params.channels is not None:
        brief["channels"] = list(dict.fromkeys(params.channels))
    if params.additional_context is not None:
        brief["additional_context"] = _added(brief.get("additional_context") or "", params.additional_context)
    lacking = missing(after)
    after["ready_to_plan"] = not lacking
    guess = lacking[0] if lacking else None
    info["asked"] = guess if params.ask_next is None else (None if params.ask_next == "none" else params.ask_next)
    return after


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the names of the brief's and the collected fields that differ."""
    changed: dict[str, None] = {}
    for part in ("campaign_brief", "collected_info"):
        for name in {**before[part], **after[part]}:
            if before[part].get(name) != after[part].get(name):
                changed[name] = None
    return [name for name in changed if name not in {"asked", "budget_minor", "currency"}]


def _clear(brief: dict[str, Any], info: dict[str, Any], names: Sequence[str]) -> None:
    for written in names:
        name = re.sub(r"[\s-]+", "_", written.lower())
        platform = find_platform(written)
        if name in {"budget", "timeline", *BRIEF_FIELDS, *DATES, *PLAIN_INFO, "goal"}:
            _clear_field(brief, info, name)
        elif platform is not None:
            earlier: list[str] = brief.get("channels") or []
            brief["channels"] = [channel for channel in earlier if channel != platform.name]
        else:
            raise ToolInputError(f"{written!r} is neither a field of the brief nor a channel, so it can't be cleared.")


def _clear_field(brief: dict[str, Any], info: dict[str, Any], name: str) -> None:
    along = {"budget": ("budget_minor", "currency"), "timeline": DATES, "goal": ("goal_metric", "goal_value")}
    for gone in (name, *along.get(name, ())):
        brief.pop(gone, None)
        info.pop(gone, None)
    if name in DATES:
        brief.pop("timeline", None)
        _derive_timeline(brief, info)


def _take_dates(brief: dict[str, Any], info: dict[str, Any], params: UpdateBrief, now: date) -> None:
    given = {name: value for name in DATES if (value := getattr(params, name)) is not None}
    for name, value in given.items():
        if name != "start_date" and value < now:
            raise ToolInputError(
                f"{name} {value.isoformat()} is in the past; today is {now.isoformat()}. Ask which day is meant."
            )
    start = given.get("start_date")
    for name in ("event_date", "end_date"):
        other = given.get(name)
        if start and other and start > other:
            raise ToolInputError(f"start_date {start} is after {name} {other}. Ask which is right.")
    for name, value in given.items():
        info[name] = value.isoformat()
    _drop_outdated(info, given)
    if params.timeline is not None:
        brief["timeline"] = params.timeline
    elif given:
        brief.pop("timeline", None)
        _derive_timeline(brief, info)


def _drop_outdated(info: dict[str, Any], given: Mapping[str, date]) -> None:
    """A new date wins over a stored start or end that can't stand beside it."""
    start, event, end = (info.get(name) for name in DATES)
    if not start:
        return
    if "start_date" not in given and any(day and day < start for day in (event, end)):
        info.pop("start_date")
    elif end and start > end:
        info.pop("end_date")
    if "start_date" in given and event and start > event:
        raise ToolInputError(f"start_date {start} is after the event on {event}. Ask which is right.")


def _derive_timeline(brief: dict[str, Any], info: dict[str, Any]) -> None:
    days = {name: _spoken(info[name]) for name in DATES if info.get(name)}
    if not days:
        return
    parts = [f"from {days['start_date']}"] if "start_date" in days else []
    parts += [f"until {days['end_date']}"] if "end_date" in days else []
    parts += [f"event on {days['event_date']}"] if "event_date" in days else []
    brief["timeline"] = ", ".join(parts)


def _spoken(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def _take_budget(brief: dict[str, Any], info: dict[str, Any], params: UpdateBrief) -> None:
    if params.budget is None:
        if params.currency is not None and brief.get("budget"):
            raise ToolInputError("Pass the budget together with its currency.")
        return
    known = params.currency.upper() if params.currency else info.get("currency")
    money = read_amount(params.budget, None if known == NO_CURRENCY else known)
    brief["budget"] = params.budget if money.minor == 0 else str(money)
    info["budget_minor"], info["currency"] = money.minor, money.currency


def _take_goal(brief: dict[str, Any], info: dict[str, Any], params: UpdateBrief) -> None:
    earlier = info.get("goal_value")
    if params.goal_metric is not None:
        info["goal_metric"] = params.goal_metric
    if params.goal_value is not None:
        info["goal_value"] = params.goal_value
    if params.objective is not None:
        brief["objective"] = params.objective
        return
    objective = brief.get("objective") or ""
    if params.goal_value is not None and earlier is not None and objective:
        spelled = "|".join(re.escape(text) for text in (f"{earlier:,}", str(earlier)))
        brief["objective"] = re.sub(rf"(?<![\d,.])(?:{spelled})(?![\d]|[,.]\d)", f"{params.goal_value:,}", objective)
    elif not objective and info.get("goal_metric") and info.get("goal_value") is not None:
        brief["objective"] = f"{info['goal_value']:,} {info['goal_metric']}"


def _added(known: str, new: str) -> str:
    if new in known:
        return known
    return new if known in new or not known else f"{known}\n{new}"[-4_000:]


def channel_labels(names: Sequence[str]) -> str:
    """Return channels as people write them, joined."""
    return ", ".join(BY_NAME[name].label if name in BY_NAME else name for name in names)
