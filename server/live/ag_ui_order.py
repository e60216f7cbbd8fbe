"""Keeps the order AG-UI clients insist on: one start, everything closed, one end, nothing after it."""

from typing import Any

Wire = dict[str, Any]


class RunOrder:
    """Rewrites the events of our runs into those of the one run a client asked for, under the client's own ids."""

    def __init__(self, thread_id: str, run_id: str, runs: int = 1, parent_run_id: str | None = None) -> None:
        self.over = False
        self._thread_id = thread_id
        self._run_id = run_id
        self._parent_run_id = parent_run_id
        self._runs_left = runs
        self._started = False
        self._interrupts: list[Wire] = []
        self._texts: dict[str, str] = {}
        self._restarts: dict[str, int] = {}
        self._calls: list[str] = []
        self._steps: list[str] = []

    def take(self, wire: Wire) -> list[Wire]:
        """Return what the client gets for one event of ours."""
        if self.over:
            return []
        match wire["type"]:
            case "RUN_STARTED":
                return self._start(wire)
            case "RUN_FINISHED":
                return self._finish(wire)
            case "RUN_ERROR":
                self.over = True
                return [wire]
            case "TEXT_MESSAGE_START" | "TEXT_MESSAGE_CONTENT" | "TEXT_MESSAGE_END":
                return self._text(wire)
            case _:
                self._note(wire)
                return [wire]

    def _start(self, wire: Wire) -> list[Wire]:
        if self._started:
            return []
        self._started = True
        started = {**wire, "threadId": self._thread_id, "runId": self._run_id}
        started.pop("parentRunId", None)
        return [started | {"parentRunId": self._parent_run_id} if self._parent_run_id else started]

    def _finish(self, wire: Wire) -> list[Wire]:
        closing = self._closing()
        outcome = wire["outcome"]
        self._interrupts += outcome.get("interrupts", [])
        self._runs_left -= 1
        if self._runs_left > 0 and outcome["type"] != "cancelled":
            return closing
        self.over = True
        if self._interrupts and outcome["type"] != "cancelled":
            outcome = {"type": "interrupt", "interrupts": self._interrupts}
        return [*closing, {**wire, "threadId": self._thread_id, "runId": self._run_id, "outcome": outcome}]

    def _text(self, wire: Wire) -> list[Wire]:
        message_id = wire["messageId"]
        shown = self._texts.get(message_id)
        match wire["type"]:
            case "TEXT_MESSAGE_START":
                before = [] if shown is None else [{"type": "TEXT_MESSAGE_END", "messageId": shown}]
                restarts = self._restarts.get(message_id, -1) + 1
                self._restarts[message_id] = restarts
                self._texts[message_id] = f"{message_id}-{restarts + 1}" if restarts else message_id
                return [*before, {**wire, "messageId": self._texts[message_id]}]
            case "TEXT_MESSAGE_CONTENT":
                return [] if shown is None or not wire["delta"] else [{**wire, "messageId": shown}]
            case _:
                if shown is None:
                    return self._whole(wire)
                del self._texts[message_id]
                return [{**wire, "messageId": shown}]

    def _whole(self, wire: Wire) -> list[Wire]:
        """Show an answer whose start was missed."""
        said = wire.get("metadata", {})
        start = {"type": "TEXT_MESSAGE_START", "messageId": wire["messageId"], "role": "assistant"}
        content = {"type": "TEXT_MESSAGE_CONTENT", "messageId": wire["messageId"], "delta": said.get("content", "")}
        return [start, content, wire] if content["delta"] else []

    def _note(self, wire: Wire) -> None:
        match wire["type"]:
            case "TOOL_CALL_START":
                self._calls.append(wire["toolCallId"])
            case "TOOL_CALL_END" if wire["toolCallId"] in self._calls:
                self._calls.remove(wire["toolCallId"])
            case "STEP_STARTED":
                self._steps.append(wire["stepName"])
            case "STEP_FINISHED" if wire["stepName"] in self._steps:
                self._steps.remove(wire["stepName"])
            case _:
                pass

    def _closing(self) -> list[Wire]:
        closing: list[Wire] = [{"type": "TEXT_MESSAGE_END", "messageId": shown} for shown in self._texts.values()]
        closing += [{"type": "TOOL_CALL_END", "toolCallId": call_id} for call_id in self._calls]
        closing += [{"type": "STEP_FINISHED", "stepName": step} for step in reversed(self._steps)]
        self._texts.clear()
        self._calls.clear()
        self._steps.clear()
        return closing
