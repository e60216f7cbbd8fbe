"""What is to be drawn, in words and numbers alone. Nothing in it can be an expression, an address or a field name."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

ChartKind: TypeAlias = Literal["bar", "line"]

MOST_POINTS: Final = 400
LONGEST_LABEL: Final = 60


@dataclass(frozen=True, slots=True)
class Point:
    """One figure: ``x`` is a day as YYYY-MM-DD on a line, a name on a bar. None leaves a gap."""

    x: str
    y: float | None
    series: str | None = None


@dataclass(frozen=True, slots=True)
class ChartPlan:
    """A chart that says one thing. ``y_title`` names the figure with its unit."""

    title: str
    subtitle: str
    kind: ChartKind
    x_title: str
    y_title: str
    points: Sequence[Point]

    def as_json(self) -> dict[str, Any]:
        """Return the plan as the drawing process reads it."""
        return asdict(self)
