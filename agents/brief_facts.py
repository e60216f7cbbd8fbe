"""Facts about the business in what a turn took down in its brief: read from the tool's stored results. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

from agents.language.amounts import amounts
from agents.language.channels import mentions
from core.json_text import inner_object, json_object
from memory.findings import Finding
from tools.platforms.catalogue import BY_NAME

TOOL: Final = "update_brief"
FACTS: Final = (
    ("budget", "campaign_brief", "budget", "The budget is {}.", 8, "money"),
    ("target_audience", "campaign_brief", "target audience", "The target audience: {}.", 8, "audience"),
    ("location", "collected_info", "location", "The place is {}.", 7, "business"),
    ("business", "collected_info", "business", "The business: {}.", 8, "business"),
    ("voice", "collected_info", "tone of voice", "The voice: {}.", 7, "voice"),
)
MOVED: Final = re.compile(
    r"\b(?:add|another|extra|more|raise|increase|up|plus|top up|lower|reduce|decrease|cut|less|drop|minus|take)\b",
    re.IGNORECASE,
)


def brief_findings(wires: Iterable[Mapping[str, Any]], said: str) -> list[Finding]:
    """Return what changed in the brief during a turn and says something about the business for good.

    ``said`` are the person's words: what does not stand in them is left to the gate to refuse.
    """
    found: dict[str, Finding] = {}
    for call_id, result in _results(wires):
        changed = set(_names(result.get("changed")))
        for name, part, subject, words, importance, category in FACTS:
            held = result.get("brief" if part == "campaign_brief" else part)
            value = str(inner_object(held).get(name) or "").strip()
            if name in changed and value:
                text = words.format(value.rstrip("."))
                named = _sum_moved_by(said) if name == "budget" else ""
                found[subject] = Finding(
                    "insight", text, subject, importance, category, value=named or value, call_id=call_id
                )
        if "channels" in changed and (channels := _channels(result, call_id, said)):
            found["channels"] = channels
    return list(found.values())


def _sum_moved_by(said: str) -> str:
    """The sum a person named where they moved the budget by it: the budget itself they need not have said."""
    sums = list(amounts(said)) if MOVED.search(said) else []
    return said[sums[0].start : sums[0].end] if len(sums) == 1 else ""


def _channels(result: Mapping[str, Any], call_id: str, said: str) -> Finding | None:
    """The channels as they stand, in their own names; only where the person named one themselves."""
    named = [said[mention.start : mention.end] for mention in mentions(said)]
    names = [
        BY_NAME[name].label for name in _names(inner_object(result.get("brief")).get("channels")) if name in BY_NAME
    ]
    if not named or not names:
        return None
    listed = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    return Finding("insight", f"The channels are {listed}.", "channels", 7, "channels", value=named[0], call_id=call_id)


def _results(wires: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    tools: dict[str, str] = {}
    for wire in wires:
        if wire["type"] == "TOOL_CALL_START":
            tools[wire["toolCallId"]] = wire["toolCallName"]
        if wire["type"] == "TOOL_CALL_RESULT" and tools.get(wire["toolCallId"]) == TOOL:
            result = json_object(wire["content"])
            if result and not result.get("error"):
                yield wire["toolCallId"], result


def _names(value: Any) -> list[str]:
    return [str(name) for name in cast("list[object]", value)] if isinstance(value, list) else []
