"""How well utterances are understood: ``python -m bench.understanding`` prints the figures on the held-out sets.

The structured fields of a brief (budget, event_date, start_date, end_date, goal_value, channels, location) are scored
strictly: the right value counts, another value, a missing one and an unexpected one are wrong. Free-text fields
(product, objective, goal_metric, target_audience, business, voice, timeline) count where they are expected, and are
right where the value contains the expected key phrase; case, the phrase's opening article, hyphens, apostrophes,
quotation marks and closing punctuation say nothing about what was understood and are left out of it. Product and
business may stand in for each other, since what a person sells and the business's name overlap. Free text nobody asked
for is not counted.
"""

import json
import os
import platform
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from agents.language.brief import read_brief
from agents.language.intent import read_intent
from agents.language.situation import Situation
from core.money import Money

DATA = Path(__file__).parent / "data"
TARGETS = {"overall": 0.95, "where certain": 0.98, "coverage of certain": 0.70, "brief fields": 0.95}
STRUCTURED = frozenset(("budget", "event_date", "start_date", "end_date", "goal_value", "channels", "location"))
_EITHER = ("product", "business")


@dataclass(frozen=True, slots=True)
class Routing:
    """Shares of utterances routed right."""

    utterances: int
    overall: float
    where_certain: float
    coverage: float
    by_agents: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Extraction:
    """Fields right among those expected or found; ``wrong`` counts by field and fault (missed, invented, different)."""

    utterances: int
    share: float
    right: Mapping[str, int]
    wrong: Mapping[tuple[str, str], int]


def rows(path: Path) -> list[dict[str, Any]]:
    """The lines of a data file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def measure_routing(path: Path, misses: list[str] | None = None) -> Routing:
    """Read every utterance of a routing file; ``misses`` collects what went wrong."""
    right = certain = certain_right = 0
    by_agents: dict[str, tuple[int, int]] = {}
    lines = rows(path)
    for line in lines:
        reading = read_intent(line["text"], Situation(**line.get("situation", {})))
        good = list(reading.agents) == list(line["agents"])
        right += good
        group = line["agents"][0] if len(line["agents"]) == 1 else "several"
        so_far = by_agents.get(group, (0, 0))
        by_agents[group] = (so_far[0] + good, so_far[1] + 1)
        certain += reading.certain
        certain_right += good and reading.certain
        if misses is not None and not good:
            misses.append(
                f"{line['text']!r} {line.get('situation')} {line['agents']} read {reading.agents} {reading.confidence}"
            )
    return Routing(len(lines), right / len(lines), certain_right / max(1, certain), certain / len(lines), by_agents)


def measure_brief(path: Path, misses: list[str] | None = None) -> Extraction:
    """Read every message of a brief file; ``misses`` collects what went wrong."""
    right: Counter[str] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    lines = rows(path)
    for line in lines:
        reading = read_brief(
            line["text"],
            today=date.fromisoformat(line["today"]),
            asked=line.get("asked"),
            known=line.get("known") or {},
        )
        expected: Mapping[str, Any] = line["expect"]
        for name in sorted({*expected, *(STRUCTURED & reading.values.keys())}):
            good = name in expected and any(matches(expected[name], value) for value in _found(name, reading.values))
            if good:
                right[name] += 1
            else:
                wrong[name, _fault(name, expected, reading.values)] += 1
            if misses is not None and not good:
                misses.append(
                    f"{line['text']!r} {line.get('asked')} {name}: expected {expected.get(name)!r}, read "
                    f"{reading.values.get(name)!r}"
                )
    total = sum(right.values()) + sum(wrong.values())
    return Extraction(len(lines), sum(right.values()) / max(1, total), right, wrong)


def _fault(name: str, expected: Mapping[str, Any], found: Mapping[str, object]) -> str:
    if name not in expected:
        return "invented"
    return "different" if name in found else "missed"


def _found(name: str, values: Mapping[str, object]) -> list[object]:
    return [values.get(one) for one in (_EITHER if name in _EITHER else (name,))]


def matches(expected: object, found: object) -> bool:
    """Whether a found value is the expected one; texts by the key phrase they must contain."""
    if found is None:
        return expected is None
    if isinstance(found, Money):
        return expected == {"minor": found.minor, "currency": found.currency}
    if isinstance(found, date):
        return expected == found.isoformat()
    if isinstance(found, list):
        both = (cast("list[object]", expected), cast("list[object]", found))
        return isinstance(expected, list) and set(map(str, both[0])) == set(map(str, both[1]))
    if isinstance(found, int):
        return isinstance(expected, int | float) and int(expected) == found
    key = _ARTICLE.sub("", str(expected))
    return any(_plain(key, gap) in _plain(str(found), gap) for gap in ("", " "))


_ARTICLE = re.compile(
    r"^(?:an?|the|my|our|your|his|her|their|to|une?|les?|la|des|eine?n?|der|die|das|una?|el|los|las)\s+(?=\w)",
    re.IGNORECASE,
)


def _plain(text: str, gap: str) -> str:
    """The text without case, line breaks and the marks people leave out; hyphens become ``gap``."""
    text = re.sub(r"[-–]", gap, re.sub(r"[\u2019'\"“”]", "", text))
    return " ".join(text.strip(" .,;:!?").lower().split())


def machine() -> str:
    """The machine the figures come from."""
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8") if info.exists() else ""
    model = re.search(r"model name\s*:\s*(.+)", text)
    return f"{model[1] if model else platform.processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main(arguments: Sequence[str] = ()) -> int:
    """Print the figures; 1 where one misses its target. ``--tune`` measures the sets used in tuning, with details.

    Of the held-out sets only the four shares are shown: anything finer would turn them into tuning sets.
    """
    tuning = "--tune" in arguments
    part = "tune" if tuning else "heldout"
    misses: list[str] | None = [] if tuning else None
    routing = measure_routing(DATA / f"routing_{part}.jsonl", misses)
    brief = measure_brief(DATA / f"brief_{part}.jsonl", misses)
    figures = {
        "overall": routing.overall,
        "where certain": routing.where_certain,
        "coverage of certain": routing.coverage,
        "brief fields": brief.share,
    }
    print(machine())
    print(f"{routing.utterances} utterances to route, {brief.utterances} messages to read ({part})")
    for name, figure in figures.items():
        print(f"{name:>20} {figure:7.2%}  target {TARGETS[name]:.0%}  {'' if figure >= TARGETS[name] else 'MISSED'}")
    if misses is not None:
        for name, (good, total) in sorted(routing.by_agents.items()):
            print(f"{name:>20} {good:4} of {total} routed right")
        for name in sorted({*brief.right, *(field for field, _ in brief.wrong)}):
            faults = ", ".join(
                f"{count} {fault}" for (field, fault), count in sorted(brief.wrong.items()) if field == name
            )
            print(f"{name:>20} {brief.right.get(name, 0):4} right  {faults}")
    print("\n".join(misses or []))
    return int(any(figure < TARGETS[name] for name, figure in figures.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
