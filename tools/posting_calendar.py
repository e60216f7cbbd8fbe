"""When a campaign posts where: a few times a week on every channel, at nine in the customer's morning. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from db.campaigns import Campaign, Phase, PostingSlot
from tools.platforms.catalogue import BY_NAME
from tools.spending.estimates import kind_of

MORNING: Final = time(9)
STEPS: Final = (3, 4)  # days between two posts, in turn: two a week
WEEKLY: Final = (7,)
MOST_SLOTS: Final = 200
LEAD: Final = timedelta(minutes=30)


def posting_slots(campaign: Campaign, timezone: str, now: datetime) -> list[PostingSlot]:
    """Return the times of a campaign's posts in order; channels nothing can be published on have none.

    Each phase that people see gets a post on its first day. What lies behind ``now`` is left out; a campaign without
    any day left posts once on each channel, as soon as that is possible.
    """
    place = ZoneInfo(timezone)
    channels = [name for name in campaign.platforms if name in BY_NAME and BY_NAME[name].publishable]
    phases = _public(campaign)
    found: list[PostingSlot] = []
    for position, channel in enumerate(channels):
        days = _days(phases, position, WEEKLY if kind_of(channel) != "social_post" else STEPS)
        moments = {datetime.combine(day, MORNING, place).astimezone(UTC): _phase_of(phases, day) for day in days}
        ahead = {moment: phase for moment, phase in moments.items() if moment >= now + LEAD}
        if not ahead:
            last = phases[-1].name if phases else ""
            ahead = {(now + 2 * LEAD).replace(second=0, microsecond=0): last}
        found += [
            PostingSlot(platform=channel, publish_at=moment, phase=phase) for moment, phase in sorted(ahead.items())
        ]
    return sorted(found, key=lambda slot: (slot.publish_at, slot.platform))[:MOST_SLOTS]


def left_out(channels: Sequence[str]) -> str:
    """Say which channels get no posts, because nothing can be published there from here; empty where all do."""
    labels = [BY_NAME[name].label for name in channels if name in BY_NAME and not BY_NAME[name].publishable]
    if not labels:
        return ""
    named = labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
    return f"Nothing can be published on {named} from here, so no posts are written for it and none are charged."


def pieces_of(slots: Sequence[PostingSlot]) -> dict[str, int]:
    """Return how many pieces of which kind the slots take."""
    pieces: dict[str, int] = {}
    for slot in slots:
        kind = kind_of(slot.platform)
        pieces[kind] = pieces.get(kind, 0) + 1
    return pieces


def end_of(campaign: Campaign, timezone: str, now: datetime) -> datetime:
    """Return the end of the campaign's last day on the clocks of ``timezone``."""
    last = date.fromisoformat(campaign.end_date) if campaign.end_date else now.date()
    return datetime.combine(last + timedelta(days=1), time(0), ZoneInfo(timezone)).astimezone(UTC)


def _public(campaign: Campaign) -> list[Phase]:
    """The phases that people see; getting ready is not one of them."""
    phases = list(campaign.plan.timeline.phases) if campaign.plan.timeline else []
    seen = [phase for phase in phases if not phase.name.casefold().startswith("prepar")] or phases
    if not seen and campaign.start_date and campaign.end_date:
        seen = [Phase(name="", start=campaign.start_date, end=campaign.end_date)]
    return seen


def _days(phases: Sequence[Phase], stagger: int, steps: Sequence[int]) -> list[date]:
    if not phases:
        return []
    first, last = date.fromisoformat(phases[0].start), date.fromisoformat(phases[-1].end)
    days = {date.fromisoformat(phase.start) for phase in phases}
    day, count = first + timedelta(days=stagger % 3), 0
    while day <= last:
        days.add(day)
        day += timedelta(days=steps[count % len(steps)])
        count += 1
    return sorted(days)


def _phase_of(phases: Sequence[Phase], day: date) -> str:
    return next((phase.name for phase in phases if phase.start <= day.isoformat() <= phase.end), "")
