"""The bounded view of a conversation a turn works with: its newest messages, and a summary of those before them."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agents.briefing import past_message
from agents.language.situation import Situation, open_question
from memory.discretion import without_what_opens

MESSAGES_KEPT = 20
CHARACTERS_KEPT = 24_000
LONGEST_KEPT = 4_000
LONGEST_SUMMARY = 2_000
LONGEST_LINE = 160
LONGEST_TITLE = 60

Head = dict[str, Any]
Stored = dict[str, Any]


def history(head: Head) -> list[BaseMessage]:
    """Return the window as messages for a model."""
    return [past_message(entry["role"], entry["content"], entry.get("agent")) for entry in head.get("messages", [])]


def situation(head: Head) -> Situation:
    """Return what routing needs to know of the conversation."""
    window: Sequence[Stored] = head.get("messages", [])
    answers = [entry for entry in window if entry["role"] == "assistant"]
    last = answers[-1] if answers else None
    context = head.get("context", {})
    speaker = last.get("agent") if last else None
    return Situation(
        last_agent=speaker,
        asked=open_question(context.get("collected_info", {}).get("asked"), speaker),
        last_answer=last["content"] if last else "",
        brief_started=bool(context.get("campaign_brief")),
        ready_to_plan=bool(context.get("ready_to_plan")),
        has_plan=bool(head.get("campaign_id")),
        has_drafts=any(entry.get("agent") == "writer" for entry in answers),
        pending_approvals=len(head.get("pending_approvals", [])),
    )


def moved_on(head: Head, new: Sequence[Stored]) -> dict[str, Any]:
    """Return the conversation's changed fields after ``new`` messages: window, summary and, the first time, a title.

    Title and summary are shown and read far from the message; no secret of a person's goes into them.
    """
    window = [*head.get("messages", []), *(_entry(message) for message in new)]
    kept = window[-MESSAGES_KEPT:]
    while len(kept) > 2 and sum(len(entry["content"]) for entry in kept) > CHARACTERS_KEPT:
        kept = kept[1:]
    dropped = window[: len(window) - len(kept)]
    changes: dict[str, Any] = {"messages": kept}
    if dropped:
        changes["summary"] = summarised(head.get("summary", ""), dropped)
    said = (without_what_opens(entry["content"]) for entry in window if entry["role"] == "user")
    if not head.get("title") and (first := next((words for words in said if words), None)):
        changes["title"] = shortened(first, LONGEST_TITLE)
    return changes


def summarised(summary: str, dropped: Sequence[Stored]) -> str:
    """Add one line for each message that left the window; the oldest lines go when it gets too long."""
    lines = [line for line in summary.split("\n") if line]
    lines += [
        f"{entry.get('agent') or entry['role']}: {shortened(without_what_opens(entry['content']), LONGEST_LINE)}"
        for entry in dropped
    ]
    while sum(len(line) + 1 for line in lines) > LONGEST_SUMMARY:
        lines.pop(0)
    return "\n".join(lines)


def shortened(text: str, limit: int) -> str:
    """Return one line of at most ``limit`` characters, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return f"{line[: limit - 1].rsplit(' ', 1)[0]}…"


def _entry(message: Stored) -> Stored:
    content = message["content"]
    if len(content) > LONGEST_KEPT:
        content = f"{content[: LONGEST_KEPT - 1]}…"
    return {
        "message_id": message["message_id"],
        "role": message["role"],
        "agent": message.get("agent"),
        "content": content,
        "timestamp": message["timestamp"],
    }
