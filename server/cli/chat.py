"""``marketing-minds chat``: the conversation in a terminal. Piped input is taken as one line a turn."""

import asyncio
import signal
import sys
import threading
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import orjson

from agents.roster import ROSTER
from core.errors import NotConfigured, Unavailable
from core.ids import is_public_id, new_id
from core.settings import Settings
from server.cli.places import ADDRESS, OWNER_TOKEN
from server.cli.screen import Screen
from server.cli.terminal import base_url, say

CALM_SECONDS: Final = 30.0
APPROVALS: Final = ("approve", "yes", "y", "ok")
REJECTIONS: Final = ("reject", "no", "n")
HOW_TO_DECIDE: Final = "Type `approve`, or `reject` and the reason. Anything else goes on with the conversation."


async def chat(settings: Settings, url: str | None, conversation_id: str | None) -> int:
    """Talk to the running server until the input ends."""
    address = (url or _address(settings)).rstrip("/")
    headers = {"Authorization": f"Bearer {_token(settings)}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        try:
            conversation, after = await _conversation(session, address, conversation_id)
            socket_url = f"{address}/api/v1/conversations/{conversation}/ws?after={after}"
            async with session.ws_connect(socket_url, heartbeat=CALM_SECONDS, max_msg_size=0) as socket:
                say(f"Conversation {conversation}. An empty line or the end of the input leaves it.")
                return await Conversation(socket, Screen({agent.name: agent.title for agent in ROSTER})).hold()
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            raise Unavailable(f"No server answers at {address}. Start one with `marketing-minds serve`.") from error
        except aiohttp.WSServerHandshakeError as error:
            raise Unavailable(f"The server at {address} does not take this connection ({error.status}).") from error


def _address(settings: Settings) -> str:
    file = settings.data_dir / ADDRESS
    return file.read_text().strip() if file.exists() else base_url(settings)


def _token(settings: Settings) -> str:
    file = settings.data_dir / OWNER_TOKEN
    try:
        return file.read_text().strip()
    except OSError as error:
        raise NotConfigured(
            f"There is no login in {settings.data_dir.absolute()}. Start the server there once with "
            "`marketing-minds serve`, or set MM_DATA_DIR to its data folder."
        ) from error


async def _conversation(session: aiohttp.ClientSession, address: str, wanted: str | None) -> tuple[str, int]:
    if wanted is not None and not is_public_id(wanted):
        raise NotConfigured(f"{wanted} is not the id of a conversation. Leave --conversation out to start a new one.")
    path = "/api/v1/conversations" + (f"/{wanted}" if wanted else "")
    request = session.get(address + path) if wanted else session.post(address + path, json={})
    async with request as answer:
        body: dict[str, Any] = {}
        with suppress(orjson.JSONDecodeError):
            body = orjson.loads(await answer.read())
        if answer.status >= 400:
            host = urlsplit(address).netloc
            raise Unavailable(body.get("detail") or f"What answers at {host} is not Marketing Minds. Check --url.")
    return body["conversation_id"], body["last_seq"]


def _verdict(line: str) -> str:
    return line.strip().partition(" ")[0].lower().strip(",.:")


class Conversation:
    """Lines in, events out."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, screen: Screen) -> None:
        self._socket = socket
        self._screen = screen
        self._asked: list[dict[str, Any]] = []
        self._sent: str = ""
        self._busy = False

    async def hold(self) -> int:
        """Take lines until there are no more. While an approval waits, a line may be its decision."""
        with _interrupts(self._stop):
            while (line := await _line(self._prompt())) is not None:
                if self._asked and _verdict(line) in APPROVALS + REJECTIONS:
                    sent = await self._decide(line)
                elif line:
                    self._sent = new_id("cli")
                    sent = await self._send(type="message", content=line, client_message_id=self._sent)
                else:
                    break
                if sent and not await self._show_turn():
                    raise Unavailable("The connection to the server was lost. What you said is kept.")
        return 0

    def _prompt(self) -> str:
        if not sys.stdin.isatty():
            return ""
        return "You (or a decision): " if self._asked else "You: "

    async def _send(self, **frame: Any) -> bool:
        await self._socket.send_str(orjson.dumps(frame).decode())
        return True

    async def _decide(self, line: str) -> bool:
        _, _, notes = line.strip().partition(" ")
        asked = self._asked.pop(0)
        decision = "approve" if _verdict(line) in APPROVALS else "reject"
        facts = asked["metadata"]
        return await self._send(
            type="decision",
            approval_id=facts["approval_id"],
            decision=decision,
            notes=notes.strip(),
            payload_hash=facts["payload_hash"],
        )

    async def _show_turn(self) -> bool:
        """Show events until the turn is over; False when the connection ended before."""
        self._busy = True
        try:
            async for message in self._socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return False
                event = orjson.loads(message.data)["event"]
                self._screen.show(event)
                if event["type"] == "RUN_FINISHED":
                    self._asked += event["outcome"].get("interrupts", [])
                    self._show_interrupts()
                    return True
                if event["type"] == "RUN_ERROR":
                    return True
            return False
        finally:
            self._busy = False

    def _show_interrupts(self) -> None:
        for interrupt in self._asked:
            self._screen.show_interrupt(interrupt)
        if self._asked:
            say(HOW_TO_DECIDE)

    def _stop(self) -> bool:
        """Ask for the running turn to stop; False when none runs."""
        if self._busy:
            self._stopping = asyncio.ensure_future(self._send(type="cancel"))
        return self._busy


class _interrupts:  # noqa: N801 - reads as a statement
    """While it lasts, Ctrl-C stops the turn; with no turn running it leaves."""

    def __init__(self, stop: Any) -> None:
        self._stop = stop
        self._task = asyncio.current_task()

    def __enter__(self) -> None:
        with suppress(NotImplementedError):  # a Windows loop takes no handlers: there Ctrl-C ends the program
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._pressed)

    def __exit__(self, *_: object) -> None:
        with suppress(NotImplementedError):  # as above: none was added there
            asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)

    def _pressed(self) -> None:
        if not self._stop() and self._task:
            self._task.cancel()


async def _line(prompt: str) -> str | None:
    """Return the next line of the input, None at its end. Read in a daemon thread: a read can't be cancelled."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        line = sys.stdin.readline()
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, answer, line)

    if prompt:
        say(prompt, end="")
    threading.Thread(target=read, daemon=True).start()
    line = await answer
    return line.strip() if line else None


def _settle(answer: asyncio.Future[str], line: str) -> None:
    if not answer.done():
        answer.set_result(line)
