"""Makes a campaign plan from a brief by rule: phases that fit the days left, tasks in order, figures that follow.

Every conversion rate used is an assumption, and is named as one where it is used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypedDict

from agents.language.amounts import amounts
from agents.models.offline.facts import Facts, facts_of
from agents.models.offline.phrasing import capital, channel, iso_day, listed, money, plain, short_day
from agents.models.offline.targets import Goal, Kpi, kpis
from agents.models.offline.values import texts
from core.money import Money

DEFAULT_WEEKS = 4
RESERVE = 10  # per cent of the budget kept back
WEIGHTS = {
    "google_ads": 4,
    "meta_ads": 4,
    "instagram": 3,
    "facebook": 3,
    "tiktok": 3,
    "linkedin": 3,
    "youtube": 3,
    "twitter": 2,
    "pinterest": 2,
}


class Task(TypedDict):
    """A task as ``create_campaign_plan`` takes it."""

    key: str
    agent: str
    description: str
    requirements: list[str]
    depends_on: list[str]
    estimated_duration: str


class Phase(TypedDict):
    """A phase; ISO dates, both included."""

    name: str
    start: str
    end: str


class PlanDraft(TypedDict):
    """The arguments of ``create_campaign_plan``."""

    name: str
    strategy: str
    tasks: list[Task]
    phases: list[Phase]
    kpis: list[Kpi]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan stands on."""

    today: date
    start: date
    live: date
    peak: date
    end: date
    event: date | None
    facts: Facts
    objective: str
    audience: str
    goal: Goal
    channels: tuple[str, ...]

    @property
    def days(self) -> int:
        """Days from the start to the event, or to the last day."""
        return ((self.event or self.end) - self.start).days

    @property
    def until(self) -> date:
        """What everything works towards."""
        return max(self.start, self.event or self.end)


def ground_of(brief: Mapping[str, Any], info: Mapping[str, Any], today: date) -> Ground | None:
    """Read what a plan needs, or None when the brief does not say what it is about."""
    facts = facts_of(brief, info)
    if facts is None:
        return None
    objective = plain(brief.get("objective"), 160)
    opens, event, last = (iso_day(info.get(name)) for name in ("start_date", "event_date", "end_date"))
    if event is None and opens and last and facts.lasts:
        event = opens
    # Before the first day on which anything shows, there is the work of getting ready.
    live = max(today, opens) if opens and (event is None or opens < event) else today
    start = min(today, live)
    end = max(live, event or live, last or (live if event else live + timedelta(weeks=DEFAULT_WEEKS)))
    peak = max(live, event or end - (end - live) // 5)
    goal = info.get("goal_value")
    channels = tuple(texts(brief.get("channels")))
    return Ground(
        today=today,
        start=start,
        live=live,
        peak=peak,
        end=end,
        event=event,
        facts=facts,
        objective=objective,
        audience=plain(brief.get("target_audience"), 100),
        goal=Goal(
            value=goal if isinstance(goal, int) and goal > 0 else None,
            metric=plain(info.get("goal_metric"), 40),
            raised=_raised(objective, goal),
            objective=objective,
            budget=money(info),
            channels=channels,
            days=(max(start, event or end) - start).days,
        ),
        channels=channels,
    )


def _raised(objective: str, value: object) -> Money | None:
    """The sum of money a goal names as what is to come in, such as ``€20,000 donations``."""
    found = next((item for item in amounts(objective) if item.currency), None)
    if found is None or not isinstance(value, int) or found.value != value:
        return None
    return found.money(found.currency)


def plan(ground: Ground) -> PlanDraft:
    """Make the plan. The same ground gives the same plan."""
    return PlanDraft(
        name=campaign_name(ground),
        strategy=strategy(ground),
        tasks=tasks(ground),
        phases=phases(ground),
        kpis=kpis(ground.goal),
    )


def campaign_name(ground: Ground) -> str:
    """A short title: what, where, when."""
    facts = ground.facts
    name = f"{facts.label} {facts.where}".strip()
    day = ground.until
    return f"{name[:80]}, {'' if ground.event else 'until '}{day.day} {day:%B %Y}"


def strategy(ground: Ground) -> str:
    """One paragraph that follows from goal, audience, channels, time and budget."""
    goal = _goal_words(ground) if ground.goal.value else (ground.objective or "attention").rstrip(".")
    names = listed([channel(name) for name in ground.channels])
    audience = ground.audience or "the people it is for"
    parts = [f"The aim is {goal}, from {audience}, through {names or 'the channels chosen'}."]
    parts.append(_pace(ground))
    parts += [_role(name) for name in ground.channels[:3]]
    if ground.goal.money:
        shares = listed(
            [f"{share} for {channel(name) if name != 'reserve' else 'a reserve'}" for name, share in split(ground)]
        )
        parts.append(f"The {ground.goal.money} goes where it can be measured: {shares}.")
    else:
        parts.append("There is no money to spend, so everything rests on own channels and on timing.")
    return " ".join(parts)


def _goal_words(ground: Ground) -> str:
    return ground.objective.rstrip(".") or f"{ground.goal.value:,} {ground.goal.noun}"


def _pace(ground: Ground) -> str:
    when = short_day(ground.until)
    if ground.days <= 1:
        return f"With {when} this close, everything goes into one clear message, sent at once and repeated on the day."
    if ground.days <= 6:
        return f"With {ground.days} days until {when}, there is no time for a slow build: announce now, remind daily."
    if ground.days <= 20:
        return f"The {ground.days} days until {when} allow a short teaser, then a countdown that names date and place."
    return (
        f"The {ground.days // 7} weeks until {when} allow a slow build: first curiosity, then the "
        f"facts, then a countdown."
    )


def _role(name: str) -> str:
    known = {
        "instagram": "Instagram shows it and makes it shareable.",
        "facebook": "Facebook reaches the neighbourhood and its groups.",
        "twitter": "X carries the short reminders.",
        "linkedin": "LinkedIn explains why it matters to people's work.",
        "tiktok": "TikTok shows it happening.",
        "youtube": "YouTube holds the longer story.",
        "email": "Email turns interest into a firm intention, with one call to action each time.",
        "blog": "The blog answers the questions people search for.",
        "whatsapp": "WhatsApp reaches those who already know us.",
        "sms": "SMS is kept for the last reminder.",
        "google_ads": "Google Ads meets people who are already looking.",
        "meta_ads": "Meta ads reach the audience nearby who don't follow us yet.",
    }
    return known.get(name, f"{capital(channel(name))} carries the same message to its readers.")


def phases(ground: Ground) -> list[Phase]:
    """Consecutive phases from the start to the end, as many as the days allow."""
    names = _names(ground)
    lead = (ground.peak - ground.start).days
    if (ground.live - ground.start).days >= 2:
        return _after_preparing(ground, names)
    if lead <= 0:
        cuts = [ground.start]
    elif lead <= 6:
        cuts = [ground.start, ground.peak]
    elif lead <= 20:
        cuts = [
            ground.start,
            ground.start + timedelta(days=max(2, lead // 4)),
            ground.peak - timedelta(days=3),
            ground.peak,
        ]
    else:
        prepare = ground.start + timedelta(days=max(5, lead // 5))
        cuts = [ground.start, prepare, ground.peak - timedelta(days=max(7, lead // 4)), ground.peak]
    names = names[-len(cuts) :]
    ends = [*(cut - timedelta(days=1) for cut in cuts[1:]), ground.end]
    return [_phase(name, a, b) for name, a, b in zip(names, cuts, ends, strict=True)]


def _after_preparing(ground: Ground, names: list[str]) -> list[Phase]:
    """Phases where the first public day is set: everything before it is preparation."""
    lead = (ground.peak - ground.live).days
    cuts = [ground.start, ground.live]
    if lead > 6:
        cuts.append(ground.live + timedelta(days=max(2, lead // 2)))
    if lead > 0:
        cuts.append(ground.peak)
    chosen = [names[0], *names[len(names) - len(cuts) + 1 :]]
    ends = [*(cut - timedelta(days=1) for cut in cuts[1:]), ground.end]
    return [_phase(name, a, b) for name, a, b in zip(chosen, cuts, ends, strict=True)]


def _names(ground: Ground) -> list[str]:
    last = {"opening": "Opening", "event": "Event", "sale": "Sale", "launch": "Launch", "offer": "Push"}[
        ground.facts.kind
    ]
    if ground.end > ground.peak and (ground.end - ground.peak).days <= 4 and ground.end.weekday() >= 5:
        last = f"{last} and weekend"
    return ["Preparation", "Teaser", "Countdown", last] if ground.event else ["Preparation", "Start", "Momentum", last]


def _phase(name: str, start: date, end: date) -> Phase:
    return Phase(name=name, start=start.isoformat(), end=end.isoformat())


def tasks(ground: Ground) -> list[Task]:
    """Five to nine tasks in an order that works."""
    quick = ground.days <= 6
    first = _task(
        "message",
        "strategist",
        "Settle the one message and what each channel does for it",
        quick,
        [f"For {ground.audience}" if ground.audience else "The brief", _fact_line(ground)],
        (),
        "1 day",
    )
    writing = _writing(ground, quick)
    wrote = [task["key"] for task in writing]
    measure = _task(
        "measure",
        "analyst",
        f"Agree how {ground.goal.noun} are counted, and note the figures before the start",
        quick,
        [f"A way to count {ground.goal.noun}", "The figures of today"],
        (),
        "1 day",
    )
    schedule = _task(
        "schedule",
        "publisher",
        "Put the approved texts on the calendar, phase by phase",
        quick,
        ["The drafts, approved", "Connected accounts"],
        wrote,
        "1 day",
    )
    remind = _task(
        "remind",
        "publisher",
        f"Send the reminders up to {short_day(ground.until)}",
        quick,
        ["One reminder per channel, approved"],
        ["schedule"],
        _span(ground),
    )
    check = _task(
        "check",
        "analyst",
        "Compare reach and clicks with the targets half way, and say what to change",
        quick,
        ["Figures of the first posts"],
        ["schedule", "measure"],
        "2 hours",
    )
    report = _task(
        "report",
        "analyst",
        f"Report {ground.goal.noun} and cost against the goal",
        quick,
        ["Final count", "Money spent"],
        ["remind", "measure"],
        "1 day",
    )
    middle = [] if ground.days <= 1 else [check]
    return [first, *writing, measure, schedule, remind, *middle, report]


def _writing(ground: Ground, quick: bool) -> list[Task]:
    groups = [[name] for name in ground.channels[:2]]
    if len(ground.channels) > 2:
        groups.append(list(ground.channels[2:]))
    made: list[Task] = []
    for group in groups or [["channels"]]:
        names = listed([channel(name) for name in group])
        key = f"write_{group[0]}" if len(group) == 1 else "write_others"
        needs = [f"Within the limits of {names}", "Only facts from the brief"]
        made.append(
            _task(key, "writer", f"Write the {names} texts for every phase", quick, needs, ["message"], "2 days")
        )
    return made


def _task(
    key: str, agent: str, description: str, quick: bool, requirements: list[str], depends: Sequence[str], duration: str
) -> Task:
    shorter = {"1 day": "2 hours", "2 days": "4 hours"}
    return Task(
        key=key,
        agent=agent,
        description=description,
        requirements=[need for need in requirements if need],
        depends_on=list(depends),
        estimated_duration=shorter.get(duration, duration) if quick else duration,
    )


def _fact_line(ground: Ground) -> str:
    return capital(ground.facts.news)


def _span(ground: Ground) -> str:
    days = max(1, min(ground.days, 7))
    return f"{days} day{'s' if days > 1 else ''}"


def split(ground: Ground) -> list[tuple[str, Money]]:
    """The budget over the channels and a reserve; the parts add up to the whole."""
    if ground.goal.money is None or not ground.channels:
        return []
    weights = [WEIGHTS.get(name, 1) for name in ground.channels]
    kept, spent = _shared(ground.goal.money, [RESERVE, 100 - RESERVE])
    return [*zip(ground.channels, _shared(spent, weights), strict=True), ("reserve", kept)]


def _shared(money: Money, weights: list[int]) -> list[Money]:
    """Parts that add up, in whole pounds or euros where the sum is large enough for that."""
    one = Money.of(1, money.currency).minor
    step = next(
        (one * size for size in (100, 10, 1) if money.minor % (one * size) == 0 and money.minor >= one * size * 40), 1
    )
    parts = Money(money.minor // step, money.currency).share(weights)
    return [Money(part.minor * step, money.currency) for part in parts]
