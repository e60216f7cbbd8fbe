"""What the strategist does with requests about memory, by rule: asks the tools, and tells what they said."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from agents.language.memory_requests import MemoryRequest, memory_request
from agents.models.offline.reading import Turn, Used
from agents.models.offline.step import Call, Step, call, say
from agents.models.offline.values import mapping, mappings, text

TOOLS: Final = frozenset({"recall_memory", "forget_memory", "correct_memory", "switch_memory", "explain_answer"})
HOLDS, WISHES, SAID, LEARNT, OURS = TITLES = (
    "What holds",
    "How you want things",
    "What was said",
    "What has worked",
    "What I answered",
)
NOTHING: Final = "Nothing beyond this conversation yet. Tell me about the business, and I'll remember it."


def memory_step(turn: Turn) -> Step | None:
    """Return the first step of a turn that is about memory alone; None where it is about something else."""
    request = memory_request(turn.text)
    if request is None:
        return None
    asked = _call(request)
    return call(asked.tool, **asked.arguments) if asked and asked.tool in turn.tools else None


def remember_call(turn: Turn) -> Call | None:
    """Return the call that writes down what the message asks to be remembered, besides all else it says."""
    request = memory_request(turn.text)
    if request is None or request.kind != "remember" or "remember" not in turn.tools or turn.calls("remember"):
        return None
    return Call("remember", {"text": request.rest})


def told(last: Used) -> Step | None:
    """Say what a memory tool returned."""
    if last.tool not in TOOLS:
        return None
    if not last.ok:
        return say(f"That did not work: {last.error}")
    match last.tool:
        case "recall_memory":
            return say(_recalled(last.result, everything=not last.arguments.get("question")))
        case "forget_memory":
            return say(_forgotten(last.result))
        case "correct_memory":
            return say(_corrected(last.result))
        case "switch_memory":
            return say(_switched(last.result))
        case _:
            return say(_explained(last.result))


def noted_for_good(turn: Turn) -> str:
    """What the tool wrote down in this turn, or why it did not; nothing where it was not asked to."""
    used = next((used for used in turn.used if used.tool == "remember"), None)
    if used is None:
        return ""
    if not used.ok:
        return f"I could not remember that: {used.error}"
    return _kept(used.result)


def _call(request: MemoryRequest) -> Call | None:
    match request.kind:
        case "known":
            return Call("recall_memory")
        case "about":
            past = any(word in request.rest.lower() for word in ("before", "previously", "earlier", "again", "used to"))
            return Call("recall_memory", {"question": request.rest} | ({"include_past": True} if past else {}))
        case "forget":
            return Call("forget_memory", {"about": request.rest} if request.rest else {"last": True})
        case "correct":
            return Call("correct_memory", {"content": request.rest})
        case "why":
            return Call("explain_answer", {"everything": True} if request.everything else {})
        case "off" | "on":
            return Call("switch_memory", {"on": request.kind == "on", "everywhere": request.everywhere})
        case "remember":
            return None


def _recalled(result: Mapping[str, Any], *, everything: bool) -> str:
    if note := text(result.get("note")):
        return note
    memories = mappings(result.get("memories"))
    if not memories:
        return NOTHING if everything else "I remember nothing about that."
    by_title: dict[str, list[Mapping[str, Any]]] = {title: [] for title in TITLES}
    for item in memories:
        by_title[_title(text(item.get("kind")))].append(item)
    if any(items for title, items in by_title.items() if title != OURS):
        # Our own answers tell a person nothing about their business that they have not told us.
        by_title[OURS] = []
    opening = "This is what I remember:" if everything else "What I remember about that:"
    parts = [opening, *(_listed(title, items) for title, items in by_title.items())]
    more = result.get("more")
    if isinstance(more, int) and more > 0:
        parts.append(f"And {more} more.")
    if everything:
        parts.append("Say “forget …” or “that's wrong, …” for anything that should change.")
    return "\n\n".join(part for part in parts if part)


def _title(kind: str) -> str:
    match kind:
        case "fact":
            return HOLDS
        case "standing wish":
            return WISHES
        case "said by the person":
            return SAID
        case _:
            return OURS if kind.startswith("said by") else LEARNT


def _listed(title: str, items: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join([f"**{title}**", "", *(_line(item) for item in items)]) if items else ""


def _line(item: Mapping[str, Any]) -> str:
    past = item.get("no_longer_true_since")
    until = f", no longer true since {past}" if past else ""
    return f"- {text(item.get('says'))} _({text(item.get('source'))}, {text(item.get('age'))}{until})_"


def _forgotten(result: Mapping[str, Any]) -> str:
    if choices := mappings(result.get("which")):
        listed = "\n".join(f"- {text(item.get('says'))}" for item in choices)
        return f"Several fit. Which one do you mean?\n\n{listed}"
    gone = [str(item) for item in result.get("forgotten") or ()]
    if not gone:
        return "I remember nothing like that, so there is nothing to forget."
    return "Forgotten, for good." if len(gone) == 1 else f"Forgotten, for good: {len(gone)} things."


def _corrected(result: Mapping[str, Any]) -> str:
    if choices := mappings(result.get("which")):
        listed = "\n".join(f"- {text(item.get('says'))}" for item in choices)
        return f"Several fit. Which one is wrong?\n\n{listed}"
    return _kept(result) if not result.get("corrected") else f"Corrected. {_kept(result)}"


def _kept(result: Mapping[str, Any]) -> str:
    refused = [str(item.get("what")) for item in mappings(result.get("refused"))]
    kept = [text(item.get("says")) for item in mappings(result.get("remembered"))]
    if not kept:
        return f"I don't keep that: {', '.join(refused)}. Secrets never go into memory."
    lines = [f"I'll remember: {' '.join(kept)}"]
    if result.get("replaced"):
        lines.append("It replaces what I had before.")
    if refused:
        lines.append(f"Left out: {', '.join(refused)}.")
    return " ".join(lines)


def _switched(result: Mapping[str, Any]) -> str:
    where = "anywhere" if result.get("everywhere") else "in this conversation"
    if result.get("memory_on"):
        return "Memory is on again."
    return (
        f"From now on I neither remember nor recall anything {where}. "
        "What I remember already stays until you delete it."
    )


def _explained(result: Mapping[str, Any]) -> str:
    lines: list[str] = []
    memories = mappings(result.get("memories"))
    if memories:
        lines.append(_listed("What I had in mind", memories))
    more = result.get("more")
    if isinstance(more, int) and more > 0:
        lines.append(f"And {more} more: say “show all sources” for them.")
    brief = [f"- {name.replace('_', ' ')}: {_plain(value)}" for name, value in mapping(result.get("brief")).items()]
    if brief:
        lines.append("\n".join(["**From the brief of this conversation**", "", *brief]))
    tools = [str(name).replace("_", " ") for name in result.get("tools") or ()]
    if tools:
        lines.append(f"On the way I used: {', '.join(dict.fromkeys(tools))}.")
    if who := text(result.get("answered_by")):
        reason = text(result.get("because"))
        lines.append(f"The {who} answered" + (f", because of this: {reason}." if reason else "."))
    return "\n\n".join(lines) or "I have said nothing yet in this conversation that I could explain."


def _plain(value: object) -> str:
    return ", ".join(str(item) for item in cast("list[object]", value)) if isinstance(value, list) else str(value)
