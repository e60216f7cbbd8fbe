"""Figures a campaign is measured by, worked out from goal and budget. Every rate assumed is named where it is used."""

from dataclasses import dataclass
from typing import TypedDict

from agents.models.offline.phrasing import capital
from core.money import NO_CURRENCY, Money


class Kpi(TypedDict):
    """A figure to reach, as ``create_campaign_plan`` takes it."""

    name: str
    target: float
    unit: str
    why: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """How people become what is counted: ``clicks`` per hundred reached, ``results`` per hundred clicks (assumed)."""

    noun: str
    one: str
    clicks: int
    results: int


CONVERSIONS: tuple[tuple[str, Conversion], ...] = (
    ("visit|footfall|walk|attend|guest|people|participant", Conversion("visitors", "visitor", 4, 25)),
    ("sign|subscri|regist|member|trial|user|waitlist", Conversion("sign-ups", "sign-up", 2, 20)),
    ("lead|enquir|inquir|demo|contact|quote|client|meeting", Conversion("leads", "lead", 2, 10)),
    ("book|reserv|ticket|appointment|seat|place|spot|cover|student|pupil", Conversion("bookings", "booking", 2, 10)),
    ("follow", Conversion("followers", "follower", 4, 25)),
    ("download|install", Conversion("downloads", "download", 2, 20)),
    ("donat|fundrais|raise", Conversion("donations", "donation", 2, 5)),
    ("sale|sell|order|purchas|customer|buy|unit|sold", Conversion("orders", "order", 2, 5)),
)
ASSUMED_GIFT = 40
COST = "Cost per"
GENERIC = Conversion("results", "result", 2, 10)
ATTENTION = ("reach", "view", "impression", "awareness", "click", "like", "engagement", "traffic", "play", "stream")
RATES = ("rate", "ctr", "retention", "churn", "%", "percent")
EARNINGS = ("revenue", "turnover", "profit", "mrr", "arr", "income", "takings")


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached, and what there is to reach it with."""

    value: int | None
    metric: str
    objective: str
    budget: Money | None
    channels: tuple[str, ...]
    days: int
    raised: Money | None = None

    @property
    def conversion(self) -> Conversion:
        """The rates assumed for what is counted."""
        for text in (self.metric.lower(), self.objective.lower()):
            for words, conversion in CONVERSIONS:
                if any(word in text for word in words.split("|")):
                    return conversion
        return GENERIC

    @property
    def noun(self) -> str:
        """What is counted, in the person's word where there is one."""
        return self.metric or self.conversion.noun

    @property
    def money(self) -> Money | None:
        """The budget, where there is money to spend in a known currency."""
        return self.budget if self.budget and self.budget.minor and self.budget.currency != NO_CURRENCY else None


def kpis(goal: Goal) -> list[Kpi]:
    """At least one figure, the goal first."""
    metric = goal.metric.lower()
    if not goal.value:
        return _without_figure(goal)
    if goal.raised:
        return _raised(goal, goal.raised)
    if any(word in metric for word in EARNINGS):
        return _earnings(goal, goal.value)
    if any(word in metric for word in RATES):
        return [_goal(goal, goal.value, "%"), *_posts(goal)]
    if any(word in metric for word in ATTENTION):
        return _attention(goal, goal.value)
    return _results(goal, goal.value)


def _goal(goal: Goal, value: int, unit: str) -> Kpi:
    return Kpi(name=capital(goal.noun), target=value, unit=unit, why="The goal of the brief.")


def _results(goal: Goal, value: int) -> list[Kpi]:
    rates = goal.conversion
    clicks = _up(value * 100, rates.results)
    reach = _up(clicks * 100, rates.clicks)
    found = [_goal(goal, value, goal.noun)]
    if goal.money and goal.money.minor >= value:
        cost = Money(goal.money.minor // value, goal.money.currency)
        found.append(_priced(f"{COST} {rates.one}", cost, f"At most {goal.money} ÷ {value:,} = {cost}."))
    found += [
        Kpi(
            name="Clicks and replies",
            target=clicks,
            unit="clicks",
            why=f"{value:,} ÷ {rates.results} %, assuming {rates.results} in 100 who click become {goal.noun}.",
        ),
        Kpi(
            name="People reached",
            target=reach,
            unit="people",
            why=f"{clicks:,} ÷ {rates.clicks} %, assuming {rates.clicks} in 100 reached click.",
        ),
    ]
    found += _per_thousand(goal, reach)
    if "email" in goal.channels and value >= 4:
        why = f"A quarter of {value:,}, assuming one in four comes by email."
        found.append(Kpi(name="Email replies and clicks", target=value // 4, unit="people", why=why))
    return found


def _attention(goal: Goal, value: int) -> list[Kpi]:
    clicks = max(1, value * GENERIC.clicks // 100)
    why = f"{value:,} × {GENERIC.clicks} %, assuming {GENERIC.clicks} in 100 respond."
    return [
        _goal(goal, value, goal.noun),
        *_per_thousand(goal, value),
        Kpi(name="Responses", target=clicks, unit="responses", why=why),
    ]


def _earnings(goal: Goal, value: int) -> list[Kpi]:
    unit = goal.money.currency if goal.money else ""
    found = [_goal(goal, value, unit)]
    if goal.money:
        ratio = round(value / float(goal.money.major), 2)
        why = f"{Money.of(value, unit)} ÷ {goal.money}."
        found.append(Kpi(name="Return on what is spent", target=ratio, unit="times", why=why))
    return found + _posts(goal)


def _raised(goal: Goal, sum_up: Money) -> list[Kpi]:
    """Figures for money that is to come in: how many have to give or buy, and how many must hear of it for that."""
    rates = goal.conversion
    each = Money.of(ASSUMED_GIFT, sum_up.currency)
    many = _up(sum_up.minor, each.minor)
    clicks = _up(many * 100, rates.results)
    reach = _up(clicks * 100, rates.clicks)
    what = capital(rates.noun)
    found = [
        Kpi(
            name=f"Revenue from {rates.noun}",
            target=float(sum_up.major),
            unit=sum_up.currency,
            why="The goal of the brief.",
        ),
        Kpi(name=what, target=many, unit=rates.noun, why=f"{sum_up} ÷ {each}, assuming {each} from each on average."),
        Kpi(
            name="Clicks and replies",
            target=clicks,
            unit="clicks",
            why=f"{many:,} ÷ {rates.results} %, assuming {rates.results} in 100 who click follow through.",
        ),
        Kpi(
            name="People reached",
            target=reach,
            unit="people",
            why=f"{clicks:,} ÷ {rates.clicks} %, assuming {rates.clicks} in 100 reached click.",
        ),
    ]
    if goal.money and goal.money.currency == sum_up.currency:
        ratio = round(float(sum_up.major) / float(goal.money.major), 2)
        why = f"{sum_up} ÷ {goal.money}."
        found.append(Kpi(name="Return on what is spent", target=ratio, unit="times", why=why))
    return found


def _without_figure(goal: Goal) -> list[Kpi]:
    if not goal.money:
        return _posts(goal)
    price = Money(min(1000, goal.money.minor), goal.money.currency)
    reach = max(1000, goal.money.minor * 1000 // price.minor)
    clicks = _up(reach * GENERIC.clicks, 100)
    return [
        Kpi(
            name="People reached",
            target=reach,
            unit="people",
            why=f"{goal.money} at an assumed {price} per 1,000 people.",
        ),
        Kpi(
            name="Clicks and replies",
            target=clicks,
            unit="clicks",
            why=f"{reach:,} × {GENERIC.clicks} %, assuming {GENERIC.clicks} in 100 reached click.",
        ),
    ]


def _per_thousand(goal: Goal, reach: int) -> list[Kpi]:
    if not goal.money or reach < 1000:
        return []
    price = Money(goal.money.minor * 1000 // reach, goal.money.currency)
    if not price.minor:
        return []
    return [_priced("Price of a thousand contacts", price, f"At most {goal.money} ÷ {reach:,} × 1,000 = {price}.")]


def _posts(goal: Goal) -> list[Kpi]:
    count = max(1, goal.days // 3) * max(1, len(goal.channels))
    return [Kpi(name="Posts sent", target=count, unit="posts", why="One on each channel every three days.")]


def _priced(name: str, cost: Money, why: str) -> Kpi:
    return Kpi(name=name, target=float(cost.major), unit=cost.currency, why=why)


def _up(value: int, by: int) -> int:
    return -(-value // by)
