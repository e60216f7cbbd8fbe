"""What the client of a chat completion is told of a run: its answers as one text, what waits, and what it used."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.completions.requests import MODEL

BETWEEN: Final = "\n\n"
Wire = dict[str, Any]


class AnswerText:
    """Joins the answers of a run into one text that only ever grows: what was sent can't be taken back."""

    def __init__(self) -> None:
        self.text = ""
        self._shown: dict[str, str] = {}
        self._written: dict[str, str] = {}

    def take(self, wire: Mapping[str, Any]) -> str:
        """Return what an event adds to the text."""
        match wire["type"]:
            case "TEXT_MESSAGE_START":
                self._written[wire["messageId"]] = ""
                return ""
            case "TEXT_MESSAGE_CONTENT":
                return self._grow(wire["messageId"], self._written.get(wire["messageId"], "") + wire["delta"])
            case "TEXT_MESSAGE_END":
                return self._grow(wire["messageId"], str(wire["metadata"]["content"]), final=True)
            case _:
                return ""

    def add(self, text: str) -> str:
        """Add a paragraph of the house's own."""
        more = (BETWEEN if self.text else "") + text
        self.text += more
        return more

    def _grow(self, message_id: str, written: str, *, final: bool = False) -> str:
        """Show what is new of an answer. One that begins anew is shown again once it differs from what was shown."""
        self._written[message_id] = written
        shown = self._shown.get(message_id)
        if shown is not None and shown.startswith(written) and not (final and shown != written):
            return ""
        self._shown[message_id] = written
        if shown is not None and written.startswith(shown):
            more = written[len(shown) :]
        else:
            more = (BETWEEN if self.text and written else "") + written
        self.text += more
        return more


def waiting_text(interrupts: Sequence[Wire], address: str) -> str:
    """Say what waits for a decision, what to answer, and where else it can be decided."""
    lines = ["**Waiting for your decision**"]
    for interrupt in interrupts:
        lines.append(f"- {interrupt['message']}")
        lines.append(f"  Answer `approve {interrupt['id']}` or `reject {interrupt['id']}: your reason`.")
    lines.append("")
    lines.append(f"The exact content is shown at {address}, where you can change it and decide too.")
    return "\n".join(lines)


def usage_of(finished: Wire) -> dict[str, int]:
    """Return the tokens a run used, at all its models together."""
    used: list[Wire] = finished.get("usage", [])
    read, written = sum(one["inputTokens"] for one in used), sum(one["outputTokens"] for one in used)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def metadata_of(conversation_id: str, finished: Wire) -> dict[str, Any]:
    """Return what is ours in an answer: the conversation, how its run ended, and what waits."""
    outcome = finished["outcome"]
    approvals = [interrupt["id"] for interrupt in outcome.get("interrupts", [])]
    return {"conversation_id": conversation_id, "outcome": outcome["type"], "approvals": approvals}


def head_of(run_id: str, created: int) -> dict[str, Any]:
    """Return what each part of an answer begins with."""
    return {"id": f"chatcmpl-{run_id.partition('_')[2]}", "created": created, "model": MODEL}


def whole(head: Wire, text: str, usage: Mapping[str, int], metadata: Wire) -> Wire:
    """Return a completion in one piece."""
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {**head, "object": "chat.completion", "choices": [choice], "usage": usage, "marketing_minds": metadata}


def chunk(head: Wire, delta: Wire, *, last: bool = False, **more: Any) -> Wire:
    """Return one piece of a streamed completion."""
    choice = {"index": 0, "delta": delta, "finish_reason": "stop" if last else None, "logprobs": None}
    return {**head, "object": "chat.completion.chunk", "choices": [choice], **more}
