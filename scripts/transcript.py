"""Holds a conversation with the real product and writes it into the README, word for word.

``python -m scripts.transcript`` starts a server of its own on a fresh data folder with the offline model.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scripts.marked_text import replace_between

MARK = "transcript"
READY_SECONDS = 30.0
MESSAGES = (
    "Hi, our second bakery opens in Leeds on 16 January and I'd like 200 visitors on the opening weekend",
    "local families, and there's £1,500 for it. Instagram and email please",
    "make it £2,000. Now plan it and write the posts, warm and a bit playful",
    "schedule the instagram post for 8 January at 9am",
)
LAST_MESSAGE = "how is it doing so far?"
TITLES = {"strategist": "Strategist", "writer": "Writer", "publisher": "Publisher", "analyst": "Analyst"}


class Client:
    """Talks to a server as any client would."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._token = ""

    def post(self, path: str, body: object) -> dict[str, Any]:
        """Send JSON, return JSON."""
        with self._open(path, body, "application/json") as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def get(self, path: str) -> dict[str, Any]:
        """Return JSON."""
        with self._open(path, None, "application/json") as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def stream(self, path: str, body: object) -> Iterator[dict[str, Any]]:
        """Send JSON, yield the events of the run it starts."""
        with self._open(path, body, "text/event-stream") as answer:
            for line in answer:
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))

    def ready(self) -> bool:
        """Whether the server answers and has what it needs."""
        try:
            with urllib.request.urlopen(f"{self._address}/readyz", timeout=2):
                return True
        except OSError:
            return False

    def register(self) -> None:
        """Make an account and use it from now on."""
        account = {"email": "ada@example.com", "password": uuid.uuid4().hex, "name": "Ada"}
        self._token = self.post("/api/v1/auth/register", account)["access_token"]

    def _open(self, path: str, body: object, accept: str) -> Any:
        headers = {"Content-Type": "application/json", "Accept": accept}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._address}{path}", data, headers)
        return urllib.request.urlopen(request, timeout=60)


def quoted(text: str) -> str:
    """Return a text as a Markdown quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def told(events: Iterator[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    """Return what a run said, as Markdown, and what it wants decided."""
    said: list[str] = []
    used: list[str] = []
    interrupts: list[dict[str, Any]] = []
    for event in events:
        match event["type"]:
            case "TOOL_CALL_START":
                used.append(f"`{event['toolCallName']}`")
            case "TEXT_MESSAGE_END":
                said.append(spoken(event["metadata"]["agent"], event["metadata"]["content"], used))
                used = []
            case "RUN_FINISHED":
                interrupts = event["outcome"].get("interrupts", [])
            case "RUN_ERROR":
                raise RuntimeError(event["message"])
            case _:
                pass
    return said, interrupts


def conversation(client: Client) -> Iterator[str]:
    """Yield the conversation, part by part."""
    client.register()
    conversation_id = client.post("/api/v1/conversations", {})["conversation_id"]
    for message in (*MESSAGES, LAST_MESSAGE):
        yield f"**You**\n\n{quoted(message)}"
        body = {"content": message, "client_message_id": uuid.uuid4().hex}
        said, interrupts = told(client.stream(f"/api/v1/conversations/{conversation_id}/messages", body))
        yield from said
        for interrupt in interrupts:
            asked = interrupt["metadata"]
            yield f"**Waiting for you**\n\n{quoted(interrupt['message'])}"
            decision = {"decision": "approve", "payload_hash": asked["payload_hash"]}
            decided = client.post(f"/api/v1/approvals/{asked['approval_id']}/decision", decision)
            yield f"**You** press *Approve*; the request is now `{decided['status']}`."
            yield after_decision(client, conversation_id)


def after_decision(client: Client, conversation_id: str) -> str:
    """Wait for the run that a decision started and return what it said."""
    path = f"/api/v1/conversations/{conversation_id}"
    while True:
        newest = max(client.get(f"{path}/messages")["items"], key=lambda message: message["timestamp"])
        if newest["role"] == "assistant" and not client.get(path)["running"]:
            return spoken(newest["agent"], newest["content"])
        time.sleep(0.1)


def spoken(agent: str, content: str, used: Sequence[str] = ()) -> str:
    """Return what an agent said, with the tools it used, as Markdown."""
    return f"**{TITLES.get(agent, agent)}**{' · ' if used else ''}{', '.join(used)}\n\n{quoted(content)}"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def recorded() -> str:
    """Run the product and return the conversation as Markdown."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        plain = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}  # noqa: TID251
        server = subprocess.Popen(
            [str(Path(sys.executable).with_name("marketing-minds")), "serve"],
            env={**plain, "MM_PORT": str(port), "MM_DATA_DIR": folder},
            stdout=subprocess.DEVNULL,
        )
        try:
            client = Client(f"http://127.0.0.1:{port}")
            deadline = time.monotonic() + READY_SECONDS
            while not client.ready():
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("The server did not get ready.")
                time.sleep(0.1)
            return "\n\n".join(conversation(client))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)


def main() -> None:
    """Rewrite the conversation in README.md."""
    readme = Path("README.md")
    note = "With the offline model, as `python -m scripts.transcript` recorded it:"
    readme.write_text(replace_between(readme.read_text("utf-8"), MARK, f"{note}\n\n{recorded()}"), "utf-8")


if __name__ == "__main__":
    main()
