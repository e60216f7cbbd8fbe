"""Figures of a benchmark: percentiles, and lines that say at once whether a target was met."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Figures:
    """Prints figures and remembers which missed their target."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def title(self, words: str) -> None:
        """Print what the lines below are about."""
        print(f"\n{words}")

    def tell(self, name: str, figure: str) -> None:
        """Print a figure without a target."""
        print(f"  {name:<44} {figure}")

    def at_most(self, name: str, value: float, target: float, unit: str = "") -> None:
        """Print a figure beside its upper target."""
        met = value <= target
        self.tell(name, f"{value:.2f}{unit}  target ≤ {target:g}{unit}{'' if met else '  MISSED'}")
        if not met:
            self.missed.append(name)

    def at_least(self, name: str, value: float, target: float, unit: str = "") -> None:
        """Print a figure beside its lower target."""
        met = value >= target
        self.tell(name, f"{value:.2f}{unit}  target ≥ {target:g}{unit}{'' if met else '  MISSED'}")
        if not met:
            self.missed.append(name)

    def exactly(self, name: str, value: float, target: float) -> None:
        """Print a count that has to be this one."""
        met = value == target
        self.tell(name, f"{value:.2f}  target = {target:g}{'' if met else '  MISSED'}")
        if not met:
            self.missed.append(name)
