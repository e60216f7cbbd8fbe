"""What goes out without asking: modes compile to a table that people can read, and the first row that fits rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from db.approval_rules import ApprovalMode, PolicyRow
from tools.approval.act import Act
from tools.approval.risk import risks_of

Table: TypeAlias = tuple[PolicyRow, ...]

ASK_ALWAYS: Final = PolicyRow(ruling="ask", why="No row fits, so a person is asked.")
# The higher, the more is asked for.
STRICTNESS: Final[Mapping[str, int]] = MappingProxyType({"full_auto": 0, "hybrid": 1, "semi_auto": 2})
ALWAYS_ASKED: Final = frozenset({"spend", "launch"})
DAY_START: Final = 8
DAY_END: Final = 20
MODES: Final[Mapping[ApprovalMode, Table]] = MappingProxyType(
    {
        "semi_auto": (PolicyRow(ruling="ask", why="semi_auto asks for everything."),),
        "hybrid": (
            PolicyRow(effect="launch", ruling="ask", why="The plan is always approved by a person."),
            PolicyRow(effect="spend", ruling="ask", why="Money is always approved by a person."),
            PolicyRow(effect="send", ruling="ask", why="What reaches people directly is approved by a person."),
            PolicyRow(effect="publish", risk="high", ruling="ask", why="This post is risky."),
            PolicyRow(
                effect="publish",
                from_hour=DAY_START,
                to_hour=DAY_END,
                ruling="allow",
                why="A post without risk, in the daytime, belongs to a plan that was approved.",
            ),
            PolicyRow(ruling="ask", why="hybrid asks for everything else."),
        ),
        "full_auto": (
            PolicyRow(effect="launch", ruling="ask", why="The plan is always approved by a person."),
            PolicyRow(effect="spend", ruling="ask", why="Money is always approved by a person."),
            PolicyRow(effect="publish", ruling="allow", why="The approved plan covers its posts."),
            PolicyRow(effect="send", ruling="allow", why="The approved plan covers its emails."),
            PolicyRow(ruling="ask", why="full_auto asks for everything else."),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a table says of an act, the row that said so, and why: the row's words and the risks that were seen."""

    ruling: Literal["ask", "allow"]
    row: PolicyRow
    why: str
    risks: tuple[str, ...] = ()


def compiled(mode: ApprovalMode, rows: Sequence[PolicyRow] = ()) -> Table:
    """Return the table of a mode, or the rows somebody wrote in its place."""
    return tuple(rows) or MODES[mode]


def stricter(*modes: ApprovalMode) -> ApprovalMode:
    """Return the mode of several that asks for most."""
    return max(modes, key=lambda mode: STRICTNESS[mode])


def decide(table: Table, act: Act, timezone: str = "UTC") -> Ruling:
    """Return what the first row that fits rules; asking, if none fits."""
    risks = risks_of(act)
    row = next((row for row in table if _fits(row, act, bool(risks), timezone)), ASK_ALWAYS)
    why = f"{row.why} {' '.join(risks)}".strip() if row.risk == "high" else row.why
    return Ruling(row.ruling, row, why or "The policy says so.", risks)


def untrue(row: PolicyRow) -> str | None:
    """Return why a row says what can't be, and what to do; None for one that rules as it reads."""
    if row.up_to_minor is not None:
        return (
            "an amount fits nothing here: posts and emails cost nothing, and a person always approves money. Leave "
            "up_to_minor out; guardrails.most_minor limits a single amount"
        )
    if row.ruling == "allow" and row.effect in ALWAYS_ASKED:
        return "money and launches are always approved by a person; no row lets them pass. Write ruling: ask, or no row"
    return None


def in_words(row: PolicyRow) -> str:
    """Return a row as a sentence."""
    anything = "anything" if row.ruling == "ask" else "posts and emails"
    what = {"any": anything, "publish": "posts", "send": "emails", "spend": "money", "launch": "launching a campaign"}
    parts = [what[row.effect]]
    if row.channel != "any":
        parts.append(f"on {row.channel}")
    if row.risk != "any":
        parts.append(f"with {row.risk} risk")
    if row.from_hour is not None or row.to_hour is not None:
        parts.append(f"between {row.from_hour or 0}:00 and {row.to_hour or 24}:00")
    if untrue(row):
        return f"{' '.join(parts)}: has no effect, a person is asked"
    then = "a person is asked" if row.ruling == "ask" else "goes out without asking"
    return f"{' '.join(parts)}: {then}"


def _fits(row: PolicyRow, act: Act, risky: bool, timezone: str) -> bool:
    return (
        row.effect in {"any", act.effect}
        and row.channel in {"any", act.platform}
        and (row.risk == "any" or (row.risk == "high") == risky)
        and row.up_to_minor is None
        and _at_hour(row, act, timezone)
    )


def _at_hour(row: PolicyRow, act: Act, timezone: str) -> bool:
    if row.from_hour is None and row.to_hour is None:
        return True
    if act.publish_at is None:
        return False
    hour = act.publish_at.astimezone(ZoneInfo(timezone)).hour
    start, end = row.from_hour or 0, row.to_hour or 24
    return start <= hour < end if start < end else hour >= start or hour < end
