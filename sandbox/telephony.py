"""Twilio's voice on loopback, as its public documentation describes it, and the people at the other end of the line.

Calls are created over its REST interface and ring until somebody picks up. A person on the line is a script: what they
say (with the recogniser's confidence), the keys they press, or nothing. Requests to the product are signed.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from xml.etree import ElementTree as ET

import aiohttp
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from sandbox.twin import Refusal, Twin

ACCOUNT = "AC" + "0" * 32
TOKEN = "twilio-token-of-the-bakery"  # noqa: S105 - opens nothing but this twin
E164 = re.compile(r"\+[1-9]\d{6,14}")
MOST_EXCHANGES = 12


class Saying(BaseModel):
    """What a person does when they are listened to. Without speech and keys: nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    speech: str = ""
    confidence: float | None = 0.93
    keys: str = ""


class PickUp(BaseModel):
    """Who takes a call, and what they say to each question in turn."""

    model_config = ConfigDict(extra="forbid")

    sid: str
    answered_by: Literal["human", "machine_start", "fax"] = "human"
    script: list[Saying] = Field(default_factory=list[Saying])


@dataclass
class LineCall:
    """A call, and everything that was said to the person."""

    sid: str
    to: str
    url: str
    status_callback: str = ""
    status: str = "queued"
    said: list[str] = field(default_factory=list[str])


class TwilioTwin(Twin):
    """One account. ``reach`` maps the start of the product's addresses to where it really listens."""

    name: ClassVar[str] = "twilio"
    reach: tuple[str, str] = ("", "")

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the Calls resource, and picking up as a control."""
        router.add_post("/2010-04-01/Accounts/{account}/Calls.json", self._create)
        router.add_post("/_control/pick_up", self._picked_up)
        self.calls: dict[str, LineCall] = {}

    async def pick_up(self, wanted: PickUp) -> LineCall:
        """Take a call and go through the script; return the call with what was said."""
        call = self.calls[wanted.sid]
        call.status = "in-progress"
        await self._talk(call, call.url, {"AnsweredBy": wanted.answered_by}, wanted.script)
        await self._end(call, "completed")
        return call

    async def dial(self, url: str, script: Sequence[Saying], caller: str = "+441134960001") -> LineCall:
        """Call the product."""
        call = LineCall(self._sid(), "+441134960000", url, status="in-progress")
        await self._talk(call, url, {"From": caller, "Direction": "inbound"}, script)
        return call

    async def not_taken(self, sid: str, status: Literal["busy", "no-answer", "failed"]) -> None:
        """Let a call come to nothing."""
        await self._end(self.calls[sid], status)

    async def post(self, url: str, form: dict[str, str], token: str = TOKEN) -> tuple[int, str]:
        """Send one signed request to the product; return its status and body."""
        signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        signature = base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
        async with (
            aiohttp.ClientSession() as session,
            session.post(url.replace(*self.reach, 1), data=form, headers={"X-Twilio-Signature": signature}) as answer,
        ):
            return answer.status, await answer.text()

    async def _talk(self, call: LineCall, url: str, first: dict[str, str], script: Sequence[Saying]) -> None:
        said = iter(script)
        form = {"CallSid": call.sid, "AccountSid": ACCOUNT, "CallStatus": "in-progress", **first}
        for _ in range(MOST_EXCHANGES):
            status, text = await self.post(url, form)
            if status != web.HTTPOk.status_code:
                call.said.append(f"An application error has occurred ({status}).")
                return
            gather = self._hear(call, text)
            if gather is None:
                return
            saying = next(said, None)
            if saying is None:
                return
            url = str(gather.get("action"))
            form = {"CallSid": call.sid, "AccountSid": ACCOUNT, "CallStatus": "in-progress"} | _spoken(saying)

    def _hear(self, call: LineCall, text: str) -> ET.Element | None:
        """Note what is said; return what is listened for, if anything."""
        response = ET.fromstring(text)  # noqa: S314 - the product's own answer, on loopback
        call.said += [str(say.text) for say in response.iter("Say")]
        return response.find("Gather")

    async def _end(self, call: LineCall, status: str) -> None:
        call.status = status
        if call.status_callback:
            await self.post(call.status_callback, {"CallSid": call.sid, "AccountSid": ACCOUNT, "CallStatus": status})

    async def _create(self, request: web.Request) -> web.Response:
        login = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {login}" or request.match_info["account"] != ACCOUNT:
            raise _refusal(401, 20003, "Authenticate")
        form = await request.post()
        to = str(form.get("To", ""))
        if not E164.fullmatch(to):
            raise _refusal(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        call = LineCall(self._sid(), to, str(form.get("Url")), str(form.get("StatusCallback", "")))
        self.calls[call.sid] = call
        told = {
            "sid": call.sid,
            "status": call.status,
            "to": to,
            "from": str(form.get("From")),
            "direction": "outbound-api",
        }
        return web.json_response(told, status=201)

    async def _picked_up(self, request: web.Request) -> web.Response:
        wanted = PickUp.model_validate_json(await request.read())
        if wanted.sid not in self.calls:
            raise _refusal(404, 20404, "There is no such call.")
        call = await self.pick_up(wanted)
        return web.json_response({"status": call.status, "said": call.said})

    def _sid(self) -> str:
        return f"CA{next(self._numbers):032x}"


def _spoken(saying: Saying) -> dict[str, str]:
    if saying.keys:
        return {"Digits": saying.keys}
    if not saying.speech:
        return {}
    sure = {} if saying.confidence is None else {"Confidence": str(saying.confidence)}
    return {"SpeechResult": saying.speech, **sure}


def _refusal(status: int, code: int, message: str) -> Refusal:
    body: dict[str, Any] = {"code": code, "message": message, "status": status}
    return Refusal(web.json_response(body, status=status))
