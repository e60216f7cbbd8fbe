"""What reading a message gives: the facts of a brief."""

from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from core.money import Money

Value: TypeAlias = str | int | date | Money | list[str]


@dataclass(frozen=True, slots=True)
class BriefReading:
    """What a message says about the brief.

    ``values`` holds only fields the message fills or changes: product, objective, goal_metric, goal_value (int),
    target_audience, budget (Money), event_date, start_date, end_date (date), timeline, channels (the whole list as it
    stands after the message), location, business, voice, additional_context. ``removed`` names channels taken out and
    fields cleared.
    """

    values: dict[str, Value] = field(default_factory=dict[str, Value])
    removed: tuple[str, ...] = ()
